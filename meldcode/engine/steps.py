"""`step`: one command, taken on one case. Pure: nothing outside its arguments is read or changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.util.task import TaskState

from meldcode.diagram.model import Node
from meldcode.engine import parts, repeating, shifting
from meldcode.engine.contract import (
    Asked,
    Command,
    Complete,
    EngineError,
    Incident,
    Json,
    Movable,
    MoveDeadline,
    OpenTask,
    RaiseEvent,
    Recalculate,
    Refused,
    Start,
    State,
    Step,
    Wake,
)
from meldcode.engine.events import Named
from meldcode.engine.plain import plain
from meldcode.engine.running import Running, counter_from, label, run, running
from meldcode.engine.specs import scopes_of
from meldcode.engine.timing import (
    deadlines,
    fire_due,
    number_ladders,
    open_tasks_under,
    recalculate,
    waiting_timers,
)
from meldcode.engine.tokens import fresh, restore, tokens_of
from meldcode.messages import Text
from meldcode.workdays import Calendar

if TYPE_CHECKING:
    from meldcode.definition import Version

FORMAT = 1


def step(
    version: Version,
    calendar: Calendar,
    state: State | None,
    command: Command,
    now: datetime,
    *,
    keep_finished: bool = False,
    asked: list[Asked] | None = None,
) -> Step:
    """Take one command on a case and say what it leads to.

    `state` is what an earlier step returned (None with `Start`), `now` an aware moment. Nothing is
    sent or stored: the returned `Step` holds the new state, the open tasks, the next due moment, the
    mails to send and the facts to log. Whatever was due at `now` fires before the command is taken.

    Raises `Refused` when the command does not fit the state, `Incident` when the diagram is stuck and
    `EngineError` when version and state do not belong together; the old state stands in each case.
    `keep_finished` is for tests only (`tokens.tokens_of`). In `asked` everything is put that the step
    asks of the document, in order, also when it raises: for the proof, which takes a step once for all
    documents that answer alike.
    """
    if now.tzinfo is None:
        raise ValueError("a moment needs an offset")
    with _opened(version, calendar, state, command, now.astimezone(UTC)) as (process, case):
        running().asked = asked
        was_over = state is not None and not case.task_tree.children
        before = {task.id: task.task_spec.node for task in _people(case)}
        completed = _take(case, command)
        number_ladders(case)
        finished = case.is_completed()
        if not finished:
            _refuse_standstill(case)
        current = running()
        tasks = tuple(_open_task(current, task) for task in _people(case))
        _tell_of_tasks(case, before, completed, finished and not was_over)
        timers = waiting_timers(case)
        return Step(
            state=_saved(current, process, [] if finished else tokens_of(case, keep_finished)),
            tasks=() if finished else tasks,
            due=timers[0].due if timers and not finished else None,
            mails=tuple(current.mails),
            facts=tuple(current.facts),
            finished=finished,
            outcome=current.outcome,
            trail=tuple(current.trail),
        )


def document(state: State) -> dict[str, Json]:
    """The case document in `state`: its current facts by name."""
    found = _checked(state)["document"]
    return dict(found)


def open_tasks(version: Version, state: State) -> tuple[OpenTask, ...]:
    """The tasks that are open in `state`, as the step that made it returned them."""
    with _opened(version, Calendar(), state, Wake(), datetime.fromtimestamp(0, UTC)) as (_, case):
        return tuple(_open_task(running(), task) for task in _people(case))


def movable(
    version: Version, calendar: Calendar, state: State, task: str, now: datetime
) -> tuple[Movable, ...]:
    """The deadlines of the open task `task` that `MoveDeadline` can move at `now`. Raises `Refused`."""
    with _opened(version, calendar, state, Wake(), now.astimezone(UTC)) as (_, case):
        return shifting.movable(case, _open(case, task))


# --- opening and saving ----------------------------------------------------------------------------


@contextmanager
def _opened(
    version: Version, calendar: Calendar, state: State | None, command: Command, now: datetime
) -> Iterator[tuple[str, Any]]:
    """The process and SpiffWorkflow's workflow of a case, with its step under way around them."""
    scopes = scopes_of(version)
    if isinstance(command, Start):
        process = command.process or version.main_process
        if state is not None:
            raise Refused("already-started", Text("Deze zaak loopt al.", "This case is already running."))
        if process not in version.processes:
            raise Refused(
                "unknown-process",
                Text(f"Er is geen proces '{process}'.", f"There is no process '{process}'."),
            )
        if not scopes[process].start.outputs:
            raise EngineError(
                Text(
                    f"Proces '{process}' heeft geen eenduidig begin.",
                    f"Process '{process}' has no single start.",
                )
            )
        current = Running(
            version, calendar, now, command.seed or uuid4(), counter_from(1), plain(command.document)
        )
        with run(current):
            case = fresh(scopes, process)
            current.fact("case_started", None, process=process)
            yield process, case
        return
    if state is None:
        raise Refused("not-started", Text("Deze zaak is nog niet begonnen.", "This case has not begun yet."))
    known = _checked(state)
    current = Running(
        version,
        calendar,
        now,
        UUID(known["seed"]),
        counter_from(known["next"]),
        dict(known["document"]),
        known["outcome"],
    )
    with run(current):
        yield known["spec"], restore(scopes, known["spec"], known["tokens"])


def _checked(state: State) -> State:
    shown = state.get("format")
    if shown != FORMAT:
        raise EngineError(
            Text(
                f"Deze zaak is opgeslagen in indeling {shown!r}; deze software leest alleen {FORMAT}. "
                "Gebruik een versie van de software die deze indeling kent.",
                f"This case is stored in format {shown!r}; this software reads format {FORMAT} only. "
                "Use a version of the software that knows that format.",
            )
        )
    return state


def _saved(current: Running, process: str, tokens: list[dict[str, Any]]) -> State:
    return {
        "format": FORMAT,
        "spec": process,
        "seed": current.seed.hex,
        "next": next(current.counter),
        "outcome": current.outcome,
        "document": current.document,
        "tokens": tokens,
    }


# --- commands --------------------------------------------------------------------------------------


def _take(case: Any, command: Command) -> int | None:
    """Carry out the command; returns the number of the task it completed, if any."""
    current = running()

    def engine() -> None:
        _run_engine(case)

    if isinstance(command, Start):
        engine()
        fire_due(case, engine)
        return None
    if not case.task_tree.children:
        if isinstance(command, Wake | Recalculate):
            return None  # a nudge that came late
        raise Refused("finished", Text("Deze zaak is afgesloten.", "This case has been closed."))
    if isinstance(command, Recalculate):
        current.fact("timers_recalculated", None, moved=recalculate(case))
    # A timer that is due fires first: else completing its task would take an escalation away unsent.
    fire_due(case, engine)
    completed = None
    if isinstance(command, Complete):
        completed = _complete(case, command)
    elif isinstance(command, RaiseEvent):
        _raise_event(case, command)
    elif isinstance(command, MoveDeadline):
        shifting.move(case, _open(case, command.task), command.timer, command.to, command.note)
    engine()
    fire_due(case, engine)
    return completed


def _run_engine(case: Any) -> None:
    current = running()
    case.do_engine_steps(lambda task: current.count(getattr(task.task_spec, "node", None)))


def _open(case: Any, task_id: str) -> Any:
    """The open task with this id. Raises `Refused`."""
    current = running()
    task = next((task for task in _people(case) if current.public_id(task.id) == task_id), None)
    if task is None:
        raise Refused(
            "task-not-open",
            Text(
                "Deze taak staat niet meer open. Iemand anders heeft hem afgerond, of hij is vervallen.",
                "This task is no longer open. Somebody else completed it, or it has lapsed.",
            ),
        )
    return task


def _complete(case: Any, command: Complete) -> int:
    current = running()
    task = _open(case, command.task)
    answers = plain(command.answers)
    repeated = task.parent.task_spec
    if isinstance(repeated, repeating.MultiInstance) and repeated.loop.output_collection:
        # Of a task that is done for each element, the answers belong to that element.
        name = repeated.loop.output_item
        task.internal_data["output"] = answers.get(name, answers) if name else answers
    else:
        current.document.update(answers)
    node = task.task_spec.node
    current.fact("task_completed", node.id, task=command.task)
    if node.steps:
        current.fact("step_passed", node.id, steps=sorted(node.steps))
    task.run()
    return int(task.id)


def _raise_event(case: Any, command: RaiseEvent) -> None:
    current = running()
    facts = plain(command.document)
    scope = _scope_with_route(case, command.name)
    if scope is not None:
        current.document.update(facts)
        _start_route(scope, scope.spec.routes[command.name])
        return
    event = BpmnEvent(Named("message", command.name))
    if not any(task.task_spec.catches(task, event) for task in case.event_manager.tasks.values()):
        raise Refused(
            "event-not-expected",
            Text(
                f"Deze zaak wacht nu niet op '{command.name}'.",
                f"This case is not waiting for '{command.name}' now.",
            ),
        )
    current.document.update(facts)
    current.fact("event_raised", None, event=command.name)
    case.event_manager.catch(event, internal=False)


def _scope_with_route(case: Any, name: str) -> Any:
    """The outermost scope with an event subprocess for this message: the whole case changes course."""
    inner = sorted(case.get_active_subprocesses(), key=lambda scope: (scope.depth, scope.parent_task_id))
    scopes = [case, *inner]
    return next((scope for scope in scopes if name in scope.spec.routes), None)


def _start_route(scope: Any, route: parts.EventRoute) -> None:
    """Begin an event subprocess.

    SpiffWorkflow's own trigger interrupts nothing and changes the shared spec for every later case, so
    the tokens of the scope are taken back here, and the subprocess becomes a token of the scope.
    """
    root = scope.task_tree
    spec = scope.spec.task_specs[route.spec]
    if route.interrupting:
        if any(task.task_spec is spec and parts.is_open(task) for task in scope.tasks.values()):
            raise Refused(
                "already-raised",
                Text(
                    "Dit is al gemeld: de taken ervoor staan open.",
                    "This was raised already: its tasks are open.",
                ),
            )
        for child in list(root.children):
            parts.cancel(child)
    running().fact("event_raised", route.node.id, interrupting=route.interrupting)
    token = root._add_child(spec, TaskState.FUTURE)
    token.triggered = True
    spec._update(token)


# --- what came of it -------------------------------------------------------------------------------


def _people(case: Any) -> list[Any]:
    """The open tasks of a case."""
    return open_tasks_under(case.task_tree)


def _open_task(current: Running, task: Any) -> OpenTask:
    node = task.task_spec.node
    items = dict(task.internal_data.get("items", {}))
    items.pop("loopCounter", None)
    return OpenTask(
        id=current.public_id(task.id),
        node=node.id,
        process=node.process,
        name=node.name,
        role=node.role,
        steps=node.steps,
        form=node.form,
        since=datetime.fromisoformat(task.internal_data["since"]),
        deadlines=deadlines(task),
        item=next(iter(items.values()), None),
    )


def _tell_of_tasks(case: Any, before: Mapping[int, Node], completed: int | None, finished: bool) -> None:
    current = running()
    now = {task.id: task for task in _people(case)}
    for number in sorted(before - now.keys()):
        if number != completed:
            current.fact("task_cancelled", before[number].id, task=current.public_id(number))
    for number in sorted(now.keys() - before):
        current.fact("task_opened", now[number].task_spec.node.id, task=current.public_id(number))
    if finished:
        current.fact("case_finished", None, outcome=current.outcome)


def _refuse_standstill(case: Any) -> None:
    """A case in which nobody and nothing will ever move again must not be saved as if all were well."""
    if _people(case) or case.event_manager.tasks:
        return
    standing = [getattr(task.task_spec, "node", None) for task in case.tasks.values() if parts.is_open(task)]
    node = next((found for found in standing if found is not None), None)
    where = label(node) if node else ""
    raise Incident(
        "stuck",
        node.id if node else None,
        Text(
            f"De zaak zou stil komen te staan bij '{where}': er is geen taak, geen tijd en geen bericht "
            "meer. Pas het diagram aan.",
            f"The case would stand still at '{where}': no task, no timer and no message is left. "
            "Change the diagram.",
        ),
    )


__all__ = ["document", "movable", "open_tasks", "step"]
