"""What a button *Herstel* may change by itself: only where one answer is by far the likeliest.

`{"kind": "attribute", "attribute": …, "value": …}` sets an attribute of the element, `time`, `form` and
`decision` set that with `value`, `replace` makes the element one of `type`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from meldcode.definition import Version
from meldcode.diagram.model import Node
from meldcode.messages import Finding

Mend = Mapping[str, str]

ALIKE = 0.8  # of 1: how much the word must look like what was written
APART = 0.05  # how much more than the next one


def mend_of(finding: Finding, version: Version | None) -> Mend | None:
    """The change that mends a finding, or None when somebody has to choose."""
    node = version.nodes.get(finding.element or "") if version else None
    if version is None or node is None:
        return None
    match finding.code:
        case "timer-without-calendar":
            clock = node.timer is not None and "T" in node.timer.text
            return _attribute("meldcode:calendar", "klok" if clock else "werkdagen")
        case "timer-without-purpose":
            reminds = node.attached_to is not None and not node.interrupting
            return _attribute("meldcode:purpose", "herinnering" if reminds else "termijn")
        case "timer-quoted" if node.timer:
            return {"kind": "time", "value": node.timer.text.strip("= \"'")}
        case "form-missing":
            return _nearest("form", node.form, version.forms)
        case "decision-missing":
            return _nearest("decision", node.decision, version.decisions)
        case "mail-missing":
            found = _close(node.mail, version.mails)
            return _attribute("meldcode:mail", found) if found else None
        case "role-unknown":
            return _role(node, version)
        case "unsupported" if node.kind == "task":
            return {"kind": "replace", "type": "bpmn:UserTask"}
    return None


def _role(node: Node, version: Version) -> Mend | None:
    roles = version.organisation.roles
    for attribute, value in (("meldcode:to", node.to), ("meldcode:role", node.role)):
        if value and value not in roles:
            found = _close(value, roles)
            return _attribute(attribute, found) if found else None
    return None


def _attribute(name: str, value: str) -> Mend:
    return {"kind": "attribute", "attribute": name, "value": value}


def _nearest(kind: str, value: str | None, known: Iterable[str]) -> Mend | None:
    found = _close(value, known)
    return {"kind": kind, "value": found} if found else None


def _close(value: str | None, known: Iterable[str]) -> str:
    """The one known word that is meant by far the likeliest, or nothing."""
    rated = sorted(
        ((difflib.SequenceMatcher(None, value or "", word).ratio(), word) for word in known), reverse=True
    )
    if not rated or rated[0][0] < ALIKE or (len(rated) > 1 and rated[0][0] - rated[1][0] < APART):
        return ""
    return rated[0][1]
