"""What must be so before a version may hold: a note, a day, a proof, and somebody who may go on designing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from meldcode.check import Standing, verdict_for_publishing
from meldcode.definition import Organisation, Version
from meldcode.desk.errors import DeskError
from meldcode.desk.finding import Found
from meldcode.messages import Text, errors_in
from meldcode.publishing import LONGEST_NOTE

FURTHEST = timedelta(days=366)


class PublishRefused(DeskError):
    """This draft is not published; `findings` says what is wrong in it, if that is why."""

    def __init__(self, text: Text, found: Sequence[Found] = ()) -> None:
        super().__init__(text)
        self.findings = tuple(found)


def approvers(organisation: Organisation) -> frozenset[str]:
    """The roles that may say yes: those the organisation names, else who decides and who designs."""
    return organisation.approves or organisation.designs | {organisation.decides}


def standing_of(version: Version, proof: Mapping[str, Any] | None) -> Standing | None:
    """What a proof and the recorded reasons mean for publishing; None while there is no proof.

    The proof was of the same cases: what it does not read, such as the reasons, may have changed since.
    """
    if proof is None:
        return None
    return verdict_for_publishing(version, {**proof, "version": version.id})


def checked_note(note: str) -> str:
    """The note without the room around it. Raises `PublishRefused` when it is empty or too long."""
    note = note.strip()
    if not note or len(note) > LONGEST_NOTE or "\0" in note:
        raise PublishRefused(
            Text(
                f"Schrijf in een paar zinnen wat er verandert en waarom (hooguit {LONGEST_NOTE} tekens).",
                f"Write in a few sentences what changes and why (at most {LONGEST_NOTE} characters).",
            )
        )
    return note


def beginning_of(effective: date | None, zone: str, now: datetime) -> datetime | None:
    """Midnight at the beginning of that day, where the organisation is; None for today.

    Raises `PublishRefused` for a day that is past or further than a year away.
    """
    if effective is None:
        return None
    at = datetime.combine(effective, time(), ZoneInfo(zone))
    today = now.astimezone(ZoneInfo(zone)).date()
    if effective < today or at - now > FURTHEST:
        raise PublishRefused(
            Text("Kies een dag vanaf vandaag, binnen een jaar.", "Choose a day from today on, within a year.")
        )
    return None if effective == today else at.astimezone(now.tzinfo)


def must_differ(version: str, live: str) -> None:
    """Raises `PublishRefused` when the draft is what holds already."""
    if version == live:
        raise PublishRefused(
            Text("Het ontwerp is gelijk aan wat nu geldt.", "The draft is the same as what holds now.")
        )


def must_be_without_errors(found: Sequence[Found]) -> None:
    """Raises `PublishRefused` with the errors of the quick check."""
    errors = errors_in(found)
    if errors:
        raise PublishRefused(
            Text(
                f"Dit ontwerp is nog niet te publiceren. Fouten: {len(errors)}.",
                f"This draft is not publishable yet. Errors: {len(errors)}.",
            ),
            errors,
        )


def must_stay_workable(version: Version) -> None:
    """Raises `PublishRefused` when nobody could change anything any more."""
    if not version.organisation.designs:
        raise PublishRefused(
            Text(
                "In organisation.toml staat niemand meer bij `designs`. Dan kan niemand hier nog iets "
                "veranderen. Zet er een rol bij.",
                "Nobody is left under `designs` in organisation.toml. Then nobody could change anything here "
                "any more. Name a role.",
            )
        )


def must_stand(version: Version, proof: Mapping[str, Any] | None) -> None:
    """Raises `PublishRefused` when there is no proof, or it refuses, or a reason is lacking."""
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
