"""Mails about accounts. Neutral like all others: what the account is for stands in none of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import sqlalchemy as sa
from babel.dates import format_datetime

from meldcode import outbox, publishing
from meldcode.messages import Text
from meldcode.outbox import QueuedMail
from meldcode.store import SCOPE, Transaction
from meldcode.store.tables import organisations
from meldcode.workdays import Calendar

_ORGANISATION = sa.select(organisations.c.name).where(organisations.c.id == SCOPE)

INVITATION = (
    Text("Uw account bij {organisation}", "Your account with {organisation}"),
    Text(
        "Goedendag {name},\n\n"
        "Er is een account voor u gemaakt. Uw gebruikersnaam is: {username}\n\n"
        "Kies zelf een wachtwoord:\n{link}\n\n"
        "Dat kan tot {until}. Lukt het niet op tijd? Vraag dan om een nieuwe uitnodiging.\n"
        "Verwachtte u deze mail niet, dan hoeft u niets te doen.\n\n"
        "{organisation}\n",
        "Hello {name},\n\n"
        "An account was made for you. Your user name is: {username}\n\n"
        "Choose a password of your own:\n{link}\n\n"
        "You can do so until {until}. Too late? Then ask for a new invitation.\n"
        "If you did not expect this mail, you need not do anything.\n\n"
        "{organisation}\n",
    ),
)
RESET = (
    Text("Een nieuw wachtwoord kiezen", "Choosing a new password"),
    Text(
        "Goedendag {name},\n\n"
        "Iemand heeft een nieuw wachtwoord gevraagd voor uw account. Was u dat? Kies het hier:\n{link}\n\n"
        "Dat kan één keer, tot {until}. Daarna bent u overal uitgelogd.\n"
        "Was u het niet? Dan hoeft u niets te doen: uw wachtwoord blijft zoals het is.\n\n"
        "{organisation}\n",
        "Hello {name},\n\n"
        "Somebody asked for a new password for your account. Was it you? Choose it here:\n{link}\n\n"
        "You can do so once, until {until}. After that you are signed out everywhere.\n"
        "If it was not you, you need not do anything: your password stays as it is.\n\n"
        "{organisation}\n",
    ),
)
CHANGED = (
    Text("Uw wachtwoord is veranderd", "Your password was changed"),
    Text(
        "Goedendag {name},\n\n"
        "Het wachtwoord van uw account is veranderd op {until}.\n"
        "Hebt u dat niet zelf gedaan? Vraag meteen een nieuw wachtwoord aan en waarschuw uw beheerder.\n\n"
        "{organisation}\n",
        "Hello {name},\n\n"
        "The password of your account was changed on {until}.\n"
        "If it was not you: ask for a new password at once, and tell your administrator.\n\n"
        "{organisation}\n",
    ),
)


def queue(
    tx: Transaction,
    template: tuple[Text, Text],
    person: Any,
    username: str,
    *,
    link: str | None,
    until: datetime,
    language: str | None,
    now: datetime,
) -> UUID:
    """Write one mail down for sending; its id. `link` waits sealed and goes into the text on its way out."""
    subject, body = (text.of(language or "nl") for text in template)
    sender, calendar = _sender(tx)
    values = {
        "name": person.name,
        "username": username,
        "organisation": sender,
        "link": outbox.SECRET,
        "until": _moment(calendar.local(until), language or "nl"),
    }
    mail = uuid4()
    host = urlsplit(tx.database.base_url).hostname or "localhost"
    queued = QueuedMail(
        id=mail,
        case=None,
        timer="account",
        occurrence=0,
        level=0,
        person=person.id,
        role="",
        template="account",
        sender=sender,
        address=person.email,
        subject=subject.format(**values),
        body=body.format(**values),
        message_id=f"<{mail.hex}@{host}>",
        secret=link,
        not_after=until if link is not None else None,
    )
    outbox.queue(tx, [queued], now)
    return mail


def _sender(tx: Transaction) -> tuple[str, Calendar]:
    try:
        described = publishing.load(tx, publishing.current(tx)).version.organisation
    except publishing.PublishError:
        return str(tx.execute(_ORGANISATION).scalar_one()), Calendar()
    return described.mail_from or described.name, described.calendar()


def _moment(local: datetime, language: str) -> str:
    pattern = "EEEE d MMMM 'at' H:mm" if language == "en" else "EEEE d MMMM 'om' H.mm 'uur'"
    return format_datetime(local, pattern, locale=language)
