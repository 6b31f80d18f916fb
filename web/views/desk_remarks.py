"""Remarks of colleagues for the scripts of the editors: about one file, or about one element of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, jsonify
from flask.typing import ResponseReturnValue

from meldcode import desk
from meldcode.desk import Comment, NotThere
from web.desk import draft, for_scripts, moment, sent_text
from web.keys import usable_key
from web.services import now, services
from web.sessions import actor

blueprint = Blueprint("desk_remarks", __name__, url_prefix="/ontwerp/opmerkingen")


@blueprint.get("/bij/<path:path>")
@for_scripts
def of_file(path: str) -> ResponseReturnValue:
    """The remarks about a file that were not dealt with yet, newest first."""
    _known(path)
    found = desk.comments(services().db, actor().organisation)
    return jsonify(remarks=[_remark(one) for one in found if one.path == path and one.settled_at is None])


@blueprint.post("/bij/<path:path>")
@for_scripts
def add(path: str) -> ResponseReturnValue:
    """A remark about a file: `{text, element, key}`, `element` null for the whole; a key counts once."""
    _known(path)
    which = desk.comment(
        services().db,
        actor().organisation,
        path,
        sent_text("element") or None,
        sent_text("text") or "",
        actor().person,
        now(),
        key=usable_key(sent_text("key")),
    )
    return jsonify(id=str(which)), 201


@blueprint.post("/<uuid:which>/afgehandeld")
@for_scripts
def settle(which: UUID) -> ResponseReturnValue:
    """A remark has been dealt with; twice is once."""
    desk.settle(services().db, actor().organisation, which, actor().person, now())
    return jsonify(id=str(which))


def _known(path: str) -> None:
    if path not in draft().files:
        raise NotThere


def _remark(one: Comment) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "element": one.element,
        "by": one.by_name,
        "at": moment(one.at),
        "text": one.text,
    }


def init_app(app: Flask) -> None:
    """Registers these addresses."""
    app.register_blueprint(blueprint)
