"""A version as a document: who, what and when, for board, staff council and everybody who works with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Flask, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from meldcode import desk
from meldcode.definition import MailTemplate, Version
from meldcode.describe import Chapter, Row, chapters, policy_in_words, rows_in_words
from meldcode.messages import Text
from web.desk import designers_only
from web.organisation import calendar, published
from web.services import services
from web.sessions import actor, signed_in
from web.versions import DRAFT, LIVE, Named, named, picture
from web.views.desk import title_of, with_place
from web.words import step_names

#: The pages for everybody; those for designers go by the desk's name.
blueprint = Blueprint("desk_document", __name__)


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table as the document shows it."""

    id: str
    name: str
    policy: Text
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """What the document says. `since` is None for what never held, `pictures` are (name, address)."""

    version: Version
    chapters: tuple[Chapter, ...]
    tables: tuple[Table, ...]
    mails: tuple[MailTemplate, ...]
    pictures: tuple[tuple[str, str], ...]
    note: str
    since: datetime | None


# --- for designers -------------------------------------------------------------------------------------


@designers_only
def document(word: str) -> ResponseReturnValue:
    """The draft or a version as a document."""
    shown = named(word)
    if shown.version is None:
        wrong = [with_place(dict(one)) for one in shown.findings]
        return render_template(
            "desk/document.html", here="desk", document=None, shown=shown, unreadable=wrong
        )
    urls = [url_for("desk.document_picture", word=word, path=file) for file in _drawn(shown.version)]
    return _page(shown, _document(shown.version, urls), here="desk")


@designers_only
def document_picture(word: str, path: str) -> ResponseReturnValue:
    """A diagram of that document."""
    shown = named(word)
    if shown.version is None:
        raise desk.NotThere
    return picture(shown.version, path)


# --- for everybody -------------------------------------------------------------------------------------


@blueprint.get("/werkwijze/document")
@signed_in
def holds() -> ResponseReturnValue:
    """What holds now, as a document."""
    version = published().version
    urls = [
        url_for("desk_document.holds_picture", number=number + 1) for number in range(len(_drawn(version)))
    ]
    return _page(named(LIVE), _document(version, urls), here="working")


@blueprint.get("/werkwijze/document/schema/<int:number>.svg")
@signed_in
def holds_picture(number: int) -> ResponseReturnValue:
    """A diagram of what holds now, by its number: an address in somebody's history tells no file's name."""
    version = published().version
    files = _drawn(version)
    if not 0 < number <= len(files):
        raise NotFound
    return picture(version, files[number - 1])


# --- both ----------------------------------------------------------------------------------------------


def _page(shown: Named, found: Document, *, here: str) -> str:
    return render_template(
        "desk/document.html",
        here=here,
        document=found,
        shown=shown,
        step_names=step_names(),
        calendar=calendar(),
        unreadable=[],
    )


def _document(version: Version, urls: list[str]) -> Document:
    """`urls` are the addresses of the diagrams, in the order of `_drawn`."""
    history = desk.history(services().db, actor().organisation)
    one = next((one for one in history if one.version == version.id and one.in_force_at), None)
    return Document(
        version=version,
        chapters=tuple(chapter for chapter in chapters(version) if chapter.steps),
        tables=tuple(
            Table(key, table.name or key, policy_in_words(table), rows_in_words(version, table))
            for key, table in version.decisions.items()
        ),
        mails=tuple(sorted(version.mails.values(), key=lambda mail: mail.file)),
        pictures=tuple(zip(map(title_of, _drawn(version)), urls, strict=True)),
        note=one.note if one else "",
        since=one.in_force_at if one else None,
    )


def _drawn(version: Version) -> list[str]:
    """The diagrams, the one that a case begins in first."""
    main = version.diagram_of(version.main_process)
    return sorted(version.diagrams, key=lambda file: (main is None or file != main.file, file))


def init_app(app: Flask) -> None:
    """Registers these pages; those for designers under the desk's name: it links to what is there."""
    app.register_blueprint(blueprint)
    app.add_url_rule("/ontwerp/document", "desk.document", document, defaults={"word": DRAFT})
    app.add_url_rule("/ontwerp/document/<word>", "desk.document", document)
    schema = "/ontwerp/document/<word>/schema/<path:path>"
    app.add_url_rule(schema, "desk.document_picture", document_picture)
