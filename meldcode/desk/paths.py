"""Which files a draft can hold: those of an organisation's folder, with plain names."""

from __future__ import annotations

import re
from enum import StrEnum

from meldcode.definition.version import MAX_FILES, MAX_TOTAL_BYTES
from meldcode.desk.errors import FileRefused
from meldcode.messages import Text

LARGEST_FILE = 2 * 1024 * 1024  # as large as a diagram may be, see meldcode.diagram.xml
LONGEST_PATH = 200
ORGANISATION = "organisation.toml"
REASONS = "afwijkingen.toml"

# The first part of a name begins with a letter or digit, so that no hidden file and no `..` can be named.
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._()&+-]*")


class Kind(StrEnum):
    """What a file is for, which is which editor opens it."""

    DIAGRAM = "diagram"
    TABLE = "table"
    FORM = "form"
    MAIL = "mail"
    ORGANISATION = "organisation"
    EXAMPLE = "example"
    README = "readme"
    REASONS = "reasons"  # why a rule is deviated from
    OTHER = "other"


def kind_of(path: str) -> Kind:
    """What a file is for, read from its name as `meldcode.definition` reads it."""
    if path == ORGANISATION:
        return Kind.ORGANISATION
    if path.endswith(".bpmn"):
        return Kind.DIAGRAM
    if path.endswith(".dmn"):
        return Kind.TABLE
    if path.endswith(".form"):
        return Kind.FORM
    if path.startswith("mails/") and path.endswith(".md"):
        return Kind.MAIL
    if path.startswith("examples/") and path.endswith(".toml"):
        return Kind.EXAMPLE
    if path == REASONS:
        return Kind.REASONS
    return Kind.README if path == "README.md" else Kind.OTHER


def is_plain(path: str) -> bool:
    """Is this a path inside a folder that is the same on every system?"""
    parts = path.split("/")
    return (
        0 < len(path) <= LONGEST_PATH
        and len(parts) <= 4
        and all(_PART.fullmatch(part) and not part.endswith((" ", ".")) for part in parts)
    )


def checked(path: str) -> str:
    """`path` when a draft may hold a file of that name. Raises `FileRefused`."""
    if not is_plain(path):
        raise FileRefused(
            Text(
                f"Een bestand kan niet “{path[:100]}” heten. Gebruik letters, cijfers en streepjes.",
                f"A file cannot be called “{path[:100]}”. Use letters, digits and hyphens.",
            )
        )
    if kind_of(path) is Kind.OTHER:
        raise FileRefused(
            Text(
                f"“{path}” hoort niet in een meldcode. Een ontwerp bestaat uit diagrammen (.bpmn), "
                "beslistabellen (.dmn), formulieren (forms/….form), mails (mails/….md), voorbeelden "
                "(examples/….toml), organisation.toml, afwijkingen.toml en README.md.",
                f"“{path}” does not belong in a meldcode. A draft consists of diagrams (.bpmn), decision "
                "tables (.dmn), forms (forms/….form), mails (mails/….md), examples (examples/….toml), "
                "organisation.toml, afwijkingen.toml and README.md.",
            )
        )
    return path


def fits(content: bytes, path: str) -> None:
    """Raises `FileRefused` when a file is larger than any meldcode needs, or is no text."""
    if len(content) > LARGEST_FILE:
        raise FileRefused(
            Text(
                f"{path} is groter dan {LARGEST_FILE // 1024 // 1024} MB. Maak het bestand kleiner.",
                f"{path} is larger than {LARGEST_FILE // 1024 // 1024} MB. Make the file smaller.",
            )
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise FileRefused(
            Text(
                f"{path} is geen tekst in UTF-8. Sla het bestand op als UTF-8 en probeer het opnieuw.",
                f"{path} is not text in UTF-8. Save the file as UTF-8 and try again.",
            )
        )


def fit_together(contents: dict[str, bytes]) -> None:
    """Raises `FileRefused` when there are more files, or larger ones, than a version may hold."""
    if len(contents) > MAX_FILES or sum(map(len, contents.values())) > MAX_TOTAL_BYTES:
        raise FileRefused(
            Text(
                f"Een ontwerp heeft hooguit {MAX_FILES} bestanden en {MAX_TOTAL_BYTES // 1024 // 1024} MB.",
                f"A draft has at most {MAX_FILES} files and {MAX_TOTAL_BYTES // 1024 // 1024} MB.",
            )
        )
