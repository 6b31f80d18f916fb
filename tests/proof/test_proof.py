"""The proof of the school as it is, its story of a broken rule, and the command that prints it."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from meldcode.check import Proof, Says, prove
from meldcode.check.documents import Document
from meldcode.check.explore import explore
from meldcode.check.live import Live
from meldcode.cli import main
from tests.proof.damage import ROOT, Folder
from tests.proof.mutants import SCHOOL


@pytest.fixture(scope="module")
def school() -> Proof:
    return prove(Folder(SCHOOL).version())


def test_the_school_holds_every_rule_that_concerns_it(school: Proof) -> None:
    said = {rule.number: verdict.says for rule, verdict in school.rules}
    assert said == {number: Says.HOLDS for number in range(1, 22)} | {17: Says.NOT_APPLICABLE}
    assert {verdict.says for verdict in school.sound.values()} == {Says.HOLDS}
    assert school.findings == []
    assert school.holds


def test_a_broken_rule_comes_with_the_shortest_story_and_the_elements_along_it() -> None:
    folder = Folder(SCHOOL)
    folder.retarget("van_overgeslagen_naar_overslaan", "naar_wegen")
    verdict = prove(folder.version()).verdict(10)
    assert verdict.says is Says.BROKEN
    assert verdict.story[0] == "Leerkracht opent een zaak"
    assert "Nee, een gesprek is nu niet veilig" in verdict.story[3]
    assert len(verdict.story) == 5  # open, signal, consult, skip; then what is wrong
    assert {"signalen", "overleg", "gesprek", "wegen"} & set(verdict.elements) == {
        "signalen",
        "overleg",
        "gesprek",
    }


def test_a_bound_that_is_hit_is_never_called_fine() -> None:
    proof = prove(Folder(SCHOOL).version(), most_states=50)
    assert proof.verdict(2).says is Says.UNPROVEN
    assert "50" in proof.verdict(2).why.nl
    assert not proof.holds


def test_two_shapes_swapped_on_the_canvas_change_nothing() -> None:
    swapped = Folder(SCHOOL)
    path = "meldcode.bpmn"
    places = re.findall(rb'<dc:Bounds [^>]*y="\d+"[^>]*/>', swapped.files[path])
    first, last = places[1], places[-1]
    data = swapped.files[path].replace(first, b"\0").replace(last, first).replace(b"\0", last)
    assert data != swapped.files[path]
    swapped.files[path] = data
    here, there = (explore(folder.version(), most_states=300) for folder in (Folder(SCHOOL), swapped))
    assert [(one.source, one.target, one.move) for one in here.edges] == [
        (one.source, one.target, one.move) for one in there.edges
    ]


def test_forgetting_what_no_longer_matters_loses_no_element_and_no_ending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = Folder(SCHOOL)
    folder.retarget("van_waar_gaat_het_over_naar_naar_overleg", "einde_zonder")  # small enough for both
    less = explore(folder.version())

    def whole(self: Live, due: object, document: Document) -> str:
        return json.dumps(document.values, sort_keys=True)

    monkeypatch.setattr(Live, "key", whole)
    more = explore(folder.version(), most_states=900)
    assert len(more.states) > len(less.states)
    assert more.reached == less.reached
    assert {one.outcome for one in more.states} == {one.outcome for one in less.states}


def test_the_command_prints_a_table_for_people_and_json_for_tools() -> None:
    path = str(ROOT / "processes" / SCHOOL)
    table = CliRunner().invoke(main, ["check", path])
    assert table.exit_code == 0, table.output
    assert re.search(r"^ 21 wet +klopt +Niemand kan advies", table.output, re.MULTILINE)
    assert table.output.rstrip().endswith(f"{path}: te publiceren")
    (found,) = json.loads(CliRunner().invoke(main, ["check", "--json", path]).stdout)
    assert found["publishable"] is True
    told = found["proof"]
    assert told["holds"] is True
    assert [rule["number"] for rule in told["rules"]] == list(range(1, 22))
    assert told["rules"][12]["refuses"] is True  # rule 13 knows no exception
