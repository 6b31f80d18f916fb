"""Mail: a row first, then SMTP, so that no mail is lost and none is sent unrecorded.

`rows` writes mails down, `truth` says what has to hold for one to leave, `sending` claims them one by one and
records what came of it, `server` talks to the mail server. Whoever sends for real goes through
`meldcode.mails`, which knows who should have a mail whose receiver cannot be reached any more.
"""

from __future__ import annotations

from meldcode.outbox.rows import (
    SECRET,
    QueuedMail,
    SentMail,
    dispose,
    keep_for,
    listing,
    put_off,
    queue,
    queue_instead,
    waiting,
    withdraw,
)
from meldcode.outbox.sending import (
    Stray,
    lease_of,
    oldest_waiting,
    reachable,
    send_pending,
    withdraw_one,
)
from meldcode.outbox.truth import ASKED, HANDED
from meldcode.settings import SmtpSettings

__all__ = [
    "ASKED",
    "HANDED",
    "SECRET",
    "QueuedMail",
    "SentMail",
    "SmtpSettings",
    "Stray",
    "dispose",
    "keep_for",
    "lease_of",
    "listing",
    "oldest_waiting",
    "put_off",
    "queue",
    "queue_instead",
    "reachable",
    "send_pending",
    "waiting",
    "withdraw",
    "withdraw_one",
]
