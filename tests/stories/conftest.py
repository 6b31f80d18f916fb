"""One house for all stories of a file, and a visitor of each kind to walk through them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.stories.house import EmbeddedHouse, House
from tests.stories.visitors import BrowserVisitor, PlainVisitor, Visitor

KINDS = ("plain", "laptop", "phone without JavaScript")
#: What `make long` adds: the same story on another kind of screen.
LONG = {
    ("test_a_stalled_weighing_reaches_the_teacher_twice_then_the_next_in_line", KINDS[2]),
    ("test_doubt_leads_to_advice_and_back_to_weighing_until_somebody_decides", KINDS[2]),
    ("test_who_is_not_involved_sees_that_a_case_waits_but_not_what_is_in_it", "laptop"),
    ("test_acute_danger_opens_its_own_way_in_the_middle_of_a_case", KINDS[2]),
}
#: The stories that need not be walked on every kind of screen: what they show is not in how a page is used.
ENOUGH = {
    "test_a_stalled_weighing_reaches_the_teacher_twice_then_the_next_in_line": ("plain", KINDS[2]),
    "test_who_is_not_involved_sees_that_a_case_waits_but_not_what_is_in_it": ("plain", "laptop"),
    "test_acute_danger_opens_its_own_way_in_the_middle_of_a_case": ("laptop", KINDS[2]),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "visit" in metafunc.fixturenames:
        story = metafunc.function.__name__
        kinds = [
            pytest.param(kind, marks=pytest.mark.long if (story, kind) in LONG else ())
            for kind in ENOUGH.get(story, KINDS)
        ]
        metafunc.parametrize("visit", kinds, indirect=True)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    running = EmbeddedHouse(tmp_path_factory.mktemp("house") / "var")
    try:
        running.leave_holidays_behind()
        yield running
    finally:
        running.close()


@pytest.fixture
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
