"""What one step works with while it runs: the moment, the calendar, the case document, the effects.

SpiffWorkflow calls our task specs without any of this, so it travels in a `ContextVar`: an argument
of the step, never a global. Two threads at two different times do not see each other's.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

import SpiffWorkflow.task

from meldcode.diagram.model import Node
from meldcode.engine.contract import Asked, Fact, Incident, Json, Mail
from meldcode.feel import FeelError, expression, together
from meldcode.messages import MeldcodeError, Text
from meldcode.workdays import Calendar

if TYPE_CHECKING:
    from meldcode.definition import Version

# More automatic elements than this in one step is a loop without a task or a timer in it. It also
# keeps the token tree well under the depth of 1000 at which SpiffWorkflow silently stops looking.
MOST_AUTOMATIC = 500
# More instances than this of one activity is a mistake in the data, not a plan.
MOST_INSTANCES = 100


@dataclass(frozen=True, slots=True)
class Cause:
    """The timer that is being fired: what a mail on its path has to say about itself."""

    timer: str
    occurrence: int
    level: int
    due: datetime
    task: str | None
    task_since: datetime | None
    respond_by: datetime | None


@dataclass(slots=True)
class Running:
    """One step under way. `document` is the step's own copy of the top level: replace, never mutate."""

    version: Version
    calendar: Calendar
    now: datetime
    seed: UUID
    counter: Iterator[int]
    document: dict[str, Json]
    outcome: str | None = None
    mails: list[Mail] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    cause: Cause | None = None
    ran: int = 0
    trail: list[str] = field(default_factory=list)  # ids of what the tokens passed, see `Step.trail`
    asked: list[Asked] | None = None  # everything asked of the document, for whoever wants to know

    @property
    def local_now(self) -> datetime:
        """The moment on the organisation's clock: `today()` in an expression is its own day."""
        return self.calendar.local(self.now)

    def public_id(self, number: int) -> str:
        """The id the world sees for token `number`: a UUID text, the same at every step of the case."""
        return str(uuid5(self.seed, str(number)))

    def fact(self, name: str, node: str | None = None, **detail: Json) -> None:
        """Record that something happened. Never pass case content."""
        self.facts.append(Fact(name, node, detail))

    def evaluate(self, text: str, node: Node, extra: Mapping[str, Any]) -> Any:
        """The value of a FEEL expression on the case document.

        `extra` shadows the document (the element a multi-instance task is about). Raises `Incident`
        when the expression breaks a limit.
        """
        context: Mapping[str, Any] = {**self.document, **extra} if extra else self.document
        try:
            value = expression(text).evaluate(context, self.local_now)
        except FeelError as error:
            self._note(Asked(text, False, extra, failed=True))
            raise broken(node, error.text) from error
        self._note(Asked(text, False, extra, value))
        return value

    def _note(self, asked: Asked) -> None:
        if self.asked is not None:
            self.asked.append(asked)

    def decide(self, node: Node, extra: Mapping[str, Any]) -> None:
        """Run the decision table of a business rule task and write its result into the document."""
        decision = self.version.decisions.get(node.decision or "")
        if decision is None:
            raise Incident(
                "decision",
                node.id,
                Text(
                    f"De beslistabel '{node.decision}' van '{label(node)}' bestaat niet in deze versie.",
                    f"The decision table '{node.decision}' of '{label(node)}' is not in this version.",
                ),
            )
        try:
            outcome = decision.decide({**self.document, **extra}, self.local_now)
        except MeldcodeError as error:
            self._note(Asked(decision.id, True, extra, failed=True))
            raise Incident("decision", node.id, error.text) from error
        self._note(Asked(decision.id, True, extra, outcome.result))
        self.document[decision.id] = outcome.result
        self.fact("decision_made", node.id, decision=decision.id, rules=list(outcome.rules))

    def count(self, node: Node | None) -> None:
        """Count one automatic element; raises `Incident` when there are too many in this step."""
        self.ran += 1
        if node is not None:
            self.trail.append(node.id)
        if self.ran > MOST_AUTOMATIC:
            raise endless(node)


def label(node: Node) -> str:
    """What a person calls this element."""
    return node.name or node.id


def broken(node: Node, why: Text) -> Incident:
    """An expression of `node` cannot be used."""
    return Incident(
        "expression",
        node.id,
        Text(
            f"Een expressie bij '{label(node)}' is niet te gebruiken. {why.nl}",
            f"An expression at '{label(node)}' cannot be used. {why.en}",
        ),
    )


def endless(node: Node | None) -> Incident:
    """The step would never stop."""
    where = label(node) if node else ""
    return Incident(
        "endless",
        node.id if node else None,
        Text(
            f"Het diagram blijft rondgaan bij '{where}' zonder dat er een taak of een tijd tussen zit. "
            "Zet een taak in de lus of verander de voorwaarde.",
            f"The diagram keeps going round at '{where}' without a task or a timer in between. "
            "Put a task in the loop or change the condition.",
        ),
    )


_running: ContextVar[Running] = ContextVar("meldcode_engine_running")


def running() -> Running:
    """The step under way in this thread (or task)."""
    return _running.get()


@contextmanager
def run(step: Running) -> Iterator[Running]:
    """Make `step` the one under way."""
    token = _running.set(step)
    try:
        with together():
            yield step
    finally:
        _running.reset(token)


def _next_id() -> Any:
    # Token ids are the step's own counter, so that the same step taken twice gives the same state.
    step = _running.get(None)
    return uuid4() if step is None else next(step.counter)


# SpiffWorkflow describes every state change for its log, task data included, unless its own loggers are
# set above that: content of a case has no business in a log, and the describing costs more than the step.
for _name in ("spiff.task", "spiff.workflow", "spiff.data"):
    logging.getLogger(_name).setLevel(logging.WARNING)

# SpiffWorkflow's Task draws its id itself and offers no other place to choose it.
SpiffWorkflow.task.uuid4 = _next_id


def counter_from(number: int) -> Iterator[int]:
    """Token numbers from `number` on (never 0, which SpiffWorkflow takes for "no id")."""
    return itertools.count(max(1, number))
