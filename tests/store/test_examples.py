"""Every example of every organisation goes the same way through the database as in the rehearsal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from meldcode import audit, cases, people, publishing, timers
from meldcode.definition import Version
from meldcode.engine import Mail
from meldcode.moves import load
from meldcode.moves.loading import Case
from meldcode.rehearse import Example, Moment, Timeline, examples_of, play
from meldcode.store import Database
from meldcode.store.tables import cases as case_table
from meldcode.store.tables import mails
from tests.databases import Kind, beneath
from tests.organisations import FOLDERS, SCHOOL, version_of
from tests.store.house import House

Staff = Callable[[Path], House]


def every_example() -> Iterator[tuple[Path, Example]]:
    for folder in FOLDERS:
        for example in examples_of(version_of(folder)):
            yield folder, example


EXAMPLES = list(every_example())


def doing_every_task() -> set[int]:
    """The numbers of examples that together do every task of every organisation, the busiest first.

    And one in which somebody is away.
    """
    found = {next(number for number, (_, example) in enumerate(EXAMPLES) if example.away)}
    done: set[tuple[Path, str]] = set()
    tasks = {
        number: {(folder, moment.complete) for moment in example.moments if moment.complete}
        for number, (folder, example) in enumerate(EXAMPLES)
    }
    for number in sorted(tasks, key=lambda one: (-len(tasks[one]), one)):
        if not tasks[number] <= done:
            done |= tasks[number]
            found.add(number)
    return found


TELLING = doing_every_task()


OTHERS = {"wijkteam-nergenshoek"}  # the least like the school


def is_enough(kind: str, number: int) -> bool:
    """Whether `make test` plays it: what does every task of two organisations, the school's on both."""
    folder, _ = EXAMPLES[number]
    return number in TELLING and (folder == SCHOOL or (kind == "sqlite" and folder.name in OTHERS))


@cache
def rehearsal(number: int) -> Timeline:
    """Each example is rehearsed once, whatever number of databases it is compared with."""
    folder, example = EXAMPLES[number]
    return play(version_of(folder), example)


def settled(db: Database, folder: Path) -> House:
    """The published organisation with one person for each role, named after it."""
    now = min(example.start for example in examples_of(version_of(folder)))
    version = version_of(folder)
    key = version.organisation.key
    organisation = people.create_organisation(db, key, version.organisation.name, now=now)
    publishing.publish(db, key, folder, now=now)
    house = House(db, organisation)
    for role in version.organisation.roles:
        house.people[role] = people.create_person(
            db,
            organisation,
            username=role,
            name=role,
            email=f"{role}@school.example",
            roles=[role],
            password=None,
            now=now,
        )
    return house


@pytest.fixture(scope="session")
def staffed(kind: Kind, empty: str) -> Staff:
    """Each organisation in a database of its own that nobody works in: checking a folder takes a while."""

    @cache
    def built(folder: Path) -> House:
        house = settled(kind.copy(empty), folder)
        house.template = kind.keep(house.db)
        return house

    return built


@pytest.fixture
def house(kind: Kind, staffed: Staff, folder: Path) -> Iterator[House]:
    copied = staffed(folder).copy(kind)
    yield copied
    kind.drop(copied.db)


class Played:
    """One example, played with commands of `cases` and ticks of `timers`."""

    def __init__(self, house: House, version: Version, example: Example) -> None:
        self.house = house
        self.version = version
        self.example = example
        self.now = example.start.astimezone(UTC)
        self.leave()
        process = example.process or version.main_process
        first = next(
            node
            for node in version.nodes.values()
            if node.process == process and node.kind == "userTask" and node.role
        )
        self.opener = first.role or ""
        outcome = cases.open_case(
            house.db,
            house.actor(self.opener),
            key="open",
            now=self.now,
            process=example.process,
            document=example.document,
        )
        self.case = outcome.case.id

    def leave(self) -> None:
        """Who is away in the example is away in the database, without a stand-in of her own."""
        with self.house.db.transaction(self.house.organisation) as tx:
            for absence in self.example.away:
                people.add_absence(
                    tx,
                    self.house.people[absence.role],
                    standin=None,
                    from_at=self.midnight(absence.first),
                    until_at=self.midnight(absence.last + timedelta(days=1)) if absence.last else None,
                    now=self.now,
                )

    def midnight(self, day: date) -> datetime:
        """The moment at which this day begins where the organisation is."""
        zone = ZoneInfo(self.version.organisation.calendar().zone)
        return datetime.combine(day, time(), zone).astimezone(UTC)

    def loaded(self) -> Case:
        with self.house.db.reading(self.house.organisation) as tx:
            case = load(tx, self.case)
            assert case is not None
            return case

    def moment(self, moment: Moment, calendar: object) -> None:
        until = self.now
        if moment.after is not None:
            until = self.version.organisation.calendar().due(self.now, moment.after, moment.calendar)
        elif moment.at is not None:
            until = moment.at.astimezone(UTC)
        if moment.downtime:
            self.now = until
        while (due := self.loaded().due_at) is not None and due <= until:
            self.now = max(self.now, due)
            assert timers.fire_due(self.house.db, self.now) == 1
        self.now = until
        if moment.complete is not None:
            self.complete(moment)
        elif moment.event is not None:
            assert moment.event == "acuut"
            cases.raise_acute(
                self.house.db, self.house.actor(self.opener), self.case, key=self.house.key(), now=self.now
            )

    def complete(self, moment: Moment) -> None:
        open_here = [task for task in self.loaded().tasks if task.node == moment.complete]
        task = sorted(open_here, key=lambda one: one.since)[moment.which - 1]
        by = next(
            (name for name, person in self.house.people.items() if person == task.assignee),
            task.role or self.opener,
        )
        if task.assignee is None and task.role is not None:
            cases.claim(
                self.house.db, self.house.actor(by), self.case, task.id, key=self.house.key(), now=self.now
            )
        page = cases.task_page(self.house.db, self.house.actor(by), self.case, task.id, now=self.now)
        assert page.task.node == moment.complete
        cases.complete(
            self.house.db,
            self.house.actor(by),
            self.case,
            task.id,
            moment.answers,
            key=self.house.key(),
            now=self.now,
        )

    def mails(self) -> list[tuple[datetime, str, str, int, str]]:
        """Each mail: when, which, for which role, its level, and the role of the person who got it."""
        names = {person: name for name, person in self.house.people.items()}
        with beneath(self.house.db).connect() as connection:
            rows = connection.execute(sa.select(mails).where(mails.c.case == self.case)).all()
        return sorted((row.created_at, row.template, row.role, row.level, names[row.person]) for row in rows)


@pytest.mark.parametrize(
    ("kind", "folder", "example"),
    [
        pytest.param(
            kind,
            folder,
            example,
            id=f"{kind}-{folder.name}/{Path(example.file).stem}",
            marks=() if is_enough(kind, number) else pytest.mark.long,
        )
        for kind in ("sqlite", "postgresql")
        for number, (folder, example) in enumerate(EXAMPLES)
    ],
    indirect=["kind"],
)
def test_an_example_goes_the_same_way_through_the_database(
    house: House, folder: Path, example: Example
) -> None:
    version, db = version_of(folder), house.db
    rehearsed = rehearsal(EXAMPLES.index((folder, example)))
    played = Played(house, version, example)
    largest = 0
    for moment in example.moments:
        played.moment(moment, version.organisation.calendar())
        if moment.tasks is not None:
            assert tuple(sorted(task.node for task in played.loaded().tasks)) == moment.tasks
        with beneath(db).connect() as connection:
            largest = max(largest, len(connection.execute(sa.select(case_table.c.state)).scalar_one()))

    assert rehearsed.last is not None
    case = played.loaded()
    assert case.outcome == rehearsed.last.outcome
    assert case.status == ("finished" if rehearsed.last.finished else "open")
    assert sorted(task.node for task in case.tasks) == sorted(task.node for task in rehearsed.tasks)
    assert played.mails() == sorted(
        (one.at, one.what.template, one.what.to, one.what.level, one.reaches)
        for one in rehearsed.happenings
        if isinstance(one.what, Mail) and one.reaches is not None
    )
    assert largest <= 4096
    assert audit.verify(db) == []
    read_by_everybody(house, played.case, played.now)


def read_by_everybody(house: House, case: UUID, now: datetime) -> None:
    """The case page opens for whoever is involved, and shows nothing inside to whoever is not."""
    seen = 0
    for name in house.people:
        actor = house.actor(name)
        try:
            page = cases.case_page(house.db, actor, case, now=now)
        except cases.AccessDenied:
            assert case not in {one.id for one in cases.overview(house.db, actor, now=now, size=500).cases}
            continue
        seen += page.content
        assert bool(page.entries) <= page.content
        for entry in page.entries:
            if entry.form is not None:
                assert entry.form.show(entry.answers)
    assert seen >= 1
