"""Acute danger: first the telephone, then the case."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from meldcode import cases
from meldcode.diagram.model import StepKind
from web import shown
from web.keys import fresh_key, given_key
from web.services import now, services
from web.sessions import actor, signed_in

blueprint = Blueprint("acute", __name__)


@blueprint.get("/zaken/<uuid:case>/bellen")
@signed_in
def confirm(case: UUID) -> ResponseReturnValue:
    """The numbers to call, in large type, and one question: is it so?"""
    page = cases.case_page(services().db, actor(), case, now=now())
    already = [view for view in page.tasks if StepKind.ACUUT in view.steps]
    return render_template(
        "acute/confirm.html",
        case=shown.case(page),
        already=[shown.task(view) for view in already],
        possible=page.can_raise_acute,
        key=fresh_key(),
    )


@blueprint.post("/zaken/<uuid:case>/bellen")
@signed_in
def declare(case: UUID) -> ResponseReturnValue:
    """Put the case on its acute route and go to the first task there."""
    key = given_key()
    outcome = cases.raise_acute(services().db, actor(), case, key=key, now=now())
    services().nudge.mail()
    acute = [view for view in outcome.next_tasks if StepKind.ACUUT in view.steps]
    if acute:
        return redirect(url_for("tasks.task", case=case, task=acute[0].id), 303)
    return redirect(url_for("cases.case", case=case), 303)


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
