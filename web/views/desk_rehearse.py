"""Living through a case of the draft: real forms, a clock to move, mails that go nowhere.

Nothing is stored. What was done so far travels in the page itself, in a hidden field that is read as
carefully as anything a browser sends: every move in it is made again, by the same checks.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from random import Random  # noqa: TID251  (a story is told again by its number)

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import desk
from meldcode.definition import Version
from meldcode.desk import FileRefused, NotThere, Overtaken
from meldcode.messages import Text
from meldcode.rehearse import (
    Away,
    Example,
    ExampleError,
    Rehearsal,
    RehearsalError,
    as_example,
    begin,
    examples_of,
    random_walk,
    read_kept,
    resume,
    walk_on,
)
from meldcode.rehearse.playing import Player
from web import uploads
from web.desk import designers_only, draft
from web.keys import fresh_key
from web.language import gettext, language, said
from web.rehearsal import NO_FORM, Filled, page, task_of
from web.services import now, services
from web.sessions import actor
from web.versions import DRAFT, named, picture
from web.views.desk import with_place

MOST_KEPT = 512 * 1024
MOST_STEPS = 1_000  # of one example
#: How many moves a click lets chance make, and a whole story.
A_FEW, A_WHOLE_STORY = 5, 60


@dataclass(frozen=True, slots=True)
class Told:
    """An example that was played again: what went differently, a sentence each."""

    file: str
    differences: tuple[str, ...]


@designers_only
def rehearse() -> ResponseReturnValue:
    """The page before anything was done: choose how the case begins."""
    shown = named(DRAFT)
    if shown.version is None:
        wrong = [with_place(dict(one)) for one in shown.findings]
        return render_template("desk/rehearse-begin.html", here="desk", version=None, unreadable=wrong)
    return _first_page(shown.version)


def _first_page(version: Version, problem: str | None = None, played: Sequence[Told] = ()) -> str:
    day = version.organisation.calendar().next_working_moment(now())
    return render_template(
        "desk/rehearse-begin.html",
        here="desk",
        version=version,
        unreadable=[],
        first_day=version.organisation.calendar().local(day).date().isoformat(),
        number=int.from_bytes(fresh_key().encode()[:2], "big"),
        examples=_examples(version),
        played={one.file: one for one in played},
        different=sum(1 for one in played if one.differences),
        saved=request.args.get("bewaard"),
        problem=problem,
    )


def _examples(version: Version) -> Sequence[Example]:
    try:
        return examples_of(version)
    except ExampleError:  # the text editor and the check say which and why
        return ()


@designers_only
def rehearse_examples() -> ResponseReturnValue:
    """Every example of the draft played again, each with what went differently."""
    version = _version()
    calendar = version.organisation.calendar()
    played = []
    for example in _examples(version):
        player = Player(version, example, calendar)
        player.most = MOST_STEPS
        played.append(Told(example.file, tuple(said(one) for one in player.play().differences)))
    return _first_page(version, played=played)


@designers_only
def rehearse_example() -> ResponseReturnValue:
    """One example to step back in and take the other branch."""
    version = _version()
    wanted = request.form.get("voorbeeld", "")
    example = next((one for one in _examples(version) if one.file == wanted), None)
    if example is None:
        raise NotThere
    try:
        return page(resume(version, example))
    except RehearsalError as error:
        return _first_page(version, said(error.text)), 422


@designers_only
def rehearse_begin() -> ResponseReturnValue:
    """The first page of a rehearsal: a case, or a random story to step back in."""
    version = _version()
    calendar = version.organisation.calendar()
    try:
        day = date.fromisoformat(request.form.get("dag", ""))
    except ValueError:
        return _first_page(version, gettext("Kies een dag waarop de zaak begint.")), 422
    start = datetime.combine(day, time(9), calendar.local(now()).tzinfo)
    process = request.form.get("proces") or None
    if process not in {None, *(one.id for one in version.other_starts)}:
        raise NotThere
    try:
        if request.form.get("doe") == "willekeurig":
            seed = request.form.get("getal", type=int, default=1)
            return page(random_walk(version, seed, start, process=process, moves=A_WHOLE_STORY))
        return page(begin(version, start, process=process))
    except RehearsalError as error:
        return _first_page(version, said(error.text)), 422


@designers_only
def rehearse_move() -> ResponseReturnValue:
    """One move further, or back: the page of where it stands then."""
    version = _version()
    try:
        at = _at(version, _kept())
    except RehearsalError as error:
        return _first_page(version, said(error.text)), 422
    posted = _posted()
    if NO_FORM.edit_action(posted) is not None:
        return _edited(at, posted)
    what, _, which = request.form.get("_doe", "").partition(":")
    try:
        if what == "taak":
            return _completed(at, which, posted)
        if what == "kies":
            return page(at, task=which)
        return page(_moved(at, what, which))
    except RehearsalError as error:
        return page(at, problem=said(error.text)), 422


def _moved(at: Rehearsal, what: str, which: str) -> Rehearsal:
    match what:
        case "afwezig":
            return at.with_away((*at.example.away, _absence()))
        case "terugkeer":
            left = [one for number, one in enumerate(at.example.away) if str(number) != which]
            return at.with_away(tuple(left))
        case "terug":
            return at.back(int(which) if which.isdecimal() and len(which) < 6 else len(at.points))
        case "termijn":
            return at.to_next_timer()
        case "werkdag":
            return at.to_next_working_day()
        case "dag":
            try:
                return at.to_day(date.fromisoformat(request.form.get("_dag", "")))
            except ValueError as error:
                raise RehearsalError(Text("Kies een dag.", "Choose a day.")) from error
        case "acuut":
            return at.raised()
        case "willekeurig":
            return walk_on(at, Random(len(at.points)), A_FEW)  # noqa: S311  (a story)
    raise NotThere


def _absence() -> Away:
    """Who is away, as it was sent. Raises `RehearsalError`; whether the role exists is seen when it plays."""
    given = request.form
    try:
        first = date.fromisoformat(given.get("_afwezig_van", ""))
        until = given.get("_afwezig_tot", "").strip()
        return Away(given.get("_afwezig", ""), first, date.fromisoformat(until) if until else None)
    except ValueError as error:
        raise RehearsalError(Text("Kies vanaf welke dag.", "Choose from which day on.")) from error


def _completed(at: Rehearsal, which: str, posted: Mapping[str, Sequence[str]]) -> ResponseReturnValue:
    task = task_of(at, which)
    if task is None:
        problem = gettext("Die taak staat niet meer open.")
        return page(at, problem=problem), 409
    form = at.version.form_of(task.node) or NO_FORM
    checked = form.check_post(posted, at.document, at.today)
    if checked.errors:
        return page(at, task=task.id, filled=Filled(form.parse(posted), checked.errors)), 422
    same = [one.id for one in at.tasks if one.node == task.node]
    return page(at.complete(task.node, checked.answers, same.index(task.id) + 1))


def _edited(at: Rehearsal, posted: Mapping[str, Sequence[str]]) -> ResponseReturnValue:
    """A row of a list in the form was added or removed: the same page with that row."""
    task = task_of(at, request.form.get("_taak", ""))
    form = (at.version.form_of(task.node) if task else None) or NO_FORM
    edit = form.edit_action(posted)
    if task is None or edit is None:
        return page(at)
    return page(at, task=task.id, filled=Filled(form.apply_edit(form.parse(posted), edit), {}))


@designers_only
def rehearse_questions() -> ResponseReturnValue:
    """Only the questions, for these answers: the page asks for them when an answer shows or hides some."""
    at = _at(_version(), _kept())
    task = task_of(at, request.form.get("_taak", ""))
    form = (at.version.form_of(task.node) if task else None) or NO_FORM
    return str(form.render(form.parse(_posted()), at.document, language=language(), today=at.today))


@designers_only
def rehearse_save() -> ResponseReturnValue:
    """Keep the run as an example of the draft: from then on every check plays it."""
    version = _version()
    try:
        at = _at(version, _kept())
    except RehearsalError as error:
        return _first_page(version, said(error.text)), 422
    title = " ".join(request.form.get("_naam", "").split())[:100]
    letters = unicodedata.normalize("NFKD", title.lower()).encode("ascii", "ignore").decode()
    slug = "-".join("".join(one if one.isalnum() else " " for one in letters).split())
    if not slug:
        return page(at, problem=gettext("Geef het voorbeeld een naam, met letters of cijfers.")), 422
    path, who = f"examples/{slug}.toml", actor()
    draft()
    try:
        desk.save(services().db, who.organisation, path, as_example(at, title).encode(), 0, who.person, now())
    except Overtaken:
        problem = gettext("Er is al een voorbeeld met deze naam. Kies een andere naam.")
        return page(at, problem=problem), 409
    except FileRefused as error:
        return page(at, problem=said(error.text)), 422
    return redirect(url_for("desk.rehearse", bewaard=path), 303)


@designers_only
def rehearse_picture(path: str) -> ResponseReturnValue:
    """A diagram of the draft with the current place and what was done marked; `deel`: only around here."""
    here, done = request.args.getlist("hier"), request.args.getlist("klaar")
    marks = {**dict.fromkeys(done, "done"), **dict.fromkeys(here, "current")}
    return picture(_version(), path, marks, tuple(here[:1]) if "deel" in request.args else ())


# --- how it stands -------------------------------------------------------------------------------------


def _version() -> Version:
    shown = named(DRAFT)
    if shown.version is None:
        raise NotThere
    return shown.version


def _posted() -> Mapping[str, Sequence[str]]:
    return request.form.to_dict(flat=False)


def _kept() -> str:
    kept = request.form.get("_verloop", "")
    if len(kept) > MOST_KEPT:
        raise RehearsalError(Text("Deze oefening is te lang.", "This rehearsal is too long."))
    return kept


def _at(version: Version, kept: str) -> Rehearsal:
    """Where a rehearsal stands. Raises `RehearsalError` when it cannot be read, or a move no longer fits."""
    try:
        table = json.loads(kept)
    except (ValueError, RecursionError):
        table = None
    if not isinstance(table, dict):
        raise RehearsalError(Text("Deze oefening is niet te lezen.", "This rehearsal cannot be read."))
    return resume(version, read_kept(table))


def init_app(app: Flask) -> None:
    """Registers these pages under the desk's name: its overview links to what is there."""
    app.add_url_rule("/ontwerp/oefenen", "desk.rehearse", rehearse)
    for word, view in (
        ("begin", rehearse_begin),
        ("voorbeelden", rehearse_examples),
        ("voorbeeld", rehearse_example),
        ("verder", rehearse_move),
        ("vragen", rehearse_questions),
        ("bewaar", rehearse_save),
    ):
        app.add_url_rule(f"/ontwerp/oefenen/{word}", f"desk.{view.__name__}", view, methods=["POST"])
        uploads.LARGER[f"desk.{view.__name__}"] = 2 * MOST_KEPT
    app.add_url_rule("/ontwerp/oefenen/schema/<path:path>", "desk.rehearse_picture", rehearse_picture)
