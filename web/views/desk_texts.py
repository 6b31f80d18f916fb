"""Mails and other plain texts of the draft: a page with a text, and beside it what people will read.

Works without a script: *Bekijk* shows the preview, *Bewaar* keeps the text. With one, the preview follows
what is typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import desk
from meldcode.definition.mails import VARIABLES, read_mail
from meldcode.definition.organisation import Organisation, read_organisation
from meldcode.describe import chapters, timer_sentence
from meldcode.desk import Kind, Overtaken, kind_of
from meldcode.desk.errors import FileRefused, NotThere
from meldcode.messages import Finding, MeldcodeError, Text
from meldcode.rehearse import ExampleError, by_day, read_example
from meldcode.rehearse.playing import Player
from web import uploads
from web.desk import designers_only, draft, file_of, for_scripts, plain, sent_text, text_of
from web.language import gettext, said
from web.organisation import calendar
from web.services import now, services
from web.sessions import actor
from web.views.desk import title_of
from web.views.desk_files import LARGEST
from web.words import day_in_words, time_of_day

blueprint = Blueprint("desk_texts", __name__, url_prefix="/ontwerp")
#: How far an example is played beside its text: it may hold a timer without end.
MOST_STEPS = 1_000
TEXTS = (Kind.MAIL, Kind.ORGANISATION, Kind.EXAMPLE, Kind.README, Kind.REASONS)
NEW_MAIL = """Onderwerp: Taak wacht op uw reactie ({{ referentie }})

Goedendag {{ naam }},

Een taak had klaar moeten zijn op {{ datum_klaar }}. U bent nu aan de beurt.

Open de taak en kies uiterlijk {{ reageer_voor }} wat er verder moet gebeuren:
{{ link }}

Zet geen inhoud in een antwoord op deze mail.

{{ organisatie }}
"""


@dataclass(frozen=True, slots=True)
class Preview:
    """What people will read of a text: a mail as it arrives, the roles and days of an organisation, a story.

    `story` is an example as it is played now: each day with its sentences; `differs` what goes otherwise.
    """

    subject: str = ""
    body: str = ""
    organisation: Organisation | None = None
    terms: Sequence[tuple[str, str]] = ()
    story: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()
    differs: Sequence[str] = ()
    findings: Sequence[dict[str, object]] = ()


@blueprint.route("/tekst/<path:path>", methods=["GET", "POST"])
@designers_only
def edit(path: str) -> ResponseReturnValue:
    """One text; posted with `doe=bekijk` to look at, with `doe=bewaar` to keep."""
    if kind_of(path) not in TEXTS:
        raise NotThere
    file = file_of(path)
    content, based_on = text_of(file.content or b""), file.revision
    if request.method == "GET":
        return _page(path, content, based_on, saved="klaar" in request.args)
    given = _typed(content)
    based_on = request.form.get("revision", type=int, default=-1)
    if request.form.get("doe") != "bewaar":
        return _page(path, given, based_on, looked=True)
    try:
        desk.save(services().db, actor().organisation, path, given.encode(), based_on, actor().person, now())
    except Overtaken as error:
        return _page(path, given, error.theirs.revision, theirs=error), 409
    except FileRefused as error:
        return _page(path, given, based_on, problem=said(error.text)), 422
    return redirect(url_for("desk_texts.edit", path=path, klaar=""), 303)


def _typed(before: str) -> str:
    """What was typed, with the line ends the file had: a browser sends its own."""
    text = request.form.get("tekst", "").replace("\r\n", "\n")
    return text.replace("\n", "\r\n") if "\r\n" in before else text


@blueprint.post("/tekst-voorbeeld/<path:path>")
@for_scripts
def live_preview(path: str) -> ResponseReturnValue:
    """The preview of what is being typed: `{content}` → a piece of the page."""
    if kind_of(path) not in TEXTS:
        raise NotThere
    seen = _preview(path, sent_text("content") or "")
    return render_template("desk/text-preview.html", kind=kind_of(path), seen=seen)


@blueprint.post("/mail-erbij")
@designers_only
def new_mail() -> ResponseReturnValue:
    """A new mail, with a text to begin from."""
    name = "-".join(request.form.get("naam", "").lower().split())
    path = f"mails/{name}.md"
    draft()
    with suppress(Overtaken):  # there is one of that name: that is the one to open
        desk.save(services().db, actor().organisation, path, NEW_MAIL.encode(), 0, actor().person, now())
    return redirect(url_for("desk_texts.edit", path=path), 303)


def _page(
    path: str,
    content: str,
    based_on: int,
    *,
    saved: bool = False,
    looked: bool = False,
    theirs: Overtaken | None = None,
    problem: str | None = None,
) -> str:
    return render_template(
        "desk/text.html",
        here="desk",
        path=path,
        kind=kind_of(path),
        name=title_of(path),
        content=content,
        revision=based_on,
        seen=_preview(path, content),
        variables=[(one, _words()[one]) for one in VARIABLES],
        who=actor().person.hex,
        saved=saved,
        looked=looked,
        theirs=theirs.theirs if theirs else None,
        their_text=text_of(theirs.theirs.content or b"") if theirs else "",
        overtaken=said(theirs.text) if theirs else None,
        problem=problem,
        revisions=desk.revisions(services().db, actor().organisation, path)[:20],
        calendar=calendar(),
    )


def _words() -> dict[str, str]:
    """What each thing is that a mail can say."""
    return {
        "referentie": gettext("het kenmerk van de zaak, zoals K7Q2-84"),
        "datum_klaar": gettext("de dag waarop de taak klaar had moeten zijn"),
        "reageer_voor": gettext("voor welke dag iemand moet reageren"),
        "naam": gettext("de naam van wie de mail krijgt"),
        "link": gettext("het adres van de taak, alleen te openen na inloggen"),
        "organisatie": gettext("de naam van uw organisatie"),
    }


def _preview(path: str, content: str) -> Preview:
    kind, data = kind_of(path), content.encode()
    if kind is Kind.MAIL:
        template, found = read_mail(data, path)
        subject, body = "", ""
        if template is not None:
            try:
                subject, body = template.render(_values())
            except MeldcodeError:
                subject, body = template.subject, template.body
        return Preview(subject, body, findings=plain(tuple(found)))
    if kind is Kind.ORGANISATION:
        try:
            return Preview(organisation=read_organisation(data), terms=_terms())
        except MeldcodeError as error:
            return Preview(findings=plain(_findings(error, path)))
    return _played(data, path) if kind is Kind.EXAMPLE else Preview()


def _played(data: bytes, path: str) -> Preview:
    """An example as a story: what happens when it is played on the draft as it stands."""
    version = desk.look(draft().contents).version
    try:
        example = read_example(data, path)
    except ExampleError as error:
        return Preview(findings=plain(_findings(error, path)))
    if version is None:
        return Preview()
    player = Player(version, example, version.organisation.calendar())
    player.most = MOST_STEPS
    timeline = player.play()
    story = [
        (day_in_words(day), [(time_of_day(at), said(words)) for at, words in lines])
        for day, lines in by_day(version, timeline.happenings)
    ]
    return Preview(story=story, differs=[said(one) for one in timeline.differences])


def _findings(error: MeldcodeError, path: str) -> tuple[Finding, ...]:
    found: tuple[Finding, ...] = getattr(error, "findings", ())
    return found or (Finding("text-unreadable", path, None, error.text, Text("", "")),)


def _values() -> dict[str, str]:
    """An example of each thing a mail can say."""
    ready = calendar().local(now())
    return {
        "referentie": "K7Q2-84",
        "datum_klaar": day_in_words(ready - timedelta(days=2)),
        "reageer_voor": day_in_words(ready + timedelta(days=2)),
        "naam": actor().name,
        "link": f"{services().db.base_url}/taken/…",
        "organisatie": draft_name(),
    }


def draft_name() -> str:
    """What the organisation is called at the foot of a mail."""
    version = desk.look(draft().contents).version
    return version.organisation.name if version else gettext("Uw organisatie")


def _terms() -> list[tuple[str, str]]:
    """Every term of the draft, in the order in which a case comes by: where it stands, and a sentence."""
    version = desk.look(draft().contents).version
    if version is None:
        return []
    order = [step.node for chapter in chapters(version) for step in chapter.steps]
    found = []
    for node in version.nodes.values():
        if node.timer is not None:
            host = version.nodes.get(node.attached_to or "") or node
            place = order.index(host.id) if host.id in order else len(order)
            found.append((place, host.name or host.id, said(timer_sentence(version, node))))
    return [(name, sentence) for _, name, sentence in sorted(found, key=lambda one: one[0])]


def init_app(app: Flask) -> None:
    """Registers these pages."""
    app.register_blueprint(blueprint)
    for name in ("edit", "live_preview"):
        uploads.LARGER[f"{blueprint.name}.{name}"] = LARGEST
