"""Signing in and out, hiding the screen, and the language."""

from __future__ import annotations

import math
import time

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from meldcode.people import SignInError
from web import demo
from web.language import choose, said
from web.limits import SignInLimits
from web.sessions import begin, end, safe_return, visitor

blueprint = Blueprint("signin", __name__)
LIMITS = "sign_in_limits"


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
    username = request.form.get("naam", "")
    to = safe_return(request.form.get("terug", "/"))
    limits, address = _limits(), request.remote_addr or ""
    _refuse_haste(limits.wait(username, address, time.monotonic()))
    try:
        response = begin(username, request.form.get("wachtwoord", ""), to)
    except SignInError as error:
        limits.failed(username, address, time.monotonic())
        return _page(to=to, username=username, problem=said(error.text)), 422
    limits.succeeded(username, address)
    return response


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
    """Dutch or English for this visit, and back to the same page."""
    choose(request.form.get("taal", ""))
    return redirect(safe_return(request.form.get("terug", "/")), 303)


def _page(*, to: str, username: str = "", problem: str | None = None, reason: str | None = None) -> str:
    people = demo.people() if demo.is_on() else []
    return render_template(
        "signin/page.html", to=to, username=username, problem=problem, reason=reason, demo_people=people
    )


def _limits() -> SignInLimits:
    found: SignInLimits = current_app.extensions[LIMITS]
    return found


def _refuse_haste(seconds: float) -> None:
    if seconds > 0:
        raise TooManyRequests(retry_after=math.ceil(seconds))


def init_app(app: Flask) -> None:
    """Registers these pages with a fresh count of failed attempts."""
    app.extensions[LIMITS] = SignInLimits()
    app.register_blueprint(blueprint)
