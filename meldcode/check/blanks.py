"""Rule 13 of tables: a question that was left blank yields neither help nor closing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from meldcode.check.answers import Answers
from meldcode.check.documents import as_text
from meldcode.check.marking import NOW
from meldcode.check.meaning import Meaning
from meldcode.check.verdict import Evidence, Verdict, broken
from meldcode.decision import Decision
from meldcode.definition import Version
from meldcode.diagram.model import StepKind
from meldcode.feel import Json
from meldcode.form import Form
from meldcode.messages import MeldcodeError

SAFE_ADVICE = ("melden", "veilig")


def blank_advice(evidence: Evidence) -> Verdict | None:
    """A question of the weighing that was left blank must not yield help or closing."""
    return _blank_advice(evidence.version)


@lru_cache(maxsize=1)  # the same however far the playing is, and for every process in which a case can begin
def _blank_advice(version: Version) -> Verdict | None:
    meaning = Meaning(version)
    answers = Answers(version, meaning, NOW.date())
    for decision in version.decisions.values():
        asked = set(decision.variables) & (meaning.doubt_fields | meaning.danger_fields)
        if not asked:
            continue
        for form in {node.form: meaning.form(node) for node in meaning.tagged(StepKind.WEGEN)}.values():
            found = _blank(answers, decision, form) if form else None
            if found:
                name, advice = found
                return broken(
                    f"Is `{name}` niet beantwoord, dan zegt de tabel “{decision.name}” toch “{advice}”.",
                    f"With `{name}` left blank the table “{decision.name}” still says “{advice}”.",
                    decision.id,
                )
    return None


def _blank(answers: Answers, decision: Decision, form: Form) -> tuple[str, str] | None:
    # Only the questions that this form asks for certain: one hidden by a condition is answered by it.
    tried: set[tuple[tuple[str, str], ...]] = set()
    inputs = set(decision.variables)
    own = inputs & set(form.fields)
    if not own:
        return None
    # What an earlier form may hide is left blank for a reason that is not looked into here.
    elsewhere = answers.hidden_elsewhere(form)
    advised = _Advice(decision)
    cases: list[tuple[str, dict[str, Json]]] = [("alles", {})]
    projected: dict[tuple[str, ...], dict[str, Json]] = {}
    for leaf in answers.leaves(form, {}):
        asked = [(key, value) for key, value in leaf if key in own and value is not None]
        texts = tuple([f"{key} {value if type(value) is str else as_text([value])}" for key, value in asked])
        if texts not in projected:
            projected[texts] = dict(asked)
    for given in projected.values():
        cases += [
            (blank, {key: value for key, value in given.items() if key != blank})
            for blank in given
            if blank not in elsewhere
        ]
    for blank, given in cases:
        place = tuple(
            [(key, value if type(value) is str else as_text([value])) for key, value in given.items()]
        )
        if place in tried:
            continue
        tried.add(place)
        for advice in advised.of(given):
            if not advice.startswith(SAFE_ADVICE) and not _hides(form, blank, given, answers):
                return blank, advice
    return None


def _hides(form: Form, blank: str, given: Mapping[str, Json], answers: Answers) -> bool:
    """Whether the same answers are also given by somebody from whom the blank question was hidden."""
    wanted = dict(given)
    return any(
        {key: value for key, value in leaf if value is not None and key in answers.relevant} == wanted
        for leaf in answers.leaves(form, {})
        if all(dict(leaf).get(key) == value for key, value in wanted.items())
    )


class _Advice:
    """What a table advises, remembering for each column which rules fit a value."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.names = [column.expression.text.strip().lstrip("=").strip() for column in decision.inputs]
        self.plain = decision.hit_policy == "FIRST" and all(
            column.expression.variables == {name}
            for column, name in zip(decision.inputs, self.names, strict=True)
        )
        self.plain &= not any(test.variables for rule in decision.rules for test in rule.tests)
        self.plain &= all(rule.answers[0] is None or not rule.answers[0].variables for rule in decision.rules)
        self.fits: dict[tuple[int, str], int] = {}

    def of(self, given: Mapping[str, Json]) -> list[str]:
        """The first output when these answers were given: one text or none."""
        value = self._first(given) if self.plain else self._asked(given)
        return [value] if isinstance(value, str) else []

    def _first(self, given: Mapping[str, Json]) -> Json:
        fitting = (1 << len(self.decision.rules)) - 1
        for place, name in enumerate(self.names):
            fitting &= self._mask(place, given.get(name))
        if not fitting:
            return None
        answer = self.decision.rules[(fitting & -fitting).bit_length() - 1].answers[0]
        value = answer.evaluate({}) if answer is not None else None
        return value if isinstance(value, str) else None

    def _mask(self, place: int, value: Json) -> int:
        key = (place, value if type(value) is str else as_text([value]))
        if key not in self.fits:
            self.fits[key] = sum(
                1 << index
                for index, rule in enumerate(self.decision.rules)
                if rule.tests[place].matches(value, {})
            )
        return self.fits[key]

    def _asked(self, given: Mapping[str, Json]) -> Json:
        try:
            result = self.decision.decide(given, NOW).result
        except MeldcodeError:
            return None
        if not isinstance(result, dict) or not self.decision.outputs:
            return None
        return result.get(self.decision.outputs[0].name)
