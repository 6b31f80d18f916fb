"""What is on the pictures of the designer's guide: a tighter ladder, a law that is broken on purpose, and the
cases that are moved when all is well.

It goes on where `scenes` ends, so that there are open cases. Everybody in it is made up.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from playwright.sync_api import Page

from meldcode import clock, desk

if TYPE_CHECKING:
    from tools.pictures import Studio

LAPTOP = 1280
DESIGNER = "wieke"
DAY = datetime(2026, 9, 21, 9, 0, 5, tzinfo=ZoneInfo("Europe/Amsterdam"))
LADDER = {"wegen_2d": "1", "wegen_4d": "2", "wegen_5d": "3", "wegen_7d": "5"}  # working days
READY = "#ontwerp[data-ready=yes]"
PATIENCE = 60_000  # milliseconds: the drawing editor is large


def play(studio: Studio) -> None:
    """The whole walk of the designer, in the order of time."""
    studio.at(DAY)
    with studio.visitor(DESIGNER, LAPTOP) as page:
        page.set_default_timeout(PATIENCE)
        asking(studio, page)
        editing(studio, page)
        comparing(studio, page)
        rehearsing(studio, page)
        breaking(studio, page)
        moving(studio, page)


def asking(studio: Studio, page: Page) -> None:
    """The questions, and what the answers make of the draft."""
    page.goto("/ontwerp/vragen")
    page.get_by_role("button", name="Naar de vragen").click()
    for name, days in LADDER.items():
        page.locator(f"[name='dagen-{name}']").fill(days)
    studio.take(page, "gids-ontwerp-vragen", height=420, top=page.locator("#ladder"))
    page.get_by_role("button", name="Bekijk wat dit wordt").click()
    page.get_by_role("button", name="Zet dit in het ontwerp").click()
    page.goto("/ontwerp")
    page.locator("#verandert").wait_for()
    studio.take(page, "gids-ontwerp", height=720)


def editing(studio: Studio, page: Page) -> None:
    """The same diagram as a list and as a drawing."""
    page.goto("/ontwerp/stappen/meldcode.bpmn")
    page.locator("summary", has_text="Zo werkt deze pagina").click()  # the picture is of the list itself
    page.locator(READY).wait_for()
    looked_over(page)
    studio.take(page, "gids-ontwerp-lijst", height=600)
    page.goto("/ontwerp/diagram/meldcode.bpmn#wegen")
    page.locator(READY).wait_for()
    page.locator(".djs-element.selected").first.wait_for()
    looked_over(page)
    studio.take(page, "gids-ontwerp-tekening", height=560)


def comparing(studio: Studio, page: Page) -> None:
    """What changes, in sentences and in the drawing."""
    page.goto("/ontwerp/vergelijk")
    page.wait_for_load_state("networkidle")
    last = page.locator(".change").nth(2)  # the last sentences, and the drawing below them
    studio.take(page, "gids-ontwerp-vergelijken", height=740, top=last)


def rehearsing(studio: Studio, page: Page) -> None:
    """A case begun with a clock of its own."""
    page.goto("/ontwerp/oefenen")
    page.get_by_role("button", name="Begin de oefening").click()
    page.get_by_role("button", name="Naar de volgende termijn").wait_for()
    page.wait_for_load_state("networkidle")
    # as a Dutch browser writes a date: this one follows the computer it runs on
    page.locator("input[type=date]").evaluate_all(
        "all => all.forEach(e => {"
        " const day = e.value.split('-').reverse().join('-'); e.type = 'text'; e.value = day })"
    )
    studio.take(page, "gids-ontwerp-oefenen", height=760)


def breaking(studio: Studio, page: Page) -> None:
    """Nobody can say *ik twijfel* any more: the story that follows, in the drawing. Put back after that."""
    draft = desk.read(studio.db, studio.organisation)
    for path in ("forms/wegen.form", "weging.dmn"):
        file = draft.files[path]
        assert file.content is not None  # noqa: S101 - the school has both
        _save(studio, path, file.content.replace(b"twijfel", b"weet-niet"))
    _prove(studio, page)
    page.get_by_role("link", name="Bekijk het verhaal in de tekening").first.click()
    page.emulate_media(reduced_motion="reduce")  # the drawing is where it will be at once
    page.locator(".walk__list a").last.click()
    page.locator(".walk__list a[aria-current=step].walk__last").wait_for()
    studio.take(page, "gids-ontwerp-verhaal", height=560, top=page.locator(".walk"))
    for path in ("forms/wegen.form", "weging.dmn"):
        before = draft.files[path].content
        assert before is not None  # noqa: S101
        _save(studio, path, before)


def moving(studio: Studio, page: Page) -> None:
    """Published; and what would become of the cases that are open."""
    _prove(studio, page)
    page.locator("#toelichting").fill("De ladder bij wegen is korter: 1, 2, 3 en 5 weekdagen.")
    page.get_by_role("button", name="Publiceer").click()
    page.goto("/ontwerp/overzetten")
    page.get_by_role("button", name="Bekijk wat er gebeurt").click()
    page.get_by_role("button", name="Begin met overzetten").wait_for()
    studio.take(page, "gids-ontwerp-overzetten", height=860)


def looked_over(page: Page) -> None:
    """The editor has said what it found."""
    page.locator("summary", has_text="Bevindingen").filter(has_not_text="…").first.wait_for()
    page.locator("summary", has_text="Bevindingen").filter(has_not_text="...").first.wait_for()


def _save(studio: Studio, path: str, content: bytes) -> None:
    file = desk.read(studio.db, studio.organisation).files[path]
    by = studio.person(DESIGNER)
    desk.save(studio.db, studio.organisation, path, content, file.revision, by, clock.now(studio.db))


def _prove(studio: Studio, page: Page) -> None:
    """Ask for every case to be played, and do what a tick would do."""
    page.goto("/ontwerp/publiceren")
    page.get_by_role("button", name="Alle zaken naspelen").click()
    desk.prove_waiting(studio.db, clock.now(studio.db))
    page.goto("/ontwerp/publiceren")
