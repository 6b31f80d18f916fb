"""Compiles the pages' translations (`python tools/translations.py`), or checks them (`--check`).

A translation is compiled where the program runs and never committed. The check refuses what a person would
notice on a page: a sentence without a translation, a doubtful (fuzzy) one, a placeholder that got lost.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent


def catalogs() -> list[Path]:
    """Every translation file of the pages."""
    return sorted((ROOT / "web" / "translations").glob("*/LC_MESSAGES/*.po"))


def read(path: Path) -> Catalog:
    """One translation file; its folder names the language. Raises on a line that cannot be read."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, abort_invalid=True)


def problems(path: Path) -> list[str]:
    """What is wrong in one translation file, a line for each sentence."""
    found: list[str] = []
    for message in read(path):
        if not message.id:
            continue  # the header
        where = f"{path.relative_to(ROOT)}:{message.lineno}: “{message.id}”"
        said = message.string
        strings = list(said) if isinstance(said, (list, tuple)) else [said or ""]
        if not all(strings):
            found.append(f"{where} has no translation")
        elif message.fuzzy:
            found.append(f"{where} is marked fuzzy: look at it and take the mark away")
        elif placeholders(strings[-1]) != placeholders(message.id):
            found.append(f"{where} has other placeholders than its translation")
        found += [f"{where}: {error}" for error in message.check()]
    return found


def placeholders(text: str | Sequence[str]) -> set[str]:
    """The names that are filled in: `%(name)s`; of a singular and a plural, those of the plural."""
    return set(re.findall(r"%\((\w+)\)", text if isinstance(text, str) else text[-1]))


def main() -> None:
    if "--check" in sys.argv[1:]:
        found = [line for path in catalogs() for line in problems(path)]
        print("\n".join(found) or f"{len(catalogs())} translation files are complete")
        sys.exit(1 if found else 0)
    for path in catalogs():
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, read(path))


if __name__ == "__main__":
    main()
