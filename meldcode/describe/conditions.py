"""A condition of a flow as a person says it: `“Wat is er besproken?” is “geen vermoeden”`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from meldcode.definition import Version
from meldcode.form.parts import Group, Keyed, Rows, keyed
from meldcode.messages import Text

_NAME = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_VALUE = r'"[^"]*"|true|false|null|-?\d+(?:\.\d+)?'
_COMPARED = re.compile(rf"({_NAME})\s*(=|!=|<=|>=|<|>)\s*({_VALUE})")
_IN = re.compile(rf"({_NAME})\s+in\s*\(\s*((?:{_VALUE})(?:\s*,\s*(?:{_VALUE}))*)\s*\)")
_HOLDS = re.compile(rf"list contains\(\s*({_NAME})\s*,\s*({_VALUE})\s*\)")
_NONE = re.compile(rf"count\(\s*({_NAME})\s*\)\s*=\s*0")
_MARKS = re.compile(r'"[^"]*"|[()]|\b(?:and|or)\b')
_WORDS = {
    "=": Text("is", "is"),
    "!=": Text("is niet", "is not"),
    "<": Text("is minder dan", "is less than"),
    ">": Text("is meer dan", "is more than"),
    "<=": Text("is hoogstens", "is at most"),
    ">=": Text("is minstens", "is at least"),
    "and": Text("en", "and"),
    "or": Text("of", "or"),
}
_EMPTY = Text("is niet ingevuld", "is not filled in")
_FILLED = Text("is ingevuld", "is filled in")
_YES, _NO = Text("ja", "yes"), Text("nee", "no")


def condition_in_words(version: Version, condition: str) -> Text:
    """A FEEL condition with the questions and answers of the version's forms in place of their names.

    What is more than comparisons joined by `and`, `or` and brackets is given as it is written, between
    backquotes: a sentence that says less than the condition would be worse than none.
    """
    text = condition.strip().removeprefix("=").strip()
    return _in_words(version, text) or Text(f"`{text}`", f"`{text}`")


def _in_words(version: Version, text: str) -> Text | None:
    for word in ("or", "and"):  # `or` binds loosest, so it is looked for first
        parts = _split(text, word)
        if len(parts) > 1:
            said = [_in_words(version, part) for part in parts]
            between = _WORDS[word]
            known = [one for one in said if one is not None]
            if len(known) < len(said):
                return None
            return Text(
                f" {between.nl} ".join(one.nl for one in known),
                f" {between.en} ".join(one.en for one in known),
            )
    if text.startswith("(") and text.endswith(")"):
        inner = _in_words(version, text[1:-1].strip())
        return _bracketed(inner) if inner else None
    return _comparison(version, text)


def _split(text: str, word: str) -> list[str]:
    """The parts between a word that stands outside brackets and quotes."""
    parts, begin, depth = [], 0, 0
    for match in _MARKS.finditer(text):
        mark = match.group()
        depth += {"(": 1, ")": -1}.get(mark, 0)
        if mark == word and depth == 0:
            parts.append(text[begin : match.start()].strip())
            begin = match.end()
    return [*parts, text[begin:].strip()]


def all_in_words(version: Version, conditions: Sequence[str]) -> Text | None:
    """Conditions that hold together, each said once; None when no answer can make them all true.

    Contradictions are seen between comparisons with one value (`x = "ja"` beside `x = "nee"`).
    """
    parts = list(dict.fromkeys(part for condition in conditions for part in _conjuncts(condition)))
    if _contradict(parts):
        return None
    said = [condition_in_words(version, part) for part in parts]
    if len(parts) > 1:
        said = [
            _bracketed(one) if len(_split(part, "or")) > 1 else one
            for one, part in zip(said, parts, strict=True)
        ]
    return Text(" en ".join(one.nl for one in said), " and ".join(one.en for one in said))


def _apart(version: Version, part: str) -> Text:
    said = condition_in_words(version, part)
    return _bracketed(said) if len(_split(part, "or")) > 1 else said


def _bracketed(said: Text) -> Text:
    return Text(f"({said.nl})", f"({said.en})")


def _conjuncts(condition: str) -> list[str]:
    text = condition.strip().removeprefix("=").strip()
    return [text] if len(_split(text, "or")) > 1 else _split(text, "and")


def _contradict(parts: Sequence[str]) -> bool:
    must: dict[str, str] = {}
    must_not: set[tuple[str, str]] = set()
    for part in parts:
        compared = _COMPARED.fullmatch(part)
        if compared is None:
            continue
        name, sign, value = compared.groups()
        if sign == "!=":
            must_not.add((name, value))
        elif sign == "=" and must.setdefault(name, value) != value:
            return True
    return any((name, value) in must_not for name, value in must.items())


def question(version: Version, name: str) -> str | None:
    """The label of the form field behind a name of the case document, or None."""
    found = _field(version, name)
    return found.label if found else None


def _comparison(version: Version, text: str) -> Text | None:
    compared = _COMPARED.fullmatch(text)
    if compared:
        name, sign, value = compared.groups()
        asked = _asked(version, name)
        if value == "null":
            filled = _EMPTY if sign == "=" else _FILLED
            return Text(f"{asked} {filled.nl}", f"{asked} {filled.en}") if sign in {"=", "!="} else None
        word, answer = _WORDS[sign], answer_in_words(version, name, value)
        return Text(f"{asked} {word.nl} {answer.nl}", f"{asked} {word.en} {answer.en}")
    holds = _HOLDS.fullmatch(text)
    if holds:
        asked, answer = _asked(version, holds[1]), answer_in_words(version, *holds.groups())
        return Text(f"bij {asked} is {answer.nl} gekozen", f"{answer.en} is chosen at {asked}")
    if none := _NONE.fullmatch(text):
        asked = _asked(version, none[1])
        return Text(f"{asked} {_EMPTY.nl}", f"{asked} {_EMPTY.en}")
    one_of = _IN.fullmatch(text)
    if one_of is None:
        return None
    name, listed = one_of.groups()
    answers = [answer_in_words(version, name, value) for value in re.findall(_VALUE, listed)]
    nl, en = " of ".join(a.nl for a in answers), " or ".join(a.en for a in answers)
    return Text(f"{_asked(version, name)} is {nl}", f"{_asked(version, name)} is {en}")


def _asked(version: Version, name: str) -> str:
    label = question(version, name)
    if label:
        return f"“{label}”"
    decision = version.decisions.get(name.split(".")[0])
    return f"“{decision.name or decision.id}”" if decision else f"`{name}`"


def answer_in_words(version: Version, name: str, value: str) -> Text:
    """A value as it is written in FEEL (`"ja"`, `true`, `3`) by the label a form gives it."""
    if value in {"true", "false"}:
        return _YES if value == "true" else _NO
    plain = value.strip('"')
    field = _field(version, name)
    options = field.options if field else ()
    label = next((option.label for option in options if option.value == plain), plain)
    return Text(f"“{label}”", f"“{label}”") if value.startswith('"') else Text(plain, plain)


def _field(version: Version, name: str) -> Keyed | None:
    for form in version.forms.values():
        for path, field in _named(tuple(form.fields.values()), ""):
            if path == name:
                return field
    return None


def _named(parts: tuple[Keyed, ...], prefix: str) -> Iterator[tuple[str, Keyed]]:
    for part in parts:
        path = f"{prefix}{part.key}"
        yield path, part
        if isinstance(part, Group | Rows):
            yield from _named(tuple(keyed(part.parts)), f"{path}.")
