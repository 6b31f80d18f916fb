"""Writing statements, prepared once.

A completion is a handful of small writes, and building each of them anew costs more than running it. So
an INSERT, UPDATE or DELETE is compiled the first time it is used with a set of parameter names; after
that only the values are put in their places. Reading keeps SQLAlchemy's own way: its rows know types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Delete, Insert, Update

Params = Mapping[str, Any]


def is_plain_write(statement: Executable) -> bool:
    """Can it be prepared: does it write, and give no rows back?"""
    return isinstance(statement, Insert | Update | Delete) and not statement._returning


class Prepared:
    """One statement for one set of parameter names, as the driver wants it."""

    __slots__ = ("_named", "_places", "sql")

    def __init__(self, statement: Executable, names: list[str], dialect: Dialect) -> None:
        assert isinstance(statement, Insert | Update | Delete)  # noqa: S101  (is_plain_write said so)
        compiled = statement.compile(dialect=dialect, column_keys=names)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101
        self.sql = str(compiled)
        self._named = compiled.positiontup is None
        constants = compiled.params
        self._places: list[tuple[str, Callable[[Any], Any] | None, Any]] = []
        for name in compiled.positiontup or list(compiled.bind_names.values()):
            processor = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            constant = None if name in names else constants.get(name)
            self._places.append((name, processor, processor(constant) if processor else constant))

    def fill(self, row: Params) -> Any:
        """The values for the driver; what `row` does not name is a constant of the statement."""
        values = [
            constant if name not in row else processor(row[name]) if processor else row[name]
            for name, processor, constant in self._places
        ]
        if self._named:
            return dict(zip((name for name, _, _ in self._places), values, strict=True))
        return tuple(values)
