"""What is stuck: a case that cannot go on, a mail that is refused. A person sees it, repairs, retries.

An incident never blocks anything but the case or mail it is about.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from meldcode import audit, days
from meldcode.messages import MeldcodeError, Text
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import cases, due, incidents, mails, organisations, outbox, people

NOT_RECALCULATED = "not_recalculated"  # the kind of those about deadlines that kept their old moment


@dataclass(frozen=True, slots=True)
class IncidentView:
    """One incident as the administrator sees it. `reference` is the case's, if it is about a case."""

    id: UUID
    organisation: UUID
    case: UUID | None
    reference: str | None
    mail: UUID | None
    kind: str
    node: str | None
    text: Text
    times: int
    first_at: datetime
    last_at: datetime
    resolved_at: datetime | None
    excluded: frozenset[UUID] = frozenset()  # who is shut out of the case it is about


_same = (
    scoped(incidents),
    incidents.c.resolved_at.is_(None),
    incidents.c.kind == sa.bindparam("which_kind"),
    incidents.c.case.is_not_distinct_from(sa.bindparam("which_case", type_=sa.Uuid())),
    incidents.c.mail.is_not_distinct_from(sa.bindparam("which_mail", type_=sa.Uuid())),
    incidents.c.node.is_not_distinct_from(sa.bindparam("which_node", type_=sa.String())),
)
_AGAIN = (
    sa.update(incidents)
    .where(*_same)
    .values(
        times=incidents.c.times + 1,
        last_at=sa.bindparam("moment"),
        text_nl=sa.bindparam("nl"),
        text_en=sa.bindparam("en"),
    )
)
_ADD = sa.insert(incidents)
_ONE = (
    sa.select(incidents, cases.c.excluded)
    .join_from(incidents, cases, sa.and_(cases.c.id == incidents.c.case, scoped(cases)), isouter=True)
    .where(scoped(incidents), incidents.c.id == sa.bindparam("which"), incidents.c.resolved_at.is_(None))
)
_LIST = (
    sa.select(incidents, cases.c.reference, cases.c.excluded)
    .join_from(incidents, cases, sa.and_(cases.c.id == incidents.c.case, scoped(cases)), isouter=True)
    .where(scoped(incidents))
    .order_by(incidents.c.first_at, incidents.c.id)
)
_LIST_OPEN = _LIST.where(incidents.c.resolved_at.is_(None))
# What is about a case that who looks is shut out of is left out before it is counted.
_SEEN = sa.or_(
    cases.c.id.is_(None),
    ~sa.cast(cases.c.excluded, sa.Text).contains(sa.bindparam("hex", type_=sa.Text())),
)
_SHOWN = _LIST_OPEN.where(_SEEN).limit(sa.bindparam("most", type_=sa.Integer()))
_COUNT = (
    sa.select(sa.func.count())
    .select_from(incidents.outerjoin(cases, sa.and_(cases.c.id == incidents.c.case, scoped(cases))))
    .where(scoped(incidents), incidents.c.resolved_at.is_(None), _SEEN)
)
_RESOLVE = (
    sa.update(incidents)
    .where(scoped(incidents), incidents.c.id == sa.bindparam("which"), incidents.c.resolved_at.is_(None))
    .values(resolved_at=sa.bindparam("moment"), resolved_by=sa.bindparam("who"))
)
_RESOLVE_CASE = (
    sa.update(incidents)
    .where(scoped(incidents), incidents.c.case == sa.bindparam("which"), incidents.c.resolved_at.is_(None))
    .where(incidents.c.mail.is_(None))
    .values(resolved_at=sa.bindparam("moment"))
)
_RESOLVE_KIND = (
    sa.update(incidents)
    .where(
        scoped(incidents),
        incidents.c.resolved_at.is_(None),
        sa.or_(
            sa.and_(incidents.c.kind == sa.bindparam("which_kind"), incidents.c.mail.is_(None)),
            incidents.c.mail == sa.bindparam("which_mail", type_=sa.Uuid()),
        ),
    )
    .values(resolved_at=sa.bindparam("moment"))
)
_OPEN_OF_KIND = sa.select(incidents.c.id, incidents.c.node).where(
    scoped(incidents), incidents.c.resolved_at.is_(None), incidents.c.kind == sa.bindparam("which_kind")
)
_FORGIVE = sa.update(cases).where(scoped(cases), cases.c.id == sa.bindparam("which")).values(failures=0)
_WAKE_NOW = (
    sa.update(due).where(scoped(due), due.c.case == sa.bindparam("which")).values(at=sa.bindparam("moment"))
)
_MAIL_AGAIN = (
    sa.update(mails)
    .where(scoped(mails), mails.c.id == sa.bindparam("which"), mails.c.status == "failed")
    # to the address she has by now: a wrong one may be what was repaired
    .values(
        status="waiting",
        error=None,
        address=sa.func.coalesce(
            sa.select(people.c.email).where(scoped(people), people.c.id == mails.c.person).scalar_subquery(),
            mails.c.address,
        ),
    )
)
_QUEUE = insert(outbox).on_conflict_do_nothing()
_ORGANISATIONS = sa.select(organisations.c.id).order_by(organisations.c.key)


def record(
    tx: Transaction,
    *,
    kind: str,
    text: Text,
    now: datetime,
    case: UUID | None = None,
    mail: UUID | None = None,
    node: str | None = None,
) -> audit.Record:
    """Write an incident down, or count it again when it is open already.

    Gives the audit record, for the caller to append last in its transaction.
    """
    same = {"which_kind": kind, "which_case": case, "which_mail": mail, "which_node": node}
    if not tx.execute(_AGAIN, {**same, "moment": now, "nl": text.nl, "en": text.en}).rowcount:
        row = {"id": uuid4(), "case": case, "mail": mail, "kind": kind, "node": node}
        texts = {"text_nl": text.nl, "text_en": text.en}
        tx.execute(_ADD, {**row, **texts, "times": 1, "first_at": now, "last_at": now})
    return audit.Record(now, "incident_recorded", case=case, detail={"kind": kind, "node": node})


def listing(
    db: Database,
    organisation: UUID | None = None,
    *,
    resolved: bool = False,
    unseen_by: UUID | None = None,
) -> list[IncidentView]:
    """Open incidents (with `resolved`: all), oldest first; None lists every organisation's.

    `unseen_by` is who looks: what is about a case that she is shut out of is left out.
    """
    if organisation is None:
        with db.reading(None) as tx:
            everyone = list(tx.execute(_ORGANISATIONS).scalars())
        return [view for one in everyone for view in listing(db, one, resolved=resolved)]
    with db.reading(organisation) as tx:
        found = [_view(organisation, row) for row in tx.execute(_LIST if resolved else _LIST_OPEN)]
        return [one for one in found if unseen_by not in one.excluded]


def oldest(db: Database, organisation: UUID, *, unseen_by: UUID, most: int) -> tuple[list[IncidentView], int]:
    """The `most` oldest open incidents as `listing` gives them, and how many there are in all."""
    with db.reading(organisation) as tx:
        rows = tx.execute(_SHOWN, {"hex": unseen_by.hex, "most": most}).all()
        total = len(rows)
        if total == most:
            total = tx.execute(_COUNT, {"hex": unseen_by.hex}).scalar_one()
        return [_view(organisation, row) for row in rows], total


def _view(organisation: UUID, row: Any) -> IncidentView:
    return IncidentView(
        row.id,
        organisation,
        row.case,
        row.reference,
        row.mail,
        row.kind,
        row.node,
        Text(row.text_nl, row.text_en),
        row.times,
        row.first_at,
        row.last_at,
        row.resolved_at,
        frozenset(map(UUID, row.excluded or ())),
    )


def retry(db: Database, organisation: UUID, incident: UUID, *, now: datetime, by: UUID | None = None) -> None:
    """Close the incident and try again at the next tick: the case is woken, its deadlines are computed, or
    the mail is sent.

    A mail leaves then as any that waited: only while it is true, see `outbox.truth`, and to the address its
    receiver has now. Raises `MeldcodeError` when there is no such open incident, or `by` is shut out of the
    case it is about.
    """
    with db.transaction(organisation) as tx:
        row = tx.execute(_ONE, {"which": incident}).one_or_none()
        if row is None or (by is not None and by.hex in (row.excluded or ())):
            raise MeldcodeError(
                Text("Deze storing is er niet (meer).", "There is no such incident (any more).")
            )
        tx.execute(_RESOLVE, {"which": incident, "moment": now, "who": by})
        if row.mail is not None:
            # one that waits is in the queue already, and one that was withdrawn never goes there again
            if tx.execute(_MAIL_AGAIN, {"which": row.mail}).rowcount:
                tx.execute(_QUEUE, {"mail": row.mail, "at": now})
        elif row.kind == NOT_RECALCULATED:
            days.ask_recalculation(tx, now)  # waking a case leaves its deadlines as they are
        elif row.case is not None:
            tx.execute(_FORGIVE, {"which": row.case})
            tx.execute(_WAKE_NOW, {"which": row.case, "moment": now})
        detail = {"kind": row.kind, "incident": incident.hex}
        audit.append(tx, [audit.Record(now, "incident_retried", person=by, case=row.case, detail=detail)])


def resolve_case(tx: Transaction, case: UUID, now: datetime) -> None:
    """The case moved on: what was stuck is not any more."""
    tx.execute(_RESOLVE_CASE, {"which": case, "moment": now})


def resolve_others(tx: Transaction, kind: str, nodes: Collection[str], now: datetime) -> int:
    """Of the open incidents of `kind`, those about something else than `nodes` are over; how many."""
    over = [row.id for row in tx.execute(_OPEN_OF_KIND, {"which_kind": kind}) if row.node not in nodes]
    for one in over:
        tx.execute(_RESOLVE, {"which": one, "moment": now, "who": None})
    return len(over)


def resolve_mail(tx: Transaction, mail: UUID, kind: str | None, now: datetime) -> None:
    """The mail arrived, or need not any more: its own incident is over, and so is the organisation's of
    `kind`."""
    tx.execute(_RESOLVE_KIND, {"which_kind": kind, "which_mail": mail, "moment": now})
