"""Where the elements of a diagram stand, for who compares two drawings."""

from __future__ import annotations

from collections.abc import Mapping

from meldcode.diagram.interchange import read_drawing
from meldcode.diagram.model import Diagram
from meldcode.diagram.xml import read_xml


def places(diagram: Diagram) -> Mapping[str, tuple[float, ...]]:
    """For each drawn element its numbers: x, y, width and height of a shape, the points of an arrow."""
    drawing = read_drawing(read_xml(diagram.xml, diagram.file))
    found: dict[str, tuple[float, ...]] = {
        shape.id: (shape.box.x, shape.box.y, shape.box.width, shape.box.height) for shape in drawing.shapes
    }
    for edge in drawing.edges:
        found[edge.id] = tuple(number for point in edge.points for number in point)
    return found
