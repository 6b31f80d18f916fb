"""A running case as plain JSON and back: tokens only, no specs, nothing that is finished.

A token is `{"n": number, "at": spec, "is": state}` and, where it has them, `"data"` (SpiffWorkflow's
internal data: when a timer falls due, which element of a collection), `"in"` (tokens that hang under
it: an activity and its boundary events, the times of a repeated activity) and `"sub"` (the tokens of
the subprocess it stands for).
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment, PythonScriptEngine
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from meldcode.engine import parts, repeating
from meldcode.engine.contract import EngineError
from meldcode.messages import Text

NAMES = {
    TaskState.WAITING: "waits",
    TaskState.READY: "ready",
    TaskState.STARTED: "runs",
    TaskState.COMPLETED: "done",
    TaskState.CANCELLED: "gone",
}
STATES = {name: state for state, name in NAMES.items()}

Token = dict[str, Any]


class _NoPython(BasePythonScriptEngineEnvironment):
    """Whatever part of SpiffWorkflow asks for an expression or a script gets a refusal.

    Our specs evaluate FEEL themselves; nothing of a diagram may ever reach Python's `eval`.
    """

    def evaluate(self, expression: Any, context: Any, external_context: Any = None) -> Any:
        raise _refused()

    def execute(self, script: Any, context: Any, external_context: Any = None) -> Any:
        raise _refused()

    def call_service(self, context: Any, **kwargs: Any) -> Any:
        raise _refused()


class _NoScripts(PythonScriptEngine):
    """The engine around it: SpiffWorkflow 3.2.0 masks a failing service as a NameError here."""

    def __init__(self) -> None:
        super().__init__(_NoPython())

    def evaluate(self, task: Any, expression: Any, external_context: Any = None) -> Any:
        raise _refused()

    def execute(self, task: Any, script: Any, external_context: Any = None) -> Any:
        raise _refused()

    def call_service(self, task: Any, **kwargs: Any) -> Any:
        raise _refused()


NO_SCRIPTS = _NoScripts()


def fresh(scopes: Mapping[str, parts.Scope], process: str) -> Any:
    """A new case of `process`, its first token still before the start event."""
    return BpmnWorkflow(scopes[process], scopes, script_engine=NO_SCRIPTS)


def restore(scopes: Mapping[str, parts.Scope], process: str, tokens: list[Token]) -> Any:
    """The case that `tokens` describe. Raises `EngineError` when they do not fit these specs."""
    if process not in scopes:
        raise _misfit(process)
    case = BpmnWorkflow(scopes[process], scopes, script_engine=NO_SCRIPTS, deserializing=True)
    _restore_scope(case, -1, tokens)
    return case


def tokens_of(case: Any, keep_finished: bool = False) -> list[Token]:
    """The tokens of a case, outermost first.

    `keep_finished` keeps every finished task too, as SpiffWorkflow would: only for the tests that
    prove that forgetting them changes nothing.
    """
    return _tokens_of_scope(case, keep_finished)


def _tokens_of_scope(workflow: Any, keep_finished: bool) -> list[Token]:
    loose: list[Token] = []
    for child in workflow.task_tree.children:
        _collect(child, loose, loose, keep_finished)
    return loose


def _collect(task: Any, above: list[Token], loose: list[Token], keep_finished: bool) -> None:
    """Put the token of `task` into `above`, and the tokens under it where they belong.

    Only two things hang together: an activity with its boundary events, and the times of a repeated
    activity. Every other token stands on its own in its scope, so a finished task before it can go.
    """
    if not keep_finished and not _is_kept(task):
        for child in task.children:
            _collect(child, loose, loose, keep_finished)
        return
    inner: list[Token] = []
    token = _token(task, inner, keep_finished)
    above.append(token)
    together = keep_finished or isinstance(task.task_spec, parts.Split | repeating.Repeating)
    for child in task.children:
        _collect(child, inner if together else loose, loose, keep_finished)
    if not inner:
        del token["in"]


def _is_kept(task: Any) -> bool:
    if isinstance(task.task_spec, parts.Split) and not parts.is_open(task):
        return task.task_spec.is_active(task)
    return parts.is_open(task)


def _token(task: Any, inner: list[Token], keep_finished: bool) -> Token:
    token: Token = {"n": task.id, "at": task.task_spec.name, "is": NAMES[task.state]}
    if task.internal_data:
        token["data"] = task.internal_data
    token["in"] = inner
    subprocess = task.workflow.top_workflow.get_subprocess(task)
    if subprocess is not None and parts.is_open(task):
        token["sub"] = _tokens_of_scope(subprocess, keep_finished)
    return token


def _restore_scope(workflow: Any, root: int, tokens: list[Token]) -> None:
    # The root's own number is never stored: negative, so that it cannot meet a token's.
    workflow.task_tree = Task(workflow, workflow.spec.start, state=TaskState.COMPLETED, id=root)
    for token in tokens:
        _restore_token(workflow, workflow.task_tree, token)


def _restore_token(workflow: Any, parent: Any, token: Token) -> None:
    spec = workflow.spec.task_specs.get(token["at"])
    if spec is None:
        raise _misfit(token["at"])
    task = Task(workflow, spec, parent, state=STATES[token["is"]], id=token["n"])
    task.triggered = True  # it stands where it stands: no spec may take it away again
    task.internal_data = deepcopy(token.get("data", {}))
    if task.state == TaskState.WAITING and hasattr(spec, "event_definition"):
        workflow.top_workflow.event_manager.add_task(task)
    for inner in token.get("in", ()):
        _restore_token(workflow, task, inner)
    if "sub" in token:
        _restore_subprocess(workflow.top_workflow, task, token["sub"])


def _restore_subprocess(case: Any, task: Any, tokens: list[Token]) -> None:
    scope = case.subprocess_specs.get(task.task_spec.spec)
    if scope is None:
        raise _misfit(task.task_spec.spec)
    subprocess = BpmnSubWorkflow(scope, task.id, case, deserializing=True)
    case.subprocesses[task.id] = subprocess
    subprocess.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
    _restore_scope(subprocess, -1 - task.id, tokens)


def _misfit(name: str) -> EngineError:
    return EngineError(
        Text(
            f"Deze zaak past niet bij deze versie van het diagram: '{name}' is er niet.",
            f"This case does not fit this version of the diagram: '{name}' is missing.",
        )
    )


def _refused() -> EngineError:
    return EngineError(
        Text(
            "Scripts en Python-expressies in een diagram worden niet uitgevoerd.",
            "Scripts and Python expressions in a diagram are not executed.",
        )
    )
