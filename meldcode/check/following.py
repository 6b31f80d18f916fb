"""What follows help, a report or a transfer, where the drawing tells the two sides apart and swaps them."""

from __future__ import annotations

import re

from meldcode.check.deciding import coming
from meldcode.check.meaning import NO, YES, Meaning
from meldcode.check.verdict import Evidence, Verdict, broken
from meldcode.check.ways import A_DAY, Given, asked, behind, decided, gateways, leads
from meldcode.diagram.model import Flow, Node, StepKind
from meldcode.diagram.naming import described_in
from meldcode.form import Field

ASKS_BACK = re.compile(r"veiligheidsbeoordeling|terugkoppeling", re.IGNORECASE)


def about_report(field: Field) -> bool:
    """Whether a question is about what Veilig Thuis concluded after a report."""
    return ASKS_BACK.search(field.label) is not None


def asks_back(meaning: Meaning, node: Node) -> list[Field]:
    """Such questions of a task."""
    return [field for field in meaning.fields(node) if isinstance(field, Field) and about_report(field)]


def crossed_with_report(evidence: Evidence) -> Verdict | None:
    """A gateway that closes the cases that were reported, and follows those that were not with a task that
    asks what Veilig Thuis concluded; the other answers being the same."""
    meaning, version = evidence.meaning, evidence.version
    sent = {key for node in meaning.tagged(StepKind.MELDEN) for key in meaning.sending(node)}
    asking = {node.id for node in meaning.tagged(StepKind.VOLGEN) if asks_back(meaning, node)}
    questions = asked(version)
    for gateway in gateways(version) if sent and asking else ():
        cases = list(decided(version, gateway, questions))
        for given, flows in cases:
            days = [key for key in given if key in sent]
            reported = any(given[key] for key in days)
            if reported or not any(_leads(evidence, flow, asking) for flow in flows):
                continue
            for key in days:
                with_it = _of(cases, {**given, key: A_DAY})
                if with_it and all(_only_closes(evidence, flow) for flow in with_it):
                    at = described_in(version.diagrams.values(), gateway.id)
                    return broken(
                        f"Bij {at.nl} gaat een zaak waarin is gemeld naar afsluiten, en een zaak waarin niet "
                        "is gemeld naar een taak die vraagt wat Veilig Thuis van de melding vond.",
                        f"At {at.en} a case that was reported goes to closing, and one that was not to a "
                        "task that asks what Veilig Thuis thought of the report.",
                        gateway.id,
                    )
    return None


def _of(cases: list[tuple[Given, list[Flow]]], wanted: Given) -> list[Flow]:
    return next((flows for given, flows in cases if given == wanted), [])


def _leads(evidence: Evidence, flow: Flow, tasks: set[str]) -> bool:
    return any(node.id in tasks for node in coming(evidence.version, flow))


def _only_closes(evidence: Evidence, flow: Flow) -> bool:
    return all(
        node.kind == "endEvent" or StepKind.AFSLUITEN in node.steps for node in coming(evidence.version, flow)
    )


def crossed_transfer(evidence: Evidence) -> Verdict | None:
    """A transfer that begins anew when it was confirmed, and goes on when it was refused."""
    meaning, version = evidence.meaning, evidence.version
    refusals = {
        key
        for node in meaning.people.values()
        if StepKind.OVERDRACHT in node.steps
        for key in meaning.refusal_fields(node)
    }
    transfers = {node.id for node in meaning.people.values() if StepKind.OVERDRACHT in node.steps}
    for gateway, answers in leads(version).items():
        for key in refusals:
            agreed, refused = (key, YES), (key, NO)
            if agreed not in answers or refused not in answers:
                continue
            again = bool(answers[agreed] & transfers) and gateway in behind(version, gateway, agreed)
            if again and gateway not in behind(version, gateway, refused):
                at = described_in(version.diagrams.values(), gateway)
                return broken(
                    f"Bij {at.nl} begint een overdracht die is bevestigd opnieuw, en geldt een overdracht "
                    "waarop het antwoord nee was als gedaan.",
                    f"At {at.en} a transfer that was confirmed begins anew, and one that was answered with "
                    "no counts as done.",
                    gateway,
                    key,
                )
    return None
