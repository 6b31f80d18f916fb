"""The documents hold what they promise: links lead somewhere, pictures are there, and a guide names no
button, page or question that is not on the screen."""

from __future__ import annotations

import inspect
import json
import re
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from tests.test_project import committed
from tools import pictures

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
IMAGES = DOCS / "images"
SCHOOL = ROOT / "processes" / "basisschool-het-voorbeeld"
DOCUMENTS = [path for path in committed() if path.suffix == ".md" and "mails" not in path.parts]
#: In these every word in bold is a word on the screen, and nothing else is in bold.
GUIDES = [*sorted(DOCS.glob("gids-*.md")), DOCS / "een-eigen-meldcode-maken.md"]

FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
IMG = re.compile(r"<img\b[^>]*>")
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    """A document without its examples of code."""
    return CODE.sub("", FENCED.sub("", path.read_text(encoding="utf-8")))


def places(path: Path) -> Iterator[str]:
    """Where the links and pictures of a document lead, those to other sites left out."""
    text = prose(path)
    found = [*LINK.findall(text), *(attributes["src"] for attributes in tags(text))]
    return (place for place in found if not re.match(r"[a-z]+:", place))


def tags(text: str) -> list[dict[str, str]]:
    return [dict(ATTRIBUTE.findall(tag)) for tag in IMG.findall(text)]


@cache
def anchors(path: Path) -> frozenset[str]:
    """The addresses of a document's headings, as hosts of Markdown make them."""
    headings = HEADING.findall(FENCED.sub("", path.read_text(encoding="utf-8")))
    plain = (re.sub(r"[`*]", "", heading).strip().lower() for heading in headings)
    return frozenset(re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_and_picture_of_a_document_leads_somewhere(document: Path) -> None:
    lost = []
    for place in places(document):
        file, _, anchor = place.partition("#")
        target = (document.parent / file).resolve() if file else document
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            lost.append(place)

    assert lost == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_picture_says_in_words_what_is_on_it(document: Path) -> None:
    text = prose(document)
    told = [*(words for words, _ in PICTURE.findall(text)), *(tag.get("alt", "") for tag in tags(text))]

    assert [words for words in told if len(words) < 10] == []


def test_every_picture_is_in_some_document() -> None:
    shown = {(document.parent / place).resolve() for document in DOCUMENTS for place in places(document)}

    assert [name_of(path) for path in sorted(IMAGES.iterdir()) if path not in shown] == []


@pytest.mark.parametrize("picture", sorted(IMAGES.glob("*.png")), ids=name_of)
def test_a_picture_of_the_pages_is_small_and_as_wide_as_the_tool_makes_it(picture: Path) -> None:
    data = picture.read_bytes()
    width, _ = struct.unpack(">II", data[16:24])

    assert len(data) <= pictures.LARGEST_BYTES
    assert width <= pictures.scenes.LAPTOP


def test_every_picture_of_the_pages_is_made_by_the_tool() -> None:
    walks = inspect.getsource(pictures.scenes) + inspect.getsource(pictures.desk_scenes)
    made = re.findall(r'"(zaak|gids-[a-z-]+)"', walks)

    assert len(made) == len(set(made))
    assert {f"{name}.png" for name in made} == {path.name for path in IMAGES.glob("*.png")}


@pytest.mark.parametrize("guide", GUIDES, ids=name_of)
def test_a_guide_names_only_words_that_are_on_the_screen(guide: Path) -> None:
    named = [" ".join(words.split()) for words in BOLD.findall(prose(guide))]

    assert len(named) >= 5
    assert [words for words in named if words not in on_the_pages() and words not in in_the_process()] == []


def test_every_document_is_in_the_index() -> None:
    index = DOCS / "README.md"
    listed = {(DOCS / place.split("#")[0]).resolve() for place in places(index)}

    assert [name_of(path) for path in sorted(DOCS.glob("*.md")) if path not in listed | {index}] == []


@cache
def on_the_pages() -> frozenset[str]:
    """Every Dutch sentence of the pages that is shown as it is, without anything filled in."""
    path = ROOT / "web" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as stream:
        catalog = read_po(stream)
    texts = {text for entry in catalog for text in (entry.id if isinstance(entry.id, tuple) else (entry.id,))}
    sources = "\n".join(
        file.read_text(encoding="utf-8")
        for file in [*(ROOT / "web").rglob("*.html"), *(ROOT / "web").rglob("*.py")]
    )
    kept = frozenset(text for text in texts if text and not PLACEHOLDER.search(text) and text in sources)
    # kinds of a note are the core's own words
    notes = (ROOT / "meldcode" / "cases" / "notes.py").read_text(encoding="utf-8")
    return kept | frozenset(re.findall(r'Text\("([^"]+)", "', notes))


@cache
def in_the_process() -> frozenset[str]:
    """The tasks, questions and answers of the school in the pictures."""
    tasks = {
        name
        for diagram in SCHOOL.glob("*.bpmn")
        for name in re.findall(r'<bpmn:userTask [^>]*name="([^"]+)"', diagram.read_text(encoding="utf-8"))
    }
    labels = {
        label for form in (SCHOOL / "forms").glob("*.form") for label in _labels(json.loads(form.read_text()))
    }
    return frozenset(tasks | labels)


def _labels(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("label"), str):
            yield part["label"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _labels(inner)
