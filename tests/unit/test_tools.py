"""What `make` does on computers that are not like ours: old Node, no browser, a translation half done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tools import browser, frontend, translations

ROOT = Path(__file__).resolve().parents[2]


def program(folder: Path, name: str, says: str = "") -> Path:
    """A program that prints one line."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def test_a_new_enough_node_on_the_path_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "node", "v20.19.1")
    program(tmp_path, "npm")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    assert frontend.node_folder() == tmp_path


@pytest.mark.parametrize("version", ["v18.20.4", "v20.18.3", "not a version"])
def test_an_old_node_is_passed_over_for_the_one_in_the_environment(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "old", "node", version)
    program(tmp_path / "old", "npm")
    program(tmp_path / "venv", "node", "v24.1.0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'old'}:/bin:/usr/bin")
    monkeypatch.setattr(frontend, "VENV_BIN", tmp_path / "venv")

    assert frontend.node_folder() == tmp_path / "venv"


def test_a_node_without_npm_is_not_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "lonely", "node", "v22.0.0")
    program(tmp_path / "lonely", "sh", "")
    program(tmp_path / "venv", "node", "v24.1.0")
    monkeypatch.setenv("PATH", str(tmp_path / "lonely"))
    monkeypatch.setattr(frontend, "VENV_BIN", tmp_path / "venv")

    assert frontend.node_folder() == tmp_path / "venv"


def built(folder: Path, **files: str) -> Path:
    """A folder as Vite leaves it: files with their content in their name, and a manifest that names them."""
    folder.mkdir(exist_ok=True)
    manifest = {}
    for source, content in files.items():
        name = f"{source}-{content}.js"
        (folder / name).write_text(content)
        (folder / f"{name}.gz").write_text(content)
        manifest[f"src/{source}.js"] = {"file": name}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_a_node_that_was_installed_beside_python_is_found_by_the_tests() -> None:
    assert os.environ["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)


def test_no_drawn_example_can_fail_because_the_computer_is_busy() -> None:
    assert settings().deadline is None
    assert HealthCheck.too_slow in settings().suppress_health_check


def test_a_build_is_taken_over_without_a_moment_in_which_files_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = built(tmp_path / "build", pages="first", desk="same")
    replace = os.replace

    def watched(source: Path, target: Path) -> None:
        replace(source, target)
        manifest = json.loads((build / "manifest.json").read_text())
        assert [one["file"] for one in manifest.values() if not (build / one["file"]).is_file()] == []

    monkeypatch.setattr(frontend.os, "replace", watched)
    for content in ("second", "third"):
        frontend.take_over(built(tmp_path / content, pages=content, desk="same"), build)

    # who has just read the build before this one still finds its files; older ones are gone
    assert {path.name for path in build.glob("*.js")} == {"pages-second.js", "pages-third.js", "desk-same.js"}
    assert not list(build.glob(".*"))


def test_a_first_build_needs_no_earlier_one(tmp_path: Path) -> None:
    frontend.take_over(built(tmp_path / "fresh", pages="only"), tmp_path / "static" / "build")

    assert (tmp_path / "static" / "build" / "pages-only.js").read_text() == "only"


def test_a_browser_on_the_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = program(tmp_path, "chromium")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert browser.find() == ours


def test_a_computer_without_a_browser_is_seen_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))

    # in a process of its own: Playwright runs once in each, and here it may drive a browser already
    said = subprocess.run(
        [sys.executable, "-c", "from tools import browser; print(browser.find())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "None\n"
    assert "apt-get install chromium" in browser.MISSING


CATALOG = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Mijn taken"
msgstr "My tasks"
"""


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('msgid "Zaken"\nmsgstr ""\n', "“Zaken” has no translation"),
        ('#, fuzzy\nmsgid "Zaken"\nmsgstr "Cases"\n', "“Zaken” is marked fuzzy"),
        (
            '#, python-format\nmsgid "Over %(dagen)s dagen"\nmsgstr "In days"\n',
            "has other placeholders than its translation",
        ),
    ],
)
def test_a_translation_that_a_person_would_notice_is_refused(
    entry: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    path = tmp_path / "web" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    path.write_text(CATALOG)
    assert translations.problems(path) == []

    path.write_text(f"{CATALOG}\n{entry}")

    (found,) = translations.problems(path)
    assert problem in found
    assert found.startswith("web/translations/en/LC_MESSAGES/messages.po:")


def test_a_working_environment_is_never_thrown_away(tmp_path: Path) -> None:
    mine = tmp_path / "venv" / "bin" / "python"
    mine.parent.mkdir(parents=True)
    mine.symlink_to(sys.executable)

    make = ["sh", str(ROOT / "tools" / "venv.sh"), str(tmp_path / "venv")]
    subprocess.run(make, check=True, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)})

    assert mine.readlink() == Path(sys.executable)
    assert list(mine.parent.iterdir()) == [mine]


def test_without_a_python_that_is_new_enough_the_remedy_is_said(tmp_path: Path) -> None:
    asked = subprocess.run(
        ["/bin/sh", str(ROOT / "tools" / "venv.sh"), str(tmp_path / "venv")],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert asked.returncode == 1
    assert "Python 3.11 or newer is needed" in asked.stderr
    assert "make PYTHON=" in asked.stderr
