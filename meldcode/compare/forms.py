"""What changed in the forms: questions, answers to choose from, when they are asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from meldcode.compare.difference import Difference, Kind, listed, quoted, was_and_is, yes_or_no
from meldcode.definition import Version
from meldcode.describe import condition_in_words
from meldcode.form import Form
from meldcode.form.parts import Field, Group, Part, Prose, Rows
from meldcode.messages import Text

Path = dict[str, Field | Group | Rows]


def compare_forms(old: Version, new: Version) -> Iterator[Difference]:
    """Every question by its key, in every form by its file."""
    for file in old.forms.keys() - new.forms.keys():
        yield Difference(
            Kind.REMOVED, file, None, Text(f"Vervalt: het formulier {file}.", f"Dropped: the form {file}.")
        )
    for file, form in new.forms.items():
        if file not in old.forms:
            text = Text(f"Nieuw: het formulier {file}.", f"New: the form {file}.")
            yield Difference(Kind.ADDED, file, None, text)
        elif old.files[file] != new.files[file]:
            yield from _form(old, new, old.forms[file], form)


def _form(old: Version, new: Version, was: Form, now: Form) -> Iterator[Difference]:
    before, after = _asked(was.parts), _asked(now.parts)
    for path, part in before.items():
        if path not in after:
            text = Text(f"Vervalt: de vraag “{part.label}”.", f"Dropped: the question “{part.label}”.")
            yield Difference(Kind.REMOVED, now.file, path, text)
    for path, part in after.items():
        if path not in before:
            text = Text(f"Nieuw: de vraag “{part.label}”.", f"New: the question “{part.label}”.")
            yield Difference(Kind.ADDED, now.file, path, text)
            continue
        for what in _changes(old, new, before[path], part):
            yield Difference(Kind.CHANGED, now.file, path, what)
    common = [path for path in before if path in after]
    if common != [path for path in after if path in before]:
        text = Text("De vragen staan in een andere volgorde.", "The questions stand in another order.")
        yield Difference(Kind.CHANGED, now.file, None, text)
    yield from _prose(was, now)


def _asked(parts: Sequence[Part], prefix: str = "") -> Path:
    found: Path = {}
    for part in parts:
        match part:
            case Field():
                # A field that only shows an earlier answer has that answer's key: kept apart from it.
                found[f"{prefix}{part.key}{' (laat zien)' if part.readonly else ''}"] = part
            case Group() | Rows():
                if part.key:
                    found[f"{prefix}{part.key}"] = part
                found |= _asked(part.parts, f"{prefix}{part.key}." if part.key else prefix)
    return found


def _changes(
    old: Version, new: Version, was: Field | Group | Rows, now: Field | Group | Rows
) -> Iterator[Text]:
    def say(nl: str, en: str, before: Text, after: Text) -> Text:
        return was_and_is(Text(f"Vraag “{now.label}”, {nl}", f"Question “{now.label}”, {en}"), before, after)

    if was.label != now.label:
        yield say("de tekst", "the text", quoted(was.label), quoted(now.label))
    if was.type != now.type:
        yield say("het soort vraag", "the kind of question", quoted(was.type), quoted(now.type))
    if was.required != now.required:
        yield say("verplicht", "required", yes_or_no(was.required), yes_or_no(now.required))
    if (was.hide.text if was.hide else "") != (now.hide.text if now.hide else ""):
        yield say("niet te zien", "not shown", _hidden(old, was), _hidden(new, now))
    if isinstance(was, Field) and isinstance(now, Field):
        yield from _field_changes(was, now)
    if isinstance(was, Rows) and isinstance(now, Rows) and (was.start, was.fixed) != (now.start, now.fixed):
        yield say("het aantal rijen", "the number of rows", _rows(was), _rows(now))


def _field_changes(was: Field, now: Field) -> Iterator[Text]:
    about = f"“{now.label}”"
    before, after = ({option.value: option.label for option in one.options} for one in (was, now))
    gone = [label for value, label in before.items() if value not in after]
    came = [label for value, label in after.items() if value not in before]
    if gone:
        told = listed(gone)
        yield Text(f"Vraag {about}, vervallen antwoord: {told.nl}.", f"Question {about}, dropped: {told.en}.")
    if came:
        told = listed(came)
        yield Text(f"Vraag {about}, nieuw antwoord: {told.nl}.", f"Question {about}, new answer: {told.en}.")
    for value, label in after.items():
        if value in before and before[value] != label:
            subject = Text(f"Vraag {about}, een antwoord", f"Question {about}, an answer")
            yield was_and_is(subject, quoted(before[value]), quoted(label))
    if not gone and not came and list(before) != list(after):
        yield Text(
            f"Vraag {about}: de antwoorden staan in een andere volgorde.",
            f"Question {about}: the answers stand in another order.",
        )
    for nl, en, first, second in _details(was, now):
        if first != second:
            yield was_and_is(
                Text(f"Vraag {about}, {nl}", f"Question {about}, {en}"), quoted(first), quoted(second)
            )


def _details(was: Field, now: Field) -> Iterator[tuple[str, str, str, str]]:
    yield "de uitleg", "the explanation", was.description, now.description
    yield "het kleinste getal", "the least number", _number(was.minimum), _number(now.minimum)
    yield "het grootste getal", "the greatest number", _number(was.maximum), _number(now.maximum)
    yield "de kortste tekst", "the shortest text", str(was.shortest or ""), str(now.shortest or "")
    yield "de langste tekst", "the longest text", str(was.longest or ""), str(now.longest or "")
    yield (
        "de vorm",
        "the format",
        f"{was.subtype} {was.format}".strip(),
        f"{now.subtype} {now.format}".strip(),
    )
    yield "het antwoord dat klaarstaat", "the answer given", _default(was), _default(now)
    yield "alleen lezen", "read only", yes_or_no(was.readonly).nl, yes_or_no(now.readonly).nl
    yield (
        "een dag in het verleden mag niet",
        "a day in the past is refused",
        yes_or_no(was.not_past).nl,
        yes_or_no(now.not_past).nl,
    )


def _number(value: Decimal | None) -> str:
    return "" if value is None else str(value)


def _format(field: Field) -> str:
    return " ".join(part for part in (field.subtype, field.format) if part)


def _digits(field: Field) -> str:
    return "" if field.decimals is None else str(field.decimals)


def _default(field: Field) -> str:
    return "" if field.default is None else str(field.default)


def _hidden(version: Version, part: Field | Group | Rows) -> Text:
    if part.hide is None:
        return Text("nooit", "never")
    said = condition_in_words(version, part.hide.text)
    return Text(f"als {said.nl}", f"if {said.en}")


def _rows(rows: Rows) -> Text:
    exactly = Text("precies", "exactly") if rows.fixed else Text("eerst", "first")
    return Text(f"{exactly.nl} {rows.start}", f"{exactly.en} {rows.start}")


def _prose(was: Form, now: Form) -> Iterator[Difference]:
    before, after = _told(was.parts), _told(now.parts)
    if before != after:
        text = Text("De tekst tussen de vragen is veranderd.", "The text between the questions changed.")
        yield Difference(Kind.CHANGED, now.file, None, text)


def _told(parts: Sequence[Part]) -> list[object]:
    told: list[object] = []
    for part in parts:
        match part:
            case Prose():
                told.append((part.html, [one.text for one in part.expressions], part.hide and part.hide.text))
            case Group() | Rows():
                told += _told(part.parts)
    return told
