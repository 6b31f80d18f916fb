"""One answer at a time: is this JSON value what the field asks for? Conditions play no part here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from meldcode.form import sentences
from meldcode.form.conditions import ZONE
from meldcode.form.parts import MOST_ROWS, Field, Group, Json, Part, Rows, joined, keyed
from meldcode.messages import Text

LONGEST_LINE = 1_000
LONGEST_TEXT = 20_000
"""Characters in a text field and in a text area, whatever the designer allows."""

_LARGEST = 10**15  # every whole number below is exact as a float, in JavaScript as well as here
_YEARS = range(1900, 2101)
_EMAIL = re.compile(r"[^\s@]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"\+?[0-9 ()./-]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_DIRECTION = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # overrides that hide text


class Read(NamedTuple):
    """The answer as it is stored (null when empty or unreadable), or what is wrong with it."""

    value: Json
    error: Text | None = None


def complete(
    parts: Sequence[Part], raw: Mapping[str, Json], today: date | None, *, defaults: bool, prefix: str = ""
) -> tuple[dict[str, Json], dict[str, Text]]:
    """An answer of the right type for every key of `parts`, and the errors by name.

    An unreadable answer becomes null and an error. A key that is missing from `raw` becomes the
    designer's default with `defaults` (a page opened for the first time), else null.
    """
    answers: dict[str, Json] = {}
    errors: dict[str, Text] = {}
    for part in keyed(parts):
        name, given = joined(prefix, part.key), raw.get(part.key)
        fresh = defaults and part.key not in raw
        match part:
            case Field():
                answers[part.key], error = read(part, part.default if fresh else given, today)
                if error:
                    errors[name] = error
            case Group():
                if given is not None and not isinstance(given, Mapping):
                    errors[name] = sentences.NOT_A_GROUP
                inner = given if isinstance(given, Mapping) else {}
                answers[part.key], wrong = complete(part.parts, inner, today, defaults=defaults, prefix=name)
                errors |= wrong
            case Rows():
                rows, error = _rows(part, given, fresh)
                if error:
                    errors[name] = error
                answers[part.key] = []
                for index, row in enumerate(rows):
                    answer, wrong = complete(
                        part.parts, row, today, defaults=defaults, prefix=joined(name, index)
                    )
                    answers[part.key].append(answer)
                    errors |= wrong
    return answers, errors


def _rows(part: Rows, given: Json, fresh: bool) -> tuple[list[Mapping[str, Json]], Text | None]:
    if fresh:
        return [{} for _ in range(part.start)], None
    if given is None:
        return [], None
    if not isinstance(given, list):
        return [], sentences.NOT_ROWS
    rows: list[Mapping[str, Json]] = [row if isinstance(row, Mapping) else {} for row in given[:MOST_ROWS]]
    if len(given) > MOST_ROWS:
        return rows, sentences.too_many_rows(MOST_ROWS)
    if any(not isinstance(row, Mapping) for row in given):
        return rows, sentences.NOT_ROWS
    return rows, None


def read(field: Field, given: Json, today: date | None) -> Read:
    """One answer, checked for its type and the designer's limits; not for being required."""
    match field.type:
        case "textfield" | "textarea":
            return _text(field, given)
        case "number":
            return _number(field, given)
        case "datetime":
            return _moment(field, given, today)
        case "checkbox":
            return (
                Read(bool(given))
                if given is None or isinstance(given, bool)
                else Read(False, sentences.NOT_YES_NO)
            )
        case "checklist":
            return _choices(field, given)
    if given is None or given == "":
        return Read(None)
    known = isinstance(given, str) and any(given == option.value for option in field.options)
    return Read(given) if known else Read(None, sentences.NOT_AN_OPTION)


def _choices(field: Field, given: Json) -> Read:
    if given is None:
        return Read([])
    if not isinstance(given, list) or not all(isinstance(value, str) for value in given):
        return Read([], sentences.NOT_AN_OPTION)
    if not set(given) <= {option.value for option in field.options}:
        return Read([], sentences.NOT_AN_OPTION)
    return Read([option.value for option in field.options if option.value in given])


def clean(text: str, *, lines: bool) -> str:
    """A text as it is stored: one form of each letter, no control characters, no blanks around it.

    With `lines` line breaks stay, else they become blanks.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.replace("\t", " ") if lines else re.sub(r"[\n\t\u2028\u2029]", " ", text)
    kept = (letter for letter in text if letter == "\n" or unicodedata.category(letter) != "Cc")
    return "".join(kept).translate(_DIRECTION).strip()


def whole_unicode(text: str) -> bool:
    """False for half a surrogate pair or a non-character: those cannot be stored as UTF-8 or printed."""
    return not any(0xD800 <= ord(letter) <= 0xDFFF or ord(letter) & 0xFFFE == 0xFFFE for letter in text)


def _text(field: Field, given: Json) -> Read:
    if given is None:
        return Read(None)
    if not isinstance(given, str):
        return Read(None, sentences.NOT_TEXT)
    many = field.type == "textarea"
    most = field.longest or (LONGEST_TEXT if many else LONGEST_LINE)
    if len(given) > 4 * LONGEST_TEXT:
        return Read(None, sentences.too_long(most, len(given)))
    if not whole_unicode(given):
        return Read(None, sentences.ODD_CHARACTERS)
    text = clean(given, lines=many)
    if not text:
        return Read(None)
    if len(text) > most:
        return Read(None, sentences.too_long(most, len(text)))
    if len(text) < field.shortest:
        return Read(None, sentences.too_short(field.shortest))
    if field.format == "email" and not (len(text) <= 254 and _EMAIL.fullmatch(text)):
        return Read(None, sentences.NOT_AN_EMAIL)
    if field.format == "phone" and not _is_phone(text):
        return Read(None, sentences.NOT_A_PHONE)
    return Read(text)


def _is_phone(text: str) -> bool:
    # 112 has three digits, the longest international number fifteen (ITU-T E.164)
    return bool(_PHONE.fullmatch(text)) and 3 <= sum(letter.isdigit() for letter in text) <= 15


def _number(field: Field, given: Json) -> Read:
    if given is None or given == "":
        return Read(None)
    if isinstance(given, bool) or not isinstance(given, int | float):
        return Read(None, sentences.NOT_A_NUMBER)
    if not abs(given) < _LARGEST:  # also true for NaN, which compares with nothing
        return Read(None, sentences.NUMBER_TOO_LONG)
    number = Decimal(str(given))
    if field.decimals is not None and -_exponent(number) > field.decimals:
        return Read(None, sentences.too_precise(field.decimals))
    if field.minimum is not None and number < field.minimum:
        return Read(None, sentences.too_small(field.minimum))
    if field.maximum is not None and number > field.maximum:
        return Read(None, sentences.too_large(field.maximum))
    if field.increment is not None and not is_multiple(number, field.increment):
        return Read(None, sentences.between_steps(field.increment))
    return Read(plain(number))


def _exponent(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def is_multiple(number: Decimal, step: Decimal) -> bool:
    """Whether `number` is a whole number of steps. Exact: no remainder of a huge quotient is taken."""
    scale = max(-_exponent(number), -_exponent(step), 0)
    return int(number.scaleb(scale)) % int(step.scaleb(scale)) == 0


def plain(number: Decimal) -> int | float:
    """As JSON: an int when whole, else a float."""
    return int(number) if number == number.to_integral_value() else float(number)


def _moment(field: Field, given: Json, today: date | None) -> Read:
    if given is None or given == "":
        return Read(None)
    unreadable = sentences.missing(field)
    if not isinstance(given, str):
        return Read(None, unreadable)
    try:
        match field.subtype:
            case "time":
                if not _TIME.fullmatch(given):
                    return Read(None, unreadable)
                return Read(time.fromisoformat(given).isoformat("minutes"))
            case "datetime":
                if not _MOMENT.fullmatch(given):
                    return Read(None, unreadable)
                moment = datetime.fromisoformat(given)
            case _:
                if not _DATE.fullmatch(given):
                    return Read(None, unreadable)
                day = date.fromisoformat(given)
                return Read(None, wrong) if (wrong := _wrong_day(field, day, today)) else Read(given)
        return _in_our_zone(field, moment, today)
    except (ValueError, OverflowError):
        return Read(None, unreadable)


def _in_our_zone(field: Field, moment: datetime, today: date | None) -> Read:
    if moment.year not in _YEARS:
        return Read(None, sentences.DATE_OUT_OF_RANGE)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZONE)
        if not exists(moment):
            return Read(None, sentences.NO_SUCH_MOMENT)
    moment = moment.astimezone(ZONE)
    if wrong := _wrong_day(field, moment.date(), today):
        return Read(None, wrong)
    return Read(moment.isoformat(timespec="seconds"))


def exists(moment: datetime) -> bool:
    """False for the hour that the clock skips in spring."""
    return moment.astimezone(UTC).astimezone(ZONE).replace(tzinfo=None) == moment.replace(tzinfo=None)


def _wrong_day(field: Field, day: date, today: date | None) -> Text | None:
    if day.year not in _YEARS:
        return sentences.DATE_OUT_OF_RANGE
    if field.not_past and today is not None and day < today:
        return sentences.DATE_PASSED
    return None
