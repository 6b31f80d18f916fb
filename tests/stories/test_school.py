"""The school's story end to end: real pages, real workers, real mails; in plain HTTP and in Chromium.

`MARK` is a made-up word that stands in every answer: it must not turn up in any mail, log line or
database file, nor on the page of somebody who is not involved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from meldcode.definition.mails import FORBIDDEN_WORDS
from tests.stories.house import House, recipients
from tests.stories.visitors import Answers, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.processes]

Visit = Callable[[str], Visitor]
MARK = "zwaluwstaart"
TODAY = datetime.now(UTC).date().isoformat()

SIGNALEN = "1 Signalen in kaart brengen"
OVERLEG = "2 Overleggen met intern begeleider"
GESPREK = "3 Gesprek met ouders en leerling"
WEGEN = "4 Wegen van het geweld"
TWIJFEL = "Bij twijfel: Veilig Thuis raadplegen"
BESLUIT = "5 Beslissen: melden? en hulp?"

FIRST_STEPS: tuple[tuple[str, Answers], ...] = (
    (
        SIGNALEN,
        {
            "vermoeden_over": "thuis",
            "kinderen.0.voornaam": MARK,
            "kinderen.0.leeftijd": "8",
            "feiten.0.wat": f"Kwam drie keer zonder eten ({MARK}).",
            "feiten.0.bron": "zelf",
            "feiten.0.wanneer": TODAY,
            "vormen": ["lichamelijke_verwaarlozing"],
            "signalen_datum": TODAY,
            "signalen_bevinding": f"Ik maak mij zorgen om {MARK}.",
        },
    ),
    (
        OVERLEG,
        {
            "overleg_met": "De intern begeleider",
            "overleg_datum": TODAY,
            "overleg_advies": f"Eerst met de ouders van {MARK} praten.",
            "extra_advies": "nee",
            "overleg_bevinding": "gesprek",
        },
    ),
    (
        GESPREK,
        {
            "gesprek_keuze": "gevoerd",
            "gesprek_datum": TODAY,
            "gesprek_met": f"moeder van {MARK}",
            "gesprek_reactie": f"Het is druk thuis ({MARK}).",
            "gesprek_kind": f"{MARK} smeert zelf brood.",
            "gesprek_bevinding": "verder",
        },
    ),
)
WEIGHED: Answers = {
    "vermoeden": "ja",
    "acuut": "nee",
    "onthulling": "nee",
    "structureel": "nee",
    "hulp_mogelijk": "ja",
    "hulp_aanvaard": "ja",
    "per_kind.0.kind": MARK,
    "per_kind.0.veiligheid": f"{MARK} is op school veilig. Thuis is er te weinig zorg.",
    "wegen_met": "De intern begeleider",
    "wegen_datum": TODAY,
    "wegen_bevinding": f"Wij wogen wat wij zagen van {MARK}.",
}


@pytest.fixture(autouse=True, scope="module")
def _no_content_leaks(house: House) -> Iterator[None]:
    """After all stories: the word in every answer is nowhere to be read but on the case's own pages."""
    yield
    house.close()
    secret = MARK.encode()
    for file in [house.log, *house.folder.rglob("*")]:
        if file.is_file():
            assert secret not in file.read_bytes().lower(), f"case content in {file.name}"


def at_the_weighing(teacher: Visitor) -> str:
    reference = teacher.open_case()
    for task, answers in FIRST_STEPS:
        teacher.complete(reference, task, answers)
    assert teacher.tasks(reference) == [WEGEN]
    return reference


def assert_without_content(mails: list[EmailMessage]) -> None:
    assert len({str(mail["Subject"]) for mail in mails}) == 1, "every level has the same subject"
    for mail in mails:
        text = f"{mail['Subject']}\n{mail.get_body(('plain',)).get_content()}".lower()  # type: ignore[union-attr]
        assert MARK not in text
        for word in FORBIDDEN_WORDS:
            assert word.lower() not in text


def test_a_stalled_weighing_reaches_the_teacher_twice_then_the_next_in_line(
    house: House, visit: Visit
) -> None:
    sanne = visit("sanne")
    reference = at_the_weighing(sanne)
    assert house.mails(reference) == []

    reached: list[list[str]] = []
    for _ in range(8):
        before = len(house.mails(reference))
        sanne.next_working_day()
        reached.append(recipients(house.mails(reference)[before:]))

    assert reached == [[], ["sanne"], [], ["sanne"], ["fatima"], [], ["henk"], []]
    assert_without_content(house.mails(reference))
    assert sanne.tasks(reference) == [WEGEN], "the task stays hers until she or somebody in charge moves it"


def test_doubt_leads_to_advice_and_back_to_weighing_until_somebody_decides(
    house: House, visit: Visit
) -> None:
    sanne, henk = visit("sanne"), visit("henk")
    reference = at_the_weighing(sanne)

    sanne.complete(reference, WEGEN, {**WEIGHED, "structureel": "twijfel"})
    assert sanne.tasks(reference) == [TWIJFEL]
    sanne.complete(
        reference,
        TWIJFEL,
        {
            "vt_datum": TODAY,
            "vt_wie": "Medewerker van Veilig Thuis",
            "vt_anoniem": "nee",
            "vt_antwoord": f"Weeg opnieuw en let op {MARK}.",
            "na_vt": "verder",
        },
    )
    sanne.complete(
        reference,
        WEGEN,
        {
            "vermoeden": "nee",
            "vermoeden_reden": f"De huisarts vond een andere oorzaak bij {MARK}.",
            "acuut": "nee",
            "onthulling": "nee",
            "structureel": "nee",
            "per_kind.0.kind": MARK,
            "per_kind.0.veiligheid": "Veilig, voor zover wij zien.",
            "wegen_met": "De intern begeleider",
            "wegen_datum": TODAY,
            "wegen_bevinding": f"Geen vermoeden meer over {MARK}.",
        },
    )
    assert sanne.tasks(reference) == []
    henk.complete(
        reference,
        BESLUIT,
        {
            "melden": "nee",
            "hulp": "nee",
            "besluit_reden": f"Dit past bij wat wij weten over {MARK}.",
            "besluit_met": "De leerkracht en de intern begeleider",
            "besluit_datum": TODAY,
        },
    )
    sanne.complete(
        reference,
        "Besluit lezen en zelf kiezen",
        {"zelf_melden_keuze": "nee", "zelf_melden_reden": f"Ik sta achter het besluit over {MARK}."},
    )
    fatima = visit("fatima")
    fatima.complete(
        reference,
        "Afsluiten en vastleggen",
        {
            "afsluiten_reden": f"De zorg over {MARK} is weg.",
            "afsluiten_bevinding": f"{MARK} is veilig.",
            "afsluiten_wie_ziet": "De nieuwe leerkracht",
            "afsluiten_datum": TODAY,
        },
    )
    for somebody in (sanne, henk, fatima):
        assert somebody.tasks(reference) == []
    assert house.mails(reference) == []


def test_acute_danger_opens_its_own_way_in_the_middle_of_a_case(house: House, visit: Visit) -> None:
    sanne = visit("sanne")
    reference = at_the_weighing(sanne)
    sanne.raise_acute(reference)
    assert "Bel 112 of Veilig Thuis. Nu." in sanne.tasks(reference)
    sanne.complete(
        reference,
        "Bel 112 of Veilig Thuis. Nu.",
        {
            "acuut_gebeld": ["112", "veilig_thuis"],
            "acuut_bellen_datum": TODAY,
            "acuut_wat": f"Vader wacht {MARK} op.",
            "acuut_kind_veilig": f"{MARK} is bij de buren.",
        },
    )
    sanne.complete(
        reference,
        "Spoedmelding vastleggen",
        {
            "acuut_gemeld": "ja",
            "acuut_melding_datum": TODAY,
            "acuut_melding_bij": "Veilig Thuis, de wachtdienst",
            "acuut_afspraken": f"Veilig Thuis gaat vandaag bij {MARK} langs.",
            "acuut_geinformeerd": "nee",
            "acuut_geinformeerd_toelichting": "Dat is nu niet veilig.",
        },
    )
    assert sanne.tasks(reference) == [WEGEN]


def test_who_is_not_involved_sees_that_a_case_waits_but_not_what_is_in_it(house: House, visit: Visit) -> None:
    sanne = visit("sanne")
    reference = at_the_weighing(sanne)
    henk, joost = visit("henk"), visit("joost")
    seen = henk.text("/zaken")
    assert reference in seen
    assert MARK not in seen
    assert reference not in joost.text("/zaken")
