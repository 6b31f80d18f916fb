"""A small organisation's folder, in memory, around the diagram in fixtures/school.bpmn."""

from __future__ import annotations

import json
from pathlib import Path

FIXTURES = Path(__file__).parent / "fixtures"
ORGANISATION = """
key = "school"
name = "Basisschool De Proef"
sector = "onderwijs"
decides = "directeur"

[calendar]
free_days = [2026-10-12, { from = 2026-12-19, to = 2027-01-03 }]
worked_days = [2026-04-03]

[mail]
from_name = "De Proef"

[roles.leerkracht]
name = "Leerkracht"
standins = ["intern-begeleider"]
[roles.intern-begeleider]
name = "Intern begeleider"
[roles.directeur]
name = "Directeur"
[roles.administratie]
name = "Administratie"

[[demo.people]]
name = "Sanne"
email = "sanne@proef.example"
username = "sanne"
roles = ["leerkracht"]
"""
MAIL = "Onderwerp: Taak wacht op uw reactie ({{ referentie }})\n\nGoedemorgen {{ naam }},\n\nOpen {{link}}.\n"
TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="defs" name="t" namespace="urn:test">
  <decision id="afweging" name="Afweging">
    <decisionTable id="tabel" hitPolicy="FIRST">
      <input id="in"><inputExpression id="ie" typeRef="string"><text>gevaar</text></inputExpression></input>
      <output id="uit" name="advies" typeRef="string"/>
      <rule id="r1"><inputEntry id="i1"><text>"ja"</text></inputEntry>
        <outputEntry id="o1"><text>"melden"</text></outputEntry></rule>
      <rule id="r2"><inputEntry id="i2"><text>"nee"</text></inputEntry>
        <outputEntry id="o2"><text>"hulp"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>
"""


def form(key: str, *fields: str, text: str = "") -> bytes:
    """A form-js form with required text fields, and a text above them."""
    parts: list[dict[str, object]] = [
        {"type": "textfield", "id": f"id_{name}", "key": name, "label": f"Vraag {name}"} for name in fields
    ]
    if text:
        parts.insert(0, {"type": "text", "id": "uitleg", "text": text})
    return json.dumps({"type": "default", "id": key, "schemaVersion": 19, "components": parts}).encode()


def folder() -> dict[str, bytes]:
    """The files of an organisation without a single finding."""
    files = {
        "organisation.toml": ORGANISATION.encode(),
        "meldcode.bpmn": (FIXTURES / "school.bpmn").read_bytes(),
        "weging.dmn": TABLE.encode(),
        "mails/herinnering.md": MAIL.encode(),
        "README.md": b"# De Proef\n",
        "forms/wegen.form": form("wegen", "gevaar", "toelichting"),
    }
    for name in ("signalen", "advies", "gesprek", "beslissen", "hulp", "afsluiten", "acuut", "melding"):
        files[f"forms/{name}.form"] = form(name, f"antwoord_{name}")
    return files
