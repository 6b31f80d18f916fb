"""`make bench`: measure all in one run, print it, write `build/bench.json`; 1 when a bound is broken."""

from __future__ import annotations

import os
import sys
import tempfile
from itertools import chain
from pathlib import Path

from meldcode import logs
from tests.bench import core, crowd, desk, embedded, lateness, moving, pages, proof
from tests.bench.rows import report
from tests.databases import PostgresDatabases, SqliteFiles
from tests.postgres import PrivatePostgres


def main() -> int:
    # a line per request, as in a deployment, and none of them between the figures
    logs.configure(stream=Path(os.devnull).open("w"))  # noqa: SIM115
    with tempfile.TemporaryDirectory() as scratch, PrivatePostgres(durable=True) as server:
        folder = Path(scratch)
        (folder / "crowd").mkdir()
        (folder / "desk").mkdir()
        (folder / "moving").mkdir()
        (folder / "pages").mkdir()
        rows = chain(
            core.rows(folder),
            pages.rows(SqliteFiles(folder / "pages")),
            pages.rows(PostgresDatabases(server)),
            moving.rows(SqliteFiles(folder / "moving")),
            moving.rows(PostgresDatabases(server)),
            desk.rows(SqliteFiles(folder / "desk")),
            crowd.rows(SqliteFiles(folder / "crowd")),
            crowd.rows(PostgresDatabases(server)),
            proof.rows(),
            lateness.rows(server, folder / "lateness"),
            embedded.rows(folder / "embedded"),
        )
        return 0 if report(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
