"""A part of a drawing: where a case is now, large enough to read and small enough to send."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from meldcode.diagram.interchange import Box, Drawing, Edge, Shape

#: In units of the drawing; a task is 100 × 80. Shown as wide as a page, its text stays readable.
WIDTH, HEIGHT = 960.0, 420.0
#: As wide as a telephone: the place itself, and the edge of what comes before and after it.
NARROW = 440.0
MARGIN = 24.0


def window(drawing: Drawing, nodes: Collection[str], least: float = WIDTH) -> Box | None:
    """The part around `nodes` (element ids); None when none of them is drawn.

    Always of one proportion, so that a page can keep room for it; never smaller than `least` × `HEIGHT`,
    larger where the nodes lie farther apart, and inside the drawing where that is large enough.
    """
    boxes = [shape.box for shape in drawing.shapes if shape.id in nodes]
    if not boxes:
        return None
    left, right, top, bottom = _edges(boxes)
    scale = max(1.0, (right - left + 2 * MARGIN) / least, (bottom - top + 2 * MARGIN) / HEIGHT)
    width, height = least * scale, HEIGHT * scale
    first_x, last_x, first_y, last_y = _edges([shape.box for shape in drawing.shapes])
    x = _inside((left + right - width) / 2, width, first_x, last_x)
    y = _inside((top + bottom - height) / 2, height, first_y, last_y)
    return Box(x, y, width, height)


def visible(drawing: Drawing, part: Box) -> Drawing:
    """What of the drawing reaches into `part`."""
    return Drawing(
        tuple(shape for shape in drawing.shapes if _shape_reaches(shape, part)),
        tuple(edge for edge in drawing.edges if _edge_reaches(edge, part)),
    )


def _shape_reaches(shape: Shape, part: Box) -> bool:
    return _overlap(shape.box, part) or (shape.label is not None and _overlap(shape.label, part))


def _edge_reaches(edge: Edge, part: Box) -> bool:
    sides = zip(edge.points, edge.points[1:], strict=False)
    return any(_overlap(_around(side), part) for side in sides)


def _around(points: Sequence[tuple[float, float]]) -> Box:
    left, top = min(x for x, _ in points), min(y for _, y in points)
    right, bottom = max(x for x, _ in points), max(y for _, y in points)
    return Box(left, top, right - left, bottom - top)


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.x <= other.x + other.width
        and other.x <= one.x + one.width
        and one.y <= other.y + other.height
        and other.y <= one.y + one.height
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
