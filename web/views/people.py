"""The people of an organisation and their accounts, for who administers them. No case is seen from here."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import accounts, adjustments, people
from meldcode.accounts import AccountState
from meldcode.cases import AccessDenied, NotFound
from meldcode.messages import MeldcodeError, Text
from meldcode.people import NoSuchPerson, Person
from web.administration import administrators_only, days_of, start_of, weekday_names
from web.given import day_given
from web.language import said
from web.organisation import calendar, published, role_name
from web.services import now, services
from web.sessions import actor

blueprint = Blueprint("people", __name__, url_prefix="/mensen")
FIELDS = ("naam", "email", "gebruikersnaam")
DONE = {"uitgenodigd": "invited", "gesloten": "closed", "geopend": "opened", "bewaard": "kept"}
NO_DAY = Text("Vul in vanaf welke dag.", "Give the first day.")


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
    roles = _roles_given()
    try:
        adjustments.invite(
            services().db,
            actor(),
            username=given["gebruikersnaam"] or given["email"],
            name=given["naam"],
            email=given["email"],
            roles=roles,
            now=now(),
        )
    except MeldcodeError as error:
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
    adjustments.switch_account(services().db, actor(), person, False, now=now())
    return _done("gesloten")


@blueprint.post("/<uuid:person>/openen")
@administrators_only
def reopen(person: UUID) -> ResponseReturnValue:
    """Open a closed account again."""
    adjustments.switch_account(services().db, actor(), person, True, now=now())
    return _done("geopend")


# --- one person ----------------------------------------------------------------------------------------


@blueprint.get("/<uuid:person>")
@administrators_only
def person(person: UUID) -> ResponseReturnValue:
    """Her name, address and roles, on which days she works, and when she is away."""
    return _person(person, done=request.args.get("klaar") == "bewaard")


@blueprint.post("/<uuid:person>/gegevens")
@administrators_only
def details(person: UUID) -> ResponseReturnValue:
    """Another name, address or other roles."""
    try:
        name, email = request.form.get("naam", ""), request.form.get("email", "")
        adjustments.change_details(services().db, actor(), person, name=name, email=email, now=now())
        adjustments.change_roles(services().db, actor(), person, _roles_given(person), now=now())
    except MeldcodeError as error:
        return _person(person, problem=said(error.text)), 422
    return _kept(person)


@blueprint.post("/<uuid:person>/werkdagen")
@administrators_only
def weekdays(person: UUID) -> ResponseReturnValue:
    """On which days of the week she works; all of them is what it is without days of her own."""
    chosen = {int(day) for day in request.form.getlist("dag") if day in set("0123456")}
    own = None if calendar().weekdays <= chosen else chosen
    try:
        adjustments.change_weekdays(services().db, actor(), person, own, now=now())
    except MeldcodeError as error:
        return _person(person, problem=said(error.text)), 422
    return _kept(person)


@blueprint.post("/<uuid:person>/afwezig")
@administrators_only
def away(person: UUID) -> ResponseReturnValue:
    """She is away, from a day up to and with a day, with somebody in her place or nobody."""
    first, last = day_given("van"), day_given("tot")
    standin = request.form.get("vervanger", "")
    try:
        if first is None or (last is None and request.form.get("tot", "").strip()):
            raise people.PeopleError(NO_DAY)
        adjustments.add_absence(
            services().db,
            actor(),
            person,
            standin=next((one.id for one in _others(person) if one.id.hex == standin), None),
            from_at=start_of(first),
            until_at=None if last is None else start_of(last + timedelta(days=1)),
            now=now(),
        )
    except MeldcodeError as error:
        return _person(person, problem=said(error.text)), 422
    return _kept(person)


@blueprint.post("/<uuid:person>/afwezig/<uuid:absence>/weg")
@administrators_only
def present(person: UUID, absence: UUID) -> ResponseReturnValue:
    """She is not away after all, or back earlier."""
    try:
        adjustments.remove_absence(services().db, actor(), absence, now=now())
    except MeldcodeError as error:
        return _person(person, problem=said(error.text)), 422
    return _kept(person)


def _roles_given(person: UUID | None = None) -> list[str]:
    """The roles that were ticked; a role that the folder dropped since stays as it is."""
    known = published().version.organisation.roles
    ticked = [role for role in request.form.getlist("rol") if role in known]
    return ticked + ([role for role in _found(person).roles if role not in known] if person else [])


def _found(person: UUID) -> Person:
    try:
        with services().db.reading(actor().organisation) as tx:
            return people.person(tx, person)
    except NoSuchPerson as error:
        raise NotFound from error


def _others(person: UUID) -> list[Person]:
    found = people.everybody(services().db, actor().organisation)
    return [one for one in found if one.active and one.id != person]


def _kept(person: UUID) -> ResponseReturnValue:
    services().nudge.tick()
    return redirect(url_for("people.person", person=person, klaar="bewaard"), 303)


def _done(what: str) -> ResponseReturnValue:
    return redirect(url_for("people.index", klaar=what), 303)


def _person(who: UUID, *, problem: str | None = None, done: bool = False) -> str:
    found = _found(who)
    with services().db.reading(actor().organisation) as tx:
        away = people.absences_of(tx, who, now())
        names = people.names(tx)
    sent = request.form if problem else {}
    works = found.weekdays if found.weekdays is not None else calendar().weekdays
    return render_template(
        "people/person.html",
        here="people",
        person=found,
        given={"naam": sent.get("naam", found.name), "email": sent.get("email", found.email)} | dict(sent),
        roles=published().version.organisation.roles.values(),
        days=[(number, name, number in works) for number, name in enumerate(weekday_names())][:5]
        + [(n, weekday_names()[n], n in works) for n in (5, 6) if n in calendar().weekdays or n in works],
        absences=[
            {
                "id": one.id,
                "days": days_of(one),
                "standin": names.get(one.standin, "") if one.standin else None,
                "now": one.holds(now()),
            }
            for one in away
        ],
        others=_others(who),
        today=calendar().local(now()).date().isoformat(),
        problem=problem,
        done=done,
    )


def _page(
    *,
    problem: str | None = None,
    given: dict[str, str] | None = None,
    chosen: list[str] | None = None,
    done: str | None = None,
) -> str:
    listed = accounts.overview(services().db, actor().organisation, now())
    with services().db.reading(actor().organisation) as tx:
        away = {one.person for one in people.all_absences(tx, now()) if one.holds(now())}
    return render_template(
        "people/index.html",
        here="people",
        people=[one for one in listed if one.state is not AccountState.CLOSED],
        closed=[one for one in listed if one.state is AccountState.CLOSED],
        away=away,
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
