"""A small organisation for tests: three people, one diagram with a ladder, a trap and an acute route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from argon2 import PasswordHasher

from meldcode import cases, people, publishing
from meldcode.cases import Actor, Outcome
from meldcode.store import Database
from tests.databases import Kind

MONDAY = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)  # 10.00 in Amsterdam
PASSWORD = "een goed wachtwoord"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

ORGANISATION = """
key = "testschool"
name = "Testschool"
sector = "onderwijs"
decides = "directeur"
supervises = ["intern-begeleider", "directeur"]

[roles.leerkracht]
name = "Leerkracht"

[roles.intern-begeleider]
name = "Intern begeleider"
standins = ["directeur"]

[roles.directeur]
name = "Directeur"

[mail]
from_name = "Testschool"
"""

MAIL = """Onderwerp: Taak wacht op uw reactie ({{ referentie }})

Goedendag {{ naam }},

Een taak had klaar moeten zijn op {{ datum_klaar }}.
Open de taak: {{ link }}
Antwoord voor {{ reageer_voor }}.

{{ organisatie }}
"""


def form(key: str, *fields: tuple[str, str]) -> bytes:
    """A form-js form with required text fields (`key`, label)."""
    import json

    components = [
        {
            "type": "textfield",
            "key": name,
            "id": f"veld_{name}",
            "label": label,
            "validate": {"required": True},
        }
        for name, label in fields
    ]
    return json.dumps({"type": "default", "id": key, "schemaVersion": 16, "components": components}).encode()


def _task(node: str, name: str, role: str, steps: str, form_file: str) -> str:
    return f"""
    <bpmn:userTask id="{node}" name="{name}" meldcode:role="{role}" meldcode:step="{steps}">
      <bpmn:extensionElements><spiffworkflow:properties>
        <spiffworkflow:property name="formJsonSchemaFilename" value="forms/{form_file}.form"/>
      </spiffworkflow:properties></bpmn:extensionElements>
      <!--flows {node}-->
    </bpmn:userTask>"""


def _rung(on: str, number: int, duration: str, purpose: str, to: str) -> str:
    return f"""
    <bpmn:boundaryEvent id="{on}_t{number}" attachedToRef="{on}" cancelActivity="false"
        meldcode:calendar="werkdagen" meldcode:purpose="{purpose}">
      <!--flows {on}_t{number}-->
      <bpmn:timerEventDefinition>
        <bpmn:timeDuration>{duration}</bpmn:timeDuration>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sendTask id="{on}_m{number}" meldcode:mail="herinnering" meldcode:to="{to}"
        ><!--flows {on}_m{number}--></bpmn:sendTask>
    <bpmn:endEvent id="{on}_e{number}"><!--flows {on}_e{number}--></bpmn:endEvent>"""


LADDER = (
    ("P2D", "herinnering", "leerkracht"),
    ("P4D", "herinnering", "leerkracht"),
    ("P5D", "escalatie", "intern-begeleider"),
    ("P7D", "escalatie", "directeur"),
)

_FLOWS = [
    ("begin", "signalen", None),
    ("signalen", "wegen", None),
    ("wegen", "keuze", None),
    ("keuze", "beslissen", 'advies = "melden"'),
    ("keuze", "wegen", 'advies = "twijfel"'),
    ("keuze", "verdwaald", 'advies = "wachten"'),
    ("verdwaald", "later", None),
    ("later", "hoe_nu", None),
    ("hoe_nu", "beslissen", "onbekend = 1"),
    ("hoe_nu", "einde_hulp", "onbekend = 2"),
    ("beslissen", "einde", None),
    *[(f"wegen_t{n}", f"wegen_m{n}", None) for n in range(1, 5)],
    *[(f"wegen_m{n}", f"wegen_e{n}", None) for n in range(1, 5)],
]


def diagram() -> bytes:
    """The process: signalen → wegen (ladder of four) → advies: melden, twijfel (again), wachten (a trap:
    a timer behind which no branch fits), anything else (stuck at once)."""
    ladder = "".join(_rung("wegen", n, *rung) for n, rung in enumerate(LADDER, start=1))
    flows, ends = [], {}
    for number, (source, target, condition) in enumerate(_FLOWS):
        key = f"pijl{number}"
        tag = "bpmn:conditionExpression"
        inner = f'<{tag} xsi:type="bpmn:tFormalExpression">{condition}</{tag}>' if condition else ""
        arrow = f'id="{key}" sourceRef="{source}" targetRef="{target}"'
        flows.append(f"<bpmn:sequenceFlow {arrow}>{inner}</bpmn:sequenceFlow>")
        ends[source] = ends.get(source, "") + f"<bpmn:outgoing>{key}</bpmn:outgoing>"
        ends[target] = f"<bpmn:incoming>{key}</bpmn:incoming>" + ends.get(target, "")
    acute = """
    <bpmn:subProcess id="acuut_route" triggeredByEvent="true">
      <bpmn:startEvent id="acuut_begin"><bpmn:outgoing>ap1</bpmn:outgoing>
        <bpmn:messageEventDefinition messageRef="bericht_acuut"/></bpmn:startEvent>
      <bpmn:userTask id="bellen" name="Bel 112" meldcode:role="leerkracht" meldcode:step="acuut">
        <bpmn:incoming>ap1</bpmn:incoming><bpmn:outgoing>ap2</bpmn:outgoing></bpmn:userTask>
      <bpmn:endEvent id="acuut_einde" meldcode:outcome="gemeld"><bpmn:incoming>ap2</bpmn:incoming>
      </bpmn:endEvent>
      <bpmn:sequenceFlow id="ap1" sourceRef="acuut_begin" targetRef="bellen"/>
      <bpmn:sequenceFlow id="ap2" sourceRef="bellen" targetRef="acuut_einde"/>
    </bpmn:subProcess>"""
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:meldcode="urn:meldcode:bpmn:1" targetNamespace="urn:test" id="definities">
  <bpmn:message id="bericht_acuut" name="acuut"/>
  <bpmn:process id="proef" name="Proef" isExecutable="true">
    <bpmn:startEvent id="begin"><!--flows begin--></bpmn:startEvent>
    {_task("signalen", "Signalen", "leerkracht", "signaleren", "signalen")}
    {_task("wegen", "Wegen", "leerkracht", "wegen", "wegen")}
    {ladder}
    <bpmn:exclusiveGateway id="keuze"><!--flows keuze--></bpmn:exclusiveGateway>
    {_task("beslissen", "Beslissen", "directeur", "beslissen", "besluit")}
    <bpmn:userTask id="verdwaald" name="Afwachten" meldcode:role="leerkracht" meldcode:step="volgen"
        ><!--flows verdwaald--></bpmn:userTask>
    <bpmn:intermediateCatchEvent id="later" meldcode:calendar="klok" meldcode:purpose="termijn">
      <!--flows later-->
      <bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:intermediateCatchEvent>
    <bpmn:exclusiveGateway id="hoe_nu"><!--flows hoe_nu--></bpmn:exclusiveGateway>
    <bpmn:endEvent id="einde" meldcode:outcome="gemeld"><!--flows einde--></bpmn:endEvent>
    <bpmn:endEvent id="einde_hulp" meldcode:outcome="hulp"><!--flows einde_hulp--></bpmn:endEvent>
    {acute}
    {"".join(flows)}
  </bpmn:process>
</bpmn:definitions>
"""
    for node, written in ends.items():
        text = text.replace(f"<!--flows {node}-->", written)
    return text.encode()


def folder(path: Path, **changed: bytes) -> Path:
    """Write the organisation's folder; `changed` replaces or adds files (`meldcode_bpmn=…`)."""
    files: dict[str, bytes] = {
        "organisation.toml": ORGANISATION.encode(),
        "meldcode.bpmn": diagram(),
        "forms/signalen.form": form("signalen", ("feiten", "Wat is er gezien?")),
        "forms/wegen.form": form("wegen", ("advies", "Wat is het advies?")),
        "forms/besluit.form": form("besluit", ("besluit", "Wat is het besluit?")),
        "mails/herinnering.md": MAIL.encode(),
    }
    files |= {name.replace("__", "/").replace("_", "."): content for name, content in changed.items()}
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


@dataclass
class House:
    """A database with one organisation in it, and its people by user name."""

    db: Database
    organisation: UUID
    people: dict[str, UUID] = field(default_factory=dict)
    keys: int = 0
    template: str = ""

    def copy(self, kind: Kind) -> House:
        """The same house in a database of its own."""
        return House(kind.copy(self.template), self.organisation, dict(self.people))

    def actor(self, username: str, now: datetime = MONDAY) -> Actor:
        """The person as she would be signed in at `now`."""
        with self.db.reading(self.organisation) as tx:
            found = people.actor(tx, self.people[username], now)
            assert found is not None
            return found

    def key(self) -> str:
        """A fresh idempotency key."""
        self.keys += 1
        return f"sleutel-{self.keys}"

    def open(self, username: str = "sanne", now: datetime = MONDAY) -> Outcome:
        return cases.open_case(self.db, self.actor(username), key=self.key(), now=now)

    def complete(
        self,
        case: UUID,
        node: str,
        answers: Mapping[str, object] | None = None,
        *,
        by: str = "sanne",
        now: datetime = MONDAY,
        key: str | None = None,
    ) -> Outcome:
        """Complete the open task at `node`, with plausible answers when none are given.

        One that is nobody's yet is taken first.
        """
        actor, task = self.actor(by), self.task(case, node)
        given = dict(answers or ANSWERS.get(node, {}))
        key = key or self.key()
        try:
            return cases.complete(self.db, actor, case, task, given, key=key, now=now)
        except cases.TaskUnclaimed:
            cases.claim(self.db, actor, case, task, key=self.key(), now=now)
            return cases.complete(self.db, actor, case, task, given, key=key, now=now)

    def task(self, case: UUID, node: str) -> UUID:
        """The id of the open task at `node`."""
        from meldcode.moves import load

        with self.db.reading(self.organisation) as tx:
            loaded = load(tx, case)
            assert loaded is not None
            return next(task.id for task in loaded.tasks if task.node == node)

    def at_weighing(self, now: datetime = MONDAY) -> UUID:
        """A fresh case whose ladder has just begun."""
        case = self.open(now=now).case.id
        self.complete(case, "signalen", now=now)
        return case


ANSWERS: dict[str, dict[str, str]] = {
    "signalen": {"feiten": "blauwe plek op de arm"},
    "wegen": {"advies": "melden"},
    "beslissen": {"besluit": "melden"},
}
PEOPLE = {
    "sanne": ("Sanne", ["leerkracht"]),
    "joost": ("Joost", ["leerkracht"]),
    "fatima": ("Fatima", ["intern-begeleider"]),
    "henk": ("Henk", ["directeur"]),
    "buiten": ("Buitenstaander", []),
}


def build(db: Database, path: Path, key: str = "testschool", prefix: str = "") -> House:
    """Create the organisation, publish its folder, add its people."""
    organisation = people.create_organisation(db, key, "Testschool", now=MONDAY)
    changed = {"organisation_toml": ORGANISATION.replace('"testschool"', f'"{key}"').encode()}
    publishing.publish(db, key, folder(path, **changed), now=MONDAY)
    house = House(db, organisation)
    for username, (name, roles) in PEOPLE.items():
        house.people[username] = people.create_person(
            db,
            organisation,
            username=prefix + username,
            name=name,
            email=f"{prefix}{username}@school.example",
            roles=roles,
            password=PASSWORD,
            now=MONDAY,
        )
    return house
