"""Every diagram that is shipped opens in the editors' own reader and passes bpmnlint's recommended rules."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "web" / "frontend" / "node_modules"
DIAGRAMS = sorted((ROOT / "processes").glob("*/*.bpmn"))


def lint(files: list[Path]) -> dict[str, list[list[str]]]:
    """What bpmnlint calls an error and what bpmn-moddle warns of, for each file."""
    node = shutil.which("node")
    if node is None or not (MODULES / "bpmnlint").is_dir():
        pytest.fail("bpmnlint is not installed: run the tests with `make test`, or `npm ci` in web/frontend")
    done = subprocess.run(
        [node, str(Path(__file__).with_name("lint_diagrams.mjs")), str(MODULES), *map(str, files)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[list[str]]] = json.loads(done.stdout)
    return found


def test_every_diagram_passes_the_recommended_rules_and_is_read_without_a_warning() -> None:
    assert len(DIAGRAMS) >= 7

    assert lint(DIAGRAMS) == {str(file): [] for file in DIAGRAMS}


def test_a_diagram_with_a_loose_end_does_not_pass(tmp_path: Path) -> None:
    broken = tmp_path / "los.bpmn"
    text = DIAGRAMS[0].read_text(encoding="utf-8")
    broken.write_text(
        text.replace("<bpmn:endEvent ", "<bpmn:task ").replace("</bpmn:endEvent>", "</bpmn:task>")
    )

    assert lint([broken])[str(broken)]
