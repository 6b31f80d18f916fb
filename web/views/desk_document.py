"""A version as a document: who, what and when, for board, staff council and everybody who works with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from meldcode import desk
from meldcode.definition import MailTemplate, Organisation, Role, Version
from meldcode.describe import Chapter, Row, Step, chapters, policy_in_words, rows_in_words
from meldcode.diagram import draw
from meldcode.messages import Text
from web import paper
from web.desk import designers_only
from web.language import gettext, language, said
from web.organisation import calendar, published
from web.paper import Paper, Section
from web.services import now, services
from web.sessions import actor, signed_in
from web.versions import DRAFT, LIVE, Named, named, picture
from web.views.desk import title_of, with_place
from web.words import day_in_words, step_names

#: The pages for everybody; those for designers go by the desk's name.
blueprint = Blueprint("desk_document", __name__)


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table as the document shows it."""

    id: str
    name: str
    policy: Text
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """What the document says. `since` is None for what never held."""

    version: Version
    chapters: tuple[Chapter, ...]
    tables: tuple[Table, ...]
    mails: tuple[MailTemplate, ...]
    note: str
    since: datetime | None


# --- for designers -------------------------------------------------------------------------------------


@designers_only
def document(word: str) -> ResponseReturnValue:
    """The draft or a version as a document."""
    shown = _named(word)
    if shown.version is None:
        wrong = [with_place(dict(one)) for one in shown.findings]
        return render_template(
            "desk/document.html", here="desk", document=None, shown=shown, unreadable=wrong
        )
    urls = [url_for("desk.document_picture", word=word, path=file) for file in _drawn(shown.version)]
    pdf = url_for("desk.document_pdf", word=word)
    return _page(shown, _document(shown.version), urls, pdf, here="desk")


@designers_only
def document_pdf(word: str) -> ResponseReturnValue:
    """The same as a PDF, with lines to sign on."""
    shown = _named(word)
    if shown.version is None:
        raise desk.NotThere
    return paper.download(_paper(shown, _document(shown.version)), _file_name(shown.version), now())


@designers_only
def document_picture(word: str, path: str) -> ResponseReturnValue:
    """A diagram of that document."""
    shown = named(word)
    if shown.version is None:
        raise desk.NotThere
    return picture(shown.version, path)


# --- for everybody -------------------------------------------------------------------------------------


@blueprint.get("/werkwijze/document")
@signed_in
def holds() -> ResponseReturnValue:
    """What holds now, as a document."""
    version = published().version
    urls = [
        url_for("desk_document.holds_picture", number=number + 1) for number in range(len(_drawn(version)))
    ]
    pdf = url_for("desk_document.holds_pdf")
    return _page(named(LIVE), _document(version), urls, pdf, here="working")


@blueprint.get("/werkwijze/document.pdf")
@signed_in
def holds_pdf() -> ResponseReturnValue:
    """What holds now, as a PDF."""
    version = published().version
    made = _paper(named(LIVE), _document(version), sign=False)
    return paper.download(made, _file_name(version), now())


@blueprint.get("/werkwijze/document/schema/<int:number>.svg")
@signed_in
def holds_picture(number: int) -> ResponseReturnValue:
    """A diagram of what holds now, by its number: an address in somebody's history tells no file's name."""
    version = published().version
    files = _drawn(version)
    if not 0 < number <= len(files):
        raise NotFound
    return picture(version, files[number - 1])


# --- both ----------------------------------------------------------------------------------------------


def _page(shown: Named, found: Document, urls: list[str], pdf: str, *, here: str) -> str:
    """`urls` are the addresses of the diagrams, in the order of `_drawn`."""
    return render_template(
        "desk/document.html",
        here=here,
        document=found,
        pictures=list(zip(map(title_of, _drawn(found.version)), urls, strict=True)),
        pdf=pdf,
        shown=shown,
        step_names=step_names(),
        calendar=calendar(),
        may=may,
        unreadable=[],
    )


def _named(word: str) -> Named:
    """The version behind a word of an address; a draft in which nothing was changed is what holds."""
    shown = named(word)
    holds = shown.is_draft and shown.version is not None and shown.version.id == published().version.id
    return named(LIVE) if holds else shown


def _document(version: Version) -> Document:
    history = desk.history(services().db, actor().organisation)
    one = next((one for one in history if one.version == version.id and one.in_force_at), None)
    return Document(
        version=version,
        chapters=tuple(chapter for chapter in chapters(version) if chapter.steps),
        tables=tuple(
            Table(key, table.name or key, policy_in_words(table), rows_in_words(version, table))
            for key, table in version.decisions.items()
        ),
        mails=tuple(sorted(version.mails.values(), key=lambda mail: mail.file)),
        note=one.note if one else "",
        since=one.in_force_at if one else None,
    )


def _drawn(version: Version) -> list[str]:
    """The diagrams, the one that a case begins in first."""
    main = version.diagram_of(version.main_process)
    return sorted(version.diagrams, key=lambda file: (main is None or file != main.file, file))


# --- on paper ------------------------------------------------------------------------------------------


def _paper(shown: Named, found: Document, *, sign: bool = True) -> Paper:
    version, described = found.version, found.version.organisation
    main = version.processes.get(version.main_process)
    standing = (
        gettext("Ontwerp, geldt nog niet")
        if shown.is_draft
        else gettext("Geldt sinds %(day)s", day=day_in_words(calendar().local(found.since)))
        if found.since
        else ""
    )
    reference = gettext("Kenmerk %(reference)s", reference=version.id[:12])
    return Paper(
        title=(main.name if main else "") or described.name,
        organisation=described.name,
        lead=described.name,
        facts=tuple(one for one in (standing, reference) if one),
        note=found.note,
        footer=" · ".join(one for one in (described.name, standing, reference) if one),
        sections=tuple(_sections(found, sign)),
        depth=2,
    )


def _sections(found: Document, sign: bool) -> Iterator[Section]:
    yield Section(gettext("Wie"), _people(found.version.organisation))
    for chapter in found.chapters:
        yield Section(chapter.title)
        for step in chapter.steps:
            yield Section(step.name, (paper.facts(_facts(step)),), level=2)
    for table in found.tables:
        yield Section(table.name, (paper.text(said(table.policy)), _rows(table)))
    if found.mails:
        about = gettext("Een mail zegt nooit iets over de zaak of over mensen: alleen dat er iets wacht.")
        mails = [
            paper.facts([(gettext("Onderwerp"), [one.subject]), (gettext("Tekst"), [one.body.strip()])])
            for one in found.mails
        ]
        yield Section(gettext("Mails"), (paper.text(about), *mails))
    if sign:
        agreed = gettext("Wij hebben deze werkwijze gelezen en gaan akkoord.")
        yield Section(gettext("Ondertekenen"), (paper.text(agreed), paper.signing_lines()))
    if found.version.diagrams:
        yield Section("", tuple(_pictures(found.version)))


def _people(described: Organisation) -> tuple[dict[str, Any], ...]:
    head = [gettext("Rol"), gettext("Wat deze rol mag"), gettext("Vervangen door")]
    known = described.roles
    rows = [
        [
            role.name,
            ", ".join(may(described, role)) or gettext("werkt aan zaken"),
            ", ".join(known[one].name if one in known else one for one in role.standins)
            or gettext("niemand"),
        ]
        for role in known.values()
    ]
    days = gettext(
        "Werkdagen zijn maandag tot en met vrijdag, zonder de landelijke feestdagen en de vrije dagen van de "
        "organisatie."
    )
    return paper.table(head, rows, (3, 5, 3)), paper.text(days)


def may(described: Organisation, role: Role) -> list[str]:
    """What somebody with this role may do beyond working on cases, in words."""
    words = {
        gettext("beslist"): role.key == described.decides,
        gettext("ziet waar zaken staan, niet wat erin staat"): role.key in described.supervises,
        gettext("beheert accounts"): role.key in described.administers,
        gettext("ontwerpt de werkwijze"): role.key in described.designs,
        gettext("keurt nieuwe versies goed"): described.four_eyes and role.key in described.approves,
    }
    return [one for one, holds in words.items() if holds]


def _facts(step: Step) -> list[tuple[str, Sequence[str]]]:
    names = step_names()
    who = said(step.who) if step.who else gettext("het programma")
    legal = ", ".join(names.get(kind, kind) for kind in step.legal)
    who = f"{who[:1].upper()}{who[1:]}" + (f" ({legal})" if legal else "")
    return [
        (gettext("Wie"), [who]),
        (gettext("Wat"), [step.explanation.strip()] if step.explanation.strip() else []),
        (gettext("Vragen"), step.questions),
        (gettext("Wanneer"), [said(one) for one in step.terms]),
        (gettext("En dan"), [said(one) for one in step.next]),
    ]


def _rows(table: Table) -> dict[str, Any]:
    otherwise = gettext("in alle andere gevallen")
    joined = f"\n{gettext('en')} "
    rows = [
        [
            str(row.number),
            joined.join(said(one) for one in row.when) or otherwise,
            "\n".join([*(said(one) for one in row.then), *row.notes]),
        ]
        for row in table.rows
    ]
    return paper.table([gettext("Regel"), gettext("Als"), gettext("Dan")], rows, (1, 6, 5))


def _pictures(version: Version) -> Iterator[dict[str, Any]]:
    for file in _drawn(version):
        name = title_of(file)
        alt = gettext("Diagram %(name)s. Alles wat erin staat, staat in dit document in zinnen.", name=name)
        heading = gettext("Tekening: %(name)s", name=name)
        yield paper.picture(heading, draw(version.diagrams[file], language=language()), alt)


def _file_name(version: Version) -> str:
    return f"{version.organisation.key}-{version.id[:8]}"


def init_app(app: Flask) -> None:
    """Registers these pages; those for designers under the desk's name: it links to what is there."""
    app.register_blueprint(blueprint)
    app.add_url_rule("/ontwerp/document", "desk.document", document, defaults={"word": DRAFT})
    app.add_url_rule("/ontwerp/document/<word>", "desk.document", document)
    app.add_url_rule("/ontwerp/document/<word>/document.pdf", "desk.document_pdf", document_pdf)
    schema = "/ontwerp/document/<word>/schema/<path:path>"
    app.add_url_rule(schema, "desk.document_picture", document_picture)
