"""Checks on what is written in a diagram: conditions, timers and the expressions of repeated tasks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from meldcode.diagram.faults import Faults, called, reference
from meldcode.diagram.model import CalendarKind, Diagram, Flow, Node, Purpose, StepKind, Timer
from meldcode.diagram.names import ACUTE_MESSAGE
from meldcode.feel import Expression, FeelError, expression
from meldcode.messages import Text
from meldcode.workdays import Cycle, Duration, TimerError, parse_duration, parse_timer

FORBIDDEN_NAME = "typename"
LADDER = frozenset({Purpose.HERINNERING, Purpose.ESCALATIE})
IN_WHOLE_DAYS = frozenset({*CalendarKind} - {CalendarKind.KLOK})


def expression_findings(diagram: Diagram, faults: Faults) -> None:
    """Everything that can be said by reading the conditions, timers and loops of a diagram."""
    readable = {
        flow.id: read
        for flow in diagram.flows.values()
        if flow.condition and (read := _read(flow.condition, flow.id, reference(flow.id), faults))
    }
    for node in diagram.nodes.values():
        if node.event == "timer":
            _timer(node, diagram, faults)
        for text in _loop_texts(node):
            _read(text, node.id, called(node), faults)
        if node.kind == "exclusiveGateway":
            _overlaps(node, diagram, readable, faults)


def expressions_of(diagram: Diagram) -> Iterator[tuple[str, str]]:
    """Every FEEL text in a diagram that can be read, with the id of the element it stands on."""
    texts = [(flow.id, flow.condition) for flow in diagram.flows.values() if flow.condition]
    for node in diagram.nodes.values():
        texts += [(node.id, text) for text in _loop_texts(node)]
        if node.timer and node.timer.text.startswith("="):
            texts.append((node.id, node.timer.text))
    for element, text in texts:
        try:
            expression(text)
        except FeelError:
            continue
        yield element, text


def _loop_texts(node: Node) -> list[str]:
    if node.loop is None:
        return []
    return [text for text in (node.loop.cardinality, node.loop.collection, node.loop.condition) if text]


def _read(text: str, element: str, label: str, faults: Faults) -> Expression | None:
    try:
        read = expression(text)
    except FeelError as error:
        place_nl = f" (regel {error.line}, teken {error.column})"
        place_en = f" (line {error.line}, character {error.column})"
        faults.error(
            "expression-unreadable",
            element,
            Text(
                f"De uitdrukking bij {label} is niet te lezen{place_nl}: {error.text.nl}",
                f"The expression at {label} cannot be read{place_en}: {error.text.en}",
            ),
            Text(
                'Schrijf FEEL, bijvoorbeeld = melden = "ja" of = aantal > 2.',
                'Write FEEL, for instance = melden = "ja" or = aantal > 2.',
            ),
        )
        return None
    if any(FORBIDDEN_NAME in path for path in read.paths):
        faults.error(
            "name-typename",
            element,
            Text(
                f"De uitdrukking bij {label} gebruikt de verboden naam `typename`.",
                f"The expression at {label} uses the forbidden name `typename`.",
            ),
            Text("Kies een andere naam.", "Choose another name."),
        )
    return read


# --- conditions that overlap -------------------------------------------------------------------------

# Only comparisons of names with constants are looked at: for those, trying each constant, a value
# beside it, nothing, true and false shows every way they can turn out. Function calls, arithmetic
# between names and loops are left alone: they cannot be decided by trying.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
_PLAIN = re.compile(r"(?:\s|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?!\s*\()|\b(?:not|in|and|or)\s*\(|[=!<>(),])*")
_MOST_TRIALS = 3_000


def _overlaps(gateway: Node, diagram: Diagram, readable: dict[str, Expression], faults: Faults) -> None:
    flows = [
        diagram.flows[key] for key in gateway.outgoing if key in readable and key != gateway.default_flow
    ]
    for one, other in itertools.combinations(flows, 2):
        first, second = readable[one.id], readable[other.id]
        if _same(one, other):
            _overlap(gateway, one, other, "", True, faults)
            continue
        witness = _both_true(one, other, first, second)
        if witness is not None:
            related = first.paths <= second.paths or second.paths <= first.paths
            _overlap(gateway, one, other, witness, related, faults)


def _same(one: Flow, other: Flow) -> bool:
    return (one.condition or "").split() == (other.condition or "").split()


def _overlap(gateway: Node, one: Flow, other: Flow, witness: str, certain: bool, faults: Faults) -> None:
    """`certain`: both read the same data. Otherwise the form may rule the combination out."""
    say = faults.error if certain else faults.warning
    when_nl = f", bijvoorbeeld als {witness}" if witness else ""
    when_en = f", for instance when {witness}" if witness else ""
    say(
        "conditions-overlap",
        gateway.id,
        Text(
            f"Bij {called(gateway)} kunnen `{one.condition}` en `{other.condition}` allebei waar zijn"
            f"{when_nl}. Dan beslist de volgorde in het bestand, en die ziet niemand.",
            f"At {called(gateway)}, `{one.condition}` and `{other.condition}` can both be true{when_en}. "
            "Then the order in the file decides, which nobody sees.",
        ),
        Text(
            "Maak de voorwaarden uitsluitend, of gebruik een inclusieve gateway als beide paden mogen.",
            "Make the conditions exclude each other, or use an inclusive gateway if both paths may be taken.",
        ),
    )


def _both_true(one: Flow, other: Flow, first: Expression, second: Expression) -> str | None:
    """Values that make both conditions true, as text; None when there are none or nobody can tell."""
    texts = [one.condition or "", other.condition or ""]
    if not all(_PLAIN.fullmatch(_NUMBER.sub("", _STRING.sub("", text))) for text in texts):
        return None
    paths = sorted(first.paths | second.paths)
    if any(a != b and b[: len(a)] == a for a in paths for b in paths):
        return None
    candidates = _candidates(" ".join(texts))
    if len(candidates) ** len(paths) > _MOST_TRIALS:
        return None
    for values in itertools.product(candidates, repeat=len(paths)):
        context = _context(paths, values)
        if first.evaluate(context) is True and second.evaluate(context) is True:
            return ", ".join(
                f"{'.'.join(path)} = {_shown(value)}" for path, value in zip(paths, values, strict=True)
            )
    return None


def _candidates(text: str) -> list[Any]:
    strings = [found[1:-1] for found in _STRING.findall(text)]
    numbers = [float(found) for found in _NUMBER.findall(_STRING.sub("", text))]
    beside = [number + step for number in numbers for step in (-0.5, 0.5)]
    return [*dict.fromkeys(strings), *dict.fromkeys([*numbers, *beside]), True, False, None, "…"]


def _context(paths: list[tuple[str, ...]], values: tuple[Any, ...]) -> dict[str, Any]:
    context: dict[str, Any] = {}
    for path, value in zip(paths, values, strict=True):
        place = context
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = value
    return context


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return f"{value:g}" if isinstance(value, float) else f'"{value}"'


# --- timers ------------------------------------------------------------------------------------------


def _timer(node: Node, diagram: Diagram, faults: Faults) -> None:
    timer = node.timer
    if timer is None or not timer.text:
        faults.error(
            "timer-empty",
            node.id,
            Text(f"De timer {called(node)} heeft geen tijd.", f"The timer {called(node)} has no time."),
            Text("Vul een tijdsduur in, bijvoorbeeld P5D.", "Fill in a duration, for instance P5D."),
        )
        return
    if timer.calendar is None:
        faults.error(
            "timer-without-calendar",
            node.id,
            Text(
                f"De timer {called(node)} zegt niet of hij werkdagen of de klok telt.",
                f"The timer {called(node)} does not say whether it counts working days or clock time.",
            ),
            Text("Kies `werkdagen` of `klok`.", "Choose `werkdagen` or `klok`."),
        )
    if timer.text.startswith("="):
        _read(timer.text, node.id, called(node), faults)
    else:
        _written_time(node, timer, faults)
    _timer_place(node, timer, diagram, faults)


def _written_time(node: Node, timer: Timer, faults: Faults) -> None:
    text = timer.text
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        bare = text[1:-1]
        faults.error(
            "timer-quoted",
            node.id,
            Text(
                f"De tijd bij {called(node)} staat tussen aanhalingstekens.",
                f"The time at {called(node)} stands between quotes.",
            ),
            Text(f"Haal de aanhalingstekens weg: {bare}", f"Drop the quotes: {bare}"),
        )
        return
    try:
        length = _length(timer)
    except (TimerError, ValueError) as error:
        text_of = error.text if isinstance(error, TimerError) else _DATE_NEEDS_OFFSET
        faults.error(
            "timer-unreadable",
            node.id,
            Text(
                f"De tijd bij {called(node)} is niet te lezen: {text_of.nl}",
                f"The time at {called(node)} cannot be read: {text_of.en}",
            ),
            Text(
                "Schrijf P5D (5 dagen), P6W (6 weken), PT1H (1 uur) of R3/P2D (3 keer, om de 2 dagen).",
                "Write P5D (5 days), P6W (6 weeks), PT1H (1 hour) or R3/P2D (3 times, every 2 days).",
            ),
        )
        return
    if timer.calendar in IN_WHOLE_DAYS and length is not None and not length.is_whole_days:
        faults.error(
            "timer-working-hours",
            node.id,
            Text(
                f"{text} bij {called(node)} is niet in werkdagen te tellen.",
                f"{text} at {called(node)} cannot be counted in working days.",
            ),
            Text(
                "Schrijf hele dagen of weken, of kies `klok`.", "Write whole days or weeks, or choose `klok`."
            ),
        )


_DATE_NEEDS_OFFSET = Text(
    "een datum heeft een tijd en een tijdzone nodig, bijvoorbeeld 2026-09-01T09:00:00+02:00.",
    "a date needs a time and an offset, for instance 2026-09-01T09:00:00+02:00.",
)


def _length(timer: Timer) -> Duration | None:
    """The duration of a timer as written; None for a date. Raises TimerError or ValueError."""
    if timer.kind == "date":
        if datetime.fromisoformat(timer.text).tzinfo is None:
            raise ValueError("no offset")
        return None
    read = parse_timer(timer.text) if timer.kind == "cycle" else parse_duration(timer.text)
    return read.interval if isinstance(read, Cycle) else read


def _timer_place(node: Node, timer: Timer, diagram: Diagram, faults: Faults) -> None:
    if timer.kind == "cycle" and (node.kind != "boundaryEvent" or node.interrupting):
        faults.error(
            "timer-cycle-place",
            node.id,
            Text(
                f"De timer {called(node)} herhaalt zich, maar kan maar één keer afgaan.",
                f"The timer {called(node)} repeats, but can fire only once.",
            ),
            Text(
                "Gebruik een tijdsduur, of een niet-onderbrekende timer op de rand van een taak.",
                "Use a duration, or a non-interrupting timer on the edge of a task.",
            ),
        )
    if timer.purpose in LADDER and (node.kind != "boundaryEvent" or node.interrupting):
        faults.error(
            "ladder-interrupts",
            node.id,
            Text(
                f"{called(node)} herinnert of escaleert, maar breekt de taak af of staat er los van.",
                f"{called(node)} reminds or escalates, but interrupts the task or stands apart from it.",
            ),
            Text(
                "Maak er een niet-onderbrekende timer op de rand van de taak van.",
                "Make it a non-interrupting timer on the edge of the task.",
            ),
        )
    if node.kind == "boundaryEvent" and timer.purpose is None:
        faults.warning(
            "timer-without-purpose",
            node.id,
            Text(
                f"De timer {called(node)} zegt niet waarvoor hij is.",
                f"The timer {called(node)} does not say what it is for.",
            ),
            Text("Kies herinnering, escalatie of termijn.", "Choose herinnering, escalatie or termijn."),
        )
    if timer.calendar is CalendarKind.VAKANTIE and (timer.kind == "cycle" or timer.purpose in LADDER):
        faults.error(
            "timer-before-holiday",
            node.id,
            Text(
                f"De timer {called(node)} telt terug vanaf een vakantie, maar herhaalt zich, herinnert of "
                "escaleert.",
                f"The timer {called(node)} counts back from a holiday, but repeats, reminds or escalates.",
            ),
            Text(
                'Schrijf een duur zoals P5D en kies `meldcode:purpose="termijn"`.',
                'Write a duration such as P5D and choose `meldcode:purpose="termijn"`.',
            ),
        )
    if timer.calendar in IN_WHOLE_DAYS and _is_acute(node, diagram):
        faults.error(
            "acute-on-working-days",
            node.id,
            Text(
                f"De timer {called(node)} hoort bij acuut gevaar en telt werkdagen.",
                f"The timer {called(node)} belongs to acute danger and counts working days.",
            ),
            Text(
                "Kies `klok`: acuut gevaar wacht niet op maandag.",
                "Choose `klok`: acute danger does not wait.",
            ),
        )


def _is_acute(node: Node, diagram: Diagram) -> bool:
    """Does a timer stand on an acute task, or inside the event subprocess for acute danger?"""
    host = diagram.nodes.get(node.attached_to or "")
    if host is not None and StepKind.ACUUT in host.steps:
        return True
    around = diagram.nodes.get(node.parent)
    while around is not None:
        if around.triggered_by_event and any(
            start.parent == around.id and start.kind == "startEvent" and start.event_name == ACUTE_MESSAGE
            for start in diagram.nodes.values()
        ):
            return True
        around = diagram.nodes.get(around.parent)
    return False
