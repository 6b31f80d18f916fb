"""The proof: how long all cases of each organisation take to play, and of a diagram larger than any."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from meldcode.check import prove
from meldcode.check.tables import table_findings
from meldcode.definition import Version, check, read_folder
from tests.bench.rows import Row, at_most, interleaved, shown
from tests.proof.small import Sketch, choice, table

ORGANISATIONS = Path(__file__).resolve().parents[2] / "processes"
TASKS, GATEWAYS, TIMERS = 60, 12, 8


def rows() -> Iterator[Row]:
    """A row for each of the seven; then the large one, with how many states and how fast."""
    for folder in sorted(path for path in ORGANISATIONS.iterdir() if path.is_dir()):
        version = read_folder(folder)
        seconds, states = _proved(version)
        yield at_most(f"proof of {folder.name}, {states} states", seconds, "s", 2)
        quick = interleaved(
            5, {"findings": lambda version=version: [*check(version), *table_findings(version)]}
        )
        yield at_most(f"findings of {folder.name} without playing", quick["findings"], "ms", 200)
    large = synthetic()
    seconds, states = _proved(large)
    yield at_most(f"proof of {TASKS} tasks, {GATEWAYS} gateways, {TIMERS} timers", seconds, "s", 60)
    yield shown("the same: states", states, "")
    yield shown("the same: states a second", states / seconds, "/s")


def _proved(version: Version) -> tuple[float, int]:
    """Seconds of one core, and states. Nothing is warm: the first proof is the one people wait for."""
    begin = time.process_time()
    proof = prove(version, most_states=1_000_000)
    return time.process_time() - begin, proof.states


def synthetic() -> Version:
    """A process of a size that no organisation draws: forks, choices on a table, loops back, ladders of
    mails, terms that open a task beside, and a route for acute danger."""
    d = Sketch()
    d.files["kader.dmn"] = table(
        "kader",
        ("wegen_a", "wegen_b"),
        ("advies",),
        ('"ja"', "-", '"door"'),
        ('"twijfel"', "-", '"terug"'),
        ("-", '"ja"', '"door"'),
        ("-", '"twijfel"', '"terug"'),
        ("-", "-", '"klaar"'),
    )
    d.start("begin")
    d.end("einde")
    last = "begin"
    for number in range(1, 4):  # three rounds of the same: 13 tasks, 4 gateways and a timer each
        last = _round(d, number, last)
    closing = _tasks(d, "slot", 13)
    d.chain(last, *closing, "einde")
    d.reminder("slot_herinnering", "P2D", "slot_1")
    for task in (closing[0], closing[3], closing[6], closing[9]):
        _term(d, task)
    d.acute("bellen:acuut", "doen:acuut melden informeren", "bijna:acuut", "nazorg:acuut")
    return d.version()


def _tasks(d: Sketch, name: str, count: int) -> list[str]:
    return [d.act(f"{name}_{number}") for number in range(1, count + 1)]


def _round(d: Sketch, number: int, last: str) -> str:
    name = f"r{number}"
    into, fork, join, out = (f"{name}_{part}" for part in ("in", "uit", "samen", "keus"))
    d.merge(into)
    d.gateway("parallel", fork)
    d.gateway("parallel", join)
    before, left, right = _tasks(d, f"{name}_voor", 3), _tasks(d, f"{name}_l", 3), _tasks(d, f"{name}_r", 3)
    weigh = d.act(
        f"{name}_wegen", choice("wegen_a", "ja", "nee", "twijfel"), choice("wegen_b", "ja", "nee", "twijfel")
    )
    after = _tasks(d, f"{name}_na", 3)
    d.chain(last, into, *before, fork)
    for branch in (left, right):
        d.chain(fork, *branch, join)
    decide = d.decision(f"{name}_kader", "kader")
    d.chain(join, weigh, decide, out)
    d.choose(out, after[0], **{into: 'kader.advies = "terug"'})
    d.chain(*after)
    d.reminder(f"{name}_herinnering", "P2D", weigh)
    return after[-1]


def _term(d: Sketch, task: str) -> None:
    """A term that does more than mail: it opens a task beside."""
    d.timer(f"{task}_tijd", "P5D", on=task, purpose="escalatie")
    beside = d.act(f"{task}_let_op")
    d.end(f"{task}_gezien")
    d.chain(f"{task}_tijd", beside, f"{task}_gezien")
