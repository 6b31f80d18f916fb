"""Rules about the project itself: what is committed runs anywhere, names nobody's computer, and is locked."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
LARGEST_FILE = 600_000

#: Spelled in pieces, because this file is read by its own rules.
NOWHERE = {
    "a folder of somebody's computer": re.compile(r"(?<![\w.~-])/" + r"(?:work|root|home/\w+|Users/\w+)/"),
    "the address of a package registry": re.compile(
        r"pypi\.(?:org|io)|python(?:hosted)|registry\."
        + r"(?:npmjs|yarnpkg)|npmjs\."
        + r"(?:org|com)|deb\.debian"
    ),
    "a number of an issue": re.compile(r"\b(?:[Ii]ssue|[Tt]icket)s? #?" + r"\d+"),
    "work that was put off": re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b"),
    "the mark of a merge that went wrong": re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE),
}


@cache
def committed() -> tuple[Path, ...]:
    """Every file of the project as git sees it (also new ones that are not ignored)."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None  # a picture or a font


@pytest.mark.parametrize("what", NOWHERE)
def test_no_committed_file_holds(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for path in committed()
        if (text := text_of(path)) is not None
        for match in NOWHERE[what].finditer(text)
    ]

    assert found == []


def test_every_part_of_the_core_has_its_place_among_the_layers_and_on_the_map() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = " ".join(layer for contract in contracts for layer in contract.get("layers", ()))
    core = ROOT / "meldcode"
    parts = {path.relative_to(core).parts[0].removesuffix(".py") for path in core.rglob("*.py")}
    on_the_map = re.findall(r"^    (\w+) {2,}\S", (core / "__init__.py").read_text(), re.MULTILINE)

    assert set(re.findall(r"meldcode\.(\w+)", layers)) == parts - {"__init__"}
    assert sorted(on_the_map) == sorted(parts - {"__init__"})


def test_nothing_that_decides_how_a_case_moves_reads_a_clock() -> None:
    pure = (
        "engine check rehearse compare describe definition diagram form decision feel workdays.py holidays.py"
    )
    places = [ROOT / "meldcode" / name for name in pure.split()]
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*.py"))]
    read = re.compile(
        r"\b(?:datetime|date)\.(?:now|utcnow|today)\(|\btime\.(?:time|monotonic|perf_counter)\b"
    )

    assert len(files) > 100
    assert [str(file) for file in files if read.search(file.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_python_package_has_its_version_and_hashes(lock: Path) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^\s*#.*\n", "", lock.read_text(), flags=re.MULTILINE))
    entries = [entry for entry in entries if entry.strip()]

    assert len(entries) >= 2
    loose = [entry.split()[0] for entry in entries if not re.match(r"[\w.\[\],-]+==\S+", entry)]
    unhashed = [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
    assert (loose, unhashed) == ([], [])
    assert "index-url" not in lock.read_text()


def test_all_locks_agree_on_every_version() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(), re.MULTILINE):
            versions.setdefault(name, set()).add(version)

    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_every_declared_package_is_in_the_locks() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    embedded = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["embedded"]
    dev = [entry for entry in project["dependency-groups"]["dev"] if isinstance(entry, str)]

    for declared, lock in ((embedded, "embedded.txt"), (embedded + dev, "dev.txt")):
        locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements" / lock).read_text(), re.MULTILINE))
        names = {re.split(r"[^\w.-]", entry)[0].lower() for entry in declared}
        assert names - locked == set(), f"run make lock: requirements/{lock} is behind pyproject.toml"


def test_the_front_end_is_locked_by_content_and_not_by_address() -> None:
    lock = json.loads((ROOT / "web" / "frontend" / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert packages
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []


def test_nothing_that_is_made_is_committed() -> None:
    made = re.compile(r"(^|/)(node_modules|build|dist|var|\.venv|__pycache__)/|\.(pyc|mo|egg-info)$")

    assert [name for path in committed() if made.search(name := str(path.relative_to(ROOT)))] == []


def test_no_committed_file_is_large() -> None:
    assert [str(path) for path in committed() if path.stat().st_size > LARGEST_FILE] == []


def test_every_target_of_the_makefile_is_explained_in_its_help() -> None:
    targets = set(re.findall(r"^\.PHONY: (\S+)", (ROOT / "Makefile").read_text(), re.MULTILINE))
    helped = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert {"run", "test", "check", "bench", "lock", "clean"} <= targets
    assert targets == set(re.findall(r"^  (\S+)", helped, re.MULTILINE))


def test_ci_runs_the_commands_a_newcomer_runs() -> None:
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert "make check test" in script.read_text()
    assert "make test" in (ROOT / "README.md").read_text()


def test_the_licence_is_there_in_full() -> None:
    text = (ROOT / "LICENSE").read_text()

    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert all(f"\n{number}. " in text for number in range(1, 16))
    assert "‘Compatible Licences’ according to Article 5 EUPL are:" in text
