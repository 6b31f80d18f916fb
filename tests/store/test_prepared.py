"""A prepared statement writes what SQLAlchemy itself would have written."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from meldcode.store import scoped
from meldcode.store.prepared import Prepared, is_plain_write
from meldcode.store.tables import audit, incidents, people
from tests.store.house import MONDAY, House


def test_values_are_stored_as_sqlalchemy_stores_them(house: House) -> None:
    amsterdam = MONDAY.astimezone(timezone(timedelta(hours=2)))
    row = {"id": uuid4(), "name": "Één", "email": "e@x", "active": False, "created_at": amsterdam}
    other = {**row, "id": uuid4()}
    with house.db.transaction(house.organisation) as tx:
        tx.execute(sa.insert(people), row)
        tx.connection.execute(sa.insert(people), {**other, "organisation": house.organisation})
        mine, theirs = (
            tx.execute(sa.select(people).where(scoped(people), people.c.id == one["id"])).one()
            for one in (row, other)
        )
    assert mine[1:] == theirs[1:]
    assert mine.created_at == MONDAY


def test_what_a_row_leaves_out_is_null_and_what_the_statement_fixes_stays(house: House) -> None:
    incident = {"id": uuid4(), "kind": "proef", "text_nl": "n", "text_en": "e", "times": 1}
    again = (
        sa.update(incidents)
        .where(scoped(incidents), incidents.c.id == sa.bindparam("which"))
        .values(times=incidents.c.times + 1, node="vast", last_at=sa.bindparam("moment"))
    )
    later = MONDAY + timedelta(days=1)
    with house.db.transaction(house.organisation) as tx:
        tx.execute(sa.insert(incidents), {**incident, "first_at": MONDAY, "last_at": MONDAY})
        assert tx.execute(again, {"which": incident["id"], "moment": later}).rowcount == 1
        assert tx.execute(again, {"which": uuid4(), "moment": later}).rowcount == 0
        row = tx.execute(sa.select(incidents).where(scoped(incidents))).one()
    assert (row.times, row.node, row.last_at, row.case) == (2, "vast", later, None)


def test_several_rows_go_in_one_statement_and_are_counted(house: House) -> None:
    rows = [
        {"id": uuid4(), "name": str(number), "email": "e", "active": True, "created_at": MONDAY}
        for number in range(3)
    ]
    leave = sa.delete(people).where(scoped(people), people.c.id == sa.bindparam("which"))
    with house.db.transaction(house.organisation) as tx:
        tx.execute(sa.insert(people), rows)
        assert tx.execute(leave, [{"which": row["id"]} for row in rows]).rowcount == 3


def test_a_moment_without_a_zone_is_refused_here_too(house: House) -> None:
    row = {"id": uuid4(), "name": "n", "email": "e", "active": True, "created_at": datetime(2026, 9, 7)}  # noqa: DTZ001

    def write() -> None:
        with house.db.transaction(house.organisation) as tx:
            tx.execute(sa.insert(people), row)

    with pytest.raises(ValueError, match="time zone"):
        write()


def test_statements_that_give_rows_back_are_left_to_sqlalchemy() -> None:
    assert is_plain_write(sa.insert(people))
    assert not is_plain_write(sa.update(people).returning(people.c.id))
    assert not is_plain_write(sa.select(people))


def test_each_database_gets_its_own_way_of_writing_values() -> None:
    row = {"organisation": uuid4(), "sequence": 1, "detail": {"a": 1}, "at": MONDAY}
    in_place = Prepared(sa.insert(audit), sorted(row), sqlite.dialect())
    by_name = Prepared(sa.insert(audit), sorted(row), postgresql.dialect())

    assert in_place.sql.count("?") == len(row)
    assert isinstance(in_place.fill(row), tuple)
    filled = by_name.fill(row)
    assert set(filled) == set(row)
    assert filled["sequence"] == 1
