"""The school's whole story on a deployment: PostgreSQL, a broker, two workers and two beats, in Chromium.

In the middle of it the broker dies and comes back empty, and a worker is killed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from meldcode import audit
from tests.postgres import OWNER, PrivatePostgres
from tests.stories.house import DeployedHouse, recipients
from tests.stories.test_school import BESLUIT, MARK, TODAY, TWIJFEL, WEGEN, WEIGHED, at_the_weighing
from tests.stories.test_school import assert_without_content as assert_mails_without_content
from tests.stories.visitors import BrowserVisitor
from tests.workers.deployment import Deployment
from workers.embedded.broker import PrivateBroker
from workers.embedded.catcher import catching

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture(scope="module")
def own_broker() -> Iterator[PrivateBroker]:
    with PrivateBroker() as broker:
        yield broker


@pytest.fixture(scope="module")
def deployed(
    tmp_path_factory: pytest.TempPathFactory, own_broker: PrivateBroker, postgres: PrivatePostgres
) -> Iterator[DeployedHouse]:
    folder: Path = tmp_path_factory.mktemp("deployed")
    name = postgres.create()
    database = {
        "MELDCODE_DATABASE_URL": postgres.url(name),
        "MELDCODE_MIGRATION_URL": postgres.url(name, OWNER),
    }
    with catching(folder / "mails") as (mailbox, port):
        deployment = Deployment(folder / "var", own_broker.url, mailbox, port, database=database)
        house = DeployedHouse(deployment, folder)
        try:
            house.leave_holidays_behind()
            yield house
        finally:
            house.close()


@pytest.mark.parametrize(
    "looking",
    [
        pytest.param(False, id="quick"),
        pytest.param(True, id="every page looked at", marks=[pytest.mark.long, pytest.mark.timeout(600)]),
    ],
)
def test_the_whole_story_survives_a_lost_broker_and_a_killed_worker(
    deployed: DeployedHouse, own_broker: PrivateBroker, browser: Browser, looking: bool
) -> None:
    def visit(username: str, width: int = 1280) -> BrowserVisitor:
        visitor = BrowserVisitor(browser, deployed.address, width=width, looking=looking)
        visitor.sign_in(username)
        return visitor

    sanne, henk, fatima = visit("sanne", 390), visit("henk"), visit("fatima")
    reference = at_the_weighing(sanne)

    reached: list[list[str]] = []
    for day in range(1, 9):
        if day == 3:
            own_broker.kill()
            own_broker.start()
            own_broker.ask("FLUSHALL")
        if day == 5:
            deployed.replace_worker()
        before = len(deployed.mails(reference))
        sanne.next_working_day()
        reached.append(recipients(deployed.mails(reference)[before:]))
    assert reached == [[], ["sanne"], [], ["sanne"], ["fatima"], [], ["henk"], []]
    assert_mails_without_content(deployed.mails(reference))

    sanne.complete(reference, WEGEN, {**WEIGHED, "structureel": "twijfel"})
    advice = {
        "vt_datum": TODAY,
        "vt_wie": "Medewerker van Veilig Thuis",
        "vt_anoniem": "nee",
        "vt_antwoord": f"Organiseer hulp voor {MARK} en volg hoe het gaat.",
        "na_vt": "verder",
    }
    sanne.complete(reference, TWIJFEL, advice)
    sanne.complete(reference, WEGEN, WEIGHED)
    decided = {
        "melden": "nee",
        "hulp": "ja",
        "besluit_reden": f"Hulp kan nu helpen bij {MARK}.",
        "besluit_met": "De leerkracht en de intern begeleider",
        "besluit_datum": TODAY,
    }
    henk.complete(reference, BESLUIT, decided)
    chosen = {"zelf_melden_keuze": "nee", "zelf_melden_reden": f"Ik sta achter het besluit over {MARK}."}
    sanne.complete(reference, "Besluit lezen en zelf kiezen", chosen)
    arranged = {
        "hulp_wie": "Jeugdhulp in de wijk",
        "hulp_wat": f"Steun thuis voor {MARK}.",
        "hulp_doel": "Elke dag eten mee.",
        "hulp_start": TODAY,
        "hulp_akkoord": "ja",
        "hulp_afspraken": "Wij spreken elkaar elke week.",
    }
    fatima.complete(reference, "Hulp organiseren", arranged)
    followed = {"volgen_datum": TODAY, "hulp_werkt": "ja", "volgen_bevinding": f"Het gaat goed met {MARK}."}
    fatima.complete(reference, "Volgen of de hulp werkt", followed)
    closed = {
        "afsluiten_reden": "De zorg is weg.",
        "afsluiten_bevinding": f"{MARK} is veilig.",
        "afsluiten_wie_ziet": "De nieuwe leerkracht",
        "afsluiten_datum": TODAY,
    }
    fatima.complete(reference, "Afsluiten en vastleggen", closed)
    for somebody in (sanne, henk, fatima):
        assert somebody.tasks(reference) == []
        assert somebody.problems == []
        somebody.page.context.close()
    assert audit.verify(deployed.db) == []
