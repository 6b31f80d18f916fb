"""All differences between two versions, those that mean something first."""

from __future__ import annotations

from meldcode.compare.diagrams import compare_diagrams
from meldcode.compare.difference import Difference, Kind
from meldcode.compare.forms import compare_forms
from meldcode.compare.tables import compare_tables
from meldcode.compare.texts import compare_mails, compare_organisations, compare_others
from meldcode.definition import Version
from meldcode.definition.organisation import FILE
from meldcode.messages import Text


def compare(old: Version, new: Version) -> tuple[Difference, ...]:
    """What is different in `new`, as sentences in the order diagrams, tables, forms, mails, organisation.

    Nothing that differs goes unsaid: a file whose bytes changed without any difference that can be told
    (white space, colours, the order of attributes) is noted as such.
    """
    if old == new:
        return ()
    found = [
        *compare_diagrams(old, new),
        *compare_tables(old, new),
        *compare_forms(old, new),
        *compare_mails(old, new),
        *compare_organisations(old, new),
        *compare_others(old, new),
    ]
    found += _written_otherwise(old, new, {difference.file for difference in found})
    return tuple(sorted(found, key=lambda difference: not difference.has_meaning))


def _written_otherwise(old: Version, new: Version, told: set[str]) -> list[Difference]:
    found = []
    for path in sorted(old.files.keys() & new.files.keys()):
        if path in told or old.files[path] == new.files[path]:
            continue
        if _read(old, path) == _read(new, path):
            text = Text(
                f"{path} is anders opgeslagen; de betekenis is gelijk.",
                f"{path} is stored differently; it means the same.",
            )
            found.append(Difference(Kind.NOTED, path, None, text))
        else:
            text = Text(
                f"{path} is veranderd. Bekijk het bestand om te zien wat.",
                f"{path} changed. Look at the file to see what.",
            )
            found.append(Difference(Kind.CHANGED, path, None, text))
    return found


def _read(version: Version, path: str) -> object:
    """What a file means to the software: equal values run and read alike."""
    if path == FILE:
        return version.organisation
    if path in version.diagrams:
        diagram = version.diagrams[path]
        return diagram.processes, diagram.lanes, diagram.nodes, diagram.flows, diagram.messages
    if path in version.forms:
        return version.forms[path]
    mails = [mail for mail in version.mails.values() if mail.file == path]
    return mails or [one for one in version.decisions.values() if one.file == path]
