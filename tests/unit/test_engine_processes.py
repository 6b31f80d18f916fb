"""Every organisation's own examples, with and without forgetting, and in a process without a cache."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from meldcode.definition import Version, read_folder
from meldcode.engine import step
from meldcode.engine.specs import forget
from meldcode.rehearse import Example, as_json, examples_of, play, playing

PROCESSES = Path(__file__).parents[2] / "processes"
FOLDERS = sorted(folder for folder in PROCESSES.iterdir() if (folder / "organisation.toml").is_file())
VERSIONS = [read_folder(folder) for folder in FOLDERS]
EXAMPLES = [(version, example) for version in VERSIONS for example in examples_of(version)]

every_example = pytest.mark.parametrize(
    ("version", "example"),
    EXAMPLES,
    ids=[f"{version.organisation.key} {example.file}" for version, example in EXAMPLES],
)


def test_there_are_organisations_with_examples() -> None:
    assert len(EXAMPLES) >= len(FOLDERS) >= 1


@every_example
def test_forgetting_finished_tasks_changes_no_example(
    version: Version, example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    pruned = as_json(play(version, example))
    monkeypatch.setattr(playing, "step", partial(step, keep_finished=True))
    assert as_json(play(version, example)) == pruned


@every_example
def test_an_example_needs_nothing_that_an_earlier_step_left_in_memory(
    version: Version, example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = as_json(play(version, example))

    def forgetful(*arguments: object, **options: object) -> object:
        forget()
        return step(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(playing, "step", forgetful)
    assert as_json(play(version, example)) == cached
