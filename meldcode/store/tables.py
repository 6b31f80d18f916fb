"""The tables: everything that must survive a power cut, and nothing else.

Two kinds of tables. *Scoped* ones belong to one organisation and carry its id in `organisation`;
`Transaction` refuses any statement on them that does not filter on it, and on PostgreSQL row-level
security does the same once more. The tables in `OUTSIDE` are the few that must be read before an
organisation is known (sign-in, the clock's tick); they hold ids and moments, never content.

What is stored in clear: who, which step, when. A case's content (its state, its answers) is sealed
with the case's own key, see `meldcode.crypto`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database (SQLite keeps no zone, so we add it back)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


# SQLite keeps such a table in its primary key's tree: one page less to write per change.
_IN_KEY_ORDER: dict[str, Any] = {"sqlite_with_rowid": False}

# Names for every constraint, so that a later migration can find and change them on both databases.
metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _organisation(*, primary_key: bool = False) -> sa.Column[Any]:
    return sa.Column(
        "organisation",
        sa.Uuid,
        sa.ForeignKey("organisations.id"),
        nullable=False,
        primary_key=primary_key,
    )


def _case(*, primary_key: bool = False, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(
        "case",
        sa.Uuid,
        sa.ForeignKey("cases.id", ondelete="CASCADE"),
        nullable=nullable,
        primary_key=primary_key,
    )


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


organisations = sa.Table(
    "organisations",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("key", sa.String(100), nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
    sa.Column("version", sa.String(64)),  # what new cases start with; None until first published
    sa.Column("created_at", Moment, nullable=False),
    # Another one after each change of `organisation_days`: what a process has read, it need not read again.
    sa.Column("days_revision", sa.Uuid),
)

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("username", sa.String(200), primary_key=True),
    _organisation(),
    sa.Column("person", sa.Uuid, nullable=False, unique=True),
    sa.Column("password_hash", sa.String(300)),  # None: nobody can sign in with a password
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("language", sa.String(10)),  # None: not chosen yet
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.LargeBinary(32), primary_key=True),
    _organisation(),
    sa.Column("person", sa.Uuid, nullable=False, index=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("ends_at", Moment, nullable=False),
    sa.Column("device", sa.String(100)),  # browser and system in a few words, as its owner knows it
    **_IN_KEY_ORDER,
)

# A link by which somebody chooses a password: used once, of each purpose one per person.
password_links = sa.Table(
    "password_links",
    metadata,
    sa.Column("token_hash", sa.LargeBinary(32), primary_key=True),
    _organisation(),
    sa.Column("person", sa.Uuid, nullable=False),
    sa.Column("purpose", sa.String(20), nullable=False),  # invitation, reset
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("ends_at", Moment, nullable=False),
    sa.UniqueConstraint("person", "purpose"),
    **_IN_KEY_ORDER,
)

# How often something was tried in vain. `key` is a keyed hash: no name and no address stands here.
attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("key", sa.LargeBinary(32), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", Moment, nullable=False, index=True),
    sa.Column("until", Moment),  # no new try before this moment
    sa.Column("good_at", Moment),  # when this name last got in from this address
    **_IN_KEY_ORDER,
)

people = sa.Table(
    "people",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    _organisation(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("weekdays", sa.String(20)),  # her own working days, "0 1 3" (0: Monday); None: all of them
    sa.Index("ix_people_organisation", "organisation"),
)

role_holders = sa.Table(
    "role_holders",
    metadata,
    _organisation(primary_key=True),
    sa.Column("role", sa.String(100), primary_key=True),
    sa.Column("person", sa.Uuid, sa.ForeignKey("people.id"), primary_key=True),
    sa.Index("ix_role_holders_person", "person"),
    **_IN_KEY_ORDER,
)

# When somebody is away, and who stands in for her meanwhile.
absences = sa.Table(
    "absences",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    _organisation(),
    sa.Column("person", sa.Uuid, sa.ForeignKey("people.id"), nullable=False),
    sa.Column("standin", sa.Uuid, sa.ForeignKey("people.id")),  # None: nobody takes her place
    sa.Column("from_at", Moment, nullable=False),
    sa.Column("until_at", Moment),  # she is back at this moment; None: not known yet
    sa.Column("created_at", Moment, nullable=False),
    sa.Index("ix_absences_organisation_person", "organisation", "person"),
    sa.Index("ix_absences_person", "person"),
    sa.Index("ix_absences_standin", "standin"),
)

# Days on which an organisation's own calendar differs from that of its published folder.
organisation_days = sa.Table(
    "organisation_days",
    metadata,
    _organisation(primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("free", sa.Boolean, nullable=False),  # False: it works, whatever the folder or a holiday says
    sa.Column("label", sa.String(100), nullable=False),
    **_IN_KEY_ORDER,
)

# What administrators changed about people, absences and days, as it was and as it became: to undo it.
adjustments = sa.Table(
    "adjustments",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    _organisation(),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.Uuid),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("subject", sa.Uuid),  # the person it is about
    sa.Column("before", sa.JSON, nullable=False),
    sa.Column("after", sa.JSON, nullable=False),
    sa.Column("undone_at", Moment),
    sa.Column("undone_by", sa.Uuid),
    sa.Index("ix_adjustments_organisation_at", "organisation", "at"),
)

# Work for the whole of an organisation that is done in the background, a part at a time.
chores = sa.Table(
    "chores",
    metadata,
    _organisation(primary_key=True),
    sa.Column("kind", sa.String(40), primary_key=True),
    sa.Column("at", Moment, index=True),  # when it goes on; None: nothing left to do
    sa.Column("began_at", Moment, nullable=False),
    sa.Column("after", sa.Uuid),  # done up to and with this case
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    **_IN_KEY_ORDER,
)

# Open cases on their way to another version. How far it is stands in `chores`.
migrations = sa.Table(
    "migrations",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    _organisation(),
    sa.Column("version", sa.String(64), nullable=False),
    sa.Column("asked_by", sa.Uuid, nullable=False),
    sa.Column("asked_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("stopped_by", sa.Uuid),
    sa.Column("moved", sa.Integer, nullable=False),
    sa.Column("stayed", sa.JSON, nullable=False),  # [case, reference, element, why in Dutch, in English]
    sa.Index("ix_migrations_organisation_asked_at", "organisation", "asked_at"),
)

versions = sa.Table(
    "versions",
    metadata,
    _organisation(primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("published_at", Moment, nullable=False),
    sa.Column("published_by", sa.Uuid),
)

version_files = sa.Table(
    "version_files",
    metadata,
    _organisation(primary_key=True),
    sa.Column("version", sa.String(64), primary_key=True),
    sa.Column("path", sa.String(400), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.ForeignKeyConstraint(
        ["organisation", "version"], ["versions.organisation", "versions.id"], name="fk_version_files_version"
    ),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    _organisation(),
    sa.Column("reference", sa.String(20), nullable=False),
    sa.Column("version", sa.String(64), nullable=False),
    sa.Column("process", sa.Text, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),  # open, finished, erased
    sa.Column("opened_by", sa.Uuid, sa.ForeignKey("people.id"), nullable=False),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("closed_at", Moment),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("joined", sa.JSON, nullable=False),  # role keys whose holders joined the case team
    sa.Column("contributors", sa.JSON, nullable=False),  # hex ids of who completed a step
    sa.Column("excluded", sa.JSON, nullable=False, server_default="[]"),  # hex ids of who may never see it
    sa.Column("failures", sa.Integer, nullable=False),  # failed wake-ups in a row
    sa.Column("state", sa.LargeBinary, nullable=False),
    sa.Column("reminders_from", Moment),  # until then reminders wait; None: they were never paused
    sa.Column("pause_reason", sa.String(20)),  # a key of `cases.pausing.REASONS`
    sa.Column("paused_by", sa.Uuid),
    sa.UniqueConstraint("organisation", "reference"),
    sa.Index("ix_cases_organisation_status", "organisation", "status"),
    sa.Index("ix_cases_opened_by", "opened_by"),
)

# A table of its own, so that keys can be backed up apart from what they open: a restored backup
# of the content cannot bring an erased case back.
case_keys = sa.Table(
    "case_keys",
    metadata,
    _case(primary_key=True),
    _organisation(),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    **_IN_KEY_ORDER,
)

tasks = sa.Table(
    "tasks",
    metadata,
    _case(primary_key=True),
    sa.Column("id", sa.Uuid, primary_key=True),
    _organisation(),
    sa.Column("node", sa.String(200), nullable=False),
    sa.Column("role", sa.String(100)),
    sa.Column("assignee", sa.Uuid),  # None: anybody who holds the role
    sa.Column("adviser", sa.Uuid),  # whom its holder asks for advice now
    sa.Column("since", Moment, nullable=False),
    sa.Column("due_at", Moment),
    sa.Column("steps", sa.String(200), nullable=False),  # step kinds, separated by spaces
    # A task is in one of the two: somebody's own, or a pool's.
    sa.Index("ix_tasks_assignee", "assignee", **_where("assignee IS NOT NULL")),
    sa.Index("ix_tasks_pool", "organisation", "role", **_where("assignee IS NULL")),
    sa.Index("ix_tasks_adviser", "adviser", **_where("adviser IS NOT NULL")),
    **_IN_KEY_ORDER,
)

due = sa.Table(
    "due",
    metadata,
    _case(primary_key=True),
    _organisation(),
    sa.Column("at", Moment, index=True),  # None: nothing to wait for
    **_IN_KEY_ORDER,
)

entries = sa.Table(
    "entries",
    metadata,
    _case(primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    _organisation(),
    sa.Column("task", sa.Uuid, nullable=False),
    sa.Column("node", sa.String(200), nullable=False),
    sa.Column("person", sa.Uuid, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("answers", sa.LargeBinary, nullable=False),
)

# What somebody has typed into a task and not sent yet, for her own eyes. It goes with its task.
drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("case", sa.Uuid, primary_key=True),
    sa.Column("task", sa.Uuid, primary_key=True),
    sa.Column("person", sa.Uuid, primary_key=True),
    _organisation(),
    sa.Column("at", Moment, nullable=False),
    sa.Column("answers", sa.LargeBinary, nullable=False),
    sa.ForeignKeyConstraint(["case", "task"], ["tasks.case", "tasks.id"], ondelete="CASCADE"),
)

# What was added to a case beside its steps: a signal, a contact.
notes = sa.Table(
    "notes",
    metadata,
    _case(primary_key=True),
    sa.Column("id", sa.Uuid, primary_key=True),
    _organisation(),
    sa.Column("person", sa.Uuid, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

mails = sa.Table(
    "mails",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    _organisation(),
    _case(nullable=True),  # None: about an account
    sa.Column("timer", sa.String(200), nullable=False),
    sa.Column("occurrence", sa.Integer, nullable=False),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("person", sa.Uuid, nullable=False),
    sa.Column("role", sa.String(100), nullable=False),
    sa.Column("template", sa.String(100), nullable=False),
    sa.Column("sender", sa.Text, nullable=False),  # the name in From
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("sealed", sa.LargeBinary),  # what takes the place of `outbox.SECRET` in the body, sealed
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),  # waiting, sent, failed, withdrawn
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("sent_at", Moment),
    sa.Column("task", sa.Uuid),  # the open task it is about
    sa.Column("holder", sa.Uuid),  # whose that was when it was written; None: the pool's
    sa.Column("not_after", Moment),  # it means nothing any more from then on
    sa.UniqueConstraint("case", "timer", "occurrence", "level", "person"),
    sa.Index("ix_mails_organisation_created_at", "organisation", "created_at"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("mail", sa.Uuid, sa.ForeignKey("mails.id", ondelete="CASCADE"), primary_key=True),
    _organisation(),
    sa.Column("at", Moment, nullable=False, index=True),  # next attempt; while leased: the lease's end
    **_IN_KEY_ORDER,
)

audit = sa.Table(
    "audit",
    metadata,
    _organisation(primary_key=True),
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("person", sa.Uuid),  # None: the software itself (time passed)
    sa.Column("behalf", sa.Uuid),  # on whose behalf
    sa.Column("role", sa.String(100)),
    sa.Column("action", sa.String(100), nullable=False),
    sa.Column("case", sa.Uuid),
    sa.Column("reason", sa.Text),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Column("key", sa.String(200)),  # the command's idempotency key: done once is recorded once
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.UniqueConstraint("organisation", "person", "key"),
    sa.Index("ix_audit_organisation_case", "organisation", "case"),
    **_IN_KEY_ORDER,
)

audit_heads = sa.Table(
    "audit_heads",
    metadata,
    _organisation(primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.Column("seal", sa.LargeBinary(32), nullable=False),
    **_IN_KEY_ORDER,
)

incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    _organisation(),
    _case(nullable=True),
    sa.Column("mail", sa.Uuid),
    sa.Column("kind", sa.String(100), nullable=False),
    sa.Column("node", sa.String(200)),
    sa.Column("text_nl", sa.Text, nullable=False),
    sa.Column("text_en", sa.Text, nullable=False),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("first_at", Moment, nullable=False),
    sa.Column("last_at", Moment, nullable=False),
    sa.Column("resolved_at", Moment),
    sa.Column("resolved_by", sa.Uuid),
    sa.Index("ix_incidents_organisation_resolved_at", "organisation", "resolved_at"),
)

# --- the designer's desk -----------------------------------------------------------------------------

# One draft per organisation: what she wants to publish next. Its files are in the two tables below.
desk_drafts = sa.Table(
    "desk_drafts",
    metadata,
    _organisation(primary_key=True),
    sa.Column("version", sa.String(64), nullable=False),  # what it was copied from, or last published as
    sa.Column("opened_by", sa.Uuid, nullable=False),
    sa.Column("opened_at", Moment, nullable=False),
)

# The newest revision of each file. A new revision moves it from the one it was based on, or not at all.
desk_files = sa.Table(
    "desk_files",
    metadata,
    _organisation(primary_key=True),
    sa.Column("path", sa.String(400), primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("present", sa.Boolean, nullable=False),  # False: removed in this revision
)

# Every revision of every file, for ever: only ever added to.
desk_revisions = sa.Table(
    "desk_revisions",
    metadata,
    _organisation(primary_key=True),
    sa.Column("path", sa.String(400), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content", sa.LargeBinary),  # deflated; None: the file was removed
    sa.Column("person", sa.Uuid, nullable=False),
    sa.Column("at", Moment, nullable=False),
)

# Who has the desk open, and at which file; it counts while `seen_at` is fresh.
desk_presence = sa.Table(
    "desk_presence",
    metadata,
    _organisation(primary_key=True),
    sa.Column("person", sa.Uuid, primary_key=True),
    sa.Column("path", sa.String(400), primary_key=True),  # empty: the overview
    sa.Column("since", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    **_IN_KEY_ORDER,
)

# What colleagues remark beside the draft.
desk_comments = sa.Table(
    "desk_comments",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    _organisation(),
    sa.Column("path", sa.String(400), nullable=False),  # empty: about the whole
    sa.Column("element", sa.String(200)),
    sa.Column("person", sa.Uuid, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("settled_by", sa.Uuid),
    sa.Column("settled_at", Moment),
    sa.Index("ix_desk_comments_organisation", "organisation", "at"),
)

# A proof that was asked for: of which version, how far it is, what it found.
desk_proofs = sa.Table(
    "desk_proofs",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    _organisation(),
    sa.Column("version", sa.String(64), nullable=False),
    sa.Column("person", sa.Uuid, nullable=False),
    sa.Column("asked_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),  # when the work last said that it goes on
    sa.Column("state", sa.String(20), nullable=False),  # waiting, running, done, failed
    sa.Column("states", sa.Integer, nullable=False),
    sa.Column("looked_at", sa.Integer, nullable=False),
    sa.Column("report", sa.LargeBinary),  # deflated JSON
    sa.Index("ix_desk_proofs_organisation_version", "organisation", "version"),
)

# Each time a version was made to hold, or was asked to: why, from when, who said so, what the check said.
publications = sa.Table(
    "publications",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    _organisation(),
    sa.Column("version", sa.String(64), nullable=False),
    sa.Column("sources", sa.JSON, nullable=False),  # path -> revision of the draft's file
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("effective_at", Moment),  # None: at once
    sa.Column("asked_by", sa.Uuid),  # None: from the command line
    sa.Column("asked_at", Moment, nullable=False),
    sa.Column("decided_by", sa.Uuid),  # with four eyes: who agreed or refused
    sa.Column("decided_at", Moment),
    sa.Column("answer", sa.Text),  # what she wrote with it
    sa.Column("state", sa.String(20), nullable=False),  # asked, refused, withdrawn, planned, in-force
    sa.Column("in_force_at", Moment),
    sa.Column("report", sa.LargeBinary, nullable=False),  # deflated JSON: what the check said
    sa.Index("ix_publications_organisation", "organisation", "asked_at"),
)

# *Gelezen en begrepen*: who has read which version.
readings = sa.Table(
    "readings",
    metadata,
    _organisation(primary_key=True),
    sa.Column("version", sa.String(64), primary_key=True),
    sa.Column("person", sa.Uuid, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    **_IN_KEY_ORDER,
)

# What the tick has to do for a desk, and when: put a version in force, remind of the yearly review.
desk_due = sa.Table(
    "desk_due",
    metadata,
    _organisation(primary_key=True),
    sa.Column("purpose", sa.String(20), primary_key=True),  # in-force, review, proof
    sa.Column("at", Moment, nullable=False, index=True),
    **_IN_KEY_ORDER,
)

clock = sa.Table(
    "clock",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("offset_seconds", sa.BigInteger, nullable=False),
)

OUTSIDE = frozenset(
    {organisations, accounts, sessions, password_links, attempts, due, outbox, desk_due, chores, clock}
)
"""Tables that are read before an organisation is known. Ids and moments only."""
