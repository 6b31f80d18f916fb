"""`meldcode new-master-key`: every organisation's key under another master key."""

from __future__ import annotations

from datetime import datetime

import click
import sqlalchemy as sa

from meldcode import audit, clock
from meldcode.cli.options import LANGUAGE, ORGANISATIONS, deployment
from meldcode.messages import MeldcodeError, Text, counted
from meldcode.settings import new_key_from_environment
from meldcode.store import Database
from meldcode.store.tables import organisations

_WRAPPED = sa.select(organisations.c.id, organisations.c.wrapped_key).order_by(organisations.c.id)
_REWRAP = (
    sa.update(organisations)
    .where(organisations.c.id == sa.bindparam("which"))
    .values(wrapped_key=sa.bindparam("fresh"))
)


@click.command("new-master-key")
@LANGUAGE
def new_master_key(lang: str) -> None:
    """Put every organisation's key under the key in MELDCODE_NEW_MASTER_KEY. Stop all other parts first.

    From then on that one is MELDCODE_MASTER_KEY; the old one opens backups from before, and nothing else.
    """
    with deployment(None, lang) as (settings, db):
        fresh = new_key_from_environment()
        if fresh == settings.master_key:
            raise MeldcodeError(
                Text("Dat is de sleutel die er al is.", "That is the key that is there already.")
            )
        held = counted(change_master_key(db, fresh, clock.now(db)), *ORGANISATIONS)
        click.echo(
            Text(
                f"De sleutels zijn omgezet: {held.nl}. Geef MELDCODE_MASTER_KEY nu de nieuwe "
                "waarde, start alles weer en maak een back-up. Bewaar de oude sleutel bij de oude back-ups.",
                f"The keys were changed over: {held.en}. Give MELDCODE_MASTER_KEY the new "
                "value now, start everything again and make a backup. Keep the old key with the old backups.",
            ).of(lang)
        )


def change_master_key(db: Database, fresh: bytes, now: datetime) -> int:
    """Wrap every organisation's key with `fresh` instead, all of them or none; how many.

    Processes that run with the old key go on until they end, as they know the organisations' own keys.
    Raises `UnreadableError` when the database's own master key is not the one they are wrapped with.
    """
    with db.transaction(None) as tx:
        found = tx.execute(_WRAPPED).all()
        for row in found:
            held = bytes(row.wrapped_key)
            # opened now: the log is written with it, and by then only the new key opens what is stored
            db.keyring.organisation_key(row.id, held)
            wrapped = db.keyring.rewrapped(row.id, held, fresh)
            tx.execute(_REWRAP, {"which": row.id, "fresh": wrapped})
    for row in found:
        with db.transaction(row.id) as tx:
            audit.append(tx, [audit.Record(now, "master_key_changed")])
    return len(found)
