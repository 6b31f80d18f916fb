"""Two versions side by side: the diagrams with what differs marked, and a list that a board can sign."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask import Flask, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from meldcode import compare as comparing
from meldcode.compare import Difference
from meldcode.compare import Kind as Change
from meldcode.definition import Version
from meldcode.desk import Kind, kind_of
from web import paper
from web.desk import designers_only
from web.language import gettext, said
from web.organisation import calendar, published
from web.paper import Paper, Section
from web.services import now
from web.versions import DRAFT, LIVE, Named, choices, named, picture
from web.views.desk import edit_url, title_of, with_place
from web.words import day_in_words

PARTS = (Kind.DIAGRAM, Kind.TABLE, Kind.FORM, Kind.MAIL, Kind.ORGANISATION)
#: Which differences are drawn on which side; what both have is marked on both.
SIDES = {
    "van": (Change.REMOVED, Change.CHANGED, Change.MOVED),
    "naar": (Change.ADDED, Change.CHANGED, Change.MOVED),
}
#: Of several differences of one element the first one that applies is drawn.
FIRST = (Change.REMOVED, Change.ADDED, Change.CHANGED, Change.MOVED)


@dataclass(frozen=True, slots=True)
class Line:
    """One difference, with its place in the editor when the newer side is the draft."""

    difference: Difference
    url: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """One diagram on both sides; an address is None where the diagram is not there."""

    file: str
    name: str
    before: str | None
    after: str | None
    marks: tuple[str, ...]


@designers_only
def compare() -> ResponseReturnValue:
    """What differs between two versions, `?van=` and `?naar=`; otherwise between what holds and the draft."""
    old, new = named(request.args.get("van", LIVE)), named(request.args.get("naar", DRAFT))
    found = _differences(old, new)
    told = [one for one in found or () if one.has_meaning]
    return render_template(
        "desk/compare.html",
        here="desk",
        old=old,
        new=new,
        choices=choices(),
        unreadable=[with_place(dict(one)) for side in (old, new) for one in side.findings],
        readable=found is not None,
        groups=_groups(told, new),
        told=len(told),
        quiet=[one for one in found or () if not one.has_meaning],
        pairs=list(_pairs(old, new, found or ())),
        parts=names_of_parts(),
        words=names_of_changes(),
        today=calendar().local(now()),
    )


@designers_only
def compare_pdf() -> ResponseReturnValue:
    """The list of what differs, as a PDF to sign."""
    old, new = named(request.args.get("van", LIVE)), named(request.args.get("naar", DRAFT))
    found = _differences(old, new)
    if found is None or new.version is None:
        raise NotFound
    name = f"{new.version.organisation.key}-{gettext('verandering')}-{new.version.id[:8]}"
    return paper.download(_paper(old, new, found), name, now())


def _paper(old: Named, new: Named, found: Iterable[Difference]) -> Paper:
    described = published().version.organisation
    parts, words = names_of_parts(), names_of_changes()
    sections = []
    for part, lines in _groups([one for one in found if one.has_meaning], new):
        told = [
            f"{words[line.difference.kind.value].capitalize()}: {said(line.difference.what)}"
            for line in lines
        ]
        sections.append(Section(parts[part], (paper.listed(told),)))
    if not sections:
        nothing = gettext("Voor zaken verandert er niets.")
        sections.append(Section(gettext("Wat er verandert"), (paper.text(nothing),)))
    agreed = gettext("Wij hebben gelezen wat er verandert en gaan akkoord.")
    sections.append(Section(gettext("Ondertekenen"), (paper.text(agreed), paper.signing_lines())))
    today = day_in_words(calendar().local(now()))
    marks = " – ".join(one.version.id[:12] for one in (old, new) if one.version)
    return Paper(
        title=gettext("Wat er verandert"),
        organisation=described.name,
        lead=gettext("Van %(old)s naar %(new)s.", old=old.name, new=new.name),
        facts=(described.name, today, gettext("Kenmerk %(reference)s", reference=marks)),
        footer=f"{described.name} · {today}",
        sections=tuple(sections),
        contents=False,
    )


def names_of_parts() -> dict[str, str]:
    """What the parts of a version are called above a list of what differs."""
    return {
        "diagram": gettext("Diagrammen: wie doet wat, en wanneer"),
        "table": gettext("Beslistabellen"),
        "form": gettext("Formulieren"),
        "mail": gettext("Mails"),
        "organisation": gettext("Organisatie"),
        "other": gettext("Andere bestanden"),
    }


def names_of_changes() -> dict[str, str]:
    """What each kind of difference is called."""
    return {
        "added": gettext("nieuw"),
        "removed": gettext("vervalt"),
        "changed": gettext("veranderd"),
        "moved": gettext("andere plek"),
        "noted": gettext("anders"),
    }


@designers_only
def compared(side: str, path: str) -> ResponseReturnValue:
    """One diagram of one side with what differs marked; `?deel=1`: only the part where something does, on
    another argument as narrow as a telephone."""
    old, new = named(request.args.get("van", LIVE)), named(request.args.get("naar", DRAFT))
    version = old.version if side == "van" else new.version
    if version is None:
        raise NotFound
    found = _differences(old, new) or ()
    around = _around(old, new, path, found) if request.args.get("deel") else ()
    return picture(version, path, marked(version, side, found), around, narrow="smal" in request.args)


def _differences(old: Named, new: Named) -> tuple[Difference, ...] | None:
    if old.version is None or new.version is None:
        return None
    return comparing.compare(old.version, new.version)


def _groups(told: Iterable[Difference], new: Named) -> list[tuple[str, list[Line]]]:
    """What has a meaning, by the part it is about."""
    lines: dict[str, list[Line]] = {}
    for kind in (*PARTS, Kind.OTHER):
        for one in told:
            part = kind_of(one.file)
            if (part if part in PARTS else Kind.OTHER) is kind:
                lines.setdefault(kind.value, []).append(Line(one, _place(one, new)))
    return list(lines.items())


def _place(one: Difference, new: Named) -> str | None:
    """Where the difference is edited; what is gone has no place of its own any more."""
    if not new.is_draft or new.version is None or one.file not in new.version.files:
        return None
    url = edit_url(one.file)
    anchored = one.element and one.kind is not Change.REMOVED and kind_of(one.file) in PARTS[:3]
    return f"{url}#{one.element}" if url and anchored else url


def marked(version: Version, side: str, found: Iterable[Difference]) -> dict[str, str]:
    """How the elements of one side are marked: also a task whose form, table or mail differs."""
    marks: dict[str, str] = {}
    told = [one for one in found if one.kind in SIDES[side]]
    for one in sorted(told, key=lambda one: FIRST.index(one.kind)):
        own = one.element and kind_of(one.file) is Kind.DIAGRAM
        word = one.kind.value if own else Change.CHANGED.value
        for element in [one.element] if own else _used_by(version, one):
            marks.setdefault(str(element), word)
    return marks


def _used_by(version: Version, one: Difference) -> Iterator[str]:
    """The elements that use the file a difference is about."""
    for node in version.nodes.values():
        table = version.decisions.get(node.decision or "")
        mail = version.mails.get(node.mail or "")
        files = (node.form, table.file if table else None, mail.file if mail else None)
        if one.file in files:
            yield node.id


def _around(old: Named, new: Named, path: str, found: Sequence[Difference]) -> tuple[str, ...]:
    """What both sides show: where something differs in either, and of an arrow what it joins.

    What only stands elsewhere counts when there is nothing else: room for one step moves all that follows.
    """
    around: dict[str, None] = {}
    for side, version in (("van", old.version), ("naar", new.version)):
        diagram = version.diagrams.get(path) if version else None
        if version is None or diagram is None:
            continue
        marks = marked(version, side, found)
        heavier = {key for key, word in marks.items() if word != Change.MOVED.value}
        seen = heavier & {*diagram.nodes, *diagram.flows, *diagram.lanes} or set(marks)
        ends = {
            end for key, flow in diagram.flows.items() if key in seen for end in (flow.source, flow.target)
        }
        around |= dict.fromkeys(key for key in (*diagram.nodes, *diagram.lanes) if key in seen or key in ends)
    return tuple(around)


def _pairs(old: Named, new: Named, found: Iterable[Difference]) -> Iterator[Pair]:
    """The diagrams on which something is marked."""
    if old.version is None or new.version is None:
        return
    sides = {"van": old.version, "naar": new.version}
    marks = {side: marked(version, side, found) for side, version in sides.items()}
    main = new.version.diagram_of(new.version.main_process)
    files = {*old.version.diagrams, *new.version.diagrams}
    for file in sorted(files, key=lambda file: (main is None or file != main.file, file)):
        here = {side: _on(sides[side], file, marks[side]) for side in sides}
        if not any(here.values()):
            continue
        urls = {
            side: url_for("desk.compared", side=side, path=file, van=old.word, naar=new.word)
            if file in sides[side].diagrams
            else None
            for side in sides
        }
        words = tuple(one.value for one in FIRST if any(one.value in on for on in here.values()))
        yield Pair(file, title_of(file), urls["van"], urls["naar"], words)


def _on(version: Version, file: str, marks: dict[str, str]) -> set[str]:
    diagram = version.diagrams.get(file)
    if diagram is None:
        return set()
    return {marks[key] for key in (*diagram.nodes, *diagram.flows, *diagram.lanes) if key in marks}


def init_app(app: Flask) -> None:
    """Registers these pages under the desk's name: its overview links to what is there."""
    app.add_url_rule("/ontwerp/vergelijk", "desk.compare", compare)
    app.add_url_rule("/ontwerp/vergelijk/lijst.pdf", "desk.compare_pdf", compare_pdf)
    for side in SIDES:
        address = f"/ontwerp/vergelijk/schema/{side}/<path:path>"
        app.add_url_rule(address, "desk.compared", compared, defaults={"side": side})
