"""What the table of the weighing advises where a norm of the afwegingskader asks for a report.

Three norms ask for one: (1) acute or structural unsafety, (2) no help that can be organised or is accepted,
(3) help without result. The first is played, as rule 6; here is read whether the table contradicts itself,
and whether a *no* when looking back can yield anything else than a report.
"""

from __future__ import annotations

from collections.abc import Iterator

from meldcode.check.blanks import SAFE_ADVICE
from meldcode.check.meaning import DOUBT, NO, Meaning
from meldcode.check.verdict import Evidence, Verdict, broken
from meldcode.decision import Decision, Rule
from meldcode.diagram.model import StepKind
from meldcode.form import Field

ANYTHING = ("", "-")
REPORT = "melden"


def contradiction(evidence: Evidence) -> Verdict | None:
    """A row that names a norm and does not advise a report."""
    for decision in evidence.version.decisions.values():
        names = [column.name for column in decision.outputs]
        if "norm" not in names:
            continue
        for rule in decision.rules:
            norm, advice = rule.answers[names.index("norm")], _advice(rule)
            named = None if norm is None else norm.evaluate({})
            if named is not None and advice is not None and not advice.startswith(REPORT):
                return broken(
                    f"Regel {rule.number} van “{decision.name}” noemt meldnorm {named}, en raadt toch "
                    f"“{advice}” aan.",
                    f"Row {rule.number} of “{decision.name}” names reporting norm {named} and yet advises "
                    f"“{advice}”.",
                    decision.id,
                )
    return None


def no_result(evidence: Evidence) -> Verdict | None:
    """A row that can advise neither a report nor Veilig Thuis when the help does not work (norm 3)."""
    looked = _looking_back(evidence.meaning)
    for decision in evidence.version.decisions.values():
        for place, column in enumerate(decision.inputs):
            key = column.expression.text.strip().lstrip("=").strip()
            if key not in looked:
                continue
            for rule in _fitting(decision, place):
                advice = _advice(rule)
                if advice is not None and not advice.startswith(SAFE_ADVICE):
                    return broken(
                        f"De hulp werkt niet, en regel {rule.number} van “{decision.name}” kan dan "
                        f"“{advice}” aanraden in plaats van melden.",
                        f"The help does not work, and row {rule.number} of “{decision.name}” can then "
                        f"advise “{advice}” instead of a report.",
                        decision.id,
                    )
    return None


def _fitting(decision: Decision, place: int) -> Iterator[Rule]:
    """The rows that can count when this column holds a no; of a FIRST table none after one that must."""
    for rule in decision.rules:
        test = rule.tests[place]
        if test.variables or not test.matches(NO, {}):
            continue
        yield rule
        others = [one.text.strip() for at, one in enumerate(rule.tests) if at != place]
        if decision.hit_policy == "FIRST" and all(one in ANYTHING for one in others):
            return


def _looking_back(meaning: Meaning) -> frozenset[str]:
    """The questions whether the help works."""
    found = set()
    for node in meaning.tagged(StepKind.VOLGEN):
        for field in meaning.fields(node):
            values = {option.value for option in field.options} if isinstance(field, Field) else set()
            if values >= {NO, DOUBT}:
                found.add(field.key)
    return frozenset(found)


def _advice(rule: Rule) -> str | None:
    cell = rule.answers[0]
    if cell is None or cell.variables:
        return None
    value = cell.evaluate({})
    return value if isinstance(value, str) else None
