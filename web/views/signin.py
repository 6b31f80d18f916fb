"""Signing in and out, hiding the screen, and the language."""

from __future__ import annotations

import math

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import accounts
from meldcode.attempts import TooManyAttempts
from meldcode.people import SignInError
from web import carried, demo, errors
from web.language import choose, said
from web.services import services
from web.sessions import SignedOut, actor, begin, end, had_session, safe_return, visitor

blueprint = Blueprint("signin", __name__)


@blueprint.get("/inloggen")
def page() -> ResponseReturnValue:
    """The sign-in page; who is signed in already goes on to the first page."""
    to = safe_return(request.args.get("terug", "/"))
    if visitor() is not None:
        return redirect(to, 303)
    return _page(to=to, reason=request.args.get("reden"))


@blueprint.post("/inloggen")
def sign_in() -> ResponseReturnValue:
    """Name and password. Says the same whatever was wrong, and slows down who keeps guessing."""
    to = safe_return(request.form.get("terug", "/"))
    username, password = request.form.get("naam", ""), request.form.get("wachtwoord", "")
    try:
        return begin(username, password, to)
    except SignInError as error:
        mine = request.form.get(carried.FIELD)
        return _page(to=to, username=username, problem=said(error.text), with_her=mine), 422


@blueprint.post("/uitloggen")
def out() -> ResponseReturnValue:
    """Sign out."""
    return end(redirect(url_for("signin.page", reden="out"), 303))


@blueprint.post("/even-weg")
def hide() -> ResponseReturnValue:
    """*Verberg*: somebody looks over a shoulder. Signs out and shows a page that says nothing."""
    return end(redirect(url_for("signin.neutral"), 303))


@blueprint.get("/even-weg")
def neutral() -> ResponseReturnValue:
    """The page that says nothing."""
    return render_template("signin/neutral.html")


@blueprint.post("/taal")
def language() -> ResponseReturnValue:
    """Dutch or English, for who is signed in on every device; and back to the same page."""
    code = request.form.get("taal", "")
    if choose(code) and visitor() is not None:
        accounts.choose_language(services().db, actor(), code)
    return redirect(safe_return(request.form.get("terug", "/")), 303)


def _page(
    *,
    to: str,
    username: str = "",
    problem: str | None = None,
    reason: str | None = None,
    with_her: str | None = None,
) -> str:
    return render_template(
        "signin/page.html",
        to=to,
        username=username,
        problem=problem,
        reason=reason,
        with_her=with_her,
        demo_people=demo.people() if demo.is_on() else [],
    )


def _ask() -> ResponseReturnValue:
    """For who opens or sends something and is not signed in (any more): sign in first, then go on there."""
    back = None if request.path == "/" else request.path
    if request.method != "POST":
        return redirect(url_for("signin.page", terug=back, reden="ended" if had_session() else None), 303)
    if not had_session():
        return redirect(url_for("signin.page"), 303)
    if (with_her := carried.packed()) is not None:
        return _page(to=safe_return(request.path), reason="carried", with_her=with_her), 401
    return redirect(url_for("signin.page", reden="lost"), 303)


def init_app(app: Flask) -> None:
    """Registers these pages, and those for who has to sign in first or has to wait before trying again."""
    app.register_blueprint(blueprint)

    @app.errorhandler(SignedOut)
    def _first(_: SignedOut) -> ResponseReturnValue:
        return _ask()

    @app.errorhandler(TooManyAttempts)
    def _wait(error: TooManyAttempts) -> ResponseReturnValue:
        answer = current_app.make_response(errors.page(429, what=error.text))
        answer.headers["Retry-After"] = str(math.ceil(error.wait.total_seconds()))
        return answer
