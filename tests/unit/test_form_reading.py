"""Reading form-js JSON: what is let through, and what a designer hears about the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meldcode.form import Form, FormError, Group, Rows, read_form
from meldcode.messages import Severity
from tests.unit.form_samples import EVERYTHING, KEYS, YES_NO, everything, form_of, part, refused, schema_of


def test_a_form_with_every_allowed_component_is_read() -> None:
    form = everything()
    assert form.id == "signalen"
    assert form.file == "forms/signalen.form"
    assert list(form.fields) == KEYS
    assert form.warnings == ()


def test_the_fields_say_type_label_and_options() -> None:
    fields = everything().fields
    assert [fields[key].type for key in ("bron", "acuut", "contact", "kinderen")] == [
        "textfield",
        "radio",
        "group",
        "dynamiclist",
    ]
    assert fields["datum"].label == "Datum van het signaal"
    assert fields["acuut"].required
    assert [option.value for option in fields["acuut"].options] == ["ja", "nee", "twijfel"]


def test_a_group_with_a_path_is_one_key_and_a_group_without_is_none() -> None:
    fields = everything().fields
    assert isinstance(fields["contact"], Group)
    assert isinstance(fields["kinderen"], Rows)
    assert "slot" in fields
    assert "mail" not in fields


def test_the_variables_are_those_of_conditions_and_texts() -> None:
    assert everything().variables == {"opener", "acuut", "contact", "kinderen"}


def test_a_row_that_reads_itself_reads_the_list_it_is_in() -> None:
    rows = {
        "type": "dynamiclist",
        "label": "L",
        "path": "lijst",
        "components": [
            part("radio", "a"),
            part("radio", "b", conditional={"hide": '=this.a = "ja" and i[1] > 1 and parent.c = null'}),
        ],
    }
    form = form_of(part("radio", "c"), {"type": "group", "label": "G", "path": "groep", "components": [rows]})
    assert form.variables == {"groep", "c"}


def test_a_field_that_is_read_only_is_not_written() -> None:
    assert "referentie" not in everything().fields
    assert form_of(part("textfield", disabled=True)).fields == {}


def test_the_words_the_editor_fills_in_are_replaced() -> None:
    form = form_of(
        {"type": "datetime", "key": "a", "subtype": "date", "dateLabel": "Date"},
        {"type": "datetime", "key": "b", "subtype": "time", "timeLabel": "Time"},
    )
    assert [field.label for field in form.fields.values()] == ["Datum", "Tijd"]


def test_without_an_id_the_form_is_called_after_its_file() -> None:
    assert form_of(part("textfield")).id == "vragen"


def test_a_newer_editor_is_a_warning_and_no_refusal() -> None:
    form = read_form(schema_of(part("textfield"), schemaVersion=20), "forms/x.form")
    assert [(finding.code, finding.severity) for finding in form.warnings] == [
        ("form-newer", Severity.WARNING)
    ]


@pytest.mark.parametrize(
    "kind",
    [
        *("html", "iframe", "image", "table", "documentPreview", "filepicker", "expression", "taglist"),
        *("default", "onbekend", ""),
    ],
)
def test_other_components_are_refused_with_what_to_use_instead(kind: str) -> None:
    with pytest.raises(FormError) as caught:
        form_of({"type": kind, "id": "Field_1", "key": "x", "label": "X"})
    (finding,) = caught.value.findings
    assert (finding.code, finding.element) == ("form-component", "x")
    assert finding.remedy.nl.startswith("Gebruik ")
    assert finding.remedy.en.startswith("Use ")


def test_the_submit_button_of_the_editor_is_left_out_and_a_reset_button_refused() -> None:
    assert form_of({"type": "button", "label": "Submit", "action": "submit", "key": "k"}).parts == ()
    assert refused({"type": "button", "label": "Reset", "action": "reset", "key": "k"}) == ["form-component"]


@pytest.mark.parametrize(
    "key",
    [
        *("", "A", "1a", "_a", "a-b", "a b", "é", "a" * 61, None, 7, "weging.acuut", "typename", "this", "i"),
        *("parent", "and", "if", "null", "true", "not", "in"),
    ],
)
def test_keys_that_no_condition_can_read_are_refused(key: object) -> None:
    assert refused({**part("textfield"), "key": key}) == ["form-key"]


def test_a_dotted_key_is_refused_with_its_own_remedy() -> None:
    with pytest.raises(FormError, match=r"contains a dot"):
        form_of(part("textfield", "weging.acuut"))


@pytest.mark.parametrize("key", ["a", "a1", "a_b", "a" * 60, "datum", "item", "date"])
def test_plain_keys_are_read(key: str) -> None:
    assert list(form_of(part("textfield", key)).fields) == [key]


def test_a_key_is_used_once_per_level() -> None:
    twice = [part("textfield", "a"), part("number", "a")]
    assert refused(*twice) == ["form-key-double"]
    hidden_in_group = {"type": "group", "label": "G", "components": [part("textfield", "a")]}
    assert refused(part("textfield", "a"), hidden_in_group) == ["form-key-double"]
    in_context = {"type": "group", "label": "G", "path": "g", "components": [part("textfield", "a")]}
    assert refused(part("textfield", "a"), in_context) == []
    assert refused(in_context, in_context) == ["form-key-double"]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "default", "components": [], "typename": "x"},
        {"type": "default", "components": [{**part("textfield"), "properties": {"typename": "x"}}]},
        {"type": "default", "components": [{**part("textfield"), "x": [{"typename": None}]}]},
    ],
)
def test_typename_is_refused_at_any_depth(schema: dict[str, Any]) -> None:
    with pytest.raises(FormError) as caught:
        read_form(json.dumps(schema).encode(), "x.form")
    assert [finding.code for finding in caught.value.findings] == ["form-typename"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b"\xff\xfe",
        b'{"type":"default"}',
        b'{"type":"default","components":{}}',
        b'{"type":"textfield","components":[]}',
        b'{"type":"default","components":[],"x":NaN}',
        b'{"type":"default","components":[],"x":Infinity}',
        b"[" * 100_000,
        b'{"a":' * 60 + b"1" + b"}" * 60,
        b'{"x":' + b"9" * 5_000 + b"}",
        b" " * (512 * 1024 + 1),
    ],
)
def test_a_file_that_is_no_form_is_refused(data: bytes) -> None:
    with pytest.raises(FormError) as caught:
        read_form(data, "forms/x.form")
    assert [finding.code for finding in caught.value.findings] == ["form-unreadable"]
    assert "forms/x.form" in caught.value.text.nl


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read_form(b"\xef\xbb\xbf" + schema_of(part("textfield")), "x.form").fields


def test_too_many_components_and_too_deep_groups_are_refused() -> None:
    assert refused(*[part("textfield", f"a{i}") for i in range(401)]) == ["form-too-large"]
    nested: dict[str, Any] = part("textfield")
    for _ in range(7):
        nested = {"type": "group", "label": "G", "components": [nested]}
    assert "form-too-deep" in refused(nested)
    assert refused(nested["components"][0]) == []


def beginning(begin: object) -> dict[str, object]:
    """A list that begins with what an expression gives."""
    rows = {"type": "dynamiclist", "path": "kinderen", "label": "Kind", "components": [part("number")]}
    return {**rows, "properties": {"begin": begin}}


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"type": "textfield", "key": "a"}, "form-label"),
        (part("textfield", label="  "), "form-label"),
        (part("textfield", label="=naam"), "form-label"),
        (part("textfield", label="Dag {{naam}}"), "form-label"),
        (part("textfield", label="x" * 301), "form-label"),
        (part("textfield", label={"nl": "x"}), "form-label"),
        (part("textfield", description="{{naam}}"), "form-label"),
        (part("textfield", label="\ud800"), "form-label"),
        (part("textfield", validate={"pattern": "^(a+)+$"}), "form-pattern"),
        (part("textfield", validate={"minLength": "=n"}), "form-limit"),
        (part("textfield", validate={"minLength": -1}), "form-limit"),
        (part("textfield", validate={"minLength": 1.5}), "form-limit"),
        (part("textfield", validate={"minLength": 9, "maxLength": 8}), "form-limit"),
        (part("textfield", validate={"maxLength": 1001}), "form-limit"),
        (part("textfield", validate={"validationType": "iban"}), "form-limit"),
        (part("textfield", validate=[]), ""),
        (part("textfield", validate="x"), "form-limit"),
        (part("textarea", validate={"maxLength": 20_001}), "form-limit"),
        (part("number", serializeToString=True), "form-number"),
        (part("number", validate={"min": 2, "max": 1}), "form-limit"),
        (part("number", validate={"min": "=x"}), "form-limit"),
        (part("number", validate={"min": True}), "form-limit"),
        (part("number", validate={"max": "1e999999"}), "form-limit"),
        (part("number", increment="0"), "form-limit"),
        (part("number", decimalDigits=16), "form-limit"),
        (part("datetime", subtype="week"), "form-datetime"),
        (part("radio", values=[]), "form-options"),
        (part("radio", values=None), "form-options"),
        (part("radio", values=[{"label": "", "value": "a"}]), "form-options"),
        (part("radio", values=[{"label": "A", "value": ""}]), "form-options"),
        (part("radio", values=[{"label": "A", "value": 1}]), "form-options"),
        (part("radio", values=["a"]), "form-options"),
        (part("radio", values=[*YES_NO, *YES_NO]), "form-options"),
        (part("select", values=[{"label": "A", "value": " a"}]), "form-options"),
        (part("select", values=[{"label": str(i), "value": str(i)} for i in range(201)]), "form-options"),
        (part("select", valuesKey="opties"), "form-options"),
        (part("checklist", valuesExpression="=opties"), "form-options"),
        (part("radio", defaultValue="misschien"), "form-default"),
        (part("number", defaultValue="7"), "form-default"),
        (part("datetime", defaultValue="morgen"), "form-default"),
        (part("textfield", readonly="=acuut"), "form-readonly"),
        (part("textfield", conditional={"hide": "acuut"}), "form-condition"),
        (part("textfield", conditional={"hide": "=acuut ="}), "form-condition"),
        (part("textfield", conditional={"hide": "=f(x) external"}), "form-condition"),
        (part("textfield", conditional=True), "form-condition"),
        (part("datetime", properties={"begin": "today()"}), "form-begin"),
        (part("textfield", properties={"begin": '= "ja"'}), "form-begin"),
        *((beginning(begin), "form-begin") for begin in ("kinderen", "= for k in", 3)),
        ({"type": "text", "text": "{{#if x}}a{{/if}}"}, "form-text"),
        ({"type": "text", "text": "{{x +}}"}, "form-text"),
        ({"type": "text", "text": "=x +"}, "form-text"),
        ({"type": "text", "text": "[hier](https://example.org/{{x}})"}, "form-text"),
        ({"type": "text", "text": 7}, "form-text"),
        ({"type": "text", "text": "\udfff"}, "form-text"),
        ({"type": "group", "label": "G", "components": []}, "form-empty-group"),
        ({"type": "group", "label": "G", "path": "a.b", "components": [part("number")]}, "form-key"),
        ({"type": "dynamiclist", "label": "G", "components": [part("number")]}, "form-key"),
        ({"type": "dynamiclist", "path": "g", "components": [part("number")]}, "form-label"),
        (
            {
                "type": "dynamiclist",
                "label": "G",
                "path": "g",
                "defaultRepetitions": 21,
                "components": [part("number")],
            },
            "form-limit",
        ),
        (
            {"type": "group", "label": "G", "path": "g", "components": [part("number", readonly=True)]},
            "form-readonly",
        ),
        ("tekst", "form-component"),
        ({"key": "a"}, "form-component"),
    ],
)
def test_what_cannot_be_shown_or_checked_is_refused(component: object, code: str) -> None:
    codes = set(refused(component))
    assert codes == ({code} if code else set())


def test_all_findings_come_at_once_and_name_their_component() -> None:
    with pytest.raises(FormError) as caught:
        form_of(
            part("textfield", "A"), part("number", "n", serializeToString=True), {"type": "html", "id": "h1"}
        )
    assert [(finding.code, finding.element) for finding in caught.value.findings] == [
        ("form-key", "A"),
        ("form-number", "n"),
        ("form-component", "h1"),
    ]


def test_a_group_is_named_again_after_the_questions_inside_it() -> None:
    with pytest.raises(FormError) as caught:
        form_of(
            {"type": "dynamiclist", "path": "lijst", "components": [part("html", "x")]}, part("html", "y")
        )
    assert [finding.element for finding in caught.value.findings] == ["lijst", "x", "y"]


@pytest.mark.parametrize(
    "components",
    [
        [part("radio", "a", conditional={"hide": '=a = "ja"'})],
        [
            part("radio", "a", conditional={"hide": '=b = "ja"'}),
            part("radio", "b", conditional={"hide": "=a = null"}),
        ],
        [
            {
                "type": "group",
                "label": "G",
                "path": "g",
                "conditional": {"hide": "=b = null"},
                "components": [part("radio", "a")],
            },
            part("radio", "b", conditional={"hide": '=g.a = "ja"'}),
        ],
        [
            {
                "type": "dynamiclist",
                "label": "L",
                "path": "l",
                "components": [
                    part("radio", "a", conditional={"hide": '=this.b = "ja"'}),
                    part("radio", "b", conditional={"hide": '=this.a = "ja"'}),
                ],
            }
        ],
        [
            {
                "type": "dynamiclist",
                "label": "L",
                "path": "l",
                "components": [part("radio", "a", conditional={"hide": "=count(l) > 1"})],
            }
        ],
        [
            {
                "type": "group",
                "label": "G",
                "conditional": {"hide": "=b = null"},
                "components": [part("radio", "a")],
            },
            part("radio", "b", conditional={"hide": "=a = null"}),
        ],
    ],
)
def test_conditions_that_hang_on_each_other_in_a_circle_are_refused(components: list[Any]) -> None:
    assert refused(*components) == ["form-condition-circle"]


def test_a_long_chain_of_conditions_is_no_circle() -> None:
    chain = [part("radio", "v0")]
    chain += [part("radio", f"v{i}", conditional={"hide": f'=v{i - 1} != "ja"'}) for i in range(1, 300)]
    assert len(form_of(*reversed(chain)).fields) == 300


def test_a_row_may_look_at_its_own_row_and_at_the_form_around_it() -> None:
    assert (
        refused(
            part("radio", "v"),
            {
                "type": "dynamiclist",
                "label": "L",
                "path": "l",
                "components": [
                    part("radio", "a", conditional={"hide": '=v = "ja"'}),
                    part("radio", "b", conditional={"hide": '=this.a = "ja" or parent.v = "nee"'}),
                ],
            },
        )
        == []
    )


_VOCABULARY = st.sampled_from(
    [
        *(
            "type",
            "key",
            "path",
            "label",
            "components",
            "values",
            "value",
            "validate",
            "required",
            "min",
            "max",
        ),
        *("minLength", "maxLength", "pattern", "validationType", "conditional", "hide", "text", "subtype"),
        *(
            "dateLabel",
            "timeLabel",
            "defaultValue",
            "readonly",
            "disabled",
            "description",
            "appearance",
            "id",
        ),
        *(
            "prefixAdorner",
            "decimalDigits",
            "increment",
            "serializeToString",
            "defaultRepetitions",
            "typename",
        ),
        *("allowAddRemove", "schemaVersion", "valuesKey", "action", "disallowPassedDates"),
    ]
)
_WORDS = st.sampled_from(
    [
        *("default", "text", "textfield", "textarea", "number", "datetime", "checkbox", "checklist", "radio"),
        *("select", "group", "dynamiclist", "spacer", "separator", "button", "html", "date", "time", "email"),
        *("a", "b", "=a", "=a = 1", "{{a}}", "= this.a", "ja", "[a](x{{b}})", "{{#if a}}", "1e5", "-1"),
    ]
)
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | _WORDS | st.text(max_size=8)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(_VOCABULARY | st.text(max_size=5), inner, max_size=8)
    ),
    max_leaves=30,
)


@settings(max_examples=150, deadline=None)
@given(_JSON, st.lists(_JSON, max_size=4))
def test_no_json_makes_reading_fail_otherwise_than_with_findings(whole: Any, components: list[Any]) -> None:
    for schema in (whole, {"type": "default", "components": components}):
        _reads_or_says_why(json.dumps(schema).encode())


@st.composite
def _component(draw: st.DrawFn) -> dict[str, Any]:
    """One good component with one property made into anything."""
    component = dict(draw(st.sampled_from(EVERYTHING["components"])))
    component[draw(_VOCABULARY)] = draw(_JSON)
    return component


@settings(max_examples=150, deadline=None)
@given(st.lists(_component(), max_size=3))
def test_no_change_of_a_good_form_makes_reading_fail(components: list[Any]) -> None:
    form = _reads_or_says_why(schema_of(*components))
    if form is not None:
        json.dumps(form.check({}, {}).answers, allow_nan=False)
        form.render({}, {})


@given(st.binary(max_size=200))
def test_no_bytes_make_reading_fail(data: bytes) -> None:
    _reads_or_says_why(data)


def _reads_or_says_why(data: bytes) -> Form | None:
    try:
        return read_form(data, "x.form")
    except FormError as error:
        findings = error.findings
    assert findings
    for finding in findings:
        for text in (*finding.what, *finding.remedy, finding.element or "-"):
            assert text.encode()
    return None
