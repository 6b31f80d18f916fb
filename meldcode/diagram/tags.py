"""Checks on what programs add to BPMN: our own tags, SpiffWorkflow's extensions and foreign meaning."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from lxml import etree

from meldcode.diagram.faults import Faults
from meldcode.diagram.model import CalendarKind, Purpose, StepKind
from meldcode.diagram.names import (
    ACTIVITIES,
    BPMN,
    FORM_PROPERTY,
    KNOWN_NAMESPACES,
    MELDCODE,
    SPIFF,
    words,
)
from meldcode.diagram.read import local_name, nearest_id
from meldcode.messages import Text

# Programs store meaning of their own in a diagram: who does a task, which form it shows, what to run.
# None of it runs here, and a person who relied on it must hear that.
OTHER_ENGINES = (
    "http://camunda.org/schema/",
    "http://activiti.org/",
    "http://flowable.org/",
    "http://www.jboss.org/drools",
)
EDITOR = "http://camunda.org/schema/modeler/1.0"  # only says which program drew it
FOREIGN_MEANING = words(
    """
    assignee candidateUsers candidateGroups formKey formRef formData formDefinition assignmentDefinition
    taskListener executionListener listener script inputOutput ioMapping connector taskDefinition
    class delegateExpression expression dueDate followUpDate decisionRef calledDecision
    """
)
HARMLESS_FOREIGN = frozenset(
    {"historyTimeToLive", "versionTag", "isStartableInTasklist", "userTask", "diagramRelationId"}
)
SPIFF_RUNS = frozenset({"properties", "property", "calledDecisionId", "instructionsForEndUser"})
SPIFF_SCRIPTS = frozenset({"preScript", "postScript", "script", "serviceTaskOperator"})
KEY = re.compile(r"[a-z][a-z0-9-]{0,62}")
TIMED = frozenset({"boundaryEvent", "intermediateCatchEvent", "startEvent"})
TAG_PLACES = {
    "step": ACTIVITIES,
    "role": ACTIVITIES | {"lane"},
    "calendar": TIMED,
    "purpose": TIMED,
    "mail": frozenset({"sendTask"}),
    "to": frozenset({"sendTask"}),
    "outcome": frozenset({"endEvent"}),
}


def tag_findings(element: etree._Element, name: str, faults: Faults) -> None:
    """What is wrong with the additions on one BPMN element, called `name`."""
    _tags(element, name, faults)
    _foreign(element, name, faults)
    if name == "extensionElements":
        _extensions(element, faults)


# --- our own tags ------------------------------------------------------------------------------------


def _tags(element: etree._Element, name: str, faults: Faults) -> None:
    key = nearest_id(element)
    for attribute, value in element.attrib.items():
        qualified = etree.QName(str(attribute))
        if qualified.namespace != MELDCODE:
            continue
        tag = qualified.localname
        if tag not in TAG_PLACES:
            _unknown("tag-unknown", key, f"meldcode:{tag}", tag, sorted(TAG_PLACES), faults)
        elif name not in TAG_PLACES[tag]:
            faults.error(
                "tag-place",
                key,
                Text(
                    f"`meldcode:{tag}` heeft geen betekenis op `{name}`.",
                    f"`meldcode:{tag}` has no meaning on `{name}`.",
                ),
                Text(
                    f"Zet het op: {', '.join(sorted(TAG_PLACES[tag]))}.",
                    f"Put it on: {', '.join(sorted(TAG_PLACES[tag]))}.",
                ),
            )
        else:
            _tag_value(tag, str(value), key, faults)


def _tag_value(tag: str, value: str, key: str | None, faults: Faults) -> None:
    known: dict[str, list[str]] = {
        "step": [*StepKind],
        "calendar": [*CalendarKind],
        "purpose": [*Purpose],
    }
    words = value.split() if tag == "step" else [value.strip()]
    for word in words or [""]:
        if tag in known:
            if word not in known[tag]:
                _unknown(f"{tag}-unknown", key, f"meldcode:{tag}", word, known[tag], faults)
        elif tag != "mail" and not KEY.fullmatch(word):
            faults.error(
                "tag-value",
                key,
                Text(
                    f"`{word}` kan niet bij `meldcode:{tag}` staan.",
                    f"`{word}` cannot be a value of `meldcode:{tag}`.",
                ),
                Text(
                    "Gebruik kleine letters, cijfers en streepjes.",
                    "Use lower-case letters, digits and hyphens.",
                ),
            )


def _unknown(code: str, key: str | None, where: str, word: str, known: list[str], faults: Faults) -> None:
    close = difflib.get_close_matches(word, known, n=1)
    meant_nl = f" Bedoelt u `{close[0]}`?" if close else ""
    meant_en = f" Do you mean `{close[0]}`?" if close else ""
    faults.error(
        code,
        key,
        Text(
            f"`{word}` is onbekend bij `{where}`.{meant_nl}", f"`{word}` is unknown to `{where}`.{meant_en}"
        ),
        Text(f"Kies uit: {', '.join(known)}.", f"Choose from: {', '.join(known)}."),
    )


# --- extensions --------------------------------------------------------------------------------------


def _extensions(container: etree._Element, faults: Faults) -> None:
    owner = container.getparent()
    owner_name = local_name(owner) if owner is not None else None
    key = nearest_id(container)
    for extension in container:
        qualified = etree.QName(extension)
        if qualified.namespace == MELDCODE:
            _unknown("tag-unknown", key, "extensionElements", qualified.localname, sorted(TAG_PLACES), faults)
        elif qualified.namespace == SPIFF:
            _spiff_extension(extension, qualified.localname, owner_name, key, faults)


def _spiff_extension(
    extension: etree._Element, name: str, owner: str | None, key: str | None, faults: Faults
) -> None:
    if name in SPIFF_SCRIPTS:
        faults.error(
            "script",
            key,
            Text(
                f"Hier hangt een script aan (`{name}`). Scripts uit een diagram worden nooit uitgevoerd.",
                f"A script hangs on this element (`{name}`). Scripts from a diagram are never run.",
            ),
            Text(
                "Haal het script weg; gebruik een formulier, een beslistabel of een voorwaarde.",
                "Remove the script; use a form, a decision table or a condition.",
            ),
        )
        return
    names = [item.get("name") or "" for item in extension] if name == "properties" else []
    misplaced = (name == "calledDecisionId" and owner != "businessRuleTask") or (
        FORM_PROPERTY in names and owner != "userTask"
    )
    ignored = [item for item in names if item != FORM_PROPERTY] if name in SPIFF_RUNS else [name]
    if misplaced:
        faults.error(
            "extension-place",
            key,
            Text(
                "Een formulier hoort bij een gebruikerstaak, een beslistabel bij een beslistaak.",
                "A form belongs to a user task, a decision table to a business rule task.",
            ),
            Text(
                "Verander het soort taak, of haal de koppeling weg.",
                "Change the task's type, or remove the link.",
            ),
        )
    if ignored:
        _not_run(key, ignored, faults)


def _foreign(element: etree._Element, name: str, faults: Faults) -> None:
    """Meaning of other programs on one BPMN element: said once, with all its names."""
    found = set(_foreign_attributes(element))
    if name == "extensionElements":
        found |= set(_foreign_elements(element))
    if found:
        _not_run(nearest_id(element), sorted(found), faults)


def _foreign_attributes(element: etree._Element) -> Iterator[str]:
    for attribute in element.attrib:
        qualified = etree.QName(str(attribute))
        if qualified.namespace and _has_meaning(qualified):
            yield qualified.localname


def _foreign_elements(container: etree._Element) -> Iterator[str]:
    for element in container.iterdescendants():
        qualified = etree.QName(element)
        if _has_meaning(qualified):
            yield qualified.localname


def _has_meaning(qualified: etree.QName) -> bool:
    namespace = qualified.namespace or BPMN
    if namespace in KNOWN_NAMESPACES or namespace == EDITOR or qualified.localname in HARMLESS_FOREIGN:
        return False
    return namespace.startswith(OTHER_ENGINES) or qualified.localname in FOREIGN_MEANING


def _not_run(key: str | None, names: list[str], faults: Faults) -> None:
    listed = ", ".join(f"`{name}`" for name in names)
    faults.warning(
        "extension-ignored",
        key,
        Text(
            f"Een ander programma heeft hier iets bij gezet dat niet wordt uitgevoerd: {listed}.",
            f"Another program added something here that will not run: {listed}.",
        ),
        Text(
            "Leg wie, welk formulier en wanneer vast met een baan, een formulier en een timer.",
            "Say who, which form and when with a lane, a form and a timer.",
        ),
    )
