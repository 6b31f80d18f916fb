"""The organisations in `processes/`, each read once however many tests ask for it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from meldcode.definition import Version, read_folder

PROCESSES = Path(__file__).resolve().parent.parent / "processes"
FOLDERS = sorted(file.parent for file in PROCESSES.glob("*/organisation.toml"))
SCHOOL = PROCESSES / "basisschool-het-voorbeeld"


@cache
def version_of(folder: Path) -> Version:
    return read_folder(folder)
