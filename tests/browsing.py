"""Going from page to page in a real browser, on a computer that may be slow.

A click only begins the way to the next page. Until that page is there the old one can still be read, and
between the two there is no document at all, so whoever looks at once sees the wrong page, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page

#: How long anything may take before it counts as broken, in milliseconds: much longer than it ever needs.
PATIENCE = 30_000


@contextmanager
def next_page(page: Page) -> Iterator[None]:
    """The block does what leads to another page; after it that page is there, as a whole."""
    with page.expect_event("load"):
        yield


def follow(way: Locator) -> None:
    """Clicks a link or a button that leads to another page, and waits for that page."""
    with next_page(way.page):
        way.click()
