"""Taking open cases along to a new version: how fast the preview tries each of them on a copy."""

from __future__ import annotations

import time
from collections.abc import Iterator

from meldcode import definition, migration, publishing
from tests.bench.crowd import fill
from tests.bench.rows import Row, at_least
from tests.bench.school import FOLDER, School
from tests.databases import Kind, SqliteFiles

OPEN = 500


def rows(kind: Kind) -> Iterator[Row]:
    """Cases at the weighing, each looked at as the page for designers does it."""
    name = "SQLite" if isinstance(kind, SqliteFiles) else "PostgreSQL"
    db = kind.fresh()
    try:
        school = School(db)
        fill(db, school.teacher.organisation, school.case, OPEN - 1)
        _put_in_force(school)
        begin = time.perf_counter()
        seen = migration.preview(db, school.teacher, school.now)
        taken = time.perf_counter() - begin
        if len(seen.go) != OPEN:
            raise AssertionError(f"{len(seen.go)} of {OPEN} can go")
        yield at_least(f"{name}: preview of moving {OPEN} open cases", OPEN / taken, "/s", 200)
    finally:
        kind.drop(db)


def _put_in_force(school: School) -> None:
    """The school's folder with another name on its weighing."""
    files = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*.*")}
    files["meldcode.bpmn"] = files["meldcode.bpmn"].replace(b'name="4 Wegen', b'name="4 Afwegen')
    version = definition.read_files(files)
    with school.db.transaction(school.teacher.organisation) as tx:
        publishing.store(tx, version, school.now, None)
        publishing.put_in_force(tx, version, school.now, None)
