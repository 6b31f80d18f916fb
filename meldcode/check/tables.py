"""Decision tables, gateways and expressions as they are written: what can be said without playing."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from meldcode.check.answers import Answers
from meldcode.check.documents import as_text
from meldcode.check.marking import NOW
from meldcode.check.meaning import Meaning
from meldcode.check.verdict import Evidence, Verdict, broken
from meldcode.decision import Decision
from meldcode.definition import Version
from meldcode.diagram.expressions import expressions_of
from meldcode.diagram.model import StepKind
from meldcode.diagram.naming import described_in
from meldcode.feel import Json
from meldcode.form import Form
from meldcode.form.parts import Field, every
from meldcode.messages import Finding, MeldcodeError, Severity, Text

MOST_TRIED = 70_000
PASSING = frozenset({"businessRuleTask", "sendTask", "intermediateThrowEvent"})
SAFE_ADVICE = ("melden", "veilig")
_COMPARED = re.compile(r'([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*(?:!=|=)\s*"((?:[^"\\]|\\.)*)"')
_LISTED = re.compile(r'([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s+in\s*\(((?:\s*"[^"]*"\s*,?)+)\)')
_NAME = r"(?<![\w.\"])([A-Za-z_]\w*)"
_NUMBERED = re.compile(_NAME + r"\s*(?:!=|<=|>=|=|<|>)\s*-?\d+(?:\.\d+)?(?![\w.\"])")
_TOLD_TRUE = re.compile(_NAME + r"\s*(?:!=|=)\s*(?:true|false)\b")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def table_findings(version: Version) -> list[Finding]:
    """Overlaps, gaps and rules that never count, and comparisons with a value nobody can give."""
    answers = Answers(version, Meaning(version), NOW.date())
    found: list[Finding] = []
    for decision in version.decisions.values():
        found += _table(version, answers, decision)
    found += _never_true(version)
    found += _unused_forms(version)
    return found


def only_recorded(version: Version) -> dict[str, tuple[str, ...]]:
    """The questions whose answers no diagram, table, rule or condition reads: people do. By form."""
    relevant = Answers(version, Meaning(version), NOW.date()).relevant
    found = {
        file: tuple(key for key in form.fields if key not in relevant) for file, form in version.forms.items()
    }
    return {file: keys for file, keys in sorted(found.items()) if keys}


def _unused_forms(version: Version) -> Iterator[Finding]:
    shown = {node.form for node in version.nodes.values()}
    for file, form in sorted(version.forms.items()):
        if file not in shown:
            yield Finding(
                "form-unused",
                file,
                form.id,
                Text("Geen taak laat dit formulier zien.", "No task shows this form."),
                Text("Kies het bij een taak, of haal het weg.", "Choose it for a task, or remove it."),
                Severity.WARNING,
            )


# --- tables ----------------------------------------------------------------------------------------------


def _domains(version: Version, answers: Answers, decision: Decision) -> list[list[Json]] | None:
    """The values each column can have; None when that cannot be said."""
    domains: list[list[Json]] = []
    for column in decision.inputs:
        names = column.expression.variables
        if len(names) != 1 or column.expression.paths != {(name,) for name in names}:
            return None
        if column.expression.text.strip().lstrip("=").strip() not in names:
            return None
        (name,) = names
        values: dict[str, Json] = {}
        for form in version.forms.values():
            if name in form.fields:
                values |= {json.dumps(one): one for one in answers.domain(name, form.fields[name])}
        if not values:
            return None
        domains.append(list(values.values()))
    if any(test.variables for rule in decision.rules for test in rule.tests):
        return None
    return domains


def _table(version: Version, answers: Answers, decision: Decision) -> Iterator[Finding]:
    domains = _domains(version, answers, decision)
    if domains is None:
        return
    size = 1
    for domain in domains:
        size *= len(domain)
    if size > MOST_TRIED:
        return
    masks = [
        [
            sum(
                1 << index
                for index, rule in enumerate(decision.rules)
                if rule.tests[place].matches(value, {})
            )
            for value in domain
        ]
        for place, domain in enumerate(domains)
    ]
    first_only = decision.hit_policy == "FIRST"
    used, gap = 0, None
    overlaps: dict[tuple[int, int], tuple[int, ...]] = {}
    everything = (1 << len(decision.rules)) - 1
    for places in itertools.product(*(range(len(domain)) for domain in domains)):
        hit = everything
        for masks_of, place in zip(masks, places, strict=True):
            hit &= masks_of[place]
        if not hit:
            if gap is None and all(domains[at][place] is not None for at, place in enumerate(places)):
                gap = places
            continue
        lowest = hit & -hit
        used |= lowest if first_only else hit
        rest = hit ^ lowest
        if rest and decision.hit_policy in ("UNIQUE", "ANY"):
            pair = (lowest.bit_length(), (rest & -rest).bit_length())
            overlaps.setdefault(pair, places)
    file = version.decision_files.get(decision.id, decision.file)
    yield from _rules(decision, file, used, overlaps, domains)
    if gap is not None and decision.hit_policy in ("UNIQUE", "FIRST", "ANY"):
        example = _example(decision, domains, gap)
        yield Finding(
            "table-gap",
            file,
            decision.id,
            Text(
                f"Geen regel van “{decision.name}” past bij {example}.",
                f"No rule of “{decision.name}” fits {example}.",
            ),
            Text(
                "Voeg een regel toe, of laat het zo als dit nooit samen voorkomt.",
                "Add a rule, or leave it when this never goes together.",
            ),
            Severity.WARNING,
        )


def _rules(
    decision: Decision,
    file: str,
    used: int,
    overlaps: Mapping[tuple[int, int], tuple[int, ...]],
    domains: Sequence[Sequence[Json]],
) -> Iterator[Finding]:
    for rule in decision.rules:
        if not used >> (rule.number - 1) & 1:
            yield Finding(
                "table-rule-unused",
                file,
                f"{decision.id} regel {rule.number}",
                Text(
                    f"Regel {rule.number} van “{decision.name}” telt nooit: een eerdere regel wint, "
                    "of geen antwoord past.",
                    f"Rule {rule.number} of “{decision.name}” never counts: an earlier rule wins, or "
                    "no answer fits.",
                ),
                Text(
                    "Zet de regel hoger, verbeter de waarde, of haal hem weg.",
                    "Move it up, mend the value, or remove it.",
                ),
            )
    for (one, two), places in overlaps.items():
        first, second = decision.rules[one - 1], decision.rules[two - 1]
        same = [cell.text if cell else "" for cell in first.answers] == [
            cell.text if cell else "" for cell in second.answers
        ]
        if decision.hit_policy == "ANY" and same:
            continue
        example = _example(decision, domains, places)
        yield Finding(
            "table-overlap",
            file,
            f"{decision.id} regel {one}",
            Text(
                f"Regel {one} en {two} van “{decision.name}” passen allebei bij {example}.",
                f"Rules {one} and {two} of “{decision.name}” both fit {example}.",
            ),
            Text(
                "Maak de regels uitsluitend, of kies FIRST.", "Make them exclude each other, or choose FIRST."
            ),
        )


def _example(decision: Decision, domains: Sequence[Sequence[Json]], places: Sequence[int]) -> str:
    told = (
        f"{column.expression.text.strip()} = {json.dumps(domain[place], ensure_ascii=False)}"
        for column, domain, place in zip(decision.inputs, domains, places, strict=True)
    )
    return ", ".join(told)


# --- comparisons that are never true ---------------------------------------------------------------------


def _never_true(version: Version) -> Iterator[Finding]:
    for diagram in version.diagrams.values():
        for element, text in expressions_of(diagram):
            yield from _compared(version, diagram.file, element, text)
    for form in version.forms.values():
        for part in every(form.parts):
            if part.hide is not None:
                yield from _compared(
                    version, form.file, getattr(part, "key", form.id) or form.id, part.hide.text
                )
    for decision in version.decisions.values():
        file = version.decision_files.get(decision.id, decision.file)
        for rule in decision.rules:
            for column, test in zip(decision.inputs, rule.tests, strict=True):
                name = column.expression.text.strip().lstrip("=").strip()
                if not test.variables:
                    cells = re.sub(r"^(?![<>=])", "= ", test.text.strip())
                    yield from _mismatched(
                        version, file, f"{decision.id} regel {rule.number}", f"{name} {cells}"
                    )
                for value in _STRING.findall(test.text) if not test.variables else ():
                    yield from _odd(version, file, f"{decision.id} regel {rule.number}", name, value)


def _compared(version: Version, file: str, element: str, text: str) -> Iterator[Finding]:
    yield from _mismatched(version, file, element, text)
    for name, value in _COMPARED.findall(text):
        yield from _odd(version, file, element, name, value)
    for name, values in _LISTED.findall(text):
        for value in _STRING.findall(values):
            yield from _odd(version, file, element, name, value)


def _mismatched(version: Version, file: str, element: str, text: str) -> Iterator[Finding]:
    """A comparison of a question with a value of another kind than its answers."""
    kinds = (
        (_NUMBERED, "number", Text("een getal", "a number")),
        (_TOLD_TRUE, "checkbox", Text("waar of onwaar", "true or false")),
    )
    for pattern, kind, told in kinds:
        for name in pattern.findall(_STRING.sub('""', text)):
            fields = [form.fields[name] for form in version.forms.values() if name in form.fields]
            if fields and not any(isinstance(one, Field) and one.type == kind for one in fields):
                yield _mismatch(file, element, name, told)


def _mismatch(file: str, element: str, name: str, told: Text) -> Finding:
    return Finding(
        "comparison-of-kinds",
        file,
        element,
        Text(f"`{name}` is nooit {told.nl}.", f"`{name}` is never {told.en}."),
        Text(
            "Vergelijk met een waarde van het soort dat het veld vraagt.",
            "Compare with a value of the kind that the field asks for.",
        ),
    )


def _odd(version: Version, file: str, element: str, name: str, value: str) -> Iterator[Finding]:
    known = _values(version, name)
    if known is None or value in known:
        return
    if not known:
        yield _mismatch(file, element, name, Text("een tekst", "a text"))
        return
    listed = ", ".join(f"`{one}`" for one in sorted(known))
    yield Finding(
        "comparison-never-true",
        file,
        element,
        Text(f"`{name}` wordt nooit “{value}”.", f"`{name}` never becomes “{value}”."),
        Text(f"Kies een van: {listed}.", f"Choose one of: {listed}."),
    )


def _values(version: Version, name: str) -> set[str] | None:
    """The texts a name can hold; None when it can hold any."""
    top, _, part = name.partition(".")
    decision = version.decisions.get(top)
    if decision is not None:
        return _outputs(decision, part) if part and "." not in part else None
    found: set[str] = set()
    fields = [form.fields[name] for form in version.forms.values() if name in form.fields]
    for field in fields:
        if isinstance(field, Field) and field.type in ("number", "checkbox"):
            continue  # never a text
        if not isinstance(field, Field) or field.type not in ("radio", "select"):
            return None
        found |= {option.value for option in field.options}
    return found if fields else None


def _outputs(decision: Decision, part: str) -> set[str] | None:
    found: set[str] = set()
    for place, column in enumerate(decision.outputs):
        if column.name != part:
            continue
        for cell in [*(rule.answers[place] for rule in decision.rules), column.default]:
            if cell is None:
                continue
            if cell.variables:
                return None
            value = cell.evaluate({})
            if isinstance(value, str):
                found.add(value)
    return found or None


# --- rule 13: tables and default flows that decide ----------------------------------------------------------


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
    tried: set[str] = set()
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
        place = json.dumps(given, sort_keys=True)
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
        key = (place, json.dumps(value, sort_keys=True))
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


# --- from the exploration ---


def shared_fields(evidence: Evidence) -> list[Finding]:
    """Two tasks that can be open together and write one field: the later answer would overwrite the first."""
    version, found = evidence.version, dict[tuple[str, ...], str]()
    for state in evidence.exploration.states:
        tasks = [version.nodes[task.node] for task in state.tasks]
        for one, two in itertools.combinations(tasks, 2):
            forms = [version.forms.get(node.form or "") for node in (one, two)]
            if (
                forms[0] is None
                or forms[1] is None
                or (one is two and one.loop and one.loop.output_collection)
            ):
                continue
            both = sorted(set(forms[0].fields) & set(forms[1].fields))
            if both:
                found.setdefault(tuple(sorted({one.id, two.id})), both[0])

    def named(key: str) -> Text:
        return described_in(version.diagrams.values(), key)

    return [
        Finding(
            "field-written-twice",
            version.nodes[pair[0]].form or "",
            field,
            Text(
                f"{' en '.join(named(key).nl for key in pair)} kunnen tegelijk openstaan en schrijven "
                f"allebei `{field}`.",
                f"{' and '.join(named(key).en for key in pair)} can be open together and both "
                f"write `{field}`.",
            ),
            Text("Geef een van de velden een eigen sleutel.", "Give one of the fields a key of its own."),
        )
        for pair, field in sorted(found.items())
    ]
