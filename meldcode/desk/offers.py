"""What an editor can offer to choose from: roles, forms with their fields, tables, mails, names of data.

Each file is read by itself; one that cannot be read offers nothing, and is in the findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

from meldcode.decision import Decision, read_decisions
from meldcode.decision.table import RULE_KEY, SINGLE_HIT
from meldcode.definition.mails import MailTemplate, read_mail
from meldcode.definition.organisation import Organisation, read_organisation
from meldcode.desk.paths import ORGANISATION, Kind, kind_of
from meldcode.diagram import read_diagram
from meldcode.diagram.model import Diagram
from meldcode.form import Field, Form, Group, Option, Rows, read_form
from meldcode.form.parts import Keyed, keyed
from meldcode.messages import MeldcodeError

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that a condition can read: `path` with dots, what people call it, its type and values."""

    path: str
    label: str
    type: str
    options: tuple[Option, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class Offers:
    """Everything readable in a draft, by file or id."""

    organisation: Organisation | None
    diagrams: Mapping[str, Diagram]
    forms: Mapping[str, Form]
    decisions: Mapping[str, tuple[str, Decision]]  # id → its file and the table
    mails: Mapping[str, MailTemplate]
    variables: tuple[Variable, ...]


def offers(contents: Mapping[str, bytes]) -> Offers:
    """What these files have to offer. Never raises for what is in a file."""
    forms = dict(_all(contents, Kind.FORM, read_form))
    tables = dict(_all(contents, Kind.TABLE, read_decisions))
    decisions = {one.id: (file, one) for file, found in reversed(tables.items()) for one in found}
    mails = {file: read_mail(contents[file], file)[0] for file in _of(contents, Kind.MAIL)}
    found = _try(ORGANISATION, contents.get(ORGANISATION), lambda data, _: read_organisation(data))
    return Offers(
        organisation=found,
        diagrams=dict(_all(contents, Kind.DIAGRAM, read_diagram)),
        forms=forms,
        decisions=dict(sorted(decisions.items())),
        mails={file: mail for file, mail in mails.items() if mail is not None},
        variables=tuple(_variables(forms, decisions)),
    )


def _of(contents: Mapping[str, bytes], kind: Kind) -> list[str]:
    return [path for path in sorted(contents) if kind_of(path) is kind]


def _all(
    contents: Mapping[str, bytes], kind: Kind, read: Callable[[bytes, str], Read]
) -> Iterator[tuple[str, Read]]:
    for path in _of(contents, kind):
        found = _try(path, contents[path], read)
        if found is not None:
            yield path, found


def _try(path: str, data: bytes | None, read: Callable[[bytes, str], Read]) -> Read | None:
    try:
        return None if data is None else read(data, path)
    except MeldcodeError:
        return None


def _variables(
    forms: Mapping[str, Form], decisions: Mapping[str, tuple[str, Decision]]
) -> Iterator[Variable]:
    seen = set[str]()
    for file, form in forms.items():
        for one in _fields("", tuple(form.fields.values()), file):
            if one.path not in seen:
                seen.add(one.path)
                yield one
    for key, (file, decision) in decisions.items():
        if decision.hit_policy not in SINGLE_HIT:
            yield Variable(key, decision.name, "list", file=file)
            continue
        for place, output in enumerate(decision.outputs):
            label = f"{decision.name}: {output.label or output.name}"
            yield Variable(f"{key}.{output.name}", label, "text", _answers(decision, place), file)
        yield Variable(f"{key}.{RULE_KEY}", f"{decision.name}: {RULE_KEY}", "number", file=file)


def _fields(before: str, parts: tuple[Keyed, ...], file: str) -> Iterator[Variable]:
    for part in parts:
        path = f"{before}{part.key}"
        if isinstance(part, Field):
            yield Variable(path, part.label, part.type, part.options, file)
        elif isinstance(part, Group):
            yield from _fields(f"{path}.", tuple(keyed(part.parts)), file)
        elif isinstance(part, Rows):
            yield Variable(path, part.label or part.key, part.type, file=file)


def _answers(decision: Decision, place: int) -> tuple[Option, ...]:
    """The texts a table can answer in one column, in the order of its rules."""
    texts = (rule.answers[place] for rule in decision.rules)
    plain = (answer.text.strip() for answer in texts if answer is not None)
    quoted = dict.fromkeys(text[1:-1] for text in plain if len(text) > 1 and text[0] == text[-1] == '"')
    return tuple(Option(text, text) for text in quoted)


def mail_name(file: str) -> str:
    """How a diagram names a mail: the file's name without folder and ending."""
    return PurePosixPath(file).stem
