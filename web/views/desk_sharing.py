"""Around the draft: files in and out, remarks of colleagues, and the page on which everybody reads."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import desk
from meldcode.cases import AccessDenied
from meldcode.describe import chapters
from meldcode.desk import FileRefused
from meldcode.desk.archive import LARGEST_ZIP
from meldcode.desk.errors import DeskError
from web import uploads
from web.desk import designers_only, draft, plain
from web.keys import fresh_key, given_key
from web.language import gettext, said
from web.organisation import calendar, designs, published
from web.services import now, services
from web.sessions import actor, signed_in
from web.views.desk import edit_url, title_of
from web.views.desk_publishing import as_zip, may_approve

blueprint = Blueprint("desk_sharing", __name__)
MEGABYTE = 1024 * 1024


# --- in and out ----------------------------------------------------------------------------------------


@blueprint.get("/ontwerp/map.zip")
@designers_only
def download() -> ResponseReturnValue:
    """The draft as a folder."""
    return as_zip(draft().contents, "ontwerp")


@blueprint.route("/ontwerp/opnemen", methods=["GET", "POST"])
@designers_only
def take_in() -> ResponseReturnValue:
    """Take a zip or a single file into the draft."""
    if request.method == "GET":
        return _take_in_page()
    draft()
    given = request.files.get("bestand")
    if given is None or not given.filename:
        return _take_in_page(problem=gettext("Kies eerst een bestand.")), 422
    db, who, data = services().db, actor(), given.read()
    try:
        if given.filename.lower().endswith(".zip"):
            everything = request.form.get("wat") == "alles"
            taken = desk.zip_in(db, who.organisation, data, who.person, now(), everything=everything)
            return redirect(url_for("desk.index", klaar="opgenomen" if taken.changed else "gelijk"), 303)
        path = desk.take_in(db, who.organisation, given.filename, data, who.person, now())
    except FileRefused as error:
        return _take_in_page(problem=said(error.text), findings=plain(error.findings)), 422
    return redirect(edit_url(path) or url_for("desk.index"), 303)


def _take_in_page(problem: str | None = None, findings: list[dict[str, object]] | None = None) -> str:
    return render_template(
        "desk/take-in.html",
        here="desk",
        problem=problem,
        findings=findings or [],
        most=LARGEST_ZIP // MEGABYTE,
    )


# --- remarks -------------------------------------------------------------------------------------------


def _must_take_part() -> None:
    if not (designs() or may_approve()):
        raise AccessDenied


@blueprint.route("/ontwerp/opmerkingen", methods=["GET", "POST"])
@signed_in
def remarks() -> ResponseReturnValue:
    """What colleagues remark beside the draft; who may approve it takes part too."""
    _must_take_part()
    if request.method == "GET":
        return _remarks_page()
    text, path = request.form.get("tekst", ""), request.form.get("bestand", "")
    if path and path not in draft().files:
        path = ""
    try:
        desk.comment(
            services().db,
            actor().organisation,
            path,
            request.form.get("element") or None,
            text,
            actor().person,
            now(),
            key=given_key(),
        )
    except DeskError as error:
        return _remarks_page(problem=said(error.text), text=text), 422
    return redirect(url_for("desk_sharing.remarks"), 303)


@blueprint.post("/ontwerp/opmerkingen/<uuid:which>/klaar")
@signed_in
def settle(which: UUID) -> ResponseReturnValue:
    """A remark has been dealt with."""
    _must_take_part()
    desk.settle(services().db, actor().organisation, which, actor().person, now())
    return redirect(url_for("desk_sharing.remarks"), 303)


def _remarks_page(problem: str | None = None, text: str = "") -> str:
    found = desk.comments(services().db, actor().organisation)
    return render_template(
        "desk/remarks.html",
        here="desk",
        open=[one for one in found if one.settled_at is None],
        settled=[one for one in found if one.settled_at is not None],
        paths=[(path, title_of(path)) for path in sorted(draft().files)],
        designer=designs(),
        edit_url=edit_url,
        title_of=title_of,
        problem=problem,
        text=text,
        key=fresh_key(),
        calendar=calendar(),
    )


# --- what holds, for everybody -------------------------------------------------------------------------


@blueprint.get("/werkwijze")
@signed_in
def working() -> ResponseReturnValue:
    """How this organisation works now, to be read by everybody, with *gelezen en begrepen* below it."""
    db, who = services().db, actor()
    version = published().version
    current = next((one for one in desk.history(db, who.organisation) if one.current), None)
    return render_template(
        "desk/working.html",
        here="working",
        version=version.id,
        note=current.note if current else "",
        since=current.in_force_at if current else None,
        chapters=chapters(version),
        read_at=desk.read_at(db, who.organisation, version.id, who.person),
        calendar=calendar(),
    )


@blueprint.post("/werkwijze/gelezen")
@signed_in
def has_read() -> ResponseReturnValue:
    """*Gelezen en begrepen*, of the version that was on the page."""
    desk.has_read(services().db, actor().organisation, request.form.get("versie", ""), actor().person, now())
    return redirect(url_for("desk_sharing.working"), 303)


def has_news() -> bool:
    """Is there a new way of working that who is signed in has not read yet?"""
    who = actor()
    return desk.is_news(services().db, who.organisation, published().version.id, who.person)


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.jinja_env.globals.update(has_news=has_news)
    app.register_blueprint(blueprint)
    uploads.LARGER[f"{blueprint.name}.take_in"] = LARGEST_ZIP + MEGABYTE
