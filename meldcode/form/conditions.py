"""Which questions are asked: the FEEL conditions of a form, applied until nothing changes any more.

A hidden question has the answer null, for the case document as well as for the other conditions: an
earlier answer must not go on working behind a question nobody sees. Circles of conditions are refused
when the form is read (`circle`), so that `settle` always comes to rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from meldcode.feel import Expression, FeelError, to_json
from meldcode.form.parts import MOST_ROWS, Field, Gap, Group, Json, Part, Prose, Rows, every, keyed

ZONE = ZoneInfo("Europe/Amsterdam")
SPECIAL_NAMES = frozenset({"this", "parent", "i", "_this_", "_parent_", "_i_"})
"""Names that form-js gives to the row, the row around it and the row numbers (from 1)."""


class Scope:
    """What a condition can read at one place: the case, the answers, and the row it stands in."""

    def __init__(
        self,
        document: Mapping[str, Json],
        data: Mapping[str, Json],
        today: date | None,
        *,
        this: Mapping[str, Json] | None = None,
        parent: Mapping[str, Json] | None = None,
        numbers: tuple[int, ...] = (),
    ) -> None:
        self.document, self.data, self.today = document, data, today
        self.this = data if this is None else this
        self.numbers = numbers
        special = {"this": self.this, "parent": parent, "i": list(numbers)}
        self.context: dict[str, Any] = {
            **document,
            **data,
            **special,
            **{f"_{name}_": value for name, value in special.items()},
        }
        # noon: a moment that lies on this day in every zone the expressions may speak of
        self.now = None if today is None else datetime.combine(today, time(12), ZONE)

    def row(self, row: Mapping[str, Json], index: int) -> Scope:
        """The scope inside one row of a list; `index` counts from 0, as FEEL's `i` does from 1."""
        numbers = (*self.numbers, index + 1)
        return Scope(self.document, self.data, self.today, this=row, parent=self.this, numbers=numbers)

    def hides(self, part: Part) -> bool:
        """Whether the condition of this part is exactly true; anything else shows it, as form-js does."""
        if part.hide is None:
            return False
        try:
            return part.hide.evaluate(self.context, self.now) is True
        except FeelError:
            return False  # beyond a limit: better one question too many than one too few

    def day_of(self, begin: Expression) -> str | None:
        """The day that an expression gives, as it is stored; None when it gives no day."""
        try:
            given = begin.evaluate(self.context, self.now)
        except FeelError:
            return None
        return given.isoformat() if isinstance(given, date) and not isinstance(given, datetime) else None

    def rows_of(self, begin: Expression) -> list[Mapping[str, Json]]:
        """The contexts that an expression gives, as many as a list may hold; none when it gives no list."""
        try:
            given = to_json(begin.evaluate(self.context, self.now))
        except FeelError:
            return []
        rows = given if isinstance(given, list) else []
        return [row for row in rows if isinstance(row, Mapping)][:MOST_ROWS]


def fresh_days(parts: Sequence[Part]) -> frozenset[str]:
    """The names of the days that begin with something each time their task comes."""
    return frozenset(part.key for part in keyed(parts) if isinstance(part, Field) and part.begin is not None)


def begun(
    parts: Sequence[Part], values: Mapping[str, Json], document: Mapping[str, Json], today: date | None
) -> Mapping[str, Json]:
    """`values` with a first day, or first rows, for what begins with something and has no answer yet.

    A list whose expression gives no contexts (nothing is known yet) begins as any other list.
    """
    scope = Scope(document, values, today)
    found: dict[str, Json] = {}
    for part in keyed(parts):
        if part.key in values or isinstance(part, Group) or part.begin is None:
            continue
        first = scope.day_of(part.begin) if isinstance(part, Field) else scope.rows_of(part.begin)
        if first:
            found[part.key] = first
    return {**values, **found} if found else values


def settle(
    parts: Sequence[Part], values: Mapping[str, Json], document: Mapping[str, Json], today: date | None
) -> dict[str, Json]:
    """The answers with null for each question that is not asked.

    `values` holds an answer, possibly null, for every key of `parts` at every level (see
    `values.complete`). Terminates because conditions without a circle settle in at most as many rounds
    as there are conditions.
    """
    data = dict(values)
    for _ in range(sum(part.hide is not None for part in every(parts)) + 1):
        following = _asked(parts, values, data, Scope(document, data, today))
        if following == data:
            break
        data = following
    return data


def _asked(
    parts: Sequence[Part], values: Mapping[str, Json], current: Mapping[str, Json], scope: Scope
) -> dict[str, Json]:
    answers: dict[str, Json] = {}
    for part in parts:
        if isinstance(part, Prose | Gap) or (isinstance(part, Field) and part.readonly):
            continue
        if scope.hides(part):
            answers.update(blank(part))
        elif isinstance(part, Group) and not part.key:
            answers.update(_asked(part.parts, values, current, scope))
        elif isinstance(part, Group):
            inner = current.get(part.key) or values[part.key]
            answers[part.key] = _asked(part.parts, values[part.key], inner, scope)
        elif isinstance(part, Rows):
            before = current.get(part.key) or values[part.key]
            answers[part.key] = [
                _asked(part.parts, row, before[index], scope.row(before[index], index))
                for index, row in enumerate(values[part.key])
            ]
        else:
            answers[part.key] = values[part.key]
    return answers


def blank(part: Field | Group | Rows) -> dict[str, Json]:
    """Null for every key of a part that is not asked."""
    if isinstance(part, Field) and part.readonly:
        return {}
    if isinstance(part, Group) and not part.key:
        return {
            key: None
            for inner in part.parts
            if isinstance(inner, Field | Group | Rows)
            for key in blank(inner)
        }
    return {part.key: None}


Path = tuple[str, ...]


def circle(parts: Sequence[Part]) -> Path | None:
    """The path of a question whose condition hangs, directly or through others, on itself; else None."""
    reads = dict(_reads(parts, (), [()], frozenset()))
    edges = {
        path: [other for other in reads if any(_overlap(other, read) for read in wanted)]
        for path, wanted in reads.items()
    }
    done: set[Path] = set()
    for start in edges:
        if found := _walk(start, edges, done):
            return found
    return None


def _walk(start: Path, edges: Mapping[Path, list[Path]], done: set[Path]) -> Path | None:
    """Depth first without recursion: a form may hold hundreds of questions in one chain."""
    on_the_way: set[Path] = set()
    stack = [(start, iter(edges[start]))]
    on_the_way.add(start)
    while stack:
        path, rest = stack[-1]
        following = next(rest, None)
        if following is None:
            stack.pop()
            on_the_way.discard(path)
            done.add(path)
        elif following in on_the_way:
            return following
        elif following not in done:
            on_the_way.add(following)
            stack.append((following, iter(edges[following])))
    return None


def _overlap(path: Path, read: Path) -> bool:
    shared = min(len(path), len(read))
    return path[:shared] == read[:shared]


def _reads(
    parts: Sequence[Part], prefix: Path, scopes: Sequence[Path], above: frozenset[Path]
) -> list[tuple[Path, frozenset[Path]]]:
    """For each question: its path, and the paths that its condition and those around it read."""
    found: list[tuple[Path, frozenset[Path]]] = []
    for part in parts:
        wanted = above
        if part.hide is not None:
            wanted |= {_absolute(path, scopes) for path in part.hide.paths}
        if isinstance(part, Prose | Gap):
            continue
        path = (*prefix, part.key) if part.key else prefix
        if part.key:
            found.append((path, wanted))
        if isinstance(part, Group):
            found.extend(_reads(part.parts, path, scopes, wanted))
        elif isinstance(part, Rows):
            found.extend(_reads(part.parts, path, [*scopes, path], wanted))
    return found


def names_read(parts: Sequence[Part], prefix: Path = (), scopes: Sequence[Path] = ((),)) -> frozenset[str]:
    """The top-level names that conditions and texts read; inside a row `this.x` reads the row's list."""
    names: set[str] = set()
    for part in parts:
        sources = [part.hide] if part.hide else []
        sources += [part.begin] if isinstance(part, Rows | Field) and part.begin else []
        sources += part.expressions if isinstance(part, Prose) else ()
        paths = (_absolute(path, scopes) for source in sources for path in source.paths)
        names.update(path[0] for path in paths if path)
        if isinstance(part, Group):
            names |= names_read(part.parts, (*prefix, part.key) if part.key else prefix, scopes)
        elif isinstance(part, Rows):
            path = (*prefix, part.key)
            names |= names_read(part.parts, path, [*scopes, path])
    return frozenset(names - SPECIAL_NAMES)


def _absolute(path: Path, scopes: Sequence[Path]) -> Path:
    match path[0]:
        case "this" | "_this_":
            return (*scopes[-1], *path[1:])
        case "parent" | "_parent_" if len(scopes) > 1:
            return (*scopes[-2], *path[1:])
    return path
