"""What others need for the same work: SQLite by itself, and SpiffWorkflow by itself."""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.util.task import TaskState

STATE_BYTES = 2_300  # a stored state of a case in the middle of its way
STEADY = {"weging_klaar": True, "afweging": {"advies": "veilig-thuis"}, "na_vt": "verder"}


class BareSql:
    """One UPDATE of 2.3 kB, one INSERT, one commit: the least a durable completion can cost."""

    def __init__(self, file: Path) -> None:
        self.connection = _connect(file)
        self.connection.execute("CREATE TABLE state (id INTEGER PRIMARY KEY, body BLOB)")
        self.connection.execute("CREATE TABLE log (id INTEGER PRIMARY KEY, line BLOB)")
        self.connection.execute("INSERT INTO state VALUES (1, ?)", (os.urandom(STATE_BYTES),))

    def write(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute("UPDATE state SET body = ? WHERE id = 1", (os.urandom(STATE_BYTES),))
        self.connection.execute("INSERT INTO log (line) VALUES (?)", (os.urandom(200),))
        self.connection.execute("COMMIT")


class BareSpiff:
    """The school's diagram on SpiffWorkflow as it comes, its full JSON stored after each step.

    What stock cannot run is taken out or written its way, always to its advantage: no acute route, no
    decision table and no mails (events without work), conditions in Python.
    """

    def __init__(self, folder: Path, file: Path) -> None:
        self.engine = PythonScriptEngine()
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG))
        parser = SpiffBpmnParser()
        for diagram in sorted(folder.glob("*.bpmn")):
            parser.add_bpmn_str(_in_python(diagram.read_text(encoding="utf-8")).encode())
        spec = parser.get_spec("meldcode_basisschool")
        workflow = BpmnWorkflow(spec, parser.get_subprocess_specs("meldcode_basisschool"))
        workflow.script_engine = self.engine
        workflow.do_engine_steps()
        self.connection = _connect(file)
        self.connection.execute("CREATE TABLE state (id INTEGER PRIMARY KEY, body TEXT)")
        self.connection.execute("INSERT INTO state VALUES (1, ?)", (self._text(workflow),))
        for node, answers in (
            ("signalen", {"vermoeden_over": "thuis"}),
            ("overleg", {"extra_advies": "nee", "overleg_bevinding": "gesprek", "na_vt": None}),
            ("gesprek", {"gesprek_bevinding": "verder", "gesprek_keuze": "gevoerd"}),
        ):
            self.step(node, answers)
        self.node = "wegen"

    def step(self, node: str | None = None, answers: dict[str, object] | None = None) -> None:
        """Load, complete the open task, run, store. Without `node`: go round the doubt loop."""
        (body,) = self.connection.execute("SELECT body FROM state WHERE id = 1").fetchone()
        workflow = self.serializer.deserialize_json(body)
        workflow.script_engine = self.engine
        workflow.refresh_waiting_tasks()
        (task,) = [
            task
            for task in workflow.get_tasks(state=TaskState.READY, manual=True)
            if task.task_spec.name == (node or self.node)
        ]
        task.data.update(answers or STEADY)
        task.run()
        workflow.refresh_waiting_tasks()
        workflow.do_engine_steps()
        if node is None:
            self.node = "vt_twijfel" if self.node == "wegen" else "wegen"
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute("UPDATE state SET body = ? WHERE id = 1", (self._text(workflow),))
        self.connection.execute("COMMIT")

    def stored_state(self) -> int:
        """Bytes of the stored JSON."""
        (length,) = self.connection.execute("SELECT length(body) FROM state").fetchone()
        return int(length)

    def _text(self, workflow: BpmnWorkflow) -> str:
        text: str = self.serializer.serialize_json(workflow)
        return text


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _in_python(xml: str) -> str:
    """The diagram as stock SpiffWorkflow wants it. Text work is enough: this is a yardstick, not a reader."""
    xml = re.sub(r'<bpmn:subProcess [^>]*triggeredByEvent="true".*?</bpmn:subProcess>', "", xml, flags=re.S)
    for tag in ("businessRuleTask", "sendTask"):
        xml = re.sub(rf"(</?bpmn:){tag}\b", r"\1intermediateThrowEvent", xml)
    xml = re.sub(r"<spiffworkflow:calledDecisionId>.*?</spiffworkflow:calledDecisionId>", "", xml)
    xml = re.sub(r"(<bpmn:timeDuration[^>]*>)\s*(P[^<]+?)\s*(</)", r'\1"\2"\3', xml)
    return re.sub(r"(<bpmn:conditionExpression[^>]*>)=?(.*?)(</)", _condition, xml, flags=re.S)


def _condition(match: re.Match[str]) -> str:
    text = re.sub(r"(?<![<>!&;=])=(?!=)", "==", match[2])
    text = re.sub(r"\b([a-z_]+)\.([a-z_]+)\b", r'\1["\2"]', text).replace("null", "None")
    return f"{match[1]}{text}{match[3]}"
