"""Reminders of a case wait for a while: for who supervises. Status, no content."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import cases
from meldcode.cases import AnswersRefused
from meldcode.cases.pausing import REASONS
from meldcode.messages import Text
from web import shown
from web.given import day_given
from web.keys import fresh_key, given_key
from web.language import said
from web.services import now, services
from web.sessions import actor, signed_in

blueprint = Blueprint("pausing", __name__)

#: What the page calls the parts of a pause.
FIELDS = {"until": "vanaf", "reason": "reden"}


@blueprint.get("/zaken/<uuid:case>/herinneringen")
@signed_in
def page(case: UUID) -> ResponseReturnValue:
    """The pause that lasts now, and a form for another one."""
    return _page(case, fresh_key())


@blueprint.post("/zaken/<uuid:case>/herinneringen")
@signed_in
def pause(case: UUID) -> ResponseReturnValue:
    """No reminders until the day that was chosen."""
    key, who = given_key(), actor()
    until, reason = day_given("vanaf"), request.form.get("reden", "")
    try:
        cases.pause_reminders(services().db, who, case, until, reason=reason, key=key, now=now())
    except AnswersRefused as refused:
        return _page(case, key, {FIELDS[name]: text for name, text in refused.errors.items()}), 422
    return redirect(url_for("cases.case", case=case), 303)


@blueprint.post("/zaken/<uuid:case>/herinneringen/hervatten")
@signed_in
def resume(case: UUID) -> ResponseReturnValue:
    """Reminders go again; what waited leaves now."""
    cases.resume_reminders(services().db, actor(), case, key=given_key(), now=now())
    services().nudge.mail()
    return redirect(url_for("cases.case", case=case), 303)


def _page(case: UUID, key: str, errors: dict[str, Text] | None = None) -> str:
    found = cases.pause_page(services().db, actor(), case, now=now())
    return render_template(
        "cases/pause.html",
        case=case,
        reference=found.reference,
        pause=shown.pause(found.pause),
        first=found.first.isoformat(),
        last=found.last.isoformat(),
        reasons=[(code, said(text)) for code, text in REASONS.items()],
        chosen=request.form,
        errors={name: said(text) for name, text in (errors or {}).items()},
        key=key,
    )


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
