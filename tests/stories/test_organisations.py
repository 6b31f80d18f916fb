"""One example of every organisation, walked by its own people on the real pages, in Chromium.

The example says who answers what; here nobody waits, so its times and mails are left to
`test_examples.py`. What is open after each moment, and that the case ends, is what an example says.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from meldcode.definition import Version
from meldcode.rehearse import Example, examples_of
from tests.organisations import FOLDERS, version_of
from tests.stories.house import House
from tests.stories.visitors import BrowserVisitor

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.long]

ROUTE = "hulp-en-volgen.toml"  # every organisation's main way; where it is not there, the report
OTHERWISE = "melding.toml"


def chosen(version: Version) -> Example:
    """The organisation's own example of its main way."""
    by_name = {Path(example.file).name: example for example in examples_of(version)}
    return by_name.get(ROUTE) or by_name[OTHERWISE]


def who_holds(version: Version, role: str | None, opener: str) -> str:
    """The demo person who does a task of this role: the opener when she holds it, else the first."""
    people = version.organisation.demo_people
    if role is None or any(one.username == opener and role in one.roles for one in people):
        return opener
    return next(one.username for one in people if role in one.roles)


def on_the_page(answers: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Answers as the page names them: rows of a list by their number, ticks as a list."""
    found: dict[str, str | list[str]] = {}
    for name, value in answers.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            for number, row in enumerate(value):
                found |= {f"{name}.{number}.{key}": one for key, one in on_the_page(row).items()}
        elif isinstance(value, Mapping):
            found |= {f"{name}.{key}": one for key, one in on_the_page(value).items()}
        elif isinstance(value, list):
            found[name] = [str(one) for one in value]
        elif value is not None and not isinstance(value, bool):
            found[name] = str(value)
        elif value is True:
            found[name] = "true"
    return found


def other_ways_in() -> list[tuple[Path, Example]]:
    """An example of every further way a case can begin, such as a hand-over."""
    found = []
    for folder in FOLDERS:
        version = version_of(folder)
        for process in version.other_starts:
            whole = (one for one in examples_of(version) if one.process == process.id and one.finished)
            example = min(whole, key=lambda one: len(one.moments))
            found.append((folder, example))
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_organisations_main_way_is_walked_by_its_own_people(
    folder: Path, house: House, browser: Browser
) -> None:
    walk(folder, chosen(version_of(folder)), house, browser)


@pytest.mark.parametrize(("folder", "example"), other_ways_in(), ids=lambda one: getattr(one, "name", ""))
def test_a_case_can_begin_in_the_organisations_other_way(
    folder: Path, example: Example, house: House, browser: Browser
) -> None:
    walk(folder, example, house, browser)


def walk(folder: Path, example: Example, house: House, browser: Browser) -> None:
    version = version_of(folder)
    first = next(moment.complete for moment in example.moments if moment.complete)
    opener = who_holds(version, version.nodes[first].role, "")
    open_visitors: dict[str, BrowserVisitor] = {}

    def visitor(username: str) -> BrowserVisitor:
        if username not in open_visitors:
            open_visitors[username] = BrowserVisitor(browser, house.address, width=1280)
            open_visitors[username].sign_in(username)
        return open_visitors[username]

    begin = [version.processes[example.process].name] if example.process else []
    reference = visitor(opener).open_case(*begin)
    for moment in example.moments:
        if moment.event:
            visitor(opener).raise_acute(reference)
        if moment.complete is None:
            continue  # time passes, or mails go: proven elsewhere
        node = version.nodes[moment.complete]
        somebody = visitor(who_holds(version, node.role, opener))
        somebody.complete(reference, node.name, on_the_page(moment.answers))
    for username, somebody in open_visitors.items():
        assert somebody.tasks(reference) == [], f"{username} still has a task"
        assert somebody.problems == []
        somebody.page.context.close()
