"""Whose task: take one that nobody has, give one back, or give it to somebody else as a supervisor."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from meldcode import cases
from meldcode.cases import CannotHold
from meldcode.cases.holding import REASONS
from meldcode.messages import Text
from meldcode.people import Person
from web import shown
from web.given import person_given
from web.keys import fresh_key, given_key
from web.language import gettext, said
from web.services import now, services
from web.sessions import actor, signed_in

blueprint = Blueprint("holding", __name__)

CHOOSE = {
    "wie": Text("Kies wie de taak krijgt.", "Choose who gets the task."),
    "reden": Text("Kies waarom u de taak aan iemand anders geeft.", "Choose why you give the task away."),
}


@blueprint.get("/taken/<uuid:case>/<uuid:task>/vrij")
@signed_in
def free(case: UUID, task: UUID) -> ResponseReturnValue:
    """A task that nobody has taken: its reference and its moments, and the button to take it."""
    page = cases.case_page(services().db, actor(), case, now=now())
    view = next((view for view in page.tasks if view.id == task), None)
    if view is None or not view.pool:
        return redirect(url_for("tasks.task", case=case, task=task), 303)
    return render_template("tasks/free.html", task=shown.task(view), involved=page.content)


@blueprint.post("/taken/<uuid:case>/<uuid:task>/oppakken")
@signed_in
def claim(case: UUID, task: UUID) -> ResponseReturnValue:
    """*Ik pak dit op*: the task is hers, and opens."""
    cases.claim(services().db, actor(), case, task, key=given_key(), now=now())
    return redirect(url_for("tasks.task", case=case, task=task), 303)


@blueprint.post("/taken/<uuid:case>/<uuid:task>/teruggeven")
@signed_in
def give_back(case: UUID, task: UUID) -> ResponseReturnValue:
    """The task is everybody's with its role again."""
    cases.give_back(services().db, actor(), case, task, key=given_key(), now=now())
    return redirect(url_for("tasks.mine"), 303)


@blueprint.get("/taken/<uuid:case>/<uuid:task>/toewijzen")
@signed_in
def choose(case: UUID, task: UUID) -> ResponseReturnValue:
    """A supervisor chooses who gets a task, and says why. No content."""
    return _choose(case, task, fresh_key())


@blueprint.post("/taken/<uuid:case>/<uuid:task>/toewijzen")
@signed_in
def reassign(case: UUID, task: UUID) -> ResponseReturnValue:
    """Give the task to who was chosen."""
    key, to, reason = given_key(), person_given(), request.form.get("reden", "")
    errors = {"wie": CHOOSE["wie"]} if to is None else {}
    if reason not in REASONS:
        errors["reden"] = CHOOSE["reden"]
    if to is None or errors:
        return _choose(case, task, key, errors), 422
    try:
        cases.reassign(services().db, actor(), case, task, to, reason=reason, key=key, now=now())
    except CannotHold as refused:
        return _choose(case, task, key, {"wie": refused.text}), 422
    return redirect(url_for("cases.case", case=case), 303)


def _choose(case: UUID, task: UUID, key: str, errors: dict[str, Text] | None = None) -> str:
    found = cases.handover(services().db, actor(), case, task, now=now())
    if found.task.role is None:
        raise NotFound
    return render_template(
        "tasks/reassign.html",
        task=shown.task(found.task),
        case=case,
        people=[(str(one.id), _named(one)) for one in found.holders],
        reasons=[(code, said(text)) for code, text in REASONS.items()],
        chosen=request.form,
        errors={name: said(text) for name, text in (errors or {}).items()},
        key=key,
    )


def _named(one: Person) -> str:
    return gettext("%(name)s (afwezig)", name=one.name) if one.away else one.name


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
