"""Diagrams: BPMN files in, plain values and pictures out. The only package that touches lxml."""

from meldcode.diagram.executable import executable_xml
from meldcode.diagram.read import read_diagram
from meldcode.diagram.xml import DiagramError

__all__ = ["DiagramError", "executable_xml", "read_diagram"]
