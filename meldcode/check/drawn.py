"""Rules that are seen in the drawing, the forms and the mails, without playing a case."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime

from meldcode.check.asking import Asking, Given, is_choice, is_date, is_words
from meldcode.check.crossed import CARER, PLANNED, crossed
from meldcode.check.deciding import met, targets
from meldcode.check.meaning import Meaning
from meldcode.check.verdict import Evidence, Says, Verdict, broken, not_applicable
from meldcode.diagram.model import LEGAL_STEPS, Node, Purpose, StepKind
from meldcode.form import Field, Form
from meldcode.form.parts import every
from meldcode.messages import Finding, Severity, Text
from meldcode.workdays import Cycle, TimerError, parse_timer

MONDAY = datetime(2026, 9, 7, 7, tzinfo=UTC)
FINE = Verdict(Says.HOLDS, Text("Zo staat het getekend.", "So it is drawn."))
LAST_RUNG = 15  # working days
SPECIAL = (  # of the list of forms of violence, those that ask for knowledge of their own
    ("eergerelateerd", "eerwraak", "familie-eer"),
    ("huwelijksdwang", "uithuwelijk", "achterlating", "dwang om te trouwen"),
    ("genitale verminking", "besnijdenis"),
    ("falsificatie", "ziek maken"),
    ("ouderenmishandeling", "ontspoorde zorg", "ontspoorde mantelzorg"),
    ("uitbuiting",),
)
FEWEST_SPECIAL = 2
TIMER_CODES = frozenset({"acute-on-working-days", "ladder-interrupts"})
TYPED = frozenset({"referentie", "kenmerk", "zaaknummer"})


def five_steps(evidence: Evidence) -> Verdict:
    """Each task of a step asks for a finding, in words or as a choice; and of each step some task asks for
    the day and for words, whatever is answered. Who filled it in, and when, the software records itself.
    """
    meaning = evidence.meaning
    for node in meaning.people.values():  # those of side routes too
        finds = insists(meaning, node, lambda field: is_words(field) or is_choice(field))
        if node.steps & set(LEGAL_STEPS) and not finds:
            return broken(
                f"“{node.name}” vraagt niet altijd om een bevinding.",
                f"“{node.name}” does not always ask for a finding.",
                node.id,
            )
    for kind in LEGAL_STEPS:
        tasks = [node for node in meaning.tagged(kind) if node.process in meaning.reached_processes]
        if not tasks:
            return broken(f"Geen taak heeft de stap “{kind}”.", f"No task has the step “{kind}”.")
        if not any(_records(meaning, node) for node in tasks):
            named = ", ".join(f"“{node.name}”" for node in tasks)
            return broken(
                f"{named} vraagt niet altijd om een datum en een bevinding in woorden.",
                f"{named} does not always ask for a date and a finding in words.",
                *(node.id for node in tasks),
            )
    return FINE


def _records(meaning: Meaning, node: Node) -> bool:
    """A conversation that did not take place has no day, but a reason."""
    form = meaning.form(node)
    return (
        form is not None
        and insists(meaning, node, is_words)
        and Asking(meaning.version, form).always_or_why_not(is_date)
    )


def insists(
    meaning: Meaning,
    node: Node,
    wanted: Callable[[Field], bool],
    when: Callable[[Given], bool] = lambda _: True,
) -> bool:
    """Whether a task's form always asks for such an answer."""
    form = meaning.form(node)
    return form is not None and Asking(meaning.version, form).always(wanted, when)


def inputs(form: Form) -> list[Field]:
    """Every question at any depth."""
    return [part for part in every(form.parts) if isinstance(part, Field) and not part.readonly]


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


def _called(node: Node) -> str:
    """A task by its name; a rung without one by its term."""
    return f"“{node.name}”" if node.name or node.timer is None else f"({node.timer.text})"


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
    name = _called(task)
    reminders = [rung for rung in rungs if rung[1].timer and rung[1].timer.purpose is Purpose.HERINNERING]
    others = [rung for rung in rungs if rung[1].timer and rung[1].timer.purpose is Purpose.ESCALATIE]
    if not reminders or not others:
        what = "herinnering" if not reminders else "escalatie"
        return broken(f"Op {name} staat geen {what}.", f"On {name} stands no {what}.", task.id)
    if others[0][0] <= reminders[-1][0]:
        return broken(
            f"Op {name} komen niet eerst de herinneringen en daarna de escalaties.",
            f"On {name} the escalations do not come after the reminders.",
            others[0][1].id,
        )
    for _, node, receivers in reminders:
        if receivers != {task.role}:
            return broken(
                f"De herinnering {_called(node)} gaat niet naar wie de taak {name} heeft.",
                f"The reminder {_called(node)} does not go to whoever has the task {name}.",
                node.id,
            )
    told: list[str] = [task.role or ""]
    roles = version.organisation.roles
    for _, node, receivers in others:
        if not receivers or receivers & set(told):
            return broken(
                f"De escalatie {_called(node)} op {name} gaat niet naar iemand die nog niets wist.",
                f"The escalation {_called(node)} on {name} does not go to somebody new.",
                node.id,
            )
        told += sorted(receivers)
        alone = sorted(key for key in receivers if key in roles and not roles[key].standins)
        if alone:
            return broken(
                f"Wie op {name} de escalatie {_called(node)} krijgt (`{alone[0]}`), heeft geen vervanger.",
                f"Whoever gets the escalation {_called(node)} on {name} (`{alone[0]}`) has no stand-in.",
                node.id,
            )
    same = [node.id for (one, _, _), (two, node, _) in itertools.pairwise(rungs) if one >= two]
    if same:
        return broken(f"De ladder op {name} loopt niet op.", f"The ladder on {name} does not ascend.", *same)
    if version.organisation.calendar().working_days_between(MONDAY, rungs[-1][0]) > LAST_RUNG:
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
    version = evidence.version

    def asks(node: Node) -> bool:
        return node.kind == "userTask" and not node.to

    def onwards(node: Node) -> list[str]:
        return [] if asks(node) else targets(version, node.outgoing)

    found = met(version, targets(version, event.outgoing), onwards)
    return frozenset(node.to or node.role or "" for node in found if node.to or asks(node))


def terms(evidence: Evidence) -> Verdict:
    dated = {
        node.attached_to or node.id
        for node in evidence.version.nodes.values()
        if node.timer and node.timer.kind == "date"
    }
    return crossed(evidence.version, dated, PLANNED) or _by_findings(
        evidence,
        lambda finding: finding.code.startswith("timer-") or finding.code in TIMER_CODES,
    )


def mails(evidence: Evidence) -> Verdict:
    typed = [
        field.key for form in evidence.version.forms.values() for field in inputs(form) if field.key in TYPED
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
    """A question or text of steps 1, 2 or 4 names at least two of them: one by chance is not guidance."""
    meaning = evidence.meaning
    told = " ".join(
        meaning.texts(node)
        for node in meaning.tagged(
            StepKind.SIGNALEREN, StepKind.CONSULTEREN, StepKind.KINDCHECK, StepKind.WEGEN
        )
    )
    named = [one for one in SPECIAL if any(word in told for word in one)]
    if len(named) >= FEWEST_SPECIAL:
        carers = [node.id for node in meaning.tagged(StepKind.MANTELZORGCHECK)]
        return crossed(evidence.version, carers, CARER) or FINE
    return broken(
        "Vragen en uitleg noemen geen bijzondere vormen van geweld, zoals eergerelateerd geweld en "
        "huwelijksdwang.",
        "Questions and guidance name no special forms of violence, such as honour-based violence and forced "
        "marriage.",
    )
