"""Rules and partitions on small diagrams, where every state can be counted by hand."""

from __future__ import annotations

import json
from typing import Any

from meldcode.check import Says, prove
from meldcode.check.explore import explore
from meldcode.definition import Version, read_files
from tests.unit.engine_cases import version
from tests.unit.engine_drawing import Drawing


def line(*tasks: str) -> Drawing:
    drawing = Drawing("proces")
    drawing.start("begin")
    for task in tasks:
        drawing.task(task)
    drawing.end("einde")
    drawing.chain("begin", *tasks, "einde")
    return drawing


def with_form(made: Version, task: str, *components: dict[str, Any]) -> Version:
    """The same version with a form on a task."""
    form = {"type": "default", "id": task, "schemaVersion": 19, "components": list(components)}
    path = f"forms/{task}.form"
    property_ = f'<spiffworkflow:property name="formJsonSchemaFilename" value="{path}"/>'
    inside = (
        f"<bpmn:extensionElements><spiffworkflow:properties>{property_}"
        "</spiffworkflow:properties></bpmn:extensionElements>"
    )
    files = dict(made.files)
    (diagram,) = [name for name in files if name.endswith(".bpmn")]
    text = files[diagram].decode()
    start = text.index(f'id="{task}"')
    close = text.index(">", start)
    if text[close - 1] == "/":
        text = f"{text[: close - 1]}>{inside}</bpmn:userTask>{text[close + 1 :]}"
    else:
        text = f"{text[: close + 1]}{inside}{text[close + 1 :]}"
    return read_files({**files, diagram: text.encode(), path: json.dumps(form).encode()})


def test_a_line_of_two_tasks_has_three_states() -> None:
    played = explore(version(line("een", "twee")))
    assert [state.open for state in played.states] == [{"een"}, {"twee"}, frozenset()]
    assert played.complete


def test_only_answers_that_something_reads_branch() -> None:
    drawing = line("een")
    choice = {
        "type": "radio",
        "key": "keuze",
        "label": "Keuze",
        "values": [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}],
        "validate": {"required": True},
    }
    played = explore(with_form(version(drawing), "een", choice))
    assert len(played.edges) == 2  # the start and one answer


def test_a_number_is_tried_at_the_threshold_and_on_both_sides() -> None:
    drawing = Drawing("proces")
    drawing.start("begin")
    drawing.task("een")
    drawing.gateway("exclusive", "hoeveel", default="weinig")
    drawing.end("veel_einde")
    drawing.end("weinig_einde")
    drawing.chain("begin", "een", "hoeveel")
    drawing.flow("hoeveel", "veel_einde", "aantal >= 3", key="veel")
    drawing.flow("hoeveel", "weinig_einde", key="weinig")
    number = {"type": "number", "key": "aantal", "label": "Aantal", "validate": {"required": True}}
    played = explore(with_form(version(drawing), "een", number))
    given = {edge.move.answers["aantal"] >= 3 for edge in played.edges if edge.move.kind == "complete"}
    assert given == {True, False}
    assert {"veel", "weinig"} <= played.reached


def test_timers_of_two_open_tasks_fire_in_both_orders() -> None:
    drawing = Drawing("proces")
    drawing.start("begin")
    drawing.gateway("parallel", "splits")
    drawing.chain("begin", "splits")
    for key, term in (("een", "P1D"), ("twee", "P9D")):
        drawing.task(key)
        drawing.timer(f"{key}_tijd", term, on=key)
        drawing.task(f"{key}_extra")
        for end in (f"{key}_einde", f"{key}_tijd_einde"):
            drawing.end(end)
        drawing.chain("splits", key, f"{key}_einde")
        drawing.chain(f"{key}_tijd", f"{key}_extra", f"{key}_tijd_einde")
    opened = {state.open for state in explore(version(drawing)).states}
    assert {"een", "twee", "een_extra"} in opened
    assert {"een", "twee", "twee_extra"} in opened  # its timer is later, but may still come first


def test_a_deadlock_is_unsound_and_said_with_the_way_to_it() -> None:
    drawing = Drawing("proces")
    drawing.start("begin")
    drawing.task("een")
    drawing.gateway("exclusive", "keus", default="links")
    drawing.gateway("parallel", "samen")
    drawing.task("a")
    drawing.task("b")
    drawing.end("einde")
    drawing.chain("begin", "een", "keus")
    drawing.flow("keus", "a", key="links")
    drawing.flow("keus", "b", "false", key="rechts")
    drawing.chain("a", "samen")
    drawing.chain("b", "samen", "einde")
    proof = prove(version(drawing))
    assert proof.sound["incident"].says is Says.BROKEN
    assert proof.sound["incident"].story[-1].startswith("De zaak loopt vast.")
    assert proof.sound["reachable"].says is Says.BROKEN
    assert "b" in proof.sound["reachable"].elements
