"""Who may open the pages of administrators, and what these pages share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from meldcode.adjustments import Adjustment
from meldcode.cases import AccessDenied
from meldcode.people import Absence
from web.language import gettext, language, ngettext
from web.organisation import administers, calendar, role_name
from web.sessions import signed_in
from web.words import short_day

P = ParamSpec("P")
R = TypeVar("R")


def administrators_only(view: Callable[P, R]) -> Callable[P, R]:
    """Marks a view for who holds a role in `administers` of `organisation.toml`."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not administers():
            raise AccessDenied
        return view(*args, **kwargs)

    return signed_in(guarded)


def start_of(day: date) -> datetime:
    """The first moment of a day on the organisation's clock."""
    return datetime.combine(day, time(), ZoneInfo(calendar().zone))


def weekday_names() -> list[str]:
    """Monday first."""
    return [
        gettext("maandag"),
        gettext("dinsdag"),
        gettext("woensdag"),
        gettext("donderdag"),
        gettext("vrijdag"),
        gettext("zaterdag"),
        gettext("zondag"),
    ]


def full_day(day: date) -> str:
    """`ma 7 sep 2026`."""
    return f"{short_day(day)} {day.year}"


def period(first: date, last: date | None) -> str:
    """Days in words; without a last one it is not known yet."""
    if last is None:
        return gettext("vanaf %(day)s, einde nog niet bekend", day=full_day(first))
    if first == last:
        return full_day(first)
    return gettext("van %(first)s tot en met %(last)s", first=full_day(first), last=full_day(last))


def days_of(absence: Absence) -> str:
    """When somebody is away, in words."""
    local = calendar().local
    last = None if absence.until_at is None else local(absence.until_at).date() - timedelta(days=1)
    return period(local(absence.from_at).date(), last)


def told(one: Adjustment) -> tuple[str, str]:
    """A change in words: what it is about, and what it changed."""
    who, before, after = one.subject_name, one.before, one.after
    if one.kind == "details":
        changed = [(before[key], after[key]) for key in ("name", "email") if before[key] != after[key]]
        return gettext("Gegevens van %(who)s", who=who), "; ".join(_became(*pair) for pair in changed)
    if one.kind == "roles":
        return gettext("Rollen van %(who)s", who=who), _became(
            _roles(before["roles"]), _roles(after["roles"])
        )
    if one.kind == "weekdays":
        pair = (_weekdays(before["weekdays"]), _weekdays(after["weekdays"]))
        return gettext("Werkdagen van %(who)s", who=who), _became(*pair)
    if one.kind == "invited":
        return gettext("Uitnodiging voor %(who)s", who=who), ""
    if one.kind == "account":
        words = gettext("geopend") if after["open"] else gettext("gesloten")
        return gettext("Account van %(who)s", who=who), words
    if one.kind == "absence":
        gone = after["absence"] is None
        given = before["absence"] if gone else after["absence"]
        words = _away(given)
        return gettext("Afwezigheid van %(who)s", who=who), (
            gettext("weggehaald: %(what)s", what=words) if gone else words
        )
    return gettext("Vrije dagen"), _days(before["days"], after["days"])


def _became(before: str, after: str) -> str:
    return f"{before} → {after}"


def _roles(keys: list[str]) -> str:
    return ", ".join(role_name(key) for key in keys) or gettext("geen rol")


def _weekdays(days: list[int] | None) -> str:
    if days is None:
        return gettext("alle werkdagen")
    names = weekday_names()
    length = 3 if language() == "en" else 2
    return ", ".join(names[day][:length] for day in days)


def _away(given: dict[str, str | None]) -> str:
    local = calendar().local
    first = local(datetime.fromisoformat(given["from"] or "")).date()
    until = given["until"]
    return period(first, local(datetime.fromisoformat(until)).date() - timedelta(days=1) if until else None)


def _days(before: dict[str, list[object] | None], after: dict[str, list[object] | None]) -> str:
    changed = [date.fromisoformat(day) for day in after if before[day] != after[day]]
    if not changed:
        return ""
    count = ngettext("%(num)s dag", "%(num)s dagen", len(changed))
    return f"{count}, {period(min(changed), max(changed))}"
