"""Starting with questions: who decides, who looks along, after how many days; a first code from the answers.

Without a script: choose what to begin from, answer on one page, read what it makes in sentences, and only
then put it into the draft. The answers travel in the page itself; nothing is kept until the last button.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from meldcode.definition import DefinitionError
from meldcode.definition.organisation import FILE, read_organisation
from meldcode.describe import chapters, role_in_words
from meldcode.desk import Draft
from meldcode.desk.bases import Basis, bases, own_basis
from meldcode.desk.questions import (
    LONGEST_NAME,
    MOST,
    Answers,
    AnswersRefused,
    DraftMoved,
    Drawn,
    defaults,
    draw,
    ladders,
    looks_along,
    put_in,
    roles_asked,
)
from meldcode.diagram.model import CalendarKind
from meldcode.messages import Text
from web.desk import designers_only, draft, shown
from web.language import gettext, said
from web.services import now, services
from web.sessions import actor
from web.views.desk import differences, with_place

SECTORS = {
    "onderwijs": Text("Onderwijs", "Education"),
    "kinderopvang": Text("Kinderopvang", "Child care"),
    "ggz": Text("Gezondheidszorg", "Health care"),
    "jeugdzorg": Text("Jeugdhulp", "Youth care"),
    "maatschappelijke-ondersteuning": Text("Maatschappelijke ondersteuning", "Social support"),
    "rechtsorde": Text("Justitie", "Justice"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One answer that cannot be: the field's name, and what to do."""

    field: str
    text: str


@designers_only
def questions() -> ResponseReturnValue:
    """What to begin from; with `?basis=` the questions about it."""
    mine = draft()
    chosen = request.args.get("basis")
    if chosen is None:
        return render_template(
            "desk/questions.html",
            here="desk",
            bases=_bases(mine),
            roles_asked=roles_asked,
            sectors=SECTORS,
            sector=_sector(mine),
        )
    basis = _basis(mine, chosen)
    return _ask(basis, defaults(basis, _organisation(mine)))


@designers_only
def questions_answered() -> ResponseReturnValue:
    """The answers: `doe=vragen` asks again, `doe=bekijk` shows what they make, `doe=zet` puts it in."""
    mine = draft()
    basis = _basis(mine, request.form.get("basis", ""))
    given = _answers(basis)
    if request.form.get("doe") == "vragen":
        return _ask(basis, given)
    try:
        drawn = draw(basis, given, mine.contents, _organisation(mine))
    except AnswersRefused as error:
        problems = [Problem(where, said(text)) for where, text in error.problems.items()]
        return _ask(basis, given, problems), 422
    if request.form.get("doe") != "zet":
        return _look(mine, basis, given, drawn)
    if mine.changes and request.form.get("overschrijven") != "ja":
        problem = gettext("Zet eerst het vinkje: u weet dat het ontwerp wordt vervangen.")
        return _look(mine, basis, given, drawn, problem), 422
    seen = request.form.get("gezien", "")
    try:
        put_in(services().db, actor().organisation, drawn.files, seen, actor().person, now())
    except DraftMoved as error:
        return _look(draft(), basis, given, drawn, said(error.text)), 409
    return redirect(url_for("desk.index", klaar="getekend"), 303)


def _bases(mine: Draft) -> list[Basis]:
    own = own_basis(mine.contents)
    return [*([own] if own else []), *sorted(bases(), key=lambda one: one.sector != _sector(mine))]


def _basis(mine: Draft, key: str) -> Basis:
    found = next((one for one in _bases(mine) if one.key == key), None)
    if found is None:
        raise NotFound
    return found


def _organisation(mine: Draft) -> bytes:
    """The organisation as the draft describes it, or as it holds when that cannot be read."""
    content = mine.contents.get(FILE, b"")
    try:
        read_organisation(content)
    except DefinitionError:
        return mine.live[FILE]
    return content


def _sector(mine: Draft) -> str:
    return read_organisation(_organisation(mine)).sector


def _answers(basis: Basis) -> Answers:
    """What was filled in; a number that is none becomes 0, which is refused."""
    form = request.form
    rungs = [rung for ladder in ladders(basis.version) for rung in ladder.rungs]
    return Answers(
        name=form.get("naam", "").strip(),
        sender=form.get("afzender", "").strip(),
        decides=form.get("beslist", ""),
        looks_along=form.get("meekijken", ""),
        consults=form.get("overleg", ""),
        beside=form.get("naast", ""),
        supervises=frozenset(form.getlist("ziet")),
        roles={key: form.get(f"rol-{key}", "").strip() for key in roles_asked(basis.version)},
        numbers={rung.timer: _number(form.get(f"dagen-{rung.timer}", "")) for rung in rungs},
        told={rung.timer: form.get(f"aan-{rung.timer}", "") for rung in rungs if rung.to},
    )


def _number(text: str) -> int:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 5 else 0


def _ask(basis: Basis, answers: Answers, problems: list[Problem] | None = None) -> str:
    version = basis.version
    return render_template(
        "desk/questions-ask.html",
        here="desk",
        basis=basis,
        sector=SECTORS.get(basis.sector),
        answers=answers,
        roles=roles_asked(version),
        ladders=ladders(version),
        looks_along=looks_along(version),
        doer=lambda role: said(role_in_words(version, role)),
        unit=_unit,
        most=MOST,
        longest=LONGEST_NAME,
        problems=problems or [],
        wrong={one.field: one.text for one in problems or []},
    )


def _unit(unit: str, calendar: CalendarKind | None) -> str:
    """What a term is counted in."""
    if unit == "W":
        return gettext("weken")
    if unit == "H":
        return gettext("uur")
    if calendar is CalendarKind.WEEKDAGEN:
        return gettext("weekdagen")
    return gettext("werkdagen") if calendar is CalendarKind.WERKDAGEN else gettext("dagen")


def _look(mine: Draft, basis: Basis, answers: Answers, drawn: Drawn, problem: str | None = None) -> str:
    version = drawn.look.version
    return render_template(
        "desk/questions-look.html",
        here="desk",
        basis=basis,
        answers=answers,
        version=version,
        chapters=chapters(version) if version else (),
        decides=said(role_in_words(version, answers.decides)) if version else "",
        supervises=[said(role_in_words(version, key)) for key in sorted(answers.supervises)]
        if version
        else [],
        findings=[with_place(shown(one)) for one in drawn.look.findings],
        drawn=drawn,
        # of another sector everything differs: that is no news
        differences=differences(mine, drawn.look) if basis.sector == _sector(mine) else None,
        changes=mine.changes,
        seen=mine.version,
        given=[(key, value) for key, value in _given() if key not in ("csrf_token", "doe", "gezien")],
        problem=problem,
    )


def _given() -> list[tuple[str, str]]:
    """Every answer as it was sent, to take along to the next page."""
    pairs = request.form.items(multi=True)
    return [(key, value) for key, value in pairs if key != "overschrijven"]


def init_app(app: Flask) -> None:
    """Registers these pages under the desk's name: its overview links to what is there."""
    app.add_url_rule("/ontwerp/vragen", "desk.questions", questions)
    app.add_url_rule("/ontwerp/vragen", "desk.questions_answered", questions_answered, methods=["POST"])
