"""What the parts of an organisation's diagrams are for, so that a damage can be described once for all."""

from __future__ import annotations

from functools import cached_property

from meldcode.check.deciding import coming, separating
from meldcode.check.meaning import Meaning
from meldcode.decision import Decision
from meldcode.definition import Version
from meldcode.diagram.model import Flow, Node, Purpose, StepKind
from tests.proof.damage import Folder


class NotHere(Exception):
    """This damage cannot be done to this organisation, and why."""


class Organisation:
    """A folder as it was before the damage, and the parts of it by what they are for."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.folder = Folder(name)
        self.version: Version = self.folder.version()
        self.meaning = Meaning(self.version)

    @property
    def main(self) -> str:
        return self.version.main_process

    def tasks(self, *kinds: StepKind, without: tuple[StepKind, ...] = ()) -> list[Node]:
        """The tasks of people with all of these tags and none of the others, in the main process's reach."""
        return [
            node
            for node in self.meaning.people.values()
            if node.steps >= set(kinds)
            and not node.steps & {StepKind.ZIJROUTE, *without}
            and node.process in self.meaning.reached_processes
        ]

    def task(self, *kinds: StepKind, without: tuple[StepKind, ...] = ()) -> Node:
        found = self.tasks(*kinds, without=without)
        if not found:
            raise NotHere(f"er is geen taak met {' en '.join(kinds)}")
        return next((node for node in found if node.process == self.main), found[0])

    def into(self, node: Node) -> list[Flow]:
        return [self.version.flows[key] for key in node.incoming]

    def out(self, node: Node) -> Flow:
        """The one flow out of a task."""
        return self.version.flows[node.outgoing[0]]

    def coming(self, flow: Flow, **options: bool) -> list[Node]:
        return list(coming(self.version, flow, **options))

    def gateways(self) -> list[Node]:
        """The exclusive gateways with a choice, in the reach of the main process."""
        return [
            node
            for node in self.version.nodes.values()
            if node.kind == "exclusiveGateway"
            and len(node.outgoing) > 1
            and node.process in self.meaning.reached_processes
        ]

    def flows(self, gateway: Node) -> list[Flow]:
        return [self.version.flows[key] for key in gateway.outgoing]

    def default(self, gateway: Node) -> Flow:
        if not gateway.default_flow:
            raise NotHere(f"`{gateway.id}` heeft geen standaarduitgang")
        return self.version.flows[gateway.default_flow]

    def gateway_after(self, node: Node) -> Node:
        """The first gateway with a choice after a node."""
        target = self.version.nodes[self.out(node).target]
        while not (target.kind.endswith("Gateway") and len(target.outgoing) > 1):
            if not target.outgoing or target in self.meaning.people.values():
                raise NotHere(f"na `{node.id}` volgt geen keuze")
            target = self.version.nodes[self.out(target).target]
        return target

    # --- by meaning ----------------------------------------------------------------------------------

    @cached_property
    def professional(self) -> str:
        return self.task(StepKind.SIGNALEREN).role or ""

    @cached_property
    def somebody_else(self) -> str:
        """A role that neither signals nor decides."""
        taken = {self.professional, self.version.organisation.decides}
        others = {node.role for node in self.meaning.people.values() if node.role} - taken
        others = others or set(self.version.organisation.roles) - taken
        return sorted(others)[0]

    @cached_property
    def weighing(self) -> Node:
        """The task of step 4 whose answers the table reads."""
        read = self.framework.variables
        for node in self.tasks(StepKind.WEGEN):
            form = self.meaning.form(node)
            if form is not None and len(read & set(form.fields)) > 1:
                return node
        raise NotHere("geen taak weegt voor de tabel")

    @cached_property
    def framework(self) -> Decision:
        """The table of the weighing."""
        doubted = self.meaning.doubt_fields
        return max(self.version.decisions.values(), key=lambda one: len(one.variables & doubted))

    @property
    def framework_file(self) -> str:
        return self.version.decision_files[self.framework.id]

    @cached_property
    def advised(self) -> Node:
        """The gateway behind the table, whose default is doubt."""
        table = next(
            node
            for node in self.version.nodes.values()
            if node.decision == self.framework.id and node.process == self.main
        )
        return self.gateway_after(table)

    @cached_property
    def after_decision(self) -> list[Node]:
        """The calls to Veilig Thuis before somebody deviates from the advice to report."""
        found = []
        for node in self.tasks(StepKind.VT_ADVIES, without=(StepKind.CONSULTEREN, StepKind.WEGEN)):
            after_it = [one.steps for one in self.coming(self.out(node))]
            if any(StepKind.WEGEN in steps for steps in after_it):
                continue  # doubt
            if all(StepKind.MELDEN in steps for steps in after_it):
                continue  # a doctor's, before a report
            found.append(node)
        return found

    @cached_property
    def reports_or_not(self) -> list[Node]:
        """The gateways at which somebody's answer means a report or not, the default being a report."""
        return [
            gateway
            for gateway in self.gateways()
            if gateway.default_flow
            and gateway.id in separating(self.version, StepKind.MELDEN)
            and all(
                StepKind.MELDEN in one.steps
                for one in self.coming(self.default(gateway), through_people=True)
            )
        ]

    def rungs(self, purpose: Purpose) -> list[Node]:
        """The steps of the ladder on the weighing, in the order of the file."""
        return [
            node
            for node in self.version.nodes.values()
            if node.attached_to == self.weighing.id
            and node.timer is not None
            and node.timer.purpose is purpose
            and not node.interrupting
        ]

    def mail_of(self, rung: Node) -> Node:
        return next(node for node in self.coming_raw(rung) if node.kind == "sendTask")

    def coming_raw(self, node: Node) -> list[Node]:
        """Everything behind a node up to the ends."""
        found: list[Node] = []
        todo = [node.id]
        while todo:
            one = self.version.nodes[todo.pop()]
            if one not in found:
                found.append(one)
                todo += [self.version.flows[key].target for key in one.outgoing]
        return found

    def only_behind(self, node: Node) -> list[str]:
        """The node and what comes behind it and nothing else."""
        behind = [one.id for one in self.coming_raw(node)]
        return [
            key
            for key in behind
            if key == node.id
            or all(self.version.flows[flow].source in behind for flow in self.version.nodes[key].incoming)
        ]
