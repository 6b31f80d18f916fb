"""The designer's desk: one draft per organisation, with every revision of every file.

A draft is a set of files, laid out as a folder under `processes/`. Saving names the revision it was based
on, so that two designers cannot overwrite each other; nothing that was ever saved is lost.
"""

from datetime import datetime

from meldcode.desk.archive import Taken, take_in, zip_in, zipped
from meldcode.desk.comments import Comment, comment, comments, settle
from meldcode.desk.conditions import PublishRefused, approvers, standing_of
from meldcode.desk.deviating import deviate
from meldcode.desk.drafts import open_draft, read, remove, reopen, restore, revision, revisions, save
from meldcode.desk.errors import DeskError, FileRefused, NotThere, Overtaken
from meldcode.desk.finding import Found, Look, Source, findings, look, report_of
from meldcode.desk.going_live import agree, publish, put_in_force, refuse, withdraw
from meldcode.desk.paths import Kind, kind_of
from meldcode.desk.presence import AWAY_AFTER, here, leave
from meldcode.desk.proofs import (
    ProofView,
    ask_proof,
    cases_of,
    has_failed,
    proof,
    proof_of,
    prove_waiting,
    proven,
)
from meldcode.desk.publications import (
    Publication,
    files_of_publication,
    files_of_version,
    history,
    publication,
)
from meldcode.desk.readings import Reader, has_read, is_news, read_at, readers
from meldcode.desk.reviews import remind, review_due, reviewed
from meldcode.desk.values import Change, Draft, DraftFile, Presence, Revision
from meldcode.publishing import State
from meldcode.store import Database, each_in_turn


def do_due(db: Database, now: datetime) -> int:
    """What time brings at the desk: versions whose day has come, the yearly reminder; how much was done.

    What goes wrong in one organisation is raised when everything else has had its turn.
    """
    return each_in_turn((lambda: put_in_force(db, now), lambda: remind(db, now)))


__all__ = [
    "AWAY_AFTER",
    "Change",
    "Comment",
    "DeskError",
    "Draft",
    "DraftFile",
    "FileRefused",
    "Found",
    "Kind",
    "Look",
    "NotThere",
    "Overtaken",
    "Presence",
    "ProofView",
    "Publication",
    "PublishRefused",
    "Reader",
    "Revision",
    "Source",
    "State",
    "Taken",
    "agree",
    "approvers",
    "ask_proof",
    "cases_of",
    "comment",
    "comments",
    "deviate",
    "do_due",
    "files_of_publication",
    "files_of_version",
    "findings",
    "has_failed",
    "has_read",
    "here",
    "history",
    "is_news",
    "kind_of",
    "leave",
    "look",
    "open_draft",
    "proof",
    "proof_of",
    "prove_waiting",
    "proven",
    "publication",
    "publish",
    "put_in_force",
    "read",
    "read_at",
    "readers",
    "refuse",
    "remind",
    "remove",
    "reopen",
    "report_of",
    "restore",
    "review_due",
    "reviewed",
    "revision",
    "revisions",
    "save",
    "settle",
    "standing_of",
    "take_in",
    "withdraw",
    "zip_in",
    "zipped",
]
