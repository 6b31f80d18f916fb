"""What changed in the decision tables: columns, rows, and how a row is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from meldcode.compare.difference import Difference, Kind, listed, quoted, was_and_is
from meldcode.decision import Decision
from meldcode.decision.table import Rule
from meldcode.definition import Version
from meldcode.messages import Text


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
        for kind, what in _table(old.decisions[key], decision):
            yield Difference(kind, decision.file, key, what)


def _name(decision: Decision) -> str:
    return decision.name or decision.id


def _table(was: Decision, now: Decision) -> Iterator[tuple[Kind, Text]]:
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
    yield from _rows(was, now)


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


def _rows(was: Decision, now: Decision) -> Iterator[tuple[Kind, Text]]:
    before, after = [_written(rule) for rule in was.rules], [_written(rule) for rule in now.rules]
    for tag, i1, i2, j1, j2 in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        paired = min(i2 - i1, j2 - j1)
        for offset in range(paired):
            subject = Text(f"Regel {now.rules[j1 + offset].number}", f"Row {now.rules[j1 + offset].number}")
            first, second = _row(was, was.rules[i1 + offset]), _row(now, now.rules[j1 + offset])
            yield Kind.CHANGED, was_and_is(subject, first, second)
        for rule in was.rules[i1 + paired : i2]:
            told = _row(was, rule)
            yield Kind.REMOVED, Text(f"Vervalt: regel {rule.number}, {told.nl}.", f"Dropped: {told.en}.")
        for rule in now.rules[j1 + paired : j2]:
            told = _row(now, rule)
            yield Kind.ADDED, Text(f"Nieuw: regel {rule.number}, {told.nl}.", f"New: {told.en}.")


def _written(rule: Rule) -> tuple[str, ...]:
    tests = tuple(test.text for test in rule.tests)
    answers = tuple(answer.text if answer else "" for answer in rule.answers)
    return (*tests, "→", *answers, *rule.annotations)


def _row(decision: Decision, rule: Rule) -> Text:
    """`als onthulling "ja" dan advies "melden" (reden)`; cells that accept anything are left out."""
    tests = [
        f"{column.label} {test.text}"
        for column, test in zip(decision.inputs, rule.tests, strict=True)
        if test.text.strip() not in {"", "-"}
    ]
    answers = [
        f"{column.label or column.name} {answer.text}"
        for column, answer in zip(decision.outputs, rule.answers, strict=True)
        if answer
    ]
    note = f" ({'; '.join(rule.annotations)})" if rule.annotations else ""
    return Text(
        f"als {' en '.join(tests) or 'altijd'} dan {' en '.join(answers) or 'niets'}{note}",
        f"if {' and '.join(tests) or 'always'} then {' and '.join(answers) or 'nothing'}{note}",
    )
