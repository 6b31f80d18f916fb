"""The designer's desk in a real Chromium: how soon a drawing can be edited, and whether dragging stays fluid.

Cold: a browser that was just started, with nothing of ours kept, on a server that answers its first requests.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from playwright.sync_api import Page, sync_playwright

from meldcode import people
from tests.bench.pages import PASSWORD, Pages, served
from tests.bench.rows import Row, at_least, at_most, shown
from tests.databases import Kind
from tools import browser

DESIGNER = "bench-ontwerper"
DRAWING = "/ontwerp/diagram/meldcode.bpmn"
READY = "#ontwerp[data-ready=yes]"
ELEMENTS = 200
SECONDS = 2.0  # of dragging
#: Tasks in a row below what is drawn, until the drawing has so many elements.
MORE = """most => {
  const { modeler } = document.querySelector('#ontwerp').desk;
  const [all, modeling] = [modeler.get('elementRegistry'), modeler.get('modeling')];
  const lane = all.filter(e => e.type === 'bpmn:Participant')[0];
  for (let n = 0; all.getAll().length < most; n++)
    modeling.createShape({ type: 'bpmn:UserTask' }, { x: 400 + 140 * n, y: lane.y + lane.height - 60 }, lane);
  return all.getAll().length;
}"""
COUNT = """() => {
  window.frames_drawn = 0;
  const count = () => { window.frames_drawn += 1; requestAnimationFrame(count); };
  requestAnimationFrame(count);
}"""
DRAGGING = "!!document.querySelector('#ontwerp').desk.modeler.get('dragging').context()"


def rows(databases: Kind) -> Iterator[Row]:
    """Chromium on this computer, the production server beside it."""
    program = browser.find()
    if program is None:
        raise RuntimeError(browser.MISSING)
    pages = Pages(databases.fresh())
    people.create_person(
        pages.db,
        pages.organisation,
        username=DESIGNER,
        name="Ontwerper",
        email="ontwerper@hetvoorbeeld.example",
        roles=frozenset({"kwaliteitsmedewerker"}),
        password=PASSWORD,
        now=datetime.now(UTC),
    )
    with served(pages) as port, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(browser.ARGUMENTS))
        page = chromium.new_page(base_url=f"http://localhost:{port}", viewport={"width": 1280, "height": 844})
        page.set_default_timeout(60_000)
        _sign_in(page)
        began = time.perf_counter()
        page.goto(DRAWING)
        page.locator(READY).wait_for()
        yield at_most("desk: a drawing can be edited, cold", time.perf_counter() - began, "s", 2.5)
        yield at_most("desk: quick findings there and back", _findings(page), "ms", 300)
        elements = page.evaluate(MORE, ELEMENTS)
        yield shown("desk: elements in the drawing that is dragged in", elements, "")
        yield at_least("desk: frames while a task is dragged", _dragged(page), "/s", 30)
        chromium.close()


def _sign_in(page: Page) -> None:
    page.goto("/inloggen")
    page.get_by_label("Gebruikersnaam").fill(DESIGNER)
    page.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Inloggen", exact=True).click()
    page.get_by_role("heading", level=1, name="Mijn taken").wait_for()


def _findings(page: Page) -> float:
    """Milliseconds for the findings of a drawing that the server has not seen before."""
    return float(
        page.evaluate(
            """async () => {
              const desk = document.querySelector('#ontwerp');
              const file = await (await fetch('/ontwerp/bestand/' + desk.dataset.path)).json();
              const content = file.content.replace('name="', 'name="' + Math.random() + ' ');
              const began = performance.now();
              const answer = await fetch('/ontwerp/bevindingen', {
                method: 'POST',
                headers: { 'Content-Type': 'application/json', 'X-CSRFToken': desk.dataset.csrf },
                body: JSON.stringify({ path: desk.dataset.path, content }),
              });
              if (!answer.ok) throw new Error(String(answer.status));
              await answer.json();
              return performance.now() - began;
            }"""
        )
    )


def _dragged(page: Page) -> float:
    """Frames a second that the browser drew while a task went up and down."""
    page.evaluate(COUNT)
    box = page.locator(".djs-element[data-element-id=signalen] .djs-hit").first.bounding_box()
    if box is None:
        raise RuntimeError("the task to drag is not on the screen")
    x, y = box["x"] + 30, box["y"] + 30
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y + 10)
    began, before = time.perf_counter(), page.evaluate("window.frames_drawn")
    step = 0
    while time.perf_counter() - began < SECONDS:
        step += 1
        page.mouse.move(x + 10 + step % 60, y + 10 + step % 40)
    drawn = page.evaluate("window.frames_drawn") - before
    seconds = time.perf_counter() - began
    if not page.evaluate(DRAGGING):
        raise RuntimeError("nothing was dragged")
    page.keyboard.press("Escape")
    page.mouse.up()
    return float(drawn / seconds)
