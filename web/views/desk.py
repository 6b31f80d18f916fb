"""The designer's desk for people: what the draft holds beside what is live, and the page of each editor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from flask import Blueprint, Flask, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import desk, publishing
from meldcode.compare import Difference, compare
from meldcode.definition.version import MAIN_FILE
from meldcode.desk import Draft, DraftFile, Kind, kind_of
from meldcode.desk.errors import DeskError, NotThere
from meldcode.form import FormError, read_form
from meldcode.publishing import State
from web import csp, uploads
from web.assets import is_built
from web.desk import designers_only, draft, file_of, plain, sent_text, shown
from web.errors import page as error_page
from web.language import gettext, language, said
from web.organisation import calendar
from web.services import now, services
from web.sessions import actor
from web.views.desk_files import LARGEST

blueprint = Blueprint("desk", __name__, url_prefix="/ontwerp")

EDITORS = {"diagram": Kind.DIAGRAM, "tabel": Kind.TABLE, "formulier": Kind.FORM}
ENTRIES = {"diagram": "diagram", "stappen": "steps", "tabel": "table", "formulier": "form"}
ORDER = (
    Kind.DIAGRAM,
    Kind.FORM,
    Kind.TABLE,
    Kind.MAIL,
    Kind.ORGANISATION,
    Kind.EXAMPLE,
    Kind.README,
    Kind.REASONS,
    Kind.OTHER,
)
MOST_DIFFERENCES = 12
DONE = {"opgenomen", "gelijk", "weg", "terug", "heropend", "nagekeken", "ingetrokken", "nieuw", "getekend"}


@dataclass(frozen=True, slots=True)
class Row:
    """One file on the overview. `state` is same, added, removed or changed; `edit` where it opens."""

    path: str
    name: str
    state: str
    by: str
    at: datetime | None
    revision: int
    edit: str | None
    findings: int
    remarks: int


# --- the overview --------------------------------------------------------------------------------------


@blueprint.get("")
@designers_only
def index() -> ResponseReturnValue:
    """The draft beside what is live: what changes, what is wrong, the files, who else is here, what next."""
    mine = draft()
    seen = desk.look(mine.contents)
    db, home = services().db, actor().organisation
    remarks = [one for one in desk.comments(db, home) if one.settled_at is None]
    waiting = [one for one in desk.history(db, home) if one.state in (State.ASKED, State.PLANNED)]
    return render_template(
        "desk/index.html",
        here="desk",
        draft=mine,
        groups=_groups(mine, [one.file for one in seen.findings], [one.path for one in remarks]),
        changes=mine.changes,
        differences=differences(mine, seen),
        most=MOST_DIFFERENCES,
        findings=[with_place(shown(one)) for one in seen.findings],
        errors=len(seen.errors),
        others=desk.here(db, home, actor().person, "", now()),
        waiting=waiting[0] if waiting else None,
        open_comments=remarks,
        review_due=_review_due(),
        behind=mine.based_on != mine.live_version,
        calendar=calendar(),
        title_of=title_of,
        done=request.args.get("klaar") if request.args.get("klaar") in DONE else None,
    )


def _review_due() -> datetime | None:
    """Since when a look is due, None while the year is not over."""
    due = desk.review_due(services().db, actor().organisation)
    return due if due is not None and due <= now() else None


def differences(mine: Draft, seen: desk.Look) -> list[Difference] | None:
    """What the draft changes, in sentences; None while a file cannot be read."""
    if seen.version is None:
        return None
    with services().db.reading(actor().organisation) as tx:
        live = publishing.load(tx, mine.live_version).version
    return list(compare(live, seen.version))


def with_place(found: dict[str, object]) -> dict[str, object]:
    """A finding with the page where it can be mended, at its element."""
    place = edit_url(str(found["file"]))
    element = found["element"]
    return {**found, "url": f"{place}#{element}" if place and element else place}


def _groups(mine: Draft, wrong: Sequence[str], remarked: Sequence[str]) -> list[tuple[str, list[Row]]]:
    states = {change.path: change.kind for change in mine.changes}
    rows: dict[Kind, list[Row]] = {kind: [] for kind in ORDER}
    for path in sorted({*mine.files, *mine.live}):
        file = mine.files.get(path)
        rows[kind_of(path)].append(
            Row(
                path=path,
                name=title_of(path),
                state=states.get(path, "same"),
                by=file.by_name if file else "",
                at=file.at if file else None,
                revision=file.revision if file else 0,
                edit=edit_url(path) if file else None,
                findings=wrong.count(path),
                remarks=remarked.count(path),
            )
        )
    for found in rows.values():  # what was worked on comes first, and then what every case begins with
        found.sort(key=lambda row: (_is_quiet(row), row.path != MAIN_FILE))
    return [(kind.value, found) for kind, found in rows.items() if found]


def _is_quiet(row: Row) -> bool:
    return row.state == "same" and not row.findings and not row.remarks


def edit_url(path: str) -> str | None:
    """The page on which a file of the draft is edited."""
    kind = kind_of(path)
    word = next((word for word, one in EDITORS.items() if one is kind), None)
    if word:
        return url_for("desk.editor", word=word, path=path)
    if kind is Kind.OTHER:
        return None
    return url_for("desk_texts.edit", path=path)


def title_of(path: str) -> str:
    """A file as people name it: without folder and ending, as words."""
    if kind_of(path) is Kind.ORGANISATION:
        return gettext("Rollen en werkdagen")
    if kind_of(path) is Kind.README:
        return gettext("Toelichting")
    return PurePosixPath(path).stem.replace("-", " ").replace("_", " ").capitalize()


@blueprint.post("/verwijderen")
@designers_only
def remove() -> ResponseReturnValue:
    """Take a file out of the draft; every revision of it stays."""
    path = request.form.get("path", "")
    based_on = request.form.get("revision", type=int, default=-1)
    desk.remove(services().db, actor().organisation, path, based_on, actor().person, now())
    return redirect(url_for("desk.index", klaar="weg"), 303)


@blueprint.post("/terugzetten")
@designers_only
def put_back() -> ResponseReturnValue:
    """Make one file of the draft what it is in the live version."""
    mine, path = draft(), request.form.get("path", "")
    if path not in mine.live:
        raise NotThere
    known = desk.revisions(services().db, actor().organisation, path)[0].revision
    desk.save(services().db, actor().organisation, path, mine.live[path], known, actor().person, now())
    return redirect(url_for("desk.index", klaar="terug"), 303)


@blueprint.post("/nagekeken")
@designers_only
def reviewed() -> ResponseReturnValue:
    """The yearly look was taken, and it stays as it is."""
    desk.reviewed(services().db, actor().organisation, actor().person, now())
    return redirect(url_for("desk.index", klaar="nagekeken"), 303)


# --- the editors ---------------------------------------------------------------------------------------


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
            who=actor().person.hex,
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
    # A page of the desk that is not there yet has no link either.
    app.jinja_env.globals.update(is_built=is_built, has_page=lambda name: name in app.view_functions)

    @app.errorhandler(NotThere)
    def _gone(error: NotThere) -> ResponseReturnValue:
        return error_page(404, what=error.text)

    @app.errorhandler(DeskError)
    def _refused(error: DeskError) -> ResponseReturnValue:
        return render_template("desk/refused.html", here="desk", what=said(error.text)), 409
