"""One house for all stories of a file, and a visitor of each kind to walk through them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.stories.house import EmbeddedHouse, House
from tests.stories.visitors import BrowserVisitor, PlainVisitor, Visitor
from tools.browser import ARGUMENTS

KINDS = ("plain", "laptop", "phone without JavaScript")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    running = EmbeddedHouse(tmp_path_factory.mktemp("house") / "var")
    try:
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(chromium), args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture(params=KINDS)
def visit(request: pytest.FixtureRequest, house: House) -> Iterator[Callable[[str], Visitor]]:
    """Signs somebody in and hands over her screen; in a browser nothing may be refused or fail meanwhile."""
    opened: list[BrowserVisitor] = []

    def somebody(username: str) -> Visitor:
        visitor: Visitor
        if request.param == "plain":
            visitor = PlainVisitor(house.address)
        else:
            running: Browser = request.getfixturevalue("browser")
            wide = request.param == "laptop"
            visitor = BrowserVisitor(running, house.address, width=1280 if wide else 390, javascript=wide)
            opened.append(visitor)
        visitor.sign_in(username)
        return visitor

    yield somebody
    for visitor in opened:
        visitor.page.context.close()
        assert visitor.problems == []
