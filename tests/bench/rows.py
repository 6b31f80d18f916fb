"""One measured figure, the table people read and the file tools read."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path("build/bench.json")


@dataclass(frozen=True, slots=True)
class Row:
    """`target` is the bound in words (None: shown for comparison only), `met` whether `value` keeps it."""

    name: str
    value: float
    unit: str
    target: str | None = None
    met: bool | None = None


def at_most(name: str, value: float, unit: str, bound: float) -> Row:
    """A figure that may not exceed `bound`."""
    return Row(name, value, unit, f"≤ {bound:g} {unit}", value <= bound)


def at_least(name: str, value: float, unit: str, bound: float) -> Row:
    """A figure that may not stay below `bound`."""
    return Row(name, value, unit, f"≥ {bound:g} {unit}", value >= bound)


def shown(name: str, value: float, unit: str) -> Row:
    """A figure without a bound, to compare others with."""
    return Row(name, value, unit)


def interleaved(rounds: int, works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The median milliseconds of each work, taken in turns so that a busy moment hits all alike."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            begin = time.perf_counter()
            work()
            taken[name].append((time.perf_counter() - begin) * 1_000)
    return {name: statistics.median(times) for name, times in taken.items()}


def report(rows: Iterable[Row]) -> bool:
    """Print the rows, write `build/bench.json`; False when a bound is broken."""
    kept = [Row(row.name, round(row.value, 3), row.unit, row.target, row.met) for row in rows]
    width = max(len(row.name) for row in kept)
    for row in kept:
        verdict = {True: "met", False: "NOT MET", None: ""}[row.met]
        print(f"{row.name:<{width}}  {row.value:>10,.3f} {row.unit:<6}  {row.target or '':<14}  {verdict}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([asdict(row) for row in kept], indent=1, ensure_ascii=False) + "\n")
    return all(row.met is not False for row in kept)
