"""The log of who did what, and who looked: one hash chain per organisation, no case content.

Each row's hash covers the row and the hash before it, so an edit, a deletion, an insertion or a swap
breaks the chain. The head row knows how long the chain is (a cut tail shows) and is signed with the
organisation's key (somebody with only the database cannot write a new chain). One attack is left:
putting back an older head with its older tail. Against that, `anchors` are written down outside the
database, see `meldcode verify-audit --anchors`.

What is recorded follows NEN 7513: who, on whose behalf, in which role, when, which case, which
action, why. Reading a case is an action.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from meldcode.crypto import Key, canonical
from meldcode.messages import Text
from meldcode.store import SCOPE, Database, Transaction, scoped
from meldcode.store.tables import audit, audit_heads, organisations

_START = bytes(32)  # the hash before the first row
_STREAM = {"yield_per": 2_000}


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that happened. `person` None is the software itself, when time passed.

    `detail` holds names of steps and facts, never an answer; `key` is the command's idempotency key.
    """

    at: datetime
    action: str
    person: UUID | None = None
    role: str | None = None
    case: UUID | None = None
    behalf: UUID | None = None
    reason: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where an organisation's chain stood: `hash` is that of row `sequence`, in hexadecimal."""

    organisation: UUID
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason not to trust an organisation's log, at row `sequence` where it is known."""

    organisation: UUID
    sequence: int | None
    text: Text


_HEAD = sa.select(audit_heads.c.sequence, audit_heads.c.hash).where(scoped(audit_heads)).with_for_update()
_ADD = sa.insert(audit)
_FIRST_HEAD = sa.insert(audit_heads)
_MOVE_HEAD = (
    sa.update(audit_heads)
    .where(scoped(audit_heads), audit_heads.c.sequence == sa.bindparam("old_sequence"))
    .values(
        sequence=sa.bindparam("new_sequence"), hash=sa.bindparam("new_hash"), seal=sa.bindparam("new_seal")
    )
)
_ROWS = sa.select(audit).where(scoped(audit)).order_by(audit.c.sequence)
_HEAD_ROW = sa.select(audit_heads).where(scoped(audit_heads))
_OF_CASE = (
    sa.select(audit).where(scoped(audit), audit.c.case == sa.bindparam("case_id")).order_by(audit.c.sequence)
)
_ORGANISATIONS = sa.select(organisations.c.id).order_by(organisations.c.key)


def begin(tx: Transaction) -> None:
    """Start the chain of a new organisation."""
    tx.execute(_FIRST_HEAD, {"sequence": 0, "hash": _START, "seal": _seal(tx, 0, _START)})


def append(tx: Transaction, records: Sequence[Record]) -> None:
    """Add `records` to the chain, in order. Three statements, however many records.

    Call it last in a transaction: it locks the organisation's head, for which other writers wait.
    """
    if not records:
        return
    head = tx.execute(_HEAD).one()
    sequence, last = head.sequence, bytes(head.hash)
    rows: list[dict[str, Any]] = []
    for record in records:
        sequence += 1
        row = _row(record)
        last = _hash(last, tx.scope, sequence, row)
        rows.append({**row, "sequence": sequence, "hash": last})
    tx.write(_ADD, rows)
    tx.write(
        _MOVE_HEAD,
        {
            "old_sequence": head.sequence,
            "new_sequence": sequence,
            "new_hash": last,
            "new_seal": _seal(tx, sequence, last),
        },
        changing=1,
    )


def of_case(tx: Transaction, case: UUID) -> list[sa.Row[Any]]:
    """The log of one case, oldest first (columns as in `store.tables.audit`)."""
    return list(tx.execute(_OF_CASE, {"case_id": case}).all())


def anchors(db: Database) -> list[Anchor]:
    """Where each organisation's chain stands now, to be written down outside the database."""
    found: list[Anchor] = []
    for organisation in _all(db):
        with db.reading(organisation) as tx:
            head = tx.execute(_HEAD_ROW).one_or_none()
            if head is not None:
                found.append(Anchor(organisation, head.sequence, bytes(head.hash).hex()))
    return found


def verify(db: Database, organisation: UUID | None = None, *, known: Sequence[Anchor] = ()) -> list[Problem]:
    """Every problem found in the log of `organisation` (None: of all). Empty means intact.

    `known` are anchors written down earlier: the chain must still pass through them.
    """
    problems: list[Problem] = []
    for one in [organisation] if organisation else _all(db):
        with db.reading(one) as tx:
            problems += _verify(tx, [anchor for anchor in known if anchor.organisation == one])
    return problems


def _verify(tx: Transaction, known: Sequence[Anchor]) -> Iterator[Problem]:
    expected = {anchor.sequence: anchor.hash for anchor in known}
    sequence, last = 0, _START
    for row in tx.connection.execute(_ROWS, {SCOPE.key: tx.scope}, execution_options=_STREAM).mappings():
        sequence += 1
        if row["sequence"] != sequence:
            yield _problem(tx, sequence, "Deze regel ontbreekt of staat verkeerd.", "Missing or misplaced.")
            sequence = row["sequence"]
        last = _hash(last, tx.scope, sequence, _stored(row))
        if last != row["hash"]:
            yield _problem(tx, sequence, "Deze regel is veranderd.", "This row was changed.")
            last = bytes(row["hash"])
        if expected.pop(sequence, last.hex()) != last.hex():
            yield _problem(
                tx,
                sequence,
                "Deze regel is een andere dan eerder is opgeschreven.",
                "Not the row written down before.",
            )
    for missing in expected:
        yield _problem(
            tx, missing, "Deze regel was er eerder wel.", "This row was there when it was written down."
        )
    yield from _verify_head(tx, sequence, last)


def _verify_head(tx: Transaction, sequence: int, last: bytes) -> Iterator[Problem]:
    head = tx.execute(_HEAD_ROW).one_or_none()
    if head is None:
        yield _problem(tx, None, "Het slot van de keten ontbreekt.", "The chain's head is missing.")
        return
    if not hmac.compare_digest(bytes(head.seal), _seal(tx, head.sequence, bytes(head.hash))):
        yield _problem(
            tx,
            head.sequence,
            "Het slot van de keten is niet door dit programma gezet.",
            "The chain's head was not set by this program.",
        )
    if head.sequence != sequence or head.hash != last:
        yield _problem(
            tx,
            head.sequence,
            f"De keten eindigt bij regel {sequence}, maar hoort te eindigen bij regel {head.sequence}.",
            f"The chain ends at row {sequence}; it should end at row {head.sequence}.",
        )


def _problem(tx: Transaction, sequence: int | None, nl: str, en: str) -> Problem:
    return Problem(tx.scope, sequence, Text(nl, en))


def _all(db: Database) -> list[UUID]:
    with db.reading(None) as tx:
        return list(tx.execute(_ORGANISATIONS).scalars())


_COLUMNS = ("at", "person", "behalf", "role", "action", "case", "reason", "detail", "key")


def _row(record: Record) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(record, name) for name in _COLUMNS}
    row["detail"] = dict(record.detail)
    return row


def _stored(row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in _COLUMNS}


def _hash(before: bytes, organisation: UUID, sequence: int, row: Mapping[str, Any]) -> bytes:
    plain = {name: _plain(value) for name, value in row.items()}
    text = canonical({**plain, "organisation": organisation.hex, "sequence": sequence})
    return hashlib.sha256(before + text).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.hex if isinstance(value, UUID) else value


def _seal(tx: Transaction, sequence: int, last: bytes) -> bytes:
    key: Key = tx.organisation_key()
    return key.sign(b"audit|%s|%d|" % (tx.scope.bytes, sequence) + last)
