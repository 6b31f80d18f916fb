"""The full proof of a draft, in the background: asked for at the desk, worked on by a worker's tick.

It is asked for once per version: whoever asks again sees the one that runs, or its outcome. A worker that
is killed leaves its proof behind; after a while the next tick begins it anew.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from meldcode import audit, definition
from meldcode.check import as_json, prove
from meldcode.definition import DefinitionError
from meldcode.definition.version import version_id
from meldcode.desk import drafts
from meldcode.desk.errors import FileRefused, NotThere
from meldcode.desk.examples import replayed
from meldcode.desk.finding import told
from meldcode.messages import Text, errors_in
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import desk_due, desk_proofs

PROOF = "proof"
#: Well within what a worker's task may take; what is not finished then is *not proven*.
MOST_SECONDS = 80.0
ABANDONED = timedelta(minutes=3)
UNPLAYED = ("afwijkingen.toml", "README.md")
GIVEN_UP = timedelta(hours=1)
_TELL_EVERY = 1.0  # seconds

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"


@dataclass(frozen=True, slots=True)
class ProofView:
    """How a proof stands: `state` is waiting, running, done or failed; `report` once it is done."""

    id: UUID
    version: str
    state: str
    states: int
    looked_at: int
    asked_at: datetime
    report: Mapping[str, Any] | None


_ONE = sa.select(desk_proofs).where(scoped(desk_proofs), desk_proofs.c.id == sa.bindparam("which"))
_OF_VERSION = (
    sa.select(desk_proofs)
    .where(
        scoped(desk_proofs),
        desk_proofs.c.version == sa.bindparam("wanted"),
        desk_proofs.c.state != FAILED,
    )
    .order_by(desk_proofs.c.asked_at.desc())
    .limit(1)
)
_LAST_STATE = (
    sa.select(desk_proofs.c.state)
    .where(scoped(desk_proofs), desk_proofs.c.version == sa.bindparam("wanted"))
    .order_by(desk_proofs.c.asked_at.desc())
    .limit(1)
)
_TO_DO = (
    sa.select(desk_proofs)
    .where(
        scoped(desk_proofs),
        sa.or_(
            desk_proofs.c.state == WAITING,
            sa.and_(desk_proofs.c.state == RUNNING, desk_proofs.c.seen_at < sa.bindparam("abandoned")),
        ),
    )
    .order_by(desk_proofs.c.asked_at)
)
_ADD = sa.insert(desk_proofs)
_CLAIM = (
    sa.update(desk_proofs)
    .where(
        scoped(desk_proofs),
        desk_proofs.c.id == sa.bindparam("which"),
        desk_proofs.c.state == sa.bindparam("old_state"),
        desk_proofs.c.seen_at == sa.bindparam("last_seen"),
    )
    .values(state=RUNNING, seen_at=sa.bindparam("now"))
)
_PROGRESS = (
    sa.update(desk_proofs)
    .where(scoped(desk_proofs), desk_proofs.c.id == sa.bindparam("which"))
    .values(states=sa.bindparam("how_many"), looked_at=sa.bindparam("how_far"), seen_at=sa.bindparam("now"))
)
_FINISH = (
    sa.update(desk_proofs)
    .where(scoped(desk_proofs), desk_proofs.c.id == sa.bindparam("which"))
    .values(state=sa.bindparam("new_state"), report=sa.bindparam("result"), seen_at=sa.bindparam("now"))
)
_DUE = sa.select(desk_due.c.organisation).where(desk_due.c.purpose == PROOF)
_SET_DUE = insert(desk_due).on_conflict_do_nothing()
_NOT_DUE = sa.delete(desk_due).where(scoped(desk_due), desk_due.c.purpose == PROOF)


def cases_of(files: Mapping[str, bytes]) -> str:
    """The name of the cases that these files lead to: what tells nobody what to do is left out."""
    return version_id({path: data for path, data in files.items() if not path.endswith(UNPLAYED)})


def ask_proof(db: Database, organisation: UUID, by: UUID, now: datetime) -> ProofView:
    """Have the draft as saved proven, unless that is done or under way. Raises `FileRefused`.

    What the quick check refuses is not played: there is nothing to play yet.
    """
    draft = drafts.read(db, organisation)
    try:
        version = definition.read_files(draft.contents)
        errors = errors_in(definition.check(version))
    except DefinitionError as error:
        errors = tuple(error.findings)
    if errors:
        raise FileRefused(
            Text(
                "Verbeter eerst wat de snelle controle vindt; daarna kan alles worden nagespeeld.",
                "First mend what the quick check finds; then everything can be played.",
            ),
            errors,
        )
    with db.transaction(organisation) as tx:
        cases = cases_of(draft.contents)
        known = tx.execute(_OF_VERSION, {"wanted": cases}).one_or_none()
        if known is not None:
            return _view(known)
        which = uuid4()
        row = {"id": which, "version": cases, "person": by, "asked_at": now, "seen_at": now}
        tx.execute(_ADD, {**row, "state": WAITING, "states": 0, "looked_at": 0})
        tx.execute(_SET_DUE, {"purpose": PROOF, "at": now})
        sources = drafts.head_revisions(tx)
        detail = {"version": draft.version, "files": len(sources)}
        audit.append(tx, [audit.Record(now, "proof_asked", person=by, detail=detail)])
        return _view(tx.execute(_ONE, {"which": which}).one())


def proof(db: Database, organisation: UUID, which: UUID) -> ProofView:
    """How a proof stands. Raises `NotThere`."""
    with db.reading(organisation) as tx:
        row = tx.execute(_ONE, {"which": which}).one_or_none()
    if row is None:
        raise NotThere
    return _view(row)


def proof_of(db: Database, organisation: UUID, files: Mapping[str, bytes]) -> ProofView | None:
    """The newest proof of these files that did not fail, finished or not."""
    with db.reading(organisation) as tx:
        row = tx.execute(_OF_VERSION, {"wanted": cases_of(files)}).one_or_none()
    return None if row is None else _view(row)


def has_failed(db: Database, organisation: UUID, files: Mapping[str, bytes]) -> bool:
    """Was the last proof that was asked of these files not brought to an end?"""
    with db.reading(organisation) as tx:
        return tx.execute(_LAST_STATE, {"wanted": cases_of(files)}).scalar_one_or_none() == FAILED


def newest_proof(tx: Transaction, files: Mapping[str, bytes]) -> Mapping[str, Any] | None:
    """The report of the finished proof of these files, None when they were never proven."""
    row = tx.execute(_OF_VERSION, {"wanted": cases_of(files)}).one_or_none()
    return None if row is None else _view(row).report


def proven(
    version: definition.Version,
    enough: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda states, looked_at: None,
) -> dict[str, Any]:
    """Every case played and the examples played again, as JSON: `check.as_json` with `examples`.

    The examples come first: they take a fraction of a second, and a proof may use up all the time there is.
    """
    examples = [told(one) for one in replayed(version, enough)]
    return {**as_json(prove(version, enough=enough, progress=progress)), "examples": examples}


def prove_waiting(db: Database, now: datetime, most_seconds: float = MOST_SECONDS) -> int:
    """Work on the proofs that were asked for, one after the other; how many. The tick calls it."""
    began, done = time.monotonic(), 0
    with db.reading(None) as tx:
        due = list(tx.execute(_DUE).scalars())
    for organisation in due:
        with db.transaction(organisation) as tx:
            todo = tx.execute(_TO_DO, {"abandoned": now - ABANDONED}).all()
            if not todo:
                tx.execute(_NOT_DUE)
        for row in todo:
            if now - row.asked_at > GIVEN_UP:  # whoever worked on it was killed time and again
                with db.transaction(organisation) as tx:
                    tx.execute(_FINISH, {"which": row.id, "new_state": FAILED, "result": None, "now": now})
                continue
            left = most_seconds - (time.monotonic() - began)
            if left > 1:
                done += _prove(db, organisation, row, now, left)
    return done


def _prove(db: Database, organisation: UUID, row: sa.Row[Any], now: datetime, seconds: float) -> int:
    which, began, told = row.id, time.monotonic(), 0.0

    def moment() -> datetime:
        return now + timedelta(seconds=time.monotonic() - began)

    def tell(states: int, looked_at: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _TELL_EVERY:
            told = time.monotonic()
            with db.transaction(organisation) as tx:
                tx.execute(
                    _PROGRESS, {"which": which, "how_many": states, "how_far": looked_at, "now": moment()}
                )

    claim = {"which": which, "old_state": row.state, "last_seen": row.seen_at, "now": now}
    with db.transaction(organisation) as tx:
        if not tx.execute(_CLAIM, claim).rowcount:
            return 0  # another worker was ahead
        contents = drafts.contents(tx)
    report: dict[str, Any] | None = None
    if cases_of(contents) == row.version:
        version = definition.read_files(contents)
        until = began + seconds
        report = proven(version, enough=lambda: time.monotonic() >= until, progress=tell)
    with db.transaction(organisation) as tx:
        result = None if report is None else zlib.compress(json.dumps(report).encode(), 6)
        tx.execute(
            _FINISH,
            {
                "which": which,
                "new_state": FAILED if report is None else DONE,
                "result": result,
                "now": moment(),
            },
        )
    return 1


def _view(row: sa.Row[Any]) -> ProofView:
    report = None if row.report is None else json.loads(zlib.decompress(bytes(row.report)))
    return ProofView(row.id, row.version, row.state, row.states, row.looked_at, row.asked_at, report)
