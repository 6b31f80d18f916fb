"""Every statement stays inside one organisation: looked at once, then remembered.

Write statements as module constants with `scoped(table)` in their `where`:

    _OPEN = sa.select(cases).where(scoped(cases), cases.c.status == "open")
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.sql import Executable, operators, visitors
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.elements import BinaryExpression, BindParameter
from sqlalchemy.sql.selectable import AliasedReturnsRows

from meldcode.store.errors import ScopeError
from meldcode.store.prepared import Prepared, is_plain_write
from meldcode.store.tables import OUTSIDE

SCOPE: BindParameter[Any] = sa.bindparam("scope", type_=sa.Uuid())
"""The transaction's organisation, filled in by `Transaction.execute`."""


def scoped(table: sa.Table) -> sa.ColumnElement[bool]:
    """`table.organisation = <the transaction's organisation>`."""
    return table.c.organisation == SCOPE


@dataclass(frozen=True, slots=True)
class Plan:
    """What `Transaction.execute` needs to know of a statement."""

    statement: Executable  # kept, so that its id() stays its own
    scoped_tables: tuple[str, ...]
    takes_scope: bool
    fills_organisation: bool
    is_plain_write: bool
    prepared: dict[tuple[str, frozenset[str]], Prepared] = field(default_factory=dict)


_plans: dict[int, Plan] = {}
_MOST = 2_000  # statements are module constants; a leak of built ones must not grow for ever


def plan_of(statement: Executable) -> Plan:
    """The statement's plan; raises `ScopeError` when a scoped table in it is not filtered."""
    found = _plans.get(id(statement))
    if found is not None and found.statement is statement:
        return found
    plan = _look_at(statement)
    if len(_plans) >= _MOST:
        _plans.clear()
    _plans[id(statement)] = plan
    return plan


def _look_at(statement: Executable) -> Plan:
    tables: set[sa.Table] = set()
    filtered: set[sa.Table] = set()
    takes_scope = False
    for element in visitors.iterate(cast(sa.ClauseElement, statement)):
        if isinstance(element, sa.Table):
            tables.add(element)
        elif isinstance(element, AliasedReturnsRows) and isinstance(element.element, sa.Table):
            raise ScopeError(f"an alias hides the table {element.element.name} from the organisation check")
        elif isinstance(element, BindParameter):
            takes_scope = takes_scope or element.key == SCOPE.key
        elif isinstance(element, BinaryExpression) and _filters(element):
            filtered.add(element.left.table)
    fills = False
    if isinstance(statement, Insert) and isinstance(statement.table, sa.Table):
        tables.add(statement.table)
        filtered.add(statement.table)
        fills = "organisation" in statement.table.c
    inside = tables - OUTSIDE
    if inside - filtered:
        names = ", ".join(sorted(table.name for table in inside - filtered))
        raise ScopeError(f"{names}: not limited to one organisation")
    return Plan(
        statement,
        tuple(sorted(table.name for table in inside)),
        takes_scope,
        fills,
        is_plain_write(statement),
    )


def _filters(element: BinaryExpression[Any]) -> bool:
    return (
        element.operator is operators.eq
        and isinstance(element.left, sa.Column)
        and element.left.name == "organisation"
        and isinstance(element.right, BindParameter)
        and element.right.key == SCOPE.key
    )
