"""The shipped diagrams are drawn so that they can be read.

Nothing lies on anything else, and no arrow crosses another one but where the reason is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.drawings import Sheet

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
DIAGRAMS = sorted(PROCESSES.glob("*/*.bpmn"))
SMALL = PROCESSES / "zelfstandige-verloskundige" / "overdracht.bpmn"

#: Two arrows that cannot be drawn without meeting, and why.
NEEDED = {
    "kinderopvang-de-papieren-boot/meldcode.bpmn": {
        # 'Veilig Thuis: meld nu' comes from above to the report that somebody makes herself; who does not
        # report herself leaves from before it to what comes after
        ("van_naar_meteen_melden_naar_naar_eigen_melding", "van_zelf_melden_naar_naar_hulp"): 1,
    },
    "wijkteam-nergenshoek/meldcode.bpmn": {
        # the other organisation did not take over: from the top lane into the middle of the road to following
        ("van_hulp_ook_naar_naar_volgen_melding", "van_opschalen_naar_naar_is_gemeld"): 1,
        # a new advice goes back to the left, and no help and no report on to the right, both under the tasks:
        # the handing over goes up and comes down above them
        ("van_hulp_ook_naar_naar_afsluiten", "van_is_het_veilig_naar_naar_kader"): 1,
    },
    "zelfstandige-verloskundige/meldcode.bpmn": {
        # no report goes around the report: 'meld nu' arrives above it, the buddy is told below it
        ("van_melden_noodzakelijk_naar_naar_hulp", "van_melding_2d_naar_mail_melding_2d"): 1,
    },
}
QUESTIONS: dict[str, Callable[[Sheet], Iterator[str]]] = {
    "no arrow goes over a shape": Sheet.through_shapes,
    "no arrow runs along a lane's edge, over its name or out of the pool": Sheet.along_frames,
    "no shape lies on another one or on a lane's edge": Sheet.on_each_other,
    "no two arrows of different tasks share a line": Sheet.merged,
    "no name lies on anything": Sheet.hidden_labels,
    "every name fits": Sheet.cut_off,
}


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=name_of)
def test_a_diagram_can_be_read_everywhere(diagram: Path) -> None:
    sheet = Sheet(diagram)

    assert {question: list(ask(sheet)) for question, ask in QUESTIONS.items()} == {
        question: [] for question in QUESTIONS
    }


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=name_of)
def test_arrows_cross_only_where_they_must(diagram: Path) -> None:
    crossings = Counter(tuple(sorted(pair)) for pair in Sheet(diagram).crossings())

    assert crossings == NEEDED.get(name_of(diagram), {})


def points(*places: tuple[int, int]) -> str:
    return "".join(f'<di:waypoint x="{x}" y="{y}" />' for x, y in places)


#: What is changed in a small diagram, and who has to notice.
SPOILED: dict[str, tuple[str, str, Callable[[Sheet], Iterator[object]]]] = {
    "an arrow over a task": (
        points((340, 190)),
        points((340, 190), (600, 190), (600, 120)),
        Sheet.through_shapes,
    ),
    "an arrow along the edge of a lane": (
        points((721, 430)),
        points((721, 400), (760, 400), (760, 430)),
        Sheet.along_frames,
    ),
    "an event on the edge of a lane": (
        '<dc:Bounds x="207" y="172" width="36"',
        '<dc:Bounds x="207" y="385" width="36"',
        Sheet.on_each_other,
    ),
    "two arrows on one line": (
        points((599, 248)),
        points((599, 248), (721, 260), (721, 300)),
        Sheet.merged,
    ),
    "two arrows that cross": (
        points((599, 267)),
        points((599, 260), (760, 260), (760, 267)),
        Sheet.crossings,
    ),
    "a name on a task": ('<dc:Bounds x="188" y="212"', '<dc:Bounds x="370" y="180"', Sheet.hidden_labels),
    "a name against an upright arrow": (
        '<dc:Bounds x="621" y="358" width="52"',
        '<dc:Bounds x="670" y="358" width="52"',
        Sheet.hidden_labels,
    ),
    "a name too long for its task": (
        'name="Gezin overdragen"',
        f'name="{"Het gezin overdragen aan een ander " * 4}"',
        Sheet.cut_off,
    ),
    "a lane lower than its name": (
        'name="Buddy" meldcode',
        'name="Buddy of een andere collega die kan helpen" meldcode',
        Sheet.cut_off,
    ),
}


@pytest.mark.parametrize("what", SPOILED)
def test_what_cannot_be_read_is_found(what: str, tmp_path: Path) -> None:
    before, after, ask = SPOILED[what]
    text = SMALL.read_text(encoding="utf-8")
    assert text.count(before) == 1
    spoiled = tmp_path / "overdracht.bpmn"
    spoiled.write_text(text.replace(before, after), encoding="utf-8")

    assert list(ask(Sheet(SMALL))) == []
    assert list(ask(Sheet(spoiled)))


def test_a_name_on_the_sign_of_a_called_process_is_found(tmp_path: Path) -> None:
    text = (PROCESSES / "kinderopvang-de-papieren-boot" / "meldcode.bpmn").read_text(encoding="utf-8")
    before = '<dc:Bounds x="490" y="750" width="150" height="80" />'
    assert text.count(before) == 1
    narrow = tmp_path / "meldcode.bpmn"
    narrow.write_text(text.replace(before, before.replace("150", "130")), encoding="utf-8")

    assert list(Sheet(narrow).cut_off()) == ["the name of medewerker does not fit"]
