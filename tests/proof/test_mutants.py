"""Every way to damage the school is caught by the rule it breaks; what does no damage is not refused."""

from __future__ import annotations

import pytest

from tests.proof.judge import objections
from tests.proof.mutants import MUTANTS, SCHOOL, SOUND, Mutant

# The rest takes minutes: `make proof` plays all of them (`-m proof` here).
QUICK = frozenset(
    {"gesprek omzeild", "twijfel overschaduwd", "eigen melding weg", "overslaan zonder tweede persoon"}
)


def listed(mutants: tuple[Mutant, ...]) -> list[object]:
    return [
        pytest.param(mutant, id=mutant.name, marks=[] if mutant.name in QUICK else [pytest.mark.proof])
        for mutant in mutants
    ]


@pytest.mark.parametrize("mutant", listed(MUTANTS))
def test_a_damaged_school_is_caught_by_the_rule_it_breaks(mutant: Mutant) -> None:
    found = objections(SCHOOL, mutant)
    assert set(mutant.caught_by) & found, sorted(map(str, found))


@pytest.mark.parametrize("mutant", listed(SOUND))
def test_a_school_that_is_only_different_is_not_refused(mutant: Mutant) -> None:
    assert objections(SCHOOL, mutant) == set()


def test_every_rule_that_a_school_must_keep_is_broken_by_some_damage() -> None:
    broken = {one for mutant in MUTANTS for one in mutant.caught_by if isinstance(one, int)}
    assert broken == set(range(1, 22)) - {17}  # a primary school has no adult clients
