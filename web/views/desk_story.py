"""How a rule goes wrong, walked over the diagram: a sentence and a picture for each step of the story.

Every step is a page of its own, drawn by the server; a small script only changes the page in place. So the
story is a numbered list with links for who has no script, and the picture never says anything else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from meldcode import desk
from meldcode.check.telling import SOUND
from meldcode.definition import Version
from meldcode.desk.errors import NotThere
from meldcode.diagram import draw
from meldcode.diagram.model import Diagram
from meldcode.diagram.naming import described
from web.desk import designers_only, draft
from web.language import language, said
from web.services import services
from web.sessions import actor
from web.views.desk import edit_url, title_of

CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway", "eventBasedGateway"})
TASKS_DONE = frozenset({"userTask", "manualTask", "receiveTask", "callActivity", "subProcess"})


@dataclass(frozen=True, slots=True)
class Scene:
    """One step as the page shows it; `file`, `element` and `edit` are None where nothing is drawn."""

    number: int
    says: str
    file: str | None
    element: str | None
    name: str
    edit: str | None


@designers_only
def story(which: UUID, what: str) -> ResponseReturnValue:
    """The story of one rule (its number) or of soundness (its name), at step `?stap=`."""
    proof = desk.proof(services().db, actor().organisation, which)
    told = _told(proof.report or {}, what)
    walk = told.get("walk") or [{"says": one} for one in told["story"]]
    contents = draft().contents
    version = desk.look(contents).version
    scenes = list(_scenes(walk, version))
    now = min(max(request.args.get("stap", type=int, default=1), 1), len(scenes))
    scene = scenes[now - 1]
    drawn = version.diagrams.get(scene.file or "") if version else None
    return render_template(
        "desk/story.html",
        here="desk",
        title=_title(told, what),
        number=what if what.isdigit() else None,
        why=told["why"][language()],
        scenes=scenes,
        now=scene,
        at=lambda step: url_for("desk.story", which=which, what=what, stap=step),
        # every name in it was written as text by the same program that draws the files of pictures
        picture=Markup(draw(drawn, marks=marked(walk, now, drawn), language=language())) if drawn else None,  # noqa: S704
        file_name=title_of(scene.file) if scene.file else "",
        stale=proof.version != desk.cases_of(contents),
    )


def _told(report: Mapping[str, Any], what: str) -> Mapping[str, Any]:
    """What the proof says of it. Raises `NotThere` when there is no story."""
    rules = {str(one["number"]): one for one in report.get("rules", ())}
    found: Mapping[str, Any] | None = {**report.get("sound", {}), **rules}.get(what)
    if not found or not found["story"]:
        raise NotThere
    return found


def _title(told: Mapping[str, Any], what: str) -> str:
    return said(SOUND[what]) if what in SOUND else str(told["title"][language()])


def _scenes(walk: Sequence[Mapping[str, Any]], version: Version | None) -> Iterator[Scene]:
    """The steps with where they are drawn; one without an element stays on the picture before it."""
    file = None
    for number, told in enumerate(walk, 1):
        element = next((one for one in (told.get("at"), *told.get("passed", ())) if one), None)
        diagram = _diagram_of(version, element)
        if diagram is None and version is not None and number == 1:
            diagram = version.diagram_of(version.main_process)
        file = diagram.file if diagram else file
        drawn = element if diagram and element in diagram.nodes else None
        url = edit_url(diagram.file) if diagram and drawn else None
        name = said(described(diagram, drawn)) if diagram and drawn else ""
        yield Scene(number, str(told["says"]), file, drawn, name, f"{url}#{drawn}" if url else None)


def _diagram_of(version: Version | None, element: str | None) -> Diagram | None:
    diagrams = version.diagrams.values() if version else ()
    return next((one for one in diagrams if element in one.nodes), None)


def marked(walk: Sequence[Mapping[str, Any]], number: int, diagram: Diagram) -> dict[str, str]:
    """How a diagram is marked at one step: where it happens, what waits, where it came by."""
    been = {one for told in walk[:number] for one in (told.get("at"), *told.get("passed", ())) if one}
    now = walk[number - 1]
    waiting = set(now.get("open", ()))
    marks = {
        key: "done" if node.kind in TASKS_DONE else "passed"
        for key, node in diagram.nodes.items()
        if key in been
    }
    marks |= dict.fromkeys(_flows(diagram, been, waiting), "passed")
    marks |= {key: "current" for key in waiting if key in diagram.nodes}
    here = now.get("at") or next(iter(now.get("passed", ())), "")
    if here in diagram.nodes:
        marks[here] = "wrong" if number == len(walk) else "here"
    return marks


def _flows(diagram: Diagram, been: Collection[str], waiting: Collection[str]) -> Iterator[str]:
    """The arrows that were followed: of a choice only the one that was chosen."""
    for key, flow in diagram.flows.items():
        source = diagram.nodes.get(flow.source)
        chooses = source is not None and source.kind in CHOOSING and len(source.outgoing) > 1
        along = flow.source in been and (flow.target in been or flow.target in waiting)
        if key in been or (along and not chooses):
            yield key


def init_app(app: Flask) -> None:
    """Registers the page under the desk's name: pages link to it when it is there."""
    app.add_url_rule("/ontwerp/verhaal/<uuid:which>/<what>", "desk.story", story)
