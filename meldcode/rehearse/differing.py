"""What went otherwise than an example expects, in the words that people know: never a key of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from babel.dates import format_date

from meldcode.definition import Version
from meldcode.describe import role_in_words
from meldcode.engine import Mail, OpenTask
from meldcode.messages import Text
from meldcode.rehearse.example import NOBODY, Example, ExpectedMail, Moment
from meldcode.workdays import Calendar

NOT_ONE = Text("geen", "none")
START, END = Text("begin", "start"), Text("einde", "end")


def at(where: Text, dutch: str, english: str) -> Text:
    """A sentence about one moment."""
    return Text(f"{where.nl}: {dutch}", f"{where.en}: {english}")


def place(version: Version, number: int, moment: Moment) -> Text:
    """`moment 4 (“4 Wegen van het geweld”)`: its number and what is done in it."""
    if moment.complete:
        name = task_name(version, moment.complete)
        return Text(f"moment {number} (“{name}”)", f"moment {number} (“{name}”)")
    if moment.event:
        return Text(f"moment {number} ({moment.event})", f"moment {number} ({moment.event})")
    return Text(f"moment {number} (wachten)", f"moment {number} (waiting)")


def task_name(version: Version, node: str) -> str:
    """What people call a task; a node without a name, or one that is no more, by its id."""
    known = version.nodes.get(node)
    return (known.name if known else "") or node


def task_names(version: Version, nodes: Sequence[str]) -> Text:
    """`“4 Wegen”, “5 Beslissen”`, or that there is none."""
    names = ", ".join(f"“{task_name(version, node)}”" for node in nodes)
    return Text(names, names) if names else NOT_ONE


def tasks_differ(version: Version, where: Text, wanted: Sequence[str], found: Sequence[str]) -> Text:
    """Other tasks are open than should be."""
    should, are = task_names(version, wanted), task_names(version, found)
    return at(
        where,
        f"open zouden zijn: {should.nl}; open zijn: {are.nl}.",
        f"should be open: {should.en}; are open: {are.en}.",
    )


def not_open(version: Version, where: Text, node: str, tasks: Sequence[OpenTask]) -> Text:
    """The task that a moment completes is not there."""
    name, others = task_name(version, node), task_names(version, sorted({task.node for task in tasks}))
    return at(
        where,
        f"taak “{name}” staat niet open. Wel open: {others.nl}.",
        f"task “{name}” is not open. Open are: {others.en}.",
    )


def end_differs(
    version: Version, example: Example, finished: bool, outcome: str | None, tasks: Sequence[OpenTask]
) -> Iterator[Text]:
    """How the case ended beside how it should have."""
    if finished is not example.finished:
        opened = task_names(version, sorted(task.node for task in tasks))
        yield (
            at(END, "de zaak is afgesloten, maar zou nog lopen.", "the case is closed, but should still run.")
            if finished
            else at(
                END,
                f"de zaak zou afgesloten zijn, maar loopt nog. Open: {opened.nl}.",
                f"the case should be closed, but still runs. Open: {opened.en}.",
            )
        )
    if example.outcome is not None and outcome != example.outcome:
        wanted, found = f"“{_spaced(example.outcome)}”", f"“{_spaced(outcome)}”" if outcome else ""
        yield at(
            END,
            f"de uitkomst zou {wanted} zijn, maar is {found or 'er niet'}.",
            f"the outcome should be {wanted}, but is {found or 'not there'}.",
        )


def mails_differ(
    version: Version,
    where: Text,
    wanted: Sequence[ExpectedMail],
    found: Sequence[tuple[datetime, Mail, str | None]],
    calendar: Calendar,
) -> Iterator[Text]:
    """The mails of one moment beside those it should lead to, in their order.

    `found`: when each was asked for, and the role whose holder gets it (None: nobody is there).
    """
    for number in range(max(len(wanted), len(found))):
        expected = wanted[number] if number < len(wanted) else None
        if number >= len(found):
            assert expected is not None  # noqa: S101  (the longer of the two lists has it)
            told = _mail(version, expected.template, expected.to, expected.to, None, None)
            yield at(where, f"{told.nl} blijft uit.", f"{told.en} does not come.")
            continue
        moment, mail, reaches = found[number]
        day, there = calendar.local(moment).date(), reaches or NOBODY
        told = _mail(version, mail.template, mail.to, there, day, mail.level)
        if expected is None:
            yield at(where, f"{told.nl} is niet verwacht.", f"{told.en} is not expected.")
        elif not (
            (expected.template, expected.to) == (mail.template, mail.to)
            and expected.on in (None, day)
            and expected.level in (None, mail.level)
            and (expected.reaches or expected.to) == there
        ):
            awaited = _mail(
                version,
                expected.template,
                expected.to,
                expected.reaches or expected.to,
                expected.on,
                expected.level,
            )
            yield at(
                where,
                f"verwacht was {awaited.nl}; er komt {told.nl}.",
                f"expected was {awaited.en}; there comes {told.en}.",
            )


def _mail(
    version: Version, template: str, to: str, reaches: str, day: date | None, level: int | None
) -> Text:
    """`mail “herinnering” aan de leerkracht op maandag 14 september 2026 (herinnering 1)`"""
    name, role = _spaced(template), role_in_words(version, to)
    nl, en = f"mail “{name}” aan {role.nl}", f"mail “{name}” to {role.en}"
    if reaches != to:
        other = Text(NOBODY, "nobody") if reaches == NOBODY else role_in_words(version, reaches)
        nl, en = f"{nl}, die komt bij {other.nl},", f"{en}, which reaches {other.en},"
    if day is not None:
        nl, en = f"{nl} op {_day(day, 'nl')}", f"{en} on {_day(day, 'en')}"
    if level is not None and level > 0:
        nl, en = f"{nl} (herinnering {level})", f"{en} (reminder {level})"
    return Text(nl, en)


def _day(day: date, language: str) -> str:
    return format_date(day, "EEEE d MMMM y", locale=language)


def _spaced(key: str | None) -> str:
    return (key or "").replace("-", " ")
