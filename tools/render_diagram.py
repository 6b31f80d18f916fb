"""Shows a diagram as the designer's editor shows it: `python tools/render_diagram.py x.bpmn x.png`.

bpmn-js draws the file in Chromium and the picture is saved as PNG. A warning of bpmn-js is printed and
makes the command fail, so it can also be used to check a file. bpmn-js comes from `web/frontend`
(`make` installs it there).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # started as a file, Python looks beside it and not in the project
    sys.path.insert(0, str(ROOT))

from tools import browser  # noqa: E402

BPMN_JS = ROOT / "web/frontend/node_modules/bpmn-js/dist"
MARGIN = 20

IMPORT = """async xml => {
    window.viewer = new BpmnJS({container: '#canvas'});
    const {warnings} = await viewer.importXML(xml);
    return {warnings: warnings.map(String), box: viewer.get('canvas').viewbox().inner};
}"""
LOOK = "box => viewer.get('canvas').viewbox(box)"


def render(source: Path, target: Path, scale: float, part: dict[str, float] | None = None) -> list[str]:
    """Draws `source` into the PNG `target`; `part` is a box in the diagram's own units, else all of it.

    Returns the warnings of bpmn-js. Raises `FileNotFoundError` without bpmn-js, `RuntimeError` without a
    browser.
    """
    program = browser.find()
    if program is None:
        raise RuntimeError(browser.MISSING)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=[*browser.ARGUMENTS])
        page = chromium.new_page()
        _prepare(page)
        drawn: dict[str, Any] = page.evaluate(IMPORT, source.read_text(encoding="utf-8"))
        box = part or _with_margin(drawn["box"])
        page.set_viewport_size({"width": int(box["width"] * scale), "height": int(box["height"] * scale)})
        page.evaluate(LOOK, box)
        page.screenshot(path=target)
        chromium.close()
    return list(drawn["warnings"])


def _prepare(page: Page) -> None:
    styles = [
        (BPMN_JS / "assets" / name).read_text(encoding="utf-8") for name in ("diagram-js.css", "bpmn-js.css")
    ]
    own = "body { margin: 0 } #canvas { width: 100vw; height: 100vh }"
    page.set_content(f"<style>{' '.join([*styles, own])}</style><div id=canvas></div>")
    page.add_script_tag(path=BPMN_JS / "bpmn-navigated-viewer.production.min.js")


def _with_margin(box: dict[str, float]) -> dict[str, float]:
    return {
        "x": box["x"] - MARGIN,
        "y": box["y"] - MARGIN,
        "width": box["width"] + 2 * MARGIN,
        "height": box["height"] + 2 * MARGIN,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--scale", type=float, default=0.5, help="pixels to a unit of the diagram (0.5)")
    parser.add_argument("--part", help="x,y,width,height: only this part of the diagram")
    given = parser.parse_args()
    part = None
    if given.part:
        part = dict(zip(("x", "y", "width", "height"), map(float, given.part.split(",")), strict=True))
    warnings = render(given.source, given.target, given.scale, part)
    for warning in warnings:
        print(warning, file=sys.stderr)
    return 1 if warnings else 0


if __name__ == "__main__":
    sys.exit(main())
