"""Draws every organisation's diagrams for the documentation: `python tools/draw_processes.py`.

One SVG for each `processes/<organisation>/<diagram>.bpmn`, in `docs/images/`. With `--check` nothing is
written; the command fails when a picture is missing or is not that of the diagram any more.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from meldcode.diagram import draw, read_diagram

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"


def pictures() -> Iterator[tuple[Path, str]]:
    """The path and the text of each picture."""
    for source in sorted((ROOT / "processes").glob("*/*.bpmn")):
        diagram = read_diagram(source.read_bytes(), source.name)
        yield IMAGES / f"{source.parent.name}-{source.stem}.svg", draw(diagram) + "\n"


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    stale = 0
    for path, text in pictures():
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        if check:
            print(f"{path.relative_to(ROOT)} is not up to date: run python tools/draw_processes.py")
            stale += 1
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
