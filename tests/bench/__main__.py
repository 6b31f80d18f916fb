"""`make bench`: measure all in one run, print it, write `build/bench.json`; 1 when a bound is broken."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bench import core
from tests.bench.rows import report


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        return 0 if report(core.rows(Path(scratch))) else 1


if __name__ == "__main__":
    sys.exit(main())
