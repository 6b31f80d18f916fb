"""The application on a database of the tests, as a deployment or a demonstration makes it."""

from __future__ import annotations

from flask import Flask

from meldcode.settings import Settings, SmtpSettings
from meldcode.store import Database
from tests.databases import MASTER_KEY
from web.app import create_app


def pages_on(address: str, *, base_url: str, in_demo: bool) -> tuple[Flask, Database]:
    """The pages, and the database they opened, for who made them to close."""
    settings = Settings(
        database_url=address,
        broker_url="redis://127.0.0.1:1/0",  # nobody listens there: the pages do not depend on the broker
        smtp=SmtpSettings("127.0.0.1", 1),
        secret_key="s" * 40,
        master_key=MASTER_KEY,
        base_url=base_url,
        demo=in_demo,
    )
    db = settings.database()
    return create_app(settings, db), db
