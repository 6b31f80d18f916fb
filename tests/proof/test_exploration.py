"""What the exploration leaves out makes no difference: held to the engine itself, step by step."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from meldcode.check import Says
from meldcode.check.documents import Document, as_text
from meldcode.check.exploration import Exploration
from meldcode.check.explore import Playing, explore
from meldcode.check.live import Live
from meldcode.check.situations import Situations
from meldcode.check.soundness import soundness
from meldcode.check.verdict import Evidence
from meldcode.definition import Version, read_files, read_folder
from tests.proof.damage import ROOT
from tests.proof.small import Sketch, day, words
from tests.unit.engine_generated import versions

ORGANISATIONS = sorted(path.name for path in (ROOT / "processes").iterdir() if path.is_dir())
FEW = ("basisschool-het-voorbeeld", "wijkteam-nergenshoek")  # of make test; make long plays all
FIELDS = ("f", "g", "h")
generated = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def asked(version: Version) -> Version:
    """A generated version in which every task asks for one of the numbers that the diagram reads."""
    files = dict(version.files)
    text = files["meldcode.bpmn"].decode()
    for place, task in enumerate(sorted(set(re.findall(r'<bpmn:userTask id="(\w+)"', text)))):
        field = FIELDS[place % 3]
        read = f'name="formJsonSchemaFilename" value="forms/{field}.form"'
        inside = (
            "<bpmn:extensionElements><spiffworkflow:properties>"
            f"<spiffworkflow:property {read}/></spiffworkflow:properties></bpmn:extensionElements>"
        )
        text = re.sub(rf'(<bpmn:userTask id="{task}"[^>]*>)', rf"\1{inside}", text)
        number = f'"type": "number", "key": "{field}", "label": "{field}", "validate": {{"required": true}}'
        form = f'{{"type": "default", "id": "{field}", "schemaVersion": 19, "components": [{{{number}}}]}}'
        files[f"forms/{field}.form"] = form.encode()
    return read_files({**files, "meldcode.bpmn": text.encode()})


def moves(played: Exploration) -> list[Any]:
    return [
        (one.source, one.target, one.move, one.opened, one.cancelled, one.trail, one.history, failed(one))
        for one in played.edges
    ]


def failed(edge: Any) -> Any:
    return edge.incident and (edge.incident.kind, edge.incident.node, edge.incident.text)


def same(one: Exploration, other: Exploration) -> None:
    assert moves(one) == moves(other)
    assert one.reached == other.reached
    assert one.refused_acute == other.refused_acute
    assert [(state.history, state.open, state.outcome) for state in one.states] == [
        (state.history, state.open, state.outcome) for state in other.states
    ]


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in FEW else pytest.mark.long) for name in ORGANISATIONS],
)
def test_a_remembered_step_is_the_step_that_the_engine_takes(name: str) -> None:
    version = read_folder(ROOT / "processes" / name)
    remembered = explore(version, most_states=120)
    taken = explore(version, most_states=120, situations=Situations(version, remember=False))
    assert remembered.steps < taken.steps
    same(remembered, taken)
    assert [state.state for state in remembered.states] == [state.state for state in taken.states]


@generated
@given(versions(timed=True))
def test_a_remembered_step_is_the_engines_on_any_diagram(drawn: Version) -> None:
    version = asked(drawn)
    remembered = explore(version, most_states=60)
    taken = explore(version, most_states=60, situations=Situations(version, remember=False))
    same(remembered, taken)
    assert [state.state for state in remembered.states] == [state.state for state in taken.states]


@pytest.mark.parametrize("name", FEW)
def test_a_diagram_has_the_same_states_with_and_without_its_finished_tasks(name: str) -> None:
    version = read_folder(ROOT / "processes" / name)
    pruned = explore(version, most_states=150)
    whole = explore(version, most_states=150, situations=Situations(version, keep_finished=True))
    assert len(str(whole.states[-1].state)) > len(str(pruned.states[-1].state))
    same(pruned, whole)


@generated
@given(versions(timed=True))
def test_any_diagram_has_the_same_states_with_and_without_its_finished_tasks(drawn: Version) -> None:
    version = asked(drawn)
    pruned = explore(version, most_states=80)
    whole = explore(version, most_states=80, situations=Situations(version, keep_finished=True))
    if pruned.complete and whole.complete:  # the same states, whichever was come to first
        assert states(pruned) == states(whole)
        assert seen(pruned) == seen(whole)
        assert pruned.reached == whole.reached


def states(played: Exploration) -> Counter[Any]:
    return Counter((one.open, one.finished, one.outcome, one.history) for one in played.states)


@generated
@given(versions(timed=True))
def test_forgetting_values_that_no_longer_matter_loses_nothing_on_any_diagram(drawn: Version) -> None:
    version = asked(drawn)
    whole = everything(version)
    if not whole.complete:
        return
    less = explore(version, most_states=250)
    assert less.complete
    assert len(less.states) <= len(whole.states)
    assert less.reached == whole.reached
    assert seen(less) == seen(whole)


def everything(version: Version) -> Exploration:
    """All states with all their data."""
    with pytest.MonkeyPatch.context() as patched:

        def key(self: Live, due: object, document: Document) -> str:
            return as_text(dict(document.values))

        patched.setattr(Live, "key", key)
        return explore(version, most_states=250)


def seen(played: Exploration) -> set[Any]:
    """What can happen: each move, the tasks open before and after it, the outcome, what went wrong."""
    found = set()
    for edge in played.edges:
        before = played.states[edge.source].open if edge.source is not None else None
        after = played.states[edge.target] if edge.target is not None else None
        how = (after.open, after.finished, after.outcome) if after else failed(edge)
        found.add((before, edge.move.kind, edge.move.node, edge.opened, edge.cancelled, how))
    return found


def test_an_exploration_that_is_taken_further_is_the_one_that_was_not_stopped() -> None:
    version = read_folder(ROOT / "processes" / "kinderopvang-de-papieren-boot")
    playing = Playing(version)
    first = playing.to(20)
    assert not first.complete
    assert "20" in first.limits[0].nl
    further, at_once = playing.to(50_000), explore(version)
    assert further.complete
    same(further, at_once)


@generated
@given(versions(timed=True))
def test_no_diagram_hangs_or_breaks_the_proof(drawn: Version) -> None:
    version = asked(drawn)
    played = explore(version, most_states=150)
    said = dict(soundness(Evidence(version, played, ())))
    if not played.complete:
        assert Says.HOLDS not in {verdict.says for verdict in said.values()}


def test_acute_danger_is_raised_also_after_an_ordinary_form_asked_the_same_questions() -> None:
    d = Sketch()
    d.act("een", words("bellen_wie"), day("bellen_datum"))
    d.act("twee")
    d.line("een", "twee")
    d.acute("bellen:acuut")
    played = explore(d.version())
    raised = {played.states[edge.source].open for edge in played.edges if edge.move.kind == "raise"}  # type: ignore[index]
    assert raised >= {frozenset({"een"}), frozenset({"twee"})}
