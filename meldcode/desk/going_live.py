"""From draft to what holds: publishing with a note and a date, by four eyes where the organisation asks so.

What is asked for is a list of revisions, and revisions stay: who says yes says yes to exactly that. What
the check said is kept with it. A version with a date waits; the tick puts it in force. What then follows
is the same for the command line: `meldcode.publishing.put_in_force`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from meldcode import audit, definition, publishing
from meldcode.desk import conditions, drafts, writing
from meldcode.desk.conditions import PublishRefused, approvers
from meldcode.desk.errors import DeskError, NotThere
from meldcode.desk.finding import findings, report_of
from meldcode.desk.proofs import newest_proof
from meldcode.desk.publications import Publication, seen
from meldcode.messages import Text
from meldcode.people import Actor
from meldcode.publishing import LONGEST_NOTE, State
from meldcode.store import SCOPE, Database, Transaction, each_in_turn, scoped
from meldcode.store.tables import desk_due, organisations, publications

PATH = "/ontwerp/publicaties"
IN_FORCE = "in-force"

_LIVE = sa.select(organisations.c.version, organisations.c.key).where(organisations.c.id == SCOPE)
_LOCKED = (
    sa.select(publications)
    .where(scoped(publications), publications.c.id == sa.bindparam("which"))
    .with_for_update()
)
_WAITING = sa.select(publications.c.id).where(
    scoped(publications), publications.c.state.in_([State.ASKED.value, State.PLANNED.value])
)
_PLANNED = (
    sa.select(publications)
    .where(scoped(publications), publications.c.state == State.PLANNED.value)
    .order_by(publications.c.effective_at)
)
_PLANNED_LOCKED = _PLANNED.with_for_update()
_ADD = sa.insert(publications)
_DECIDE = (
    sa.update(publications)
    .where(
        scoped(publications),
        publications.c.id == sa.bindparam("which"),
        publications.c.state == sa.bindparam("old_state"),
    )
    .values(
        state=sa.bindparam("new_state"),
        decided_by=sa.bindparam("who"),
        decided_at=sa.bindparam("when_decided"),
        answer=sa.bindparam("words"),
    )
)
_DUE = sa.select(desk_due.c.organisation).where(
    desk_due.c.purpose == IN_FORCE, desk_due.c.at <= sa.bindparam("now")
)
_NOT_DUE = sa.delete(desk_due).where(scoped(desk_due), desk_due.c.purpose == IN_FORCE)
_ADD_DUE = insert(desk_due)
_SET_DUE = _ADD_DUE.on_conflict_do_update(
    index_elements=[desk_due.c.organisation, desk_due.c.purpose], set_={"at": _ADD_DUE.excluded.at}
)


def publish(
    db: Database,
    actor: Actor,
    note: str,
    effective: date | None,
    now: datetime,
    *,
    seen_version: str | None = None,
) -> Publication:
    """Publish the draft as it stands, now or from a day on; with four eyes, ask somebody else first.

    `note` says to colleagues what changes and why; `seen_version` is the draft as it was looked at, so that
    what somebody else saves at that moment is not published unseen. The draft must have been proven, and what
    the proof says must let it be published, see `meldcode.check.verdict_for_publishing`. Raises
    `PublishRefused`.
    """
    note = conditions.checked_note(note)
    draft = drafts.read(db, actor.organisation)
    if seen_version not in (None, draft.version):
        raise PublishRefused(
            Text(
                "Het ontwerp is net veranderd. Bekijk wat er nu staat, en publiceer dan.",
                "The draft has just changed. Look at what it is now, then publish.",
            )
        )
    conditions.must_differ(draft.version, draft.live_version)
    found = findings(draft.contents)
    conditions.must_be_without_errors(found)
    version = definition.read_files(draft.contents)
    conditions.must_stay_workable(version)
    with db.transaction(actor.organisation) as tx:
        publishing.alone(tx)
        live = tx.execute(_LIVE).one()
        conditions.must_differ(draft.version, live.version)
        publishing.must_be_fit(version, live.key)
        if tx.execute(_WAITING).first() is not None:
            raise PublishRefused(
                Text(
                    "Er ligt al een versie klaar. Trek die eerst in, of wacht tot zij geldt.",
                    "A version is waiting already. Withdraw it first, or wait until it holds.",
                )
            )
        proof = newest_proof(tx, version.files)
        conditions.must_stand(version, proof)
        organisation = publishing.load(tx, live.version).version.organisation
        which = uuid4()
        row = {
            "id": which,
            "version": version.id,
            "sources": {path: file.revision for path, file in draft.files.items()},
            "note": note,
            "effective_at": conditions.beginning_of(effective, organisation.zone, now),
            "asked_by": actor.person,
            "asked_at": now,
            "state": State.ASKED.value,
            "report": publishing.deflated(report_of(found, proof)),
        }
        tx.execute(_ADD, row)
        if organisation.four_eyes:
            path = f"{PATH}/{which}"
            writing.tell(tx, writing.REQUEST, approvers(organisation), path, now, but=actor.person)
            _log(tx, "publication_asked", which, version.id, actor.person, now)
        else:
            _agree(tx, row, version, None, "", now)
        return seen(tx, which)


def agree(db: Database, actor: Actor, which: UUID, answer: str, now: datetime) -> Publication:
    """Say yes to what somebody else asked for. Raises `DeskError`."""
    with db.transaction(actor.organisation) as tx:
        row = _asked(tx, which)
        _must_be_another(tx, row, actor)
        version = definition.read_files(drafts.contents_at(tx, row.sources))
        if version.id != row.version:
            raise NotThere
        _agree(tx, row._asdict(), version, actor.person, answer[:LONGEST_NOTE], now)
        return seen(tx, which)


def refuse(db: Database, actor: Actor, which: UUID, answer: str, now: datetime) -> Publication:
    """Say no, with the reason. Raises `DeskError`."""
    if not answer.strip():
        raise DeskError(Text("Schrijf erbij waarom niet.", "Write down why not."))
    with db.transaction(actor.organisation) as tx:
        row = _asked(tx, which)
        _must_be_another(tx, row, actor)
        _decide(tx, row._asdict(), State.REFUSED, actor.person, answer.strip()[:LONGEST_NOTE], now)
        _log(tx, "publication_refused", which, row.version, actor.person, now)
        return seen(tx, which)


def withdraw(db: Database, actor: Actor, which: UUID, now: datetime) -> Publication:
    """Take back what was asked for or is planned. Raises `DeskError`."""
    with db.transaction(actor.organisation) as tx:
        row = tx.execute(_LOCKED, {"which": which}).one_or_none()
        if row is None:
            raise NotThere
        if row.state not in (State.ASKED, State.PLANNED):
            raise _too_late()
        _decide(tx, row._asdict(), State.WITHDRAWN, row.decided_by, row.answer, now)
        _plan_due(tx)
        _log(tx, "publication_withdrawn", which, row.version, actor.person, now)
        return seen(tx, which)


def put_in_force(db: Database, now: datetime) -> int:
    """Make every version hold whose day has come; how many. The tick calls it."""
    with db.reading(None) as tx:
        due = list(tx.execute(_DUE, {"now": now}).scalars())
    return each_in_turn(partial(_put_in_force, db, organisation, now) for organisation in due)


def _put_in_force(db: Database, organisation: UUID, now: datetime) -> int:
    done = 0
    with db.transaction(organisation) as tx:
        for row in tx.execute(_PLANNED_LOCKED).all():  # another tick finds none left
            if row.effective_at is None or row.effective_at <= now:
                version = definition.read_files(publishing.files_of(tx, row.version))
                _make_hold(tx, version, row.id, row.asked_by, now)
                done += 1
        _plan_due(tx)
    return done


# --- inside ------------------------------------------------------------------------------------------


def _asked(tx: Transaction, which: UUID) -> sa.Row[Any]:
    row = tx.execute(_LOCKED, {"which": which}).one_or_none()
    if row is None:
        raise NotThere
    if row.state != State.ASKED:
        raise _too_late()
    return row


def _too_late() -> DeskError:
    return DeskError(
        Text("Hierover is al besloten. Ververs de pagina.", "This has been decided already. Reload the page.")
    )


def _must_be_another(tx: Transaction, row: sa.Row[Any], actor: Actor) -> None:
    live = publishing.load(tx, tx.execute(_LIVE).one().version).version.organisation
    if row.asked_by == actor.person or actor.roles.isdisjoint(approvers(live)):
        raise DeskError(
            Text(
                "Hierover beslist iemand anders dan wie erom vroeg.",
                "Somebody else than who asked decides this.",
            )
        )


def _agree(
    tx: Transaction,
    row: Mapping[str, Any],
    version: definition.Version,
    who: UUID | None,
    answer: str,
    now: datetime,
) -> None:
    publishing.store(tx, version, now, row["asked_by"])
    _decide(tx, row, State.PLANNED, who, answer, None if who is None else now)
    effective = row["effective_at"]
    by = who or row["asked_by"]
    if effective is not None and effective > now:
        _plan_due(tx)
        _log(tx, "publication_planned", row["id"], version.id, by, now)
    else:
        _make_hold(tx, version, row["id"], by, now)


def _make_hold(
    tx: Transaction, version: definition.Version, which: UUID, by: UUID | None, now: datetime
) -> None:
    drafts.set_based_on(tx, version.id)
    publishing.put_in_force(tx, version, now, by, publication=which)


def _decide(
    tx: Transaction,
    row: Mapping[str, Any],
    state: State,
    who: UUID | None,
    answer: str | None,
    now: datetime | None,
) -> None:
    """Move a publication on from where it was read. Raises `DeskError` when somebody was ahead."""
    decision = {"who": who, "when_decided": now, "words": answer}
    moved = tx.execute(
        _DECIDE, {"which": row["id"], "old_state": row["state"], "new_state": state.value, **decision}
    )
    if not moved.rowcount:
        raise _too_late()


def _plan_due(tx: Transaction) -> None:
    tx.execute(_NOT_DUE)
    first = tx.execute(_PLANNED).first()
    if first is not None:
        tx.execute(_SET_DUE, {"purpose": IN_FORCE, "at": first.effective_at})


def _log(tx: Transaction, action: str, which: UUID, version: str, by: UUID | None, now: datetime) -> None:
    detail = {"publication": which.hex, "version": version}
    audit.append(tx, [audit.Record(now, action, person=by, detail=detail)])
