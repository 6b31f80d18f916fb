"""Decision tables, gateways and expressions as they are written: what can be said without playing."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence

from meldcode.check.answers import Answers
from meldcode.check.comparisons import never_true
from meldcode.check.marking import NOW
from meldcode.check.meaning import Meaning
from meldcode.check.verdict import Evidence
from meldcode.decision import Decision
from meldcode.definition import Version
from meldcode.diagram.naming import described_in
from meldcode.feel import Json
from meldcode.messages import Finding, Severity, Text

MOST_TRIED = 70_000


def table_findings(version: Version) -> list[Finding]:
    """Overlaps, gaps and rules that never count, and comparisons with a value nobody can give."""
    answers = Answers(version, Meaning(version), NOW.date())
    found: list[Finding] = []
    for decision in version.decisions.values():
        found += _table(version, answers, decision)
    found += never_true(version)
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
