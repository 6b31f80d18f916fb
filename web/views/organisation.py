"""An administrator's start: is somebody always there, what was changed last and how to undo it. No cases."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import adjustments, chores, cover, people
from meldcode.messages import MeldcodeError
from web.administration import administrators_only, days_of, period, told
from web.language import said
from web.organisation import role_name
from web.services import now, services
from web.sessions import actor
from web.shown import when

blueprint = Blueprint("organisation", __name__, url_prefix="/organisatie")


@blueprint.get("")
@administrators_only
def index() -> ResponseReturnValue:
    """Whether each message has a receiver, who is away, how far the deadlines are, the last changes."""
    return _page()


@blueprint.post("/wijzigingen/<uuid:adjustment>/ongedaan")
@administrators_only
def undo(adjustment: UUID) -> ResponseReturnValue:
    """Undo one change. Pressed twice, the second press finds nothing left to do."""
    try:
        adjustments.undo(services().db, actor(), adjustment, now=now())
    except MeldcodeError as error:
        return _page(problem=said(error.text)), 409
    services().nudge.tick()
    return redirect(url_for("organisation.index", klaar="ongedaan"), 303)


def _page(problem: str | None = None) -> str:
    db, here = services().db, actor().organisation
    with db.reading(here) as tx:
        gaps = cover.gaps(tx, now())
        names = people.names(tx)
        away = people.all_absences(tx, now())
        progress = chores.recalculation(tx)
    return render_template(
        "people/organisation.html",
        here="people",
        gaps=[(role_name(gap.role), period(gap.first, gap.last)) for gap in gaps],
        absences=[
            {
                "name": names.get(one.person, ""),
                "days": days_of(one),
                "standin": names.get(one.standin, "") if one.standin else None,
                "url": url_for("people.person", person=one.person),
                "now": one.holds(now()),
            }
            for one in away
        ],
        progress=progress,
        began=when(progress.began_at) if progress else "",
        changes=[
            {
                "what": told(one)[0],
                "how": told(one)[1],
                "who": one.by_name,
                "when": when(one.at),
                "undone": one.undone_by_name if one.undone_at else None,
                "undo": url_for("organisation.undo", adjustment=one.id),
            }
            for one in adjustments.latest(db, here)
        ],
        problem=problem,
        undone=request.args.get("klaar") == "ongedaan",
    )


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
