"""Papers: PDF documents that people can read, print and sign, also with a screen reader.

Typst sets them. It tags every heading, list, table and picture, and refuses what PDF/UA-1 does not allow;
the fonts are those of the pages, embedded. A paper's texts travel as data beside the template, so that
nothing a designer typed is ever read as markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Response
from werkzeug.utils import secure_filename

from web import assets
from web.language import gettext, language

if TYPE_CHECKING:
    from typst import Fonts

TEMPLATE = Path(__file__).parent / "paper.typ"
#: The room for a drawing on a page that is turned, in points.
PAGE = (760.0, 470.0)
#: How small a drawing may become, unless it is too high for more: its letters are 12 points high.
SMALLEST = 0.45
MOST_STRIPS = 6
OVERLAP = 0.04
_VIEW_BOX = re.compile(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"')


@dataclass(frozen=True, slots=True)
class Section:
    """A heading (`level` 1, or 2 below a 1) and the blocks below it, which the functions here make.

    Without a title the blocks bring their own.
    """

    title: str
    blocks: tuple[dict[str, Any], ...] = ()
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paper:
    """What is on a paper. `facts` are small lines below the lead; `footer` is on every page.

    `contents`: with a table of contents, of the headings up to `depth`.
    """

    title: str
    organisation: str
    lead: str
    footer: str
    sections: tuple[Section, ...]
    facts: tuple[str, ...] = ()
    note: str = ""
    contents: bool = True
    depth: int = 1
    language: str = field(default_factory=language)


def text(words: str, *, quiet: bool = False) -> dict[str, Any]:
    """Paragraphs, with the line breaks somebody typed."""
    return {"kind": "text", "text": words, "quiet": quiet}


def listed(items: Sequence[str]) -> dict[str, Any]:
    """A list with bullets."""
    return {"kind": "list", "items": list(items)}


def facts(rows: Sequence[tuple[str, Sequence[str]]]) -> dict[str, Any]:
    """A label with what it says, or with a list of what it says, below each other."""
    return {"kind": "facts", "rows": [[label, list(items)] for label, items in rows if items]}


def table(head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> dict[str, Any]:
    """A table; `widths` are the columns' shares. A cell may have several lines."""
    return {"kind": "table", "head": list(head), "rows": [list(row) for row in rows], "widths": list(widths)}


def picture(name: str, svg: str, alt: str) -> dict[str, Any]:
    """A drawing on pages of its own, with its name as heading; `alt` is told to who does not see it.

    A wide drawing comes in strips, one a page, so that its letters can be read on paper.
    """
    seen = _VIEW_BOX.search(svg)
    width, height = (float(seen[1]), float(seen[2])) if seen else (1.0, 1.0)
    wanted = min(SMALLEST, PAGE[1] / height)
    count = next(
        (one for one in range(1, MOST_STRIPS) if PAGE[0] / (width * _share(one)) >= wanted), MOST_STRIPS
    )
    told = gettext("%(alt)s Deel %(one)s van %(all)s.")
    alts = [told % {"alt": alt, "one": one + 1, "all": count} for one in range(count)] if count > 1 else [alt]
    ratio = width / height
    return {"kind": "picture", "name": name, "svg": svg, "alts": alts, "ratio": ratio, "share": _share(count)}


def _share(strips: int) -> float:
    """How much of a drawing's width is in each of so many strips."""
    return 1.0 if strips == 1 else 1 / strips + OVERLAP


def signing_lines(count: int = 3) -> dict[str, Any]:
    """Empty lines for name, day and signature."""
    head = [gettext("Naam en functie"), gettext("Datum"), gettext("Handtekening")]
    return {"kind": "lines", "head": head, "count": count}


def printed(paper: Paper, now: datetime) -> bytes:
    """The paper as PDF/UA-1; as a tagged PDF without that promise when a letter in it has no glyph."""
    words = {"contents": gettext("Inhoud"), "page": gettext("Bladzijde"), "of": gettext("van")}
    day = datetime.combine(now.date(), time(), now.tzinfo)
    return _set(json.dumps({**asdict(paper), "words": words}, ensure_ascii=False), int(day.timestamp()))


@lru_cache(maxsize=4)
def _set(paper: str, made_at: int) -> bytes:
    """Half a second of work, so what the whole staff downloads on a day is set once."""
    import typst  # 80 MB of machine code: only a process that prints loads it

    compiler = typst.Compiler(
        TEMPLATE, root=TEMPLATE.parent, font_paths=_fonts(), sys_inputs={"paper": paper}
    )
    try:
        made = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=made_at)
    except typst.TypstError:
        made = compiler.compile(format="pdf", timestamp=made_at)
    assert isinstance(made, bytes)  # noqa: S101  (a PDF is one file)
    return made


def download(paper: Paper, name: str, now: datetime) -> Response:
    """The paper as a file that the browser offers to keep."""
    response = Response(printed(paper, now), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{secure_filename(name)}.pdf"'
    return response


@lru_cache(maxsize=1)
def _fonts() -> Fonts:
    import typst

    # those that Typst brings along have the arrows and signs that the fonts of the pages lack
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[assets.BUILD])
