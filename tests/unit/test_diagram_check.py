"""Every trap the process engine accepts silently, and everything that cannot run, is named at its element."""

# ruff: noqa: E501  # snippets of XML

from __future__ import annotations

import re
from pathlib import Path

import pytest

from meldcode.diagram import diagram_findings, read_diagram
from meldcode.messages import Finding, Severity
from tests.unit.diagram_samples import around, bpmn, choice, timer, user_task
from tests.unit.diagram_traps_in_elements import IN_ELEMENTS
from tests.unit.diagram_traps_in_flow import IN_FLOW

FIXTURES = Path(__file__).parent / "fixtures"


def found(data: bytes, *others: bytes) -> list[Finding]:
    also = [read_diagram(other, f"{n}.bpmn") for n, other in enumerate(others)]
    return diagram_findings(read_diagram(data, "x.bpmn"), also)


def codes(findings: list[Finding]) -> set[tuple[str, str | None]]:
    return {(finding.code, finding.element) for finding in findings}


def test_a_sound_diagram_has_no_findings():
    assert diagram_findings(read_diagram((FIXTURES / "school.bpmn").read_bytes(), "school.bpmn")) == []


TRAPS = {**IN_FLOW, **IN_ELEMENTS}


@pytest.mark.parametrize(("data", "code", "element"), TRAPS.values(), ids=TRAPS.keys())
def test_the_trap_is_named_at_its_element(data, code, element):
    assert (code, element) in codes(found(data))


@pytest.mark.parametrize(("data", "code", "element"), TRAPS.values(), ids=TRAPS.keys())
def test_every_finding_says_what_and_what_to_do_in_two_languages(data, code, element):
    for finding in found(data):
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", finding.code)
        for text in (finding.what, finding.remedy):
            assert len(text.nl) > 10
            assert text.nl[0].isupper() or text.nl[0] in "`“"
            assert text.nl.rstrip()[-1] in ".?)" or finding.code == "timer-quoted"
        assert finding.what.nl != finding.what.en


SOUND = {
    "a manual task": around('<manualTask id="a" name="Bel"/>'),
    "an interrupting term": around(
        user_task("a"),
        more=timer("t", "a").replace('"false"', '"true"').replace("herinnering", "termijn"),
        flows="f: t -> end",
    ),
    "a cycle of reminders": around(
        user_task("a"),
        more=timer("t", "a", "R3/P2D").replace("timeDuration", "timeCycle"),
        flows="f: t -> end",
    ),
    "a timer in FEEL": around(user_task("a"), more=timer("t", "a", "= termijn"), flows="f: t -> end"),
    "a date": around(
        user_task("a"),
        more=timer("t", "a", "2026-09-01T09:00:00+02:00").replace("timeDuration", "timeDate"),
        flows="f: t -> end",
    ),
    "acute on the clock": around(
        user_task("a", 'meldcode:step="acuut"'),
        more=timer("t", "a", "PT1H", 'meldcode:calendar="klok"'),
        flows="f: t -> end",
    ),
    "an end that stops everything": around(user_task("a")).replace(
        b'<endEvent id="end">', b'<endEvent id="end"><terminateEventDefinition/>'
    ),
    "disjoint constants": choice('x = "a"', 'x = "b"'),
    "disjoint numbers": choice("x < 3", "x >= 3"),
    "disjoint with and": choice('x = "a" and y = "b"', 'x = "a" and y = "c"'),
    "disjoint by not": choice('x = "a"', 'x != "a"'),
    "conditions nobody can decide": choice("count(x) > 1", "count(x) > 2"),
    "overlap at an inclusive gateway": choice('x != "a"', 'x = "b"', "inclusiveGateway"),
    "a foreign position": around(user_task("a", 'signavio:color="red"')),
    "two repeated tasks over one list": around(
        user_task(
            "a",
            inside='<multiInstanceLoopCharacteristics><loopDataInputRef>kinderen</loopDataInputRef><inputDataItem id="kind"/>'
            "</multiInstanceLoopCharacteristics>",
        )
    ),
    "a loop with a person in it": bpmn(
        '<startEvent id="start"/><exclusiveGateway id="g"/>'
        + user_task("a")
        + '<exclusiveGateway id="h" default="f3"/><endEvent id="end"/>',
        "f0: start -> g\nf1: g -> a\nf2: a -> h\nf3: h -> g\nf4: h -> end [x = 1]",
    ),
    "a loop through a subprocess with a person in it": bpmn(
        '<startEvent id="start"/><exclusiveGateway id="g"/><subProcess id="s"><startEvent id="s0"/>'
        + user_task("a")
        + '<endEvent id="s1"/></subProcess><exclusiveGateway id="h" default="f3"/><endEvent id="end"/>',
        "f0: start -> g\nf1: g -> s\nf2: s -> h\nf3: h -> g\nf4: h -> end [x = 1]\nf5: s0 -> a\nf6: a -> s1",
    ),
}


@pytest.mark.parametrize("data", SOUND.values(), ids=SOUND.keys())
def test_what_is_sound_is_left_alone(data):
    assert codes(found(data)) == set()


def test_an_overlap_shows_values_that_make_both_true():
    (finding,) = found(choice("bedrag > 100", "bedrag > 200"))
    assert "bedrag = 200.5" in finding.what.nl
    assert finding.severity is Severity.ERROR


def test_conditions_on_different_data_may_overlap_and_only_warn():
    (finding,) = found(choice('melden = "ja"', 'hulp = "ja"'))
    assert finding.code == "conditions-overlap"
    assert finding.severity is Severity.WARNING


def test_a_quoted_timer_says_to_drop_the_quotes():
    data = around(user_task("a"), more=timer("t", "a", '"P5D"'), flows="f: t -> end")
    (finding,) = found(data)
    assert finding.remedy.nl == "Haal de aanhalingstekens weg: P5D"


def test_a_broken_condition_tells_line_and_character():
    (finding,) = found(choice('x = "a" en', 'x = "b"'))
    assert "regel 1, teken" in finding.what.nl
    assert "line 1, character" in finding.what.en


def test_a_misspelled_tag_is_guessed():
    (finding,) = found(around(user_task("a", 'meldcode:step="signalren"')))
    assert "Bedoelt u `signaleren`?" in finding.what.nl


def test_processes_that_call_each_other_are_found_across_files():
    one = around('<callActivity id="a" calledElement="twee"/>', process="een")
    other = around('<callActivity id="b" calledElement="een"/>', key="b", process="twee")
    assert ("call-recursive", "a") in codes(found(one, other))


def test_a_loop_through_a_called_process_in_another_file_is_seen():
    loop = bpmn(
        '<startEvent id="start"/><exclusiveGateway id="g"/><callActivity id="s" calledElement="snel"/>'
        '<exclusiveGateway id="h" default="f3"/><endEvent id="end"/>',
        "f0: start -> g\nf1: g -> s\nf2: s -> h\nf3: h -> g\nf4: h -> end [x = 1]",
    )
    fast = bpmn('<startEvent id="q0"/><endEvent id="q1"/>', "q: q0 -> q1", process="snel")
    slow = bpmn(
        f'<startEvent id="q0"/>{user_task("q")}<endEvent id="q1"/>', "k: q0 -> q\nl: q -> q1", process="snel"
    )
    assert ("automatic-loop", "g") in codes(found(loop, fast))
    assert codes(found(loop, slow)) == set()


def test_the_published_reference_diagrams_are_read_or_refused_with_reasons(test_data, record_property):
    files = sorted((test_data / "miwg").glob("*.bpmn"))
    assert len(files) == 21
    counts = {}
    for file in files:
        findings = diagram_findings(read_diagram(file.read_bytes(), file.name))
        assert any(finding.severity is Severity.ERROR for finding in findings), file.name
        assert all(finding.what.nl and finding.remedy.nl for finding in findings)
        counts[file.name] = len(findings)
    record_property("figure", f"BPMN reference diagrams: {len(counts)} read, {sum(counts.values())} findings")


def test_a_chain_of_hundreds_of_calls_is_checked_without_drowning():
    calls = "".join(
        f'<process id="p{n}" isExecutable="true"><startEvent id="s{n}"/><callActivity id="c{n}" '
        f'calledElement="p{n + 1}"/><endEvent id="e{n}"/></process>'
        for n in range(300)
    )
    data = around('<callActivity id="a" calledElement="p0"/>', more="").replace(
        b"</definitions>", calls.encode() + b"</definitions>"
    )
    assert not any(code == "call-recursive" for code, _ in codes(found(data)))


def test_boundary_events_on_boundary_events_are_refused_however_many():
    chain = "".join(timer(f"t{n}", f"t{n + 1}") for n in range(400))
    findings = codes(found(around(user_task("a"), more=chain + timer("t400", "a"))))
    assert ("boundary-host", "t0") in findings
    assert ("boundary-host", "t400") not in findings
