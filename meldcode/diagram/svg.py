"""A diagram as a picture, made by the server: for pages without JavaScript, for print and for mail.

What a task's colour says is also said by a badge of its own shape and in words, for people who do
not see colours and for those who do not see.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Mapping
from typing import cast

from lxml import etree

from meldcode.diagram.interchange import Box, Drawing, Edge, Shape, read_drawing
from meldcode.diagram.model import Diagram, Node
from meldcode.diagram.names import ACTIVITIES, CONTAINERS, EVENTS, GATEWAYS
from meldcode.diagram.pen import INK, LINE_HEIGHT, PAPER, SVG, Pen, envelope, event_icon, person, table, wrap
from meldcode.diagram.window import NARROW, WIDTH, visible, window
from meldcode.diagram.xml import read_xml
from meldcode.messages import Text

MARKS = {
    "current": Text("nu aan de beurt", "now"),
    "done": Text("klaar", "done"),
    "late": Text("te laat", "late"),
    "here": Text("hier gebeurt het", "here it happens"),
    "wrong": Text("hier gaat het mis", "here it goes wrong"),
    "passed": Text("hierlangs gegaan", "came by here"),
    "added": Text("nieuw", "new"),
    "removed": Text("vervalt", "dropped"),
    "changed": Text("veranderd", "changed"),
    "moved": Text("andere plek", "elsewhere"),
}
# Outline, width, dashes and tint of a marked element. Contrast with white: at least 5.6 to 1.
OUTLINES = {
    "current": ("#1d5fa8", 3.5, "none", "#e8f1fb"),
    "done": ("#2c6e49", 2.0, "none", "#eaf5ee"),
    "late": ("#a01c1c", 3.5, "7 4", "#fdecea"),
    "here": ("#54408c", 4.0, "none", "#f3f0fb"),
    "wrong": ("#a01c1c", 4.5, "none", "#fdecea"),
    "passed": ("#2c6e49", 2.5, "none", "#eaf5ee"),
    "added": ("#2c6e49", 3.5, "none", "#eaf5ee"),
    "removed": ("#a01c1c", 3.0, "7 4", "#fdecea"),
    "changed": ("#7d4a00", 3.5, "none", "#fdf3e1"),
    "moved": ("#54408c", 2.0, "2 3", "#f3f0fb"),
}
DIFFERENT = frozenset({"added", "removed", "changed", "moved"})
NO_DRAWING = Text("Dit diagram heeft geen tekening.", "This diagram has no drawing.")
PROCESS = Text("Procesdiagram", "Process diagram")
MARGIN = 24.0
LINE = 12 * LINE_HEIGHT
WITH_ICON = frozenset({"userTask", "manualTask", "sendTask", "receiveTask", "businessRuleTask"})
BAND = 30.0  # width of the band with a pool's or lane's name
#: What holds more than is drawn: closed, it has a plus at the bottom, which takes this much room.
CLOSED = CONTAINERS | {"callActivity"}
SIGN = 17.0


def draw(
    diagram: Diagram,
    *,
    marks: Mapping[str, str] | None = None,
    language: str = "nl",
    around: Collection[str] = (),
    narrow: bool = False,
) -> str:
    """The diagram as a standalone SVG document; with `around` only the part around these elements, `narrow`
    for a telephone.

    `marks` gives elements a state by id: `current`, `done` or `late` in a case, `here`, `wrong` or `passed`
    in a story, `added`, `removed`, `changed` or `moved` beside another version (anything else is left out);
    it is drawn as a class, an outline and a badge (but for `passed`, of which there are many), and told in
    the picture's description. A diagram without a drawing gives a picture that says so. Raises nothing for
    any readable diagram.
    """
    drawing = read_drawing(read_xml(diagram.xml, diagram.file))
    known = {key: mark for key, mark in (marks or {}).items() if mark in MARKS}
    root = etree.Element(f"{{{SVG}}}svg", nsmap=cast(dict[str, str], {None: SVG}))
    canvas = Pen(root)
    part = window(drawing, around, NARROW if narrow else WIDTH)
    if drawing.shapes:
        seen = visible(drawing, part) if part else drawing
        _Picture(canvas, diagram, seen, known, language, part).draw()
    else:
        _empty(canvas, language)
    return etree.tostring(root, encoding="unicode")


def _empty(canvas: Pen, language: str) -> None:
    sentence = NO_DRAWING.of(language)
    _frame(canvas, Box(0, 0, 360, 80), sentence, "", language)
    canvas.lines([sentence], 180, 45, size=14)


def _frame(canvas: Pen, view: Box, title: str, description: str, language: str) -> None:
    canvas.element.set("viewBox", f"{view.x:.0f} {view.y:.0f} {view.width:.0f} {view.height:.0f}")
    canvas.element.set("width", f"{view.width:.0f}")
    canvas.element.set("height", f"{view.height:.0f}")
    canvas.element.set("role", "img")
    canvas.element.set("lang", "en" if language == "en" else "nl")
    canvas.element.set("aria-label", f"{title}. {description}".strip() if description else title)
    canvas.draw("title").text(title)
    if description:
        canvas.draw("desc").text(description)
    canvas.box(view, fill=PAPER)


class _Picture:
    def __init__(
        self,
        canvas: Pen,
        diagram: Diagram,
        drawing: Drawing,
        marks: Mapping[str, str],
        language: str,
        part: Box | None,
    ) -> None:
        self.part = part
        self.canvas = canvas
        self.nodes: Mapping[str, Node] = diagram.nodes
        self.diagram = diagram
        self.drawing = drawing
        self.marks = marks
        self.language = language
        self.holders = {node.parent for node in diagram.nodes.values()}
        self.drawn = {shape.id for shape in drawing.shapes}

    def draw(self) -> None:
        _frame(self.canvas, self._view(), self._title(), self._description(), self.language)
        shapes = self.drawing.shapes
        frames = [shape for shape in shapes if self._is_frame(shape)]
        for shape in frames:
            self._shape(shape)
        for edge in self.drawing.edges:
            self._edge(edge)
        rest = [shape for shape in shapes if shape not in frames]
        for shape in sorted(rest, key=lambda item: item.kind == "boundaryEvent"):
            self._shape(shape)
        for shape in rest:
            self._label(shape)
        for edge in self.drawing.edges:
            self._label(edge)

    def _title(self) -> str:
        names = [process.name for process in self.diagram.processes.values() if process.name]
        return ", ".join(names) or PROCESS.of(self.language)

    def _description(self) -> str:
        sentences = []
        for mark, word in MARKS.items():
            marked = [(one.id, one.name) for one in self.nodes.values()]
            marked += [(one.id, one.name) for one in self.diagram.flows.values()]
            named = [
                name or key
                for key, name in marked
                if self.marks.get(key) == mark and (name or mark != "passed")
            ]
            if named:
                sentences.append(f"{word.of(self.language).capitalize()}: {', '.join(named)}.")
        return " ".join(sentences)

    def _view(self) -> Box:
        if self.part:
            return self.part
        boxes = [shape.box for shape in self.drawing.shapes]
        boxes += [shape.label for shape in self.drawing.shapes if shape.label]
        boxes += [edge.label for edge in self.drawing.edges if edge.label]
        points = [point for edge in self.drawing.edges for point in edge.points]
        left = min([box.x for box in boxes] + [x for x, _ in points])
        top = min([box.y for box in boxes] + [y for _, y in points])
        right = max([box.x + box.width for box in boxes] + [x for x, _ in points])
        bottom = max([box.y + box.height for box in boxes] + [y for _, y in points])
        return Box(left - MARGIN, top - MARGIN, right - left + 2 * MARGIN, bottom - top + 2 * MARGIN)

    def _is_frame(self, shape: Shape) -> bool:
        return shape.kind in {"participant", "lane", "group"} or self._is_open(shape)

    def _is_open(self, shape: Shape) -> bool:
        """Is this a subprocess whose inside is drawn in place?"""
        if shape.kind not in CONTAINERS or shape.expanded is False:
            return False
        inside = any(n.parent == shape.id and n.id in self.drawn for n in self.nodes.values())
        return bool(shape.expanded) or inside

    # --- shapes --------------------------------------------------------------------------------------

    def _shape(self, shape: Shape) -> None:
        mark = self.marks.get(shape.id, "")
        group = self.canvas.draw("g", class_=f"{shape.kind} {mark}".strip(), data_element=shape.id)
        title = shape.text
        if mark:
            title = f"{title or shape.id} — {MARKS[mark].of(self.language)}"
        if title:
            group.draw("title").text(title)
        if shape.kind in {"participant", "lane"}:
            _pool(group, shape)
        elif shape.kind in GATEWAYS:
            self._gateway(group, shape, mark)
        elif shape.kind in EVENTS:
            self._event(group, shape, mark)
        elif self._is_open(shape):
            self._frame_of_subprocess(group, shape, mark)
        elif shape.kind in ACTIVITIES:
            self._task(group, shape, mark)
        elif shape.kind == "textAnnotation":
            _annotation(group, shape)
        elif shape.kind == "group":
            group.box(shape.box, rx=8, fill="none", stroke=INK, stroke_width=1.2, stroke_dasharray="8 4 2 4")
        else:
            _data(group, shape)
        if mark:
            _badge(group, mark, shape.box.x + shape.box.width, shape.box.y)

    def _task(self, group: Pen, shape: Shape, mark: str) -> None:
        color, width, dashes, tint = _outline(mark, 3.0 if shape.kind == "callActivity" else 1.5)
        box = shape.box
        group.box(box, rx=9, fill=tint, stroke=color, stroke_width=width, stroke_dasharray=dashes)
        icon = 20.0 if shape.kind in WITH_ICON else 4.0
        bottom = box.height - (SIGN if shape.kind in CLOSED else 0.0)
        lines = wrap(shape.text, box.width - 8, max(int((bottom - icon) / LINE), 1))
        block = len(lines) * LINE
        # In the middle, but above the sign, and below the icon as far as there is room.
        first = max(min((box.height - block) / 2, bottom - block), min(icon, box.height - block - 3))
        group.lines(lines, box.middle[0], box.y + first + 11)
        left, top = box.x + 13, box.y + 13
        if shape.kind in {"userTask", "manualTask"}:
            person(group, left, top)
        elif shape.kind in {"sendTask", "receiveTask"}:
            envelope(group, left + 1, top - 1, 15, filled=shape.kind == "sendTask")
        elif shape.kind == "businessRuleTask":
            table(group, left, top)
        self._markers(group, shape)

    def _markers(self, group: Pen, shape: Shape) -> None:
        """The signs at the bottom of a task: closed subprocess or called process, repeated."""
        node = self.nodes.get(shape.id)
        x, bottom = shape.box.x + shape.box.width / 2, shape.box.y + shape.box.height
        if shape.kind in CLOSED:
            group.box(Box(x - 7, bottom - 15, 14, 14), fill=PAPER, stroke=INK, stroke_width=1.2)
            group.path(f"M{x - 4:.1f} {bottom - 8:.1f} h8 m-4 -4 v8")
            x += 18
        if node is None or node.loop is None:
            return
        if node.loop.kind == "parallel":
            group.path(f"M{x - 4:.1f} {bottom - 13:.1f} v10 m4 -10 v10 m4 -10 v10", stroke_width=2)
        elif node.loop.kind == "sequential":
            group.path(f"M{x - 5:.1f} {bottom - 12:.1f} h10 m-10 4 h10 m-10 4 h10", stroke_width=2)
        else:
            group.path(
                f"M{x - 2:.1f} {bottom - 3:.1f} a5 5 0 1 1 4 0 m0 0 l0 -4 m0 4 l-4 0", stroke_width=1.5
            )

    def _frame_of_subprocess(self, group: Pen, shape: Shape, mark: str) -> None:
        node = self.nodes.get(shape.id)
        color, width, dashes, _ = _outline(mark, 1.5)
        if node is not None and node.triggered_by_event and not mark:
            dashes = "2 4"
        box = shape.box
        group.box(box, rx=9, fill=PAPER, stroke=color, stroke_width=width, stroke_dasharray=dashes)
        lines = wrap(shape.text, box.width - 24, 2)
        group.lines(lines, box.x + 12, box.y + 18, anchor="start", font_weight="bold")

    def _gateway(self, group: Pen, shape: Shape, mark: str) -> None:
        color, width, dashes, tint = _outline(mark, 1.5)
        box = shape.box
        x, y = box.middle
        a, b = box.width / 2, box.height / 2
        group.polygon(
            [(x, y - b), (x + a, y), (x, y + b), (x - a, y)],
            fill=tint,
            stroke=color,
            stroke_width=width,
            stroke_dasharray=dashes,
        )
        r = min(a, b) * 0.36
        diagonal = (
            f"M{x - r:.1f} {y - r:.1f} l{2 * r:.1f} {2 * r:.1f} m0 {-2 * r:.1f} l{-2 * r:.1f} {2 * r:.1f}"
        )
        upright = f"M{x:.1f} {y - r * 1.3:.1f} v{r * 2.6:.1f} M{x - r * 1.3:.1f} {y:.1f} h{r * 2.6:.1f}"
        if shape.kind == "exclusiveGateway":
            group.path(diagonal, stroke_width=3)
        elif shape.kind == "parallelGateway":
            group.path(upright, stroke_width=3)
        elif shape.kind == "complexGateway":
            group.path(f"{diagonal} {upright}", stroke_width=2.5)
        elif shape.kind == "inclusiveGateway":
            group.circle(x, y, r * 1.3, fill="none", stroke=INK, stroke_width=2.5)
        else:
            group.circle(x, y, r * 1.7, fill="none", stroke=INK)
            group.circle(x, y, r * 1.35, fill="none", stroke=INK)
            event_icon(group, "multiple", x, y, r * 1.1, throws=False)

    def _event(self, group: Pen, shape: Shape, mark: str) -> None:
        node = self.nodes.get(shape.id)
        heavy = 3.5 if shape.kind == "endEvent" else 1.5
        color, width, dashes, tint = _outline(mark, heavy)
        if node is not None and not node.interrupting:
            dashes = "4 3"
        x, y = shape.box.middle
        radius = min(shape.box.width, shape.box.height) / 2
        ring: dict[str, str | float] = {"stroke": color, "stroke_width": width, "stroke_dasharray": dashes}
        group.circle(x, y, radius, fill=tint, **ring)
        inner = radius * 0.62
        if shape.kind not in {"startEvent", "endEvent"}:
            group.circle(x, y, radius - 3.5, fill="none", **(ring | {"stroke_width": 1.2}))
        throws = shape.kind in {"endEvent", "intermediateThrowEvent"}
        event_icon(group, node.event if node else None, x, y, inner, throws=throws)

    def _label(self, item: Shape | Edge) -> None:
        """The name beside an event, gateway, sheet or arrow: drawn last, so that nothing hides it."""
        if not item.text or (isinstance(item, Shape) and item.kind in ACTIVITIES | {"textAnnotation"}):
            return
        if item.label is not None:
            # Programs measure text with their own font; a little more room keeps their line breaks.
            lines = wrap(item.text, max(item.label.width + 14, 40), 6, 11)
            x, y = item.label.middle[0], item.label.y + 10
        elif isinstance(item, Shape):
            lines = wrap(item.text, 110, 4, 11)
            x, y = item.box.middle[0], item.box.y + item.box.height + 14
        else:
            lines = wrap(item.text, 100, 3, 11)
            x, y = _halfway(item.points)
            y -= 5
        self.canvas.lines(lines, x, y, size=11)

    # --- edges ---------------------------------------------------------------------------------------

    def _edge(self, edge: Edge) -> None:
        mark = self.marks.get(edge.id, "")
        group = self.canvas.draw("g", class_=f"{edge.kind} {mark}".strip(), data_element=edge.id)
        title = f"{edge.text or edge.id} — {MARKS[mark].of(self.language)}" if mark else edge.text
        if title:
            group.draw("title").text(title)
        points = edge.points
        line = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        if edge.kind == "sequenceFlow":
            color, width, dashes, _ = _outline(mark, 1.5)
            marked: dict[str, str | float] = {"stroke": color, "stroke_dasharray": dashes} if mark else {}
            group.path(line, stroke_width=width, stroke_linejoin="round", **marked)
            _arrow(group, points[-2], points[-1], fill=color)
            self._default_slash(group, edge)
            if mark:
                _badge(group, mark, *_halfway(points))
        elif edge.kind == "messageFlow":
            group.path(line, stroke_width=1.3, stroke_dasharray="6 4")
            group.circle(*points[0], 3.5, fill=PAPER, stroke=INK)
            _arrow(group, points[-2], points[-1], fill=PAPER)
        else:
            group.path(line, stroke_dasharray="1.5 4", stroke_linecap="round")
            if edge.kind in {"dataInputAssociation", "dataOutputAssociation"}:
                _arrow(group, points[-2], points[-1], fill="none")

    def _default_slash(self, group: Pen, edge: Edge) -> None:
        flow = self.diagram.flows.get(edge.id)
        source = self.nodes.get(flow.source) if flow else None
        if source is None or source.default_flow != edge.id:
            return
        (x, y), (dx, dy) = edge.points[0], _direction(edge.points[0], edge.points[1])
        x, y = x + dx * 12, y + dy * 12
        ax, ay = (dx * 0.5 - dy) * 6, (dy * 0.5 + dx) * 6
        group.path(f"M{x - ax:.1f} {y - ay:.1f} L{x + ax:.1f} {y + ay:.1f}", stroke_width=1.5)


# --- single pieces -----------------------------------------------------------------------------------


def _outline(mark: str, usual: float) -> tuple[str, float, str, str]:
    if mark not in OUTLINES:
        return INK, usual, "none", PAPER
    color, width, dashes, tint = OUTLINES[mark]
    return color, max(width, usual), dashes, tint


def _pool(group: Pen, shape: Shape) -> None:
    box = shape.box
    group.box(box, fill=PAPER if shape.kind == "participant" else "none", stroke=INK, stroke_width=1.5)
    if shape.horizontal:
        if shape.kind == "participant":
            group.path(f"M{box.x + BAND:.1f} {box.y:.1f} v{box.height:.1f}", stroke_width=1.5)
        x, y = box.x + BAND / 2, box.y + box.height / 2
        lines = wrap(shape.text, box.height - 10, 2)
        turned = f"rotate(-90 {x:.1f} {y:.1f})"
        group.lines(lines, x, y + 4 - (len(lines) - 1) * 7.2, transform=turned)
    else:
        if shape.kind == "participant":
            group.path(f"M{box.x:.1f} {box.y + BAND:.1f} h{box.width:.1f}", stroke_width=1.5)
        group.lines(wrap(shape.text, box.width - 10, 1), box.x + box.width / 2, box.y + BAND / 2 + 4)


def _annotation(group: Pen, shape: Shape) -> None:
    box = shape.box
    group.path(f"M{box.x + 12:.1f} {box.y:.1f} h-12 v{box.height:.1f} h12")
    lines = wrap(shape.text, max(box.width - 10, 40), max(int(box.height / 13), 1), 11)
    group.lines(lines, box.x + 7, box.y + 15, size=11, anchor="start")


def _data(group: Pen, shape: Shape) -> None:
    """A data object or data store (and anything else unknown): a sheet of paper with its name."""
    box = shape.box
    if shape.kind == "dataStoreReference":
        cap = min(box.height / 6, 8.0)
        side = box.height - 2 * cap
        w = box.width
        group.path(
            f"M{box.x:.1f} {box.y + cap:.1f} a{w / 2:.1f} {cap:.1f} 0 0 1 {w:.1f} 0 v{side:.1f} "
            f"a{w / 2:.1f} {cap:.1f} 0 0 1 {-w:.1f} 0 z m0 0 a{w / 2:.1f} {cap:.1f} 0 0 0 {w:.1f} 0",
            fill=PAPER,
        )
    else:
        fold = min(10.0, box.width / 2, box.height / 2)
        group.path(
            f"M{box.x:.1f} {box.y:.1f} h{box.width - fold:.1f} l{fold:.1f} {fold:.1f} "
            f"v{box.height - fold:.1f} h{-box.width:.1f} z m{box.width - fold:.1f} 0 v{fold:.1f} h{fold:.1f}",
            fill=PAPER,
        )


def _badge(group: Pen, mark: str, x: float, y: float) -> None:
    """A sign in the upper right corner: an arrow in a disc, a tick in a square, a mark in a triangle."""
    color = OUTLINES[mark][0]
    white: dict[str, str | float] = {
        "stroke": PAPER,
        "stroke_width": 2.2,
        "stroke_linecap": "round",
        "stroke_linejoin": "round",
    }
    if mark == "current":
        group.circle(x, y, 10, fill=color, stroke=PAPER, stroke_width=1.5)
        group.polygon([(x - 3, y - 5), (x + 5.5, y), (x - 3, y + 5)], fill=PAPER)
    elif mark == "done":
        group.box(Box(x - 9, y - 9, 18, 18), rx=3, fill=color, stroke=PAPER, stroke_width=1.5)
        group.path(f"M{x - 4.5:.1f} {y:.1f} l3.2 3.6 l6 -7.4", **white)
    elif mark == "here":
        group.circle(x, y, 10, fill=color, stroke=PAPER, stroke_width=1.5)
        group.circle(x, y, 4, fill=PAPER)
    elif mark == "passed":
        return
    elif mark in DIFFERENT:
        _difference(group, mark, x, y, white)
    else:
        group.polygon(
            [(x, y - 12), (x + 12, y + 9), (x - 12, y + 9)],
            fill=color,
            stroke=PAPER,
            stroke_width=1.5,
            stroke_linejoin="round",
        )
        group.path(f"M{x:.1f} {y - 5:.1f} v6.5 m0 4 v0.2", **white)


def _difference(group: Pen, mark: str, x: float, y: float, white: dict[str, str | float]) -> None:
    """A plus in a disc, a cross in a square, an unequal sign in a diamond, arrows in a lying oval."""
    edge: dict[str, str | float] = {"fill": OUTLINES[mark][0], "stroke": PAPER, "stroke_width": 1.5}
    if mark == "added":
        group.circle(x, y, 10, **edge)
        group.path(f"M{x - 5:.1f} {y:.1f} h10 m-5 -5 v10", **white)
    elif mark == "removed":
        group.box(Box(x - 9, y - 9, 18, 18), rx=2, **edge)
        group.path(f"M{x - 4:.1f} {y - 4:.1f} l8 8 m0 -8 l-8 8", **white)
    elif mark == "changed":
        group.polygon([(x, y - 13), (x + 13, y), (x, y + 13), (x - 13, y)], **edge)
        group.path(f"M{x - 5:.1f} {y - 2.5:.1f} h10 m-10 5 h10 m-2.5 -8 l-5 11", **white)
    else:
        group.box(Box(x - 13, y - 8, 26, 16), rx=8, **edge)
        group.path(f"M{x - 7:.1f} {y:.1f} h14 m-3 -3 l3 3 l-3 3 m-8 0 l-3 -3 l3 -3", **white)


def _direction(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    return (dx / length, dy / length) if length else (1.0, 0.0)


def _arrow(group: Pen, start: tuple[float, float], end: tuple[float, float], *, fill: str) -> None:
    dx, dy = _direction(start, end)
    x, y = end[0] - dx * 10, end[1] - dy * 10
    group.polygon(
        [end, (x - dy * 4.5, y + dx * 4.5), (x + dy * 4.5, y - dx * 4.5)],
        fill=fill,
        stroke=INK,
        stroke_width=1.2,
        stroke_linejoin="round",
    )


def _halfway(points: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """The point in the middle of the longest piece of a line."""
    listed = list(points)
    start, end = max(itertools.pairwise(listed), key=lambda piece: math.dist(*piece))
    return (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
