"""The codes a designer can begin from: the shipped organisations, one or two for each sector.

They are the folders in `processes/`. An installed package holds a copy beside this file, which its build
puts there (`tools/wheel.py`); where the project runs from its own folder they are read where they lie.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from meldcode.definition import DefinitionError, Version, read_files, read_folder

OWN = "eigen"
_SHIPPED = Path(__file__).resolve().parent / "bases"
_BESIDE = Path(__file__).resolve().parents[2] / "processes"


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """One code to begin from. `key` is its folder's name, or `OWN` for the draft as it stands."""

    key: str
    version: Version

    @property
    def name(self) -> str:
        """What the organisation of this basis is called."""
        return self.version.organisation.name

    @property
    def sector(self) -> str:
        """The sector it is for."""
        return self.version.organisation.sector

    @property
    def is_own(self) -> bool:
        """Is this the draft itself? Then everything that is not asked about stays as it is."""
        return self.key == OWN


def folder() -> Path:
    """Where the bases lie."""
    return _SHIPPED if _SHIPPED.is_dir() else _BESIDE


@cache
def bases() -> tuple[Basis, ...]:
    """Every shipped basis, by sector."""
    found = [Basis(one.parent.name, read_folder(one.parent)) for one in folder().glob("*/organisation.toml")]
    return tuple(sorted(found, key=lambda one: (one.sector, one.key)))


def own_basis(contents: Mapping[str, bytes]) -> Basis | None:
    """The draft as a basis; None while a file of it cannot be read."""
    try:
        return Basis(OWN, read_files(contents))
    except DefinitionError:
        return None
