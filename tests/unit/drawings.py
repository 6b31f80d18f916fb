"""Is a diagram drawn with care? What a reader would stumble over, found in the drawing's own numbers.

A label is taken at the two sizes at which it is shown: as our server writes it, and as bpmn-js does in the
designer's editor.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from meldcode.diagram.interchange import Box, Drawing, Edge, Shape, read_drawing
from meldcode.diagram.names import ACTIVITIES, CONTAINERS, EVENTS, GATEWAYS
from meldcode.diagram.pen import LINE_HEIGHT, width_of, wrap
from meldcode.diagram.xml import read_xml

Point = tuple[float, float]
Label = tuple[str, Box, str]  # whose name, the room it takes, and where it is shown

TOUCH = 1.5  # units by which things may come into one another unseen
BELOW = 20  # of a called process: the room its sign takes at the bottom
AIR = 4.5  # between a label and an upright arrow beside it, what may come into one another included
BAND = 30.0  # of a pool or a lane, where its name stands
SIZE = 11  # of the letters of a label
#: Of Arial, in which bpmn-js writes: thousandths of the letter's size; 556 for what is not here.
ARIAL = {
    **dict.fromkeys("ijl", 222),
    **dict.fromkeys("ft I,.:;/", 278),
    **dict.fromkeys("r()-", 333),
    **dict.fromkeys("cksvxyzJ", 500),
    **dict.fromkeys("FTZ", 611),
    **dict.fromkeys("ABEKPSVXY", 667),
    **dict.fromkeys("wCDHNRU", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("mM", 833),
    "'": 191,
    "W": 944,
}
FRAMES = frozenset({"participant", "lane", "group"})


@dataclass(frozen=True, slots=True)
class Segment:
    """A straight piece of an arrow."""

    edge: str
    a: Point
    b: Point

    def box(self) -> Box:
        (x, y), (u, v) = self.a, self.b
        return Box(min(x, u), min(y, v), abs(u - x), abs(v - y))

    @property
    def upright(self) -> bool:
        return self.a[0] == self.b[0]


class Sheet:
    """One drawing, and the questions that are asked about it."""

    def __init__(self, path: Path) -> None:
        root = read_xml(path.read_bytes(), path.name)
        self.drawing: Drawing = read_drawing(root)
        self.shapes = {shape.id: shape for shape in self.drawing.shapes}
        self.ends = {
            element.get("id", ""): (element.get("sourceRef", ""), element.get("targetRef", ""))
            for element in root.iter()
            if element.get("sourceRef")
        }
        self.hosts = {
            element.get("id", ""): element.get("attachedToRef", "")
            for element in root.iter()
            if element.get("attachedToRef")
        }
        self.blocks = [
            shape for shape in self.drawing.shapes if shape.kind not in FRAMES and not self._is_open(shape)
        ]
        self.frames = [shape for shape in self.drawing.shapes if shape not in self.blocks]

    def _is_open(self, shape: Shape) -> bool:
        return shape.kind in CONTAINERS and shape.expanded is not False and shape.box.width > 200

    def segments(self) -> Iterator[Segment]:
        for edge in self.drawing.edges:
            for a, b in itertools.pairwise(edge.points):
                yield Segment(edge.id, a, b)

    # --- what a reader stumbles over ---------------------------------------------------------------------

    def through_shapes(self) -> Iterator[str]:
        """Arrows that go over a task, a gateway or an event, also over the one they come from."""
        for one in self.segments():
            for shape in self.blocks:
                if _overlap(one.box(), shape.box):
                    yield f"{one.edge} goes over {shape.id}"

    def along_frames(self) -> Iterator[str]:
        """Arrows that cannot be told from the edge of a lane, or run over its name or out of the pool."""
        for one, frame in itertools.product(self.segments(), self.frames):
            if frame.kind in {"lane", "participant"} and _overlap(one.box(), _band(frame)):
                yield f"{one.edge} runs over the name of {frame.id}"
            if any(_along(one, side) for side in _sides(frame.box)):
                yield f"{one.edge} runs along the edge of {frame.id}"
        pools = [shape.box for shape in self.frames if shape.kind == "participant"]
        for one in self.segments():
            if pools and not any(_within(one.box(), pool) for pool in pools):
                yield f"{one.edge} leaves the pool"

    def on_each_other(self) -> Iterator[str]:
        """Shapes that overlap, but for an event and the task it stands on."""
        for one, other in itertools.combinations(self.blocks, 2):
            attached = self.hosts.get(one.id) == other.id or self.hosts.get(other.id) == one.id
            if not attached and _overlap(one.box, other.box):
                yield f"{one.id} lies on {other.id}"
        for one, frame in itertools.product(self.blocks, self.frames):
            if one.id in self.hosts and self.hosts[one.id] == frame.id:
                continue
            if _overlap(one.box, frame.box) and not _within(one.box, frame.box):
                yield f"{one.id} stands on the edge of {frame.id}"

    def merged(self) -> Iterator[str]:
        """Arrows on the same line that neither begin nor end together: nobody can tell which goes where."""
        for one, other in itertools.combinations(self.segments(), 2):
            together = set(self.ends[one.edge]) & set(self.ends[other.edge])
            if one.edge != other.edge and not together and _along(one, other):
                yield f"{one.edge} and {other.edge} share a line"

    def crossings(self) -> Iterator[frozenset[str]]:
        """The pairs of arrows that cross, each as often as it does."""
        for one, other in itertools.combinations(self.segments(), 2):
            if one.edge != other.edge and _cross(one, other):
                yield frozenset({one.edge, other.edge})

    def hidden_labels(self, measured: Iterable[Label] = ()) -> Iterator[str]:
        """Names beside an event, gateway or arrow that touch something else, or leave their frame.

        `measured`: where they really stand; without it, that is reckoned.
        """
        labels = list(measured) or list(self.labels())
        for item, box, how in labels:
            for shape in self.blocks:
                if _overlap(box, shape.box) and _reaches(box, shape):
                    yield f"the label of {item} ({how}) lies on {shape.id}"
            for one in self.segments():
                if _overlap(_beside(box) if one.upright else box, one.box()):
                    yield f"the label of {item} ({how}) lies on {one.edge}"
            for frame in self.frames:
                if _overlap(box, frame.box) and not _within(box, frame.box):
                    yield f"the label of {item} ({how}) crosses the edge of {frame.id}"
                if frame.kind in {"lane", "participant"} and _overlap(box, _band(frame)):
                    yield f"the label of {item} ({how}) runs over the name of {frame.id}"
        for (item, box, how), (other, its, too) in itertools.combinations(labels, 2):
            if item != other and how == too and _overlap(box, its):
                yield f"the labels of {item} and {other} ({how}) overlap"

    def cut_off(self) -> Iterator[str]:
        """Names that do not fit their task or lane, or have a word that is longer than their room."""
        for item in (*self.blocks, *self.drawing.edges):
            for word in item.text.split() if item.label else ():
                if item.label and _arial(word) > item.label.width:
                    yield f"the word {word} of {item.id} is broken off"
        for shape in self.drawing.shapes:
            if shape.kind in {"participant", "lane"}:
                if width_of(shape.text) > shape.box.height - 10:
                    yield f"the name of {shape.id} is longer than it is high"
            elif shape in self.blocks and shape.kind in ACTIVITIES:
                # the sign of a called process stands below the middle, where the name is
                taken = 2 * BELOW if shape.kind == "callActivity" else 14
                room = int((shape.box.height - taken) / (12 * LINE_HEIGHT))
                if len(wrap(shape.text, shape.box.width - 14, 99)) > room:
                    yield f"the name of {shape.id} does not fit"

    def labels(self) -> Iterator[Label]:
        """What is written outside a shape, on the page and in the editor."""
        written: Iterable[Shape | Edge] = [*self.blocks, *self.drawing.edges]
        for item in written:
            if not item.text or (isinstance(item, Shape) and item.kind in ACTIVITIES | {"textAnnotation"}):
                continue
            assert item.label is not None, f"{item.id} has a name and no place for it"
            yield item.id, _on_the_page(item.text, item.label), "page"
            yield item.id, _in_the_editor(item.text, item.label), "editor"


def _beside(label: Box) -> Box:
    """A label with the air it needs on both sides: at the end of a line a letter is taken for an arrow."""
    return Box(label.x - AIR, label.y, label.width + 2 * AIR, label.height)


def _on_the_page(text: str, label: Box) -> Box:
    """As `meldcode.diagram.svg` writes a label."""
    lines = wrap(text, max(label.width + 14, 40), 6, SIZE)
    return _around(label, [width_of(line, SIZE) for line in lines])


def _in_the_editor(text: str, label: Box) -> Box:
    """As bpmn-js does, which keeps within the label's own width."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if _arial(longer) <= label.width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return _around(label, [_arial(line) for line in lines])


def _arial(text: str) -> float:
    return SIZE * sum(ARIAL.get(letter, 556) for letter in text) / 1000


def _around(label: Box, widths: list[float]) -> Box:
    widest = max(widths)
    return Box(label.middle[0] - widest / 2, label.y, widest, len(widths) * SIZE * LINE_HEIGHT)


def _band(frame: Shape) -> Box:
    return Box(frame.box.x, frame.box.y, BAND, frame.box.height)


def _sides(box: Box) -> Iterator[Segment]:
    corners = [
        (box.x, box.y),
        (box.x + box.width, box.y),
        (box.x + box.width, box.y + box.height),
        (box.x, box.y + box.height),
    ]
    for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
        yield Segment("", a, b)


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.x + one.width > other.x + TOUCH
        and other.x + other.width > one.x + TOUCH
        and one.y + one.height > other.y + TOUCH
        and other.y + other.height > one.y + TOUCH
    )


def _reaches(box: Box, shape: Shape) -> bool:
    """Does a box inside the square around a shape come into the shape itself?"""
    x, y = shape.box.middle
    aside = max(box.x - x, x - box.x - box.width, 0) / (shape.box.width / 2)
    apart = max(box.y - y, y - box.y - box.height, 0) / (shape.box.height / 2)
    if shape.kind in GATEWAYS:
        return aside + apart < 1
    return shape.kind not in EVENTS or aside**2 + apart**2 < 1


def _within(one: Box, other: Box) -> bool:
    return (
        one.x >= other.x - TOUCH
        and one.y >= other.y - TOUCH
        and one.x + one.width <= other.x + other.width + TOUCH
        and one.y + one.height <= other.y + other.height + TOUCH
    )


def _along(one: Segment, other: Segment) -> bool:
    """Do two upright or level pieces lie on one line, more than a point of it?"""
    first, second = one.box(), other.box()
    if first.width == second.width == 0:
        return abs(first.x - second.x) < TOUCH * 2 and _shared(first.y, first.height, second.y, second.height)
    if first.height == second.height == 0:
        return abs(first.y - second.y) < TOUCH * 2 and _shared(first.x, first.width, second.x, second.width)
    return False


def _shared(begin: float, length: float, start: float, size: float) -> bool:
    return min(begin + length, start + size) - max(begin, start) > TOUCH


def _cross(one: Segment, other: Segment) -> bool:
    """Do two pieces go through each other? Touching with an end is meeting, not crossing."""

    def side(a: Point, b: Point, c: Point) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    return (
        side(one.a, one.b, other.a) * side(one.a, one.b, other.b) < 0
        and side(other.a, other.b, one.a) * side(other.a, other.b, one.b) < 0
    )
