"""Every trap the process engine accepts silently, and everything that cannot run, is named at its element."""

# ruff: noqa: E501  # snippets of XML

from __future__ import annotations

import re
from pathlib import Path

import pytest

from meldcode.diagram import diagram_findings, read_diagram
from meldcode.messages import Finding, Severity
from tests.unit.diagram_samples import bpmn, start_to_end, timer, user_task

FIXTURES = Path(__file__).parent / "fixtures"
ACUTE = '<message id="msg" name="acuut"/>'


def found(data: bytes, *others: bytes) -> list[Finding]:
    also = [read_diagram(other, f"{n}.bpmn") for n, other in enumerate(others)]
    return diagram_findings(read_diagram(data, "x.bpmn"), also)


def codes(findings: list[Finding]) -> set[tuple[str, str | None]]:
    return {(finding.code, finding.element) for finding in findings}


def around(task: str, *, flows: str = "", more: str = "", key: str = "a", **options: str) -> bytes:
    """A diagram of start → `task` → end, with other nodes beside it."""
    nodes, drawn = start_to_end(task + more, flows, task=key)
    return bpmn(nodes, drawn, **options)


def choice(first: str, second: str, kind: str = "exclusiveGateway") -> bytes:
    """A gateway with two conditions and a default."""
    nodes = f"""
      <startEvent id="start"/><{kind} id="keuze" default="f3"/>
      {user_task("a")}{user_task("b")}{user_task("c")}<endEvent id="end"/>
    """
    flows = f"""
      f0: start -> keuze
      f1: keuze -> a [{first}]
      f2: keuze -> b [{second}]
      f3: keuze -> c
      f4: a -> end
      f5: b -> end
      f6: c -> end
    """
    return bpmn(nodes, flows)


def test_a_sound_diagram_has_no_findings():
    assert diagram_findings(read_diagram((FIXTURES / "school.bpmn").read_bytes(), "school.bpmn")) == []


TRAPS = {
    # ids
    "the id Start": (around(user_task("Start"), key="Start"), "id-reserved", "Start"),
    "the id End": (around(user_task("End"), key="End"), "id-reserved", "End"),
    "the engine's join": (
        around(user_task("proces.EndJoin"), key="proces.EndJoin"),
        "id-reserved",
        "proces.EndJoin",
    ),
    "the engine's split": (
        around(user_task("a.BoundaryEventSplit"), key="a.BoundaryEventSplit"),
        "id-reserved",
        "a.BoundaryEventSplit",
    ),
    "an id with quotes": (around(user_task("a'b"), key="a'b"), "id-odd", "a'b"),
    "an id twice, once in an extension": (
        around(
            user_task(
                "a",
                inside="<ioSpecification id='end'/>",
            )
        ),
        "id-twice",
        "end",
    ),
    "an id of a foreign extension": (
        around(
            '<userTask id="a" name="A"><extensionElements><signavio:x id="end"/></extensionElements></userTask>'
        ),
        "id-twice",
        "end",
    ),
    "a task without id": (around(user_task("a"), more='<userTask name="B"/>'), "id-missing", "proces"),
    "typename as an id": (around(user_task("typename"), key="typename"), "name-typename", "typename"),
    "typename in a condition": (choice('typename = "x"', 'b = "x"'), "name-typename", "f1"),
    "typename as a message": (
        around(user_task("a"), head='<message id="m" name="typename"/>'),
        "name-typename",
        "m",
    ),
    # shape
    "an orphan": (around(user_task("a"), more=user_task("los")), "unreachable", "los"),
    "a dangling path": (
        bpmn(f'<startEvent id="start"/>{user_task("a")}<endEvent id="end"/>', "f: start -> a"),
        "dangling-end",
        "a",
    ),
    "a flow to nowhere": (around(user_task("a"), flows="f: a -> weg"), "flow-dangling", "f"),
    "two starts": (
        around(user_task("a"), more='<startEvent id="s2"/>', flows="f: s2 -> a"),
        "start-count",
        "proces",
    ),
    "no start": (bpmn(user_task("a") + '<endEvent id="end"/>', "f: a -> end"), "start-count", "proces"),
    "no end": (bpmn('<startEvent id="start"/>' + user_task("a"), "f: start -> a"), "end-missing", "proces"),
    "a subprocess without start": (
        around(f'<subProcess id="a" name="S">{user_task("b")}<endEvent id="e2"/></subProcess>'),
        "start-count",
        "a",
    ),
    "a flow into a subprocess": (
        around(
            f'<subProcess id="a" name="S"><startEvent id="s2"/>{user_task("b")}<endEvent id="e2"/></subProcess>',
            flows="f: start -> b",
        ),
        "flow-crosses",
        "f",
    ),
    "several flows out of a task": (
        around(user_task("a"), more=user_task("b"), flows="f: a -> b\ng: b -> end"),
        "several-outgoing",
        "a",
    ),
    "a flow into the start": (around(user_task("a"), flows="f: a -> start"), "start-incoming", "start"),
    "a flow out of the end": (around(user_task("a"), flows="f: end -> a"), "end-outgoing", "end"),
    "a process that is not executable": (
        around(user_task("a"), executable="false"),
        "process-not-executable",
        "proces",
    ),
    "lists of flows that lie": (
        around(user_task("a")).replace(b"<incoming>in</incoming>", b""),
        "flow-lists",
        "a",
    ),
    "lists of flows that name a stranger": (
        around(user_task("a")).replace(b"<incoming>in</incoming>", b"<incoming>x</incoming>"),
        "flow-lists",
        "a",
    ),
    # gateways and conditions
    "a condition after a task": (
        around(user_task("a")).replace(
            b'targetRef="end"/>',
            b'targetRef="end"><conditionExpression>x = 1</conditionExpression></sequenceFlow>',
        ),
        "condition-ignored",
        "out",
    ),
    "a gateway flow without condition": (choice("", 'x = "b"'), "condition-missing", "f1"),
    "a condition on the default": (
        choice('x = "a"', 'x = "b"').replace(b'default="f3"', b'default="f2"'),
        "condition-on-default",
        "f2",
    ),
    "a default elsewhere": (
        choice('x = "a"', 'x = "b"').replace(b'default="f3"', b'default="f4"'),
        "default-elsewhere",
        "keuze",
    ),
    "a condition that is no FEEL": (choice("x == 1", "x = 2"), "expression-unreadable", "f1"),
    "a condition of another language": (choice("${x}", "x = 2"), "expression-unreadable", "f1"),
    "the same condition twice": (choice('x  = "a"', 'x = "a"'), "conditions-overlap", "keuze"),
    "overlapping numbers": (choice("x > 3", "x > 5"), "conditions-overlap", "keuze"),
    "overlapping not": (choice('x != "a"', 'x = "b"'), "conditions-overlap", "keuze"),
    "overlapping or": (choice('x = "a" or x = "b"', 'x = "b"'), "conditions-overlap", "keuze"),
    "an event gateway to tasks": (
        bpmn(
            '<startEvent id="start"/><eventBasedGateway id="g"/>'
            + user_task("a")
            + user_task("b")
            + '<endEvent id="end"/>',
            "f0: start -> g\nf1: g -> a\nf2: g -> b\nf3: a -> end\nf4: b -> end",
        ),
        "event-gateway",
        "g",
    ),
    # loops
    "an automatic loop": (
        bpmn(
            '<startEvent id="start"/><exclusiveGateway id="g"/>'
            '<sendTask id="s" name="S" meldcode:mail="m" meldcode:to="r"/>'
            '<exclusiveGateway id="h" default="f3"/><endEvent id="end"/>',
            "f0: start -> g\nf1: g -> s\nf2: s -> h\nf3: h -> g\nf4: h -> end [x = 1]",
        ),
        "automatic-loop",
        "g",
    ),
    "an automatic loop through a subprocess": (
        bpmn(
            '<startEvent id="start"/><exclusiveGateway id="g"/><subProcess id="s"><startEvent id="s0"/>'
            '<endEvent id="s1"/></subProcess><exclusiveGateway id="h" default="f3"/><endEvent id="end"/>',
            "f0: start -> g\nf1: g -> s\nf2: s -> h\nf3: h -> g\nf4: h -> end [x = 1]\nf5: s0 -> s1",
        ),
        "automatic-loop",
        "g",
    ),
    "a loop without an end": (
        around(
            '<sendTask id="a" meldcode:mail="m" meldcode:to="r"><standardLoopCharacteristics>'
            "<loopCondition>x</loopCondition></standardLoopCharacteristics></sendTask>"
        ),
        "automatic-loop",
        "a",
    ),
    "a process that calls itself": (
        around('<callActivity id="a" calledElement="proces"/>'),
        "call-recursive",
        "a",
    ),
    "a repeated task without a list": (
        around(user_task("a", inside="<multiInstanceLoopCharacteristics/>")),
        "loop-incomplete",
        "a",
    ),
    "a repeated task with list and number": (
        around(
            user_task(
                "a",
                inside="<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality>"
                "<loopDataInputRef>x</loopDataInputRef></multiInstanceLoopCharacteristics>",
            )
        ),
        "loop-incomplete",
        "a",
    ),
    "a loop without condition": (
        around(user_task("a", inside="<standardLoopCharacteristics/>")),
        "loop-incomplete",
        "a",
    ),
    "a loop with a broken condition": (
        around(
            user_task(
                "a",
                inside="<standardLoopCharacteristics><loopCondition>x &gt;</loopCondition>"
                "</standardLoopCharacteristics>",
            )
        ),
        "expression-unreadable",
        "a",
    ),
    # tasks
    "a task without a type": (around('<task id="a" name="A"/>'), "unsupported", "a"),
    "a service task": (around('<serviceTask id="a" name="A"/>'), "unsupported", "a"),
    "a script task": (around('<scriptTask id="a"><script>1</script></scriptTask>'), "unsupported", "a"),
    "a transaction": (
        around('<transaction id="a"><startEvent id="s"/><endEvent id="e"/></transaction>', flows="f: s -> e"),
        "unsupported",
        "a",
    ),
    "an ad-hoc subprocess": (
        around(f'<adHocSubProcess id="a">{user_task("b")}</adHocSubProcess>'),
        "unsupported",
        "a",
    ),
    "a complex gateway": (around('<complexGateway id="a"/>'), "unsupported", "a"),
    "compensation": (around('<userTask id="a" name="A" isForCompensation="true"/>'), "unsupported", "a"),
    "a data store": (
        around(user_task("a"), more='<dataStoreReference id="d" name="D"/>'),
        "unsupported",
        "d",
    ),
    "a choreography": (around(user_task("a"), more="", head='<choreography id="c"/>'), "unsupported", "c"),
    "a correlation": (around(user_task("a"), head='<correlationProperty id="c"/>'), "unsupported", "c"),
    "an element nobody knows": (around(user_task("a"), more='<wormhole id="w"/>'), "unsupported", "w"),
    "a start quantity": (around(user_task("a", 'startQuantity="2"')), "quantity", "a"),
    "a script before a task": (
        around(
            '<userTask id="a" name="A"><extensionElements><spiffworkflow:preScript>x = 1'
            "</spiffworkflow:preScript></extensionElements></userTask>"
        ),
        "script",
        "a",
    ),
    "a service operator": (
        around(
            '<userTask id="a" name="A"><extensionElements><spiffworkflow:serviceTaskOperator id="op"/>'
            "</extensionElements></userTask>"
        ),
        "script",
        "a",
    ),
    "a form on a send task": (
        around(user_task("a").replace("userTask", "sendTask")),
        "extension-place",
        "a",
    ),
    "a send task without mail": (
        around('<sendTask id="a" meldcode:to="directeur"/>'),
        "send-without-mail",
        "a",
    ),
    "a send task without receiver": (
        around('<sendTask id="a" meldcode:mail="m"/>'),
        "send-without-mail",
        "a",
    ),
    "a receive task without message": (around('<receiveTask id="a"/>'), "event-without-name", "a"),
    "a decision task without table": (around('<businessRuleTask id="a"/>'), "rule-without-decision", "a"),
    "a call of nothing": (around('<callActivity id="a"/>'), "call-without-process", "a"),
    "a task without a name": (around('<userTask id="a"/>'), "task-without-name", "a"),
    "a task without a lane": (around(user_task("a"), lanes=""), "task-without-role", "a"),
    "a task without a form": (around('<userTask id="a" name="A"/>'), "task-without-form", "a"),
    # events
    "a message start": (
        around(user_task("a"), head=ACUTE).replace(
            b'<startEvent id="start">', b'<startEvent id="start"><messageEventDefinition messageRef="msg"/>'
        ),
        "event-unsupported",
        "start",
    ),
    "a conditional event": (
        around('<intermediateCatchEvent id="a"><conditionalEventDefinition/></intermediateCatchEvent>'),
        "unsupported",
        "a",
    ),
    "a link": (
        around('<intermediateThrowEvent id="a"><linkEventDefinition name="x"/></intermediateThrowEvent>'),
        "unsupported",
        "a",
    ),
    "a catch event of nothing": (around('<intermediateCatchEvent id="a"/>'), "event-unsupported", "a"),
    "a catch event of two things": (
        around(
            '<intermediateCatchEvent id="a"><timerEventDefinition/><signalEventDefinition/></intermediateCatchEvent>'
        ),
        "event-unsupported",
        "a",
    ),
    "a message nobody named": (
        around('<intermediateCatchEvent id="a"><messageEventDefinition/></intermediateCatchEvent>'),
        "event-without-name",
        "a",
    ),
    "a boundary event on nothing": (around(user_task("a"), more=timer("t", "weg")), "boundary-host", "t"),
    "a timer on an automatic task": (
        around(
            '<sendTask id="a" meldcode:mail="m" meldcode:to="r"/>', more=timer("t", "a"), flows="f: t -> end"
        ),
        "boundary-on-automatic",
        "t",
    ),
    "acute on one task": (
        around(
            user_task("a"),
            more='<boundaryEvent id="b" attachedToRef="a"><messageEventDefinition messageRef="msg"/></boundaryEvent>',
            flows="f: b -> end",
            head=ACUTE,
        ),
        "acute-on-task",
        "b",
    ),
    "an error on a person's task": (
        around(
            user_task("a"),
            more='<boundaryEvent id="b" attachedToRef="a"><errorEventDefinition/></boundaryEvent>',
            flows="f: b -> end",
        ),
        "boundary-never",
        "b",
    ),
    "a timer event subprocess": (
        around(
            user_task("a"),
            more='<subProcess id="e" triggeredByEvent="true"><startEvent id="es" meldcode:calendar="klok">'
            "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></startEvent>"
            '<endEvent id="ee"/></subProcess>',
            flows="f: es -> ee",
        ),
        "event-subprocess-start",
        "es",
    ),
    "an event subprocess inside a subprocess": (
        around(
            '<subProcess id="a"><startEvent id="s"/><endEvent id="e"/><subProcess id="es" triggeredByEvent="true">'
            '<startEvent id="s2"><messageEventDefinition messageRef="msg"/></startEvent><endEvent id="e2"/>'
            "</subProcess></subProcess>",
            flows="f: s -> e\ng: s2 -> e2",
            head=ACUTE,
        ),
        "event-subprocess-place",
        "es",
    ),
    "a flow to an event subprocess": (
        around(
            user_task("a"),
            more='<subProcess id="es" triggeredByEvent="true"><startEvent id="s2">'
            '<messageEventDefinition messageRef="msg"/></startEvent><endEvent id="e2"/></subProcess>',
            flows="f: es -> end\ng: s2 -> e2",
            head=ACUTE,
        ),
        "event-subprocess-flow",
        "es",
    ),
    # timers
    "a timer with quotes": (
        around(user_task("a"), more=timer("t", "a", '"P5D"'), flows="f: t -> end"),
        "timer-quoted",
        "t",
    ),
    "a timer of Python": (
        around(user_task("a"), more=timer("t", "a", "timedelta(days=5)"), flows="f: t -> end"),
        "timer-unreadable",
        "t",
    ),
    "a timer without P": (
        around(user_task("a"), more=timer("t", "a", "5D"), flows="f: t -> end"),
        "timer-unreadable",
        "t",
    ),
    "a timer of only P": (
        around(user_task("a"), more=timer("t", "a", "P"), flows="f: t -> end"),
        "timer-unreadable",
        "t",
    ),
    "a timer with broken FEEL": (
        around(user_task("a"), more=timer("t", "a", "= x +"), flows="f: t -> end"),
        "expression-unreadable",
        "t",
    ),
    "an empty timer": (
        around(user_task("a"), more=timer("t", "a", ""), flows="f: t -> end"),
        "timer-empty",
        "t",
    ),
    "a timer without calendar": (
        around(user_task("a"), more=timer("t", "a", more=""), flows="f: t -> end"),
        "timer-without-calendar",
        "t",
    ),
    "a timer without purpose": (
        around(
            user_task("a"),
            more=timer("t", "a").replace('meldcode:purpose="herinnering"', ""),
            flows="f: t -> end",
        ),
        "timer-without-purpose",
        "t",
    ),
    "hours in working days": (
        around(user_task("a"), more=timer("t", "a", "PT4H"), flows="f: t -> end"),
        "timer-working-hours",
        "t",
    ),
    "a date without offset": (
        around(
            user_task("a"),
            more=timer("t", "a", "2026-09-01T09:00:00").replace("timeDuration", "timeDate"),
            flows="f: t -> end",
        ),
        "timer-unreadable",
        "t",
    ),
    "cron": (
        around(
            user_task("a"),
            more=timer("t", "a", "0 9 * * 1").replace("timeDuration", "timeCycle"),
            flows="f: t -> end",
        ),
        "timer-unreadable",
        "t",
    ),
    "a cycle that can fire once": (
        around(
            user_task("a"),
            more=timer("t", "a", "R3/P2D").replace("timeDuration", "timeCycle").replace('"false"', '"true"'),
            flows="f: t -> end",
        ),
        "timer-cycle-place",
        "t",
    ),
    "a reminder that interrupts": (
        around(user_task("a"), more=timer("t", "a").replace('"false"', '"true"'), flows="f: t -> end"),
        "ladder-interrupts",
        "t",
    ),
    "acute in working days": (
        around(user_task("a", 'meldcode:step="acuut"'), more=timer("t", "a"), flows="f: t -> end"),
        "acute-on-working-days",
        "t",
    ),
    # tags and lanes
    "an unknown step": (around(user_task("a", 'meldcode:step="weeg"')), "step-unknown", "a"),
    "an unknown tag": (around(user_task("a", 'meldcode:stap="wegen"')), "tag-unknown", "a"),
    "an unknown calendar": (
        around(
            user_task("a"), more=timer("t", "a", more='meldcode:calendar="schooldagen"'), flows="f: t -> end"
        ),
        "calendar-unknown",
        "t",
    ),
    "a timer before a holiday that repeats": (
        around(
            user_task("a"),
            more=timer("t", "a", "R3/P5D", 'meldcode:calendar="vakantie"')
            .replace("timeDuration", "timeCycle")
            .replace("herinnering", "termijn"),
            flows="f: t -> end",
        ),
        "timer-before-holiday",
        "t",
    ),
    "a timer before a holiday that reminds": (
        around(
            user_task("a"),
            more=timer("t", "a", more='meldcode:calendar="vakantie"'),
            flows="f: t -> end",
        ),
        "timer-before-holiday",
        "t",
    ),
    "a tag in the wrong place": (around(user_task("a", 'meldcode:mail="herinnering"')), "tag-place", "a"),
    "a role that is no key": (around(user_task("a", 'meldcode:role="De Directeur"')), "tag-value", "a"),
    "a task in two lanes": (
        around(
            user_task("a"),
            lanes='<laneSet id="ls"><lane id="l1" name="Een"><flowNodeRef>a</flowNodeRef></lane>'
            '<lane id="l2" name="Twee"><flowNodeRef>a</flowNodeRef></lane></laneSet>',
        ),
        "lane-twice",
        "a",
    ),
    "a lane without a name": (
        around(
            user_task("a", 'meldcode:role="x"'),
            lanes='<laneSet id="ls"><lane id="l1"><flowNodeRef>a</flowNodeRef></lane></laneSet>',
        ),
        "lane-without-name",
        "l1",
    ),
    "an assignee of another engine": (
        around(user_task("a", 'camunda:assignee="x"')),
        "extension-ignored",
        "a",
    ),
    "a listener of another engine": (
        around(
            '<userTask id="a" name="A"><extensionElements><camunda:taskListener class="x"/></extensionElements></userTask>'
        ),
        "extension-ignored",
        "a",
    ),
}


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
