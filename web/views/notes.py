"""Add a signal or a contact to a case, at any time, beside its steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import cases
from meldcode.cases import AccessDenied, AnswersRefused, CaseClosed
from meldcode.cases.notes import KINDS, LONGEST
from meldcode.messages import Text
from web import shown
from web.carried import Given, brings_back
from web.keys import fresh_key, given_key
from web.language import said
from web.organisation import calendar
from web.services import now, services
from web.sessions import actor, signed_in

blueprint = Blueprint("notes", __name__)
NO_DAY = Text("Vul een dag in, of laat dit leeg.", "Give a day, or leave this empty.")


@blueprint.get("/zaken/<uuid:case>/noteren")
@signed_in
def write(case: UUID) -> ResponseReturnValue:
    """The form: what kind, when, and the text."""
    return _page(case, fresh_key(), {"wanneer": calendar().local(now()).date().isoformat()})


@blueprint.post("/zaken/<uuid:case>/noteren")
@signed_in
def add(case: UUID) -> ResponseReturnValue:
    """Write it down; the page comes back with everything typed when something is wrong."""
    key, given = given_key(), request.form
    typed = given.get("wanneer", "").strip()
    try:
        on = date.fromisoformat(typed) if typed else None
    except ValueError:
        return _page(case, key, given, {"on": NO_DAY}), 422
    today = calendar().local(now()).date()
    try:
        cases.add_note(
            services().db,
            actor(),
            case,
            kind=given.get("soort", ""),
            text=given.get("tekst", ""),
            on=on,
            today=today,
            key=key,
            now=now(),
        )
    except AnswersRefused as refused:
        return _page(case, key, given, refused.errors), 422
    return redirect(url_for("cases.case", case=case), 303)


@brings_back("notes.add")
def _again(given: Given, case: UUID) -> ResponseReturnValue:
    return _page(case, fresh_key(), {name: texts[0] for name, texts in given.items()})


def _page(case: UUID, key: str, values: Mapping[str, str], errors: Mapping[str, Text] | None = None) -> str:
    page = cases.case_page(services().db, actor(), case, now=now())
    if not page.content:
        raise AccessDenied
    if page.status != "open":
        raise CaseClosed
    if not page.can_raise_acute:  # she reads it because she is asked for advice
        raise AccessDenied
    return render_template(
        "cases/note.html",
        case=shown.case(page),
        kinds=[(code, said(text)) for code, text in KINDS.items()],
        longest=LONGEST,
        values=values,
        errors={name: said(text) for name, text in (errors or {}).items()},
        key=key,
    )


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
