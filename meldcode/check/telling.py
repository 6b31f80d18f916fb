"""A proof for people (a table in the terminal) and for programs (plain JSON)."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from typing import Any

from meldcode.check.proof import Proof
from meldcode.check.rules import Rule
from meldcode.check.verdict import Says, Verdict
from meldcode.messages import Severity, Text

WORDS = {
    Says.HOLDS: Text("klopt", "holds"),
    Says.BROKEN: Text("KLOPT NIET", "BROKEN"),
    Says.UNPROVEN: Text("niet bewezen", "not proven"),
    Says.NOT_APPLICABLE: Text("n.v.t.", "n/a"),
}
LEVELS = {"L": Text("wet", "law"), "P": Text("norm", "norm"), "Q": Text("kwaliteit", "quality")}
SOUND = {
    "incident": Text("Geen zaak loopt vast", "No case gets stuck"),
    "can-finish": Text("Elke zaak kan klaar zijn", "Every case can finish"),
    "reachable": Text("Alles in het diagram is bereikbaar", "Everything drawn can be reached"),
}


def as_table(proof: Proof, language: str = "nl", width: int = 110) -> str:
    """The verdicts, a line each; below a rule that does not hold, the story and what it takes to publish."""
    lines = [_head(proof).of(language), ""]
    for name, verdict in proof.sound.items():
        lines += _row("", "", SOUND[name].of(language), verdict, language, width)
    for rule, verdict in proof.rules:
        level = LEVELS[rule.level].of(language)
        lines += _row(str(rule.number), level, rule.title.of(language), verdict, language, width)
        if verdict.says in (Says.BROKEN, Says.UNPROVEN):
            lines += _wrapped(f"→ {needs(rule).of(language)}", width)
    for finding in proof.findings:
        heavy = Text("fout", "error") if finding.severity is Severity.ERROR else Text("kijk", "look")
        said = f"{heavy.of(language)}: {finding.file}, {finding.element}: {finding.what.of(language)}"
        lines += ["", *textwrap.wrap(f"{said} {finding.remedy.of(language)}", width)]
    if proof.recorded:
        lines += ["", *textwrap.wrap(_recorded(proof).of(language), width)]
    return "\n".join([*lines, ""])


def _recorded(proof: Proof) -> Text:
    count, forms = sum(map(len, proof.recorded.values())), len(proof.recorded)
    return Text(
        f"{count} vragen in {forms} formulieren leest alleen een mens (geen pijl, tabel, tijd of regel); "
        "met --json staan ze erbij.",
        f"{count} questions in {forms} forms are read by people only (no flow, table, timer or rule); "
        "--json lists them.",
    )


def _head(proof: Proof) -> Text:
    return Text(
        f"Bewijs van {proof.version.organisation.name}: {proof.states} toestanden, {proof.moves} stappen",
        f"Proof of {proof.version.organisation.name}: {proof.states} states, {proof.moves} steps",
    )


def _row(number: str, level: str, title: str, verdict: Verdict, language: str, width: int) -> list[str]:
    lines = [f"{number:>3} {level:<10} {WORDS[verdict.says].of(language):<13} {title}"]
    if verdict.says is Says.HOLDS:
        return lines
    lines += _wrapped(verdict.why.of(language), width)
    for place, told in enumerate(verdict.story, 1):
        lines += _wrapped(f"{place}. {told}", width)
    if verdict.elements:
        lines += _wrapped(f"({' · '.join(verdict.elements[-8:])})", width)
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    indent = " " * 15
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=f"{indent}   ", break_on_hyphens=False
    )


def needs(rule: Rule) -> Text:
    """What it takes to publish although this rule does not hold."""
    if refuses(rule):
        return Text("Zo is dit niet te publiceren.", "It cannot be published like this.")
    if rule.level == "P":
        return Text(
            "Publiceren kan alleen als twee mensen vastleggen waarom: de aandachtsfunctionaris en "
            "het bestuur.",
            "Publishing takes a recorded reason of two people: the aandachtsfunctionaris and the board.",
        )
    return Text("Publiceren vraagt een reden.", "Publishing takes a reason.")


def as_json(proof: Proof) -> dict[str, Any]:
    """The proof as plain JSON."""
    return {
        "version": proof.version.id,
        "holds": proof.holds,
        "states": proof.states,
        "moves": proof.moves,
        "sound": {name: _verdict(verdict) for name, verdict in proof.sound.items()},
        "rules": [
            {
                "number": rule.number,
                "level": rule.level,
                "title": rule.title._asdict(),
                "refuses": refuses(rule),
                **_verdict(verdict),
            }
            for rule, verdict in proof.rules
        ],
        "recorded": {file: list(keys) for file, keys in proof.recorded.items()},
        "findings": [
            {
                "code": one.code,
                "severity": one.severity.value,
                "file": one.file,
                "element": one.element,
                "what": one.what._asdict(),
                "remedy": one.remedy._asdict(),
            }
            for one in proof.findings
        ],
    }


def refuses(rule: Rule) -> bool:
    """Whether no reason can make up for breaking this rule."""
    return rule.level == "L" or not rule.exception or rule.number == 7


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.says.value,
        "why": verdict.why._asdict(),
        "story": list(verdict.story),
        "walk": [asdict(told) for told in verdict.walk],
        "elements": list(verdict.elements),
    }
