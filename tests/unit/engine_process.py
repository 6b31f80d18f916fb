"""Takes one move of every scenario in a process of its own: states in on stdin, results out on stdout.

`python -m tests.unit.engine_process` is started anew for every move, so nothing that an earlier step
left in memory (specs, ids, event handlers) can help the next one.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any

from meldcode.engine import Step, step
from tests.unit.engine_cases import command_of
from tests.unit.engine_scenarios import SCENARIOS


def told(taken: Step) -> Any:
    """A step as plain JSON."""
    return json.loads(
        json.dumps(
            asdict(taken), default=lambda value: sorted(value) if isinstance(value, frozenset) else str(value)
        )
    )


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
    main()
