"""Begin a case, look at one, and the list of open cases."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from meldcode import cases
from meldcode.diagram import draw
from web import shown
from web.keys import given_key
from web.language import gettext, language
from web.organisation import calendar, published
from web.services import now, services
from web.sessions import actor, signed_in
from web.words import name_of_steps, short_day

blueprint = Blueprint("cases", __name__)


@blueprint.post("/zaken")
@signed_in
def start() -> ResponseReturnValue:
    """Begin a case and go straight to its first task. The same form sent twice begins one case."""
    key = given_key()
    outcome = cases.open_case(services().db, actor(), key=key, now=now())
    services().nudge.mail()
    if outcome.next_tasks:
        first = outcome.next_tasks[0]
        return redirect(url_for("tasks.task", case=first.case, task=first.id), 303)
    return redirect(url_for("cases.case", case=outcome.case.id), 303)


@blueprint.get("/zaken")
@signed_in
def index() -> ResponseReturnValue:
    """Open cases without content: hers, or all of them for who supervises."""
    days = calendar()
    found = [
        {
            "reference": one.reference,
            "url": url_for("cases.case", case=one.id),
            "steps": name_of_steps(shown.kinds(one.steps)),
            "who": "; ".join(dict.fromkeys(shown.whose(view) for view in one.tasks)),
            "due": shown.due(one.due_at, days),
            "opened": short_day(days.local(one.opened_at)),
        }
        for one in cases.cases(services().db, actor())
    ]
    supervising = not actor().roles.isdisjoint(published().supervising)
    return render_template("cases/index.html", cases=found, supervising=supervising, here="cases")


@blueprint.get("/zaken/<uuid:case>")
@signed_in
def case(case: UUID) -> ResponseReturnValue:
    """One case: how far it is, whose turn it is, what was done, and its way as a picture."""
    page = cases.case_page(services().db, actor(), case, now=now())
    open_ = [shown.task(view) for view in page.tasks]
    return render_template(
        "cases/case.html",
        case=shown.case(page),
        content=page.content,
        can_raise_acute=page.can_raise_acute,
        progress=shown.progress(page),
        open=open_,
        entries=[shown.entry(one) for one in page.entries],
        drawn=page.version.diagram_of(page.process) is not None,
        schema_words=_in_words(open_),
    )


@blueprint.get("/zaken/<uuid:case>/schema.svg")
@signed_in
def schema(case: UUID) -> ResponseReturnValue:
    """The whole diagram with the current place marked, as a picture that works without a script."""
    return _picture(case, whole=True)


@blueprint.get("/zaken/<uuid:case>/plek.svg")
@signed_in
def place(case: UUID) -> ResponseReturnValue:
    """The part of the diagram where the case is now: large enough to read, and a few kB."""
    return _picture(case, whole=False)


def _picture(case: UUID, *, whole: bool) -> Response:
    page = cases.case_page(services().db, actor(), case, now=now())
    diagram = page.version.diagram_of(page.process)
    if diagram is None:
        raise NotFound
    # of several places the most urgent one: places far apart together are too small to read
    around = () if whole else tuple(view.node for view in page.tasks[:1])
    picture = Response(
        draw(diagram, marks=page.marks, language=language(), around=around), mimetype="image/svg+xml"
    )
    # opened by itself it is a document of its own, with nothing in it that may run
    picture.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return picture


def _in_words(open_: list[shown.ShownTask]) -> str:
    if not open_:
        return gettext("Schema van de stappen. Er staat geen taak open.")
    names = ", ".join(task.name for task in open_)
    return gettext("Schema van de stappen. Nu open: %(tasks)s.", tasks=names)


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
