"""Every organisation's own examples, with and without forgetting, and in a process without a cache."""

from __future__ import annotations

from functools import cache, partial

import pytest

from meldcode.engine import step
from meldcode.engine.specs import forget
from meldcode.rehearse import as_json, examples_of, play, playing
from tests.organisations import FOLDERS, SCHOOL, version_of

VERSIONS = [version_of(folder) for folder in FOLDERS]
EXAMPLES = [(version, example) for version in VERSIONS for example in examples_of(version)]


@cache
def played(number: int) -> object:
    """How an example goes with everything that is usual."""
    return as_json(play(*EXAMPLES[number]))


NAMES = [f"{version.organisation.key} {example.file}" for version, example in EXAMPLES]
every_example = pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=NAMES)
#: The specs are read again at every step, which takes long: `make test` does that for one organisation.
schools_first = pytest.mark.parametrize(
    "number",
    [
        pytest.param(number, id=name, marks=() if name.startswith(SCHOOL.name) else pytest.mark.long)
        for number, name in enumerate(NAMES)
    ],
)


def test_there_are_organisations_with_examples() -> None:
    assert len(EXAMPLES) >= len(FOLDERS) >= 1


@every_example
def test_forgetting_finished_tasks_changes_no_example(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pruned = played(number)
    monkeypatch.setattr(playing, "step", partial(step, keep_finished=True))
    assert as_json(play(*EXAMPLES[number])) == pruned


@schools_first
def test_an_example_needs_nothing_that_an_earlier_step_left_in_memory(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = played(number)

    def forgetful(*arguments: object, **options: object) -> object:
        forget()
        return step(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(playing, "step", forgetful)
    assert as_json(play(*EXAMPLES[number])) == cached
