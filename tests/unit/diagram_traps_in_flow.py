"""Traps in ids, shapes, flows, conditions and loops, each a small diagram."""

# ruff: noqa: E501  # snippets of XML

from __future__ import annotations

from tests.unit.diagram_samples import around, bpmn, choice, user_task

# what is drawn, the code of the finding, and the element at which it must stand
IN_FLOW = {
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
}
