"""The quick check of one diagram: everything that would go wrong silently, said before it runs."""

from __future__ import annotations

from collections.abc import Sequence

from meldcode.diagram.elements import element_findings
from meldcode.diagram.expressions import expression_findings
from meldcode.diagram.faults import Faults
from meldcode.diagram.loops import loop_findings
from meldcode.diagram.model import Diagram
from meldcode.diagram.structure import structure_findings
from meldcode.diagram.xml import read_xml
from meldcode.messages import Finding


def diagram_findings(diagram: Diagram, also: Sequence[Diagram] = ()) -> list[Finding]:
    """What is wrong with a diagram, in the order of the file.

    `also` are the other diagrams of the same version: they are looked into when a process calls
    another, and have no findings here.
    """
    faults = Faults(diagram.file, diagram)
    element_findings(read_xml(diagram.xml, diagram.file), faults)
    structure_findings(diagram, faults)
    expression_findings(diagram, faults)
    loop_findings(diagram, also, faults)
    return faults.all()
