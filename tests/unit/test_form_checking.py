"""The one door for answers: types, limits, conditions, rows, and nothing that does not belong there."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meldcode.form import Form
from tests.unit.form_samples import KEYS, everything, form_of, part

TODAY = date(2026, 9, 7)
ALL = everything()

GOOD: dict[str, Any] = {
    "bron": "intern begeleider",
    "feiten": "Blauwe plek op de arm.",
    "datum": "2026-09-07",
    "acuut": "nee",
    "gelezen": True,
}


def value_of(component: dict[str, Any], given: Any, today: date | None = TODAY) -> Any:
    """The stored answer to the only question of a form; fails when it is refused."""
    checked = form_of(component).check({component["key"]: given}, {}, today)
    assert checked.errors == {}
    return checked.answers[component["key"]]


def error_of(component: dict[str, Any], given: Any, today: date | None = TODAY) -> str:
    """The Dutch sentence for an answer that is refused; null is what would be stored."""
    checked = form_of(component).check({component["key"]: given}, {}, today)
    assert checked.answers[component["key"]] in (None, [], False)
    return checked.errors[component["key"]].nl


@pytest.mark.parametrize(
    ("component", "given", "stored"),
    [
        (part("textfield"), "  twee  woorden ", "twee  woorden"),
        (part("textfield"), "een\r\ntwee\tdrie", "een twee drie"),
        (part("textfield"), "caf\u0065\u0301", "café"),
        (part("textfield"), "a\x00b\x07c\x7f\x85d", "abcd"),
        (part("textfield"), "a\u202eb\u2066c", "abc"),
        (part("textfield"), "", None),
        (part("textfield"), " \n ", None),
        (part("textfield"), None, None),
        (part("textfield"), "x" * 1_000, "x" * 1_000),
        (part("textarea"), "een\r\ntwee\rdrie\n", "een\ntwee\ndrie"),
        (part("textarea"), "x" * 20_000, "x" * 20_000),
        (part("textarea"), "👩‍👧 <script>", "👩‍👧 <script>"),
        (part("textfield", validate={"minLength": 3, "maxLength": 5}), "abc", "abc"),
        (part("textfield", validate={"minLength": 3, "maxLength": 5}), " abcde ", "abcde"),
        (part("textfield", validate={"minLength": 3}), "", None),
        (part("textfield", validate={"validationType": "email"}), "a.b@school.example", "a.b@school.example"),
        (part("textfield", validate={"validationType": "phone"}), "06 12345678", "06 12345678"),
        (part("textfield", validate={"validationType": "phone"}), "+31 (0)20-1234567", "+31 (0)20-1234567"),
        (part("textfield", validate={"validationType": "phone"}), "112", "112"),
        (part("number"), 7, 7),
        (part("number"), 7.0, 7),
        (part("number"), -2.5, -2.5),
        (part("number"), 0, 0),
        (part("number"), None, None),
        (part("number"), 999_999_999_999_999, 999_999_999_999_999),
        (part("number", validate={"min": 0, "max": 23}), 23, 23),
        (part("number", validate={"min": "0.5"}), 0.5, 0.5),
        (part("number", decimalDigits=1), 2.5, 2.5),
        (part("number", decimalDigits=0), 30.0, 30),
        (part("number", increment="0.25"), 1.75, 1.75),
        (part("number", increment=5), -10, -10),
        (part("datetime", subtype="date"), "2026-02-28", "2026-02-28"),
        (part("datetime", subtype="date"), "1900-01-01", "1900-01-01"),
        (part("datetime", subtype="date"), "", None),
        (part("datetime", subtype="date", disallowPassedDates=True), "2026-09-07", "2026-09-07"),
        (part("datetime", subtype="time"), "23:59", "23:59"),
        (part("datetime", subtype="datetime"), "2026-09-07T14:30", "2026-09-07T14:30:00+02:00"),
        (part("datetime", subtype="datetime"), "2026-12-07T14:30", "2026-12-07T14:30:00+01:00"),
        (part("datetime", subtype="datetime"), "2026-09-07T12:30:00Z", "2026-09-07T14:30:00+02:00"),
        (part("datetime", subtype="datetime"), "2026-09-07T09:30:00-03:00", "2026-09-07T14:30:00+02:00"),
        (part("datetime", subtype="datetime"), "2026-10-25T02:30", "2026-10-25T02:30:00+02:00"),
        (part("checkbox"), True, True),
        (part("checkbox"), False, False),
        (part("checkbox"), None, False),
        (part("checklist"), ["nee", "ja"], ["ja", "nee"]),
        (part("checklist"), ["ja", "ja"], ["ja"]),
        (part("checklist"), [], []),
        (part("checklist"), None, []),
        (part("radio"), "ja", "ja"),
        (part("radio"), None, None),
        (part("radio"), "", None),
        (part("select"), "nee", "nee"),
    ],
)
def test_a_good_answer_is_stored_as_plain_json(component: dict[str, Any], given: Any, stored: Any) -> None:
    value = value_of(component, given)
    assert value == stored
    assert type(value) is type(stored)


@pytest.mark.parametrize(
    ("component", "given", "sentence"),
    [
        (part("textfield"), 7, "gewone tekst"),
        (part("textfield"), ["a"], "gewone tekst"),
        (part("textfield"), "\ud800", "niet leesbaar"),
        (part("textfield"), "a\uffff", "niet leesbaar"),
        (part("textfield"), "x" * 1_001, "hoogstens 1000 tekens. Het zijn er nu 1001"),
        (part("textarea"), "x" * 20_001, "hoogstens 20000 tekens"),
        (part("textarea"), "x" * 1_000_000, "hoogstens 20000 tekens"),
        (part("textfield", validate={"minLength": 3}), "ab", "minstens 3 tekens"),
        (part("textfield", validate={"maxLength": 5}), "abcdef", "hoogstens 5 tekens"),
        (part("textfield", validate={"validationType": "email"}), "a@b", "e-mailadres"),
        (part("textfield", validate={"validationType": "email"}), "a b@c.nl", "e-mailadres"),
        (part("textfield", validate={"validationType": "email"}), "a@b.nl\nbcc: x@y.nl", "e-mailadres"),
        (part("textfield", validate={"validationType": "phone"}), "bel mij", "telefoonnummer"),
        (part("textfield", validate={"validationType": "phone"}), "12", "telefoonnummer"),
        (part("textfield", validate={"validationType": "phone"}), "1234567890123456", "telefoonnummer"),
        (part("number"), "7", "getal in cijfers"),
        (part("number"), "zeven", "getal in cijfers"),
        (part("number"), True, "getal in cijfers"),
        (part("number"), float("nan"), "15 cijfers"),
        (part("number"), float("inf"), "15 cijfers"),
        (part("number"), 10**15, "15 cijfers"),
        (part("number"), -(10**4000), "15 cijfers"),
        (part("number", validate={"min": 0}), -1, "0 of een hoger getal"),
        (part("number", validate={"min": 0.5}), 0.4, "0,5 of een hoger getal"),
        (part("number", validate={"max": 23}), 24, "23 of een lager getal"),
        (part("number", decimalDigits=0), 2.5, "heel getal"),
        (part("number", decimalDigits=1), 2.55, "1 cijfer na de komma"),
        (part("number", increment=5), 7, "veelvoud van 5"),
        (part("datetime", subtype="date"), "2026-02-30", "dag-maand-jaar"),
        (part("datetime", subtype="date"), "20260907", "dag-maand-jaar"),
        (part("datetime", subtype="date"), "07-09-2026", "dag-maand-jaar"),
        (part("datetime", subtype="date"), "2026-09-07T10:00", "dag-maand-jaar"),
        (part("datetime", subtype="date"), 20260907, "dag-maand-jaar"),
        (part("datetime", subtype="date"), "0202-09-07", "tussen 1900 en 2100"),
        (part("datetime", subtype="date"), "2101-01-01", "tussen 1900 en 2100"),
        (part("datetime", subtype="date", disallowPassedDates=True), "2026-09-06", "vandaag of een latere"),
        (part("datetime", subtype="time"), "24:00", "uren en minuten"),
        (part("datetime", subtype="time"), "9:00", "uren en minuten"),
        (part("datetime", subtype="datetime"), "2026-09-07", "allebei"),
        (part("datetime", subtype="datetime"), "2026-09-07T", "allebei"),
        (part("datetime", subtype="datetime"), "2026-13-07T10:00", "allebei"),
        (part("datetime", subtype="datetime"), "2026-03-29T02:30", "bestaat niet"),
        (part("datetime", subtype="datetime"), "0001-01-01T00:00:00+14:00", "tussen 1900 en 2100"),
        (part("datetime", subtype="datetime", disallowPassedDates=True), "2026-09-06T23:59", "vandaag of"),
        (part("checkbox"), "true", "vinkje"),
        (part("checkbox"), 1, "vinkje"),
        (part("checklist"), "ja", "uit de lijst"),
        (part("checklist"), ["misschien"], "uit de lijst"),
        (part("checklist"), [["ja"]], "uit de lijst"),
        (part("radio"), "Ja", "uit de lijst"),
        (part("radio"), {"value": "ja"}, "uit de lijst"),
        (part("select"), ["ja"], "uit de lijst"),
    ],
)
def test_a_bad_answer_gets_a_sentence_that_says_what_to_do(
    component: dict[str, Any], given: Any, sentence: str
) -> None:
    assert sentence in error_of(component, given)


@pytest.mark.parametrize(
    ("component", "blank"),
    [
        (part("textfield"), " "),
        (part("textarea"), None),
        (part("number"), None),
        (part("datetime", subtype="date"), ""),
        (part("datetime", subtype="time"), None),
        (part("datetime", subtype="datetime"), None),
        (part("checkbox"), False),
        (part("checklist"), []),
        (part("radio"), None),
        (part("select"), ""),
    ],
)
def test_a_required_question_wants_an_answer_and_an_optional_one_does_not(
    component: dict[str, Any], blank: Any
) -> None:
    assert value_of(component, blank) in (None, [], False)
    required = {**component, "validate": {"required": True}}
    assert error_of(required, blank)
    assert form_of(required).check({}, {}, TODAY).errors.keys() == {component["key"]}


def test_a_day_in_the_past_is_let_through_when_nobody_says_what_day_it_is() -> None:
    assert value_of(part("datetime", subtype="date", disallowPassedDates=True), "2020-01-01", None)


def test_the_answers_have_every_key_of_the_form_and_no_other() -> None:
    checked = ALL.check(GOOD, {"opener": "Noor", "oud": 1}, TODAY)
    assert checked.errors == {}
    assert list(checked.answers) == KEYS
    assert checked.answers["contact"] == {"kan": None, "mail": None, "telefoon": None}
    assert checked.answers["kinderen"] == []


def test_a_question_that_is_asked_is_required_and_one_that_is_hidden_is_not() -> None:
    assert "gevaar" not in ALL.check(GOOD, {}, TODAY).errors
    assert "gevaar" in ALL.check({**GOOD, "acuut": "ja"}, {}, TODAY).errors
    given = {**GOOD, "acuut": "ja", "gevaar": "dreigt met geweld"}
    assert ALL.check(given, {}, TODAY).answers["gevaar"] == "dreigt met geweld"


def test_the_answer_to_a_hidden_question_becomes_null_so_that_no_older_one_survives() -> None:
    given = {**GOOD, "gevaar": "dreigt met geweld", "bereikbaar": 7}
    checked = ALL.check(given, {"gevaar": "van vorige keer"}, TODAY)
    assert checked.errors == {}
    assert checked.answers["gevaar"] is None
    assert checked.answers["bereikbaar"] is None


def test_a_condition_reads_the_new_answers_and_not_the_older_ones_of_the_case() -> None:
    assert "gevaar" in ALL.check({**GOOD, "acuut": "ja"}, {"acuut": "nee"}, TODAY).errors
    assert ALL.check({**GOOD, "acuut": "nee"}, {"acuut": "ja"}, TODAY).errors == {}


def test_a_condition_reads_what_other_forms_wrote() -> None:
    form = form_of(part("textfield", conditional={"hide": '=eerder = "ja"'}, validate={"required": True}))
    assert form.check({}, {"eerder": "ja"}).errors == {}
    assert form.check({}, {"eerder": "nee"}).errors.keys() == {"vraag"}


def test_only_exactly_true_hides() -> None:
    for condition in ("=null", '="true"', "=1", "=eerder", "=[true]"):
        form = form_of(part("textfield", conditional={"hide": condition}, validate={"required": True}))
        assert form.check({}, {}).errors.keys() == {"vraag"}


def test_an_answer_that_hides_itself_away_no_longer_works_on_other_questions() -> None:
    form = form_of(
        part("textfield", "slot", conditional={"hide": '=tweede != "ja"'}, validate={"required": True}),
        part("radio", "tweede", conditional={"hide": '=eerste != "ja"'}),
        part("radio", "eerste"),
    )
    given = {"eerste": "nee", "tweede": "ja", "slot": "oud"}
    assert form.check(given, {}).answers == {"slot": None, "tweede": None, "eerste": "nee"}
    assert form.check({**given, "eerste": "ja"}, {}).answers == {**given, "eerste": "ja"}


def test_an_unreadable_answer_counts_as_none_for_conditions() -> None:
    checked = ALL.check({**GOOD, "acuut": "JA"}, {}, TODAY)
    assert checked.errors.keys() == {"acuut"}


def test_a_hidden_group_is_null_as_a_whole_and_so_are_the_questions_of_a_plain_group() -> None:
    hidden = {"conditional": {"hide": "=true"}}
    form = form_of(
        {"type": "group", "label": "G", "path": "g", "components": [part("textfield", "a")], **hidden},
        {
            "type": "group",
            "label": "H",
            "components": [part("textfield", "b"), {"type": "text", "text": ""}],
            **hidden,
        },
        {"type": "dynamiclist", "label": "L", "path": "l", "components": [part("number", "c")], **hidden},
    )
    given = {"g": {"a": "x"}, "b": "x", "l": [{"c": 1}, {"c": "x"}]}
    checked = form.check(given, {})
    assert checked.answers == {"g": None, "b": None, "l": None}
    assert checked.errors == {}


def test_conditions_may_ask_what_day_it_is() -> None:
    form = form_of(
        part("textfield", conditional={"hide": '=today() < date("2026-09-08")'}, validate={"required": True})
    )
    assert form.check({}, {}, TODAY).errors == {}
    assert form.check({}, {}, date(2026, 9, 8)).errors.keys() == {"vraag"}


def test_a_condition_inside_a_group_reads_by_its_path() -> None:
    checked = ALL.check({**GOOD, "contact": {"kan": "ja", "mail": "geen"}}, {}, TODAY)
    assert checked.errors.keys() == {"contact.mail"}
    checked = ALL.check({**GOOD, "contact": {"kan": "nee", "mail": "geen"}}, {}, TODAY)
    assert checked.answers["contact"] == {"kan": "nee", "mail": None, "telefoon": None}


def test_each_row_has_its_own_conditions_and_errors() -> None:
    rows = [
        {"naam": "Zo", "thuis": "ja", "waar": "vervalt"},
        {"naam": "", "thuis": "nee", "waar": "bij oma"},
    ]
    checked = ALL.check({**GOOD, "kinderen": rows}, {}, TODAY)
    assert checked.errors.keys() == {"kinderen.1.naam"}
    assert checked.answers["kinderen"][0] == {"naam": "Zo", "thuis": "ja", "waar": None, "gezien": False}
    assert checked.answers["kinderen"][1]["waar"] == "bij oma"


def test_blank_rows_are_dropped_beside_others() -> None:
    rows = [{"naam": " ", "gezien": False}, {"naam": "Zo"}, {}]
    checked = ALL.check({**GOOD, "kinderen": rows}, {}, TODAY)
    assert checked.errors == {}
    assert [row["naam"] for row in checked.answers["kinderen"]] == ["Zo"]


def test_a_list_is_left_empty_by_removing_the_row_and_not_by_overlooking_it() -> None:
    assert ALL.check({**GOOD, "kinderen": [{}]}, {}, TODAY).errors.keys() == {"kinderen.0.naam"}
    assert ALL.check({**GOOD, "kinderen": []}, {}, TODAY).errors == {}
    optional = form_of({"type": "dynamiclist", "label": "L", "path": "l", "components": [part("textfield")]})
    assert optional.check({"l": [{}]}, {}).answers == {"l": []}


def test_a_required_list_wants_a_row_that_is_filled_in() -> None:
    rows = {"type": "dynamiclist", "label": "L", "path": "l", "components": [part("textfield", "a")]}
    form = form_of({**rows, "properties": {"required": "true"}})
    empty: list[dict[str, Any]] = [{}, {"l": []}, {"l": [{}]}, {"l": [{"a": " "}, {}]}]
    for answers in empty:
        assert form.check(answers, {}).errors["l"].nl == "Vul minstens één rij in."
    assert form.check({"l": [{}, {"a": "x"}]}, {}).errors == {}
    assert form.check({"l": "x"}, {}).errors["l"].nl == "Vul hier een lijst in."
    hidden = form_of({**rows, "properties": {"required": "true"}, "conditional": {"hide": "=true"}})
    assert hidden.check({}, {}).errors == {}


def test_a_row_with_only_what_was_filled_in_beforehand_is_blank() -> None:
    form = form_of(
        {
            "type": "dynamiclist",
            "label": "L",
            "path": "l",
            "components": [part("radio", "a", defaultValue="ja"), part("textfield", "b")],
        }
    )
    assert form.check({"l": [{"a": "ja"}, {"a": "nee"}]}, {}).answers == {"l": [{"a": "nee", "b": None}]}


def test_an_unreadable_row_is_not_blank() -> None:
    form = form_of({"type": "dynamiclist", "label": "L", "path": "l", "components": [part("number", "n")]})
    checked = form.check({"l": [{"n": 1}, {"n": "x"}]}, {})
    assert checked.errors.keys() == {"l.1.n"}


def test_a_list_has_a_most_and_a_fixed_list_its_own_number() -> None:
    row = {"naam": "Zo"}
    assert ALL.check({**GOOD, "kinderen": [row] * 50}, {}, TODAY).errors == {}
    assert ALL.check({**GOOD, "kinderen": [row] * 51}, {}, TODAY).errors.keys() == {"kinderen"}
    fixed = form_of(
        {
            "type": "dynamiclist",
            "label": "L",
            "path": "l",
            "allowAddRemove": False,
            "defaultRepetitions": 2,
            "components": [part("textfield", "a")],
        }
    )
    assert fixed.check({"l": [{}, {"a": "x"}]}, {}).answers == {"l": [{"a": None}, {"a": "x"}]}
    assert fixed.check({"l": [{"a": "x"}]}, {}).errors.keys() == {"l"}


@pytest.mark.parametrize("kinderen", ["x", 7, {"0": {}}, [1], [None], [[]]])
def test_a_list_of_another_shape_is_refused(kinderen: Any) -> None:
    assert "kinderen" in ALL.check({**GOOD, "kinderen": kinderen}, {}, TODAY).errors


def test_a_group_of_another_shape_is_refused() -> None:
    assert ALL.check({**GOOD, "contact": ["x"]}, {}, TODAY).errors.keys() == {"contact"}


@pytest.mark.parametrize(
    "extra",
    [
        {"onbekend": 1},
        {"typename": "x"},
        {"contact": {"typename": "x"}},
        {"kinderen": [{"naam": "Zo", "typename": "datetime"}]},
        {"referentie": "K7Q2-84"},
        {"contact.kan": "ja"},
        {"_shown": ["x"]},
        {"\ud800": 1},
        {"<script>" * 100: 1},
    ],
)
def test_keys_that_are_not_of_this_form_are_refused_and_not_stored(extra: dict[str, Any]) -> None:
    checked = ALL.check({**GOOD, **extra}, {}, TODAY)
    assert checked.errors.keys() == {""}
    assert len(checked.errors[""].nl.encode()) < 400
    assert "typename" not in json.dumps(checked.answers)
    assert list(checked.answers) == KEYS


@pytest.mark.parametrize("answers", [[], None, "x", 7])
def test_answers_of_another_shape_are_refused(answers: Any) -> None:
    checked = ALL.check(answers, {}, TODAY)
    assert checked.errors.keys() == {""}
    assert list(checked.answers) == KEYS


def test_checking_what_was_checked_changes_nothing() -> None:
    given = {
        **GOOD,
        "afspraak": "2026-10-01T10:15",
        "vormen": ["onbekend", "psychisch"],
        "kinderen": [{}, {"naam": " Zo ", "thuis": "nee", "waar": "oma"}],
        "contact": {"kan": "ja", "mail": "a@b.nl", "telefoon": "0800-2000"},
    }
    once = ALL.check(given, {}, TODAY)
    assert once.errors == {}
    assert ALL.check(once.answers, {}, TODAY) == once


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["ja", "nee", "2026-09-07", "14:30", "2026-09-07T14:30", "a@b.nl", "112"])
)
_ANY_JSON = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*KEYS, "naam", "thuis", "kan", "typename"]) | st.text(), inner)
    ),
    max_leaves=20,
)


def _only_own_keys(form: Form, answers: dict[str, Any]) -> None:
    assert list(answers) == list(form.fields)
    assert answers["contact"] is None or set(answers["contact"]) == {"kan", "mail", "telefoon"}
    for row in answers["kinderen"]:
        assert set(row) == {"naam", "thuis", "waar", "gezien"}


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(KEYS), _ANY_JSON) | _ANY_JSON,
    st.dictionaries(st.sampled_from([*KEYS, "opener", "referentie"]), _ANY_JSON),
)
def test_no_json_makes_checking_fail_and_only_plain_json_comes_out(answers: Any, document: Any) -> None:
    checked = ALL.check(answers, document, TODAY)
    _only_own_keys(ALL, checked.answers)
    assert json.loads(json.dumps(checked.answers, allow_nan=False).encode()) == checked.answers
    for name, text in checked.errors.items():
        assert name == "" or name.split(".")[0] in ALL.fields
        assert text.nl.encode()
        assert text.en.encode()
    if not checked.errors:
        assert ALL.check(checked.answers, document, TODAY) == checked


def test_an_answer_nested_beyond_measure_does_no_harm() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    checked = ALL.check({**GOOD, "bron": deep, "vormen": deep, "contact": deep, "acuut": deep}, {}, TODAY)
    assert {"bron", "vormen", "contact", "acuut"} <= checked.errors.keys()
