"""What was typed into a task and not sent yet: kept for later, kept while typing, kept before hiding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, Flask, Response, redirect, url_for
from flask.typing import ResponseReturnValue

from meldcode import cases
from meldcode.form import Form
from meldcode.messages import MeldcodeError
from web import shown
from web.carried import Given, brings_back
from web.language import gettext
from web.services import now, services
from web.sessions import actor, end, signed_in, visitor
from web.views.tasks import NO_FORM, posted

blueprint = Blueprint("drafts", __name__)
log = structlog.get_logger(__name__)


@blueprint.post("/taken/<uuid:case>/<uuid:task>/concept")
@signed_in
def keep(case: UUID, task: UUID) -> ResponseReturnValue:
    """Keep what is on the page now; a script asks for it while somebody types. Answers in words."""
    _keep(case, task)
    words = gettext("Concept bewaard: %(when)s.", when=shown.when(now()))
    return Response(words, mimetype="text/plain")


@blueprint.post("/taken/<uuid:case>/<uuid:task>/later")
@signed_in
def later(case: UUID, task: UUID) -> ResponseReturnValue:
    """*Bewaren en later verder*: keep it and go back to the list, where the task says so."""
    _keep(case, task)
    return redirect(url_for("tasks.mine"), 303)


@blueprint.post("/taken/<uuid:case>/<uuid:task>/even-weg")
def hide(case: UUID, task: UUID) -> ResponseReturnValue:
    """*Verberg* on the page of a task: keep what was typed, then hide. Hiding never waits for a mistake."""
    if visitor() is not None:
        try:
            _keep(case, task)
        except MeldcodeError as problem:
            log.warning("draft_not_kept", problem=type(problem).__name__)
    return end(redirect(url_for("signin.neutral"), 303))


@blueprint.post("/taken/<uuid:case>/<uuid:task>/concept-weg")
@signed_in
def discard(case: UUID, task: UUID) -> ResponseReturnValue:
    """Throw the draft away and begin again."""
    cases.discard_draft(services().db, actor(), case, task)
    return redirect(url_for("tasks.task", case=case, task=task), 303)


@brings_back("tasks.complete", "drafts.later")
def _kept(given: Given, case: UUID, task: UUID) -> ResponseReturnValue:
    """Sent when the session had ended: it is her draft now, and she sends it herself."""
    cases.keep_draft(
        services().db, actor(), case, task, lambda form: (form or NO_FORM).parse(given), now=now()
    )
    return redirect(url_for("tasks.task", case=case, task=task), 303)


def _keep(case: UUID, task: UUID) -> None:
    cases.keep_draft(services().db, actor(), case, task, _read, now=now())


def _read(form: Form | None) -> Mapping[str, Any]:
    return (form or NO_FORM).parse(posted())


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
