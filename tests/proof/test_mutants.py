"""Every way to damage an organisation is caught by the rule it breaks; what does no damage is not refused.

Here each damage is done to two organisations; `make proof` does all of them to all seven.
"""

from __future__ import annotations

import pytest

from tests.proof.damage import ORGANISATIONS
from tests.proof.judge import Judged, judged
from tests.proof.mutants import MUTANTS, SOUND, Mutant

PAIR = ("basisschool-het-voorbeeld", "zelfstandige-verloskundige")


def listed(mutants: list[Mutant]) -> list[object]:
    return [pytest.param(mutant, id=mutant.name) for mutant in mutants]


def told(found: Judged) -> list[str]:
    return sorted(map(str, found.found))


@pytest.mark.parametrize("mutant", listed(MUTANTS))
def test_damage_is_caught_by_the_rule_it_breaks(mutant: Mutant) -> None:
    found = {name: judged(name, mutant) for name in PAIR}
    why_not = [one.why_not for one in found.values() if one.why_not]
    assert {name: told(one) for name, one in found.items() if not one.as_meant(mutant)} == {}
    if len(why_not) == len(PAIR):  # it cannot be done to either
        pytest.skip(why_not[0])


@pytest.mark.parametrize("mutant", listed(SOUND))
def test_what_is_only_different_is_not_refused(mutant: Mutant) -> None:
    found = {name: judged(name, mutant) for name in PAIR}
    assert {name: told(one) for name, one in found.items() if not one.as_meant(mutant)} == {}


def test_every_rule_is_broken_by_some_damage() -> None:
    broken = {one for mutant in MUTANTS for one in mutant.caught_by if isinstance(one, int)}
    assert broken == set(range(1, 22))


def test_names_are_unique_and_all_organisations_are_damaged() -> None:
    names = [mutant.name for mutant in (*MUTANTS, *SOUND)]
    assert len(names) == len(set(names))
    assert len(ORGANISATIONS) == 7
    assert set(PAIR) < set(ORGANISATIONS)
