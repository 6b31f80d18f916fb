"""The desk's mails: that something waits, and where; never what."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from meldcode import outbox, people, publishing
from meldcode.messages import Text
from meldcode.outbox import QueuedMail
from meldcode.store import Transaction

Template = tuple[str, Text, Text]

REVIEW: Template = (
    "desk-review",
    Text("Jaarlijkse controle wacht op u", "The yearly look waits for you"),
    Text(
        "Goedendag {name},\n\n"
        "Eén keer per jaar kijkt iemand of de afspraken nog kloppen. Dat is een jaar geleden voor het laatst "
        "gedaan.\nWilt u ze nakijken? Klopt alles nog, dan drukt u op één knop.\n\n{link}\n\n"
        "Tot dat is gedaan, herinneren we u elke maand.\n\n{organisation}\n",
        "Hello {name},\n\n"
        "Once a year somebody looks whether the agreements are still right. The last time was a year ago.\n"
        "Would you look at them? If all is well, it takes one button.\n\n{link}\n\n"
        "Until that is done, we remind you every month.\n\n{organisation}\n",
    ),
)
REQUEST: Template = (
    "desk-request",
    Text("Een voorstel wacht op uw antwoord", "A proposal waits for your answer"),
    Text(
        "Goedendag {name},\n\n"
        "Een collega vraagt u om naar een voorstel te kijken en ja of nee te zeggen. Tot dan verandert er "
        "niets.\n\n{link}\n\n{organisation}\n",
        "Hello {name},\n\n"
        "A colleague asks you to look at a proposal and to say yes or no. Until then nothing changes.\n\n"
        "{link}\n\n{organisation}\n",
    ),
)


def tell(
    tx: Transaction,
    template: Template,
    roles: Collection[str],
    path: str,
    now: datetime,
    *,
    but: UUID | None = None,
) -> list[UUID]:
    """Mail everybody who holds one of `roles`, once each and not `but`; who they are."""
    described = publishing.load(tx, publishing.current(tx)).version.organisation
    sender, link = described.mail_from or described.name, tx.database.base_url + path
    found = {
        person.id: (person, role)
        for role, holders in people.holders(tx, roles, now).items()
        for person in holders
        if person.id != but
    }
    outbox.queue(tx, [_mail(template, *one, sender, link) for one in found.values()], now)
    return list(found)


def _mail(template: Template, person: people.Person, role: str, sender: str, link: str) -> QueuedMail:
    which = uuid4()
    name, subject, body = template
    return QueuedMail(
        id=which,
        case=None,
        timer=name,
        occurrence=0,
        level=0,
        person=person.id,
        role=role,
        template=name,
        sender=sender,
        address=person.email,
        subject=subject.nl,
        body=body.nl.format(name=person.name, link=link, organisation=sender),
        message_id=f"<{which.hex}@{urlsplit(link).hostname or 'localhost'}>",
    )
