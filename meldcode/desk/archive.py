"""A folder in one file: a draft or a version as a zip, a zip or a single file into the draft.

What comes in is a stranger's until proven otherwise: sizes are counted while unpacking and not believed,
names must be plain, and every file is read as the software will read it. If anything is wrong nothing is
stored, and everything that is wrong is said at once.
"""

from __future__ import annotations

import io
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from uuid import UUID

from meldcode import audit
from meldcode.decision import read_decisions
from meldcode.definition.mails import read_mail
from meldcode.definition.organisation import read_organisation
from meldcode.definition.version import MAX_FILES, MAX_TOTAL_BYTES
from meldcode.desk import drafts, paths
from meldcode.desk.errors import FileRefused
from meldcode.desk.paths import Kind, kind_of
from meldcode.diagram import read_diagram
from meldcode.form import read_form
from meldcode.messages import Finding, MeldcodeError, Severity, Text
from meldcode.store import Database

LARGEST_ZIP = 6 * 1024 * 1024  # packed; the server's own limit lies above it, see `web.__main__.LARGEST_BODY`
SINGLE = (".bpmn", ".dmn", ".form")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same files give the same zip
_READ_AT_ONCE = 64 * 1024
# Python unpacks the other ways without a limit: six hundred bytes of bzip2 become a gigabyte of memory.
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_JUNK = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class Taken:
    """What came into the draft: the paths that changed, and how many were the same already."""

    changed: tuple[str, ...]
    same: int


# --- out ---------------------------------------------------------------------------------------------


def zipped(files: Mapping[str, bytes]) -> bytes:
    """These files as a zip, byte for byte; the same files give the same zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


# --- in ----------------------------------------------------------------------------------------------


def zip_in(
    db: Database, organisation: UUID, data: bytes, by: UUID, now: datetime, *, everything: bool = False
) -> Taken:
    """Take the files of a zip into the draft. `everything`: the draft becomes exactly that folder.

    Raises `FileRefused` with everything that is wrong; then nothing is stored.
    """
    files = _without_outer_folder(_unpacked(data))
    if not files:
        raise FileRefused(Text("In deze zip zit geen bestand van een meldcode.", "This zip holds no files."))
    with db.reading(organisation) as tx:
        known = drafts.contents(tx)
    # What the draft holds already was accepted once, whatever its name.
    _must_be_usable({path: content for path, content in files.items() if known.get(path) != content})
    if everything and paths.ORGANISATION not in files:
        raise FileRefused(
            Text(
                "In deze zip zit geen organisation.toml. Kies dan: alleen deze bestanden toevoegen.",
                "There is no organisation.toml in this zip. Then choose to add only these files.",
            )
        )
    with db.transaction(organisation) as tx:
        changed = (drafts.replace if everything else drafts.put)(tx, files, by, now)
        detail = {"files": len(files), "changed": len(changed)}
        audit.append(tx, [audit.Record(now, "draft_zip_taken_in", person=by, detail=detail)])
    return Taken(changed, len(files) - len(changed))


def take_in(db: Database, organisation: UUID, name: str, data: bytes, by: UUID, now: datetime) -> str:
    """Take one uploaded file into the draft, as a next revision when it is there; its path.

    Raises `FileRefused`.
    """
    path = path_for(name)
    _must_be_usable({path: data})
    with db.transaction(organisation) as tx:
        drafts.put(tx, {path: data}, by, now)
        audit.append(tx, [audit.Record(now, "draft_file_taken_in", person=by, detail={"path": path})])
    return path


def path_for(name: str) -> str:
    """Where an uploaded file comes to stand in the draft. Raises `FileRefused`."""
    last = re.split(r"[\\/]", name)[-1]
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    stem, dot, ending = plain.rpartition(".")
    stem = re.sub(r"[^A-Za-z0-9.]+", "-", stem).strip("-.")[:80]
    if not dot or f".{ending.lower()}" not in SINGLE or not stem:
        raise FileRefused(
            Text(
                f"“{last[:100]}” kan niet. Kies een diagram (.bpmn), beslistabel (.dmn), formulier (.form) "
                "of een zip van een hele map.",
                f"“{last[:100]}” cannot be used. Choose a diagram (.bpmn), decision table (.dmn), form "
                "(.form) or a zip of a whole folder.",
            )
        )
    folder = "forms/" if ending.lower() == "form" else ""
    return f"{folder}{stem}.{ending.lower()}"


def _unpacked(data: bytes) -> dict[str, bytes]:
    if len(data) > LARGEST_ZIP:
        raise _too_large()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read_all(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise FileRefused(
            Text(
                "Dit bestand is geen zip, of het is beschadigd. Maak de zip opnieuw.",
                "This file is no zip, or it is damaged. Make the zip again.",
            )
        ) from error


def _read_all(archive: zipfile.ZipFile) -> dict[str, bytes]:
    # not `is_dir`: that fails on a name without a letter
    names = (one for one in archive.infolist() if not one.filename.endswith("/"))
    entries = [one for one in names if not _is_junk(one.filename)]
    if len(entries) > MAX_FILES:
        raise _too_large()
    found: dict[str, bytes] = {}
    folded = set[str]()
    left = MAX_TOTAL_BYTES
    for entry in entries:
        name = entry.filename
        # Two names that a Windows or Mac disk would take for one are one.
        if not paths.is_plain(name) or name.lower() in folded:
            raise FileRefused(
                Text(
                    f"In de zip zit een bestand met een naam die niet kan: “{name[:100]}”.",
                    f"The zip holds a file with a name that is not possible: “{name[:100]}”.",
                )
            )
        if entry.compress_type not in _PACKED:
            raise FileRefused(
                Text(
                    f"“{name}” is ingepakt op een manier die hier niet kan. Maak een gewone zip.",
                    f"“{name}” is packed in a way that cannot be read here. Make a plain zip.",
                )
            )
        if entry.flag_bits & 0x1 or stat.S_ISLNK(entry.external_attr >> 16):
            raise FileRefused(
                Text(
                    f"“{name}” is versleuteld of een verwijzing. Maak de zip zonder.",
                    f"“{name}” is encrypted or a link. Make the zip without.",
                )
            )
        content = _read(archive, entry, min(paths.LARGEST_FILE, left))
        left -= len(content)
        found[name] = content
        folded.add(name.lower())
    return found


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """An entry's bytes, counted while they come: what its header says of its size is only a claim."""
    out = bytearray()
    with archive.open(entry) as stream:
        while chunk := stream.read(_READ_AT_ONCE):
            out += chunk
            if len(out) > most:
                raise _too_large()
    return bytes(out)


def _is_junk(name: str) -> bool:
    """What a computer puts into a folder by itself."""
    parts = PurePosixPath(name).parts
    return (
        bool(parts)
        and ".." not in parts
        and any(part in _JUNK or (part.startswith(".") and part != ".") for part in parts)
    )


def _without_outer_folder(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """A zip of a folder holds that folder: `school/meldcode.bpmn` is `meldcode.bpmn`."""
    tops = {path.partition("/")[0] for path in files}
    if len(tops) == 1 and all("/" in path for path in files) and not tops & {"forms", "mails", "examples"}:
        return {path.partition("/")[2]: content for path, content in files.items()}
    return dict(files)


def _must_be_usable(files: Mapping[str, bytes]) -> None:
    findings: list[Finding] = []
    for path, content in sorted(files.items()):
        try:
            paths.checked(path)
            paths.fits(content, path)
            findings += _unreadable(path, content)
        except FileRefused as error:
            findings.append(_finding(path, error.text))
    if findings:
        places = len({one.file for one in findings})
        raise FileRefused(
            Text(
                f"Er is niets opgenomen. Zo niet te gebruiken: {places} "
                f"{'bestand' if places == 1 else 'bestanden'}.",
                f"Nothing was taken in. Not usable like this: {places} {'file' if places == 1 else 'files'}.",
            ),
            findings,
        )


def _unreadable(path: str, content: bytes) -> list[Finding]:
    """What keeps a file from being read at all; what is only wrong in it the desk says later."""
    kind = kind_of(path)
    if kind is Kind.MAIL:
        template, found = read_mail(content, path)
        return [] if template is not None else found
    readers: dict[Kind, Callable[[bytes, str], object]] = {
        Kind.DIAGRAM: read_diagram,
        Kind.TABLE: read_decisions,
        Kind.FORM: read_form,
        Kind.ORGANISATION: lambda data, _: read_organisation(data),
    }
    try:
        if kind in readers:
            readers[kind](content, path)
    except MeldcodeError as error:
        return list(getattr(error, "findings", ())) or [_finding(path, error.text)]
    return []


def _finding(path: str, text: Text) -> Finding:
    remedy = Text("Pas het bestand aan en probeer het opnieuw.", "Change the file and try again.")
    return Finding("file-refused", path, None, text, remedy, Severity.ERROR)


def _too_large() -> FileRefused:
    return FileRefused(
        Text(
            f"De zip is te groot: hooguit {MAX_FILES} bestanden, {paths.LARGEST_FILE // 1024 // 1024} MB per "
            f"bestand en {MAX_TOTAL_BYTES // 1024 // 1024} MB samen.",
            f"The zip is too large: at most {MAX_FILES} files, {paths.LARGEST_FILE // 1024 // 1024} MB each "
            f"and {MAX_TOTAL_BYTES // 1024 // 1024} MB together.",
        )
    )
