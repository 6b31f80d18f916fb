"""The designer's desk for people: what the draft holds beside what is live, and the page of each editor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from flask import Blueprint, Flask, make_response, render_template, request
from flask.typing import ResponseReturnValue

from meldcode import desk
from meldcode.desk import Draft, DraftFile, Kind, kind_of
from meldcode.desk.errors import NotThere
from meldcode.form import FormError, read_form
from web import csp, uploads
from web.assets import is_built
from web.desk import designers_only, draft, file_of, plain, sent_text, shown
from web.errors import page as error_page
from web.language import language
from web.organisation import calendar
from web.services import now, services
from web.sessions import actor
from web.views.desk_files import LARGEST

blueprint = Blueprint("desk", __name__, url_prefix="/ontwerp")

EDITORS = {"diagram": Kind.DIAGRAM, "tabel": Kind.TABLE, "formulier": Kind.FORM, "mail": Kind.MAIL}
WORDS = {kind: word for word, kind in EDITORS.items()}
ENTRIES = {"diagram": "diagram", "stappen": "steps", "tabel": "table", "formulier": "form"}


@dataclass(frozen=True, slots=True)
class Row:
    """One file on the overview. `state` is same, added, removed or changed; `edit` where it opens."""

    path: str
    name: str
    state: str
    by: str
    at: object
    edit: str | None


@blueprint.get("")
@designers_only
def index() -> ResponseReturnValue:
    """The draft beside what is live: files by kind, what changed, what is wrong, who else is here."""
    mine = draft()
    others = desk.here(services().db, actor().organisation, actor().person, "", now())
    return render_template(
        "desk/index.html",
        here="desk",
        draft=mine,
        rows=[_row(mine, path) for path in sorted({*mine.files, *mine.live})],
        changes=mine.changes,
        findings=[shown(one) for one in desk.findings(mine.contents)],
        others=others,
        calendar=calendar(),
    )


def _row(mine: Draft, path: str) -> Row:
    file, states = mine.files.get(path), {change.path: change.kind for change in mine.changes}
    word = WORDS.get(kind_of(path))
    return Row(
        path,
        title_of(path),
        states.get(path, "same"),
        file.by_name if file else "",
        file.at if file else None,
        f"/ontwerp/{word}/{path}" if file and word else None,
    )


def title_of(path: str) -> str:
    """A file as people name it: without folder and ending, as words."""
    return PurePosixPath(path).stem.replace("-", " ").replace("_", " ").capitalize()


@blueprint.get("/<any(diagram, stappen, tabel, formulier):word>/<path:path>")
@designers_only
def editor(word: str, path: str) -> ResponseReturnValue:
    """The page of an editor. What it does comes from its script; without one the page says so."""
    wanted = Kind.DIAGRAM if word == "stappen" else EDITORS[word]
    if kind_of(path) is not wanted:
        raise NotThere
    file = file_of(path)
    source = f"src/desk/desk-{ENTRIES[word]}"
    response = make_response(
        render_template(
            "desk/editor.html",
            here="desk",
            word=word,
            path=file.path,
            name=title_of(path),
            source=source if is_built(f"{source}.js") else None,
            styled=is_built(f"{source}.css"),
        )
    )
    response.headers["Content-Security-Policy"] = csp.FORM_EDITOR if word == "formulier" else csp.EDITOR
    return response


@blueprint.route("/voorbeeld/<path:path>", methods=["GET", "POST"])
@designers_only
def preview(path: str) -> ResponseReturnValue:
    """The page a colleague gets with this form: of the draft as saved, or of the `content` that is sent."""
    if kind_of(path) is not Kind.FORM:
        raise NotThere
    content = (sent_text("content") or "").encode() if request.method == "POST" else _saved(file_of(path))
    try:
        questions, problems = read_form(content, path).render({}, {}, language=language()), []
    except FormError as error:
        questions, problems = None, plain(error.findings)
    html = render_template("desk/preview.html", name=title_of(path), questions=questions, problems=problems)
    response = make_response(html)
    response.headers["Content-Security-Policy"] = csp.PREVIEW
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _saved(file: DraftFile) -> bytes:
    return file.content or b""


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
    uploads.LARGER[f"{blueprint.name}.preview"] = LARGEST

    @app.errorhandler(NotThere)
    def _gone(error: NotThere) -> ResponseReturnValue:
        return error_page(404, what=error.text)
