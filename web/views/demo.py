"""Pages of the demonstration only: change person, move the clock, read the mails that were sent."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import clock, outbox
from web import demo
from web.organisation import calendar, published
from web.services import services
from web.sessions import actor, begin, end, safe_return, signed_in

blueprint = Blueprint("demo", __name__, url_prefix="/demo")
demo.only_in_demo(blueprint)


@blueprint.post("/binnen")
def enter() -> ResponseReturnValue:
    """Sign in as one of the made-up people."""
    username = request.form.get("naam", "")
    known = {person.username for organisation in demo.people() for person in organisation.people}
    password = demo.password()
    if password is None or username not in known:
        abort(404)
    return begin(username, password, safe_return(request.form.get("terug", "/")))


@blueprint.post("/wissel")
@signed_in
def switch() -> ResponseReturnValue:
    """Sign out and choose another person."""
    return end(redirect(url_for("signin.page"), 303))


@blueprint.post("/klok")
@signed_in
def forward() -> ResponseReturnValue:
    """One working day ahead, in this organisation's calendar; the workers hear of it at once."""
    clock.move(services().db, 1, calendar=calendar())
    services().nudge.tick()
    return redirect(safe_return(request.form.get("terug", "/")), 303)


@blueprint.get("/mails")
@signed_in
def mails() -> ResponseReturnValue:
    """What was mailed, newest first, as the receivers got it."""
    listing = outbox.listing(services().db, actor().organisation)
    roles = published().version.organisation.roles
    names = {key: role.name for key, role in roles.items()}
    return render_template("demo/mails.html", mails=listing, role_names_of=names, calendar=calendar())


def init_app(app: Flask) -> None:
    """Registers these pages; outside a demonstration they do not exist."""
    app.config[demo.PASSWORD] = demo.password_from_environment()
    app.register_blueprint(blueprint)
