"""The quick check of a whole version: every diagram by itself, and everything that must fit together."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from meldcode.definition import hidden
from meldcode.definition.mails import mail_findings
from meldcode.definition.organisation import FILE
from meldcode.definition.version import MAIN_FILE, Version, main_candidates
from meldcode.diagram.check import diagram_findings
from meldcode.diagram.expressions import expressions_of
from meldcode.diagram.faults import Faults, called
from meldcode.diagram.model import Diagram
from meldcode.feel import expression
from meldcode.messages import Finding, Text

RULE = "regel"  # a decision's result also says which rule matched
LOOP_COUNTER = "loopCounter"  # the engine's own name for the round of a repeated task
LISTS = frozenset({"RULE ORDER", "COLLECT"})  # hit policies whose result is a list or a number


def check(version: Version) -> list[Finding]:
    """Everything the quick check finds in a version, file by file. Errors refuse publishing."""
    findings: list[Finding] = []
    for diagram in version.diagrams.values():
        others = [other for other in version.diagrams.values() if other.file != diagram.file]
        findings += diagram_findings(diagram, others)
        findings += _together(version, diagram)
    findings += _main_process(version)
    findings += _clashing_names(version)
    findings += _names_read_by_files(version)
    for form in version.forms.values():
        findings += form.warnings
    for mail in version.mails.values():
        findings += mail_findings(mail)
    return findings + hidden.findings(version.files)


def _together(version: Version, diagram: Diagram) -> list[Finding]:
    faults = Faults(diagram.file, diagram)
    _ids_elsewhere(version, diagram, faults)
    _files_named(version, diagram, faults)
    _roles(version, diagram, faults)
    _variables(version, diagram, faults)
    return faults.all()


def meant(word: str, known: Iterable[str]) -> Text:
    """ "Do you mean …?" with the closest known word, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return Text(f" Bedoelt u `{close[0]}`?", f" Do you mean `{close[0]}`?") if close else Text("", "")


# --- what a diagram names ----------------------------------------------------------------------------


def _ids_elsewhere(version: Version, diagram: Diagram, faults: Faults) -> None:
    for other in version.diagrams.values():
        if other.file >= diagram.file:
            continue
        for kind in ("processes", "nodes", "flows", "lanes"):
            for key in sorted(set(getattr(diagram, kind)) & set(getattr(other, kind))):
                faults.error(
                    "id-in-two-files",
                    key,
                    Text(
                        f"Het id `{key}` staat ook in {other.file}.",
                        f"The id `{key}` is in {other.file} as well.",
                    ),
                    Text("Geef een van beide een ander id.", "Give one of them another id."),
                )


def _files_named(version: Version, diagram: Diagram, faults: Faults) -> None:
    for node in diagram.nodes.values():
        if node.form and node.form not in version.forms:
            _missing(
                faults,
                "form-missing",
                node.id,
                ("Het formulier", "The form"),
                node.form,
                version.forms,
                "forms/",
            )
        if node.decision and node.decision not in version.decisions:
            _missing(
                faults,
                "decision-missing",
                node.id,
                ("De beslistabel", "The decision table"),
                node.decision,
                version.decisions,
                ".dmn",
            )
        if node.mail and node.mail not in version.mails:
            _missing(
                faults, "mail-missing", node.id, ("De mail", "The mail"), node.mail, version.mails, "mails/"
            )
        if node.called_element and node.called_element not in version.processes:
            _missing(
                faults,
                "process-missing",
                node.id,
                ("Het proces", "The process"),
                node.called_element,
                version.processes,
                ".bpmn",
            )


def _missing(
    faults: Faults,
    code: str,
    element: str,
    kind: tuple[str, str],
    name: str,
    known: Iterable[str],
    place: str,
) -> None:
    guess = meant(name, known)
    faults.error(
        code,
        element,
        Text(f"{kind[0]} `{name}` is er niet.{guess.nl}", f"{kind[1]} `{name}` does not exist.{guess.en}"),
        Text(
            f"Voeg het bestand toe ({place}) of kies een ander.", f"Add the file ({place}) or choose another."
        ),
    )


def _roles(version: Version, diagram: Diagram, faults: Faults) -> None:
    known = version.organisation.roles
    for lane in diagram.lanes.values():
        if lane.role and lane.role not in known:
            _unknown_role(faults, lane.id, lane.role, known, f"“{lane.name}”")
    told = {lane.role for lane in diagram.lanes.values()}
    for node in diagram.nodes.values():
        if node.role and node.role not in known and node.role not in told:
            _unknown_role(faults, node.id, node.role, known, called(node))
        if node.to and node.to not in known:
            _unknown_role(faults, node.id, node.to, known, called(node))


def _unknown_role(faults: Faults, element: str, role: str, known: Iterable[str], label: str) -> None:
    guess = meant(role, known)
    faults.error(
        "role-unknown",
        element,
        Text(
            f"De rol `{role}` bij {label} staat niet in {FILE}.{guess.nl}",
            f"The role `{role}` at {label} is not in {FILE}.{guess.en}",
        ),
        Text(
            f"Voeg [roles.{role}] toe, of geef de baan `meldcode:role`. Bekend: {', '.join(sorted(known))}.",
            f"Add [roles.{role}], or give the lane `meldcode:role`. Known: {', '.join(sorted(known))}.",
        ),
    )


# --- which process a case begins in ------------------------------------------------------------------


def _main_process(version: Version) -> list[Finding]:
    if version.main_process:
        return []
    found = main_candidates(version.diagrams)
    listed = ", ".join(f"`{key}`" for key in found)
    if found:
        what = Text(
            f"Onduidelijk is met welk proces een zaak begint: {listed}.",
            f"It is unclear with which process a case begins: {listed}.",
        )
    else:
        what = Text(
            "Er is geen proces waarmee een zaak kan beginnen.",
            "There is no process a case can begin with.",
        )
    remedy = Text(
        f"Zet in {MAIN_FILE} precies één uitvoerbaar proces met een gewone start dat niemand aanroept.",
        f"Put exactly one executable process with a plain start that nobody calls into {MAIN_FILE}.",
    )
    return [Finding("main-process", MAIN_FILE, None, what, remedy)]


# --- names of data -----------------------------------------------------------------------------------


def written_names(version: Version) -> frozenset[str]:
    """The top-level names of a case's data that a form, a decision or a repeated task writes."""
    names = {*version.decisions, LOOP_COUNTER}
    for form in version.forms.values():
        names |= set(form.fields)
    for node in version.nodes.values():
        if node.loop:
            loop = (node.loop.item, node.loop.output_item, node.loop.output_collection)
            names |= {name for name in loop if name}
    return frozenset(names)


def _variables(version: Version, diagram: Diagram, faults: Faults) -> None:
    written = written_names(version)
    for element, text in expressions_of(diagram):
        for path in sorted(expression(text).paths):
            _name_read(version, written, path, element, faults)


def _names_read_by_files(version: Version) -> Iterator[Finding]:
    written = written_names(version)
    for form in version.forms.values():
        faults = Faults(form.file)
        for name in sorted(form.variables):
            _name_read(version, written, (name,), form.id, faults)
        yield from faults.all()
    for decision in version.decisions.values():
        faults = Faults(version.decision_files.get(decision.id, ""))
        for name in sorted(decision.variables):
            _name_read(version, written, (name,), decision.id, faults)
        yield from faults.all()


def _name_read(
    version: Version, written: frozenset[str], path: tuple[str, ...], element: str, faults: Faults
) -> None:
    """Say so when nothing ever writes what is read here: it would always be empty."""
    shown, name, known = path[0], path[0], written
    decision = version.decisions.get(path[0])
    if path[0] in written:
        if decision is None or len(path) < 2 or decision.hit_policy in LISTS:
            return
        shown, name, known = ".".join(path[:2]), path[1], frozenset({*decision.output_names, RULE})
        if name in known:
            return
    guess = meant(name, known)
    faults.warning(
        "name-never-written",
        element,
        Text(
            f"Niets vult `{shown}` ooit in, dus het is altijd leeg.{guess.nl}",
            f"Nothing ever fills `{shown}`, so it is always empty.{guess.en}",
        ),
        Text(
            "Gebruik de sleutel van een formulierveld of het id van een beslistabel.",
            "Use the key of a form field or the id of a decision table.",
        ),
    )


def _clashing_names(version: Version) -> Iterator[Finding]:
    for form in version.forms.values():
        for key in sorted(set(form.fields) & set(version.decisions)):
            yield Finding(
                "name-twice",
                form.file,
                key,
                Text(
                    f"Het veld `{key}` heet net als een beslistabel; die zou het antwoord overschrijven.",
                    f"The field `{key}` has the name of a decision table, which would overwrite the answer.",
                ),
                Text("Geef het veld een andere sleutel.", "Give the field another key."),
            )
