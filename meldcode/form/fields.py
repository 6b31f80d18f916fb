"""The properties of one form-js input component → a `Field`, with a finding for each that cannot hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from meldcode.feel import Expression, FeelError, expression
from meldcode.form import refusals
from meldcode.form.notes import Notes
from meldcode.form.parts import Field, FieldType, Option
from meldcode.form.prose import is_template
from meldcode.form.values import LONGEST_LINE, LONGEST_TEXT, clean, read, whole_unicode

MOST_OPTIONS = 200
_SUBTYPES = ("date", "time", "datetime")
_EDITOR_LABELS = ("Date", "Time", "Date time")
"""What the editor fills in itself, in English; a caseworker should not meet it."""


def property_of(component: Mapping[str, Any], name: str) -> object:
    """One of the custom properties that the editor lets a designer add to anything."""
    properties = component.get("properties")
    return properties.get(name) if isinstance(properties, dict) else None


def begin_of(component: Mapping[str, Any], notes: Notes) -> Expression | None:
    """The property `begin`: what a list or a day begins with, or None."""
    source = property_of(component, "begin")
    if source is None or source == "":
        return None
    if not isinstance(source, str) or not source.startswith("="):
        notes.here("form-begin", *refusals.NOT_AN_EXPRESSION)
        return None
    try:
        return expression(source)
    except FeelError as error:
        notes.here("form-begin", *refusals.begin(error))
        return None


class FieldReader:
    """Reads input components; `notes` knows which one."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def field(
        self, component: Mapping[str, Any], kind: FieldType, key: str, hide: Expression | None, inside: bool
    ) -> Field | None:
        """The field, or None when its key could not be read (the finding is there already)."""
        validate = component.get("validate") or {}
        if not isinstance(validate, dict):
            self.notes.here("form-limit", *refusals.BAD_LIMIT)
            validate = {}
        readonly = self._readonly(component, inside)
        appearance = component.get("appearance")
        appearance = appearance if isinstance(appearance, dict) else {}
        field = Field(
            key=key,
            type=kind,
            label=self._label(component, kind),
            hide=hide,
            required=validate.get("required") is True and not readonly,
            readonly=readonly,
            description=self._text(component.get("description"), 2_000),
            options=self._options(component) if kind in ("radio", "select", "checklist") else (),
            prefix=self._text(appearance.get("prefixAdorner"), 80),
            suffix=self._text(appearance.get("suffixAdorner"), 80),
            begin=self._begin(component, kind),
            **self._limits(component, validate, kind),
        )
        return self._with_default(field, component) if key else None

    def _begin(self, component: Mapping[str, Any], kind: FieldType) -> Expression | None:
        begin = begin_of(component, self.notes)
        if begin is not None and (kind != "datetime" or component.get("subtype", "date") != "date"):
            self.notes.here("form-begin", *refusals.BEGINS_NOT)
            return None
        return begin

    def _with_default(self, field: Field, component: Mapping[str, Any]) -> Field:
        given = component.get("defaultValue")
        if given is None or given == "":
            return field
        value, error = read(field, given, None)
        if error:
            self.notes.here("form-default", *refusals.bad_default(error))
            return field
        return replace(field, default=value)

    def _readonly(self, component: Mapping[str, Any], inside: bool) -> bool:
        """form-js has `readonly` and `disabled`; either way nothing is asked, so nothing is written."""
        given = [component.get("readonly"), component.get("disabled")]
        if any(isinstance(value, str) and value for value in given):
            self.notes.here("form-readonly", *refusals.COMPUTED_READONLY)
        readonly = any(value is True for value in given)
        if readonly and inside:
            self.notes.here("form-readonly", *refusals.READONLY_INSIDE)
        return readonly

    def _label(self, component: Mapping[str, Any], kind: FieldType) -> str:
        given = component.get("label")
        if kind == "datetime":
            own = "timeLabel" if component.get("subtype") == "time" else "dateLabel"
            given = component.get("label") or component.get(own)
            if given in _EDITOR_LABELS:
                given = "Tijd" if component.get("subtype") == "time" else "Datum"
        label = self._text(given, 300)
        if not label:
            self.notes.here("form-label", *refusals.NO_LABEL)
        return label

    def _text(self, given: Any, longest: int) -> str:
        """A short fixed text beside a field."""
        if given is None:
            return ""
        if not isinstance(given, str) or len(given) > longest or not whole_unicode(given):
            self.notes.here("form-label", *refusals.BAD_LABEL)
            return ""
        if is_template(given):
            self.notes.here("form-label", *refusals.BAD_LABEL)
            return ""
        return clean(given, lines=False)

    def _options(self, component: Mapping[str, Any]) -> tuple[Option, ...]:
        if component.get("valuesKey") is not None or component.get("valuesExpression") is not None:
            self.notes.here("form-options", *refusals.COMPUTED_OPTIONS)
            return ()
        given = component.get("values")
        if not isinstance(given, list) or not 0 < len(given) <= MOST_OPTIONS:
            self.notes.here("form-options", *refusals.NO_OPTIONS)
            return ()
        options = tuple(option for one in given if (option := self._option(one)))
        values = [option.value for option in options]
        if len(set(values)) < len(values):
            self.notes.here("form-options", *refusals.DOUBLE_OPTION)
        return options

    def _option(self, given: Any) -> Option | None:
        value, label = (given.get("value"), given.get("label")) if isinstance(given, dict) else (None, None)
        if not isinstance(value, str) or not whole_unicode(value) or not 0 < len(value) <= 100:
            self.notes.here("form-options", *refusals.BAD_OPTION)
            return None
        label = self._text(label, 300)
        if value != clean(value, lines=False) or not label:
            self.notes.here("form-options", *refusals.BAD_OPTION)
            return None
        return Option(value, label)

    def _limits(
        self, component: Mapping[str, Any], validate: Mapping[str, Any], kind: FieldType
    ) -> dict[str, Any]:
        """The limits that belong to this type; others that the editor left behind are not looked at."""
        match kind:
            case "textfield" | "textarea":
                return self._text_limits(validate, kind)
            case "number":
                return self._number_limits(component, validate)
            case "datetime":
                subtype = component.get("subtype", "date")
                if subtype not in _SUBTYPES:
                    self.notes.here("form-datetime", *refusals.BAD_SUBTYPE)
                    subtype = "date"
                time_label = component.get("timeLabel")
                return {
                    "subtype": subtype,
                    "time_label": "Tijd" if time_label in _EDITOR_LABELS else self._text(time_label, 300),
                    "not_past": component.get("disallowPassedDates") is True,
                }
        return {}

    def _text_limits(self, validate: Mapping[str, Any], kind: FieldType) -> dict[str, Any]:
        if validate.get("pattern"):
            self.notes.here("form-pattern", *refusals.PATTERN)
        given = validate.get("validationType") or "custom"
        if given not in ("custom", "email", "phone"):
            self.notes.here("form-limit", *refusals.BAD_LIMIT)
        most = LONGEST_TEXT if kind == "textarea" else LONGEST_LINE
        shortest = self._whole(validate.get("minLength"), most) or 0
        longest = self._whole(validate.get("maxLength"), most) or 0
        if longest and shortest > longest:
            self.notes.here("form-limit", *refusals.IMPOSSIBLE)
        return {
            "format": given if given in ("email", "phone") else "",
            "shortest": shortest,
            "longest": longest,
        }

    def _number_limits(self, component: Mapping[str, Any], validate: Mapping[str, Any]) -> dict[str, Any]:
        if component.get("serializeToString") is True:
            self.notes.here("form-number", *refusals.NUMBER_AS_TEXT)
        minimum, maximum = self._decimal(validate.get("min")), self._decimal(validate.get("max"))
        if minimum is not None and maximum is not None and minimum > maximum:
            self.notes.here("form-limit", *refusals.IMPOSSIBLE)
        increment = self._decimal(component.get("increment"))
        if increment is not None and increment <= 0:
            self.notes.here("form-limit", *refusals.BAD_LIMIT)
            increment = None
        decimals = self._whole(component.get("decimalDigits"), 15)
        return {"minimum": minimum, "maximum": maximum, "increment": increment, "decimals": decimals}

    def _whole(self, given: Any, most: int) -> int | None:
        number = self._decimal(given)
        if number is None:
            return None
        if number != number.to_integral_value() or not 0 <= number <= most:
            self.notes.here("form-limit", *refusals.whole_limit(most))
            return None
        return int(number)

    def _decimal(self, given: Any) -> Decimal | None:
        """A limit as the editor writes it: a number, or a number in a text."""
        if given is None or given == "":
            return None
        if isinstance(given, str | int | float) and not isinstance(given, bool) and len(str(given)) <= 40:
            try:
                number = Decimal(str(given))
            except InvalidOperation:
                number = Decimal("NaN")
            # a limit far beyond what a person types would make the arithmetic slow, not the form better
            if number.is_finite() and (number == 0 or -20 <= number.adjusted() <= 15):
                return number
        self.notes.here("form-limit", *refusals.BAD_LIMIT)
        return None
