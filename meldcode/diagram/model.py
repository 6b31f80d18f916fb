"""A BPMN diagram as the rest of the software sees it: nodes, flows, lanes and our tags.

Nothing here knows XML. `read.py` fills these classes, the engine, the checks and the pages read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from meldcode.workdays import CalendarKind as CalendarKind


class StepKind(StrEnum):
    """What a task *is* (attribute `meldcode:step`), never inferred from a number or a label.

    The first five are the steps of the law (Besluit verplichte meldcode, art. 2); the others are
    the branch kinds of practice.
    """

    SIGNALEREN = "signaleren"
    CONSULTEREN = "consulteren"
    GESPREK = "gesprek"
    WEGEN = "wegen"
    BESLISSEN = "beslissen"
    KINDCHECK = "kindcheck"
    MANTELZORGCHECK = "mantelzorgcheck"
    VT_ADVIES = "vt-advies"
    LETSELDUIDING = "letselduiding"
    OVERSLAAN = "overslaan"
    ACUUT = "acuut"
    MELDEN = "melden"
    HULP = "hulp"
    INFORMEREN = "informeren"
    VOLGEN = "volgen"
    OVERDRACHT = "overdracht"
    AFSLUITEN = "afsluiten"
    ZIJROUTE = "zijroute"
    COLLEGA = "collega"  # beside `zijroute`: the route for violence by a colleague or the head


LEGAL_STEPS = (
    StepKind.SIGNALEREN,
    StepKind.CONSULTEREN,
    StepKind.GESPREK,
    StepKind.WEGEN,
    StepKind.BESLISSEN,
)


class Purpose(StrEnum):
    """What a timer is for (attribute `meldcode:purpose`)."""

    HERINNERING = "herinnering"
    ESCALATIE = "escalatie"
    TERMIJN = "termijn"


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer event definition: `kind` is `duration`, `cycle` or `date`; `text` as drawn.

    `text` is plain ISO 8601 (`P5D`, `PT1H`, `R3/P2D`) or, after a leading `=`, a FEEL expression.
    """

    kind: str
    text: str
    calendar: CalendarKind | None
    purpose: Purpose | None


@dataclass(frozen=True, slots=True)
class Loop:
    """Multi-instance or standard loop: FEEL texts, `None` where not given."""

    kind: str  # "parallel", "sequential" or "standard"
    cardinality: str | None = None
    collection: str | None = None
    item: str | None = None
    output_collection: str | None = None
    output_item: str | None = None
    condition: str | None = None
    maximum: int | None = None
    test_before: bool = False  # standard loops: ask the condition before the first time too


@dataclass(frozen=True, slots=True)
class Node:
    """One flow node. `kind` is the BPMN element name (`userTask`, `exclusiveGateway`, ...).

    `parent` is the id of the process or subprocess that holds it, `process` always the process.
    `lane` is the innermost lane's id; `role` the role key that sees the task: `meldcode:role` on the
    task, else the lane's `meldcode:role`, else the lane's name as a slug; inherited into subprocesses.
    """

    id: str
    kind: str
    name: str
    process: str
    parent: str
    lane: str | None = None
    role: str | None = None
    steps: frozenset[StepKind] = frozenset()
    form: str | None = None
    decision: str | None = None
    instructions: str | None = None
    mail: str | None = None
    to: str | None = None
    outcome: str | None = None  # end events: `meldcode:outcome`
    event: str | None = None  # message, signal, error, escalation or timer, terminate, link, ...
    event_name: str | None = None  # the message's / signal's name, the error's / escalation's code
    timer: Timer | None = None
    attached_to: str | None = None
    interrupting: bool = True
    triggered_by_event: bool = False  # event subprocess
    default_flow: str | None = None
    called_element: str | None = None
    loop: Loop | None = None
    incoming: tuple[str, ...] = ()  # flow ids, in the order of the XML
    outgoing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """One sequence flow; `condition` is the FEEL text without its leading `=`, or `None`."""

    id: str
    name: str
    source: str
    target: str
    process: str
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    id: str
    name: str
    role: str
    process: str


@dataclass(frozen=True, slots=True)
class Process:
    id: str
    name: str
    executable: bool


@dataclass(frozen=True, slots=True)
class Diagram:
    """One `.bpmn` file. `xml` is the file's own bytes, already found safe to parse."""

    file: str
    xml: bytes
    processes: Mapping[str, Process]
    lanes: Mapping[str, Lane]
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    messages: Mapping[str, str] = field(default_factory=dict)  # message id -> name
