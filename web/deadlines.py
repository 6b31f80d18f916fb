"""Deadlines that were moved, or would be, in sentences for a page: days and roles, no content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from babel.dates import format_date

from meldcode.cases import MoveView, ShiftView
from meldcode.diagram.model import Purpose
from web.language import gettext, language, said
from web.organisation import calendar, role_name


@dataclass(frozen=True, slots=True)
class ShownMove:
    """A deadline of an open task that stands on another day than it was drawn on, and who said so."""

    task: UUID
    words: str
    by: str


def moves(found: Sequence[MoveView]) -> list[ShownMove]:
    """What was moved, each in a sentence that says why."""
    return [
        ShownMove(
            one.task,
            gettext(
                "%(what)s gaat op %(day)s, niet op %(was)s: %(reason)s.",
                what=called(one.purpose, one.roles),
                day=day(one.at),
                was=day(one.drawn),
                reason=said(one.reason),
            ),
            one.by_name,
        )
        for one in found
    ]


def foreseen(found: Sequence[ShiftView]) -> list[str]:
    """What moving would do, a sentence for each deadline that moves, the first one first."""
    at_once = [one for one in found if one.after is None]
    return [
        _would(one, first=number == 0, only=one is at_once[-1] if at_once else False)
        for number, one in enumerate(found)
    ]


def called(purpose: Purpose | None, roles: Sequence[str]) -> str:
    """What a deadline is to people: the reminder, the message to somebody else, the term."""
    if purpose is Purpose.HERINNERING:
        return gettext("De herinnering")
    if purpose is Purpose.ESCALATIE:
        names = gettext(" en ").join(map(role_name, roles))
        return gettext("Het bericht aan de rol %(role)s", role=names) if names else gettext("Het bericht")
    return gettext("De termijn")


def day(moment: datetime) -> str:
    """`dinsdag 15 september`."""
    return format_date(calendar().local(moment), "EEEE d MMMM", locale=language())


def _would(one: ShiftView, *, first: bool, only: bool) -> str:
    what, was = called(one.purpose, one.roles), day(one.before)
    if one.after is None:
        return (
            gettext("%(what)s gaat meteen.", what=what)
            if only
            else gettext("%(what)s vervalt: er gaat meteen een later bericht.", what=what)
        )
    if first:
        return gettext("%(what)s gaat naar %(day)s. Nu: %(was)s.", what=what, day=day(one.after), was=was)
    return gettext("%(what)s gaat mee naar %(day)s. Nu: %(was)s.", what=what, day=day(one.after), was=was)
