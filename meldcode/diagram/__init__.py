"""Diagrams: BPMN files in, plain values and pictures out. The only package that touches lxml."""

from meldcode.diagram.check import diagram_findings
from meldcode.diagram.places import places
from meldcode.diagram.read import read_diagram
from meldcode.diagram.svg import draw
from meldcode.diagram.xml import DiagramError

__all__ = ["DiagramError", "diagram_findings", "draw", "places", "read_diagram"]
