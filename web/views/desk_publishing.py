"""From draft to what holds: publishing, somebody else's yes, every version there was, and the full proof."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, Flask, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import desk, migration
from meldcode.cases import AccessDenied
from meldcode.check.standing import Agreed
from meldcode.check.telling import SOUND
from meldcode.compare import compare
from meldcode.definition import read_files
from meldcode.desk import FileRefused, ProofView, Publication, PublishRefused, State
from meldcode.desk.errors import DeskError
from web.desk import designers_only, draft, for_scripts, shown, shown_again
from web.language import gettext, language, said
from web.organisation import calendar, designs, published
from web.services import now, services
from web.sessions import actor, signed_in
from web.views.desk import differences, with_place

blueprint = Blueprint("desk_publishing", __name__, url_prefix="/ontwerp")


# --- publishing ----------------------------------------------------------------------------------------


@blueprint.route("/publiceren", methods=["GET", "POST"])
@designers_only
def publish() -> ResponseReturnValue:
    """What will change, what the check says, a note and a day."""
    if request.method == "GET":
        return _publish_page()
    given = {name: request.form.get(name, "").strip() for name in ("toelichting", "vanaf")}
    try:
        effective = date.fromisoformat(given["vanaf"]) if given["vanaf"] else None
    except ValueError:
        return _publish_page(given, _odd_day()), 422
    looked_at = request.form.get("versie", "")
    if looked_at != draft().version:
        return _publish_page(given, _changed_meanwhile()), 409
    try:
        made = desk.publish(
            services().db, actor(), given["toelichting"], effective, now(), seen_version=looked_at
        )
    except PublishRefused as error:
        return _publish_page(given, said(error.text)), 422
    services().nudge.mail()
    return redirect(url_for("desk_publishing.request_page", which=made.id, klaar=""), 303)


def _publish_page(given: dict[str, str] | None = None, problem: str | None = None) -> str:
    mine = draft()
    seen = desk.look(mine.contents)
    proof = desk.proof_of(services().db, actor().organisation, mine.contents)
    standing = desk.standing_of(seen.version, proof.report) if proof and seen.version else None
    return render_template(
        "desk/publish.html",
        here="desk",
        draft=mine,
        differences=differences(mine, seen),
        findings=[with_place(shown(one)) for one in seen.findings],
        errors=len(seen.errors),
        proof=proof,
        has_failed=proof is None and desk.has_failed(services().db, actor().organisation, mine.contents),
        standing=standing,
        stories=_stories(proof),
        whys=_whys(proof),
        examples=_examples(proof),
        four_eyes=published().version.organisation.four_eyes,
        approvers=_approving_roles(),
        today=calendar().local(now()).date().isoformat(),
        given=given or {},
        problem=problem,
    )


def _stories(proof: ProofView | None) -> list[tuple[str, str, list[str]]]:
    """How each thing goes wrong that does, step by step: its key in addresses, a heading, the sentences."""
    report = (proof.report if proof else None) or {}
    found = [
        (key, gettext("Zo gaat het mis met “%(title)s”", title=said(SOUND[key])), one["story"])
        for key, one in report.get("sound", {}).items()
    ]
    for one in report.get("rules", ()):
        heading = gettext("Zo gaat het mis bij regel %(number)s", number=one["number"])
        found.append((str(one["number"]), heading, one["story"]))
    return [(key, heading, lines) for key, heading, lines in found if lines]


def _examples(proof: ProofView | None) -> list[dict[str, object]]:
    """The examples that go differently now; None of them where an older proof did not play them."""
    kept = (proof.report or {}).get("examples", ()) if proof else ()
    return [with_place(shown_again(one)) for one in kept]


def _whys(proof: ProofView | None) -> dict[int, str]:
    """What the proof says of each rule, in a sentence."""
    rules = (proof.report or {}).get("rules", ()) if proof else ()
    return {one["number"]: one["why"][language()] for one in rules}


@blueprint.post("/afwijking")
@designers_only
def deviate() -> ResponseReturnValue:
    """Write down why a rule is deviated from, and who agreed: it goes into the draft."""
    draft()
    given = request.form
    rows = zip(given.getlist("naam"), given.getlist("functie"), given.getlist("dag"), strict=False)
    try:
        agreed = [Agreed(name, role, date.fromisoformat(day)) for name, role, day in rows if name.strip()]
        desk.deviate(
            services().db,
            actor().organisation,
            given.get("regel", type=int, default=0),
            given.get("over", ""),
            given.get("reden", "").strip(),
            agreed,
            actor().person,
            now(),
        )
    except ValueError:
        return _publish_page(problem=_odd_day()), 422
    except FileRefused as error:
        return _publish_page(problem=said(error.text)), 422
    return redirect(url_for("desk_publishing.publish"), 303)


def _approving_roles() -> list[str]:
    described = published().version.organisation
    return [
        described.roles[role].name for role in sorted(desk.approvers(described)) if role in described.roles
    ]


def _odd_day() -> str:
    return gettext("Dit is geen dag. Schrijf bijvoorbeeld 2026-12-01, of laat het leeg voor nu.")


def _changed_meanwhile() -> str:
    return gettext(
        "Het ontwerp is veranderd sinds u deze pagina opende. Bekijk wat er nu staat, en publiceer dan."
    )


# --- somebody else's yes -------------------------------------------------------------------------------


def may_approve() -> bool:
    """May who is signed in say yes to what somebody else asked for?"""
    return not actor().roles.isdisjoint(desk.approvers(published().version.organisation))


def _must_look() -> None:
    if not (designs() or may_approve()):
        raise AccessDenied


@blueprint.get("/publicaties/<uuid:which>")
@signed_in
def request_page(which: UUID) -> ResponseReturnValue:
    """One publication: what it changes, what the check said, and what there is to decide."""
    _must_look()
    return _request_page(desk.publication(services().db, actor().organisation, which))


@blueprint.post("/publicaties/<uuid:which>/ja", defaults={"word": "ja"})
@blueprint.post("/publicaties/<uuid:which>/nee", defaults={"word": "nee"})
@blueprint.post("/publicaties/<uuid:which>/intrekken", defaults={"word": "intrekken"})
@signed_in
def decide(which: UUID, word: str) -> ResponseReturnValue:
    """Say yes or no, or take it back."""
    _must_look()
    db, answer = services().db, request.form.get("antwoord", "")
    try:
        if word == "intrekken":
            if not designs():
                raise AccessDenied
            desk.withdraw(db, actor(), which, now())
            return redirect(url_for("desk.index", klaar="ingetrokken"), 303)
        (desk.agree if word == "ja" else desk.refuse)(db, actor(), which, answer, now())
    except DeskError as error:
        found = desk.publication(db, actor().organisation, which)
        return _request_page(found, problem=said(error.text), answer=answer), 422
    services().nudge.mail()
    return redirect(url_for("desk_publishing.request_page", which=which, klaar=""), 303)


def _request_page(found: Publication, *, problem: str | None = None, answer: str = "") -> str:
    db, home = services().db, actor().organisation
    changes = None
    if found.state in (State.ASKED, State.PLANNED) and found.id:
        asked = read_files(desk.files_of_publication(db, home, found.id))
        changes = list(compare(published().version, asked))
    return render_template(
        "desk/request.html",
        here="desk",
        one=found,
        differences=changes,
        designer=designs(),
        may_decide=found.state is State.ASKED and may_approve() and found.asked_by != actor().person,
        waits_for=_approving_roles(),
        problem=problem,
        answer=answer,
        done="klaar" in request.args,
        behind=migration.behind(db, actor()) if designs() and found.current else 0,
        calendar=calendar(),
    )


# --- versions ------------------------------------------------------------------------------------------


@blueprint.get("/versies")
@designers_only
def versions() -> ResponseReturnValue:
    """Every version there was, with what the check said and who has read the one that holds."""
    db, home = services().db, actor().organisation
    history = desk.history(db, home)
    current = next((one for one in history if one.current), None)
    return render_template(
        "desk/versions.html",
        here="desk",
        history=history,
        readers=desk.readers(db, home, current.version) if current else (),
        draft_version=draft().version,
        calendar=calendar(),
    )


@blueprint.post("/versies/<version>/heropenen")
@designers_only
def reopen(version: str) -> ResponseReturnValue:
    """Go on from an earlier version; what stands in the draft stays as revisions."""
    draft()
    desk.reopen(services().db, actor().organisation, version, actor().person, now())
    return redirect(url_for("desk.index", klaar="heropend"), 303)


@blueprint.get("/versies/<version>/map.zip")
@designers_only
def download(version: str) -> ResponseReturnValue:
    """The folder of a version, byte for byte."""
    return as_zip(desk.files_of_version(services().db, actor().organisation, version), version[:8])


def as_zip(files: dict[str, bytes], name: str) -> Response:
    """These files as a download."""
    key = published().version.organisation.key
    response = Response(desk.zipped(files), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{key}-{name}.zip"'
    return response


# --- the full proof ------------------------------------------------------------------------------------


@blueprint.post("/bewijs")
@for_scripts
def ask_proof() -> ResponseReturnValue:
    """Have every case played, in the background."""
    found = desk.ask_proof(services().db, actor().organisation, actor().person, now())
    services().nudge.tick()
    return jsonify(_proof(found)), 202


@blueprint.get("/bewijs/<uuid:which>")
@for_scripts
def proof(which: UUID) -> ResponseReturnValue:
    """How far a proof is, and what it found."""
    return jsonify(_proof(desk.proof(services().db, actor().organisation, which)))


@blueprint.post("/naspelen")
@designers_only
def ask_proof_page() -> ResponseReturnValue:
    """The same from a button, without a script."""
    draft()
    desk.ask_proof(services().db, actor().organisation, actor().person, now())
    services().nudge.tick()
    return redirect(url_for("desk_publishing.publish"), 303)


def _proof(found: ProofView) -> dict[str, object]:
    return {
        "id": str(found.id),
        "version": found.version,
        "state": found.state,
        "states": found.states,
        "looked_at": found.looked_at,
        "report": found.report,
    }


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
