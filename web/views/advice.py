"""Ask a colleague for advice on a task, end that, and answer as the one who is asked."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import cases
from meldcode.cases import AnswersRefused
from meldcode.cases.advice import ENDINGS, REASONS
from meldcode.cases.notes import LONGEST
from meldcode.messages import Text
from web import shown
from web.carried import Given, brings_back
from web.given import person_given
from web.keys import fresh_key, given_key
from web.language import said
from web.services import now, services
from web.sessions import actor, signed_in

blueprint = Blueprint("advice", __name__)

#: What the core calls a question, and what the page does, in the order of the page.
FIELDS = {"to": "wie", "reason": "reden", "text": "tekst"}


@blueprint.get("/taken/<uuid:case>/<uuid:task>/raad")
@signed_in
def ask(case: UUID, task: UUID) -> ResponseReturnValue:
    """Choose whom to ask; or see who is asked, and end it."""
    return _ask(case, task, fresh_key(), {})


@blueprint.post("/taken/<uuid:case>/<uuid:task>/raad")
@signed_in
def send(case: UUID, task: UUID) -> ResponseReturnValue:
    """Ask. Whatever is wrong, the page comes back with everything that was typed."""
    key, given = given_key(), request.form
    try:
        cases.ask_advice(
            services().db,
            actor(),
            case,
            task,
            person_given(),
            question=given.get("tekst", ""),
            reason=given.get("reden", ""),
            key=key,
            now=now(),
        )
    except AnswersRefused as refused:
        return _ask(case, task, key, given, refused.errors), 422
    services().nudge.mail()
    return redirect(url_for("advice.ask", case=case, task=task), 303)


@blueprint.post("/taken/<uuid:case>/<uuid:task>/raad/stoppen")
@signed_in
def end(case: UUID, task: UUID) -> ResponseReturnValue:
    """Ask no more."""
    key, given = given_key(), request.form
    reason = given.get("reden", "")
    try:
        cases.end_advice(services().db, actor(), case, task, reason=reason, key=key, now=now())
    except AnswersRefused as refused:
        return _ask(case, task, key, given, refused.errors), 422
    return redirect(url_for("tasks.task", case=case, task=task), 303)


@blueprint.get("/taken/<uuid:case>/<uuid:task>/advies")
@signed_in
def answer(case: UUID, task: UUID) -> ResponseReturnValue:
    """The question, for who is asked."""
    return _answer(case, task, fresh_key(), {})


@blueprint.post("/taken/<uuid:case>/<uuid:task>/advies")
@signed_in
def give(case: UUID, task: UUID) -> ResponseReturnValue:
    """Her answer; then the case closes for her."""
    key, given = given_key(), request.form
    try:
        cases.give_advice(services().db, actor(), case, task, given.get("tekst", ""), key=key, now=now())
    except AnswersRefused as refused:
        return _answer(case, task, key, given, refused.errors), 422
    return redirect(url_for("tasks.mine"), 303)


@brings_back("advice.send")
def _ask_again(given: Given, case: UUID, task: UUID) -> ResponseReturnValue:
    return _ask(case, task, fresh_key(), {name: texts[0] for name, texts in given.items()})


@brings_back("advice.give")
def _answer_again(given: Given, case: UUID, task: UUID) -> ResponseReturnValue:
    return _answer(case, task, fresh_key(), {name: texts[0] for name, texts in given.items()})


def _ask(
    case: UUID, task: UUID, key: str, values: Mapping[str, str], errors: Mapping[str, Text] | None = None
) -> str:
    found = cases.ask_page(services().db, actor(), case, task, now=now())
    return render_template(
        "tasks/ask.html",
        asking=found,
        case=case,
        task=task,
        people=shown.colleagues(found.others),
        reasons=[(code, said(text)) for code, text in REASONS.items()],
        endings=[(code, said(text)) for code, text in ENDINGS.items()],
        longest=LONGEST,
        values=values,
        errors=_shown(errors),
        key=key,
    )


def _answer(
    case: UUID, task: UUID, key: str, values: Mapping[str, str], errors: Mapping[str, Text] | None = None
) -> str:
    return render_template(
        "tasks/advise.html",
        asked=cases.advice_page(services().db, actor(), case, task, now=now()),
        case=case,
        task=task,
        longest=LONGEST,
        values=values,
        errors=_shown(errors),
        key=key,
    )


def _shown(errors: Mapping[str, Text] | None) -> dict[str, str]:
    return {field: said(errors[name]) for name, field in FIELDS.items() if errors and name in errors}


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
