"""Which rules and findings object to a damaged organisation."""

from __future__ import annotations

from dataclasses import dataclass

from meldcode.check import Says
from meldcode.check.explore import MOST_STATES
from meldcode.check.proof import Proving
from meldcode.definition import check
from meldcode.definition.errors import DefinitionError
from tests.proof.meant import NotHere, Organisation
from tests.proof.mutants import Mutant

LOOKS = (1, 250, 1_500, None)  # states: what is drawn, the nearest cases, more, all


@dataclass(frozen=True)
class Judged:
    """What objected. `why_not`: the damage cannot be done here. `all_seen`: every case was played."""

    found: frozenset[int | str]
    why_not: str = ""
    all_seen: bool = True

    def as_meant(self, mutant: Mutant) -> bool:
        if self.why_not:
            return bool(mutant.caught_by)
        return bool(set(mutant.caught_by) & self.found) if mutant.caught_by else not self.found


def judged(name: str, mutant: Mutant) -> Judged:
    """Damage an organisation and let the proof look: at the nearest cases first, then at all."""
    one = Organisation(name)
    try:
        mutant.damage(one)
    except NotHere as reason:
        return Judged(frozenset(), str(reason))
    try:
        version = one.folder.version()
    except DefinitionError as error:
        return Judged(frozenset(finding.code for finding in error.findings))
    quick = check(version)
    codes: set[int | str] = {finding.code for finding in quick}
    if not version.main_process:
        return Judged(frozenset(codes))
    proving = Proving(version, quick)
    for most in LOOKS if mutant.caught_by else (None,):
        proof = proving.to(most or MOST_STATES)
        found = codes | {finding.code for finding in proof.findings}
        wrong = (Says.BROKEN,) if mutant.caught_by else (Says.BROKEN, Says.UNPROVEN)
        found |= {rule.number for rule, verdict in proof.rules if verdict.says in wrong}
        if most and mutant.caught_by and mutant.caught_by[0] in found:
            return Judged(frozenset(found), all_seen=proof.states < most)
    return Judged(frozenset(found))
