"""What the elements of a version *mean* to the rules: read from tags, roles and form fields, never labels.

Tags say what a task is. What was answered is read from form fields by a few agreed keys and values
(docs/bpmn.md, "What the proof reads"): `acuut`, `onthulling` and `structureel` with `ja`, any choice with
`twijfel`, a `gesprek` with `overslaan`, the date in the form of a report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from meldcode.definition import Version
from meldcode.diagram.model import Node, StepKind
from meldcode.form import Form
from meldcode.form.parts import Field, Keyed, Prose, every

DANGER = ("acuut", "onthulling", "structureel")
YES, NO, DOUBT, SKIP, DOCTOR = "ja", "nee", "twijfel", "overslaan", "arts"
ACUTE = "acuut"
PEOPLE = frozenset({"userTask", "manualTask"})
ADULT_SECTORS = frozenset({"ggz", "maatschappelijke-ondersteuning", "rechtsorde"})


@dataclass(frozen=True, eq=False)
class Meaning:
    """The rules' view of one version."""

    version: Version

    @cached_property
    def people(self) -> dict[str, Node]:
        """Every task that a person completes, by id."""
        return {key: node for key, node in self.version.nodes.items() if node.kind in PEOPLE}

    def tagged(self, *kinds: StepKind) -> list[Node]:
        """The tasks of people with one of these tags, side routes left out."""
        return [
            node
            for node in self.people.values()
            if node.steps & set(kinds) and StepKind.ZIJROUTE not in node.steps
        ]

    @cached_property
    def reached_processes(self) -> frozenset[str]:
        """The main process and every process it calls, directly or through others."""
        found: set[str] = set()
        todo = [self.version.main_process]
        while todo:
            process = todo.pop()
            if process in found:
                continue
            found.add(process)
            todo += [
                node.called_element
                for node in self.version.nodes.values()
                if node.process == process and node.called_element
            ]
        return frozenset(found)

    @cached_property
    def professionals(self) -> frozenset[str]:
        """The roles of those who signal: the people whose own advice and report nobody may block."""
        return frozenset(node.role for node in self.tagged(StepKind.SIGNALEREN) if node.role)

    @cached_property
    def adults(self) -> bool:
        """Whether the organisation has adult clients: as it says, or else by its sector."""
        said = self.version.organisation.adult_clients
        return self.version.organisation.sector in ADULT_SECTORS if said is None else said

    @cached_property
    def doctors(self) -> bool:
        """Whether everybody here who reports is a doctor (KNMG): as it says, or else by its roles.

        Where a form asks for the profession, the answer decides instead (`doctor_fields`).
        """
        said = self.version.organisation.doctors
        by_role = any(DOCTOR in node.role.split("-") for node in self.tagged(StepKind.MELDEN) if node.role)
        return by_role if said is None else said

    @cached_property
    def doctor_fields(self) -> frozenset[str]:
        """The questions in which somebody can say that she is a doctor."""
        if self.version.organisation.doctors is False:
            return frozenset()
        return frozenset(
            key
            for node in self.tagged(*StepKind)
            for key, field in self._fields(node)
            if isinstance(field, Field) and any(option.value == DOCTOR for option in field.options)
        )

    @cached_property
    def doubt_fields(self) -> frozenset[str]:
        """The questions of the weighing that can be answered with doubt."""
        return frozenset(
            key
            for node in self.tagged(StepKind.WEGEN)
            for key, field in self._fields(node)
            if any(option.value == DOUBT for option in field.options)
        )

    @cached_property
    def strong(self) -> frozenset[tuple[str, str]]:
        """The answers of the weighing that ask for a report, and win from doubt: field and value.

        Yes to acute, disclosure or structural; and what a table answers with norm 1 by itself.
        """
        known = {(key, YES) for key in DANGER} | set(self._first_norm())
        asked = {key for node in self.tagged(StepKind.WEGEN) for key, _ in self._fields(node)}
        return frozenset((key, value) for key, value in known if key in asked)

    @cached_property
    def danger_fields(self) -> frozenset[str]:
        """The questions of the weighing that have such an answer."""
        return frozenset(key for key, _ in self.strong)

    def _first_norm(self) -> Iterator[tuple[str, str]]:
        for decision in self.version.decisions.values():
            places = {column.name: place for place, column in enumerate(decision.outputs)}
            if "norm" not in places:
                continue
            for rule in decision.rules:
                norm, advice = rule.answers[places["norm"]], rule.answers[0]
                if advice is None or not advice.text.strip().startswith('"melden'):
                    continue  # only what advises a report wins from doubt
                tests = [
                    (column.expression.text.strip(), test.text.strip())
                    for column, test in zip(decision.inputs, rule.tests, strict=True)
                    if test.text.strip() not in ("", "-")
                ]
                if norm is not None and norm.text.strip() == "1" and len(tests) == 1:
                    name, value = tests[0]
                    yield name, value.strip('"')

    def form(self, node: Node) -> Form | None:
        return self.version.forms.get(node.form) if node.form else None

    def fields(self, node: Node) -> list[Keyed]:
        """The questions of a task's form."""
        return [field for _, field in self._fields(node)]

    def _fields(self, node: Node) -> Iterator[tuple[str, Keyed]]:
        form = self.form(node)
        if form is not None:
            yield from form.fields.items()

    def sending(self, node: Node) -> tuple[str, ...]:
        """The fields in which the form of a report says that it was sent: a date, or ja/nee before it."""
        return self._day(node, "meld")

    def _day(self, node: Node, word: str) -> tuple[str, ...]:
        """The dates of a form with this word in their key, or else its first date."""
        form = self.form(node)
        dates = [key for key, field in form.fields.items() if is_date(field)] if form else []
        return tuple([key for key in dates if word in key] or dates[:1])

    def skip_fields(self, node: Node) -> tuple[str, ...]:
        """The fields of a conversation that can be answered with skipping it."""
        return tuple(
            key for key, field in self._fields(node) if any(option.value == SKIP for option in field.options)
        )

    def talked(self, node: Node) -> tuple[str, ...]:
        """The fields in which a form says when a conversation was held; one that only plans has none."""
        return self._day(node, "gesprek")

    @cached_property
    def days_of_talks(self) -> bool:
        """Whether some conversation says on what day it was held."""
        return any(self.talked(node) for node in self.tagged(StepKind.GESPREK))

    def refusal_fields(self, node: Node) -> tuple[str, ...]:
        """The first question of a second person, or of whoever takes over, that can be answered with no."""
        return tuple(
            key
            for key, field in self._fields(node)
            if any(option.value.startswith("nee") for option in field.options)
        )[:1]

    def watched(self, node: Node) -> frozenset[str]:
        """The fields of a task's form that a rule looks at, whether or not the diagram reads them."""
        keys = {key for key, _ in self._fields(node)}
        found = keys & (self.doubt_fields | self.danger_fields)
        if StepKind.ZIJROUTE in node.steps:
            return frozenset()
        if StepKind.MELDEN in node.steps:
            found |= set(self.sending(node))
        if StepKind.GESPREK in node.steps:
            found |= {*self.skip_fields(node), *self.talked(node)}
        if node.steps & {StepKind.OVERSLAAN, StepKind.OVERDRACHT}:
            found |= set(self.refusal_fields(node))
        return frozenset(found | keys & self.doctor_fields)

    @cached_property
    def acute_routes(self) -> list[Node]:
        """The event subprocesses of the main process that begin with acute danger."""
        return self.acute_routes_of(self.version.main_process)

    def acute_routes_of(self, process: str) -> list[Node]:
        """The same of any process."""
        nodes = self.version.nodes
        return [
            node
            for node in nodes.values()
            if node.triggered_by_event
            and node.parent == process
            and any(
                start.parent == node.id and start.kind == "startEvent" and start.event_name == ACUTE
                for start in nodes.values()
            )
        ]

    def asked(self, file: str) -> frozenset[str]:
        """The weighing questions in a form."""
        form = self.version.forms.get(file)
        return frozenset(form.fields if form else ()) & (self.danger_fields | self.doubt_fields)

    def texts(self, node: Node) -> str:
        """All that somebody can read at a task: its name, what it says, its questions and their answers."""
        texts = [node.name, node.instructions or ""]
        form = self.form(node)
        for part in every(form.parts) if form else ():
            if isinstance(part, Prose):
                texts.append(part.html)
            else:
                texts += [getattr(part, "label", ""), getattr(part, "description", "")]
                texts += [option.label for option in getattr(part, "options", ())]
        return " ".join(text for text in texts if text).lower()

    @cached_property
    def weighed_fields(self) -> frozenset[str]:
        """The choices in the forms of the weighing that its table reads."""
        tables = [one for one in self.version.decisions.values() if one.variables & self.danger_fields]
        read = frozenset[str]().union(*(one.variables for one in tables))
        return frozenset(
            key
            for node in self.tagged(StepKind.WEGEN)
            for key, field in self._fields(node)
            if key in read and isinstance(field, Field) and field.options
        )


def is_date(field: Keyed) -> bool:
    return isinstance(field, Field) and field.type == "datetime" and field.subtype != "time"
