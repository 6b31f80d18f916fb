"""Elements, roles, durations and terms as people say them."""

from __future__ import annotations

from meldcode.definition import Version
from meldcode.diagram.model import CalendarKind, Node, Purpose, Timer
from meldcode.messages import Text, counted
from meldcode.workdays import Cycle, Duration, TimerError, parse_timer

KINDS = {
    "userTask": Text("de taak", "the task"),
    "manualTask": Text("de taak", "the task"),
    "sendTask": Text("het bericht", "the message"),
    "receiveTask": Text("het wachten op een bericht", "the waiting for a message"),
    "businessRuleTask": Text("de beslistabel", "the decision table"),
    "subProcess": Text("het onderdeel", "the part"),
    "callActivity": Text("het deelproces", "the called process"),
    "exclusiveGateway": Text("de keuze", "the choice"),
    "inclusiveGateway": Text("de keuze", "the choice"),
    "parallelGateway": Text("de splitsing of samenkomst", "the fork or join"),
    "eventBasedGateway": Text("het wachten op wat het eerst komt", "the waiting for what comes first"),
    "startEvent": Text("het begin", "the start"),
    "endEvent": Text("het einde", "the end"),
    "boundaryEvent": Text("de termijn", "the term"),
    "intermediateCatchEvent": Text("het wachten", "the waiting"),
    "intermediateThrowEvent": Text("de gebeurtenis", "the event"),
}
ELEMENT = Text("het element", "the element")

_UNITS = (
    ("years", Text("jaar", "year"), Text("jaar", "years")),
    ("months", Text("maand", "month"), Text("maanden", "months")),
    ("days", Text("dag", "day"), Text("dagen", "days")),
    ("hours", Text("uur", "hour"), Text("uur", "hours")),
    ("minutes", Text("minuut", "minute"), Text("minuten", "minutes")),
    ("seconds", Text("seconde", "second"), Text("seconden", "seconds")),
)
_DAYS = {
    CalendarKind.WERKDAGEN: (Text("werkdag", "working day"), Text("werkdagen", "working days")),
    CalendarKind.WEEKDAGEN: (Text("weekdag", "weekday"), Text("weekdagen", "weekdays")),
    CalendarKind.VAKANTIE: (Text("werkdag", "working day"), Text("werkdagen", "working days")),
}
_AND = Text("en", "and")


def called(node: Node) -> Text:
    """`de taak “Wegen”`: an element by its kind and its name, or by its id when it has no name."""
    kind = KINDS.get(node.kind, ELEMENT)
    name = node.name or node.id
    return Text(f"{kind.nl} “{name}”", f"{kind.en} “{name}”")


def role_in_words(version: Version, role: str | None) -> Text:
    """`de directeur`: a role by its name in the organisation's own list, without what is in brackets."""
    if not role:
        return Text("iemand", "somebody")
    known = version.organisation.roles.get(role)
    name = (known.name if known else role).split(" (")[0]
    plain = name if name[1:2].isupper() else name[:1].lower() + name[1:]
    article = "het" if plain == "bevoegd gezag" or plain.endswith(("team", "beheer", "bestuur")) else "de"
    return Text(f"{article} {plain}", f"the {plain}")


def duration_in_words(duration: Duration, calendar: CalendarKind | None) -> Text:
    """`2 werkdagen`, `6 weken`, `1 uur`, `1 dag en 12 uur`."""
    if calendar in _DAYS and duration.is_whole_days:
        return counted(duration.days, *_DAYS[calendar])
    numbers = {
        "years": duration.years,
        "months": duration.months,
        "days": duration.days,
        "hours": duration.seconds // 3600,
        "minutes": duration.seconds % 3600 // 60,
        "seconds": duration.seconds % 60,
    }
    if duration.days and duration.days % 7 == 0 and not (duration.years or duration.months):
        weeks = counted(duration.days // 7, Text("week", "week"), Text("weken", "weeks"))
        numbers["days"] = 0
        parts = [weeks]
    else:
        parts = []
    parts += [counted(numbers[unit], one, more) for unit, one, more in _UNITS if numbers[unit]]
    return Text(_listed([part.nl for part in parts], _AND.nl), _listed([part.en for part in parts], _AND.en))


def timer_in_words(timer: Timer) -> Text:
    """`na 2 werkdagen`, `elke week, 3 keer`, `op 1 maart`, or the expression when it is worked out."""
    text = timer.text.strip()
    if text.startswith("="):
        return Text(f"op het moment `{text[1:].strip()}`", f"at the moment `{text[1:].strip()}`")
    if timer.kind == "date":
        return Text(f"op {text}", f"on {text}")
    try:
        read = parse_timer(text)
    except TimerError:
        return Text(f"na `{text}`", f"after `{text}`")
    if isinstance(read, Cycle):
        each = duration_in_words(read.interval, timer.calendar)
        if read.repetitions is None:
            return Text(f"om de {each.nl}", f"every {each.en}")
        return Text(f"{read.repetitions} keer, om de {each.nl}", f"{read.repetitions} times, every {each.en}")
    after = duration_in_words(read, timer.calendar)
    if timer.calendar is CalendarKind.VAKANTIE:
        return Text(f"{after.nl} voor een vakantie", f"{after.en} before a holiday")
    return Text(f"na {after.nl}", f"after {after.en}")


def timer_sentence(version: Version, node: Node) -> Text:
    """`Na 2 werkdagen krijgt de leerkracht een herinnering.`: one term and what it brings about.

    `node` is a timer event of the version. Follows what the timer leads to as far as its messages go;
    the first thing that is no message is what the case goes on with.
    """
    if node.timer is None:
        return Text(f"{called(node).nl}.", f"{called(node).en}.")
    when = timer_in_words(node.timer)
    if node.timer.text.strip().startswith("=") and node.name:  # its name says more than its sum
        when = Text(f"op het moment “{node.name}”", f"at the moment “{node.name}”")
    does = [*_mails(version, node), *_turns(version, node)]
    if not does:
        does = [Text("gaat de zaak verder", "the case goes on")]
    nl = _listed([part.nl for part in does], _AND.nl)
    en = _listed([part.en for part in does], _AND.en)
    return Text(f"{when.nl[:1].upper()}{when.nl[1:]} {nl}.", f"{when.en[:1].upper()}{when.en[1:]} {en}.")


def _mails(version: Version, timer: Node) -> list[Text]:
    said = []
    reminder = timer.timer is not None and timer.timer.purpose is Purpose.HERINNERING
    for node in _path(version, timer):
        if node.kind == "sendTask":
            who = role_in_words(version, node.to)
            what = Text("een herinnering", "a reminder") if reminder else Text("bericht", "a message")
            said.append(Text(f"krijgt {who.nl} {what.nl}", f"{who.en} gets {what.en}"))
    return said


def _turns(version: Version, timer: Node) -> list[Text]:
    last = _path(version, timer)[-1]
    lapses = timer.kind == "boundaryEvent" and timer.interrupting
    said = [Text("vervalt de taak", "the task lapses")] if lapses else []
    if last is not timer and last.kind not in {"sendTask", "endEvent"}:
        target = called(last)
        if timer.kind == "boundaryEvent" and not timer.interrupting:
            said.append(Text(f"begint daarnaast {target.nl}", f"{target.en} begins beside it"))
        else:
            said.append(Text(f"gaat de zaak verder met {target.nl}", f"the case goes on with {target.en}"))
    return said


def _path(version: Version, timer: Node) -> list[Node]:
    """The timer, the messages behind it, and the first element that is not a message."""
    walked = [timer]
    while len(walked) == 1 or walked[-1].kind == "sendTask":
        following = [version.flows[key].target for key in walked[-1].outgoing if key in version.flows]
        if len(following) != 1 or following[0] not in version.nodes:
            break
        following_node = version.nodes[following[0]]
        if following_node in walked:
            break
        walked.append(following_node)
    return walked


def _listed(parts: list[str], last: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"
