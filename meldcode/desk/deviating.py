"""Writing a reason to deviate into the draft: an entry of `afwijkingen.toml`, as one would by hand.

What the reasons are for and when they count is said in one place, `meldcode.check.verdict_for_publishing`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from meldcode.check.standing import FILE, Agreed, Deviation, DeviationError, read_deviations
from meldcode.desk import drafts
from meldcode.desk.errors import FileRefused
from meldcode.desk.values import DraftFile
from meldcode.messages import Text
from meldcode.store import Database


def deviate(
    db: Database,
    organisation: UUID,
    rule: int,
    about: str,
    reason: str,
    agreed: Sequence[Agreed],
    by: UUID,
    now: datetime,
) -> DraftFile:
    """Write down why a rule is deviated from, in place of an earlier reason for it.

    Raises `FileRefused` when the reason is too short, or nobody is named.
    """
    file = drafts.read(db, organisation).files.get(FILE)
    before = b"" if file is None else file.content or b""
    try:
        kept = [one for one in read_deviations(before) if one.rule != rule]
        content = _written([*kept, Deviation(rule, about, reason, tuple(agreed))])
        read_deviations(content)
    except DeviationError as error:
        raise FileRefused(error.text) from error
    if not agreed:
        raise FileRefused(Text("Schrijf erbij wie dit heeft besloten.", "Write down who decided this."))
    return drafts.save(db, organisation, FILE, content, file.revision if file else 0, by, now)


def _written(deviations: Sequence[Deviation]) -> bytes:
    return "\n".join(map(_entry, sorted(deviations, key=lambda one: one.rule))).encode()


def _entry(one: Deviation) -> str:
    agreed = "".join(
        f"  {{ name = {_text(who.name)}, role = {_text(who.role)}, on = {who.on.isoformat()} }},\n"
        for who in one.agreed
    )
    return (
        f"[[deviation]]\nrule = {one.rule}\nabout = {_text(one.about)}\n"
        f"reason = {_text(one.reason)}\nagreed = [\n{agreed}]\n"
    )


def _text(text: str) -> str:
    """A basic string of TOML: what JSON writes is one, but for a character TOML does not want bare."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
