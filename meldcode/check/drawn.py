"""Rules that are seen in the drawing, the forms and the mails, without playing a case."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime

from meldcode.check.meaning import WORDS, inputs, is_date
from meldcode.check.verdict import Evidence, Says, Verdict, broken, not_applicable
from meldcode.diagram.model import LEGAL_STEPS, Node, Purpose, StepKind
from meldcode.form import Form
from meldcode.form.parts import Prose, every
from meldcode.messages import Finding, Severity, Text
from meldcode.workdays import Cycle, TimerError, parse_timer

MONDAY = datetime(2026, 9, 7, 7, tzinfo=UTC)
FINE = Verdict(Says.HOLDS, Text("Zo staat het getekend.", "So it is drawn."))
LAST_RUNG = 15  # working days
SPECIAL = (
    "eergerelateerd",
    "huwelijksdwang",
    "genitale",
    "falsificatie",
    "ouderenmishandeling",
    "ontspoorde zorg",
    "achterlating",
    "uitbuiting",
    "uithuwelijk",
    "besnijdenis",
    "eerwraak",
    "onder dwang",
    "gedwongen",
)
TIMER_CODES = frozenset({"acute-on-working-days", "ladder-interrupts"})
TYPED = frozenset({"referentie", "kenmerk", "zaaknummer"})


def five_steps(evidence: Evidence) -> Verdict:
    meaning = evidence.meaning
    for kind in LEGAL_STEPS:
        tasks = [node for node in meaning.tagged(kind) if node.process in meaning.reached_processes]
        if not tasks:
            return broken(f"Geen taak heeft de stap “{kind}”.", f"No task has the step “{kind}”.")
        poor = [node for node in tasks if not _records(meaning.form(node))]
        if len(poor) == len(tasks):
            named = ", ".join(f"“{node.name}”" for node in poor)
            return broken(
                f"{named} vraagt niet om een datum en een bevinding die ingevuld moeten worden.",
                f"{named} asks no date and no finding that must be filled in.",
                *(node.id for node in poor),
            )
    return FINE


def _records(form: Form | None) -> bool:
    """Who is known from signing in; when and what must be asked."""
    if form is None:
        return False
    fields = [field for field in inputs(form.parts) if field.required]
    return any(is_date(field) for field in fields) and any(field.type in WORDS for field in fields)


def ladder(evidence: Evidence) -> Verdict:
    meaning = evidence.meaning
    tasks = [node for node in meaning.tagged(StepKind.WEGEN) if node.process in meaning.reached_processes]
    if not tasks:
        return not_applicable("Er is geen taak voor stap 4.", "There is no task for step 4.")
    for node in tasks:
        why = _ladder_fault(evidence, node)
        if why:
            return why
    return FINE


def _ladder_fault(evidence: Evidence, task: Node) -> Verdict | None:
    version = evidence.version
    rungs = []
    for node in version.nodes.values():
        if node.attached_to != task.id or node.timer is None or node.interrupting:
            continue
        if node.timer.purpose not in (Purpose.HERINNERING, Purpose.ESCALATIE):
            continue
        at = _moment(evidence, node)
        if at is None:
            continue
        rungs.append((at, node, _receivers(evidence, node)))
    rungs.sort(key=lambda rung: rung[0])
    name = f"“{task.name or task.id}”"
    reminders = [rung for rung in rungs if rung[1].timer and rung[1].timer.purpose is Purpose.HERINNERING]
    others = [rung for rung in rungs if rung[1].timer and rung[1].timer.purpose is Purpose.ESCALATIE]
    if not reminders or not others:
        what = "herinnering" if not reminders else "escalatie"
        return broken(f"Op {name} staat geen {what}.", f"On {name} stands no {what}.", task.id)
    if others[0][0] <= reminders[0][0]:
        return broken(
            f"De escalatie op {name} komt niet na de herinnering.",
            f"The escalation on {name} does not come after the reminder.",
            others[0][1].id,
        )
    told: list[str] = [task.role or ""]
    for _, node, receivers in others:
        if not receivers or receivers & set(told):
            return broken(
                f"De escalatie “{node.name or node.id}” op {name} gaat niet naar iemand die nog niets wist.",
                f"The escalation “{node.name or node.id}” on {name} does not go to somebody new.",
                node.id,
            )
        told += sorted(receivers)
    roles = version.organisation.roles
    if not any(roles[key].standins for _, _, receivers in others for key in receivers if key in roles):
        return broken(
            f"Wie bij {name} de escalatie krijgt, heeft geen vervanger.",
            f"Whoever gets the escalation on {name} has no stand-in.",
            task.id,
        )
    same = [node.id for (one, _, _), (two, node, _) in itertools.pairwise(rungs) if one >= two]
    if same:
        return broken(f"De ladder op {name} loopt niet op.", f"The ladder on {name} does not ascend.", *same)
    calendar = version.organisation.calendar()
    if calendar.working_days_between(MONDAY, rungs[-1][0]) > LAST_RUNG:
        return broken(
            f"De laatste trede op {name} komt later dan {LAST_RUNG} werkdagen.",
            f"The last rung on {name} comes later than {LAST_RUNG} working days.",
            rungs[-1][1].id,
        )
    return None


def _moment(evidence: Evidence, node: Node) -> datetime | None:
    """When a rung comes, for a task that opens on an ordinary Monday."""
    timer = node.timer
    if timer is None or timer.calendar is None or timer.kind == "date":
        return None
    try:
        read = parse_timer(timer.text)
        interval = read.interval if isinstance(read, Cycle) else read
        calendar = type(evidence.version.organisation.calendar())()
        return calendar.due(MONDAY, interval, timer.calendar)
    except TimerError:
        return None


def _receivers(evidence: Evidence, event: Node) -> frozenset[str]:
    """The roles that a rung mails or gives a task."""
    version, seen, found = evidence.version, set[str](), set[str]()
    todo = [version.flows[key].target for key in event.outgoing]
    while todo:
        key = todo.pop()
        if key in seen:
            continue
        seen.add(key)
        node = version.nodes[key]
        if node.to:
            found.add(node.to)
        elif node.kind == "userTask":
            found.add(node.role or "")
            continue
        todo += [version.flows[flow].target for flow in node.outgoing]
    return frozenset(found)


def terms(evidence: Evidence) -> Verdict:
    return _by_findings(
        evidence,
        lambda finding: finding.code.startswith("timer-") or finding.code in TIMER_CODES,
    )


def mails(evidence: Evidence) -> Verdict:
    typed = [
        field.key
        for form in evidence.version.forms.values()
        for field in inputs(form.parts)
        if field.key in TYPED
    ]
    if typed:
        return broken(
            f"Het veld `{typed[0]}` laat iemand een kenmerk typen.",
            f"The field `{typed[0]}` lets somebody type a reference.",
            *typed,
        )
    return _by_findings(evidence, lambda finding: finding.code.startswith("mail-"))


def _by_findings(evidence: Evidence, about: Callable[[Finding], bool]) -> Verdict:
    found: list[Finding] = [one for one in evidence.findings if one.severity is Severity.ERROR and about(one)]
    if found:
        return broken(found[0].what.nl, found[0].what.en, *(one.element for one in found if one.element))
    return FINE


def special_forms(evidence: Evidence) -> Verdict:
    meaning = evidence.meaning
    for node in meaning.tagged(StepKind.SIGNALEREN, StepKind.CONSULTEREN, StepKind.KINDCHECK, StepKind.WEGEN):
        texts = [node.instructions or ""]
        form = meaning.form(node)
        for part in every(form.parts) if form else ():
            if isinstance(part, Prose):
                texts.append(part.html)
            else:
                texts += [getattr(part, "label", ""), getattr(part, "description", "")]
                texts += [option.label for option in getattr(part, "options", ())]
        told = " ".join(texts).lower()
        if any(word in told for word in SPECIAL):
            return FINE
    return broken(
        "Geen vraag of uitleg noemt een bijzondere vorm van geweld, zoals eergerelateerd geweld.",
        "No question or guidance names a special form of violence, such as honour-based violence.",
    )
