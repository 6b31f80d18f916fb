"""form-js JSON (as the editor of @bpmn-io/form-js 1.23 writes it) → a `Form`, or findings for its designer.

Only what a caseworker's page can show well and the server can check is let through. Everything is read
before anything is said, so a designer gets all findings at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from meldcode.feel import Expression, FeelError, expression
from meldcode.form import refusals
from meldcode.form.conditions import SPECIAL_NAMES, circle, names_read
from meldcode.form.fields import FieldReader, begin_of, property_of
from meldcode.form.form import Form, FormError
from meldcode.form.notes import Notes
from meldcode.form.parts import MOST_ROWS, Gap, Group, Part, Prose, Rows, keyed
from meldcode.form.prose import LONGEST, ProseError, is_template, read_prose
from meldcode.form.values import clean, whole_unicode
from meldcode.messages import Finding, Severity, Text

LARGEST_FILE = 512 * 1024
MOST_PARTS = 400
MOST_QUESTIONS = 10_000
"""Questions on one page when every list is full: about a second's work to show."""
DEEPEST = 6
SCHEMA_VERSION = 19
"""The schema of form-js 1.23."""

_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
_INPUTS = frozenset(
    {"textfield", "textarea", "number", "datetime", "checkbox", "checklist", "radio", "select"}
)


def read_form(data: bytes, file: str) -> Form:
    """One `.form` file → `Form`.

    Parameters: `data`, at most 512 kB of UTF-8 JSON; `file`, its path in the organisation's folder,
    used in findings and, without an `id` in the schema, as the form's id.
    Raises `FormError` with every finding when the form cannot be used.
    """
    schema = _json(data, file)
    notes = Notes(file)
    if "typename" in _keys(schema):
        notes.add("form-typename", None, *refusals.TYPENAME)
    if schema.get("type", "default") != "default" or not isinstance(schema.get("components"), list):
        raise FormError([Finding("form-unreadable", file, None, *refusals.NOT_A_FORM)])
    version = schema.get("schemaVersion")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        notes.add("form-newer", None, *refusals.newer(version), Severity.WARNING)
    parts = _Reader(notes).parts(schema["components"], depth=0)
    if questions(parts) > MOST_QUESTIONS:
        notes.add("form-too-large", None, *refusals.TOO_MANY_QUESTIONS)
    if notes.usable and (path := circle(parts)):
        notes.add("form-condition-circle", ".".join(path), *refusals.CIRCLE)
    if not notes.usable:
        raise FormError(notes.findings)
    return Form(
        id=_id(schema.get("id"), file),
        file=file,
        parts=parts,
        fields={part.key: part for part in keyed(parts)},
        variables=names_read(parts),
        warnings=tuple(notes.findings),
    )


def questions(parts: Sequence[Part]) -> int:
    """How many questions one page can hold, with each list as long as it may get."""
    number = 0
    for part in parts:
        if isinstance(part, Rows):
            number += MOST_ROWS * questions(part.parts)
        elif isinstance(part, Group):
            number += questions(part.parts)
        else:
            number += 1
    return number


def _id(given: object, file: str) -> str:
    return (
        given
        if isinstance(given, str) and re.fullmatch(r"[\w.-]{1,100}", given)
        else PurePosixPath(file).stem
    )


def _json(data: bytes, file: str) -> dict[str, Any]:
    """The file as a JSON object of a sane size and depth, or `FormError`."""

    def refuse(what: tuple[Text, Text]) -> FormError:
        return FormError([Finding("form-unreadable", file, None, *what)])

    if len(data) > LARGEST_FILE:
        raise refuse(refusals.TOO_LARGE)
    try:
        schema = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise refuse(refusals.NOT_JSON) from error
    if not isinstance(schema, dict):
        raise refuse(refusals.NOT_A_FORM)
    level: list[Any] = [schema]
    for _ in range(8 * DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
    if level:
        raise refuse(refusals.TOO_DEEP)
    return schema


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _inside(value: Any) -> list[Any]:
    """What a JSON array or object holds; nothing for a scalar."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _keys(value: Any) -> set[str]:
    """Every key of every object inside."""
    own = set(value) if isinstance(value, dict) else set()
    return own.union(*(_keys(inner) for inner in _inside(value)))


class _Reader:
    """Walks the components; what is wrong goes to `notes`, what is right into the parts."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.fields = FieldReader(notes)
        self.count = 0

    def parts(
        self, components: Sequence[Any], *, depth: int, taken: set[str] | None = None, inside: bool = False
    ) -> tuple[Part, ...]:
        """The components of one level. `taken` are the keys of this level, `inside`: not at the top."""
        taken = set() if taken is None else taken
        read = [self._part(component, depth=depth, taken=taken, inside=inside) for component in components]
        return tuple(part for part in read if part is not None)

    def _part(self, component: Any, *, depth: int, taken: set[str], inside: bool) -> Part | None:
        self.count += 1
        if self.count > MOST_PARTS:
            if self.count == MOST_PARTS + 1:
                self.notes.add("form-too-large", None, *refusals.TOO_MANY_PARTS)
            return None
        if not isinstance(component, dict) or not isinstance(component.get("type"), str):
            self.notes.add("form-component", None, *refusals.NO_TYPE)
            return None
        self.notes.at(component, self.count)
        kind = component["type"]
        if kind == "button" and component.get("action", "submit") == "submit":
            return None  # the editor starts every form with one; the page brings its own
        hide = self._hide(component)
        if kind in _INPUTS:
            key = self._key(component.get("key"), taken)
            return self.fields.field(component, kind, key, hide, inside)
        match kind:
            case "text":
                return self._prose(component, hide)
            case "spacer" | "separator":
                return Gap(line=kind == "separator", hide=hide)
            case "group" | "dynamiclist" if depth >= DEEPEST:
                self.notes.here("form-too-deep", *refusals.TOO_DEEP)
                return None
            case "group":
                return self._group(component, hide, depth, taken, inside)
            case "dynamiclist":
                return self._rows(component, hide, depth, taken)
        self.notes.here("form-component", *refusals.component(clean(kind[:40], lines=False)))
        return None

    def _key(self, key: object, taken: set[str]) -> str:
        """The key when it may be used, else "" and a finding."""
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            dotted = isinstance(key, str) and "." in key
            self.notes.here("form-key", *(refusals.DOTTED_KEY if dotted else refusals.BAD_KEY))
            return ""
        if key in SPECIAL_NAMES or key == "typename" or not _readable(key):
            self.notes.here("form-key", *refusals.RESERVED_KEY)
        elif key in taken:
            self.notes.here("form-key-double", *refusals.DOUBLE_KEY)
        taken.add(key)
        return key

    def _hide(self, component: Mapping[str, Any]) -> Expression | None:
        conditional = component.get("conditional")
        source = conditional.get("hide") if isinstance(conditional, dict) else conditional
        if source is None or source == "":
            return None
        if not isinstance(source, str) or not source.startswith("="):
            self.notes.here("form-condition", *refusals.NOT_A_CONDITION)
            return None
        try:
            return expression(source)
        except FeelError as error:
            self.notes.here("form-condition", *refusals.condition(error))
            return None

    def _prose(self, component: Mapping[str, Any], hide: Expression | None) -> Prose | None:
        text = component.get("text", "")
        if not isinstance(text, str) or not whole_unicode(text):
            self.notes.here("form-text", *refusals.ODD_TEXT)
            return None
        if len(text) > LONGEST:
            self.notes.here("form-text", *refusals.LONG_TEXT)
            return None
        try:
            return read_prose(clean(text, lines=True), hide)
        except ProseError as error:
            self.notes.here("form-text", *refusals.prose(error.reason, error.feel))
            return None

    def _group(
        self, component: Mapping[str, Any], hide: Expression | None, depth: int, taken: set[str], inside: bool
    ) -> Group:
        at = self.notes.place
        path = component.get("path") or ""
        key = self._key(path, taken) if path else ""
        label = self.label(component)
        parts = self.parts(
            self._components(component),
            depth=depth + 1,
            taken=set() if path else taken,
            inside=inside or bool(path),
        )
        self.notes.place = at
        return Group(key=key, label=label, parts=parts, hide=hide)

    def _rows(
        self, component: Mapping[str, Any], hide: Expression | None, depth: int, taken: set[str]
    ) -> Rows | None:
        at = self.notes.place
        key = self._key(component.get("path"), taken)
        label = self.label(component)
        if not label:
            self.notes.here("form-label", *refusals.NO_LABEL)
        start = component.get("defaultRepetitions", 1)
        if not isinstance(start, int) or isinstance(start, bool) or not 0 <= start <= 20:
            self.notes.here("form-limit", *refusals.BAD_ROWS)
            start = 1
        parts = self.parts(self._components(component), depth=depth + 1, inside=True)
        self.notes.place = at
        fixed = component.get("allowAddRemove", True) is False
        return Rows(
            key=key,
            label=label,
            parts=parts,
            start=start,
            begin=begin_of(component, self.notes),
            fixed=fixed,
            hide=hide,
            required=property_of(component, "required") == "true" and not fixed,
        )

    def _components(self, component: Mapping[str, Any]) -> list[Any]:
        components = component.get("components")
        if isinstance(components, list) and components:
            return components
        self.notes.here("form-empty-group", *refusals.EMPTY_GROUP)
        return []

    def label(self, component: Mapping[str, Any]) -> str:
        """The heading of a group or list; empty is allowed for a group."""
        label = component.get("label") or ""
        if not isinstance(label, str) or len(label) > 300 or not whole_unicode(label) or is_template(label):
            self.notes.here("form-label", *refusals.BAD_LABEL)
            return ""
        return clean(label, lines=False)


def _readable(key: str) -> bool:
    """Whether FEEL reads this word as a variable and not as a word of its own (`and`, `if`, `null`)."""
    try:
        return expression(key).paths == frozenset({(key,)})
    except FeelError:
        return False
