"""The desk for scripts: files with their revisions, findings, what there is to choose, who else is here."""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, Flask, jsonify, request
from flask.typing import ResponseReturnValue

from meldcode import desk
from meldcode.desk import paths
from meldcode.desk.errors import FileRefused, NotThere
from meldcode.desk.offers import Offers, Variable, mail_name, offers
from meldcode.diagram.model import Purpose, StepKind
from meldcode.form import Option
from meldcode.messages import Text
from meldcode.workdays import CalendarKind
from web import uploads
from web.desk import as_json, draft, for_scripts, moment, sent, sent_number, sent_text, shown
from web.language import gettext
from web.services import now, services
from web.sessions import actor
from web.words import in_order, step_names

blueprint = Blueprint("desk_files", __name__, url_prefix="/ontwerp")

#: A file as a JSON text, with room for what JSON writes longer.
LARGEST = 3 * paths.LARGEST_FILE
NOTHING_SENT = Text(
    "Er kwam geen tekst mee die bewaard kan worden. Probeer het opnieuw.",
    "No text came along that can be kept. Try again.",
)


@blueprint.get("/bestand/<path:path>")
@for_scripts
def read(path: str) -> ResponseReturnValue:
    """One file, at its newest revision or at `?revisie=`."""
    number = request.args.get("revisie", type=int)
    if number is not None:
        found = desk.revision(services().db, actor().organisation, path, number)
    else:
        newest = draft().files.get(path)
        if newest is None:
            raise NotThere
        found = newest
    return jsonify(as_json(found))


@blueprint.put("/bestand/<path:path>")
@for_scripts
def save(path: str) -> ResponseReturnValue:
    """A new revision of a file, based on the one that the page knows."""
    content = sent_text("content")
    if content is None:
        raise FileRefused(NOTHING_SENT)
    draft()
    saved = desk.save(
        services().db,
        actor().organisation,
        path,
        content.encode(),
        sent_number("based_on"),
        actor().person,
        now(),
    )
    return jsonify(revision=saved.revision, at=moment(saved.at), by=saved.by_name)


@blueprint.delete("/bestand/<path:path>")
@for_scripts
def remove(path: str) -> ResponseReturnValue:
    """Take a file out of the draft. Its revisions stay."""
    gone = desk.remove(
        services().db, actor().organisation, path, sent_number("based_on"), actor().person, now()
    )
    return jsonify(revision=gone.revision, at=moment(gone.at), by=gone.by_name)


@blueprint.get("/bestand/<path:path>/revisies")
@for_scripts
def revisions(path: str) -> ResponseReturnValue:
    """Every revision of a file, newest first."""
    found = desk.revisions(services().db, actor().organisation, path)
    return jsonify(
        revisions=[
            {"revision": one.revision, "by": one.by_name, "at": moment(one.at), "size": one.size}
            for one in found
        ]
    )


@blueprint.post("/bestand/<path:path>/herstel")
@for_scripts
def restore(path: str) -> ResponseReturnValue:
    """Make an earlier revision the newest: `{revision, based_on}`."""
    newest = desk.restore(
        services().db,
        actor().organisation,
        path,
        sent_number("revision"),
        sent_number("based_on"),
        actor().person,
        now(),
    )
    return jsonify(as_json(newest))


@blueprint.get("/bevindingen")
@for_scripts
def findings() -> ResponseReturnValue:
    """The quick check of the draft as it is saved."""
    return _findings({})


@blueprint.post("/bevindingen")
@for_scripts
def findings_of_unsaved() -> ResponseReturnValue:
    """The same with one file as it is on the page now: `{path, content}`."""
    path, content = sent_text("path"), sent_text("content")
    if path is None or content is None:
        raise FileRefused(NOTHING_SENT)
    paths.checked(path)
    return _findings({path: content.encode()})


def _findings(unsaved: dict[str, bytes]) -> ResponseReturnValue:
    began = time.perf_counter()
    found = [shown(one) for one in desk.findings({**draft().contents, **unsaved})]
    return jsonify(findings=found, ms=round((time.perf_counter() - began) * 1000))


@blueprint.post("/aanwezig")
@for_scripts
def present() -> ResponseReturnValue:
    """A page is open; who else is at the desk. `{path, gone: true}` says that it closes."""
    path = sent_text("path", paths.LONGEST_PATH) or ""
    db, who = services().db, actor()
    if sent().get("gone") is True:
        desk.leave(db, who.organisation, who.person, path)
        return jsonify(others=[])
    others = desk.here(db, who.organisation, who.person, path, now())
    return jsonify(
        others=[{"name": one.name, "path": one.path, "since": moment(one.since)} for one in others]
    )


@blueprint.get("/gegevens")
@for_scripts
def data() -> ResponseReturnValue:
    """What the properties panel offers to choose from."""
    return jsonify(_offered(offers(draft().contents)))


def _offered(found: Offers) -> dict[str, Any]:
    names = step_names()
    calendars = {
        "werkdagen": gettext("Werkdagen"),
        "klok": gettext("Op de klok, dag en nacht"),
        "vakantie": gettext("Werkdagen voor een vakantie"),
    }
    roles = found.organisation.roles.values() if found.organisation else ()
    return {
        "roles": [{"key": one.key, "name": one.name} for one in roles],
        "forms": [
            {
                "file": file,
                "id": form.id,
                "name": _title(file),
                "fields": [_variable(one) for one in found.variables if one.file == file],
            }
            for file, form in found.forms.items()
        ],
        "decisions": [
            {
                "id": key,
                "name": decision.name or key,
                "file": file,
                "inputs": [
                    {"label": one.label, "expression": one.expression.text} for one in decision.inputs
                ],
                "outputs": [{"name": one.name, "label": one.label or one.name} for one in decision.outputs],
            }
            for key, (file, decision) in found.decisions.items()
        ],
        "mails": [
            {"file": file, "name": mail_name(file), "subject": mail.subject}
            for file, mail in found.mails.items()
        ],
        "processes": [
            {"id": process.id, "name": process.name or process.id, "file": file}
            for file, diagram in found.diagrams.items()
            for process in diagram.processes.values()
        ],
        "steps": [{"key": kind.value, "label": names[kind]} for kind in in_order(frozenset(StepKind))],
        "calendars": [
            {"key": kind.value, "label": calendars.get(kind.value, kind.value)} for kind in CalendarKind
        ],
        "purposes": [
            {"key": Purpose.HERINNERING.value, "label": gettext("Herinnering")},
            {"key": Purpose.ESCALATIE.value, "label": gettext("Escalatie naar iemand anders")},
            {"key": Purpose.TERMIJN.value, "label": gettext("Termijn: daarna gaat de zaak verder")},
        ],
        "variables": [_variable(one) for one in found.variables],
    }


def _variable(one: Variable) -> dict[str, Any]:
    return {
        "path": one.path,
        "key": one.path,
        "label": one.label or one.path,
        "type": one.type,
        "options": [_option(option) for option in one.options],
        "file": one.file,
    }


def _option(option: Option) -> dict[str, str]:
    return {"value": option.value, "label": option.label}


def _title(file: str) -> str:
    """A form has no title of its own: its file's name, as words."""
    return mail_name(file).replace("-", " ").replace("_", " ").capitalize()


def init_app(app: Flask) -> None:
    """Registers these addresses."""
    app.register_blueprint(blueprint)
    for name in ("save", "findings_of_unsaved"):
        uploads.LARGER[f"{blueprint.name}.{name}"] = LARGEST
