"""Rule 21 as a game: can somebody else's answer keep advice or a report from the professional?

The professional is whoever signals. An answer of another role blocks when it takes away what another
answer of that role would have given, and the professional cannot at once choose it herself; or when
after it she can no longer bring it about at all, whatever the others do. Those who close, help and look
back answer for their own work: what they could take away was the professional's own choice before.
"""

from __future__ import annotations

from meldcode.check.asking import is_date
from meldcode.check.drawn import insists
from meldcode.check.exploration import Edge, State
from meldcode.check.verdict import Evidence
from meldcode.diagram.model import Node, StepKind
from meldcode.messages import Text

GOALS = frozenset({StepKind.VT_ADVIES, StepKind.MELDEN})
OWN_WORK = frozenset(
    {
        StepKind.AFSLUITEN,
        StepKind.VOLGEN,
        StepKind.HULP,
        StepKind.OVERDRACHT,
        StepKind.ZIJROUTE,
        StepKind.ACUUT,
        StepKind.VT_ADVIES,
        StepKind.MELDEN,
        StepKind.INFORMEREN,
        StepKind.LETSELDUIDING,
    }
)


def blocked(evidence: Evidence) -> tuple[list[Edge], Text]:
    """The answers of others that block, and what to say of them."""
    game = _Game(evidence)
    found = []
    for state in evidence.exploration.states:
        for edges in game.choices(state).values():
            node = evidence.version.nodes[edges[0].move.node]
            if node.role in evidence.meaning.professionals or node.steps & OWN_WORK:
                continue
            found += game.taken_away(edges)
    return found, Text(
        "Door dit antwoord van een ander kan wie signaleert Veilig Thuis niet meer om advies vragen "
        "of zelf melden.",
        "After this answer of somebody else, whoever signals can no longer ask advice or report.",
    )


class _Game:
    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.exploration = evidence.exploration
        self.own = evidence.meaning.professionals
        self.goals = self._goals()
        self.won = self._winning()

    def choices(self, state: State) -> dict[str, list[Edge]]:
        """The answers that can be given in a state, by task; the acute route left out."""
        found: dict[str, list[Edge]] = {}
        for edge in self.exploration.out(state.number):
            if edge.move.kind == "complete" and not self._apart(self._node(edge)):
                found.setdefault(edge.move.node, []).append(edge)
        return found

    def _node(self, edge: Edge) -> Node:
        return self.evidence.version.nodes[edge.move.node]

    def _apart(self, node: Node) -> bool:
        return StepKind.ACUUT in node.steps

    def _goals(self) -> frozenset[str]:
        """Advice, her own report, or somebody else's that cannot be finished without sending it."""
        meaning = self.evidence.meaning
        return frozenset(
            node.id
            for node in meaning.tagged(*GOALS)
            if StepKind.ACUUT not in node.steps
            and (StepKind.VT_ADVIES in node.steps or node.role in self.own or insists(meaning, node, is_date))
        )

    def gives(self, edge: Edge) -> bool:
        return any(key in self.goals for key in edge.opened)

    def taken_away(self, edges: list[Edge]) -> list[Edge]:
        given = [edge for edge in edges if self.gives(edge)]
        direct = [edge for edge in edges if given and not self.gives(edge) and not self._offered(edge)]
        some_win = any(self._wins(edge) for edge in edges)
        return direct + [edge for edge in edges if some_win and not self._wins(edge) and edge not in direct]

    def _offered(self, edge: Edge) -> bool:
        """Whether the professional can choose it with her very next answer."""
        if edge.target is None:
            return True  # stuck: another rule says so
        state = self.exploration.states[edge.target]
        if any(key in self.goals for key in state.open):
            return True
        return any(
            self._node(one).role in self.own and self.gives(one)
            for several in self.choices(state).values()
            for one in several
        )

    def _wins(self, edge: Edge) -> bool:
        return self.gives(edge) or edge.target is None or edge.target in self.won

    def _winning(self) -> set[int]:
        """The states from which the professional can bring it about, whatever the others answer."""
        states = self.exploration.states
        choices = {state.number: self.choices(state) for state in states}
        before: dict[int, set[int]] = {}
        for number, several in choices.items():
            for edges in several.values():
                for edge in edges:
                    if edge.target is not None:
                        before.setdefault(edge.target, set()).add(number)
        self.won = {state.number for state in states if any(key in self.goals for key in state.open)}
        todo = {state.number for state in states}
        while todo:
            number = todo.pop()
            if number not in self.won and not self._wins_in(choices[number]):
                continue
            fresh = number not in self.won
            self.won.add(number)
            if fresh or states[number].open:
                todo |= before.get(number, set()) - self.won
        return self.won

    def _wins_in(self, choices: dict[str, list[Edge]]) -> bool:
        for edges in choices.values():
            wins = [self._wins(edge) for edge in edges]
            if any(wins) if self._node(edges[0]).role in self.own else all(wins):
                return True
        return False
