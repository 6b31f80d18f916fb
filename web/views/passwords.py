"""A password of one's own: asking for a link by mail, and choosing with that link."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from meldcode import accounts
from meldcode.accounts import LinkEnded
from meldcode.passwords import PasswordRefused
from web.language import gettext, said
from web.services import now, services
from web.sessions import network_address

blueprint = Blueprint("passwords", __name__, url_prefix="/wachtwoord")
_LINK = "link"  # in the visit's own cookie, which no script and no other site can read


@blueprint.get("/vergeten")
def forgotten() -> ResponseReturnValue:
    """Ask for a link."""
    return render_template("passwords/forgotten.html")


@blueprint.post("/vergeten")
def ask() -> ResponseReturnValue:
    """Send a link, if there is such an account; the answer is the same."""
    accounts.ask_reset(services().db, request.form.get("naam", ""), network_address(), now())
    services().nudge.mail()
    return redirect(url_for("passwords.asked"), 303)


@blueprint.get("/verstuurd")
def asked() -> ResponseReturnValue:
    """What happens now, whoever asked."""
    return render_template("passwords/asked.html")


@blueprint.get("/kiezen/<token>")
def follow(token: str) -> ResponseReturnValue:
    """The link in the mail. The token leaves the address at once: histories and shoulders read along."""
    session[_LINK] = token[:100]
    return redirect(url_for("passwords.choose"), 303)


@blueprint.get("/kiezen")
def choose() -> ResponseReturnValue:
    """Choose a password; looking at this page does not use the link up."""
    return _page()


@blueprint.post("/kiezen")
def chosen() -> ResponseReturnValue:
    """Set it, and go and sign in with it."""
    fresh, again = request.form.get("nieuw", ""), request.form.get("nogmaals", "")
    if fresh != again:
        return _page(gettext("De twee wachtwoorden zijn niet hetzelfde. Typ ze opnieuw.")), 422
    try:
        accounts.choose_password(services().db, session.get(_LINK, ""), fresh, now())
    except PasswordRefused as error:
        return _page(said(error.text)), 422
    session.pop(_LINK, None)
    services().nudge.mail()
    return redirect(url_for("signin.page", reden="gekozen"), 303)


def _page(problem: str | None = None) -> str:
    link = accounts.link_of(services().db, session.get(_LINK, ""), now())
    return render_template("passwords/choose.html", link=link, problem=problem)


def init_app(app: Flask) -> None:
    """Registers these pages, and what is said of a link that works no more."""
    app.register_blueprint(blueprint)

    @app.errorhandler(LinkEnded)
    def _ended(error: LinkEnded) -> ResponseReturnValue:
        session.pop(_LINK, None)
        return render_template("passwords/ended.html", what=said(error.text)), 410
