"""Which version a page of the desk is about: what holds, the draft, or one that held before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response
from werkzeug.exceptions import NotFound

from meldcode import desk, publishing
from meldcode.definition import Version
from meldcode.desk import State
from meldcode.desk.errors import NotThere
from meldcode.diagram import draw
from web.desk import draft, shown
from web.language import gettext, language
from web.organisation import calendar, published
from web.services import services
from web.sessions import actor
from web.words import day_in_words

LIVE, DRAFT = "live", "ontwerp"
_ID = re.compile(r"[0-9a-f]{64}")
_LONGEST_NOTE = 60


@dataclass(frozen=True, slots=True)
class Named:
    """A version by the word for it in an address. `version` None: a file of the draft cannot be read."""

    word: str
    name: str
    version: Version | None
    findings: tuple[Mapping[str, object], ...] = ()

    @property
    def is_draft(self) -> bool:
        return self.word == DRAFT


def named(word: str) -> Named:
    """The version behind a word of an address. Raises `NotThere`."""
    if word == LIVE:
        return Named(LIVE, gettext("wat nu geldt"), published().version)
    if word == DRAFT:
        seen = desk.look(draft().contents)
        wrong = () if seen.version else tuple(shown(one) for one in seen.errors)
        return Named(DRAFT, gettext("het ontwerp"), seen.version, wrong)
    name = next((name for known, name in choices() if known == word), None)
    if name is None or not _ID.fullmatch(word):
        raise NotThere
    with services().db.reading(actor().organisation) as tx:
        return Named(word, name, publishing.load(tx, word).version)


def choices() -> list[tuple[str, str]]:
    """What there is to choose: a word for the address and a name for people, the draft first."""
    days = calendar()
    found = [(DRAFT, gettext("het ontwerp")), (LIVE, gettext("wat nu geldt"))]
    for one in desk.history(services().db, actor().organisation):
        if one.current or one.state is not State.IN_FORCE or any(known == one.version for known, _ in found):
            continue
        day = day_in_words(days.local(one.in_force_at or one.asked_at))
        note = one.note if len(one.note) <= _LONGEST_NOTE else one.note[: _LONGEST_NOTE - 1] + "…"
        name = gettext("de versie van %(day)s", day=day)
        found.append((one.version, f"{name} ({note})" if note else name))
    return found


def picture(
    version: Version,
    file: str,
    marks: Mapping[str, str] | None = None,
    around: tuple[str, ...] = (),
    *,
    narrow: bool = False,
) -> Response:
    """One diagram of a version as a picture, see `meldcode.diagram.draw`. Raises `NotFound`."""
    diagram = version.diagrams.get(file)
    if diagram is None:
        raise NotFound
    drawn = draw(diagram, marks=marks, language=language(), around=around, narrow=narrow)
    made = Response(drawn, mimetype="image/svg+xml")
    # opened by itself it is a document of its own, with nothing in it that may run
    made.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return made
