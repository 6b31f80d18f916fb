"""Which part of a diagram to show first: where the case is now, large enough to read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from meldcode.diagram.interchange import Box, read_drawing
from meldcode.diagram.model import Diagram
from meldcode.diagram.xml import read_xml

#: In units of the diagram; a task is 100 × 80. Shown about as wide as the page, its text stays readable.
WIDTH, HEIGHT = 960.0, 420.0
MARGIN = 24.0


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of the drawing, in its own units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def fragment(self) -> str:
        """What to add to the picture's address to see only this part (SVG 2, 16.3.2)."""
        return f"svgView(viewBox({self.x:.0f},{self.y:.0f},{self.width:.0f},{self.height:.0f}))"


def window(diagram: Diagram, nodes: Collection[str]) -> Window | None:
    """The part of the drawing around `nodes` (element ids); None when none of them is drawn.

    Always of one proportion, large enough to read, and inside the drawing where that is large enough.
    """
    shapes = read_drawing(read_xml(diagram.xml, diagram.file)).shapes
    boxes = [shape.box for shape in shapes if shape.id in nodes]
    if not boxes:
        return None
    left, right, top, bottom = _edges(boxes)
    # one shape of window for all pictures, so that the page can keep room for it
    scale = max(1.0, (right - left + 2 * MARGIN) / WIDTH, (bottom - top + 2 * MARGIN) / HEIGHT)
    width, height = WIDTH * scale, HEIGHT * scale
    first_x, last_x, first_y, last_y = _edges([shape.box for shape in shapes])
    return Window(
        _inside((left + right - width) / 2, width, first_x, last_x),
        _inside((top + bottom - height) / 2, height, first_y, last_y),
        width,
        height,
    )


def _edges(boxes: Collection[Box]) -> tuple[float, float, float, float]:
    return (
        min(box.x for box in boxes),
        max(box.x + box.width for box in boxes),
        min(box.y for box in boxes),
        max(box.y + box.height for box in boxes),
    )


def _inside(start: float, size: float, first: float, last: float) -> float:
    """`start` moved so that `size` shows nothing beside the drawing, as far as the drawing is that large."""
    return max(min(start, last + MARGIN - size), first - MARGIN)
