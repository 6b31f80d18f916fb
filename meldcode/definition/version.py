"""A version: every file of one organisation's folder, read, and named by the hash of its bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TypeVar

from meldcode.decision import Decision, read_decisions
from meldcode.definition.errors import DefinitionError
from meldcode.definition.mails import MailTemplate, read_mail
from meldcode.definition.organisation import FILE, Organisation, read_organisation
from meldcode.diagram.model import Diagram, Flow, Node, Process
from meldcode.diagram.read import read_diagram
from meldcode.form import Form, read_form
from meldcode.messages import Finding, MeldcodeError, Text

Read = TypeVar("Read")

MAX_FILES = 500
MAX_TOTAL_BYTES = 20 * 1024 * 1024
MAIN_FILE = "meldcode.bpmn"


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One immutable version of an organisation's meldcode.

    `id` is the sha256 (hex) over its sorted paths and bytes; two versions with one id are equal.
    `nodes` and `flows` are those of all diagrams; ids are unique over the version (a finding says
    where they are not, and then the first drawn counts). `main_process` is empty when the diagrams
    do not name exactly one. `forms` has the file as key, `decisions` the decision's id, `mails` the
    file's stem.
    """

    id: str
    files: Mapping[str, bytes]
    organisation: Organisation
    diagrams: Mapping[str, Diagram]
    processes: Mapping[str, Process]
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    forms: Mapping[str, Form]
    decisions: Mapping[str, Decision]
    mails: Mapping[str, MailTemplate]
    main_process: str
    decision_files: Mapping[str, str] = field(default_factory=dict)  # decision id -> its file

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def other_starts(self) -> tuple[Process, ...]:
        """Further ways a case can begin besides the main process, such as a hand-over from another party."""
        found = [key for key in main_candidates(self.diagrams) if key != self.main_process]
        return tuple(self.processes[key] for key in found)

    def form_of(self, node_id: str) -> Form | None:
        """The form of a task, or None when it has none (or names a file that is not there)."""
        node = self.nodes.get(node_id)
        return self.forms.get(node.form) if node and node.form else None

    def diagram_of(self, process_id: str) -> Diagram | None:
        """The diagram that draws a process."""
        return next((d for d in self.diagrams.values() if process_id in d.processes), None)


def read_folder(path: Path) -> Version:
    """Read an organisation's folder. Hidden files are left out.

    Raises `DefinitionError` with every file that cannot be read.
    """
    if not path.is_dir():
        raise DefinitionError(
            [
                Finding(
                    "folder-missing",
                    str(path),
                    None,
                    Text("Deze map bestaat niet.", "This folder does not exist."),
                    Text(
                        "Geef de map van een organisatie, met organisation.toml erin.",
                        "Give an organisation's folder, with organisation.toml in it.",
                    ),
                )
            ]
        )
    files: dict[str, bytes] = {}
    total = 0
    for file in _visible_files(path):
        total += file.stat().st_size
        if len(files) >= MAX_FILES or total > MAX_TOTAL_BYTES:
            raise _too_much(str(path))
        files[file.relative_to(path).as_posix()] = file.read_bytes()
    return read_files(files)


def _visible_files(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        # A link could point at anything outside the folder and would be published with it.
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _visible_files(entry)
        elif entry.is_file():
            yield entry


def read_files(files: Mapping[str, bytes]) -> Version:
    """Read a version from its files (path inside the folder, with `/`, → bytes).

    Raises `DefinitionError` with a finding for every file that cannot be read, all at once.
    """
    if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_TOTAL_BYTES:
        raise _too_much("")
    return _read(tuple(sorted(files.items())))


@lru_cache(maxsize=8)  # the same few are read again and again, and nothing in a version changes
def _read(files: tuple[tuple[str, bytes], ...]) -> Version:
    return _Reading(dict(files)).version()


def version_id(files: Mapping[str, bytes]) -> str:
    """The name of a version: sha256 over its paths and bytes, with lengths so that none can shift."""
    digest = hashlib.sha256()
    for path in sorted(files):
        name = path.encode("utf-8")
        digest.update(f"{len(name)} {len(files[path])}\n".encode())
        digest.update(name)
        digest.update(files[path])
    return digest.hexdigest()


def _too_much(path: str) -> DefinitionError:
    return DefinitionError(
        [
            Finding(
                "folder-too-large",
                path,
                None,
                Text(
                    f"De map heeft meer dan {MAX_FILES} bestanden of is groter dan "
                    f"{MAX_TOTAL_BYTES // 1024 // 1024} MB.",
                    f"The folder has more than {MAX_FILES} files or is larger than "
                    f"{MAX_TOTAL_BYTES // 1024 // 1024} MB.",
                ),
                Text(
                    "Bewaar hier alleen diagrammen, formulieren, tabellen, mails en voorbeelden.",
                    "Keep only diagrams, forms, tables, mails and examples here.",
                ),
            )
        ]
    )


class _Reading:
    """Reads all files and remembers what is wrong, so that one look shows everything."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.findings: list[Finding] = []

    def version(self) -> Version:
        for path in self.files:
            self._check_path(path)
        organisation = self._organisation()
        diagrams = self._diagrams()
        forms = self._forms()
        decisions, decision_files = self._decisions()
        mails = self._mails()
        if self.findings or organisation is None:
            raise DefinitionError(self.findings)
        return Version(
            id=version_id(self.files),
            files=self.files,
            organisation=organisation,
            diagrams=diagrams,
            processes=_first_of(diagram.processes for diagram in diagrams.values()),
            nodes=_first_of(diagram.nodes for diagram in diagrams.values()),
            flows=_first_of(diagram.flows for diagram in diagrams.values()),
            forms=forms,
            decisions=decisions,
            mails=mails,
            main_process=main_process(diagrams),
            decision_files=decision_files,
        )

    def _check_path(self, path: str) -> None:
        parts = PurePosixPath(path).parts
        plain = all(part not in {"..", "/"} and not part.startswith(".") for part in parts)
        if not parts or not plain or "\\" in path or any(ord(char) < 32 for char in path):
            self.findings.append(
                Finding(
                    "path-unusual",
                    path,
                    None,
                    Text("Deze bestandsnaam is niet toegestaan.", "This file name is not allowed."),
                    Text(
                        "Gebruik gewone namen zonder punt vooraan en zonder `..`.",
                        "Use plain names that do not begin with a dot, and no `..`.",
                    ),
                )
            )

    def _named(self, suffix: str, folder: str | None = None) -> list[str]:
        return [
            path
            for path in self.files
            if path.endswith(suffix) and (folder is None or path.startswith(folder))
        ]

    def _organisation(self) -> Organisation | None:
        if FILE not in self.files:
            self.findings.append(
                Finding(
                    "organisation-missing",
                    FILE,
                    None,
                    Text(
                        "Het bestand organisation.toml ontbreekt.", "The file organisation.toml is missing."
                    ),
                    Text(
                        "Maak het met naam, sector, rollen en wie beslist.",
                        "Make it, with name, sector, roles and who decides.",
                    ),
                )
            )
            return None
        return self._try(FILE, lambda data, _: read_organisation(data))

    def _diagrams(self) -> dict[str, Diagram]:
        paths = self._named(".bpmn")
        if not paths:
            self.findings.append(
                Finding(
                    "diagram-missing",
                    MAIN_FILE,
                    None,
                    Text("Er is geen diagram (.bpmn).", "There is no diagram (.bpmn)."),
                    Text(
                        f"Teken het proces en bewaar het als {MAIN_FILE}.",
                        f"Draw it and save it as {MAIN_FILE}.",
                    ),
                )
            )
        read = {path: self._try(path, read_diagram) for path in paths}
        return {path: diagram for path, diagram in read.items() if diagram is not None}

    def _forms(self) -> dict[str, Form]:
        read = {path: self._try(path, read_form) for path in self._named(".form")}
        return {path: form for path, form in read.items() if form is not None}

    def _decisions(self) -> tuple[dict[str, Decision], dict[str, str]]:
        decisions: dict[str, Decision] = {}
        where: dict[str, str] = {}
        for path in self._named(".dmn"):
            for decision in self._try(path, read_decisions) or ():
                if decision.id in decisions:
                    self.findings.append(_decision_twice(path, decision.id, where[decision.id]))
                    continue
                decisions[decision.id] = decision
                where[decision.id] = path
        return decisions, where

    def _mails(self) -> dict[str, MailTemplate]:
        mails: dict[str, MailTemplate] = {}
        for path in self._named(".md", "mails/"):
            template, findings = read_mail(self.files[path], path)
            if template is None:
                self.findings += findings
            else:
                mails[PurePosixPath(path).stem] = template
        return mails

    def _try(self, path: str, read: Callable[[bytes, str], Read]) -> Read | None:
        try:
            return read(self.files[path], path)
        except MeldcodeError as error:
            found = getattr(error, "findings", ())
            self.findings += found or [
                Finding(
                    "file-unreadable",
                    path,
                    None,
                    error.text,
                    Text("Maak het bestand opnieuw.", "Make the file again."),
                )
            ]
            return None


def _decision_twice(path: str, decision: str, first: str) -> Finding:
    return Finding(
        "decision-twice",
        path,
        decision,
        Text(
            f"De beslistabel `{decision}` staat ook in {first}.",
            f"The decision table `{decision}` is in {first} as well.",
        ),
        Text("Geef een van beide een ander id.", "Give one of them another id."),
    )


def _first_of(mappings: Iterable[Mapping[str, Read]]) -> dict[str, Read]:
    merged: dict[str, Read] = {}
    for mapping in mappings:
        for key, value in mapping.items():
            merged.setdefault(key, value)
    return merged


def main_candidates(diagrams: Mapping[str, Diagram]) -> list[str]:
    """The processes a case can begin in: executable, called by nobody, with a plain start event."""
    called = {node.called_element for diagram in diagrams.values() for node in diagram.nodes.values()}
    return [
        process.id
        for diagram in diagrams.values()
        for process in diagram.processes.values()
        if process.executable
        and process.id not in called
        and any(
            node.kind == "startEvent" and node.parent == process.id and node.event is None
            for node in diagram.nodes.values()
        )
    ]


def main_process(diagrams: Mapping[str, Diagram]) -> str:
    """The one process a case begins in; with several, the one in `meldcode.bpmn`. Else empty."""
    candidates = main_candidates(diagrams)
    if len(candidates) > 1 and MAIN_FILE in diagrams:
        candidates = [key for key in candidates if key in diagrams[MAIN_FILE].processes]
    return candidates[0] if len(candidates) == 1 else ""
