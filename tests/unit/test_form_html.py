"""The pages of a form: accessible structure, everything escaped, earlier answers to read."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meldcode.form import Form, FormError, read_form
from meldcode.messages import Text
from tests.unit.form_samples import EVERYTHING, everything, form_of, part, schema_of

TODAY = date(2026, 9, 7)
ALL = everything()
FILLED: dict[str, Any] = {
    "bron": "intern begeleider",
    "feiten": "Blauwe plek.\nOp de arm.",
    "leeftijd": 6,
    "datum": "2026-09-07",
    "tijd": "08:05",
    "afspraak": "2026-09-08T14:30:00+02:00",
    "acuut": "ja",
    "gevaar": "dreigt",
    "vormen": ["lichamelijk", "onbekend"],
    "relatie": "buur",
    "gelezen": True,
    "contact": {"kan": "ja", "mail": "a@b.nl", "telefoon": None},
    "kinderen": [{"naam": "Zo", "thuis": "nee", "waar": "oma", "gezien": True}, {"naam": "Li"}],
}
VOID = {"input", "br", "hr"}
ALLOWED = {
    *(
        "div",
        "fieldset",
        "legend",
        "label",
        "span",
        "input",
        "textarea",
        "select",
        "option",
        "button",
        "hr",
        "p",
    ),
    *("h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "a", "strong", "em", "br", "code", "pre", "blockquote"),
    *("dl", "dt", "dd"),
}


class Page(HTMLParser):
    """The tags of a page with their attributes; fails on a tag that is not closed where it should be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"double attribute on {tag}: {names}"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def named(self, name: str) -> dict[str, str | None]:
        return next(attributes for _, attributes in self.tags if attributes.get("name") == name)


def rendered(*components: object, values: dict[str, Any] | None = None, **more: Any) -> Page:
    return Page(str(form_of(*components).render(values or {}, more.pop("document", {}), **more)))


def test_every_control_has_a_label_and_every_id_is_there_once() -> None:
    page = Page(str(ALL.render(FILLED, {}, today=TODAY)))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    labelled = {label["for"] for label in page.all("label")}
    controls = [
        c for tag in ("input", "textarea", "select") for c in page.all(tag) if c.get("type") != "hidden"
    ]
    assert {control["id"] for control in controls} == labelled
    assert len(controls) == 34


def test_what_describes_a_control_exists() -> None:
    errors = ALL.check({}, {}, TODAY).errors
    page = Page(str(ALL.render({}, {}, errors, today=TODAY)))
    ids = {attributes.get("id") for _, attributes in page.tags}
    described = [a["aria-describedby"] for _, a in page.tags if "aria-describedby" in a]
    assert len(described) == 7
    for names in described:
        assert set(str(names).split()) <= ids


def test_radios_and_ticks_stand_in_a_fieldset_with_the_question_as_legend() -> None:
    html = str(form_of(part("radio"), part("checklist", "meer")).render({}, {}))
    assert len(re.findall(r"<fieldset[^>]*>\s*<legend[^>]*>Vraag", html)) == 2
    assert html.count('role="radiogroup"') == 1


def test_optional_questions_say_so_and_required_ones_are_announced() -> None:
    page = rendered(part("textfield", "a"), part("textfield", "b", validate={"required": True}))
    assert page.text.count("(niet verplicht)") == 1
    assert page.named("b")["aria-required"] == "true"
    assert "aria-required" not in page.named("a")
    assert "required" not in page.named("b")  # the browser would say it in its own words and language


def test_a_tick_that_is_required_is_the_one_that_says_so() -> None:
    assert "verplicht" not in rendered(part("checkbox")).text
    assert "(verplicht)" in rendered(part("checkbox", validate={"required": True})).text


def test_an_optional_radio_has_a_way_back() -> None:
    page = rendered(part("radio"), values={"vraag": "ja"})
    assert [a.get("value") for a in page.all("input")] == ["ja", "nee", ""]
    assert "Geen antwoord" in page.text
    assert len(rendered(part("radio", validate={"required": True})).all("input")) == 2


def test_an_error_stands_at_its_question_and_marks_it() -> None:
    page = rendered(part("textfield"), errors={"vraag": Text("Vul dit in.", "Fill this in.")})
    control = page.named("vraag")
    assert control["aria-invalid"] == "true"
    assert control["aria-describedby"] == "veld-vraag-fout"
    assert "Vul dit in." in page.text


def test_the_texts_of_ours_are_there_in_english_too() -> None:
    page = rendered(part("radio"), language="en", errors={"vraag": Text("Kies.", "Choose.")})
    assert "(optional)" in page.text
    assert "Choose." in page.text
    assert "niet verplicht" not in page.text


class Spoken(HTMLParser):
    """What is read out of a fragment, by the language it is marked as ("" is that of the page around it)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = [""]
        self.said: dict[str, str] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(dict(attrs).get("lang") or self.open[-1])

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.said[self.open[-1]] = self.said.get(self.open[-1], "") + data


def test_on_an_english_page_the_organisations_own_words_are_read_out_as_dutch() -> None:
    """WCAG 2.2, 3.1.2: somebody who listens hears Dutch spoken as Dutch, and ours as English."""
    errors = {"bron": Text("Vul dit in.", "Fill this in.")}
    asked = Spoken(str(ALL.render(FILLED, {}, errors, "en")))
    theirs = {v for key, v in _texts(EVERYTHING) if key in ("label", "description")} - {""}
    assert len(theirs) > 20
    for text in theirs:
        assert text not in asked.said[""], text
    limited = part("textfield", description="Kort.", validate={"maxLength": 100})
    assert "At most 100" in Spoken(str(form_of(limited).render({}, {}, {}, "en"))).said[""]
    for ours in ("(optional)", "Fill this in.", "Make a choice", "Date"):
        assert ours in asked.said[""]
        assert ours not in asked.said["nl"]

    read = Spoken(str(ALL.show(FILLED, "en")))
    for text in ("Blauwe plek.", "intern begeleider", "Wat is er gezien?"):
        assert text not in read.said[""]
    assert "Monday 7 September 2026" in read.said[""]
    assert "lang" not in str(ALL.render(FILLED, {}, errors)) + str(ALL.show(FILLED))


def _texts(found: Any) -> Iterator[tuple[str, str]]:
    for key, value in found.items() if isinstance(found, dict) else enumerate(found):
        if isinstance(value, dict | list):
            yield from _texts(value)
        elif isinstance(value, str):
            yield str(key), value


def test_nothing_of_a_case_is_offered_again_by_the_browser() -> None:
    page = Page(str(ALL.render(FILLED, {})))
    controls = [
        c for tag in ("input", "textarea", "select") for c in page.all(tag) if c.get("type") != "hidden"
    ]
    assert all(control.get("autocomplete") == "off" for control in controls)


def test_each_kind_of_answer_gets_its_own_keyboard() -> None:
    page = Page(str(ALL.render({"contact": {"kan": "ja"}}, {}, today=TODAY)))
    assert page.named("leeftijd")["inputmode"] == "numeric"
    assert page.named("datum")["type"] == "date"
    assert page.named("tijd")["type"] == "time"
    assert page.named("afspraak.date")["min"] == "2026-09-07"
    assert page.named("contact.mail")["type"] == "email"
    assert page.named("contact.telefoon")["type"] == "tel"
    assert rendered(part("number")).named("vraag")["inputmode"] == "decimal"


def test_there_is_no_style_script_or_handler_on_the_page() -> None:
    page = Page(
        str(ALL.render(FILLED, {})) + str(ALL.show(FILLED)) + str(ALL.error_summary({"": Text("x", "x")}))
    )
    assert {tag for tag, _ in page.tags} <= ALLOWED
    for _, attributes in page.tags:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]


def test_rendering_is_a_pure_function() -> None:
    values, document = copy.deepcopy(FILLED), {"opener": "Noor", "referentie": "K7Q2-84"}
    first = ALL.render(values, document, today=TODAY)
    assert ALL.render(values, document, today=TODAY) == first
    assert values == FILLED
    assert document == {"opener": "Noor", "referentie": "K7Q2-84"}


def test_questions_appear_and_disappear_with_the_values() -> None:
    assert 'name="gevaar"' in ALL.render({"acuut": "ja"}, {})
    assert 'name="gevaar"' not in ALL.render({"acuut": "nee"}, {})
    assert 'name="contact.mail"' in ALL.render({"contact": {"kan": "ja"}}, {})
    assert 'name="kinderen.0.waar"' in ALL.render({"kinderen": [{"thuis": "nee"}]}, {})


def test_a_form_opens_with_the_defaults_and_an_answer_wins_from_them() -> None:
    component = part("textfield", defaultValue="vooraf")
    assert rendered(component).named("vraag")["value"] == "vooraf"
    assert rendered(component, values={"vraag": "zelf"}).named("vraag")["value"] == "zelf"
    assert rendered(component, values={"vraag": None}).named("vraag")["value"] == ""


def test_a_default_works_on_conditions_from_the_start() -> None:
    components = [
        part("radio", "a", defaultValue="ja"),
        part("textfield", "b", conditional={"hide": '=a = "ja"'}),
    ]
    assert 'name="b"' not in str(form_of(*components).render({}, {}))


def test_a_read_only_question_shows_what_the_case_holds() -> None:
    page = rendered(part("select", readonly=True), document={"vraag": "ja"})
    assert page.text == "Vraag Ja"
    assert page.all("select") == []
    assert "Niet ingevuld" in rendered(part("number", readonly=True)).text


def test_units_are_read_out_with_the_field() -> None:
    page = rendered(part("number", appearance={"prefixAdorner": "€", "suffixAdorner": "per week"}))
    assert page.named("vraag")["aria-describedby"] == "veld-vraag-voor veld-vraag-na"
    assert "€" in page.text


def test_the_default_row_label_and_buttons_say_which_row() -> None:
    page = Page(str(ALL.render({"kinderen": [{}, {}]}, {})))
    assert "Kinderen 2 weghalen" in page.text
    assert "Nog een kinderen toevoegen" in page.text
    first, *others = page.all("button")
    assert "name" not in first
    assert all(button["type"] == "submit" and "formnovalidate" in button for button in others)


def named(**more: Any) -> Form:
    """A list of children whose names stand in the case."""
    rows = {
        "type": "dynamiclist",
        "path": "per_kind",
        "label": "Kind",
        "components": [part("textfield", "kind"), part("textarea", "veiligheid")],
    }
    return form_of({**rows, "properties": {"begin": "= for k in kinderen return {kind: k.naam}"}, **more})


CHILDREN = {"kinderen": [{"naam": "Zo"}, {"naam": "Li"}]}


def test_a_list_begins_with_the_names_that_the_case_holds() -> None:
    page = Page(str(named().render({}, CHILDREN)))

    assert [page.named(f"per_kind.{row}.kind")["value"] for row in (0, 1)] == ["Zo", "Li"]
    assert "per_kind.2.kind" not in str(named().render({}, CHILDREN))
    assert named().variables == {"kinderen"}


@pytest.mark.parametrize("given", [{"per_kind": [{"kind": "Bo", "veiligheid": None}]}, {"per_kind": []}])
def test_a_list_with_an_answer_does_not_begin_again(given: dict[str, Any]) -> None:
    html = str(named().render(given, CHILDREN))

    assert "Zo" not in html
    assert ("Bo" in html) == bool(given["per_kind"])


@pytest.mark.parametrize("document", [{}, {"kinderen": None}, {"kinderen": []}, {"kinderen": "Zo"}])
def test_a_list_begins_with_an_empty_row_when_the_case_holds_no_names(document: dict[str, Any]) -> None:
    page = Page(str(named().render({}, document)))

    assert page.named("per_kind.0.kind")["value"] == ""
    assert "per_kind.1.kind" not in str(named().render({}, document))


def test_a_list_that_is_sent_empty_stays_empty() -> None:
    """What it begins with is an offer: nothing of it comes into the case unasked."""
    checked = named().check({}, CHILDREN)

    assert checked.answers == {"per_kind": []}


def decided_on(**more: Any) -> Form:
    """A day that is today's unless somebody says otherwise."""
    return form_of(part("datetime", "dag", properties={"begin": "= today()"}, **more))


TODAY = date(2026, 9, 7)


def test_a_day_begins_as_today_and_can_be_changed() -> None:
    form = decided_on()
    assert Page(str(form.render({}, {}, today=TODAY))).named("dag")["value"] == "2026-09-07"
    assert (
        Page(str(form.render({"dag": "2026-09-01"}, {}, today=TODAY))).named("dag")["value"] == "2026-09-01"
    )
    # emptied by hand stays empty
    assert not Page(str(form.render({"dag": None}, {}, today=TODAY))).named("dag").get("value")


def test_a_day_that_begins_as_today_does_so_again_when_the_task_comes_back() -> None:
    form = form_of(part("datetime", "dag", properties={"begin": "= today()"}), part("textarea", "waarom"))
    before = {"dag": "2026-08-03", "waarom": "Omdat.", "anders": 1}

    assert form.afresh(before) == {"waarom": "Omdat.", "anders": 1}


def test_a_day_nobody_gave_does_not_come_into_the_case() -> None:
    """What a page shows at first is an offer: an answer is what was sent."""
    assert decided_on().check({}, {}, TODAY).answers == {"dag": None}


@pytest.mark.parametrize("begin", ["= 7", '= "gisteren"', "= null"])
def test_a_day_begins_empty_when_it_is_given_something_else(begin: str) -> None:
    form = form_of(part("datetime", "dag", properties={"begin": begin}))
    assert not Page(str(form.render({}, {}, today=TODAY))).named("dag").get("value")


def test_the_heading_of_a_list_is_not_said_twice_to_who_sees() -> None:
    legends = [
        attributes for tag, attributes in Page(str(named().render({}, CHILDREN))).tags if tag == "legend"
    ]

    assert ["visually-hidden" in (one.get("class") or "") for one in legends] == [True, False, False]


def test_markdown_becomes_markup_and_html_in_it_does_not() -> None:
    text = "# Kop\n\n**vet** <b onclick=x>b</b> <script>x</script> ![i](https://example.org/i.png)"
    text += "\n\n---\n\n> let op"
    page = rendered({"type": "text", "text": text})
    tags = [tag for tag, _ in page.tags]
    assert {"h2", "strong", "hr", "blockquote"} <= set(tags)
    assert not {"script", "b", "img", "h1"} & set(tags)
    assert "<script>x</script>" in page.text


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"],
)
def test_a_link_goes_nowhere_dangerous(address: str) -> None:
    page = rendered({"type": "text", "text": f"[hier]({address}) <{address}>"})
    assert all("href" not in link for link in page.all("a"))


def test_a_link_opens_beside_the_form_and_says_so() -> None:
    page = rendered({"type": "text", "text": "[lees](https://example.org) [bel](tel:112)"})
    assert page.text == "lees (opent in een nieuw tabblad) bel"
    outside, telephone = page.all("a")
    assert outside["target"] == "_blank"
    assert outside["rel"] == "noopener noreferrer"
    assert "target" not in telephone


def test_expressions_in_a_text_are_filled_in_and_escaped() -> None:
    text = {
        "type": "text",
        "text": "Dag {{naam}}, het is {{dag}}. {{if n > 1 then n else 0}} {{weg}} {{lijst}} {{waar}}",
    }
    document = {"naam": "<b>*Jan*</b>", "dag": "2026-09-07", "n": 2.5, "lijst": ["a", 1], "waar": True}
    page = rendered(text, document=document)
    assert page.text == "Dag <b>*Jan*</b>, het is maandag 7 september 2026. 2,5 a, 1 Ja"
    assert [tag for tag, _ in page.tags] == ["div", "p"]


def test_a_text_that_is_one_expression_is_shown_as_text() -> None:
    page = rendered({"type": "text", "text": '= "# " + naam'}, document={"naam": "**x**"})
    assert page.text == "# **x**"


def test_an_answer_cannot_pose_as_a_mark_of_ours() -> None:
    text = {"type": "text", "text": "A \ue0000\ue001 {{a}} {{b}}"}
    page = rendered(text, document={"a": "\ue0001\ue001", "b": "geheim"})
    assert page.text.count("geheim") == 1


def test_a_summary_links_to_the_first_control_of_each_question_in_the_order_of_the_page() -> None:
    errors = ALL.check_post(
        {"acuut": ["ja"], "_rows:kinderen": ["2"], "afspraak.date": ["x"]}, {}, TODAY
    ).errors
    summary = Page(str(ALL.error_summary(errors)))
    targets = [str(link["href"])[1:] for link in summary.all("a")]
    page = Page(str(ALL.render(ALL.parse({"acuut": ["ja"], "_rows:kinderen": ["2"]}), {}, errors)))
    order = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert targets == sorted(targets, key=order.index)
    assert "veld-afspraak-date" in targets
    assert "veld-kinderen-0-naam" in targets
    assert "Kinderen 1, Naam: Vul dit veld in." in summary.text
    assert "Wat is het gevaar? Deze vraag" in summary.text


def test_an_error_about_the_whole_form_leads_nowhere_and_comes_first() -> None:
    errors = ALL.check({"onbekend": 1}, {}, TODAY).errors
    summary = Page(str(ALL.error_summary(errors, "en")))
    assert len(summary.all("li")) == len(summary.all("a")) + 1
    assert summary.text.startswith("Check your answers This form has no question")
    assert ALL.error_summary({}) == ""


def test_earlier_answers_are_shown_in_words() -> None:
    page = Page(str(ALL.show(FILLED)))
    for words in (
        "Van wie komt dit signaal? intern begeleider",
        "Leeftijd van het kind 6 jaar",
        "maandag 7 september 2026",
        "dinsdag 8 september 2026 om 14:30",
        "Is er nu gevaar? Ja",
        "Vormen van geweld Lichamelijk Onbekend",
        "Relatie tot het kind Buur",
        "Ik heb alleen feiten opgeschreven Ja",
        "Nog iets? Niet ingevuld",
        "Naam Zo Woont thuis Nee Waar dan wel? oma",
    ):
        assert words in page.text
    assert "Monday 7 September 2026" in str(ALL.show(FILLED, "en"))


def test_what_was_not_asked_is_not_shown() -> None:
    shown = str(ALL.show({**FILLED, "acuut": "nee", "gevaar": "van vroeger"}))
    assert "gevaar?" in shown
    assert "Wat is het gevaar?" not in shown
    assert "van vroeger" not in shown


def test_an_appointment_that_has_passed_is_still_shown() -> None:
    assert "maandag 7 september 2020" in str(ALL.show({"afspraak": "2020-09-07T10:00:00+02:00"}, today=TODAY))


def test_answers_of_an_older_form_are_shown_as_they_are() -> None:
    old = {
        "acuut": "weet_niet",
        "datum": "ooit",
        "leeftijd": "zes",
        "gelezen": "x",
        "vormen": "y",
        "kinderen": 7,
    }
    page = Page(str(ALL.show(old)))
    for words in ("weet_niet", "ooit", "zes"):
        assert words in page.text


POISON = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{x}&amp;`\\"


def _poisoned(value: Any, keep: tuple[str, ...]) -> Any:
    """The same JSON with poison behind every text that people read."""
    if isinstance(value, dict):
        return {key: inner if key in keep else _poisoned(inner, keep) for key, inner in value.items()}
    if isinstance(value, list):
        return [_poisoned(inner, keep) for inner in value]
    return value + POISON if isinstance(value, str) else value


STRUCTURE = (
    "type",
    "key",
    "path",
    "subtype",
    "validationType",
    "hide",
    "action",
    "properties",
    "layout",
    "value",
)


def test_no_text_of_a_designer_or_a_person_becomes_markup() -> None:
    schema = _poisoned(EVERYTHING["components"], STRUCTURE)
    form = read_form(schema_of(*schema), "x.form")
    values = {
        **_poisoned(FILLED, ()),
        "acuut": "ja",
        "kinderen": [{"naam": POISON, "thuis": "nee", "waar": POISON}],
    }
    document = {"opener": POISON, "referentie": POISON}
    errors = {name: Text(POISON, POISON) for name in (*form.fields, "kinderen.0.naam", "contact.kan", "")}
    for html in (
        form.render(values, document, errors),
        form.show({**document, **values}),
        form.error_summary(errors),
        form.error_summary({"": Text(POISON, POISON)}, "en"),
    ):
        page = Page(str(html))
        assert {tag for tag, _ in page.tags} <= ALLOWED - {"img", "script"}
        for _, attributes in page.tags:
            assert not [name for name in attributes if name.startswith("on") or name in ("style", "src")]
        assert "<script>alert(1)</script>" in page.text


def test_option_values_are_escaped_as_well() -> None:
    nasty = [{"label": POISON, "value": POISON}]
    for kind in ("radio", "select", "checklist"):
        page = rendered(part(kind, values=nasty), values={"vraag": POISON})
        assert POISON in [attributes.get("value") for _, attributes in page.tags]
        assert "script" not in {tag for tag, _ in page.tags}


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_ANY_VALUES = st.dictionaries(st.sampled_from([*ALL.fields, "referentie", "opener"]), _ANY)


@settings(max_examples=100, deadline=None)
@given(_ANY_VALUES, _ANY_VALUES)
def test_no_values_make_a_page_fail(values: dict[str, Any], document: dict[str, Any]) -> None:
    for html in (ALL.render(values, document, today=TODAY), ALL.show(document, today=TODAY)):
        assert {tag for tag, _ in Page(str(html)).tags} <= ALLOWED


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("ab <>&\"'`#*_-+[]()!{}=|\\/:.\n\ue000\ue0010123")))
def test_no_markdown_breaks_out(text: str) -> None:
    try:
        form = form_of({"type": "text", "text": text})
    except FormError:
        return
    assert {tag for tag, _ in Page(str(form.render({}, {}))).tags} <= ALLOWED
