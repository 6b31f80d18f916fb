"""Plays an example on the engine with a moved clock: every timer fires at its own moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from meldcode.definition import Version, ladders
from meldcode.engine import (
    Command,
    Complete,
    EngineError,
    Fact,
    Json,
    Mail,
    OpenTask,
    RaiseEvent,
    Start,
    Step,
    Wake,
    document,
    step,
)
from meldcode.messages import MeldcodeError, Text
from meldcode.rehearse.differing import (
    START,
    at,
    end_differs,
    mails_differ,
    not_open,
    place,
    tasks_differ,
)
from meldcode.rehearse.example import Example, Moment, read_example
from meldcode.workdays import Calendar

# A timer that comes back without end (`R/PT1S`) would keep a rehearsal of a year going for hours.
MOST_STEPS = 10_000


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a timeline: a fact of the engine, or a mail it asked for. `at` is UTC.

    `reaches` is the role whose holder gets a mail; None for a fact, and when nobody is there.
    """

    at: datetime
    what: Fact | Mail
    reaches: str | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """What came of an example: everything that happened, the last step, and what differed."""

    example: Example
    happenings: tuple[Happening, ...]
    last: Step | None
    differences: tuple[Text, ...]

    @property
    def as_expected(self) -> bool:
        return not self.differences

    @property
    def mails(self) -> tuple[tuple[datetime, Mail], ...]:
        """The mails and when they were asked for, in order."""
        return tuple(
            (happening.at, happening.what)
            for happening in self.happenings
            if isinstance(happening.what, Mail)
        )

    @property
    def tasks(self) -> tuple[OpenTask, ...]:
        """The tasks that are open at the end."""
        return self.last.tasks if self.last else ()


def examples_of(version: Version) -> tuple[Example, ...]:
    """The examples in a version's folder, by file name. Raises `ExampleError`."""
    names = sorted(name for name in version.files if name.startswith("examples/") and name.endswith(".toml"))
    return tuple(read_example(version.files[name], name) for name in names)


def play(version: Version, example: Example, calendar: Calendar | None = None) -> Timeline:
    """Play `example` on `version`, with the organisation's own calendar unless another is given.

    Never raises for what the example or the diagram does wrong: playing stops there, and the
    timeline's `differences` say why.
    """
    return Player(version, example, calendar or version.organisation.calendar()).play()


class Stop(Exception):
    """Playing cannot go on; `why` names the moment."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


class Player:
    """One example while it is played; a rehearsal lets it play a moment at a time."""

    most = MOST_STEPS

    def __init__(self, version: Version, example: Example, calendar: Calendar) -> None:
        self.version = version
        self.example = example
        self.calendar = calendar
        self.now = example.start.astimezone(UTC)
        self.last: Step | None = None
        self.happenings: list[Happening] = []
        self.differences: list[Text] = []
        self.taken = 0

    def play(self) -> Timeline:
        where = START
        try:
            self.check_away(where)
            seed = uuid5(NAMESPACE_URL, self.example.title)
            self.take(Start(self.example.process, self.example.document, seed), where)
            for number, moment in enumerate(self.example.moments, 1):
                where = place(self.version, number, moment)
                self.moment(moment, where)
            self._compare_end()
        except Stop as stop:
            self.differences.append(stop.why)
        except (OverflowError, RecursionError):  # a day after the year 9999, answers without end
            self.differences.append(at(where, "dit gaat te ver.", "this goes too far."))
        return Timeline(self.example, tuple(self.happenings), self.last, tuple(self.differences))

    def check_away(self, where: Text) -> None:
        for absence in self.example.away:
            if absence.role not in self.version.organisation.roles:
                raise Stop(
                    at(where, f"de rol “{absence.role}” bestaat niet.", f"there is no role “{absence.role}”.")
                )

    def _reached(self, mail: Mail) -> str | None:
        """Whose holder gets a mail now; what `moves.mailing` decides with people, decided with roles."""
        today = self.calendar.local(self.now).date()
        away = {absence.role for absence in self.example.away if absence.holds(today)}
        turns = ladders.in_turn(self.version, mail.node, mail.to)
        return next((role for role in turns if role not in away), None)

    def moment(self, moment: Moment, where: Text) -> None:
        seen = len(self.happenings)
        self._pass_time(moment, where)
        if moment.complete is not None:
            self.take(self._completion(moment, where), where)
        elif moment.event is not None:
            self.take(RaiseEvent(moment.event, moment.answers), where)
        mails = [
            (done.at, done.what, done.reaches)
            for done in self.happenings[seen:]
            if isinstance(done.what, Mail)
        ]
        self.differences += mails_differ(self.version, where, moment.mails, mails, self.calendar)
        opened = tuple(sorted(task.node for task in self.last.tasks)) if self.last else ()
        if moment.tasks is not None and moment.tasks != opened:
            self.differences.append(tasks_differ(self.version, where, moment.tasks, opened))

    def _pass_time(self, moment: Moment, where: Text) -> None:
        until = self.now
        if moment.after is not None:
            try:
                until = self.calendar.due(self.now, moment.after, moment.calendar)
            except MeldcodeError as error:
                raise Stop(at(where, error.text.nl, error.text.en)) from error
        elif moment.at is not None:
            until = moment.at.astimezone(UTC)
        if until < self.now:
            raise Stop(at(where, "dit moment ligt vóór het vorige.", "this moment lies before the last one."))
        if moment.downtime:
            self.now = until
        while self.last is not None and self.last.due is not None and self.last.due <= until:
            self.now = max(self.now, self.last.due)
            self.take(Wake(), where)
        self.now = until

    def _completion(self, moment: Moment, where: Text) -> Complete:
        node = moment.complete or ""
        found = [task for task in (self.last.tasks if self.last else ()) if task.node == node]
        if len(found) < moment.which or moment.which < 1:
            tasks = self.last.tasks if self.last else ()
            raise Stop(not_open(self.version, where, node, tasks))
        return Complete(found[moment.which - 1].id, self._checked_answers(node, moment, where))

    def _checked_answers(self, node: str, moment: Moment, where: Text) -> dict[str, Json]:
        form = self.version.form_of(node)
        if form is None:
            return dict(moment.answers)
        assert self.last is not None  # noqa: S101  (a task is open, so there was a step)
        today = self.calendar.local(self.now).date()
        checked = form.check(moment.answers, document(self.last.state), today)
        if checked.errors:
            wrong = form.errors_in_words(checked.errors)
            raise Stop(
                at(
                    where,
                    f"het formulier neemt de antwoorden niet aan. {wrong.nl}",
                    f"the form does not accept the answers. {wrong.en}",
                )
            )
        return checked.answers

    def take(self, command: Command, where: Text) -> None:
        self.taken += 1
        if self.taken > self.most:
            raise Stop(at(where, "er komt geen einde aan de timers.", "there is no end to the timers."))
        state = self.last.state if self.last else None
        try:
            self.last = step(self.version, self.calendar, state, command, self.now)
        except EngineError as error:
            raise Stop(at(where, error.text.nl, error.text.en)) from error
        mails = iter(self.last.mails)
        for fact in self.last.facts:
            # A mail is told where the engine asked for it; the fact beside it would say it twice.
            if fact.name == "mail_requested":
                mail = next(mails)
                self.happenings.append(Happening(self.now, mail, self._reached(mail)))
            else:
                self.happenings.append(Happening(self.now, fact))

    def _compare_end(self) -> None:
        if self.last is None or self.example.finished is None:
            return
        last = self.last
        self.differences += end_differs(self.version, self.example, last.finished, last.outcome, last.tasks)
