"""From draft to what holds: publishing with a note and a date, by four eyes where the organisation asks so.

What is asked for is a list of revisions, and revisions stay: who says yes says yes to exactly that. What
the check said is kept with it. A version with a date waits; the tick puts it in force.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from meldcode import audit, definition, publishing
from meldcode.check import Standing, verdict_for_publishing
from meldcode.desk import drafts, writing
from meldcode.desk.errors import DeskError, NotThere
from meldcode.desk.finding import Found, findings
from meldcode.desk.proofs import newest_proof
from meldcode.desk.reviews import plan_review
from meldcode.messages import Severity, Text
from meldcode.people import Actor
from meldcode.store import SCOPE, Database, Transaction, scoped
from meldcode.store.tables import desk_due, organisations, people, publications, versions

LONGEST_NOTE = 4_000
PATH = "/ontwerp/publicaties"
FURTHEST = timedelta(days=366)
IN_FORCE = "in-force"


class State(StrEnum):
    """How a publication stands."""

    ASKED = "asked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    PLANNED = "planned"
    IN_FORCE = "in-force"


class PublishRefused(DeskError):
    """This draft is not published; `findings` says what is wrong in it, if that is why."""

    def __init__(self, text: Text, found: Sequence[Found] = ()) -> None:
        super().__init__(text)
        self.findings = tuple(found)


@dataclass(frozen=True, slots=True)
class Publication:
    """One time that a version was made to hold, or asked to. `current`: it is what new cases start with.

    `report` is what the check said: `{"findings": […], "proof": {…} | null}`. A version that came from the
    command line before the desk was there has no `id` and no report.
    """

    id: UUID | None
    version: str
    note: str
    state: State
    asked_by: UUID | None
    asked_by_name: str
    asked_at: datetime
    decided_by_name: str
    decided_at: datetime | None
    answer: str
    effective_at: datetime | None
    in_force_at: datetime | None
    report: Mapping[str, Any] | None
    current: bool = False


_LIVE = sa.select(organisations.c.version, organisations.c.key).where(organisations.c.id == SCOPE)
_ALL = sa.select(publications).where(scoped(publications)).order_by(publications.c.asked_at.desc())
_ONE = sa.select(publications).where(scoped(publications), publications.c.id == sa.bindparam("which"))
_LOCKED = _ONE.with_for_update()
_WAITING = sa.select(publications.c.id).where(
    scoped(publications), publications.c.state.in_([State.ASKED.value, State.PLANNED.value])
)
_PLANNED = (
    sa.select(publications)
    .where(scoped(publications), publications.c.state == State.PLANNED.value)
    .order_by(publications.c.effective_at)
)
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
        in_force_at=sa.bindparam("from_when"),
    )
)
_NOW_HOLDS = (
    sa.update(publications)
    .where(scoped(publications), publications.c.id == sa.bindparam("which"))
    .values(state=State.IN_FORCE.value, in_force_at=sa.bindparam("from_when"))
)
_VERSIONS = sa.select(versions).where(scoped(versions)).order_by(versions.c.published_at.desc())
_NAMES = sa.select(people.c.id, people.c.name).where(scoped(people))
_DUE = sa.select(desk_due.c.organisation).where(
    desk_due.c.purpose == IN_FORCE, desk_due.c.at <= sa.bindparam("now")
)
_NOT_DUE = sa.delete(desk_due).where(scoped(desk_due), desk_due.c.purpose == IN_FORCE)
_SET_DUE = insert(desk_due)


# --- asking ------------------------------------------------------------------------------------------


def publish(
    db: Database,
    actor: Actor,
    note: str,
    effective: date | None,
    now: datetime,
) -> Publication:
    """Publish the draft as it stands, now or from a day on; with four eyes, ask somebody else first.

    `note` says to colleagues what changes and why. The draft must have been proven, and what the proof
    says must let it be published, see `meldcode.check.verdict_for_publishing`. Raises `PublishRefused`.
    """
    note = _note(note)
    draft = drafts.read(db, actor.organisation)
    if draft.version == draft.live_version:
        raise PublishRefused(
            Text("Het ontwerp is gelijk aan wat nu geldt.", "The draft is the same as what holds now.")
        )
    found = findings(draft.contents)
    errors = [one for one in found if one.severity is Severity.ERROR]
    if errors:
        raise PublishRefused(
            Text(
                f"Dit ontwerp is nog niet te publiceren. Fouten: {len(errors)}.",
                f"This draft is not publishable yet. Errors: {len(errors)}.",
            ),
            errors,
        )
    version = definition.read_files(draft.contents)
    _must_stay_workable(version)
    with db.transaction(actor.organisation) as tx:
        live = tx.execute(_LIVE).one()
        publishing.must_be_fit(version, live.key)
        if tx.execute(_WAITING).first() is not None:
            raise PublishRefused(
                Text(
                    "Er ligt al een versie klaar. Trek die eerst in, of wacht tot zij geldt.",
                    "A version is waiting already. Withdraw it first, or wait until it holds.",
                )
            )
        proof = newest_proof(tx, version.files)
        _must_stand(version, proof)
        organisation = publishing.load(tx, live.version).version.organisation
        asked = organisation.four_eyes
        which = uuid4()
        row = {
            "id": which,
            "version": version.id,
            "sources": {path: file.revision for path, file in draft.files.items()},
            "note": note,
            "effective_at": _from(effective, organisation.zone, now),
            "asked_by": actor.person,
            "asked_at": now,
            "state": State.ASKED.value,
            "report": _deflated({"findings": [_told(one) for one in found], "proof": proof}),
        }
        tx.execute(_ADD, row)
        if asked:
            path = f"{PATH}/{which}"
            writing.tell(tx, writing.REQUEST, approvers(organisation), path, now, but=actor.person)
            _log(tx, "publication_asked", which, version.id, actor.person, now)
        else:
            _agree(tx, row, version, None, "", now)
        return _seen(tx, which)


def agree(db: Database, actor: Actor, which: UUID, answer: str, now: datetime) -> Publication:
    """Say yes to what somebody else asked for. Raises `DeskError`."""
    with db.transaction(actor.organisation) as tx:
        row = _asked(tx, which)
        _must_be_another(tx, row, actor)
        version = definition.read_files(drafts.contents_at(tx, row.sources))
        if version.id != row.version:
            raise NotThere
        _agree(tx, row._asdict(), version, actor.person, answer[:LONGEST_NOTE], now)
        return _seen(tx, which)


def refuse(db: Database, actor: Actor, which: UUID, answer: str, now: datetime) -> Publication:
    """Say no, with the reason. Raises `DeskError`."""
    if not answer.strip():
        raise DeskError(Text("Schrijf erbij waarom niet.", "Write down why not."))
    with db.transaction(actor.organisation) as tx:
        row = _asked(tx, which)
        _must_be_another(tx, row, actor)
        _decide(tx, row, State.REFUSED, actor.person, answer.strip()[:LONGEST_NOTE], now)
        _log(tx, "publication_refused", which, row.version, actor.person, now)
        return _seen(tx, which)


def withdraw(db: Database, actor: Actor, which: UUID, now: datetime) -> Publication:
    """Take back what was asked for or is planned. Raises `DeskError`."""
    with db.transaction(actor.organisation) as tx:
        row = tx.execute(_LOCKED, {"which": which}).one_or_none()
        if row is None:
            raise NotThere
        if row.state not in (State.ASKED, State.PLANNED):
            raise _too_late()
        _decide(tx, row, State.WITHDRAWN, row.decided_by, row.answer, now)
        _plan_due(tx)
        _log(tx, "publication_withdrawn", which, row.version, actor.person, now)
        return _seen(tx, which)


def put_in_force(db: Database, now: datetime) -> int:
    """Make every version hold whose day has come; how many. The tick calls it."""
    with db.reading(None) as tx:
        due = list(tx.execute(_DUE, {"now": now}).scalars())
    done = 0
    for organisation in due:
        with db.transaction(organisation) as tx:
            for row in tx.execute(_PLANNED).all():
                if row.effective_at is None or row.effective_at <= now:
                    version = definition.read_files(publishing.files_of(tx, row.version))
                    tx.execute(_NOW_HOLDS, {"which": row.id, "from_when": now})
                    _make_hold(tx, version, row.asked_by, now)
                    done += 1
            _plan_due(tx)
    return done


# --- looking -----------------------------------------------------------------------------------------


def history(db: Database, organisation: UUID) -> tuple[Publication, ...]:
    """Every publication, newest first, and the versions that came from the command line."""
    with db.reading(organisation) as tx:
        live, names = tx.execute(_LIVE).one().version, _names(tx)
        rows = tx.execute(_ALL).all()
        found = [_publication(row, names) for row in rows]
        known = {row.version for row in rows}
        for row in tx.execute(_VERSIONS).all():
            if row.id not in known:
                found.append(_from_command_line(row, names))
    found.sort(key=lambda one: one.in_force_at or one.asked_at, reverse=True)
    newest = next((one for one in found if one.version == live and one.state is State.IN_FORCE), None)
    return tuple(_current(one) if one is newest else one for one in found)


def publication(db: Database, organisation: UUID, which: UUID) -> Publication:
    """One publication. Raises `NotThere`."""
    with db.reading(organisation) as tx:
        return _seen(tx, which)


def files_of_publication(db: Database, organisation: UUID, which: UUID) -> dict[str, bytes]:
    """The files that were asked to be published. Raises `NotThere`."""
    with db.reading(organisation) as tx:
        row = tx.execute(_ONE, {"which": which}).one_or_none()
        if row is None:
            raise NotThere
        return drafts.contents_at(tx, row.sources)


def files_of_version(db: Database, organisation: UUID, version: str) -> dict[str, bytes]:
    """The files of a published version. Raises `NotThere`."""
    with db.reading(organisation) as tx:
        files = publishing.files_of(tx, version)
    if not files:
        raise NotThere(Text("Deze versie is er niet.", "There is no such version."))
    return files


def approvers(organisation: definition.Organisation) -> frozenset[str]:
    """The roles that may say yes: those the organisation names, else who decides and who designs."""
    return organisation.approves or organisation.designs | {organisation.decides}


# --- inside ------------------------------------------------------------------------------------------


def _note(note: str) -> str:
    note = note.strip()
    if not note or len(note) > LONGEST_NOTE or "\0" in note:
        raise PublishRefused(
            Text(
                f"Schrijf in een paar zinnen wat er verandert en waarom (hooguit {LONGEST_NOTE} tekens).",
                f"Write in a few sentences what changes and why (at most {LONGEST_NOTE} characters).",
            )
        )
    return note


def _from(effective: date | None, zone: str, now: datetime) -> datetime | None:
    """Midnight at the beginning of that day, where the organisation is; None for today."""
    if effective is None:
        return None
    at = datetime.combine(effective, time(), ZoneInfo(zone))
    today = now.astimezone(ZoneInfo(zone)).date()
    if effective < today or at - now > FURTHEST:
        raise PublishRefused(
            Text("Kies een dag vanaf vandaag, binnen een jaar.", "Choose a day from today on, within a year.")
        )
    return None if effective == today else at.astimezone(now.tzinfo)


def _must_stay_workable(version: definition.Version) -> None:
    if not version.organisation.designs:
        raise PublishRefused(
            Text(
                "In organisation.toml staat niemand meer bij `designs`. Dan kan niemand hier nog iets "
                "veranderen. Zet er een rol bij.",
                "Nobody is left under `designs` in organisation.toml. Then nobody could change anything here "
                "any more. Name a role.",
            )
        )


def _must_stand(version: definition.Version, proof: Mapping[str, Any] | None) -> None:
    standing = standing_of(version, proof)
    if standing is None:
        raise PublishRefused(
            Text(
                "Laat eerst alle zaken naspelen: dan weet u zeker dat er op geen enkele weg iets misgaat.",
                "First have every case played: then you are sure that nothing goes wrong on any way.",
            )
        )
    if standing.refused:
        raise PublishRefused(standing.refused[0])
    lacking = next((one for one in standing.wanted if one.lacking), None)
    if lacking is not None and lacking.lacking is not None:
        nl, en = lacking.title.nl, lacking.title.en
        raise PublishRefused(Text(f"{nl}. {lacking.lacking.nl}", f"{en}. {lacking.lacking.en}"))


def standing_of(version: definition.Version, proof: Mapping[str, Any] | None) -> Standing | None:
    """What a proof and the recorded reasons mean for publishing; None while there is no proof.

    The proof was of the same cases: what it does not read, such as the reasons, may have changed since.
    """
    if proof is None:
        return None
    return verdict_for_publishing(version, {**proof, "version": version.id})


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
    effective = row["effective_at"]
    later = effective is not None and effective > now
    changed = tx.execute(
        _DECIDE,
        {
            "which": row["id"],
            "old_state": State.ASKED.value,
            "new_state": (State.PLANNED if later else State.IN_FORCE).value,
            "who": who,
            "when_decided": None if who is None else now,
            "words": answer,
            "from_when": None if later else now,
        },
    )
    if not changed.rowcount:
        raise _too_late()
    if later:
        _plan_due(tx)
        _log(tx, "publication_planned", row["id"], version.id, who or row["asked_by"], now)
    else:
        _make_hold(tx, version, who or row["asked_by"], now)


def _make_hold(tx: Transaction, version: definition.Version, by: UUID | None, now: datetime) -> None:
    drafts.set_based_on(tx, version.id)
    plan_review(tx, now)
    publishing.put_in_force(tx, version, now, by)


def _decide(
    tx: Transaction, row: sa.Row[Any], state: State, who: UUID | None, answer: str | None, now: datetime
) -> None:
    tx.execute(
        _DECIDE,
        {
            "which": row.id,
            "old_state": row.state,
            "new_state": state.value,
            "who": who,
            "when_decided": now,
            "words": answer,
            "from_when": None,
        },
    )


def _plan_due(tx: Transaction) -> None:
    tx.execute(_NOT_DUE)
    first = tx.execute(_PLANNED).first()
    if first is not None:
        tx.execute(_SET_DUE, {"purpose": IN_FORCE, "at": first.effective_at})


def _log(tx: Transaction, action: str, which: UUID, version: str, by: UUID | None, now: datetime) -> None:
    detail = {"publication": which.hex, "version": version}
    audit.append(tx, [audit.Record(now, action, person=by, detail=detail)])


def _seen(tx: Transaction, which: UUID) -> Publication:
    row = tx.execute(_ONE, {"which": which}).one_or_none()
    if row is None:
        raise NotThere
    found = _publication(row, _names(tx))
    live = tx.execute(_LIVE).one().version
    return _current(found) if found.state is State.IN_FORCE and found.version == live else found


def _names(tx: Transaction) -> dict[UUID, str]:
    return {row.id: row.name for row in tx.execute(_NAMES)}


def _publication(row: sa.Row[Any], names: Mapping[UUID, str]) -> Publication:
    return Publication(
        id=row.id,
        version=row.version,
        note=row.note,
        state=State(row.state),
        asked_by=row.asked_by,
        asked_by_name=names.get(row.asked_by, ""),
        asked_at=row.asked_at,
        decided_by_name=names.get(row.decided_by, ""),
        decided_at=row.decided_at,
        answer=row.answer or "",
        effective_at=row.effective_at,
        in_force_at=row.in_force_at,
        report=json.loads(zlib.decompress(bytes(row.report))),
    )


def _from_command_line(row: sa.Row[Any], names: Mapping[UUID, str]) -> Publication:
    return Publication(
        id=None,
        version=row.id,
        note="",
        state=State.IN_FORCE,
        asked_by=row.published_by,
        asked_by_name=names.get(row.published_by, ""),
        asked_at=row.published_at,
        decided_by_name="",
        decided_at=None,
        answer="",
        effective_at=None,
        in_force_at=row.published_at,
        report=None,
    )


def _current(one: Publication) -> Publication:
    return replace(one, current=True)


def _told(found: Found) -> dict[str, Any]:
    return {
        "code": found.code,
        "file": found.file,
        "element": found.element,
        "severity": found.severity.value,
        "what": found.what._asdict(),
        "why": found.why._asdict(),
        "source": found.source.value,
        "how": found.how._asdict(),
    }


def _deflated(report: Mapping[str, Any]) -> bytes:
    return zlib.compress(json.dumps(report, ensure_ascii=False).encode(), 6)
