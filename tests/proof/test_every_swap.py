"""Every two ways of every gateway that are swapped, in all diagrams of all organisations, are noticed.

Not by the damages that a rule names, but by all: which rule objects is not asked. What is not noticed is
listed, with what it would take, and a swap that is noticed after all has to leave the list.
"""

from __future__ import annotations

import itertools

import pytest

from meldcode.check import Says
from meldcode.check.explore import MOST_STATES
from meldcode.check.proof import Proving
from meldcode.check.ways import gateways
from meldcode.definition import check
from meldcode.definition.errors import DefinitionError
from tests.proof.damage import ORGANISATIONS
from tests.proof.judge import LOOKS
from tests.proof.meant import Organisation
from tests.proof.mutants_on_answers import swap

Ways = tuple[str, str, str]  # gateway, and what the two ways are called

UNSEEN: dict[str, set[Ways]] = {
    # Reading what behaviour fits which age, where a table answers, and what a plan is ready for.
    "basisschool-het-voorbeeld": {("vakantie_vragen", "ja", "nee")},
    "inrichting-de-windvaan": {("vertrek_stand", "andere datum", "plan klaar")},
    "kinderopvang-de-papieren-boot": {("hoe_ernstig", "nee", "ja")},
}


def noticed(one: Organisation) -> bool:
    """Whether a rule is broken or anything is found, looking at the nearest cases first."""
    try:
        version = one.folder.version()
    except DefinitionError:
        return True
    quick = check(version)
    proving = Proving(version, quick)
    for most in LOOKS:
        proof = proving.to(most or MOST_STATES)
        if quick or proof.findings or any(said.says is Says.BROKEN for _, said in proof.rules):
            return True
    return False


@pytest.mark.long
@pytest.mark.timeout(1200)  # some forty proofs each
@pytest.mark.parametrize("name", ORGANISATIONS)
def test_swapping_two_ways_of_a_gateway_is_noticed(name: str) -> None:
    unseen: set[Ways] = set()
    drawn = Organisation(name)
    for gateway in gateways(drawn.version):
        for first, second in itertools.combinations(drawn.flows(gateway), 2):
            if first.target == second.target:
                continue
            one = Organisation(name)
            swap(one, first, second)
            if not noticed(one):
                unseen.add((gateway.id, first.name, second.name))
    assert unseen == UNSEEN.get(name, set())
