"""The organisation's own free days, typed or out of a file: first a look at what changes, then for real."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import adjustments, chores, days, holidays
from meldcode.adjustments.preview import runs
from meldcode.days import OwnDay
from meldcode.holidays import LONGEST_PERIOD, MOST_DAYS, FileRefused
from meldcode.messages import MeldcodeError, Text
from web.administration import administrators_only, full_day, period
from web.given import day_given
from web.language import said
from web.organisation import calendar, published
from web.services import now, services
from web.sessions import actor

blueprint = Blueprint("free_days", __name__, url_prefix="/organisatie/vrije-dagen")

Changes = Mapping[date, OwnDay | None]

NO_PERIOD = Text(
    f"Vul een eerste en een laatste dag in, hooguit {LONGEST_PERIOD} dagen uit elkaar.",
    f"Give a first and a last day, at most {LONGEST_PERIOD} days apart.",
)
NO_FILE = Text("Kies een bestand.", "Choose a file.")
OLD_PAGE = Text(
    "Deze pagina is verouderd. Begin opnieuw; er is niets veranderd.",
    "This page is out of date. Begin again; nothing was changed.",
)


@blueprint.get("")
@administrators_only
def index() -> ResponseReturnValue:
    """The free days to come: those of the folder and the organisation's own."""
    return _page()


@blueprint.post("/bekijken")
@administrators_only
def look() -> ResponseReturnValue:
    """What the days in the form or the file would change. Nothing is stored."""
    try:
        changes, passed_over = _asked()
    except MeldcodeError as error:
        return _page(problem=said(error.text)), 422
    seen = adjustments.preview(services().db, actor().organisation, changes, now=now())
    return render_template(
        "people/free_days_preview.html",
        here="people",
        comes=[period(*one) for one in runs(seen.comes)],
        goes=[period(*one) for one in runs(seen.goes)],
        seen=seen,
        shifts=[(full_day(one.before), full_day(one.after), one.count) for one in seen.shifts],
        passed_over=[said(one) for one in passed_over],
        days=_written(changes),
    )


@blueprint.post("")
@administrators_only
def change() -> ResponseReturnValue:
    """Do what the page showed; the deadlines follow in the background."""
    try:
        changes = _read(request.form.get("dagen", ""))
    except MeldcodeError as error:
        return _page(problem=said(error.text)), 422
    adjustments.change_days(services().db, actor(), changes, now=now())
    services().nudge.tick()
    return redirect(url_for("free_days.index", klaar="1"), 303)


def _asked() -> tuple[Changes, tuple[Text, ...]]:
    """The days that were asked for, and what in a file could not be used. Raises `MeldcodeError`."""
    kind = request.form.get("soort", "")
    if kind == "bestand":
        return _out_of_file()
    first, last = day_given("van"), day_given("tot") or day_given("van")
    if first is None or last is None or not 0 <= (last - first).days < LONGEST_PERIOD:
        raise FileRefused(NO_PERIOD)
    label = " ".join(request.form.get("naam", "").split())[: days.LONGEST_LABEL]
    chosen = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    if kind == "vergeten":
        return dict.fromkeys(chosen), ()
    return {day: OwnDay(day, kind != "werken", label) for day in chosen if _counts(day)}, ()


def _out_of_file() -> tuple[Changes, tuple[Text, ...]]:
    given = request.files.get("bestand")
    if given is None or not given.filename:
        raise FileRefused(NO_FILE)
    found = holidays.read(given.filename, given.stream.read(holidays.LARGEST + 1))
    wanted = {day: OwnDay(day, True, label) for day, label in found.days.items() if _counts(day)}
    changes: dict[date, OwnDay | None] = dict(wanted)
    if request.form.get("hoe") == "vervangen":
        first, last = min(found.days), max(found.days)
        for one in _own():
            if one.free and first <= one.day <= last and one.day not in wanted:
                changes[one.day] = None
    return changes, found.passed_over


def _counts(day: date) -> bool:
    """A Saturday in a holiday is free anyway."""
    return day.weekday() in calendar().weekdays


def _own() -> list[OwnDay]:
    with services().db.reading(actor().organisation) as tx:
        return days.listed(tx)


def _written(changes: Changes) -> str:
    """Changes as they travel through the page, from the look to the deed."""
    return json.dumps({day.isoformat(): one and [one.free, one.label] for day, one in changes.items()})


def _read(text: str) -> Changes:
    """The same on its way back: it came from outside. Raises `MeldcodeError`."""
    try:
        given = json.loads(text)
        found: dict[date, OwnDay | None] = {}
        for written, one in given.items():
            day = date.fromisoformat(written)
            if not holidays.within_reach(day):
                raise FileRefused(OLD_PAGE)
            found[day] = None if one is None else OwnDay(day, one[0] is True, str(one[1])[:100])
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError) as error:
        raise FileRefused(OLD_PAGE) from error
    if (
        not found
        or len(found) > 2 * MOST_DAYS
        or not all(one is None or _plain(one.label) for one in found.values())
    ):
        raise FileRefused(OLD_PAGE)
    return found


def _plain(label: str) -> bool:
    return label.isprintable() or not label


def _page(problem: str | None = None) -> str:
    with services().db.reading(actor().organisation) as tx:
        own = days.listed(tx)
        progress = chores.recalculation(tx)
    today = calendar().local(now()).date()
    folder = published().calendar
    known = {one.day for one in own}
    drawn = tuple(
        day for day in sorted(folder.free_days) if day >= today and _counts(day) and day not in known
    )
    return render_template(
        "people/free_days.html",
        here="people",
        own=_periods([one for one in own if one.day >= today]),
        folder=[
            {"words": period(*one), "first": one[0].isoformat(), "last": one[1].isoformat()}
            for one in runs(drawn)
        ],
        progress=progress,
        given=request.form if problem else {},
        problem=problem,
        done=request.args.get("klaar") == "1",
    )


def _periods(own: list[OwnDay]) -> list[dict[str, object]]:
    """Own days that follow each other and are called the same, as one."""
    found: list[dict[str, object]] = []
    for free in (True, False):
        for label in dict.fromkeys(one.label for one in own if one.free is free):
            which = tuple(one.day for one in own if one.free is free and one.label == label)
            for first, last in runs(which):
                found.append(
                    {
                        "words": period(first, last),
                        "label": label,
                        "free": free,
                        "first": first.isoformat(),
                        "last": last.isoformat(),
                    }
                )
    return sorted(found, key=lambda one: str(one["first"]))


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
