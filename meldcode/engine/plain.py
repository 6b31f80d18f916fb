"""Only plain JSON may enter a case document."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from meldcode.engine.contract import Json, Refused
from meldcode.messages import Text

DEEPEST = 40
# SpiffWorkflow's serializer chooses classes by this key; no stored state may ever hold it.
FORBIDDEN_KEY = "typename"


def plain(values: Mapping[str, Any]) -> dict[str, Json]:
    """A copy of `values` that shares nothing with it.

    Raises `Refused` (kind `not-plain`) for anything but objects with text keys, lists, texts, finite
    numbers, booleans and null, and for the key `typename` at any depth.
    """
    copied = _copy(values, "", 0)
    assert isinstance(copied, dict)  # noqa: S101
    return copied


def _copy(value: Any, path: str, depth: int) -> Json:
    if value is None or type(value) in (bool, str, int):
        return value  # type: ignore[no-any-return]
    if type(value) is float and math.isfinite(value):
        return value
    if depth > DEEPEST:
        raise _refuse(path, "is te diep genest", "is nested too deeply")
    if isinstance(value, Mapping):
        return {
            _key(key, path): _copy(inner, f"{path}.{key}" if path else key, depth + 1)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_copy(inner, f"{path}[{index}]", depth + 1) for index, inner in enumerate(value)]
    raise _refuse(path, "is geen gewone waarde", "is not a plain value")


def _key(key: Any, path: str) -> str:
    if not isinstance(key, str):
        raise _refuse(path, "heeft een sleutel die geen tekst is", "has a key that is not a text")
    if key == FORBIDDEN_KEY:
        raise _refuse(path or key, f"gebruikt de verboden sleutel '{key}'", f"uses the forbidden key '{key}'")
    return key


def _refuse(path: str, dutch: str, english: str) -> Refused:
    where = path or "-"
    return Refused("not-plain", Text(f"Het antwoord '{where}' {dutch}.", f"The answer '{where}' {english}."))
