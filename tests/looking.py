"""What every page has to be: without a fault that axe-core knows, no wider than the screen, and with targets
for a thumb."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
DESK, TELEPHONE = (1280, 900), (390, 844)
SMALLEST_TARGET = 44

#: Every control that stands by itself; a link inside a sentence may be as high as its line (WCAG 2.5.8).
TARGETS = """smallest => [...document.querySelectorAll(
    'a[href], button, summary, select, textarea, label.choice, '
    + 'input:not([type=hidden], [type=radio], [type=checkbox])')]
  .filter(e => e.checkVisibility() && !e.closest('p') && !e.matches('.nl-skip-link, [aria-hidden=true]'))
  .map(e => [e, e.matches('.task__link') ? e.closest('.task') : e])
  .filter(([, target]) => target.getBoundingClientRect().height < smallest - 0.5)
  .map(([e]) => `${e.tagName} ${e.textContent.trim() || e.name}`)"""

Sizes = Sequence[tuple[int, int]]


def look(page: Page, where: str, sizes: Sizes = (TELEPHONE, DESK)) -> None:
    """At each size: nothing for axe to say, no sideways scrolling, targets for a thumb."""
    # read apart from the page's own scripts, so that the page's policy stays as it is
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("document.fonts.ready")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{where} at {width}"
        assert page.evaluate(TARGETS, SMALLEST_TARGET) == [], f"{where} at {width}"
        found = page.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        )
        said = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]
        assert said == [], f"{where} at {width}"
