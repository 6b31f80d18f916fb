"""Who may not see a case: for who holds it or supervises. Names, no content."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import cases
from meldcode.cases.exclusions import READMISSIONS, REASONS
from meldcode.messages import Text
from web import shown
from web.given import person_given
from web.keys import fresh_key, given_key
from web.language import said
from web.services import now, services
from web.sessions import actor, signed_in

blueprint = Blueprint("exclusions", __name__)

CHOOSE_WHO = Text("Kies wie de zaak niet mag zien.", "Choose who may not see the case.")
CHOOSE_WHY = Text("Kies een reden.", "Choose a reason.")


@blueprint.get("/zaken/<uuid:case>/wie-niet")
@signed_in
def page(case: UUID) -> ResponseReturnValue:
    """Who is shut out now, and who could be."""
    return _page(case, fresh_key())


@blueprint.post("/zaken/<uuid:case>/wie-niet")
@signed_in
def shut_out(case: UUID) -> ResponseReturnValue:
    """Shut somebody out; whoever shuts herself out goes back to her list."""
    key, who, reason = given_key(), person_given(), request.form.get("reden", "")
    errors = {"wie": CHOOSE_WHO} if who is None else {}
    if reason not in REASONS:
        errors["reden"] = CHOOSE_WHY
    if who is None or errors:
        return _page(case, key, errors), 422
    try:
        cases.shut_out(services().db, actor(), case, who, reason=reason, key=key, now=now())
    except cases.LastToWatch as refused:
        return _page(case, key, {"wie": refused.text}), 422
    services().nudge.tick()
    if who == actor().person:
        return redirect(url_for("tasks.mine"), 303)
    return redirect(url_for("exclusions.page", case=case), 303)


@blueprint.post("/zaken/<uuid:case>/wie-niet/toelaten")
@signed_in
def readmit(case: UUID) -> ResponseReturnValue:
    """Let somebody in again."""
    key, who, reason = given_key(), person_given(), request.form.get("reden_toelaten", "")
    if who is None or reason not in READMISSIONS:
        return _page(case, key, {"reden_toelaten": CHOOSE_WHY}), 422
    cases.readmit(services().db, actor(), case, who, reason=reason, key=key, now=now())
    return redirect(url_for("exclusions.page", case=case), 303)


def _page(case: UUID, key: str, errors: dict[str, Text] | None = None) -> str:
    found = cases.shut_out_page(services().db, actor(), case, now=now())
    return render_template(
        "cases/exclusions.html",
        case=case,
        found=found,
        people=shown.colleagues(found.others),
        reasons=[(code, said(text)) for code, text in REASONS.items()],
        readmissions=[(code, said(text)) for code, text in READMISSIONS.items()],
        chosen=request.form,
        errors={name: said(text) for name, text in (errors or {}).items()},
        key=key,
    )


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
