"""What a built package holds besides its modules: the bases a designer can begin from.

They are the organisations in `processes/`. Run from its own folder the program reads them there; a package
gets a copy beside `meldcode/desk/bases.py`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent.parent


def copy_bases(target: Path) -> None:
    """Copy every organisation's folder to `target`, in place of what is there."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(ROOT / "processes", target, ignore=shutil.ignore_patterns(".*"))


class BuildWithBases(build_py):
    """Builds the modules, then copies the bases; an editable install reads them where they lie."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            copy_bases(Path(self.build_lib) / "meldcode" / "desk" / "bases")
