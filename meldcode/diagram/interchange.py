"""Where everything stands in the drawing: the diagram interchange of a `.bpmn` file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from meldcode.diagram.names import BPMNDI, DC, DI, bpmn
from meldcode.diagram.read import is_true, local_name

FARTHEST = 100_000.0  # a coordinate beyond this is no drawing


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the units of the drawing (pixels at 100 %), `y` downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Shape:
    """One drawn element. `kind` is its BPMN name; `text` its label."""

    id: str
    kind: str
    text: str
    box: Box
    label: Box | None
    expanded: bool | None
    horizontal: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """One drawn connection, with at least two points."""

    id: str
    kind: str
    text: str
    points: tuple[tuple[float, float], ...]
    label: Box | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """The first page of a diagram, in the order of the file."""

    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]


def read_drawing(root: etree._Element) -> Drawing:
    """Read the first plane that draws anything; shapes that make no sense are left out."""
    elements = {e.get("id", ""): e for e in root.iter() if local_name(e) and e.get("id")}
    for plane in root.iter(f"{{{BPMNDI}}}BPMNPlane"):
        shapes = [_shape(item, elements) for item in plane.iterchildren(f"{{{BPMNDI}}}BPMNShape")]
        edges = [_edge(item, elements) for item in plane.iterchildren(f"{{{BPMNDI}}}BPMNEdge")]
        drawn = Drawing(tuple(shape for shape in shapes if shape), tuple(edge for edge in edges if edge))
        if drawn.shapes:
            return drawn
    return Drawing((), ())


def _shape(item: etree._Element, elements: Mapping[str, etree._Element]) -> Shape | None:
    element = elements.get(_without_prefix(item.get("bpmnElement", ""), elements))
    box = _box(item.find(f"{{{DC}}}Bounds"))
    if element is None or box is None:
        return None
    expanded = item.get("isExpanded")
    return Shape(
        id=element.get("id", ""),
        kind=local_name(element) or "",
        text=_text(element),
        box=box,
        label=_label(item),
        expanded=None if expanded is None else is_true(expanded),
        horizontal=is_true(item.get("isHorizontal", "true")),
    )


def _edge(item: etree._Element, elements: Mapping[str, etree._Element]) -> Edge | None:
    element = elements.get(_without_prefix(item.get("bpmnElement", ""), elements))
    points = [_point(point) for point in item.iterchildren(f"{{{DI}}}waypoint")]
    known = tuple(point for point in points if point is not None)
    if element is None or len(known) < 2:
        return None
    return Edge(element.get("id", ""), local_name(element) or "", _text(element), known, _label(item))


def _without_prefix(reference: str, elements: Mapping[str, etree._Element]) -> str:
    # The attribute is a qualified name; most programs write the bare id.
    return reference if reference in elements else reference.rpartition(":")[2]


def _text(element: etree._Element) -> str:
    drawn = element.get("name") or element.findtext(bpmn("text")) or ""
    return " ".join(drawn.split())


def _label(item: etree._Element) -> Box | None:
    return _box(item.find(f"{{{BPMNDI}}}BPMNLabel/{{{DC}}}Bounds"))


def _box(bounds: etree._Element | None) -> Box | None:
    if bounds is None:
        return None
    numbers = [_number(bounds.get(name)) for name in ("x", "y", "width", "height")]
    x, y, width, height = numbers
    if x is None or y is None or width is None or height is None or width < 0 or height < 0:
        return None
    return Box(x, y, width, height)


def _point(item: etree._Element) -> tuple[float, float] | None:
    x, y = _number(item.get("x")), _number(item.get("y"))
    return None if x is None or y is None else (x, y)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if abs(number) <= FARTHEST else None  # False for nan as well
