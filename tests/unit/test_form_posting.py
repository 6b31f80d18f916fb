"""What a browser posts: plain JSON comes out, nothing gets lost, and rows can be added and removed."""

from __future__ import annotations

import json
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meldcode.form import Edit, Form
from tests.unit.form_samples import KEYS, everything, form_of, part

TODAY = date(2026, 9, 7)
ALL = everything()

POSTED: dict[str, list[str]] = {
    "csrf_token": ["geheim"],
    "bron": ["intern begeleider"],
    "feiten": ["Blauwe plek.\r\nOp de arm."],
    "leeftijd": ["6"],
    "datum": ["2026-09-07"],
    "afspraak.date": ["2026-09-08"],
    "afspraak.time": ["14:30"],
    "acuut": ["nee"],
    "vormen": ["lichamelijk", "onbekend"],
    "relatie": [""],
    "gelezen": ["true"],
    "contact.kan": ["nee"],
    "_rows:kinderen": ["2"],
    "kinderen.0.naam": ["Zo"],
    "kinderen.0.thuis": ["ja"],
    "kinderen.1.naam": ["Li"],
    "kinderen.1.gezien": ["true"],
}


class Controls(HTMLParser):
    """What a browser would post for a page: names and values of its controls, buttons left out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.posted: dict[str, list[str]] = {}
        self.name: str | None = None
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input":
            if given.get("type") not in ("radio", "checkbox") or "checked" in given:
                self.add(given["name"], given.get("value"))
        elif tag == "textarea":
            self.name, self.text = given["name"], ""
        elif tag == "select":
            self.name = given["name"]
            self.add(self.name, "")
        elif tag == "option" and "selected" in given and self.name:
            self.posted[self.name] = [given.get("value") or ""]

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # as HTML says: one line break straight after the tag is not part of the text
            self.add(self.name, self.text.removeprefix("\n").replace("\n", "\r\n"))

    def add(self, name: str | None, value: str | None) -> None:
        self.posted.setdefault(name or "", []).append(value or "")


def controls(
    form: Form, values: dict[str, Any], document: dict[str, Any] | None = None
) -> dict[str, list[str]]:
    """What the page with these values would post when nobody touches it."""
    return Controls(str(form.render(values, document or {}, today=TODAY))).posted


def test_a_posted_page_becomes_plain_json() -> None:
    assert ALL.parse(POSTED) == {
        "bron": "intern begeleider",
        "feiten": "Blauwe plek.\nOp de arm.",
        "leeftijd": 6,
        "datum": "2026-09-07",
        "tijd": None,
        "afspraak": "2026-09-08T14:30",
        "acuut": "nee",
        "gevaar": None,
        "bereikbaar": None,
        "vormen": ["lichamelijk", "onbekend"],
        "relatie": None,
        "gelezen": True,
        "contact": {"kan": "nee", "mail": None, "telefoon": None},
        "slot": None,
        "kinderen": [
            {"naam": "Zo", "thuis": "ja", "waar": None, "gezien": False},
            {"naam": "Li", "thuis": None, "waar": None, "gezien": True},
        ],
    }
    assert ALL.check_post(POSTED, {}, TODAY).errors == {}


def test_an_empty_post_asks_for_what_is_required() -> None:
    assert ALL.check_post({}, {}, TODAY).errors.keys() == {"bron", "feiten", "datum", "acuut", "gelezen"}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("", None),
        ("  ", None),
        ("7", 7),
        (" 7 ", 7),
        ("+7", 7),
        ("-2,5", -2.5),
        ("2.5", 2.5),
        ("1 250", 1250),
        ("1.250,50", 1250.5),
        ("1.250.000,0", 1_250_000),
        ("1.250", "1.250"),
        ("1,250.5", "1,250.5"),
        ("1e9", "1e9"),
        ("NaN", "NaN"),
        ("zeven", "zeven"),
        ("٣", "٣"),
        ("9" * 500, "9" * 500),
    ],
)
def test_numbers_are_read_as_they_are_written_in_dutch(typed: str, value: Any) -> None:
    assert form_of(part("number")).parse({"vraag": [typed]}) == {"vraag": value}


def test_a_number_that_may_mean_two_things_is_asked_again() -> None:
    form = form_of(part("number"))
    assert "zonder punten" in form.check_post({"vraag": ["1.250"]}, {}).errors["vraag"].nl


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2026-12-24", "2026-12-24"),
        ("24-12-2026", "2026-12-24"),
        ("4/2/2026", "2026-02-04"),
        (" 24.12.2026 ", "2026-12-24"),
        ("24-12-26", "24-12-26"),
        ("kerst", "kerst"),
        ("", None),
    ],
)
def test_a_date_typed_in_an_old_browser_is_read(typed: str, value: Any) -> None:
    assert form_of(part("datetime", subtype="date")).parse({"vraag": [typed]}) == {"vraag": value}


@pytest.mark.parametrize(
    ("day", "hour", "shown"),
    [
        ("2026-09-08", "", ("2026-09-08", "")),
        ("", "14:30", ("", "14:30")),
        ("morgen", "twee uur", ("morgen", "twee uur")),
    ],
)
def test_half_a_moment_is_asked_again_and_stays_on_the_page(
    day: str, hour: str, shown: tuple[str, str]
) -> None:
    posted = {"afspraak.date": [day], "afspraak.time": [hour]}
    assert "allebei" in ALL.check_post(posted, {}).errors["afspraak"].nl
    again = controls(ALL, ALL.parse(posted))
    assert (again["afspraak.date"][0], again["afspraak.time"][0]) == shown


def test_what_cannot_be_read_is_shown_again_as_it_was_typed() -> None:
    typed = {"leeftijd": ["zes jaar"], "datum": ["vorige week"], "tijd": ["vanmorgen"], "acuut": ["nee"]}
    again = controls(ALL, ALL.parse(typed))
    for name, value in typed.items():
        assert again[name] == value


def test_a_page_without_javascript_brings_up_the_question_that_an_answer_adds() -> None:
    first = controls(
        ALL,
        {"acuut": None, "bron": "ib", "feiten": "x", "datum": "2026-09-07", "gelezen": True, "kinderen": []},
    )
    assert "gevaar" not in first
    # when: the person answers ja and sends the page
    first["acuut"] = ["ja"]
    errors = ALL.check_post(first, {}, TODAY).errors
    assert errors.keys() == {"gevaar", "bereikbaar"}
    # then: the page comes back with both questions and all that was filled in
    second = controls(ALL, ALL.parse(first))
    assert second["bron"] == ["ib"]
    assert second["_shown"] == ["gevaar", "bereikbaar"]
    # and: the optional one may now stay empty, the required one may not
    assert ALL.check_post(second, {}, TODAY).errors.keys() == {"gevaar"}
    second["gevaar"] = ["dreigt"]
    checked = ALL.check_post(second, {}, TODAY)
    assert checked.errors == {}
    assert checked.answers["gevaar"] == "dreigt"


def test_a_question_added_inside_a_row_is_brought_up_as_well() -> None:
    posted = {**POSTED, "kinderen.1.thuis": ["nee"]}
    assert ALL.check_post(posted, {}, TODAY).errors.keys() == {"kinderen.1.waar"}


def test_an_answer_from_the_api_needs_no_page_to_have_shown_it() -> None:
    answers = {**ALL.parse(POSTED), "acuut": "ja", "gevaar": "dreigt"}
    assert ALL.check(answers, {}, TODAY).errors == {}


def test_a_list_opens_with_the_rows_the_designer_wants_and_keeps_those_that_are_there() -> None:
    assert controls(ALL, {})["_rows:kinderen"] == ["1"]
    assert controls(ALL, {"kinderen": []})["_rows:kinderen"] == ["0"]
    assert controls(ALL, ALL.parse(POSTED))["_rows:kinderen"] == ["2"]


def test_a_row_is_added_and_nothing_else_changes() -> None:
    posted = {**POSTED, "_add:kinderen": ["1"]}
    action = ALL.edit_action(posted)
    assert action == Edit("add", "kinderen")
    before = ALL.parse(posted)
    after = ALL.apply_edit(before, action)
    assert after["kinderen"][:2] == before["kinderen"]
    assert after["kinderen"][2] == {"naam": None, "thuis": None, "waar": None, "gezien": False}
    assert {**after, "kinderen": before["kinderen"]} == before
    assert len(before["kinderen"]) == 2


def test_a_row_is_removed_from_the_middle() -> None:
    posted = {**POSTED, "_remove:kinderen:0": ["1"]}
    action = ALL.edit_action(posted)
    assert action == Edit("remove", "kinderen", 0)
    assert [row["naam"] for row in ALL.apply_edit(ALL.parse(posted), action)["kinderen"]] == ["Li"]


def test_sending_the_form_is_no_edit() -> None:
    assert ALL.edit_action(POSTED) is None
    assert ALL.edit_action({"_add:": ["1"], "_remove:kinderen": ["1"], "_remove:kinderen:x": ["1"]}) is None


@pytest.mark.parametrize(
    "action",
    [
        Edit("add", "onbekend"),
        Edit("add", "bron"),
        Edit("add", "contact"),
        Edit("add", "kinderen.0"),
        Edit("add", "kinderen.0.naam"),
        Edit("remove", "kinderen", 2),
        Edit("remove", "kinderen", 9999),
        Edit("add", "."),
        Edit("add", ""),
    ],
)
def test_a_button_that_does_not_exist_changes_nothing(action: Edit) -> None:
    before = ALL.parse(POSTED)
    assert ALL.apply_edit(before, action) == before


def test_a_list_stops_at_its_most_rows() -> None:
    values = {"kinderen": [{"naam": str(i)} for i in range(50)]}
    assert ALL.apply_edit(values, Edit("add", "kinderen")) == values
    html = str(ALL.render(values, {}))
    assert "_add:kinderen" not in html
    assert "_remove:kinderen:49" in html


def test_rows_inside_rows_and_groups_can_be_added() -> None:
    inner = {
        "type": "dynamiclist",
        "label": "Binnen",
        "path": "binnen",
        "components": [part("textfield", "a")],
    }
    outer = {"type": "dynamiclist", "label": "Buiten", "path": "buiten", "components": [inner]}
    form = form_of({"type": "group", "label": "G", "path": "g", "components": [outer]})
    values = form.parse(
        {"_rows:g.buiten": ["2"], "_rows:g.buiten.1.binnen": ["1"], "g.buiten.1.binnen.0.a": ["x"]}
    )
    assert values == {"g": {"buiten": [{"binnen": []}, {"binnen": [{"a": "x"}]}]}}
    added = form.apply_edit(values, Edit("add", "g.buiten.1.binnen"))
    assert added["g"]["buiten"][1]["binnen"] == [{"a": "x"}, {"a": None}]
    assert "_add:g.buiten.0.binnen" in str(form.render(added, {}))


def test_a_fixed_list_has_no_buttons_and_takes_no_edits() -> None:
    fixed = {
        "type": "dynamiclist",
        "label": "L",
        "path": "l",
        "allowAddRemove": False,
        "defaultRepetitions": 2,
        "components": [part("textfield", "a")],
    }
    form = form_of(fixed)
    html = str(form.render({}, {}))
    assert "_rows:l" in html
    assert "<button" not in html
    assert form.apply_edit({"l": [{}, {}]}, Edit("remove", "l", 0)) == {"l": [{}, {}]}


_NAMES = st.sampled_from(
    [
        *POSTED,
        *(
            "_add:kinderen",
            "_remove:kinderen:1",
            "_shown",
            "kinderen.1.waar",
            "contact.mail",
            "afspraak",
            "tijd",
        ),
    ]
)
_TEXTS = st.text(max_size=12) | st.sampled_from(
    ["ja", "nee", "2", "99", "-1", "1.250,5", "2026-09-07", "T", "²"]
)
_POSTED = st.dictionaries(_NAMES | st.text(max_size=12), st.lists(_TEXTS, max_size=3), max_size=15)


@settings(max_examples=200, deadline=None)
@given(_POSTED)
def test_no_post_makes_parsing_or_what_follows_fail(posted: dict[str, list[str]]) -> None:
    values = ALL.parse(posted)
    assert list(values) == KEYS
    json.dumps(values, allow_nan=False)
    checked = ALL.check_post(posted, {}, TODAY)
    ALL.render(values, {}, checked.errors, today=TODAY)
    ALL.error_summary(checked.errors)
    if action := ALL.edit_action(posted):
        ALL.render(ALL.apply_edit(values, action), {})


_PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)
_VALUES = st.fixed_dictionaries(
    {
        "bron": _PRINTABLE,
        "feiten": st.lists(_PRINTABLE, max_size=4).map("\n".join),
        "leeftijd": st.none()
        | st.integers(-(10**14), 10**14)
        | st.floats(-1e6, 1e6).map(lambda x: round(x, 3)),
        "datum": st.none() | st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(str),
        "acuut": st.sampled_from([None, "ja", "nee", "twijfel"]),
        "gevaar": _PRINTABLE,
        "vormen": st.lists(st.sampled_from(["lichamelijk", "psychisch", "onbekend"]), unique=True).map(
            sorted
        ),
        "relatie": st.sampled_from([None, "leerkracht", "buur"]),
        "gelezen": st.booleans(),
        "kinderen": st.lists(
            st.fixed_dictionaries({"naam": _PRINTABLE, "thuis": st.sampled_from([None, "ja", "nee"])}),
            max_size=3,
        ),
    }
)


@settings(max_examples=150, deadline=None)
@given(_VALUES)
def test_a_page_that_is_sent_back_untouched_says_the_same(values: dict[str, Any]) -> None:
    first = ALL.check(values, {}, TODAY)
    posted = controls(ALL, values)
    again = ALL.check_post(posted, {}, TODAY)
    assert again.answers == first.answers
    assert again.errors == first.errors
