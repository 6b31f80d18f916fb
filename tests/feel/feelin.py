"""Asks feelin, the JavaScript reference of bpmn.io's editors, what FEEL texts mean."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from meldcode.feel.temporal import Months, write
from meldcode.feel.values import Range, Value

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "web" / "frontend" / "node_modules" / "feelin" / "dist" / "index.js"
MISSING = (
    f"feelin is not installed at {MODULE.relative_to(ROOT)}: run `make test`, or `npm ci` in web/frontend"
)


def ask(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers to `{kind, text, context, value}`, in one process: `{value}` or `{error}` each."""
    node = shutil.which("node")
    if node is None:
        raise LookupError("node is not on the PATH: run the tests with `make test`, which installs it")
    if not MODULE.is_file():
        raise LookupError(MISSING)
    done = subprocess.run(
        [node, str(Path(__file__).with_name("oracle.mjs")), MODULE.as_uri()],
        input=json.dumps(list(items)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"feelin failed: {done.stderr}")
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def plain(value: Value) -> Any:
    """One of our values in the form in which `oracle.mjs` writes feelin's."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {"is": "context", "entries": {key: plain(item) for key, item in value.items()}}
    if isinstance(value, Range):
        return {"is": "range", "start": plain(value.start), "end": plain(value.end)}
    assert isinstance(value, (date, time, timedelta, Months))
    return {"is": "moment", "text": write(value, names=True)}


def same(ours: Any, theirs: Any) -> bool:
    """Do two plain values agree? Numbers to nine digits: one side has decimals, the other doubles."""
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    return bool(ours == theirs)
