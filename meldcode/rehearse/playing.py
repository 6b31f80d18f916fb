"""Plays an example on the engine with a moved clock: every timer fires at its own moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from meldcode.rehearse.example import NOBODY, Example, ExpectedMail, Moment, read_example
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
        where = Text("begin", "start")
        try:
            self.check_away(where)
            seed = uuid5(NAMESPACE_URL, self.example.title)
            self.take(Start(self.example.process, self.example.document, seed), where)
            for number, moment in enumerate(self.example.moments, 1):
                where = place(number, moment)
                self.moment(moment, where)
            self._compare_end()
        except Stop as stop:
            self.differences.append(stop.why)
        except (OverflowError, RecursionError):  # a day after the year 9999, answers without end
            self.differences.append(_at(where, "dit gaat te ver.", "this goes too far."))
        return Timeline(self.example, tuple(self.happenings), self.last, tuple(self.differences))

    def check_away(self, where: Text) -> None:
        for absence in self.example.away:
            if absence.role not in self.version.organisation.roles:
                raise Stop(
                    _at(
                        where, f"de rol '{absence.role}' bestaat niet.", f"there is no role '{absence.role}'."
                    )
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
        self.differences += _mail_differences(where, moment.mails, mails, self.calendar)
        opened = tuple(sorted(task.node for task in self.last.tasks)) if self.last else ()
        if moment.tasks is not None and moment.tasks != opened:
            self.differences.append(_at(where, *_tasks_differ(moment.tasks, opened)))

    def _pass_time(self, moment: Moment, where: Text) -> None:
        until = self.now
        if moment.after is not None:
            try:
                until = self.calendar.due(self.now, moment.after, moment.calendar)
            except MeldcodeError as error:
                raise Stop(_at(where, error.text.nl, error.text.en)) from error
        elif moment.at is not None:
            until = moment.at.astimezone(UTC)
        if until < self.now:
            raise Stop(
                _at(where, "dit moment ligt vóór het vorige.", "this moment lies before the last one.")
            )
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
            others = ", ".join(sorted({task.node for task in self.last.tasks})) if self.last else ""
            raise Stop(
                _at(
                    where,
                    f"taak '{node}' staat niet open. Wel open: {others or 'niets'}.",
                    f"task '{node}' is not open. Open are: {others or 'none'}.",
                )
            )
        return Complete(found[moment.which - 1].id, self._checked_answers(node, moment, where))

    def _checked_answers(self, node: str, moment: Moment, where: Text) -> dict[str, Json]:
        form = self.version.form_of(node)
        if form is None:
            return dict(moment.answers)
        assert self.last is not None  # noqa: S101  (a task is open, so there was a step)
        today = self.calendar.local(self.now).date()
        checked = form.check(moment.answers, document(self.last.state), today)
        if checked.errors:
            dutch = " ".join(f"{key or 'formulier'}: {text.nl}" for key, text in checked.errors.items())
            english = " ".join(f"{key or 'form'}: {text.en}" for key, text in checked.errors.items())
            raise Stop(
                _at(
                    where,
                    f"het formulier neemt de antwoorden niet aan. {dutch}",
                    f"the form does not accept the answers. {english}",
                )
            )
        return checked.answers

    def take(self, command: Command, where: Text) -> None:
        self.taken += 1
        if self.taken > self.most:
            raise Stop(_at(where, "er komt geen einde aan de timers.", "there is no end to the timers."))
        state = self.last.state if self.last else None
        try:
            self.last = step(self.version, self.calendar, state, command, self.now)
        except EngineError as error:
            raise Stop(_at(where, error.text.nl, error.text.en)) from error
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
        where = Text("einde", "end")
        if self.last.finished is not self.example.finished:
            opened = ", ".join(sorted(task.node for task in self.last.tasks)) or "-"
            self.differences.append(
                _at(
                    where,
                    "de zaak is afgesloten, maar zou nog lopen.",
                    "the case is closed, but should still run.",
                )
                if self.last.finished
                else _at(
                    where,
                    f"de zaak zou afgesloten zijn, maar loopt nog. Open: {opened}.",
                    f"the case should be closed, but still runs. Open: {opened}.",
                )
            )
        if self.example.outcome is not None and self.last.outcome != self.example.outcome:
            wanted, found = self.example.outcome, self.last.outcome
            self.differences.append(
                _at(
                    where,
                    f"de uitkomst zou '{wanted}' zijn, maar is '{found or 'geen'}'.",
                    f"the outcome should be '{wanted}', but is '{found or 'none'}'.",
                )
            )


def place(number: int, moment: Moment) -> Text:
    if moment.complete:
        return Text(f"moment {number} ({moment.complete})", f"moment {number} ({moment.complete})")
    if moment.event:
        return Text(f"moment {number} ({moment.event})", f"moment {number} ({moment.event})")
    return Text(f"moment {number} (wachten)", f"moment {number} (waiting)")


def _at(where: Text, dutch: str, english: str) -> Text:
    return Text(f"{where.nl}: {dutch}", f"{where.en}: {english}")


def _tasks_differ(wanted: Sequence[str], found: Sequence[str]) -> tuple[str, str]:
    shown = ", ".join(wanted) or "-", ", ".join(found) or "-"
    return (
        f"open zouden zijn: {shown[0]}; open zijn: {shown[1]}.",
        f"should be open: {shown[0]}; are open: {shown[1]}.",
    )


def _mail_differences(
    where: Text,
    wanted: Sequence[ExpectedMail],
    found: Sequence[tuple[datetime, Mail, str | None]],
    calendar: Calendar,
) -> Iterator[Text]:
    for number in range(max(len(wanted), len(found))):
        expected = wanted[number] if number < len(wanted) else None
        at, mail, reaches = found[number] if number < len(found) else (None, None, None)
        if mail is None or at is None:
            assert expected is not None  # noqa: S101  (the longer of the two lists has it)
            yield _at(
                where,
                f"mail '{expected.template}' aan {expected.to} blijft uit.",
                f"mail '{expected.template}' to {expected.to} does not come.",
            )
            continue
        day = calendar.local(at).date()
        there = reaches or NOBODY
        told = (
            f"mail '{mail.template}' aan {mail.to}{_for(mail.to, there, 'die komt bij')} op {day} "
            f"(herinnering {mail.level})",
            f"mail '{mail.template}' to {mail.to}{_for(mail.to, there, 'which reaches')} on {day} "
            f"(reminder {mail.level})",
        )
        if expected is None:
            yield _at(where, f"{told[0]} is niet verwacht.", f"{told[1]} is not expected.")
        elif not (
            (expected.template, expected.to) == (mail.template, mail.to)
            and expected.on in (None, day)
            and expected.level in (None, mail.level)
            and (expected.reaches or expected.to) == there
        ):
            awaited = expected.reaches or expected.to
            day_nl = f" op {expected.on}" if expected.on else ""
            day_en = f" on {expected.on}" if expected.on else ""
            level_nl = f" (herinnering {expected.level})" if expected.level is not None else ""
            level_en = f" (reminder {expected.level})" if expected.level is not None else ""
            yield _at(
                where,
                f"verwacht was mail '{expected.template}' aan {expected.to}"
                f"{_for(expected.to, awaited, 'die komt bij')}{day_nl}{level_nl}; "
                f"er komt {told[0]}.",
                f"expected was mail '{expected.template}' to {expected.to}"
                f"{_for(expected.to, awaited, 'which reaches')}{day_en}{level_en}; "
                f"there comes {told[1]}.",
            )


def _for(role: str, there: str, words: str) -> str:
    """Who gets a mail, where that is somebody else than it is for."""
    return "" if role == there else f", {words} {there},"
