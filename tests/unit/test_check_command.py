"""`meldcode check`: exit codes, the table people read, and JSON for programs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from meldcode.cli import main
from tests.unit.definition_samples import TABLE, folder, form
from tests.unit.diagram_samples import bpmn, start_to_end, user_task


def run(*words: object) -> Result:
    """The quick look, without playing: the sketch of a folder here is far from a meldcode."""
    return CliRunner().invoke(main, ["check", "--quick", *map(str, words)])


@pytest.fixture
def school(tmp_path: Path) -> Path:
    for path, data in folder().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    return tmp_path


def test_a_quick_look_does_not_say_that_a_folder_can_be_published(school):
    result = run(school)
    assert result.exit_code == 0
    assert "geen fouten, niet gespeeld (0 fouten, 0 om naar te kijken)" in result.output
    assert "te publiceren" not in result.output
    assert json.loads(run(school, "--json").output)[0]["publishable"] is None


def test_unasked_every_case_is_played_and_what_skips_a_step_is_not_publishable(school):
    played = CliRunner().invoke(main, ["check", str(school)])
    assert played.exit_code == 1
    assert re.search(r"^  1 wet +KLOPT NIET", played.output, re.MULTILINE)
    assert played.output.rstrip().endswith(f"{school}: nog niet te publiceren")
    both = CliRunner().invoke(main, ["check", "--json", str(school), str(school / "weging.dmn")])
    folder, table = json.loads(both.stdout)
    assert (folder["publishable"], folder["readable"]) == (False, True)
    assert folder["proof"]["rules"][0]["verdict"] == "broken"
    assert (table["publishable"], table["proof"]) == (None, None)


def test_findings_are_told_with_element_reason_and_what_to_do(school):
    diagram = school / "meldcode.bpmn"
    diagram.write_bytes(diagram.read_bytes().replace(b">P2D<", b'>"P2D"<'))
    result = run(school)
    assert result.exit_code == 1
    assert "nog niet te publiceren (1 fout, 0 om naar te kijken)" in result.output
    assert "fout  wegen_2d: De tijd bij “P2D” staat tussen aanhalingstekens." in result.output
    assert "→ Haal de aanhalingstekens weg: P2D" in result.output


def test_the_table_is_there_in_english(school):
    diagram = school / "meldcode.bpmn"
    diagram.write_bytes(diagram.read_bytes().replace(b">P2D<", b">5D<"))
    result = run(school, "--lang", "en")
    assert "not publishable yet (1 error, 0 to look at)" in result.output
    assert "error wegen_2d: The time at “P2D” cannot be read" in " ".join(result.output.split())


def test_warnings_alone_do_not_stop_publishing(school):
    file = school / "meldcode.bpmn"
    file.write_bytes(file.read_bytes().replace(b"<bpmn:userTask ", b'<bpmn:userTask xmlns:c="http://camunda.org/schema/1.0/bpmn" c:assignee="x" ', 1))  # noqa: E501  # fmt: skip
    result = run(school)
    assert result.exit_code == 0
    assert "kijk  " in result.output


@pytest.mark.parametrize("broken", ["organisation.toml", "meldcode.bpmn", "weging.dmn", "forms/wegen.form"])
def test_a_folder_with_an_unreadable_file_ends_with_2(school, broken):
    (school / broken).write_bytes(b"<!DOCTYPE x><x/>")
    result = run(school)
    assert result.exit_code == 2
    assert broken in result.output
    assert "niet te lezen" in result.output


def test_a_path_that_is_not_there_ends_with_2(tmp_path):
    result = run(tmp_path / "nergens")
    assert result.exit_code == 2
    assert "Dit bestaat niet." in result.output


def test_a_file_of_another_kind_ends_with_2(tmp_path):
    (tmp_path / "x.pdf").write_bytes(b"x")
    assert run(tmp_path / "x.pdf").exit_code == 2


def test_a_file_without_end_is_not_read():
    assert run(Path("/dev/zero")).exit_code == 2


@pytest.mark.parametrize("name", ["endless.bpmn", "endless.form", "endless.dmn"])
def test_a_file_without_end_is_read_as_far_as_any_may_be_long(tmp_path, name):
    (tmp_path / name).symlink_to("/dev/zero")
    result = run(tmp_path / name)
    assert result.exit_code == 2
    assert "groter dan" in result.output


def test_single_files_are_checked(tmp_path):
    (tmp_path / "a.bpmn").write_bytes(bpmn(*start_to_end(user_task("a"))))
    (tmp_path / "b.form").write_bytes(form("b", "antwoord"))
    (tmp_path / "c.dmn").write_bytes(TABLE.encode())
    result = run(tmp_path / "a.bpmn", tmp_path / "b.form", tmp_path / "c.dmn")
    assert result.exit_code == 0
    assert result.output.count("geen fouten, niet gespeeld") == 3


def test_the_worst_of_several_paths_is_the_exit_code(school, tmp_path):
    (tmp_path / "a.bpmn").write_bytes(bpmn(*start_to_end('<task id="a"/>')))
    assert run(school, tmp_path / "a.bpmn").exit_code == 1
    assert run(school, tmp_path / "a.bpmn", tmp_path / "nergens").exit_code == 2


def test_json_holds_every_finding_in_both_languages(tmp_path):
    (tmp_path / "a.bpmn").write_bytes(bpmn(*start_to_end('<task id="a" name="A"/>')))
    result = run(tmp_path / "a.bpmn", tmp_path / "weg", "--json")
    first, second = json.loads(result.output)
    assert first["publishable"] is False
    assert first["readable"] is True
    assert {"code": "unsupported", "element": "a", "severity": "error"}.items() <= first["findings"][
        0
    ].items()
    assert set(first["findings"][0]["what"]) == {"nl", "en"}
    assert second["readable"] is False


def test_the_command_is_installed_and_needs_no_web_server(school):
    program = (
        "import sys; from meldcode.cli import main\n"
        "sys.argv = ['meldcode', 'check', '--quick', sys.argv[1]]\n"
        "try: main()\nexcept SystemExit as end: code = end.code\n"
        "assert code == 0, code\n"
        "assert not {'flask', 'celery', 'redis'} & set(sys.modules), 'core imported a server'"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(school)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_serving_becomes_the_web_process(monkeypatch):
    became: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda _, words: became.append(words))
    CliRunner().invoke(main, ["serve"])
    CliRunner().invoke(main, ["worker", "--processes", "3"])
    CliRunner().invoke(main, ["beat"])
    assert [words[1:] for words in became] == [
        ["-m", "web"],
        ["-m", "workers", "worker", "--processes", "3"],
        ["-m", "workers", "beat"],
    ]
