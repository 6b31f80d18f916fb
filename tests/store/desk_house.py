"""The small organisation with a designer and a draft, and what tests of the desk do in it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from meldcode import cases, desk, publishing
from meldcode.moves import load
from meldcode.people import Actor
from meldcode.store.tables import desk_proofs
from tests.store.house import MONDAY, House

LATER = MONDAY + timedelta(minutes=5)
MAIL = "mails/herinnering.md"
DAY = date(2026, 9, 7)
DESIGNS = 'designs = ["intern-begeleider"]\n'


@pytest.fixture
def desk_house(house: House) -> House:
    """The house with a draft in which its designer may go on designing."""
    by = designer(house)
    desk.open_draft(house.db, house.organisation, by.person, MONDAY)
    change(house, "organisation.toml", lambda text: text.replace('decides = "', f'{DESIGNS}decides = "', 1))
    return house


def designer(house: House) -> Actor:
    return house.actor("fatima")


def another(house: House) -> Actor:
    return house.actor("henk")


def change(house: House, path: str, how: Callable[[str], str], now: datetime = LATER) -> desk.DraftFile:
    file = desk.read(house.db, house.organisation).files[path]
    assert file.content is not None
    changed = how(file.content.decode()).encode()
    return desk.save(house.db, house.organisation, path, changed, file.revision, designer(house).person, now)


def live(house: House) -> str:
    with house.db.reading(house.organisation) as tx:
        return publishing.current(tx)


def proven(house: House, verdict: str = "broken", **broken: str) -> None:
    """Write down that the draft has been proven (the small house keeps few rules); `broken`: number=level of
    the rules of which the proof says `verdict`."""
    draft = desk.read(house.db, house.organisation)
    said = {"title": {"nl": "Regel", "en": "Rule"}, "why": {"nl": "Omdat", "en": "Since"}}
    rules = [
        {"number": int(key[1:]), "level": level, "refuses": level == "L", "verdict": verdict, **said}
        | {"story": ["Zo gaat het."], "elements": []}
        for key, level in broken.items()
    ]
    report = {"sound": {}, "findings": [], "rules": rules, "states": 3}
    row = {
        "id": uuid4(),
        "version": desk.cases_of(draft.contents),
        "person": designer(house).person,
        "asked_at": LATER + timedelta(seconds=len(broken)),
        "seen_at": LATER,
        "state": "done",
        "states": 3,
        "looked_at": 3,
        "report": zlib.compress(json.dumps(report).encode()),
    }
    with house.db.transaction(house.organisation) as tx:
        tx.execute(sa.insert(desk_proofs), row)


def publish(house: House, note: str, day: date | None = None, now: datetime = LATER) -> desk.Publication:
    """Publish the draft, proven."""
    if desk.proof_of(house.db, house.organisation, desk.read(house.db, house.organisation).contents) is None:
        proven(house)
    return desk.publish(house.db, designer(house), note, day, now)


def version_of(house: House, opened: cases.Outcome) -> str:
    with house.db.reading(house.organisation) as tx:
        found = load(tx, opened.case.id)
        assert found is not None
        return found.version_id


@pytest.fixture
def four_eyes(desk_house: House) -> House:
    """The house after it has published that it wants four eyes."""
    ask = '\n[publishing]\nfour_eyes = true\napproves = ["directeur", "intern-begeleider"]\n'
    change(desk_house, "organisation.toml", lambda text: text + ask)
    publish(desk_house, "Vier ogen.")
    change(desk_house, MAIL, lambda text: text + "Nog een regel.\n")
    return desk_house
