"""The whole proof of a version: soundness, the 21 rules and what is found in tables, as one value."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from meldcode.check.exploration import Exploration
from meldcode.check.explore import MOST_STATES, Playing, Progress
from meldcode.check.happened import unfounded
from meldcode.check.rules import RULES, Rule
from meldcode.check.soundness import soundness
from meldcode.check.tables import only_recorded, shared_fields, table_findings
from meldcode.check.tokens import side_routes
from meldcode.check.verdict import Evidence, Says, Verdict
from meldcode.definition import Version, check
from meldcode.messages import Finding, Severity


@dataclass(frozen=True, eq=False, slots=True)
class Proof:
    """What was proven. `findings` are those of tables, expressions and shared fields; the quick check's
    own are not among them. `recorded` are the questions that only people read, by form.
    """

    version: Version
    rules: Sequence[tuple[Rule, Verdict]]
    sound: Mapping[str, Verdict]
    findings: Sequence[Finding]
    recorded: Mapping[str, tuple[str, ...]]
    states: int
    moves: int

    def verdict(self, number: int) -> Verdict:
        return next(verdict for rule, verdict in self.rules if rule.number == number)

    def broken(self, *levels: str) -> list[tuple[Rule, Verdict]]:
        """The rules that do not hold or are not proven, of these levels (none given: of all)."""
        return [
            (rule, verdict)
            for rule, verdict in self.rules
            if verdict.says in (Says.BROKEN, Says.UNPROVEN) and (not levels or rule.level in levels)
        ]

    @property
    def holds(self) -> bool:
        """Whether nothing is broken or left unproven."""
        return not self.broken() and not any(one.severity is Severity.ERROR for one in self.findings)


def prove(
    version: Version,
    *,
    most_states: int = MOST_STATES,
    enough: Callable[[], bool] | None = None,
    progress: Progress | None = None,
    findings: Sequence[Finding] | None = None,
) -> Proof:
    """Play every case of a version and judge it by every rule.

    `findings` are those of the quick check, when they are known already. A version in which the quick
    check finds errors may not be playable at all; the exploration says so in its verdicts.
    """
    return Proving(version, findings).to(most_states, enough, progress)


class Proving:
    """A proof that can be taken further: `to` goes on where the one before stopped."""

    def __init__(self, version: Version, findings: Sequence[Finding] | None = None) -> None:
        self.version = version
        self.quick = check(version) if findings is None else findings
        begins = [version.main_process, *side_routes(version)]
        self._played = [Playing(version, process) for process in begins]
        self._tables = table_findings(version)

    def to(
        self, most_states: int, enough: Callable[[], bool] | None = None, progress: Progress | None = None
    ) -> Proof:
        """What is proven after this many states of each process, as in `prove`."""
        with seldom_collected():
            return self._judged(*(one.to(most_states, enough, progress) for one in self._played))

    def _judged(self, played: Exploration, *beside: Exploration) -> Proof:
        version, quick = self.version, self.quick
        evidence = Evidence(version, played, quick, [Evidence(version, one, quick) for one in beside])
        return Proof(
            version=version,
            rules=[(rule, rule.judge(evidence)) for rule in RULES],
            sound=dict(soundness(evidence)),
            findings=[*self._tables, *shared_fields(evidence), *unfounded(evidence)],
            recorded=only_recorded(version),
            states=sum(len(one.states) for one in (played, *beside)),
            moves=sum(len(one.edges) for one in (played, *beside)),
        )


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for circles of objects a hundred times less often, and only among those made in this block.

    Playing makes and keeps many small objects, and judging looks at all of them: a fifth of the time went
    into looking through them. What a hundred thousand new ones hold is some tens of megabytes.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.freeze()  # what was made is old now: without this all of it is looked through once more
        gc.set_threshold(*before)
        gc.unfreeze()
