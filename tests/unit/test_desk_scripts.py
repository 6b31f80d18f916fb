"""The scripts of the designer's editors, without a browser: what they know and what they write of files."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from meldcode.diagram import read_diagram
from meldcode.diagram.model import Diagram

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "web" / "frontend"
DIAGRAMS = sorted((ROOT / "processes").glob("*/*.bpmn"))


def node(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs node in the front end's folder."""
    program = shutil.which("node")
    assert program, "node is not on the PATH: run the tests with `make test`, which installs it"
    return subprocess.run(
        [program, *map(str, words)], cwd=FRONTEND, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_scripts_own_tests_pass() -> None:
    files = sorted((FRONTEND / "tests").glob("*.test.mjs"))
    assert files
    done = node("--test", *files)  # each by name: Node.js 24 takes a folder for a file

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def rewritten() -> dict[Path, bytes]:
    """Every shipped diagram as the editor writes it."""
    done = node("tests/roundtrip.mjs", *DIAGRAMS)
    assert done.returncode == 0, done.stderr
    return {Path(file): xml.encode() for file, xml in json.loads(done.stdout).items()}


def parts(xml: bytes) -> Counter[tuple[object, ...]]:
    """Every element with its attributes and text, however the file is laid out."""
    return Counter(
        (element.tag, tuple(sorted(element.attrib.items())), (element.text or "").strip())
        for element in etree.fromstring(xml).iter(etree.Element)
    )


def meant(xml: bytes) -> Diagram:
    """A diagram as it is read here, but for the text it was read from."""
    return replace(read_diagram(xml, "x.bpmn"), xml=b"")


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_editor_keeps_everything_of_a_shipped_diagram(path: Path, rewritten: dict[Path, bytes]) -> None:
    before, after = path.read_bytes(), rewritten[path]

    assert parts(after) == parts(before)
    assert meant(after) == meant(before)
