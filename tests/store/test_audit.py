"""The log cannot be changed without it showing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from meldcode import audit, cases
from meldcode.store.tables import audit as log
from meldcode.store.tables import audit_heads as heads
from tests.databases import beneath
from tests.store import house as building
from tests.store.house import MONDAY, House

Change = Callable[[sa.Connection, House], object]


def _middle(house: House) -> sa.ColumnElement[bool]:
    return sa.and_(log.c.organisation == house.organisation, log.c.sequence == 4)


def _swap(connection: sa.Connection, house: House) -> None:
    for old, new in ((4, 999), (5, 4), (999, 5)):
        connection.execute(
            log.update()
            .where(log.c.organisation == house.organisation, log.c.sequence == old)
            .values(sequence=new)
        )


def _insert(connection: sa.Connection, house: House) -> None:
    row = dict(connection.execute(sa.select(log).where(_middle(house))).mappings().one())
    last = connection.execute(sa.select(sa.func.max(log.c.sequence))).scalar_one()
    connection.execute(log.insert(), {**row, "sequence": last + 1, "key": None, "action": "case_read"})


def _cut_with_head(connection: sa.Connection, house: House) -> None:
    """A clever cut: the last row goes and the head is set to the row before it."""
    last = connection.execute(sa.select(sa.func.max(log.c.sequence))).scalar_one()
    connection.execute(log.delete().where(log.c.sequence == last))
    before = connection.execute(sa.select(log.c.hash).where(log.c.sequence == last - 1)).scalar_one()
    connection.execute(heads.update().values(sequence=last - 1, hash=before))


def _rewrite(connection: sa.Connection, house: House) -> None:
    """A full forgery: a row is changed and every later hash computed anew, the head included."""
    rows = connection.execute(sa.select(log).order_by(log.c.sequence)).mappings().all()
    last = bytes(32)
    for row in rows:
        fields = {name: row[name] for name in audit._COLUMNS}
        if row["sequence"] == 4:
            fields["person"] = house.people["henk"]
        last = audit._hash(last, house.organisation, row["sequence"], fields)
        connection.execute(
            log.update().where(log.c.sequence == row["sequence"]).values(hash=last, person=fields["person"])
        )
    connection.execute(heads.update().values(hash=last))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda c, h: c.execute(log.update().where(_middle(h)).values(action="x")), id="edit"),
        pytest.param(
            lambda c, h: c.execute(log.update().where(_middle(h)).values(at=MONDAY + timedelta(1))),
            id="moment",
        ),
        pytest.param(
            lambda c, h: c.execute(log.update().where(_middle(h)).values(detail={"facts": []})), id="detail"
        ),
        pytest.param(lambda c, h: c.execute(log.delete().where(_middle(h))), id="delete"),
        pytest.param(lambda c, h: c.execute(log.delete().where(log.c.sequence == 1)), id="delete-first"),
        pytest.param(_insert, id="insert"),
        pytest.param(_swap, id="swap"),
        pytest.param(
            lambda c, h: c.execute(
                log.delete().where(log.c.sequence == sa.select(sa.func.max(log.c.sequence)).scalar_subquery())
            ),
            id="cut-tail",
        ),
        pytest.param(_cut_with_head, id="cut-tail-and-head"),
        pytest.param(_rewrite, id="rewrite-all"),
        pytest.param(lambda c, h: c.execute(heads.delete()), id="no-head"),
        pytest.param(lambda c, h: c.execute(log.delete()), id="empty"),
    ],
)
def test_a_log_that_was_tampered_with_is_found_out(house: House, change: Change) -> None:
    house.at_weighing()
    assert audit.verify(house.db) == []
    with beneath(house.db).begin() as connection:
        change(connection, house)

    problems = audit.verify(house.db, house.organisation)
    assert problems
    assert all(problem.text.nl and problem.organisation == house.organisation for problem in problems)


def test_a_log_rewound_to_an_earlier_truth_is_found_by_what_was_written_down(house: House) -> None:
    house.at_weighing()
    with beneath(house.db).connect() as connection:
        old_head = dict(connection.execute(sa.select(heads)).mappings().one())
    case = house.at_weighing()
    known = audit.anchors(house.db)
    assert audit.verify(house.db, known=known) == []

    with beneath(house.db).begin() as connection:
        connection.execute(log.delete().where(log.c.sequence > old_head["sequence"]))
        connection.execute(heads.update().values(**old_head))

    assert audit.verify(house.db) == []  # the database alone cannot tell
    assert audit.verify(house.db, known=known)
    assert case


def test_a_log_goes_on_through_what_was_written_down(house: House) -> None:
    house.at_weighing()
    known = audit.anchors(house.db)
    house.at_weighing()

    assert audit.verify(house.db, known=known) == []


def test_each_organisation_has_a_chain_of_its_own(house: House, tmp_path: Path) -> None:
    other = building.build(house.db, tmp_path / "ander", key="andere-school", prefix="b-")
    house.at_weighing()
    other.at_weighing()
    with beneath(house.db).begin() as connection:
        connection.execute(
            log.update()
            .where(log.c.organisation == other.organisation, log.c.sequence == 2)
            .values(action="x")
        )

    assert audit.verify(house.db, house.organisation) == []
    assert {problem.organisation for problem in audit.verify(house.db)} == {other.organisation}


def test_the_log_says_who_did_what_in_which_role_and_nothing_of_the_content(house: House) -> None:
    case = house.at_weighing()
    house.complete(case, "wegen", {"advies": "melden"})
    with house.db.reading(house.organisation) as tx:
        rows = audit.of_case(tx, case)

    assert [(row.action, row.person, row.role) for row in rows[1:]] == [
        ("task_completed", house.people["sanne"], "leerkracht")
    ] * 2
    written = str([dict(row._mapping) for row in rows])
    assert "blauwe plek" not in written
    assert "melden" not in written


def test_every_change_of_a_case_has_one_line(house: House) -> None:
    case = house.at_weighing()
    house.complete(case, "wegen", {"advies": "twijfel"})
    cases.raise_acute(house.db, house.actor("sanne"), case, key="a", now=MONDAY)
    with house.db.reading(house.organisation) as tx:
        rows = audit.of_case(tx, case)

    assert [row.detail["revision"] for row in rows] == [1, 2, 3, 4]


def test_a_long_log_is_verified_in_pieces(house: House) -> None:
    with house.db.transaction(house.organisation) as tx:
        audit.append(tx, [audit.Record(MONDAY, "case_read") for _ in range(5_000)])
    assert audit.verify(house.db) == []
