"""Decision tables: reading them, deciding with them, and saying what is wrong with them."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meldcode.decision import Decision, DecisionError, read_decisions

DMN13 = "https://www.omg.org/spec/DMN/20191111/MODEL/"

# Column: label, expression, type, allowed values. Output: label, name, allowed values. Rule: cells, answers.
INPUTS = [("Acuut", "weging.acuut", "boolean", ""), ("Score", "score", "number", "")]
OUTPUTS = [("Advies", "advies", "")]
RULES = [
    (["true", ""], ['"melden"'], "Direct gevaar"),
    (["false", ">= 5"], ['"melden"'], ""),
    (["false", "< 5"], ['"hulp"'], "Samen verder kijken"),
]


def table(
    inputs: Any = None,
    outputs: Any = None,
    rules: Any = None,
    *,
    policy: str = "UNIQUE",
    aggregation: str = "",
    table_id: str = "afweging",
    namespace: str = DMN13,
    inside: str = "",
    after: str = "",
) -> bytes:
    """A DMN file as dmn-js writes it."""
    parts = [
        f'<definitions xmlns="{namespace}" id="bestand" name="Afweging" namespace="http://camunda.org/schema/1.0/dmn">',
        f"<decision id={quoteattr(table_id)} name='Afweging'>{inside}",
        f"<decisionTable id='tabel' hitPolicy='{policy}'",
        f" aggregation='{aggregation}'>" if aggregation else ">",
    ]
    for place, (label, text, kind, allowed) in enumerate(INPUTS if inputs is None else inputs):
        parts.append(f"<input id='i{place}' label={quoteattr(label)}>")
        parts.append(
            f"<inputExpression id='e{place}' typeRef='{kind}'><text>{escape(text)}</text></inputExpression>"
        )
        parts.append(
            f"<inputValues id='v{place}'><text>{escape(allowed)}</text></inputValues>" if allowed else ""
        )
        parts.append("</input>")
    for place, (label, name, allowed) in enumerate(OUTPUTS if outputs is None else outputs):
        parts.append(f"<output id='o{place}' label={quoteattr(label)} name={quoteattr(name)}>")
        parts.append(
            f"<outputValues id='w{place}'><text>{escape(allowed)}</text></outputValues>" if allowed else ""
        )
        parts.append("</output>")
    for number, (cells, answers, note) in enumerate(RULES if rules is None else rules):
        parts.append(f"<rule id='r{number}'><description>{escape(note)}</description>")
        parts += [
            f"<inputEntry id='r{number}c{place}'><text>{escape(cell)}</text></inputEntry>"
            for place, cell in enumerate(cells)
        ]
        parts += [
            f"<outputEntry id='r{number}a{place}'><text>{escape(answer)}</text></outputEntry>"
            for place, answer in enumerate(answers)
        ]
        parts.append("</rule>")
    parts.append(f"</decisionTable></decision>{after}</definitions>")
    return "".join(parts).encode()


def read(*args: Any, **named: Any) -> Decision:
    (decision,) = read_decisions(table(*args, **named), "afweging.dmn")
    return decision


def findings(xml: bytes) -> list[tuple[str, str | None, str]]:
    with pytest.raises(DecisionError) as caught:
        read_decisions(xml, "afweging.dmn")
    return [(finding.code, finding.element, finding.what.nl) for finding in caught.value.findings]


def decide_error(decision: Decision, context: dict[str, Any]) -> tuple[str, str | None, str]:
    with pytest.raises(DecisionError) as caught:
        decision.decide(context)
    (finding,) = caught.value.findings
    return finding.code, finding.element, caught.value.text.nl


def test_the_rule_that_matches_gives_its_answer_its_number_and_its_note() -> None:
    outcome = read().decide({"weging": {"acuut": False}, "score": 3})

    assert outcome.result == {"advies": "hulp", "regel": 3}
    assert outcome.rules == (3,)
    assert outcome.annotations == ("Samen verder kijken",)


def test_a_blank_answer_is_no_error_but_no_advice_either() -> None:
    outcome = read().decide({"weging": {"acuut": False}})

    assert outcome.result is None
    assert outcome.rules == ()


def test_a_decision_knows_what_it_reads_and_what_it_answers() -> None:
    decision = read(
        rules=[(["weging.acuut", "[0..grens]"], ["besluit.tekst"], "")],
        outputs=[("Advies", "advies", "soort")],
    )

    assert decision.paths == {("weging", "acuut"), ("score",), ("grens",), ("besluit", "tekst"), ("soort",)}
    assert decision.variables == {"weging", "score", "grens", "besluit", "soort"}
    assert decision.output_names == ("advies",)
    assert (decision.id, decision.name, decision.hit_policy) == ("afweging", "Afweging", "UNIQUE")


OVERLAP = [(["-", "> 1"], ['"een"'], "1"), (["-", "> 2"], ['"twee"'], "2"), (["-", "> 3"], ['"twee"'], "")]


@pytest.mark.parametrize(
    ("policy", "aggregation", "score", "result", "rules"),
    [
        ("UNIQUE", "", 2, {"advies": "een", "regel": 1}, (1,)),
        ("FIRST", "", 9, {"advies": "een", "regel": 1}, (1,)),
        ("FIRST", "", 0, None, ()),
        ("ANY", "", 2, {"advies": "een", "regel": 1}, (1,)),
        ("RULE ORDER", "", 3, [{"advies": "een", "regel": 1}, {"advies": "twee", "regel": 2}], (1, 2)),
        ("COLLECT", "", 3, [{"advies": "een", "regel": 1}, {"advies": "twee", "regel": 2}], (1, 2)),
        ("COLLECT", "", 0, [], ()),
        ("COLLECT", "COUNT", 9, 3, (1, 2, 3)),
        ("COLLECT", "COUNT", 0, 0, ()),
    ],
)
def test_each_hit_policy_gives_its_result(
    policy: str, aggregation: str, score: int, result: Any, rules: tuple[int, ...]
) -> None:
    outcome = read(rules=OVERLAP, policy=policy, aggregation=aggregation).decide({"score": score})

    assert outcome.result == result
    assert outcome.rules == rules


@pytest.mark.parametrize(
    ("aggregation", "result", "nothing"), [("SUM", 6.5, None), ("MIN", 1, None), ("MAX", 3.5, None)]
)
def test_collect_adds_up_or_takes_the_least_or_the_most(aggregation: str, result: Any, nothing: Any) -> None:
    rules = [(["-", "> 1"], ["1"], ""), (["-", "> 2"], ["2"], ""), (["-", "> 3"], ["3.5"], "")]
    decision = read(rules=rules, policy="COLLECT", aggregation=aggregation)

    assert decision.decide({"score": 9}).result == result
    assert decision.decide({"score": 0}).result is nothing


def test_any_gives_the_answer_on_which_the_rules_agree() -> None:
    decision = read(rules=OVERLAP[1:], policy="ANY")

    assert decision.decide({"score": 9}).result == {"advies": "twee", "regel": 1}
    assert decision.decide({"score": 9}).rules == (1, 2)


def test_two_rules_of_a_unique_table_are_an_error_that_names_them() -> None:
    code, element, text = decide_error(read(rules=OVERLAP), {"score": 3})

    assert (code, element) == ("decision-two-rules", "afweging")
    assert text.startswith("Tabel Afweging: regel 1 en regel 2")


def test_different_answers_of_an_any_table_are_an_error_that_names_the_rules() -> None:
    code, element, text = decide_error(read(rules=OVERLAP, policy="ANY"), {"score": 9})

    assert (code, element) == ("decision-different-answers", "afweging")
    assert "1, 2, 3" in text


def test_an_answer_without_a_sum_is_an_error() -> None:
    decision = read(rules=OVERLAP, policy="COLLECT", aggregation="SUM")

    assert decide_error(decision, {"score": 9})[0] == "decision-no-aggregate"


def test_a_value_outside_the_list_of_its_column_is_an_error_that_names_the_column() -> None:
    inputs = [("Soort", "soort", "string", '"huiselijk geweld","kindermishandeling"')]
    decision = read(inputs=inputs, rules=[(["-"], ['"x"'], "")])

    assert decision.decide({"soort": "kindermishandeling"}).rules == (1,)
    assert decision.decide({}).rules == (1,)
    assert decide_error(decision, {"soort": "anders"})[:2] == ("decision-value-not-allowed", "afweging/Soort")


def test_an_answer_outside_the_list_of_its_column_is_an_error_that_names_rule_and_column() -> None:
    outputs = [("Advies", "advies", '"melden","hulp"')]
    decision = read(outputs=outputs, rules=[(["-", "-"], ["keuze"], "")])

    assert decision.decide({"keuze": "hulp"}).result == {"advies": "hulp", "regel": 1}
    assert decision.decide({}).result == {"advies": None, "regel": 1}
    code, element, text = decide_error(decision, {"keuze": "iets"})
    assert (code, element) == ("decision-value-not-allowed", "afweging/1/Advies")
    assert text.startswith("Tabel Afweging, regel 1, kolom Advies: ")


def test_a_cell_that_takes_too_much_work_is_an_error_that_names_it() -> None:
    decision = read(rules=[(["-", "? in (for i in 1..n return i)"], ['"x"'], "")])

    assert decide_error(decision, {"score": 1, "n": 10**7})[:2] == ("decision-cell", "afweging/1/Score")


def test_dates_of_a_form_are_read_as_the_type_of_the_column() -> None:
    decision = read(
        inputs=[("Geboren", "geboren", "date", "")],
        rules=[(['< date("2010-01-01")'], ['"ouder"'], ""), (['>= date("2010-01-01")'], ['"jonger"'], "")],
    )

    assert decision.decide({"geboren": "2009-12-31"}).result["advies"] == "ouder"
    assert decision.decide({"geboren": "2010-01-01"}).result["advies"] == "jonger"
    assert decision.decide({"geboren": "gisteren"}).result is None


def test_dates_in_answers_become_plain_json() -> None:
    decision = read(rules=[(["-", "-"], ['date("2026-09-07") + duration("P1M")'], "")])

    assert json.dumps(decision.decide({}).result) == '{"advies": "2026-10-07", "regel": 1}'


def test_default_answers_hold_when_no_rule_does() -> None:
    xml = table().replace(
        b"</output>", b'<defaultOutputEntry><text>"weeg"</text></defaultOutputEntry></output>'
    )
    (decision,) = read_decisions(xml, "afweging.dmn")

    assert decision.decide({}).result == {"advies": "weeg", "regel": None}


def test_annotations_of_dmn_are_notes_too() -> None:
    xml = table().replace(b"</rule>", b"<annotationEntry><text>Bron: wet</text></annotationEntry></rule>")
    (decision,) = read_decisions(xml, "afweging.dmn")

    assert decision.decide({"weging": {"acuut": True}}).annotations == ("Direct gevaar", "Bron: wet")


def test_deciding_leaves_the_case_document_as_it_was() -> None:
    context = {"weging": {"acuut": True}, "score": 1, "lijst": [1]}
    before = json.dumps(context)

    read(rules=[(["-", "-"], ["append(lijst, score)"], "")]).decide(context)

    assert json.dumps(context) == before


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        DMN13,
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_every_version_of_dmn_is_read(namespace: str) -> None:
    assert read(namespace=namespace).decide({"weging": {"acuut": True}}).rules == (1,)


def test_a_decision_that_is_drawn_on_another_reads_what_the_process_wrote() -> None:
    inside = "<informationRequirement id='q'><requiredDecision href='#ernst'/></informationRequirement>"

    assert read(inside=inside).decide({"weging": {"acuut": True}}).rules == (1,)


@pytest.mark.parametrize(
    ("xml", "code", "element", "word"),
    [
        (table(policy="PRIORITY"), "decision-hit-policy", "afweging", "PRIORITY"),
        (table(policy="OUTPUT ORDER"), "decision-hit-policy", "afweging", "OUTPUT ORDER"),
        (table(aggregation="SUM"), "decision-aggregation", "afweging", "COLLECT"),
        (table(policy="COLLECT", aggregation="AVG"), "decision-aggregation", "afweging", "AVG"),
        (table(rules=[(["true", "9 >"], ['"x"'], "")]), "decision-cell", "afweging/1/Score", "kolom Score"),
        (
            table(rules=[(["true", "-"], ["'x'"], "")]),
            "decision-cell",
            "afweging/1/Advies",
            "aanhalingstekens",
        ),
        (table(rules=[(["true"], ['"x"'], "")]), "decision-cells", "afweging/1", "1 invoercellen voor 2"),
        (table(rules=[(["true", "-"], [], "")]), "decision-cells", "afweging/1", "0 uitkomstcellen voor 1"),
        (table(outputs=[], rules=[]), "decision-no-output", "afweging", "geen uitkomst"),
        (table(outputs=[("Het advies", "", "")]), "decision-output-name", "afweging/Het advies", "geen naam"),
        (table(outputs=[("A", "regel", "")]), "decision-output-name", "afweging/A", "geen naam"),
        (table(outputs=[("A", "mijn advies", "")]), "decision-output-name", "afweging/A", "geen naam"),
        (table([("Acuut", "", "", ""), INPUTS[1]]), "decision-no-input", "afweging/Acuut", "nergens naar"),
        (table([("Acuut", "a b", "", ""), INPUTS[1]]), "decision-cell", "afweging/Acuut", "spatie"),
        (table([("Acuut", "a", "", "1 2"), INPUTS[1]]), "decision-cell", "afweging/Acuut", "kan hier niet"),
        (
            table(outputs=[("A", "a", '"hulp"')]),
            "decision-value-not-allowed",
            "afweging/1/A",
            "staat niet in",
        ),
        (table(table_id="mijn tabel"), "decision-id", "mijn tabel", "geen naam"),
        (table(inside="<x id='tabel'/>"), "decision-duplicate-id", "tabel", "twee keer"),
        (table(after="<decision id='leeg' name='Leeg'/>"), "decision-no-table", "leeg", "geen beslistabel"),
        (
            table().replace(b"<inputEntry id='r0c0'", b"<inputEntry expressionLanguage='juel' id='r0c0'"),
            "decision-language",
            "afweging/1/Acuut",
            "juel",
        ),
        (b"<definitions xmlns='urn:x'/>", "decision-not-dmn", None, "geen DMN"),
        (f"<definitions xmlns='{DMN13}'/>".encode(), "decision-no-table", None, "geen beslistabel"),
    ],
)
def test_what_is_wrong_with_a_table_is_found_when_it_is_read(
    xml: bytes, code: str, element: str | None, word: str
) -> None:
    found = findings(xml)

    assert (code, element) in [finding[:2] for finding in found]
    assert any(word in finding[2] for finding in found)


def test_two_outputs_cannot_be_added_up_nor_have_one_name() -> None:
    outputs = [("A", "a", ""), ("B", "a", "")]
    rules = [(["-", "-"], ["1", "2"], "")]

    found = findings(table(None, outputs, rules, policy="COLLECT", aggregation="SUM"))

    assert {finding[:2] for finding in found} == {
        ("decision-output-name", "afweging/B"),
        ("decision-aggregation", "afweging"),
    }


def test_all_that_is_wrong_is_said_at_once() -> None:
    rules = [(["tru e", "<"], ['"x'], ""), (["-", "5 5"], ["1 1"], "")]

    found = findings(table(rules=rules))

    assert [element for _, element, _ in found] == [
        "afweging/1/Acuut",
        "afweging/1/Score",
        "afweging/1/Advies",
        "afweging/2/Score",
        "afweging/2/Advies",
    ]


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"geen xml",
        b"<definitions",
        b"<!DOCTYPE x [<!ENTITY e 'boem'>]><definitions>&e;</definitions>",
        "<definitions xmlns='\u20ac'>".encode("utf-16"),
    ],
)
def test_what_is_no_plain_xml_is_refused_with_a_finding(xml: bytes) -> None:
    assert findings(xml)


_TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    ["-", "", "true", '"a","b"', "< 5", "[1..9]", "not(3)", "a.b", 'date("2026-01-01")', "? > 1"]
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(_TEXT, _TEXT, _TEXT), min_size=1, max_size=4),
    st.sampled_from(["UNIQUE", "FIRST", "ANY", "RULE ORDER", "COLLECT"]),
    st.sampled_from([{}, {"a": {"b": 3}, "score": 3, "weging": {"acuut": True}}]),
)
def test_any_table_decides_or_says_what_is_wrong(
    cells: list[tuple[str, str, str]], policy: str, context: dict[str, Any]
) -> None:
    rules = [([first, second], [answer], "") for first, second, answer in cells]
    try:
        outcome = read(rules=rules, policy=policy).decide(context)
    except DecisionError as error:
        said = error.findings
    else:
        said = ()
        json.dumps(outcome.result)
        assert set(outcome.rules) <= set(range(1, len(cells) + 1))

    assert all(finding.what.nl and finding.remedy.nl and finding.element for finding in said)
