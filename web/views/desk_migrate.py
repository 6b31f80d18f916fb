"""Open cases to the version that holds now: looked at first, then taken along in the background.

Who designs sees references, the names of tasks and reasons here: status, never content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Flask, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meldcode import migration, people
from meldcode.messages import Text
from meldcode.migration import Migration, MigrationError, Preview, Standing
from web.desk import designers_only
from web.language import gettext, said
from web.organisation import calendar, published
from web.services import now, services
from web.sessions import actor

EVERY_SECONDS = 3
#: References named of one group: enough to look at by hand.
MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Alike:
    """Cases to which the same happens. `why` None: they go, and each gets `mails` at once."""

    tasks: tuple[str, ...]
    why: Text | None
    mails: int
    armed: int
    dropped: int
    references: tuple[str, ...]


@designers_only
def migrate() -> ResponseReturnValue:
    """How far the one under way is, or how many cases follow an older version; and what was moved before.

    While one is under way the page loads itself again; `?ververs=nee` leaves that to who reads it.
    """
    known = migration.listed(services().db, actor().organisation, actor().person)
    answer = make_response(_page(known=known))
    if any(one.running for one in known) and request.args.get("ververs") != "nee":
        answer.headers["Refresh"] = str(EVERY_SECONDS)
    return answer


@designers_only
def migrate_preview() -> ResponseReturnValue:
    """What would happen to every case: tried on copies, and written down that it was looked at."""
    seen = migration.preview(services().db, actor(), now())
    return _page(preview=seen)


@designers_only
def migrate_begin() -> ResponseReturnValue:
    """Take them along, once somebody has seen what happens and says so."""
    if request.form.get("versie") != published().version.id:
        problem = gettext("Er geldt inmiddels een andere versie. Bekijk opnieuw wat er gebeurt.")
        return _page(problem=problem), 409
    if request.form.get("gezien") != "ja":
        seen = migration.preview(services().db, actor(), now())
        return _page(
            preview=seen, problem=gettext("Zet eerst het vinkje: u hebt gezien wat er gebeurt.")
        ), 422
    try:
        migration.begin(services().db, actor(), now())
    except MigrationError as error:
        return _page(problem=said(error.text)), 409
    services().nudge.tick()
    return redirect(url_for("desk.migrate"), 303)


@designers_only
def migrate_stop(which: UUID) -> ResponseReturnValue:
    """Stop where it is; what went over stays over."""
    try:
        migration.stop(services().db, actor(), which, now())
    except MigrationError as error:
        return _page(problem=said(error.text)), 409
    return redirect(url_for("desk.migrate"), 303)


def _page(
    preview: Preview | None = None, problem: str | None = None, known: list[Migration] | None = None
) -> str:
    db, who = services().db, actor()
    if known is None:
        known = migration.listed(db, who.organisation, who.person)
    running = next((one for one in known if one.running), None)
    with db.reading(who.organisation) as tx:
        names = people.names(tx)
    history = [one for one in known if not one.running]
    half_way = bool(history) and history[0].stopped and history[0].version == published().version.id
    return render_template(
        "desk/migrate.html",
        here="desk",
        running=running,
        percent=_percent(running) if running else 0,
        history=[(one, _alike(one.stayed)) for one in history],
        half_way=half_way,
        behind=migration.behind(db, who),
        preview=preview if running is None else None,
        go=_alike(preview.go) if preview else (),
        stay=_alike(preview.stay) if preview else (),
        mails=sum(one.mails for one in preview.go) if preview else 0,
        most=MOST_NAMED,
        names=names,
        problem=problem,
        refreshes=request.args.get("ververs") != "nee",
        calendar=calendar(),
    )


def _alike(cases: Sequence[Standing]) -> list[Alike]:
    """Hundreds of cases as the few things that happen to them, the most common first."""
    found: dict[tuple[object, ...], list[Standing]] = {}
    for one in cases:
        key = (one.tasks, one.why, one.mails, len(one.armed), len(one.dropped))
        found.setdefault(key, []).append(one)
    return [
        Alike(
            many[0].tasks,
            many[0].why,
            many[0].mails,
            len(many[0].armed),
            len(many[0].dropped),
            tuple(sorted(one.reference for one in many)),
        )
        for many in sorted(found.values(), key=len, reverse=True)
    ]


def _percent(running: Migration) -> int:
    return min(100, 100 * (running.moved + len(running.stayed)) // max(1, running.total))


def init_app(app: Flask) -> None:
    """Registers these pages under the desk's name: its overview links to what is there."""
    app.add_url_rule("/ontwerp/overzetten", "desk.migrate", migrate)
    for word, view in (("bekijken", migrate_preview), ("beginnen", migrate_begin)):
        app.add_url_rule(f"/ontwerp/overzetten/{word}", f"desk.{view.__name__}", view, methods=["POST"])
    address = "/ontwerp/overzetten/<uuid:which>/stoppen"
    app.add_url_rule(address, "desk.migrate_stop", migrate_stop, methods=["POST"])
