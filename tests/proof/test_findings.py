"""What is said of tables, expressions, forms, mails and roles as they are written; and of bounds and time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from meldcode.check import Says, prove
from meldcode.check.explore import explore
from meldcode.check.story import walk
from meldcode.check.tables import only_recorded, table_findings
from meldcode.check.verdict import Evidence, Verdict
from meldcode.cli import checking
from meldcode.definition import Version, check, read_files
from meldcode.messages import Text
from tests.proof.small import Question, Sketch, choice, day, table, words

TICK: Question = {"type": "checkbox", "key": "vinkje", "label": "Vinkje"}
NUMBER: Question = {"type": "number", "key": "aantal", "label": "Aantal", "validate": {"required": True}}


def drawn(condition: str = 'keuze = "a"', *rules: tuple[str, ...], **more: Any) -> Version:
    """A task, a table and a gateway: everything that reads something, in one small process."""
    d = Sketch()
    d.files["tabel.dmn"] = table("tabel", ("keuze",), ("uit",), *(rules or (('"a"', '"x"'), ('"b"', '"y"'))))
    d.start("begin")
    d.act("een", choice("keuze", "a", "b"), TICK, NUMBER, words("verhaal"), **more)
    d.decision("tellen", "tabel")
    d.end("einde_a")
    d.end("einde_b")
    d.chain("begin", "een", "tellen", "hoe")
    d.choose("hoe", "einde_b", einde_a=condition)
    if more.get("late"):
        d.reminder("laat", more["late"], "een")
    return d.version()


def codes(version: Version) -> set[str]:
    return {one.code for one in [*check(version), *table_findings(version)]}


def with_file(version: Version, path: str, change: Callable[[str], str]) -> Version:
    before = version.files[path].decode()
    assert change(before) != before
    return read_files({**version.files, path: change(before).encode()})


def test_a_small_process_in_order_has_no_such_findings() -> None:
    assert codes(drawn()) & SAID == set()


SAID = {
    "table-overlap",
    "table-gap",
    "table-rule-unused",
    "name-never-written",
    "comparison-never-true",
    "comparison-of-kinds",
    "timer-unreadable",
    "mail-variable",
    "role-unknown",
    "form-unused",
}


@pytest.mark.parametrize(
    ("code", "version"),
    [
        ("table-gap", drawn('keuze = "a"', ('"a"', '"x"'))),
        ("table-rule-unused", drawn('keuze = "a"', ("-", '"x"'), ('"b"', '"y"'))),
        ("name-never-written", drawn('keuse = "a"')),
        ("comparison-never-true", drawn('keuze = "c"')),
        ("comparison-never-true", drawn('tabel.uit = "z"')),
        ("comparison-never-true", drawn('keuze = "a"', ('"a"', '"x"'), ('"c"', '"y"'))),
        ("comparison-of-kinds", drawn("keuze > 3")),
        ("comparison-of-kinds", drawn('aantal = "3"')),
        ("comparison-of-kinds", drawn('vinkje = "ja"')),
        ("comparison-of-kinds", drawn("verhaal = true")),
        ("comparison-of-kinds", drawn('keuze = "a"', ("> 3", '"x"'), ("-", '"y"'))),
        ("role-unknown", drawn(role="nergens")),
        (
            "table-overlap",
            with_file(
                drawn('keuze = "a"', ('"a"', '"x"'), ("-", '"y"')),
                "tabel.dmn",
                lambda text: text.replace('hitPolicy="FIRST"', 'hitPolicy="UNIQUE"'),
            ),
        ),
        (
            "mail-variable",
            with_file(
                drawn(), "mails/herinnering.md", lambda text: text.replace("{{ link }}", "{{ client }}")
            ),
        ),
        (
            "form-unused",
            read_files({**drawn().files, "forms/los.form": drawn().files["forms/een.form"]}),
        ),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_can_never_go_well_is_found_without_playing(code: str, version: Version) -> None:
    found = [one for one in [*check(version), *table_findings(version)] if one.code in SAID]
    assert code in {one.code for one in found}
    assert all(one.what.nl and one.remedy.nl and one.element for one in found)


def test_a_misspelt_name_gets_the_name_that_was_meant() -> None:
    (found,) = [one for one in check(drawn('keuse = "a"')) if one.code == "name-never-written"]
    assert "Bedoelt u `keuze`?" in found.what.nl


def test_a_term_that_cannot_be_read_is_found() -> None:
    d = Sketch()
    d.start("begin")
    d.act("een")
    d.end("einde")
    d.chain("begin", "een", "einde")
    d.reminder("laat", "vijf dagen", "een")
    assert "timer-unreadable" in {one.code for one in check(d.version())}


def test_answers_that_only_people_read_are_listed_and_no_fault() -> None:
    assert only_recorded(drawn()) == {"forms/een.form": ("vinkje", "aantal", "verhaal")}
    assert only_recorded(drawn("aantal > 2")) == {"forms/een.form": ("vinkje", "verhaal")}


def with_side_route(*tasks: str, ends: bool = True) -> Version:
    """A line of one task, and beside it a process that nobody calls."""
    d = Sketch()
    d.start("begin")
    d.act("een")
    d.end("einde")
    d.chain("begin", "een", "einde")
    side = Sketch("zijweg", files=d.files)
    side.start("zij_begin")
    for task in tasks:
        side.act(task, steps="zijroute")
    side.end("zij_einde")
    if ends:
        side.chain("zij_begin", *tasks, "zij_einde")
    else:
        side.merge("rond")
        side.chain("zij_begin", "rond", *tasks, "rond")
        side.act("nooit", steps="zijroute")
        side.chain("nooit", "zij_einde")
    made = d.version()
    both = {**made.files, "zijweg.bpmn": side.xml()}
    return read_files(both)


def test_a_side_route_that_nobody_calls_is_played_too() -> None:
    proof = prove(with_side_route("zij_een", "zij_twee"))
    assert {name: verdict.says for name, verdict in proof.sound.items()} == dict.fromkeys(
        ("incident", "can-finish", "reachable"), Says.HOLDS
    )
    assert proof.states == 2 + 3


def test_a_side_route_that_cannot_end_is_found_with_the_way_to_it() -> None:
    proof = prove(with_side_route("zij_een", ends=False))
    lost = proof.sound["can-finish"]
    assert lost.says is Says.BROKEN
    assert "zijweg" in lost.story[0]
    assert proof.sound["reachable"].says is Says.BROKEN
    assert set(proof.sound["reachable"].elements) == {"nooit", "zij_einde"}


# --- bounds and time ---------------------------------------------------------------------------------------


def two_terms(one: str, two: str) -> Version:
    """Two tasks at once; a term on each closes something, and only one order ends badly."""
    d = Sketch()
    d.start("begin")
    d.gateway("parallel", "uit")
    d.chain("begin", "uit")
    for key, term in (("een", one), ("twee", two)):
        d.act(key)
        d.timer(f"{key}_tijd", term, on=key)
        d.act(f"{key}_later")
        for end in (f"{key}_einde", f"{key}_tijd_einde"):
            d.end(end)
        d.chain("uit", key, f"{key}_einde")
        d.chain(f"{key}_tijd", f"{key}_later", f"{key}_tijd_einde")
    return d.version()


def fires_first(version: Version, timer: str, before: str) -> Verdict:
    """The verdict "this term never runs out while both tasks are open and that other one has not"."""
    evidence = Evidence(version, explore(version), ())
    seen = [
        edge
        for edge in evidence.exploration.edges
        if edge.move.node == timer
        and edge.source is not None
        and evidence.exploration.states[edge.source].open >= {"een", "twee"}
        and before not in {one.move.node for one in evidence.exploration.path(edge)}
    ]
    return evidence.unless(seen, Text(f"{timer} komt voor {before}.", ""))


def test_a_counterexample_in_an_order_that_the_calendar_allows_is_told() -> None:
    verdict = fires_first(two_terms("P1D", "P9D"), "een_tijd", "twee_tijd")
    assert verdict.says is Says.BROKEN
    assert any("Er gaat tijd voorbij" in line for line in verdict.story)


def test_a_counterexample_in_an_order_that_no_calendar_allows_is_not_called_broken() -> None:
    verdict = fires_first(two_terms("P1D", "P9D"), "twee_tijd", "een_tijd")
    assert verdict.says is Says.UNPROVEN
    assert "niet was na te spelen" in verdict.why.nl


@pytest.mark.parametrize("bound", [{"most_states": 3}, {"enough": lambda: True}])
def test_a_bound_gives_not_proven_with_its_reason_and_never_fine(bound: dict[str, Any]) -> None:
    proof = prove(many(), **bound)
    for verdict in (*proof.sound.values(), proof.verdict(2), proof.verdict(6), proof.verdict(20)):
        assert verdict.says is not Says.HOLDS
    reason = proof.sound["incident"].why.nl
    assert ("3 toestanden" in reason) or ("De tijd was op" in reason)
    assert not proof.holds


def test_a_long_exploration_says_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    played = explore(many(), progress=lambda states, looked_at: told.append((states, looked_at)))
    assert told == [(101, 100)]
    assert len(played.states) == 151


def test_the_command_shows_progress_past_the_first_second_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [100.0]
    monkeypatch.setattr("meldcode.cli.checking.time.monotonic", lambda: now[0])
    clock = checking._Patience(600)
    now[0] += 0.9
    clock.progress(50, 40)
    assert capsys.readouterr().err == ""
    now[0] += 1.1
    clock.progress(500, 400)
    assert "400/500" in (shown := capsys.readouterr().err)
    assert "200/s" in shown
    clock.end()  # what comes after it begins on an empty line
    assert capsys.readouterr().err == f"\r{' ' * (len(shown) - 1)}\r"
    clock.end()
    assert capsys.readouterr().err == ""
    assert not clock.enough()
    now[0] += 600
    assert clock.enough()


def many() -> Version:
    """More states than a look at the clock apart."""
    d = Sketch()
    keys = [f"stap{number}" for number in range(150)]
    for key in keys:
        d.act(key)
    d.line(*keys)
    return d.version()


def test_a_form_with_too_many_answers_is_not_proven() -> None:
    d = Sketch()
    names = [f"vraag{number}" for number in range(12)]
    d.start("begin")
    d.act("een", *(choice(name, "a", "b", "c") for name in names))
    d.end("einde_a")
    d.end("einde_b")
    d.chain("begin", "een", "hoe")
    d.choose("hoe", "einde_b", einde_a=" and ".join(f'{name} = "a"' for name in names))
    verdict = prove(d.version()).sound["can-finish"]
    assert verdict.says is Says.UNPROVEN
    assert "te veel combinaties" in verdict.why.nl


def test_the_order_of_lanes_changes_nothing() -> None:
    d = Sketch()
    d.act("een", role="leerkracht")
    d.act("twee", day("datum"), role="directeur")
    d.line("een", "twee")
    xml = d.version().files["meldcode.bpmn"].decode()
    one = '<bpmn:lane id="baan1" name="Leerkracht"><bpmn:flowNodeRef>een</bpmn:flowNodeRef></bpmn:lane>'
    two = '<bpmn:lane id="baan2" name="Directeur"><bpmn:flowNodeRef>twee</bpmn:flowNodeRef></bpmn:lane>'
    told = []
    for lanes in (one + two, two + one):
        laned = xml.replace(
            'isExecutable="true">', f'isExecutable="true"><bpmn:laneSet>{lanes}</bpmn:laneSet>'
        )
        version = read_files({**d.version().files, "meldcode.bpmn": laned.encode()})
        told.append(explore(version).edges)
    assert told[0] == told[1]


# --- the story of what goes wrong, step by step ---------------------------------------------------------


def test_a_story_says_of_each_sentence_where_in_the_drawing_it_happens() -> None:
    """Two tasks in a row and a choice that leads nowhere when the answer is no."""
    sketch = Sketch()
    sketch.start("begin")
    sketch.act("signaleren", choice("verder", "ja", "nee"), steps="signaleren")
    sketch.add("exclusiveGateway", "keus")
    sketch.end("klaar")
    sketch.chain("begin", "signaleren", "keus")
    sketch.flow("keus", "klaar", '= verder = "ja"', key="ja")
    sketch.flow("keus", "klaar", '= verder = "misschien"', key="misschien")
    verdict = prove(sketch.version()).sound["incident"]

    assert verdict.says is Says.BROKEN
    assert [(one.at, one.open, one.finished) for one in verdict.walk] == [
        (None, ("signaleren",), False),
        ("signaleren", (), False),
        ("signaleren", (), False),
    ]
    assert verdict.walk[0].passed[0] == "begin"
    assert verdict.story == tuple(one.says for one in verdict.walk)
    assert verdict.story[0] == "Leerkracht opent een zaak"
    assert verdict.story[-1] == verdict.why.nl


def test_a_story_that_ends_the_case_stops_at_its_end() -> None:
    sketch = Sketch()
    sketch.line(sketch.act("signaleren", steps="signaleren"), sketch.act("wegen", steps="wegen"))
    exploration = explore(sketch.version())
    ending = next(
        edge
        for edge in exploration.edges
        if edge.target is not None and exploration.states[edge.target].finished
    )
    told = walk(exploration, ending, "En dat mag niet.")

    assert [one.at for one in told[:-1]] == [None, "signaleren", "wegen"]
    assert [one.finished for one in told] == [False, False, True, True]
    assert told[-1].says == "En dat mag niet."
    assert exploration.version.nodes[str(told[-1].at)].kind == "endEvent"
    # whoever acts next does so on a task that waited
    assert [one.open for one in told] == [("signaleren",), ("wegen",), (), ()]
