"""What changed in the forms: questions, answers to choose from, when they are asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from meldcode.compare.difference import (
    Difference,
    Kind,
    listed,
    quoted,
    quoted_both,
    titled,
    was_and_is,
    yes_or_no,
)
from meldcode.definition import Version
from meldcode.describe import called, condition_in_words
from meldcode.form import Form
from meldcode.form.parts import Field, Group, Part, Prose, Rows
from meldcode.messages import Text

Path = dict[str, Field | Group | Rows]
#: What the form editor calls the kinds of questions.
QUESTIONS = {
    "textfield": Text("korte tekst", "short text"),
    "textarea": Text("lange tekst", "long text"),
    "number": Text("getal", "number"),
    "datetime": Text("datum of tijd", "date or time"),
    "checkbox": Text("één vinkje", "one tick"),
    "checklist": Text("vinkjes (meer antwoorden)", "ticks (several answers)"),
    "radio": Text("keuzes (één antwoord)", "choices (one answer)"),
    "select": Text("keuzelijst", "list to choose from"),
    "group": Text("groep vragen", "group of questions"),
    "dynamiclist": Text("lijst met rijen", "list with rows"),
}


def compare_forms(old: Version, new: Version) -> Iterator[Difference]:
    """Every question by its key, in every form by its file; said at the tasks that ask it."""
    for file in old.forms.keys() - new.forms.keys():
        yield Difference(
            Kind.REMOVED,
            file,
            None,
            Text(f"Vervalt: het formulier {titled(file)}.", f"Dropped: the form {titled(file)}."),
        )
    for file, form in new.forms.items():
        if file not in old.forms:
            text = Text(f"Nieuw: het formulier {titled(file)}.", f"New: the form {titled(file)}.")
            yield Difference(Kind.ADDED, file, None, text)
        elif old.files[file] != new.files[file]:
            yield from _form(old, new, old.forms[file], form)


def _form(old: Version, new: Version, was: Form, now: Form) -> Iterator[Difference]:
    before, after = _asked(was.parts), _asked(now.parts)
    at = _where(new, now.file)
    for path, part in before.items():
        if path not in after:
            gone = Text(f"vervalt: de vraag “{part.label}”.", f"dropped: the question “{part.label}”.")
            yield Difference(Kind.REMOVED, now.file, path, _there(at, gone))
    for path, part in after.items():
        if path not in before:
            yield Difference(Kind.ADDED, now.file, path, _there(at, _new(part)))
            continue
        for what in _changes(old, new, before[path], part):
            yield Difference(Kind.CHANGED, now.file, path, _there(at, what))
    common = [path for path in before if path in after]
    if common != [path for path in after if path in before]:
        order = Text("de vragen staan in een andere volgorde.", "the questions stand in another order.")
        yield Difference(Kind.CHANGED, now.file, None, _there(at, order))
    if _told(was.parts) != _told(now.parts):
        prose = Text("de tekst tussen de vragen is veranderd.", "the text between the questions changed.")
        yield Difference(Kind.CHANGED, now.file, None, _there(at, prose))


def _where(version: Version, file: str) -> Text:
    """The tasks that ask this form: what people know, where a file's name says nothing to them."""
    names = [called(node) for node in version.nodes.values() if node.form == file]
    if not names:
        return Text(f"In het formulier {titled(file)}", f"In the form {titled(file)}")
    return Text(
        f"Bij {' en '.join(dict.fromkeys(name.nl for name in names))}",
        f"At {' and '.join(dict.fromkeys(name.en for name in names))}",
    )


def _there(at: Text, what: Text) -> Text:
    return Text(f"{at.nl}, {what.nl}", f"{at.en}, {what.en}")


def _new(part: Field | Group | Rows) -> Text:
    options = [option.label for option in part.options] if isinstance(part, Field) else []
    answers = f" ({listed(options).nl})" if options else ""
    return Text(f"nieuw: de vraag “{part.label}”{answers}.", f"new: the question “{part.label}”{answers}.")


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
        return was_and_is(Text(f"vraag “{now.label}”, {nl}", f"question “{now.label}”, {en}"), before, after)

    if was.label != now.label:
        yield say("de tekst", "the text", quoted(was.label), quoted(now.label))
    if was.type != now.type:
        yield say("het soort vraag", "the kind of question", _kind(was.type), _kind(now.type))
    if was.required != now.required:
        yield say("verplicht", "required", yes_or_no(was.required), yes_or_no(now.required))
    if (was.hide.text if was.hide else "") != (now.hide.text if now.hide else ""):
        yield say("niet te zien", "not shown", _hidden(old, was), _hidden(new, now))
    if _begin(was) != _begin(now):
        yield say("waarmee het begint", "what it begins with", quoted(_begin(was)), quoted(_begin(now)))
    if isinstance(was, Field) and isinstance(now, Field):
        yield from _field_changes(was, now)
    if isinstance(was, Rows) and isinstance(now, Rows) and (was.start, was.fixed) != (now.start, now.fixed):
        yield say("het aantal rijen", "the number of rows", _rows(was), _rows(now))


def _kind(kind: str) -> Text:
    return quoted_both(QUESTIONS.get(kind, Text(kind, kind)))


def _field_changes(was: Field, now: Field) -> Iterator[Text]:
    about = f"“{now.label}”"
    before, after = ({option.value: option.label for option in one.options} for one in (was, now))
    gone = [label for value, label in before.items() if value not in after]
    came = [label for value, label in after.items() if value not in before]
    if gone:
        told = listed(gone)
        yield Text(f"vraag {about}, vervallen antwoord: {told.nl}.", f"question {about}, dropped: {told.en}.")
    if came:
        told = listed(came)
        yield Text(f"vraag {about}, nieuw antwoord: {told.nl}.", f"question {about}, new answer: {told.en}.")
    for value, label in after.items():
        if value in before and before[value] != label:
            subject = Text(f"vraag {about}, een antwoord", f"question {about}, an answer")
            yield was_and_is(subject, quoted(before[value]), quoted(label))
    if not gone and not came and list(before) != list(after):
        yield Text(
            f"vraag {about}: de antwoorden staan in een andere volgorde.",
            f"question {about}: the answers stand in another order.",
        )
    for nl, en, first, second in _details(was, now):
        if first != second:
            yield was_and_is(
                Text(f"vraag {about}, {nl}", f"question {about}, {en}"), quoted(first), quoted(second)
            )


def _details(was: Field, now: Field) -> Iterator[tuple[str, str, str, str]]:
    yield "de uitleg", "the explanation", was.description, now.description
    yield "het kleinste getal", "the least number", _number(was.minimum), _number(now.minimum)
    yield "het grootste getal", "the greatest number", _number(was.maximum), _number(now.maximum)
    yield "de kortste tekst", "the shortest text", str(was.shortest or ""), str(now.shortest or "")
    yield "de langste tekst", "the longest text", str(was.longest or ""), str(now.longest or "")
    yield "de vorm", "the format", _format(was), _format(now)
    yield "de cijfers achter de komma", "the digits after the comma", _digits(was), _digits(now)
    yield (
        "de stap tussen getallen",
        "the step between numbers",
        _number(was.increment),
        _number(now.increment),
    )
    yield "de vraag naar de tijd", "the question for the time", was.time_label, now.time_label
    yield "wat ervoor staat", "what stands before it", was.prefix, now.prefix
    yield "wat erachter staat", "what stands after it", was.suffix, now.suffix
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


def _begin(part: Field | Group | Rows) -> str:
    return "" if isinstance(part, Group) or part.begin is None else part.begin.text.lstrip("= ")


def _hidden(version: Version, part: Field | Group | Rows) -> Text:
    if part.hide is None:
        return Text("nooit", "never")
    said = condition_in_words(version, part.hide.text)
    return Text(f"als {said.nl}", f"if {said.en}")


def _rows(rows: Rows) -> Text:
    exactly = Text("precies", "exactly") if rows.fixed else Text("eerst", "first")
    return Text(f"{exactly.nl} {rows.start}", f"{exactly.en} {rows.start}")


def _told(parts: Sequence[Part]) -> list[object]:
    told: list[object] = []
    for part in parts:
        match part:
            case Prose():
                told.append((part.html, [one.text for one in part.expressions], part.hide and part.hide.text))
            case Group() | Rows():
                told += _told(part.parts)
    return told
