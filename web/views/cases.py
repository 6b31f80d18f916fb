"""Begin a case, look at one, and the list of open cases."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from meldcode import cases
from meldcode.cases import CaseSummary, StepCount
from meldcode.diagram import draw
from meldcode.diagram.model import StepKind
from web import deadlines, shown
from web.keys import given_key
from web.language import gettext, language
from web.organisation import calendar, published, supervises
from web.services import now, services
from web.sessions import actor, signed_in
from web.views import incidents
from web.words import day_in_words, in_order, name_of_steps, short_day, step_names

blueprint = Blueprint("cases", __name__)

ON_A_PAGE = 50
MOST_CLOSED = 100


@blueprint.post("/zaken")
@signed_in
def start() -> ResponseReturnValue:
    """Begin a case and go straight to its first task. The same form sent twice begins one case."""
    key = given_key()
    other = request.form.get("_begin")
    if other is not None and other not in {process.id for process in published().version.other_starts}:
        abort(400)
    outcome = cases.open_case(services().db, actor(), key=key, now=now(), process=other)
    services().nudge.mail()
    if outcome.next_tasks:
        first = outcome.next_tasks[0]
        return redirect(url_for("tasks.task", case=first.case, task=first.id), 303)
    return redirect(url_for("cases.case", case=outcome.case.id), 303)


@blueprint.get("/zaken")
@signed_in
def index() -> ResponseReturnValue:
    """Open cases without content: hers, or all of them for who supervises. The late ones first, then those
    that have been waiting longest; who supervises sees how many there are at each step."""
    step = next((kind for kind in StepKind if kind.value == request.args.get("stap")), None)
    page = request.args.get("pagina", 1, type=int)
    found = cases.overview(services().db, actor(), now=now(), step=step, page=page, size=ON_A_PAGE)
    return render_template(
        "cases/index.html",
        cases=[_row(one) for one in found.cases],
        total=found.total,
        late=found.late,
        steps=_per_step(found.steps) if supervises() else [],
        step=step.value if step else "",
        page=found.page,
        pages=found.pages,
        stuck=incidents.count() if supervises() else 0,
        here="cases",
    )


@blueprint.get("/zaken/afgesloten")
@signed_in
def closed() -> ResponseReturnValue:
    """The closed cases that who looks was involved in: what was written down stays to be read."""
    days = calendar()
    found = [
        {
            "reference": one.reference,
            "url": url_for("cases.case", case=one.id),
            "opened": day_in_words(days.local(one.opened_at)),
            "closed": day_in_words(days.local(one.closed_at)),
        }
        for one in cases.closed(services().db, actor(), most=MOST_CLOSED)
    ]
    return render_template("cases/closed.html", cases=found, most=MOST_CLOSED, here="cases")


@blueprint.get("/zaken/<uuid:case>")
@signed_in
def case(case: UUID) -> ResponseReturnValue:
    """One case: how far it is, whose turn it is, what was done, and its way as a picture. Who only shares
    the pool of a free task in it gets that task, and nothing of the case."""
    page = cases.case_page(services().db, actor(), case, now=now())
    open_ = [shown.task(view) for view in page.tasks]
    if not page.knows_status:
        return render_template("tasks/free.html", task=open_[0], involved=False)
    return render_template(
        "cases/case.html",
        case=shown.case(page),
        content=page.content,
        can_raise_acute=page.can_raise_acute,
        can_reassign=page.can_reassign,
        can_shut_out=page.can_shut_out,
        pause=shown.pause(page.pause),
        moves=deadlines.moves(page.moves),
        movable=page.movable,
        progress=shown.progress(page),
        open=open_,
        entries=shown.history(page.entries, page.notes),
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
    """The part of the diagram where the case is now: large enough to read, and a few kB. When the
    address asks so, as narrow as a telephone: on a wider one the place itself would be off the screen."""
    return _picture(case, whole=False)


def _row(one: CaseSummary) -> dict[str, object]:
    days = calendar()
    return {
        "reference": one.reference,
        "url": url_for("cases.case", case=one.id),
        "steps": name_of_steps(shown.kinds(one.steps)),
        "who": "; ".join(dict.fromkeys(shown.whose(view) for view in one.tasks)),
        "due": shown.due(one.due_at, days),
        "paused": gettext("herinneringen wachten tot %(day)s", day=short_day(days.local(one.paused_until)))
        if one.paused_until
        else "",
        "since": short_day(days.local(one.since)),
        "opened": short_day(days.local(one.opened_at)),
    }


def _per_step(counts: Mapping[StepKind, StepCount]) -> list[dict[str, object]]:
    """How many cases are at each step, how many of them late, and since when the oldest one waits."""
    days, names = calendar(), step_names()
    return [
        {
            "key": kind.value,
            "name": names[kind],
            "open": counts[kind].open,
            "late": counts[kind].late,
            "oldest": short_day(days.local(counts[kind].oldest)),
        }
        for kind in in_order(frozenset(counts))
    ]


def _picture(case: UUID, *, whole: bool) -> Response:
    page = cases.case_map(services().db, actor(), case, now=now())
    diagram = page.version.diagram_of(page.process)
    if diagram is None:
        raise NotFound
    # of several places the most urgent one: places far apart together are too small to read
    around = () if whole else page.places[:1]
    picture = Response(
        draw(diagram, marks=page.marks, language=language(), around=around, narrow="smal" in request.args),
        mimetype="image/svg+xml",
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
