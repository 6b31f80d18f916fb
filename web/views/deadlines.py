"""One deadline of a task goes to another day: for who supervises. What would happen is shown first."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import cases
from meldcode.cases import AnswersRefused, DeadlineView
from meldcode.cases.moved import REASONS
from meldcode.messages import Text
from web import deadlines, shown
from web.given import day_given
from web.keys import fresh_key, given_key
from web.language import gettext, said
from web.services import now, services
from web.sessions import actor, signed_in

blueprint = Blueprint("deadlines", __name__)

#: What the core calls a part of the question, and what the page does.
FIELDS = {"to": "dag", "reason": "reden"}
CHOOSE = {
    "dag": Text("Kies een dag.", "Choose a day."),
    "reden": Text("Kies een reden.", "Choose a reason."),
}


@blueprint.get("/taken/<uuid:case>/<uuid:task>/termijn")
@signed_in
def page(case: UUID, task: UUID) -> ResponseReturnValue:
    """What can be moved, and what was."""
    return _page(case, task, fresh_key())


@blueprint.post("/taken/<uuid:case>/<uuid:task>/termijn")
@signed_in
def move(case: UUID, task: UUID) -> ResponseReturnValue:
    """First show what would happen; done is what was seen."""
    key, timer, to = given_key(), request.form.get("termijn", ""), day_given("dag")
    reason = request.form.get("reden", "")
    errors = {"dag": CHOOSE["dag"]} if to is None else {}
    if reason not in REASONS:
        errors["reden"] = CHOOSE["reden"]
    if to is None or errors:
        return _page(case, task, key, errors), 422
    db, who = services().db, actor()
    try:
        if request.form.get("gezien") != _seen(timer, to):
            told = cases.foresee(db, who, case, task, timer, to, now=now())
            return _page(case, task, key, told=deadlines.foreseen(told), seen=_seen(timer, to))
        cases.move_deadline(db, who, case, task, timer, to, reason=reason, key=key, now=now())
    except AnswersRefused as refused:
        return _page(case, task, key, {FIELDS[name]: text for name, text in refused.errors.items()}), 422
    services().nudge.tick()
    return redirect(url_for("cases.case", case=case), 303)


@blueprint.post("/taken/<uuid:case>/<uuid:task>/termijn/terug")
@signed_in
def restore(case: UUID, task: UUID) -> ResponseReturnValue:
    """Back to where it was; what should have been by now goes at once."""
    timer = request.form.get("termijn", "")
    try:
        cases.restore_deadline(services().db, actor(), case, task, timer, key=given_key(), now=now())
    except AnswersRefused as refused:
        return _page(case, task, fresh_key(), {"dag": refused.errors["to"]}), 422
    services().nudge.mail()
    return redirect(url_for("cases.case", case=case), 303)


def _seen(timer: str, to: date) -> str:
    return f"{to.isoformat()} {timer}"


def _page(
    case: UUID,
    task: UUID,
    key: str,
    errors: dict[str, Text] | None = None,
    told: list[str] | None = None,
    seen: str = "",
) -> str:
    found = cases.deadline_page(services().db, actor(), case, task, now=now())
    free = [one for one in found.deadlines if one.days]
    days = [day for one in free for day in one.days]
    return render_template(
        "cases/deadline.html",
        case=case,
        task=shown.task(found.task),
        moved=[_moved(case, task, one) for one in found.deadlines if one.moved],
        stuck=[deadlines.called(one.purpose, one.roles) for one in found.deadlines if not one.days],
        timers=[(one.timer, _named(one)) for one in free],
        first=min(days).isoformat() if days else "",
        last=max(days).isoformat() if days else "",
        reasons=[(code, said(text)) for code, text in REASONS.items()],
        chosen=request.form,
        errors={name: said(text) for name, text in (errors or {}).items()},
        told=told,
        seen=seen,
        key=key,
    )


def _named(one: DeadlineView) -> str:
    what = deadlines.called(one.purpose, one.roles)
    return gettext("%(what)s van %(day)s", what=what, day=deadlines.day(one.at))


def _moved(case: UUID, task: UUID, one: DeadlineView) -> dict[str, object]:
    """A deadline that was moved, and what putting it back would do."""
    back = cases.foresee(services().db, actor(), case, task, one.timer, None, now=now())
    return {
        "timer": one.timer,
        "now": deadlines.moves([one.moved] if one.moved else [])[0],
        "back": deadlines.foreseen(back),
        "key": fresh_key(),
    }


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
