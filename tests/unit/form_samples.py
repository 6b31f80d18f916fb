"""Forms for the tests: one with every component, and small ones made of single components."""

from __future__ import annotations

import json
from typing import Any

from meldcode.form import Form, FormError, read_form

YES_NO = [{"label": "Ja", "value": "ja"}, {"label": "Nee", "value": "nee"}]

#: Every component a designer may use, as the form-js editor writes it.
EVERYTHING: dict[str, Any] = {
    "type": "default",
    "id": "signalen",
    "schemaVersion": 19,
    "executionPlatform": "Camunda Cloud",
    "components": [
        {
            "type": "text",
            "id": "t1",
            "text": "# Wat ziet u?\n\nSchrijf **feiten** op. Bel [112](tel:112) of lees [meer](https://example.org/).\n\n"
            "- wat\n- wanneer\n\n1. eerst\n2. dan\n\nGeopend door {{opener}}.",
        },
        {
            "type": "textfield",
            "id": "f1",
            "key": "bron",
            "label": "Van wie komt dit signaal?",
            "description": "Noem alleen de functie.",
            "validate": {"required": True, "minLength": 2, "maxLength": 80},
            "layout": {"row": "Row_1", "columns": 8},
            "properties": {"shield": "true"},
        },
        {
            "type": "textarea",
            "id": "f2",
            "key": "feiten",
            "label": "Wat is er gezien of gehoord?",
            "validate": {"required": True},
        },
        {
            "type": "number",
            "id": "f3",
            "key": "leeftijd",
            "label": "Leeftijd van het kind",
            "validate": {"min": 0, "max": 23},
            "decimalDigits": 0,
            "appearance": {"suffixAdorner": "jaar"},
        },
        {
            "type": "datetime",
            "id": "f4",
            "key": "datum",
            "subtype": "date",
            "dateLabel": "Datum van het signaal",
            "validate": {"required": True},
        },
        {"type": "datetime", "id": "f5", "key": "tijd", "subtype": "time", "timeLabel": "Time"},
        {
            "type": "datetime",
            "id": "f6",
            "key": "afspraak",
            "subtype": "datetime",
            "dateLabel": "Afspraak met de ouders",
            "timeLabel": "Time",
            "disallowPassedDates": True,
            "description": "Kies een werkdag.",
            "timeSerializingFormat": "utc_offset",
            "timeInterval": 15,
        },
        {
            "type": "radio",
            "id": "f7",
            "key": "acuut",
            "label": "Is er nu gevaar?",
            "description": "Nu of in de komende dagen.",
            "values": [*YES_NO, {"label": "Ik twijfel", "value": "twijfel"}],
            "validate": {"required": True},
        },
        {
            "type": "textarea",
            "id": "f8",
            "key": "gevaar",
            "label": "Wat is het gevaar?",
            "conditional": {"hide": '=acuut != "ja"'},
            "validate": {"required": True},
        },
        {
            "type": "textfield",
            "id": "f9",
            "key": "bereikbaar",
            "label": "Wie is bereikbaar?",
            "conditional": {"hide": '=acuut != "ja"'},
        },
        {
            "type": "checklist",
            "id": "f10",
            "key": "vormen",
            "label": "Vormen van geweld",
            "values": [
                {"label": "Lichamelijk", "value": "lichamelijk"},
                {"label": "Psychisch", "value": "psychisch"},
                {"label": "Onbekend", "value": "onbekend"},
            ],
        },
        {
            "type": "select",
            "id": "f11",
            "key": "relatie",
            "label": "Relatie tot het kind",
            "values": [{"label": "Leerkracht", "value": "leerkracht"}, {"label": "Buur", "value": "buur"}],
            "searchable": True,
        },
        {
            "type": "checkbox",
            "id": "f12",
            "key": "gelezen",
            "label": "Ik heb alleen feiten opgeschreven",
            "validate": {"required": True},
        },
        {"type": "separator", "id": "s1"},
        {"type": "spacer", "id": "s2", "height": 30},
        {
            "type": "group",
            "id": "g1",
            "label": "Contact",
            "path": "contact",
            "components": [
                {
                    "type": "radio",
                    "id": "g2",
                    "key": "kan",
                    "label": "Kan er contact zijn?",
                    "values": YES_NO,
                },
                {
                    "type": "textfield",
                    "id": "g3",
                    "key": "mail",
                    "label": "E-mail",
                    "validate": {"validationType": "email"},
                    "conditional": {"hide": '=contact.kan != "ja"'},
                },
                {
                    "type": "textfield",
                    "id": "g4",
                    "key": "telefoon",
                    "label": "Telefoon",
                    "validate": {"validationType": "phone"},
                },
            ],
        },
        {
            "type": "group",
            "id": "g5",
            "label": "Tot slot",
            "components": [{"type": "textfield", "id": "g6", "key": "slot", "label": "Nog iets?"}],
        },
        {
            "type": "dynamiclist",
            "id": "d1",
            "label": "Kinderen",
            "path": "kinderen",
            "isRepeating": True,
            "allowAddRemove": True,
            "defaultRepetitions": 1,
            "components": [
                {
                    "type": "textfield",
                    "id": "d2",
                    "key": "naam",
                    "label": "Naam",
                    "validate": {"required": True},
                },
                {"type": "radio", "id": "d3", "key": "thuis", "label": "Woont thuis", "values": YES_NO},
                {
                    "type": "textfield",
                    "id": "d4",
                    "key": "waar",
                    "label": "Waar dan wel?",
                    "conditional": {"hide": '=this.thuis != "nee"'},
                },
                {"type": "checkbox", "id": "d5", "key": "gezien", "label": "Zelf gezien"},
            ],
        },
        {"type": "textfield", "id": "r1", "key": "referentie", "label": "Referentie", "readonly": True},
        {"type": "button", "id": "b1", "key": "b1", "label": "Submit", "action": "submit"},
    ],
}

KEYS = [
    *("bron", "feiten", "leeftijd", "datum", "tijd", "afspraak", "acuut", "gevaar", "bereikbaar", "vormen"),
    *("relatie", "gelezen", "contact", "slot", "kinderen"),
]


def schema_of(*components: object, **more: object) -> bytes:
    """A form file with these components."""
    return json.dumps({"type": "default", "schemaVersion": 19, "components": components, **more}).encode()


def form_of(*components: object) -> Form:
    """A form with these components."""
    return read_form(schema_of(*components), "forms/vragen.form")


def everything() -> Form:
    """The form with every component."""
    return read_form(json.dumps(EVERYTHING).encode(), "forms/signalen.form")


def part(kind: str, key: str = "vraag", **more: object) -> dict[str, Any]:
    """One input component with what it cannot do without."""
    made: dict[str, Any] = {"type": kind, "key": key, "label": "Vraag", **more}
    if kind in ("radio", "select", "checklist"):
        made.setdefault("values", YES_NO)
    return made


def refused(*components: object) -> list[str]:
    """The codes of the findings with which a form of these components is refused."""
    try:
        form_of(*components)
    except FormError as error:
        return [finding.code for finding in error.findings]
    return []
