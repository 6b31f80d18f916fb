"""Sends the mails that wait, each to who should have it by then.

Who gets a mail is decided when it is written (`moves.mailing`). One that waited is looked at again before it
leaves: the outbox withdraws what is over, and what is still true while its receiver is away, gone or shut out
by now is written down again here, for whoever the same rules name.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from meldcode import audit, moves, outbox
from meldcode.outbox import SmtpSettings, Stray
from meldcode.store import Database, insisting


def send_pending(db: Database, smtp: SmtpSettings, now: datetime, limit: int = 50) -> int:
    """Send what waits, at most `limit` mails over one connection; how many the server took.

    Stops at the first sign that the server itself is away; the rest waits for the next call.
    """
    return outbox.send_pending(db, smtp, now, limit, redirect=partial(redirect, db))


def redirect(db: Database, stray: Stray, now: datetime) -> None:
    """Withdraw a mail that its receiver should not have any more, and write it down for who should.

    Who should have it after all keeps it, and gets it at the next call.
    """
    insisting(partial(_redirect, db, stray, now))


def _redirect(db: Database, stray: Stray, now: datetime) -> None:
    with db.transaction(stray.organisation) as tx:
        # the case first, as everybody locks it; what was read before is read again under its lock
        which = outbox.waiting(tx, stray.mail)
        case = None if which is None else moves.load(tx, which.case)
        row = outbox.waiting(tx, stray.mail)
        if row is None:
            return
        if case is not None and moves.is_for(tx, case, row, now):
            task = None if row.task is None else case.task(row.task)
            outbox.keep_for(tx, row.id, task.assignee if task else None, now, stray.lease_end)
            return
        outbox.withdraw_one(tx, row.id, now)
        if case is not None:
            audit.append(tx, moves.redirect(tx, case, row, now))
