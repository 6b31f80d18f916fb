"""The organisation of who is signed in: its published meldcode, its calendar, its names."""

from __future__ import annotations

from typing import cast

from flask import g

from meldcode import publishing
from meldcode.publishing import Published
from meldcode.workdays import Calendar
from web.services import services
from web.sessions import actor


def published() -> Published:
    """The version new cases start with; read once per request. Raises `meldcode.publishing.PublishError`."""
    if "published" not in g:
        with services().db.reading(actor().organisation) as tx:
            _, g.published, g.calendar = publishing.start(tx)
    return cast(Published, g.published)


def calendar() -> Calendar:
    """The organisation's working days: its folder's, and its own."""
    published()
    return cast(Calendar, g.calendar)


def supervises() -> bool:
    """Does who is signed in see where every case is, without content?"""
    return not actor().roles.isdisjoint(published().supervising)


def administers() -> bool:
    """Does who is signed in look after the accounts of this organisation?"""
    return not actor().roles.isdisjoint(published().version.organisation.administers)


def designs() -> bool:
    """Does who is signed in work at the next version of this meldcode?"""
    return not actor().roles.isdisjoint(published().version.organisation.designs)


def role_name(key: str | None) -> str:
    """What people call a role; the key itself when the organisation dropped it since."""
    if key is None:
        return ""
    role = published().version.organisation.roles.get(key)
    return role.name if role else key
