"""Signs in a file that nobody can see: they turn words around, or make two words look the same.

With one of them a condition can look like `"ja"` and never hold, and who approves a version would not read
it. So none is taken, written plainly or as an escape of XML, JSON or TOML.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from meldcode.messages import Finding, Text

#: Letters and signs by their category that show nothing, or an empty place.
_EMPTY = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_JOINER, _BEGIN = "\u200d", "\ufeff"
_ESCAPED = re.compile(
    r"&#(?:[xX]0*([0-9a-fA-F]{1,6})|0*([0-9]{1,7}));|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})"
)
# What may hold such a sign is not read when nothing outside ASCII and no escape is in it, which is usual.
_PERHAPS = re.compile(rb"&#|\\[uU]|[\x80-\xff]")


def findings(files: Mapping[str, bytes]) -> list[Finding]:
    """An error for each file with such a sign, at the first one."""
    found = []
    for path, content in sorted(files.items()):
        where = next(_hidden(content), None)
        if where is not None:
            found.append(_finding(path, *where))
    return found


def _hidden(content: bytes) -> Iterator[tuple[int, str]]:
    """The line of each hidden sign, from 1, and the sign."""
    if _PERHAPS.search(content) is None:
        return
    text = content.decode("utf-8", "replace").removeprefix(_BEGIN)
    for number, line in enumerate(text.split("\n"), 1):
        if line.isascii() and "&#" not in line and "\\" not in line:
            continue
        seen = _ESCAPED.sub(_unescaped, line)
        before = " "
        for sign in seen:
            if not sign.isascii() and is_hidden(sign) and not (sign == _JOINER and _is_picture(before)):
                yield number, sign
            before = sign


def is_hidden(sign: str) -> bool:
    """Does this sign show nothing of itself?"""
    return unicodedata.category(sign) == "Cf" or sign in _EMPTY


def _is_picture(sign: str) -> bool:
    # some pictures are several joined together
    return unicodedata.category(sign) in ("So", "Sk", "Mn")


def _unescaped(found: re.Match[str]) -> str:
    sixteen, ten, *others = found.groups()
    number = int(ten) if ten else int(sixteen or next(filter(None, others)), 16)
    return chr(number) if number < 0x11_0000 else ""


def _finding(path: str, line: int, sign: str) -> Finding:
    name = f"U+{ord(sign):04X}"
    return Finding(
        "hidden-sign",
        path,
        None,
        Text(
            f"Op regel {line} staat een teken dat niemand ziet ({name}). "
            "Daardoor kan er iets anders staan dan u leest.",
            f"On line {line} stands a sign that nobody sees ({name}). "
            "So it may say something else than you read.",
        ),
        Text(
            "Typ de tekst op die plek opnieuw, of plak haar zonder opmaak.",
            "Type the text there anew, or paste it without formatting.",
        ),
    )
