"""Writing `organisation.toml`: a table of values as text, each value written as TOML wants it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ABOUT = {
    "decides": "Wie is eindverantwoordelijk voor het besluit om te melden?",
    "supervises": "Wie ziet waar elke zaak staat en waar iets blijft liggen? Zonder inhoud.",
    "administers": "Wie beheert de accounts? Ziet geen zaken.",
    "designs": "Wie werkt aan de volgende versie van deze meldcode? Ziet geen zaken.",
    "publishing": "Moet iemand anders ja zeggen voordat een nieuwe versie geldt? En wie dan?",
    "calendar": "Landelijke feestdagen zitten al in de kalender.",
}


def as_toml(table: Mapping[str, Any]) -> bytes:
    """`table` (what `tomllib` reads) as a file that reads back to the same table."""
    return ("\n".join(_lines(table, ())).strip("\n") + "\n").encode()


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    for key, value in table.items():
        if not _has_heading(value):
            if not path and key in _ABOUT:
                yield f"\n# {_ABOUT[key]}"
            yield f"{_key(key)} = {_value(value)}"
    for key, value in table.items():
        place = (*path, key)
        heading = ".".join(map(_key, place))
        if isinstance(value, Mapping):
            if not path and key in _ABOUT:
                yield f"\n# {_ABOUT[key]}"
            if not value or any(not _has_heading(one) for one in value.values()):
                yield f"{'' if len(place) == 1 and key in _ABOUT else chr(10)}[{heading}]"
            yield from _lines(value, place)
        elif _has_heading(value):
            for one in value:
                yield f"\n[[{heading}]]"
                yield from _lines(one, place)


def _has_heading(value: object) -> bool:
    """A table, or a list of tables that hold lists themselves (people); a list of periods stays a line."""
    if isinstance(value, Mapping):
        return True
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(one, Mapping) and any(isinstance(inner, list) for inner in one.values())
            for one in value
        )
    )


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        if value and all(isinstance(one, Mapping) for one in value):
            return "[\n" + "".join(f"  {_value(one)},\n" for one in value) + "]"
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value)


def _text(text: str) -> str:
    """A basic string of TOML: what JSON writes is one, but for a character TOML does not want bare."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
