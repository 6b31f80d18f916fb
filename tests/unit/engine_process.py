"""Takes one move of every scenario in a process of its own: states in on stdin, results out on stdout.

`python -m tests.unit.engine_process` is started anew for every move, so nothing that an earlier step
left in memory (specs, ids, event handlers) can help the next one.

`python -m tests.unit.engine_process record` writes one stored state of every scenario beside the tests.
Those states stand for the cases of people: only add to them; when the engine no longer reads one, the
engine is wrong, or it needs a new format number and a way from the old one.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from meldcode.engine import Step, step
from tests.unit.engine_cases import command_of, play
from tests.unit.engine_scenarios import SCENARIOS

RECORDED = Path(__file__).with_name("fixtures") / "stored_states_1.json"


def told(taken: Step) -> Any:
    """A step as plain JSON."""
    return json.loads(
        json.dumps(
            asdict(taken), default=lambda value: sorted(value) if isinstance(value, frozenset) else str(value)
        )
    )


def record() -> None:
    recorded = {}
    for scenario in SCENARIOS:
        taken = play(scenario)
        half = len(taken) // 2
        tasks = [[task.node, task.id] for task in taken[half - 1].tasks]
        recorded[scenario.name] = {"moves": half, "state": taken[half - 1].state, "tasks": tasks}
    lines = (f"{json.dumps(name)}: {json.dumps(value)}" for name, value in sorted(recorded.items()))
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main() -> None:
    results = {}
    for name, given in json.load(sys.stdin).items():
        scenario = next(scenario for scenario in SCENARIOS if scenario.name == name)
        move = scenario.moves[given["move"]]
        names = [(task["node"], task["id"]) for task in given["tasks"]]
        command = command_of(move, None, names)
        now = datetime.fromisoformat(given["now"])
        results[name] = told(step(scenario.version, scenario.calendar, given["state"], command, now))
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    record() if sys.argv[1:] == ["record"] else main()
