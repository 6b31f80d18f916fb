"""The people of an organisation and their accounts, for who administers them. No case is seen from here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import accounts, people
from meldcode.accounts import AccountState
from meldcode.cases import AccessDenied
from meldcode.people import PeopleError
from web.language import said
from web.organisation import administers, calendar, published, role_name
from web.services import now, services
from web.sessions import actor, signed_in

P = ParamSpec("P")
R = TypeVar("R")

blueprint = Blueprint("people", __name__, url_prefix="/mensen")
FIELDS = ("naam", "email", "gebruikersnaam")
DONE = {"uitgenodigd": "invited", "gesloten": "closed", "geopend": "opened"}


def administrators_only(view: Callable[P, R]) -> Callable[P, R]:
    """Marks a view for who holds a role in `administers` of `organisation.toml`."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not administers():
            raise AccessDenied
        return view(*args, **kwargs)

    return signed_in(guarded)


@blueprint.get("")
@administrators_only
def index() -> ResponseReturnValue:
    """Who has an account here, and how it stands."""
    return _page(done=DONE.get(request.args.get("klaar", "")))


@blueprint.post("")
@administrators_only
def invite() -> ResponseReturnValue:
    """A new person, who gets a mail with which she chooses her password."""
    given = {name: request.form.get(name, "").strip() for name in FIELDS}
    roles = [role for role in request.form.getlist("rol") if role in published().version.organisation.roles]
    try:
        accounts.invite(
            services().db,
            actor().organisation,
            username=given["gebruikersnaam"] or given["email"],
            name=given["naam"],
            email=given["email"],
            roles=roles,
            now=now(),
            by=actor(),
        )
    except PeopleError as error:
        return _page(problem=said(error.text), given=given, chosen=roles), 422
    services().nudge.mail()
    return _done("uitgenodigd")


@blueprint.post("/<uuid:person>/uitnodigen")
@administrators_only
def invite_again(person: UUID) -> ResponseReturnValue:
    """Another mail, for who has not chosen a password yet."""
    accounts.invite_again(services().db, actor().organisation, person, now=now(), by=actor())
    services().nudge.mail()
    return _done("uitgenodigd")


@blueprint.post("/<uuid:person>/sluiten")
@administrators_only
def close(person: UUID) -> ResponseReturnValue:
    """Close an account; she is signed out at once. Nobody closes her own: somebody must be left."""
    if person == actor().person:
        raise AccessDenied
    people.set_active(services().db, actor().organisation, person, False, now=now(), by=actor().person)
    return _done("gesloten")


@blueprint.post("/<uuid:person>/openen")
@administrators_only
def reopen(person: UUID) -> ResponseReturnValue:
    """Open a closed account again."""
    people.set_active(services().db, actor().organisation, person, True, now=now(), by=actor().person)
    return _done("geopend")


def _done(what: str) -> ResponseReturnValue:
    return redirect(url_for("people.index", klaar=what), 303)


def _page(
    *,
    problem: str | None = None,
    given: dict[str, str] | None = None,
    chosen: list[str] | None = None,
    done: str | None = None,
) -> str:
    listed = accounts.overview(services().db, actor().organisation, now())
    return render_template(
        "people/index.html",
        here="people",
        people=[one for one in listed if one.state is not AccountState.CLOSED],
        closed=[one for one in listed if one.state is AccountState.CLOSED],
        roles=published().version.organisation.roles.values(),
        role_name=role_name,
        me=actor().person,
        calendar=calendar(),
        problem=problem,
        given=given or {},
        chosen=chosen or [],
        done=done,
    )


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
