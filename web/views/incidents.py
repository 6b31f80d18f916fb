"""What is stuck: for who supervises, in words without content, with a button to try again."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from meldcode import cover, incidents
from meldcode.cases import AccessDenied
from meldcode.incidents import IncidentView
from meldcode.messages import MeldcodeError
from web import shown
from web.language import gettext, said
from web.organisation import published, supervises
from web.services import now, services
from web.sessions import actor, signed_in

blueprint = Blueprint("incidents", __name__)

#: The oldest ones; when so many are stuck, they have the same few causes.
ON_A_PAGE = 100


@blueprint.get("/storingen")
@signed_in
def index() -> ResponseReturnValue:
    """Everything of this organisation that needs a person before it goes on."""
    _must_supervise()
    found, total = _open()
    return render_template(
        "incidents/index.html", incidents=[_shown(one) for one in found], total=total, here="incidents"
    )


@blueprint.post("/storingen/<uuid:incident>/opnieuw")
@signed_in
def retry(incident: UUID) -> ResponseReturnValue:
    """Try again. Pressed twice, the second press finds nothing left to do."""
    _must_supervise()
    if incident not in {one.id for one in _open()[0]}:
        return redirect(url_for("incidents.index"), 303)
    try:
        incidents.retry(services().db, actor().organisation, incident, now=now(), by=actor().person)
    except MeldcodeError:
        return redirect(url_for("incidents.index"), 303)
    services().nudge.tick()
    services().nudge.mail()
    return redirect(url_for("incidents.index"), 303)


def count() -> int:
    """How many there are."""
    return _open(most=1)[1]


def _open(most: int = ON_A_PAGE) -> tuple[list[IncidentView], int]:
    """What is stuck the longest, and how many there are; without what is about a case that who looks is
    shut out of."""
    who = actor()
    return incidents.oldest(services().db, who.organisation, unseen_by=who.person, most=most)


def _must_supervise() -> None:
    if not supervises():
        raise AccessDenied


def _shown(one: IncidentView) -> dict[str, object]:
    node = published().version.nodes.get(one.node or "")
    return {
        "what": _what(one),
        "text": said(one.text),
        "reference": one.reference,
        "url": url_for("cases.case", case=one.case) if one.case else None,
        "place": node.name if node else "",
        "since": shown.when(one.first_at),
        "last": shown.when(one.last_at),
        "times": one.times,
        # somebody has to be put in place; trying again would not find anybody
        "retry": None if one.kind == cover.NOBODY else url_for("incidents.retry", incident=one.id),
    }


def _what(one: IncidentView) -> str:
    if one.kind == "mail_without_receiver":
        return gettext("Er is niemand om te mailen")
    if one.kind == cover.NOBODY:
        return gettext("Een bericht komt straks bij niemand aan")
    if one.kind == incidents.NOT_RECALCULATED:
        return gettext("De termijnen van een zaak zijn niet opnieuw berekend")
    if one.mail is not None:
        return gettext("Een mail komt niet aan")
    if one.case is None:
        return gettext("De mails gaan niet weg")
    return gettext("Een zaak kan niet verder")


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
