"""Answers that say where they lead: whoever chooses one gets there.

What an answer does, gateways decide; what it says, stands on the page. Where the two were crossed in the
drawing, every other rule can hold while the professional who answers *Ik meld nu* is sent to weigh again.
So where a task follows some answers to a question and not others, each answer that names it must be able to
lead to it. Answers in other words are not judged.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from meldcode.check.meaning import DOUBT, YES
from meldcode.check.verdict import Verdict, broken
from meldcode.check.ways import asked, leads
from meldcode.definition import Version
from meldcode.diagram.naming import described_in
from meldcode.form import Field

REFUSING = re.compile(r"\b(nee|niet|geen|nooit|zonder)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """How an answer names what it leads to; a yes also does when its question says so. `other`: words of an
    answer or a question that is about something else. A question about what is done already names nothing."""

    answer: str | None = None
    question: str | None = None
    other: str | None = None

    def by(self, field: Field, value: str, label: str) -> bool:
        """Whether this answer to this question names it."""
        if REFUSING.search(label) or REFUSING.search(value) or _says(self.other, label):
            return False
        if _says(self.answer, label) or _says(self.answer, value):
            return not _says(DONE, field.label)
        about = _says(self.question, field.label) and not _says(self.other, field.label)
        return value == YES and about and not REFUSING.search(field.label)


def _says(pattern: str | None, text: str) -> bool:
    return pattern is not None and re.search(pattern, text, re.IGNORECASE) is not None


TO_REPORT = r"\bmeld(en|t)?\b"
DONE = (  # a yes to whether something is over, enough or done already leads away from it
    r"\b(al|eerder|gedaan|klaar|weg\w*|voorbij|weerlegd|ontkracht|ongegrond|verdwenen|opgelost|gestopt|werkt"
    r"|genoeg|bekend)\b"
)
REPORT = Named(TO_REPORT, TO_REPORT)
ADVICE = Named(r"veilig.thuis", r"veilig thuis", other=TO_REPORT)
INJURY = Named(r"letsel", r"letsel")
COLLEAGUE = Named(
    r"collega|medewerk|beroepskracht|professional|hulpverlener|houder|personeel|vrijwillig|\bwerkt\b"
)
HOME = Named(r"\b(thuis|gezin)\b", r"\bthuis\b", other="veilig")
SUSPICION = Named(question=r"^is er\b.*(vermoeden|geweld|strafbaar)", other=DONE)
HELP = Named(
    question=r"\bhulp\b.*(bied|organis|regel|mogelijk|nodig|inzet)|^hulp$", other=rf"{DONE}|{TO_REPORT}"
)
MEASURE = Named(r"ondertoezicht|voogdij|jeugdreclassering|\bots\b", r"^is er\b.*\bmaatregel\b", other=DONE)
PLANNED = Named(question=r"^(is|zijn) er\b.*\bgepland\b", other=DONE)
FOLLOWED = Named(r"\b(ik|wij|we)\s+((blijf|blijven|ga|gaan)\s+)?volg(en)?\b")
CARER = Named(
    question=r"^(is er|zijn er|zorgt|geeft|krijgt|verleent)\b.*\b(mantelzorg|een ander|een naaste)\b",
    other=DONE,
)
DOUBTING = Named(rf"^{DOUBT}$")


def crossed(
    version: Version,
    tasks: Collection[str],
    named: Named,
    *,
    also: Collection[str] = (),
    of: Collection[str] | None = None,
) -> Verdict | None:
    """A broken verdict when an answer names these tasks (their ids) and cannot lead to one of them, at a
    gateway where another answer to the same question can. `also`: where it may lead instead. `of`: judge
    the answers to these questions only (their keys)."""
    if not tasks:
        return None
    questions = asked(version)
    for gateway, answers in leads(version).items():
        reaching = {answer: sorted(nodes & {*tasks}) for answer, nodes in answers.items() if nodes & {*tasks}}
        for name in sorted({name for name, _ in reaching if of is None or name in of}):
            there = next(nodes[0] for (key, _), nodes in reaching.items() if key == name)
            for field in questions[name]:
                for option in field.options:
                    place = (name, option.value)
                    if place not in answers or place in reaching or answers[place] & {*also}:
                        continue
                    if named.by(field, option.value, option.label):
                        return _astray(version, gateway, field, option.label, there)
    return None


def _astray(version: Version, gateway: str, field: Field, label: str, there: str) -> Verdict:
    drawings = version.diagrams.values()
    at, to = described_in(drawings, gateway), described_in(drawings, there)
    return broken(
        f"Wie bij “{field.label}” kiest voor “{label}”, komt niet bij {to.nl}: bij {at.nl} leidt een ander "
        "antwoord erheen.",
        f"Whoever answers “{field.label}” with “{label}” does not get to {to.en}: at {at.en} another answer "
        "leads there.",
        gateway,
        field.key,
    )
