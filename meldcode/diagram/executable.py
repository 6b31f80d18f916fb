"""The part of a diagram that runs: what the process engine is given instead of the drawn file."""

from __future__ import annotations

from lxml import etree

from meldcode.diagram.model import Diagram
from meldcode.diagram.names import BPMN, BPMNDI, MELDCODE, SPIFF, bpmn, spiff
from meldcode.diagram.read import is_true
from meldcode.diagram.xml import read_xml

# Drawing, explanation and data decoration. Data associations would make the engine copy data between
# objects of its own; a case has one document, so they are explanation here.
PICTURE_ONLY = frozenset(
    bpmn(name)
    for name in (
        "association",
        "auditing",
        "category",
        "collaboration",
        "dataInputAssociation",
        "dataObject",
        "dataObjectReference",
        "dataOutputAssociation",
        "dataStore",
        "dataStoreReference",
        "documentation",
        "group",
        "ioSpecification",
        "laneSet",
        "monitoring",
        "property",
        "textAnnotation",
    )
)
RUNNING_EXTENSIONS = frozenset(
    spiff(name) for name in ("calledDecisionId", "instructionsForEndUser", "properties", "property")
)
XSI = "http://www.w3.org/2001/XMLSchema-instance"
KNOWN_NAMESPACES = frozenset({BPMN, SPIFF, MELDCODE, XSI})


def executable_xml(diagram: Diagram) -> bytes:
    """`diagram` as UTF-8 XML with only what runs, for SpiffWorkflow's parser.

    The diagram interchange is left out on purpose: with it, SpiffWorkflow tries a gateway's flows in
    the order of the shapes' height, so that moving a shape would change the meaning. Without it the
    flows keep the order of the XML. Foreign extensions and scripts are left out as well, so that
    nothing another program stored can ever reach the engine.
    """
    root = read_xml(diagram.xml, diagram.file)
    for element in list(root.iterdescendants()):
        if _is_left_out(element):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
    for element in root.iter():
        _keep_own_attributes(element)
        if element.tag in {bpmn("flowNodeRef"), bpmn("loopDataInputRef"), bpmn("loopDataOutputRef")}:
            element.text = (element.text or "").strip()
    for process in root.iterchildren(bpmn("process")):
        # BPMN's default is false, SpiffWorkflow's is true.
        process.set("isExecutable", "true" if is_true(process.get("isExecutable")) else "false")
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _is_left_out(element: etree._Element) -> bool:
    namespace = etree.QName(element).namespace
    if namespace == BPMNDI or element.tag in PICTURE_ONLY:
        return True
    if namespace == SPIFF:
        return element.tag not in RUNNING_EXTENSIONS
    return namespace not in KNOWN_NAMESPACES


def _keep_own_attributes(element: etree._Element) -> None:
    for name in list(element.attrib):
        namespace = etree.QName(str(name)).namespace
        if namespace and namespace not in KNOWN_NAMESPACES:
            del element.attrib[name]
