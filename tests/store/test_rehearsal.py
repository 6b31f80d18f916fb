"""Random stories go the same way in a rehearsal and in production; only the sink of the mails differs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from meldcode import audit
from meldcode.engine import Mail, document
from meldcode.rehearse import Rehearsal, begin, random_walk
from tests.databases import Kind
from tests.organisations import FOLDERS, version_of
from tests.store.house import House
from tests.store.test_examples import Played, house, settled, staffed  # noqa: F401  (fixtures)

MONDAY = datetime(2026, 9, 7, 7, 0, tzinfo=UTC)
SEEDS = (1, 2)


def mails_of(at: Rehearsal) -> list[tuple[datetime, str, str, int, str]]:
    return sorted(
        (one.at, one.what.template, one.what.to, one.what.level, one.reaches)
        for one in at.happenings
        if isinstance(one.what, Mail) and one.reaches is not None
    )


@pytest.mark.parametrize(
    ("kind", "folder", "seed"),
    [
        pytest.param("sqlite", folder, seed, id=f"{folder.name}-{seed}")
        for folder in FOLDERS
        for seed in SEEDS
    ],
    indirect=["kind"],
)
def test_a_random_story_goes_the_same_way_in_production(
    kind: Kind,
    house: House,  # noqa: F811  (the fixture)
    folder: Path,
    seed: int,
) -> None:
    version = version_of(folder)
    story = random_walk(version, seed, MONDAY, moves=30)
    rehearsed = begin(version, MONDAY)
    played = Played(house, version, rehearsed.example)
    for move in story.example.moments:
        rehearsed = rehearsed.moved(move)
        played.moment(move, version.organisation.calendar())
        case = played.loaded()
        assert sorted((one.node, one.since) for one in case.tasks) == sorted(
            (one.node, one.since) for one in rehearsed.tasks
        )
        assert case.status == ("finished" if rehearsed.finished else "open")
        assert case.outcome == rehearsed.step.outcome
        assert case.due_at == (None if rehearsed.finished else rehearsed.step.due)
        if case.state is not None:
            assert document(case.state) == rehearsed.document
        assert played.mails() == mails_of(rehearsed)
    assert rehearsed.step == story.step
    assert audit.verify(house.db) == []
