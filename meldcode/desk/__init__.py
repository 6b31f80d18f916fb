"""The designer's desk: one draft per organisation, with every revision of every file.

A draft is a set of files, laid out as a folder under `processes/`. Saving names the revision it was based
on, so that two designers cannot overwrite each other; nothing that was ever saved is lost.
"""

from meldcode.desk.drafts import open_draft, read, remove, reopen, restore, revision, revisions, save
from meldcode.desk.errors import DeskError, FileRefused, NotThere, Overtaken
from meldcode.desk.finding import Found, Source, findings
from meldcode.desk.paths import Kind, kind_of
from meldcode.desk.presence import AWAY_AFTER, here, leave
from meldcode.desk.values import Change, Draft, DraftFile, Presence, Revision

__all__ = [
    "AWAY_AFTER",
    "Change",
    "DeskError",
    "Draft",
    "DraftFile",
    "FileRefused",
    "Found",
    "Kind",
    "NotThere",
    "Overtaken",
    "Presence",
    "Revision",
    "Source",
    "findings",
    "here",
    "kind_of",
    "leave",
    "open_draft",
    "read",
    "remove",
    "reopen",
    "restore",
    "revision",
    "revisions",
    "save",
]
