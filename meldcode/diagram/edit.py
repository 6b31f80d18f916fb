"""Changing names and texts in a diagram, and leaving every other byte of the file as it was.

Whoever keeps the folder in git sees only what was changed. Where an element stands in the file is asked of
a parser, a value is escaped before it is put there, and the outcome is read again and compared with the
same change made to the tree. A file written in a way this cannot follow is written anew from that tree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from lxml import etree

from meldcode.diagram.names import MELDCODE
from meldcode.diagram.xml import read_xml

_ATTRIBUTE = re.compile(rb"""([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*')""")
_IN_ATTRIBUTES = {'"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}


@dataclass(frozen=True, slots=True)
class Edit:
    """What changes at the element with this `id`.

    `attributes` are set (one of ours as an lxml name, `{urn:meldcode:bpmn:1}role`); `texts` replace the
    text of the first element of that local name inside it, such as `timeDuration`.
    """

    element: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Place:
    """Where an element's start tag and its text stand in the bytes."""

    start: int
    start_end: int
    end: int


def edited(data: bytes, edits: Sequence[Edit], file: str) -> bytes:
    """`data` with these changes; an element that is not there is left alone.

    Raises `DiagramError` when the file cannot be read.
    """
    root = read_xml(data, file)
    elements = {key: one for one in root.iter() if (key := one.get("id"))}
    known = [one for one in edits if one.element in elements]
    order = {one: place for place, one in enumerate(root.iter("*"))}
    changes = [change for one in known for change in _changes(elements[one.element], one, order)]
    if not changes:
        return data
    prefix = next((key for key, uri in root.nsmap.items() if uri == MELDCODE and key), None)
    spliced = _spliced(data, changes, prefix)
    for one in known:
        _apply(elements[one.element], one)
    if spliced is not None and _same(spliced, root, file):
        return spliced
    return bytes(etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8"))


@dataclass(frozen=True, slots=True)
class _Change:
    """One value: an attribute, or without a name the text, of the element that is `place`th in the file."""

    place: int
    name: str | None
    value: str


def _changes(element: etree._Element, edit: Edit, order: Mapping[etree._Element, int]) -> list[_Change]:
    found = [
        _Change(order[element], name, value)
        for name, value in edit.attributes.items()
        if element.get(name) != value
    ]
    for tag, value in edit.texts.items():
        inner = _inside(element, tag)
        if inner is not None and (inner.text or "") != value:
            found.append(_Change(order[inner], None, value))
    return found


def _inside(element: etree._Element, tag: str) -> etree._Element | None:
    return next((one for one in element.iter("*") if etree.QName(one).localname == tag), None)


def _apply(element: etree._Element, edit: Edit) -> None:
    for name, value in edit.attributes.items():
        element.set(name, value)
    for tag, value in edit.texts.items():
        inner = _inside(element, tag)
        if inner is not None:
            inner.text = value


def _same(spliced: bytes, root: etree._Element, file: str) -> bool:
    wanted = etree.tostring(root, method="c14n")
    return bool(etree.tostring(read_xml(spliced, file), method="c14n") == wanted)


def _spliced(data: bytes, changes: Sequence[_Change], prefix: str | None) -> bytes | None:
    """None when the file is not in UTF-8 or is written in another way that cannot be followed."""
    places = _places(data)
    if places is None:
        return None
    pieces: list[tuple[int, int, bytes]] = []
    for change in changes:
        piece = _piece(data, places[change.place], change, prefix)
        if piece is None:
            return None
        pieces.append(piece)
    out = data
    for start, end, text in sorted(pieces, reverse=True):
        out = out[:start] + text + out[end:]
    return out


def _piece(data: bytes, at: _Place, change: _Change, prefix: str | None) -> tuple[int, int, bytes] | None:
    if change.name is None:
        inside = data[at.start_end : at.end]
        if b"<" in inside or at.end < at.start_end:  # comments, or a tag that closes itself
            return None
        return at.start_end, at.end, escape(change.value).encode()
    name = etree.QName(change.name)
    if name.namespace and (name.namespace != MELDCODE or prefix is None):
        return None
    written = (f"{prefix}:" if name.namespace else "") + name.localname
    value = f'"{escape(change.value, _IN_ATTRIBUTES)}"'.encode()
    tag = data[at.start : at.start_end]
    for found in _ATTRIBUTE.finditer(tag):
        if found[1] == written.encode():
            return at.start + found.start(2), at.start + found.end(2), value
    last = max((found.end() for found in _ATTRIBUTE.finditer(tag)), default=None)
    if last is None:
        return None
    return at.start + last, at.start + last, b" " + written.encode() + b"=" + value


def _places(data: bytes) -> list[_Place] | None:
    """Every element in the order of the file. `read_xml` has refused document types and entities before."""
    head = data[:200].lower()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or (b"encoding" in head and b"utf-8" not in head):
        return None
    parser = expat.ParserCreate()
    found: list[_Place] = []
    depth: list[_Place] = []

    def begin(_name: str, _attributes: dict[str, str]) -> None:
        start = parser.CurrentByteIndex
        place = _Place(start, _after_tag(data, start), -1)
        found.append(place)
        depth.append(place)

    def finish(_name: str) -> None:
        depth.pop().end = parser.CurrentByteIndex

    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        return None
    return found


def _after_tag(data: bytes, start: int) -> int:
    """The byte after the `>` of a start tag; one inside quotes does not count."""
    quote = 0
    for at in range(start, len(data)):
        byte = data[at]
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in b"\"'":
            quote = byte
        elif byte == 0x3E:
            return at + 1
    return len(data)


def titles(data: bytes, file: str) -> dict[str, str]:
    """The names of the pools and processes of a diagram, by id. Raises `DiagramError`."""
    return {
        key: name
        for one in read_xml(data, file).iter("*")
        if etree.QName(one).localname in ("participant", "process")
        and (key := one.get("id"))
        and (name := one.get("name"))
    }
