"""A case document as the proof carries it: every value beside its text, so that comparing costs nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meldcode.feel import Json

NOTHING = "null"


_encode = json.JSONEncoder(sort_keys=True, default=str).encode


def as_text(value: Any) -> str:
    """A value as JSON text: equal texts, equal values."""
    if value is None:
        return NOTHING
    if value is True:
        return "true"
    return _encode(value)


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """`texts` holds, for each name in `values`, its value as text. Never changed: writing makes a new one."""

    values: Mapping[str, Json]
    texts: Mapping[str, str]

    @classmethod
    def of(cls, values: Mapping[str, Json]) -> Document:
        return cls(values, {name: as_text(value) for name, value in values.items()})

    def written(self, other: Document) -> Document:
        """This document with everything in another one written over it."""
        return Document({**self.values, **other.values}, {**self.texts, **other.texts})

    def shown(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The values of these names as texts; what is missing is null, as in FEEL."""
        texts = self.texts
        return tuple([texts.get(name, NOTHING) for name in names])


EMPTY = Document({}, {})
