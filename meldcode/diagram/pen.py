"""A pen for SVG: elements with attributes, text that is wrapped, and the small icons of BPMN.

Everything is drawn with attributes, not with a style sheet, so that the picture looks the same as an
image, in a mail and on paper, under any content security policy. lxml escapes all text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from lxml import etree

from meldcode.diagram.interchange import Box

SVG = "http://www.w3.org/2000/svg"
FONT = "'Noto Sans', 'Liberation Sans', Arial, Helvetica, sans-serif"
INK = "#1f2933"
PAPER = "#ffffff"
LINE_HEIGHT = 1.2
# Widths of a character as a share of the font size, close enough to wrap by.
NARROW, WIDE, USUAL = 0.3, 0.85, 0.55


class Pen:
    """Draws into one SVG element."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element

    def draw(self, name: str, **attributes: str | float) -> Pen:
        """Add an element; `stroke_width=2` becomes `stroke-width="2"`."""
        written = {key.rstrip("_").replace("_", "-"): _written(value) for key, value in attributes.items()}
        return Pen(etree.SubElement(self.element, f"{{{SVG}}}{name}", written))

    def text(self, content: str) -> None:
        self.element.text = content

    def box(self, box: Box, **attributes: str | float) -> Pen:
        return self.draw("rect", x=box.x, y=box.y, width=box.width, height=box.height, **attributes)

    def circle(self, x: float, y: float, radius: float, **attributes: str | float) -> Pen:
        return self.draw("circle", cx=x, cy=y, r=max(radius, 0.0), **attributes)

    def path(self, d: str, **attributes: str | float) -> Pen:
        return self.draw("path", d=d, **{"fill": "none", "stroke": INK, "stroke_width": 1.2, **attributes})

    def polygon(self, points: Iterable[tuple[float, float]], **attributes: str | float) -> Pen:
        listed = " ".join(f"{_written(x)},{_written(y)}" for x, y in points)
        return self.draw("polygon", points=listed, **attributes)

    def lines(
        self,
        lines: list[str],
        x: float,
        y: float,
        size: float = 12,
        anchor: str = "middle",
        **more: str | float,
    ) -> None:
        """Write lines, the first baseline at `y`, with a rim of paper so that arrows behind do not hinder."""
        if not lines:
            return
        text = self.draw(
            "text",
            font_family=FONT,
            font_size=size,
            fill=INK,
            stroke=PAPER,
            stroke_width=3,
            stroke_linejoin="round",
            paint_order="stroke",
            text_anchor=anchor,
            **more,
        )
        for number, line in enumerate(lines):
            text.draw("tspan", x=x, y=y + number * size * LINE_HEIGHT).text(line)


def _written(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".rstrip("0").rstrip(".")


def width_of(text: str, size: float = 12) -> float:
    """About how wide a line is, in the units of `size`."""
    shares = (NARROW if c in " .,:;'|!iljtfrI()" else WIDE if c in "mwMWÆ@—" else USUAL for c in text)
    return size * sum(shares)


def wrap(text: str, width: float, most_lines: int, size: float = 12) -> list[str]:
    """`text` in lines of at most `width`; a word that is too long is broken, what is left becomes …"""
    lines: list[str] = []
    line = ""
    for word in _pieces(text, width, size):
        longer = f"{line} {word}".strip()
        if line and width_of(longer, size) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    lines += [line] if line else []
    if len(lines) > most_lines:
        lines = [*lines[: max(most_lines, 1) - 1], lines[max(most_lines, 1) - 1].rstrip(".,") + "…"]
    return lines


def _pieces(text: str, width: float, size: float) -> Iterable[str]:
    for word in text.split():
        rest = word
        while width_of(rest, size) > width and len(rest) > 1:
            fits = next(
                (n for n in range(len(rest) - 1, 1, -1) if width_of(rest[:n] + "-", size) <= width), 1
            )
            yield rest[:fits] + "-"
            rest = rest[fits:]
        yield rest


# --- icons -------------------------------------------------------------------------------------------


def envelope(pen: Pen, x: float, y: float, width: float, *, filled: bool) -> None:
    """A letter around the point (x, y); filled when something is sent, open when it is awaited."""
    height = width * 0.66
    left, top = x - width / 2, y - height / 2
    inner = PAPER if filled else INK
    box = Box(left, top, width, height)
    pen.box(box, fill=INK if filled else PAPER, stroke=INK, stroke_width=1.2)
    pen.path(
        f"M{left:.1f} {top:.1f} l{width / 2:.1f} {height * 0.6:.1f} l{width / 2:.1f} {-height * 0.6:.1f}",
        stroke=inner,
    )


def clock(pen: Pen, x: float, y: float, radius: float) -> None:
    pen.circle(x, y, radius, fill=PAPER, stroke=INK, stroke_width=1.2)
    for hour in range(12):
        angle = math.tau * hour / 12
        a, b = radius * 0.8, radius
        pen.path(
            f"M{x + a * math.sin(angle):.1f} {y + a * math.cos(angle):.1f} "
            f"L{x + b * math.sin(angle):.1f} {y + b * math.cos(angle):.1f}",
            stroke_width=0.8,
        )
    pen.path(f"M{x:.1f} {y - radius * 0.65:.1f} V{y:.1f} L{x + radius * 0.45:.1f} {y + radius * 0.15:.1f}")


def person(pen: Pen, x: float, y: float) -> None:
    pen.circle(x, y - 4, 3.2, fill=PAPER, stroke=INK, stroke_width=1.2)
    pen.path(f"M{x - 6:.1f} {y + 6:.1f} v-2 q0 -4 6 -4 q6 0 6 4 v2 z", fill=PAPER)


def table(pen: Pen, x: float, y: float) -> None:
    pen.box(Box(x - 7, y - 5, 14, 10), fill=PAPER, stroke=INK, stroke_width=1.2)
    pen.box(Box(x - 7, y - 5, 14, 3.4), fill=INK, stroke=INK, stroke_width=0.5)
    pen.path(f"M{x - 7:.1f} {y + 1.7:.1f} h14 M{x - 3:.1f} {y - 1.6:.1f} v6.6", stroke_width=1)


def event_icon(pen: Pen, event: str | None, x: float, y: float, radius: float, *, throws: bool) -> None:
    """The sign inside an event; an unknown or plain event has none."""
    fill = INK if throws else "none"
    r = radius
    if event == "timer":
        clock(pen, x, y, r * 0.95)
    elif event == "message":
        envelope(pen, x, y, r * 1.35, filled=throws)
    elif event == "terminate":
        pen.circle(x, y, r * 0.8, fill=INK)
    elif event == "signal":
        pen.polygon(
            [(x, y - r * 0.8), (x + r * 0.75, y + r * 0.5), (x - r * 0.75, y + r * 0.5)],
            fill=fill,
            stroke=INK,
        )
    elif event == "error":
        points = [(-0.8, 0.65), (-0.3, -0.6), (0.2, 0.15), (0.8, -0.7), (0.35, 0.65), (-0.2, -0.1)]
        pen.polygon([(x + a * r, y + b * r) for a, b in points], fill=fill, stroke=INK)
    elif event == "escalation":
        points = [(0, -0.8), (0.6, 0.7), (0, 0.1), (-0.6, 0.7)]
        pen.polygon([(x + a * r, y + b * r) for a, b in points], fill=fill, stroke=INK)
    elif event == "link":
        points = [(-0.8, -0.3), (0.1, -0.3), (0.1, -0.7), (0.85, 0), (0.1, 0.7), (0.1, 0.3), (-0.8, 0.3)]
        pen.polygon([(x + a * r, y + b * r) for a, b in points], fill=fill, stroke=INK)
    elif event == "compensate":
        for shift in (-0.75, 0.0):
            points = [(shift, 0.0), (shift + 0.75, -0.55), (shift + 0.75, 0.55)]
            pen.polygon([(x + a * r, y + b * r) for a, b in points], fill=fill, stroke=INK)
    elif event == "conditional":
        pen.box(Box(x - r * 0.6, y - r * 0.7, r * 1.2, r * 1.4), fill="none", stroke=INK)
        pen.path("".join(f"M{x - r * 0.4:.1f} {y + n * r * 0.35:.1f} h{r * 0.8:.1f} " for n in (-1, 0, 1)))
    elif event == "cancel":
        pen.path(
            f"M{x - r * 0.5:.1f} {y - r * 0.5:.1f} l{r:.1f} {r:.1f} m0 {-r:.1f} l{-r:.1f} {r:.1f}",
            stroke_width=3,
        )
    elif event == "multiple":
        turns = [math.tau * n / 5 for n in range(5)]
        pen.polygon(
            [(x + r * 0.8 * math.sin(a), y - r * 0.8 * math.cos(a)) for a in turns], fill=fill, stroke=INK
        )
