"""What the desk gives back: plain values, read in one look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from meldcode.definition.version import version_id


@dataclass(frozen=True, slots=True)
class DraftFile:
    """One file of a draft at one revision. `content` None: it was removed in this revision."""

    path: str
    content: bytes | None
    revision: int
    by: UUID
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Revision:
    """One line of a file's history; `size` is that of the content in bytes, None when it was removed."""

    path: str
    revision: int
    by: UUID
    by_name: str
    at: datetime
    size: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """How one file of the draft differs from what is live."""

    path: str
    kind: Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Draft:
    """An organisation's draft as it stands: its `files`, and the files that are `live` now.

    `based_on` is the version it was copied from or last published as; when `live_version` is another one,
    somebody published beside the desk.
    """

    organisation: UUID
    files: Mapping[str, DraftFile]
    live: Mapping[str, bytes]
    based_on: str
    live_version: str
    opened_at: datetime

    @property
    def contents(self) -> dict[str, bytes]:
        """The draft's files as a folder: path → bytes."""
        return {path: file.content for path, file in self.files.items() if file.content is not None}

    @property
    def version(self) -> str:
        """The name these files would have as a version."""
        return version_id(self.contents)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What differs from what is live, by path."""
        mine, found = self.contents, list[Change]()
        for path in sorted({*mine, *self.live}):
            if path not in self.live:
                found.append(Change(path, "added"))
            elif path not in mine:
                found.append(Change(path, "removed"))
            elif mine[path] != self.live[path]:
                found.append(Change(path, "changed"))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody else who has the desk open; `path` is empty for the overview."""

    person: UUID
    name: str
    path: str
    since: datetime
