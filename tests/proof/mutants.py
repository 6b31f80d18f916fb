"""Ways to damage any organisation, each with the rules one of which must catch it; and ways not to.

A damage finds its place by what the parts of a diagram are for, so that it fits every organisation; where
it cannot be done it raises `NotHere` with the reason.
"""

from __future__ import annotations

from importlib import import_module

from tests.proof.mutant import MUTANTS, SCHOOL, SOUND, Mutant

PARTS = ("steps", "deciding", "people", "answers", "ways", "data")  # in the order of the matrix

for part in PARTS:
    import_module(f"tests.proof.mutants_on_{part}")

__all__ = ["MUTANTS", "SCHOOL", "SOUND", "Mutant"]
