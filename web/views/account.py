"""One's own account: who one is here, the language, the password, and where one is signed in."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import accounts, people
from meldcode.accounts.own import WrongPassword
from meldcode.passwords import PasswordRefused
from web.language import gettext, said
from web.organisation import calendar
from web.services import now, services
from web.sessions import actor, network_address, signed_in, token

blueprint = Blueprint("account", __name__, url_prefix="/account")
DONE = {
    "wachtwoord": "password",
    "afgemeld": "ended",
    "anderen": "others",
}


@blueprint.get("")
@signed_in
def page() -> ResponseReturnValue:
    """The account of who is signed in."""
    return _page(done=DONE.get(request.args.get("klaar", "")))


@blueprint.post("/wachtwoord")
@signed_in
def password() -> ResponseReturnValue:
    """A new password, for who knows the present one."""
    form = request.form
    fresh = form.get("nieuw", "")
    if fresh != form.get("nogmaals", ""):
        return _page(problem=gettext("De twee wachtwoorden zijn niet hetzelfde. Typ ze opnieuw.")), 422
    try:
        accounts.change_password(
            services().db, actor(), token(), form.get("huidig", ""), fresh, network_address(), now()
        )
    except (WrongPassword, PasswordRefused) as error:
        return _page(problem=said(error.text)), 422
    services().nudge.mail()
    return redirect(url_for("account.page", klaar="wachtwoord"), 303)


@blueprint.post("/sessies/<which>/einde")
@signed_in
def end_one(which: str) -> ResponseReturnValue:
    """Sign out on another device. One that has ended already is as good."""
    accounts.end_session(services().db, actor(), which, now())
    return redirect(url_for("account.page", klaar="afgemeld"), 303)


@blueprint.post("/sessies/einde")
@signed_in
def end_others() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    accounts.end_others(services().db, actor(), token(), now())
    return redirect(url_for("account.page", klaar="anderen"), 303)


def _page(*, problem: str | None = None, done: str | None = None) -> str:
    own = accounts.own_account(services().db, actor(), token(), now())
    return render_template(
        "account/page.html",
        account=own,
        problem=problem,
        done=done,
        calendar=calendar(),
        idle_minutes=round(people.IDLE.total_seconds() / 60),
        longest_hours=round(people.LONGEST.total_seconds() / 3600),
    )


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
