"""Traps in tasks, events, timers, tags and lanes, each a small diagram."""

# ruff: noqa: E501  # snippets of XML

from __future__ import annotations

from tests.unit.diagram_samples import around, timer, user_task

ACUTE = '<message id="msg" name="acuut"/>'

# what is drawn, the code of the finding, and the element at which it must stand
IN_ELEMENTS = {
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
