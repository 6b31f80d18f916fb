"""What changed in the decision tables: columns, rows, and how a row is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from meldcode.compare.difference import (
    NOTHING,
    Difference,
    Kind,
    listed,
    quoted,
    quoted_both,
    was_and_is,
)
from meldcode.decision import Decision, Rule
from meldcode.definition import Version
from meldcode.describe import answer_cell, condition_cell, rows_in_words
from meldcode.messages import Text

ANY = Text("“maakt niet uit”", "“does not matter”")
#: Two rows that differ in more cells than this are told as a whole: they are about something else.
MOST_CELLS = 3


def compare_tables(old: Version, new: Version) -> Iterator[Difference]:
    """Every table by the id of its decision; rows by what they say, so that a row may move."""
    for key, decision in old.decisions.items():
        if key not in new.decisions:
            text = Text(
                f"Vervalt: de beslistabel “{_name(decision)}”.",
                f"Dropped: the decision table “{_name(decision)}”.",
            )
            yield Difference(Kind.REMOVED, decision.file, key, text)
    for key, decision in new.decisions.items():
        if key not in old.decisions:
            text = Text(
                f"Nieuw: de beslistabel “{_name(decision)}”.", f"New: the decision table “{_name(decision)}”."
            )
            yield Difference(Kind.ADDED, decision.file, key, text)
            continue
        for kind, what in _table(old, new, old.decisions[key], decision):
            yield Difference(kind, decision.file, key, what)


def _name(decision: Decision) -> str:
    return decision.name or decision.id


def _table(old: Version, new: Version, was: Decision, now: Decision) -> Iterator[tuple[Kind, Text]]:
    about = f"“{_name(now)}”"

    def say(nl: str, en: str, before: Text, after: Text) -> tuple[Kind, Text]:
        subject = Text(f"Beslistabel {about}, {nl}", f"Decision table {about}, {en}")
        return Kind.CHANGED, was_and_is(subject, before, after)

    if was.name != now.name:
        yield say("de naam", "the name", quoted(was.name), quoted(now.name))
    policy = (was.hit_policy, was.aggregation), (now.hit_policy, now.aggregation)
    if policy[0] != policy[1]:
        before, after = (quoted(" ".join(part for part in one if part)) for one in policy)
        yield say("hoe een regel wordt gekozen", "how a row is chosen", before, after)
    if _columns(was) != _columns(now):
        yield say("de kolommen", "the columns", listed(_columns(was)), listed(_columns(now)))
        # With other columns the rows cannot be laid beside each other any more.
        return
    yield from _rows(old, new, was, now)


def _columns(decision: Decision) -> list[str]:
    inputs = [
        f"{column.label}: {column.expression.text}" + (f" in {column.allowed.text}" if column.allowed else "")
        for column in decision.inputs
    ]
    outputs = [
        f"{column.name} ({column.label})"
        + (f" in {column.allowed.text}" if column.allowed else "")
        + (f" anders {column.default.text}" if column.default else "")
        for column in decision.outputs
    ]
    return inputs + outputs


def _rows(old: Version, new: Version, was: Decision, now: Decision) -> Iterator[tuple[Kind, Text]]:
    before, after = [_written(rule) for rule in was.rules], [_written(rule) for rule in now.rules]
    said, to_say = rows_in_words(old, was), rows_in_words(new, now)
    for tag, i1, i2, j1, j2 in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        paired = min(i2 - i1, j2 - j1)
        for i, j in zip(range(i1, i1 + paired), range(j1, j1 + paired), strict=True):
            cells = list(_cells(old, new, (was, was.rules[i]), (now, now.rules[j])))
            subject = Text(
                f"Beslistabel “{_name(now)}”, regel {now.rules[j].number}",
                f"Decision table “{_name(now)}”, row {now.rules[j].number}",
            )
            if len(cells) > MOST_CELLS:
                yield Kind.CHANGED, was_and_is(subject, said[i].sentence(), to_say[j].sentence())
                continue
            for label, first, second in cells:
                cell = Text(f"{subject.nl}, {label.nl}", f"{subject.en}, {label.en}")
                yield Kind.CHANGED, was_and_is(cell, first, second)
        for row in said[i1 + paired : i2]:
            told = row.sentence()
            yield Kind.REMOVED, Text(f"Vervalt: regel {row.number}, {told.nl}.", f"Dropped: {told.en}.")
        for row in to_say[j1 + paired : j2]:
            told = row.sentence()
            yield Kind.ADDED, Text(f"Nieuw: regel {row.number}, {told.nl}.", f"New: {told.en}.")


def _written(rule: Rule) -> tuple[str, ...]:
    tests = tuple(test.text for test in rule.tests)
    answers = tuple(answer.text if answer else "" for answer in rule.answers)
    return (*tests, "→", *answers, *rule.annotations)


def _cells(
    old: Version, new: Version, was: tuple[Decision, Rule], now: tuple[Decision, Rule]
) -> Iterator[tuple[Text, Text, Text]]:
    """The cells that differ between two rows under the same columns: which, and both values in words."""
    (_, rule), (after, fresh) = was, now
    for column, first, second in zip(after.inputs, rule.tests, fresh.tests, strict=True):
        if first.text != second.text:
            words = condition_cell(old, column, first) or ANY, condition_cell(new, column, second) or ANY
            yield _about(column.label or column.expression.text), *_apart(words, first.text, second.text)
    for result, answer, other in zip(after.outputs, rule.answers, fresh.answers, strict=True):
        texts = answer.text if answer else "", other.text if other else ""
        if texts[0] != texts[1]:
            said = [answer_cell(version, result, one) for version, one in ((old, answer), (new, other))]
            words = _between_marks(said[0]), _between_marks(said[1])
            yield _about(result.label or result.name), *_apart(words, *texts)
    notes = "; ".join(rule.annotations), "; ".join(fresh.annotations)
    if notes[0] != notes[1]:
        yield Text("de toelichting", "the note"), quoted(notes[0]), quoted(notes[1])


def _about(label: str) -> Text:
    return Text(f"“{label}”", f"“{label}”")


def _between_marks(said: Text | None) -> Text:
    return NOTHING if said is None else quoted_both(said)


def _apart(words: tuple[Text, Text], was: str, now: str) -> tuple[Text, Text]:
    """Both values; what is written where the same words would stand on both sides."""
    return words if words[0] != words[1] else (quoted(was), quoted(now))
