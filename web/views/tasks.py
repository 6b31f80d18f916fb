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
from meldcode.cases import AnswersRefused, CasePage, CaseStuck, EntryView, TaskGone, TaskPage, TaskUnclaimed
from meldcode.diagram.model import StepKind
from meldcode.form import Checked, Form
from meldcode.messages import Text
from meldcode.store.errors import StoreError
from web import deadlines, shown
from web.keys import fresh_key, given_key
from web.language import gettext, language, said
from web.organisation import calendar, published
from web.services import now, services
from web.sessions import actor, signed_in
from web.words import sentence

blueprint = Blueprint("tasks", __name__)

#: So shortly after finishing a task its page says *thank you*; later it says that the task is done.
JUST = timedelta(minutes=2)
NO_FORM = Form(id="", file="", parts=(), fields={}, variables=frozenset())


@blueprint.get("/")
@signed_in
def mine() -> ResponseReturnValue:
    """Everything that waits for who is signed in: her own first, then what nobody has taken yet. Danger comes
    before anything that is late."""
    tasks = [shown.task(view) for view in cases.my_tasks(services().db, actor())]
    tasks.sort(key=lambda task: not task.acute)
    own = [task for task in tasks if not task.pool and not task.asked_by]
    return render_template(
        "tasks/mine.html",
        tasks=own,
        pool=[task for task in tasks if task.pool],
        asked=[task for task in tasks if task.asked_by],
        late=sum(1 for task in own if task.due and task.due.late),
        new_key=fresh_key(),
        other_starts=published().version.other_starts,
        here="tasks",
    )


@blueprint.get("/taken/<uuid:case>/<uuid:task>")
@signed_in
def task(case: UUID, task: UUID) -> ResponseReturnValue:
    """One task to fill in, with her draft. One that is done already leads to the page that says so; one
    that nobody has taken yet, to the page that asks."""
    try:
        page = _page(case, task)
    except TaskGone:
        return _to_done(case, task)
    except TaskUnclaimed:
        return redirect(url_for("holding.free", case=case, task=task), 303)
    return _show(page, fresh_key(), _begun(page))


@blueprint.post("/taken/<uuid:case>/<uuid:task>")
@signed_in
def complete(case: UUID, task: UUID) -> ResponseReturnValue:
    """Finish a task. Whatever is wrong, the page comes back with everything that was typed.

    The form's own token is the command's key: a second press, the back button and a second window lead to
    the first result.
    """
    key, given = given_key(), posted()
    edit = NO_FORM.edit_action(given)
    try:
        if edit is not None:
            page = _page(case, task)
            form = page.form or NO_FORM
            return _show(page, key, form.apply_edit(form.parse(given), edit))
        cases.complete(services().db, actor(), case, task, _read, key=key, now=now())
    except AnswersRefused as refused:
        return _again(case, task, key, refused.errors), 422
    except TaskGone:
        return _to_done(case, task)
    except TaskUnclaimed:
        return redirect(url_for("holding.free", case=case, task=task), 303)
    except CaseStuck as stuck:
        return _again(case, task, key, trouble=stuck.text), 409
    except StoreError as error:
        return _again(case, task, key, trouble=error.text), 503
    services().nudge.mail()
    return _to_done(case, task)


@blueprint.post("/taken/<uuid:case>/<uuid:task>/vragen")
@signed_in
def questions(case: UUID, task: UUID) -> ResponseReturnValue:
    """Only the questions, for these answers: the page asks for them when an answer shows or hides some."""
    found = cases.task_form(services().db, actor(), case, task)
    form = found.form or NO_FORM
    return str(form.render(form.parse(posted()), found.document, language=language(), today=_today()))


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


def posted() -> Mapping[str, Sequence[str]]:
    """What the browser sent, name → texts."""
    return request.form.to_dict(flat=False)


def _begun(page: TaskPage) -> Mapping[str, Any]:
    """What stands in the questions at first: her draft, else what the case holds already."""
    return page.draft.answers if page.draft else (page.form or NO_FORM).afresh(page.document)


def _page(case: UUID, task: UUID) -> TaskPage:
    return cases.task_page(services().db, actor(), case, task, now=now())


def _to_done(case: UUID, task: UUID) -> ResponseReturnValue:
    return redirect(url_for("tasks.done", case=case, task=task), 303)


def _read(form: Form, document: Mapping[str, Any], today: date) -> Checked:
    return form.check_post(posted(), document, today)


def _today() -> date:
    return calendar().local(now()).date()


def _again(
    case: UUID,
    task: UUID,
    key: str,
    errors: Mapping[str, Text] | None = None,
    trouble: Text | None = None,
) -> str:
    """The page as it was sent. Now it is read for showing, and so it is logged."""
    page = _page(case, task)
    return _show(page, key, (page.form or NO_FORM).parse(posted()), errors, trouble)


def _show(
    page: TaskPage,
    key: str,
    values: Mapping[str, Any],
    errors: Mapping[str, Text] | None = None,
    trouble: Text | None = None,
) -> str:
    form, errors = page.form or NO_FORM, errors or {}
    case, task = page.task.case, page.task.id
    addresses = {name: url_for(f"drafts.{name}", case=case, task=task) for name in ("keep", "later", "hide")}
    return render_template(
        "tasks/task.html",
        case=shown.case_of_task(page),
        task=shown.task(page.task),
        instructions=page.instructions,
        call_now=shown.kinds(page.task.steps) == {StepKind.ACUUT},
        call_vt=not shown.kinds(page.task.steps).isdisjoint({StepKind.MELDEN, StepKind.VT_ADVIES}),
        earlier=shown.history(page.entries, page.notes),
        advised=[shown.note(one) for one in page.notes if one.kind == "advice" and one.at >= page.task.since],
        action=url_for("tasks.task", case=case, task=task),
        key=key,
        questions=form.render(values, page.document, errors, language(), _today()),
        summary=form.error_summary(errors, language()) if errors else Markup(),
        trouble=said(trouble) if trouble else None,
        live=url_for("tasks.questions", case=case, task=task),
        live_names=" ".join(sorted(form.variables & form.fields.keys())),
        draft=addresses if form.fields else None,
        draft_at=shown.when(page.draft.at) if page.draft and values is page.draft.answers else None,
        can_give_back=page.can_give_back,
        pause=shown.pause(page.pause),
        moves=deadlines.moves(page.moves),
        give_back_key=fresh_key(),
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
            "U hebt dit vastgelegd: %(task)s", task=sentence(entry.name)
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
