"""What a mutant is, how it is noted, and the pieces that damages are made of."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from meldcode.diagram.model import Flow, Node, Purpose, StepKind
from tests.proof.meant import NotHere, Organisation

S = StepKind
SCHOOL = "basisschool-het-voorbeeld"


@dataclass(frozen=True)
class Mutant:
    """`caught_by` are rule numbers, or codes of findings; the first is the one the damage breaks."""

    name: str
    caught_by: tuple[int | str, ...]
    damage: Callable[[Organisation], None]


MUTANTS: list[Mutant] = []
SOUND: list[Mutant] = []
Damage = Callable[[Organisation], None]


def mutant(name: str, *caught_by: int | str) -> Callable[[Damage], Damage]:
    def note(damage: Damage) -> Damage:
        MUTANTS.append(Mutant(name, caught_by, damage))
        return damage

    return note


def sound(name: str) -> Callable[[Damage], Damage]:
    def note(damage: Damage) -> Damage:
        SOUND.append(Mutant(name, (), damage))
        return damage

    return note


def yes_or_no(key: str) -> dict[str, Any]:
    options = [{"label": "Ja", "value": "ja"}, {"label": "Nee", "value": "nee"}]
    asked = {"type": "radio", "key": key, "id": key, "label": "Is dit goed?", "values": options}
    return {**asked, "validate": {"required": True}}


def finding(key: str) -> list[dict[str, Any]]:
    required = {"validate": {"required": True}}
    when = {
        "type": "datetime",
        "subtype": "date",
        "key": f"{key}_op",
        "id": f"{key}_op",
        "dateLabel": "Wanneer?",
    }
    what = {"type": "textarea", "key": f"{key}_wat", "id": f"{key}_wat", "label": "Wat vond u?"}
    return [when | required, what | required]


def bypass(one: Organisation, node: Node, target: str | None = None) -> None:
    """Let every flow into a task lead on to what comes after it."""
    target = target or one.out(node).target
    for flow in one.into(node):
        one.folder.retarget(flow.id, target)


def closing(one: Organisation) -> Node:
    """The task that closes a case in the end."""
    found = [node for node in one.tasks(S.AFSLUITEN) if node.process == one.main]
    return max(found, key=lambda node: _ends(one, node))


def _ends(one: Organisation, node: Node) -> bool:
    return all(after.kind == "endEvent" for after in one.coming(one.out(node)))


def approval(one: Organisation, node: Node, refused: str) -> None:
    """Somebody else must agree before this task opens."""
    key = f"mag_{node.id}"
    folder = one.folder
    folder.add("userTask", key, node.id, one.somebody_else, name="Mag dit?")
    form = {"type": "default", "id": key, "schemaVersion": 19, "components": [yes_or_no(f"{key}_ja")]}
    folder.files[f"forms/{key}.form"] = _json(form)
    folder.form_of(key, f"forms/{key}.form")
    folder.add("exclusiveGateway", f"{key}_keus", node.id, default=f"{key}_niet")
    for flow in one.into(node):
        folder.retarget(flow.id, key)
    folder.flow(f"{key}_klaar", key, f"{key}_keus")
    folder.flow(f"{key}_wel", f"{key}_keus", node.id, f'= {key}_ja = "ja"')
    folder.flow(f"{key}_niet", f"{key}_keus", refused)


def _json(form: dict[str, Any]) -> bytes:
    return json.dumps(form).encode()


def flip(text: str) -> str:
    """The condition for the other answer."""
    return text.replace('"ja"', '"?"').replace('"nee"', '"ja"').replace('"?"', '"nee"')


def means_report(one: Organisation, flow: Flow) -> bool:
    return all(S.MELDEN in found.steps for found in one.coming(flow, through_people=True))


def rungs(one: Organisation, purpose: Purpose) -> list[Node]:
    found = one.rungs(purpose)
    if not found:
        raise NotHere(f"op stap 4 staat geen {purpose}")
    return found


def agreeing(one: Organisation, second: Node) -> Flow:
    gateway = one.gateway_after(second)
    return next(flow for flow in one.flows(gateway) if '"ja"' in (flow.condition or ""))
