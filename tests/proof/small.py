"""Small diagrams with forms, drawn in code, on which one rule at a time is judged."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from meldcode.check import Says, prove
from meldcode.check.verdict import Verdict
from meldcode.definition import Version, read_files
from tests.unit.engine_drawing import Drawing

ROLES = ("leerkracht", "ib", "directeur", "bestuur")
Question = dict[str, Any]


def choice(key: str, *values: str, hide: str = "", required: bool = True, label: str = "") -> Question:
    options = [{"label": value, "value": value} for value in values]
    return _asked({"type": "radio", "key": key, "values": options}, hide, required, label)


def words(key: str, hide: str = "", required: bool = True, label: str = "") -> Question:
    return _asked({"type": "textarea", "key": key}, hide, required, label)


def day(key: str, hide: str = "", required: bool = True) -> Question:
    return _asked({"type": "datetime", "subtype": "date", "key": key, "dateLabel": key}, hide, required, "")


def doubtful(*keys: str) -> list[Question]:
    return [choice(key, "ja", "nee", "twijfel") for key in keys]


def _asked(question: Question, hide: str, required: bool, label: str) -> Question:
    question |= {"id": question["key"], "label": label or question["key"]}
    if required:
        question["validate"] = {"required": True}
    if hide:
        question["conditional"] = {"hide": hide}
    return question


@dataclass
class Sketch(Drawing):
    """One process of an organisation; each task gets its form when it is drawn."""

    sector: str = "onderwijs"
    decides: str = "directeur"
    facts: str = ""
    roles: tuple[str, ...] = ROLES
    files: dict[str, bytes] = field(default_factory=dict)

    def act(
        self, key: str, *questions: Question, steps: str = "", role: str = "leerkracht", **more: str
    ) -> str:
        """A task with these questions; without any, one that asks for a finding and a date."""
        name = key.replace("-", "_")
        asked = list(questions) or [words(f"{name}_bevinding"), day(f"{name}_datum")]
        form = {"type": "default", "id": key, "schemaVersion": 19, "components": asked}
        self.files[f"forms/{key}.form"] = json.dumps(form).encode()
        read = f'name="formJsonSchemaFilename" value="forms/{key}.form"'
        inner = (
            "<bpmn:extensionElements><spiffworkflow:properties>"
            f"<spiffworkflow:property {read}/></spiffworkflow:properties></bpmn:extensionElements>"
        )
        tags = {"meldcode_step": steps} if steps else {}
        return self.task(key, inner, **{"meldcode_role": role, **tags, **more})

    def choose(self, key: str, default: str, **targets: str) -> None:
        """An exclusive gateway: target → condition, and where it goes otherwise."""
        self.gateway("exclusive", key, default=f"{key}_anders")
        self.flow(key, default, key=f"{key}_anders")
        for target, condition in targets.items():
            self.flow(key, target, condition)

    def merge(self, key: str) -> str:
        return self.gateway("exclusive", key)

    def acute(self, *tasks: str, interrupting: bool = False, name: str = "spoed") -> None:
        """A route for acute danger with these tasks, given as `key: steps`."""
        inside = Sketch(name, files=self.files)
        inside.add(
            "startEvent",
            f"{name}_begin",
            self.event("message", "acuut"),
            isInterrupting="true" if interrupting else "false",
        )
        for one in tasks:
            key, _, steps = one.partition(":")
            gone = f'={key}_verstuurd != "ja"'
            asked = (
                [
                    choice(f"{key}_verstuurd", "ja", "nee"),
                    day(f"{key}_datum", hide=gone),
                    words(f"{key}_bij", label="Bij wie (112 of Veilig Thuis)?"),
                ]
                if "melden" in steps
                else [words(f"{key}_wie", label="Wie belde u: 112 of Veilig Thuis?"), day(f"{key}_datum")]
            )
            inside.act(key, *asked, steps=steps)
        inside.end(f"{name}_einde")
        inside.chain(f"{name}_begin", *(one.partition(":")[0] for one in tasks), f"{name}_einde")
        self.inside(inside, triggeredByEvent="true")

    def line(self, *keys: str) -> None:
        """A whole process: start, these, end."""
        self.start("begin")
        self.end("einde")
        self.chain("begin", *keys, "einde")

    def version(self) -> Version:
        toml = f'key = "klein"\nname = "Klein"\nsector = "{self.sector}"\ndecides = "{self.decides}"\n'
        toml += self.facts + "\n"
        for place, role in enumerate(self.roles):
            standin = self.roles[(place + 1) % len(self.roles)]
            toml += f'[roles.{role}]\nname = "{role}"\nstandins = ["{standin}"]\n'
        mail = b"Onderwerp: Taak wacht op u ({{ referentie }})\n\nGoedemorgen, open {{ link }}.\n"
        return read_files(
            {
                "organisation.toml": toml.encode(),
                "meldcode.bpmn": self.xml(),
                "mails/herinnering.md": mail,
                **self.files,
            }
        )

    def verdict(self, number: int) -> Verdict:
        return prove(self.version()).verdict(number)

    def says(self, number: int) -> Says:
        return self.verdict(number).says


def table(key: str, inputs: tuple[str, ...], outputs: tuple[str, ...], *rules: tuple[str, ...]) -> bytes:
    """A decision table, hit policy FIRST; each rule is its cells."""
    columns = "".join(
        f'<input id="in_{name}"><inputExpression id="e_{name}" typeRef="string"><text>{name}</text>'
        "</inputExpression></input>"
        for name in inputs
    )
    columns += "".join(f'<output id="uit_{name}" name="{name}" typeRef="string"/>' for name in outputs)
    rows = ""
    for number, cells in enumerate(rules):
        rows += f'<rule id="r{number}">'
        for place, cell in enumerate(cells):
            kind = "inputEntry" if place < len(inputs) else "outputEntry"
            rows += f'<{kind} id="c{number}_{place}"><text>{cell}</text></{kind}>'
        rows += "</rule>"
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:d">'
        f'<decision id="{key}" name="{key}"><decisionTable id="t" hitPolicy="FIRST">{columns}{rows}'
        "</decisionTable></decision></definitions>"
    ).encode()
