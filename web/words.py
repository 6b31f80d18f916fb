"""Moments as people say them: `nog 2 werkdagen`, `3 dagen te laat`, `maandag 7 september`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_time
from flask import Flask
from markupsafe import Markup, escape

from meldcode.diagram.model import LEGAL_STEPS, StepKind
from meldcode.workdays import Calendar
from web.language import gettext, language, ngettext
from web.services import now

#: A deadline with at most this many working days to go is told by its day, not by a count.
SOON_WORKING_DAYS = 1
#: One with more than this many is told by its date: nobody counts thirty working days.
FAR_WORKING_DAYS = 10
#: A deadline within this time is told by its hour, also past midnight: an acute task is never for tomorrow.
WITHIN_HOURS = timedelta(hours=6)


#: Veilig Thuis and the emergency number, wherever a text of ours or of an organisation names them.
_NUMBERS = re.compile(r"(?<![\w-])(?:0800-2000|112)(?![\w-])")


@dataclass(frozen=True, slots=True)
class Due:
    """When something has to be ready, in words. `state` is `late`, `soon` or `later`."""

    words: str
    state: str

    @property
    def late(self) -> bool:
        return self.state == "late"


def due_in_words(due: datetime, now: datetime, calendar: Calendar) -> Due:
    """How long is left, in the organisation's working days, or how long it has been late, in days."""
    days = (calendar.local(due).date() - calendar.local(now).date()).days
    if due <= now:
        if days == 0:
            return Due(gettext("vandaag te laat"), "late")
        return Due(ngettext("%(num)s dag te laat", "%(num)s dagen te laat", -days), "late")
    if days == 0:
        return Due(gettext("vandaag voor %(time)s", time=time_of_day(calendar.local(due))), "soon")
    if due - now <= WITHIN_HOURS:
        return Due(gettext("voor %(time)s", time=time_of_day(calendar.local(due))), "soon")
    if days == 1:
        return Due(gettext("morgen klaar"), "soon")
    working = calendar.working_days_between(now, due)
    if working <= SOON_WORKING_DAYS:
        # with free days in between: the day itself says more than a count
        return Due(gettext("%(day)s klaar", day=format_date(calendar.local(due), "EEEE", language())), "soon")
    if working > FAR_WORKING_DAYS:
        day = format_date(calendar.local(due), "d MMMM", locale=language())
        return Due(gettext("klaar op %(day)s", day=day), "later")
    return Due(ngettext("nog %(num)s werkdag", "nog %(num)s werkdagen", working), "later")


def time_of_day(local: datetime) -> str:
    """`15.00 uur`, `15:00`."""
    pattern = "H:mm" if language() == "en" else "H.mm"
    return gettext("%(time)s uur", time=format_time(local, pattern, locale=language()))


def day_in_words(local: datetime | date) -> str:
    """`maandag 7 september 2026`."""
    return format_date(local, "EEEE d MMMM y", locale=language())


def short_day(local: datetime | date) -> str:
    """`ma 7 sep`."""
    return format_date(local, "EEE d MMM", locale=language()).replace(".", "")


def moment_in_words(moment: datetime, calendar: Calendar) -> str:
    """`vandaag, 15.02 uur`, `ma 7 sep, 15.02 uur`: with the year when it is not this year's."""
    local, today = calendar.local(moment), calendar.local(now())
    if local.date() == today.date():
        day = gettext("vandaag")
    elif local.year == today.year:
        day = short_day(local)
    else:
        day = format_date(local, "d MMM y", locale=language()).replace(".", "")
    return f"{day}, {time_of_day(local)}"


def step_names() -> dict[StepKind, str]:
    """What each kind of step is called on the pages."""
    return {
        StepKind.SIGNALEREN: gettext("Signalen"),
        StepKind.CONSULTEREN: gettext("Overleg"),
        StepKind.GESPREK: gettext("Gesprek"),
        StepKind.WEGEN: gettext("Wegen"),
        StepKind.BESLISSEN: gettext("Beslissen"),
        StepKind.KINDCHECK: gettext("Kindcheck"),
        StepKind.MANTELZORGCHECK: gettext("Mantelzorgcheck"),
        StepKind.VT_ADVIES: gettext("Advies Veilig Thuis"),
        StepKind.LETSELDUIDING: gettext("Letselduiding"),
        StepKind.OVERSLAAN: gettext("Gesprek overslaan"),
        StepKind.ACUUT: gettext("Acuut gevaar"),
        StepKind.MELDEN: gettext("Melden"),
        StepKind.HULP: gettext("Hulp"),
        StepKind.INFORMEREN: gettext("Informeren"),
        StepKind.VOLGEN: gettext("Volgen"),
        StepKind.OVERDRACHT: gettext("Overdracht"),
        StepKind.AFSLUITEN: gettext("Afsluiten"),
        StepKind.ZIJROUTE: gettext("Andere route"),
        StepKind.COLLEGA: gettext("Over een collega"),
    }


def name_of_steps(kinds: frozenset[StepKind]) -> str:
    """The kinds of one task in the order of the law, such as `Wegen en beslissen`; empty without a kind."""
    names = step_names()
    return " · ".join(names[kind] for kind in in_order(kinds))


def beyond_its_name(kinds: frozenset[StepKind], name: str) -> str:
    """As `name_of_steps`, without what its own name says: `Overleggen met …` is *Overleg*."""
    said = name.casefold()
    names = step_names()
    unsaid = {kind for kind in kinds if not all(word in said for word in names[kind].casefold().split())}
    return name_of_steps(frozenset(unsaid))


def in_order(kinds: frozenset[StepKind]) -> list[StepKind]:
    """These kinds, the five of the law first and in their order."""
    order = [*LEGAL_STEPS, *(kind for kind in StepKind if kind not in LEGAL_STEPS)]
    return [kind for kind in order if kind in kinds]


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends with a mark of its own: tasks may be called by a question."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def callable_numbers(text: str) -> Markup:
    """The text, with the numbers to call as links: on a telephone a press is enough."""
    return Markup(_NUMBERS.sub(_as_link, str(escape(text))))  # noqa: S704 - escaped just before


def _as_link(found: re.Match[str]) -> str:
    number = found[0]
    return f'<a href="tel:{number.replace("-", "")}">{number}</a>'


def initials(name: str) -> str:
    """Two letters for the round mark beside a name: of the first word and of the last."""
    words = [word for word in name.split() if word[0].isalpha()]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"


def init_app(app: Flask) -> None:
    """Gives templates these words."""
    app.jinja_env.filters.update(
        initials=initials,
        sentence=sentence,
        callable_numbers=callable_numbers,
        day_in_words=day_in_words,
        short_day=short_day,
        moment_in_words=moment_in_words,
    )
    app.jinja_env.globals.update(name_of_steps=name_of_steps)
