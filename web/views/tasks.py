"""*Mijn taken*, one task with its form, and what happens after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from meldcode import cases
from meldcode.cases import AnswersRefused, CasePage, CaseStuck, EntryView, TaskGone, TaskPage
from meldcode.form import Form
from meldcode.messages import Text
from meldcode.store.errors import StoreError
from web import shown
from web.keys import fresh_key, given_key
from web.language import gettext, language, said
from web.organisation import calendar
from web.services import now, services
from web.sessions import actor, signed_in

blueprint = Blueprint("tasks", __name__)

#: So shortly after finishing a task its page says *thank you*; later it says that the task is done.
JUST = timedelta(minutes=2)
NO_FORM = Form(id="", file="", parts=(), fields={}, variables=frozenset())


@blueprint.get("/")
@signed_in
def mine() -> ResponseReturnValue:
    """Everything that waits for who is signed in: her own and her roles', the first due first."""
    tasks = [shown.task(view) for view in cases.my_tasks(services().db, actor())]
    late = sum(1 for task in tasks if task.due and task.due.late)
    return render_template("tasks/mine.html", tasks=tasks, late=late, new_key=fresh_key(), here="tasks")


@blueprint.get("/taken/<uuid:case>/<uuid:task>")
@signed_in
def task(case: UUID, task: UUID) -> ResponseReturnValue:
    """One task to fill in. One that is done already leads to the page that says so."""
    try:
        page = _page(case, task)
    except TaskGone:
        return _to_done(case, task)
    return _show(page, fresh_key(), page.document)


@blueprint.post("/taken/<uuid:case>/<uuid:task>")
@signed_in
def complete(case: UUID, task: UUID) -> ResponseReturnValue:
    """Finish a task. Whatever is wrong, the page comes back with everything that was typed.

    The form's own token is the command's key: a second press, the back button and a second window lead to
    the first result.
    """
    key = given_key()
    try:
        page = _page(case, task)
    except TaskGone:
        return _to_done(case, task)
    form, posted = page.form or NO_FORM, _posted()
    values = form.parse(posted)
    edit = form.edit_action(posted)
    if edit is not None:
        return _show(page, key, form.apply_edit(values, edit))
    checked = form.check_post(posted, page.document, _today())
    if checked.errors:
        return _show(page, key, values, checked.errors), 422
    try:
        cases.complete(services().db, actor(), case, task, values, key=key, now=now())
    except AnswersRefused as refused:
        return _show(page, key, values, refused.errors), 422
    except TaskGone:
        return _to_done(case, task)
    except CaseStuck as stuck:
        return _show(page, key, values, trouble=stuck.text), 409
    except StoreError as error:
        return _show(page, key, values, trouble=error.text), 503
    services().nudge.mail()
    return _to_done(case, task)


@blueprint.post("/taken/<uuid:case>/<uuid:task>/vragen")
@signed_in
def questions(case: UUID, task: UUID) -> ResponseReturnValue:
    """Only the questions, for these answers: the page asks for them when an answer shows or hides some."""
    page = _page(case, task)
    form = page.form or NO_FORM
    return str(form.render(form.parse(_posted()), page.document, language=language(), today=_today()))


@blueprint.get("/taken/<uuid:case>/<uuid:task>/klaar")
@signed_in
def done(case: UUID, task: UUID) -> ResponseReturnValue:
    """After a task, at any time: who finished it and whose turn it is now."""
    page = cases.case_page(services().db, actor(), case, now=now())
    if any(view.id == task for view in page.tasks):
        return redirect(url_for("tasks.task", case=case, task=task), 303)
    heading, explanation = _what_happened(page, task)
    open_ = [shown.task(view) for view in page.tasks]
    return render_template(
        "tasks/done.html", case=shown.case(page), heading=heading, explanation=explanation, open=open_
    )


def _page(case: UUID, task: UUID) -> TaskPage:
    return cases.task_page(services().db, actor(), case, task, now=now())


def _to_done(case: UUID, task: UUID) -> ResponseReturnValue:
    return redirect(url_for("tasks.done", case=case, task=task), 303)


def _posted() -> Mapping[str, Sequence[str]]:
    return request.form.to_dict(flat=False)


def _today() -> date:
    return calendar().local(now()).date()


def _show(
    page: TaskPage,
    key: str,
    values: Mapping[str, Any],
    errors: Mapping[str, Text] | None = None,
    trouble: Text | None = None,
) -> str:
    form, errors = page.form or NO_FORM, errors or {}
    whole = cases.case_page(services().db, actor(), page.task.case, now=now())
    return render_template(
        "tasks/task.html",
        case=shown.case(whole),
        task=shown.task(page.task),
        instructions=page.instructions,
        earlier=[shown.entry(one) for one in whole.entries],
        action=url_for("tasks.task", case=page.task.case, task=page.task.id),
        key=key,
        questions=form.render(values, page.document, errors, language(), _today()),
        summary=form.error_summary(errors, language()) if errors else Markup(),
        trouble=said(trouble) if trouble else None,
        live=url_for("tasks.questions", case=page.task.case, task=page.task.id),
        live_names=" ".join(sorted(form.variables & form.fields.keys())),
    )


def _what_happened(page: CasePage, task: UUID) -> tuple[str, str]:
    entry = next((one for one in page.entries if one.task == task), None)
    if entry is None:
        return (
            gettext("Deze taak is niet meer nodig"),
            gettext("De zaak ging ondertussen een andere kant op. U hoeft hier niets meer te doen."),
        )
    if entry.person == actor().person and now() - entry.at < JUST:
        return gettext("Dank u, deze taak is klaar"), gettext(
            "U hebt dit vastgelegd: %(task)s.", task=entry.name
        )
    return gettext("Deze taak is al klaar"), _finished_by(entry)


def _finished_by(entry: EntryView) -> str:
    done = shown.entry(entry)
    if entry.person == actor().person:
        return gettext("U hebt hem zelf afgerond: %(when)s. Dubbel versturen kan geen kwaad.", when=done.when)
    return gettext("%(who)s heeft hem afgerond: %(when)s.", who=done.who, when=done.when)


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
