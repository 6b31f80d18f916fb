"""What is on the pictures of the guides: one teacher's case, and what her colleagues see of it.

The walk is that of `examples/stap-4-blijft-liggen.toml` of the school, on the same days, until she doubts.
Everybody in it is made up. No picture shows a field for a date: a browser writes dates in the language of
the computer it runs on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page

from meldcode import accounts, clock

if TYPE_CHECKING:
    from tools.pictures import Studio

PHONE, LAPTOP = 390, 1280
TEACHER, COLLEAGUE, COUNSELLOR, HEAD = "sanne", "joost", "fatima", "henk"
REFERENCE = "K7Q2-84"


def _on(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, 5, tzinfo=ZoneInfo("Europe/Amsterdam"))


FIRST = _on(7, 8, 45)
#: What happens in other cases, so that a supervisor has a list: when, whose, which, and what she finishes.
BEFORE = (
    (_on(8, 9), COLLEAGUE, "H9L5-73", "signalen"),
    (_on(9, 9), COLLEAGUE, "H9L5-73", "overleg"),
)
AFTER = (
    (_on(14, 10), COLLEAGUE, "P3T8-26", "signalen"),
    (_on(14, 14), COLLEAGUE, "H9L5-73", "gesprek"),
    (_on(15, 11), COLLEAGUE, "H9L5-73", "wegen"),
    (_on(15, 13), TEACHER, "R6V4-51", "signalen"),
    (_on(16, 9), TEACHER, "R6V4-51", "overleg"),
)


def play(studio: Studio, answers: Mapping[str, Mapping[str, Any]]) -> None:
    """The whole walk, in the order of time. `answers`: what people fill in, by place in the diagram."""
    arriving(studio)
    case = new_worry(studio, answers)
    others: dict[str, UUID] = {}
    meanwhile(studio, BEFORE, others, answers)
    to_the_weighing(studio, case, answers)
    weighing(studio, case, answers)
    meanwhile(studio, AFTER, others, answers)
    supervising(studio, case)
    anytime(studio, case)
    doubting(studio, case, answers)


def arriving(studio: Studio) -> None:
    """An invitation, signing in, and an empty list."""
    studio.at(FIRST)
    accounts.invite(
        studio.db,
        studio.organisation,
        username="noor",
        name="Noor",
        email="noor@hetvoorbeeld.example",
        roles={"leerkracht"},
        now=clock.now(studio.db),
    )
    studio.at(_on(7, 8, 50))
    (mail,) = studio.mailbox.messages()
    link = re.search(r"/wachtwoord/\S+", str(mail.get_content()))
    assert link is not None  # noqa: S101 - that is what the mail is for
    with studio.visitor(None, PHONE) as page:
        page.goto(link.group())
        studio.take(page, "gids-uitnodiging", height=660)
        for label in ("Nieuw wachtwoord", "Nieuw wachtwoord, nog een keer"):
            page.get_by_label(label, exact=True).fill("fiets wolk lepel tuinhek")
        page.get_by_role("button", name="Wachtwoord bewaren").click()
        page.get_by_role("heading", name="Inloggen", level=1).wait_for()
        page.goto("/")
        studio.take(page, "gids-inloggen", height=600)
    with studio.visitor(TEACHER, PHONE) as page:
        studio.take(page, "gids-mijn-taken", height=760)


def new_worry(studio: Studio, answers: Mapping[str, Mapping[str, Any]]) -> UUID:
    """The first form: filled in half, kept, and finished."""
    case = studio.begin(TEACHER, REFERENCE, _on(7, 9))
    task = studio.task(TEACHER, case, "signalen")
    given = answers["signalen"]
    with studio.visitor(TEACHER, PHONE) as page:
        page.goto(f"/taken/{case}/{task.id}")
        fill(page, {"vermoeden_over": given["vermoeden_over"], "kinderen": given["kinderen"]})
        studio.take(page, "gids-nieuwe-zorg", height=740)
        fill(page, {"feiten": given["feiten"]})
        studio.take(page, "gids-feiten", height=670, top=question(page, "feiten.0.wat"))
        studio.at(_on(7, 9, 12))
        page.get_by_role("button", name="Bewaren en later verder").click()
        page.get_by_role("heading", name="Mijn taken", level=1).wait_for()
        studio.take(page, "gids-concept", height=520)
    studio.at(_on(7, 11))
    with studio.visitor(TEACHER, PHONE) as page:
        page.goto(f"/taken/{case}/{task.id}")
        fill(page, given)
        page.get_by_role("button", name="Taak afronden").click()
        page.get_by_role("heading", name="Wat gebeurt er nu?").wait_for()
        studio.take(page, "gids-wat-nu", height=700)
    return case


def meanwhile(
    studio: Studio,
    happens: Iterable[tuple[datetime, str, str, str]],
    begun: dict[str, UUID],
    answers: Mapping[str, Mapping[str, Any]],
) -> None:
    """Other people's cases go on. `begun`: the cases by reference, to which new ones are added."""
    for moment, username, reference, node in happens:
        if reference not in begun:
            begun[reference] = studio.begin(username, reference, moment)
        studio.at(moment)
        studio.complete(username, begun[reference], node, answers[node])


def to_the_weighing(studio: Studio, case: UUID, answers: Mapping[str, Mapping[str, Any]]) -> None:
    """Steps 2 and 3, without pictures."""
    for node, moment in (("overleg", _on(9, 10)), ("gesprek", _on(10, 15, 30))):
        studio.at(moment)
        studio.complete(TEACHER, case, node, answers[node])


def weighing(studio: Studio, case: UUID, answers: Mapping[str, Mapping[str, Any]]) -> None:
    """The question at which somebody doubts."""
    studio.at(_on(11, 9))
    task = studio.task(TEACHER, case, "wegen")
    with studio.visitor(TEACHER, PHONE) as page:
        page.goto(f"/taken/{case}/{task.id}")
        fill(page, {name: answers["wegen"][name] for name in ("vermoeden", "acuut", "onthulling")})
        page.locator("[name='structureel'][value='twijfel']").check()
        studio.take(
            page, "gids-twijfel", top=page.locator("[name='onthulling']").first.locator("xpath=../..")
        )


def supervising(studio: Studio, case: UUID) -> None:
    """Five working days later: what arrives, what the counsellor sees, and what only the head decides."""
    studio.at(_on(17, 16, 30))
    with studio.visitor(TEACHER, PHONE) as page:
        studio.take(page, "gids-te-laat", height=620)
        page.goto("/demo/mails")
        mails = page.locator("li.card").filter(has_text=REFERENCE)
        for mail in mails.all():  # the one thing that is another one each time: which page a link leads to
            mail.locator(".mail").evaluate(
                "(e, id) => { e.textContent = e.textContent.replace(id, '…') }", str(case)
            )
        studio.take_part(mails.filter(has_text="sanne@").first, "gids-mail-herinnering")
        studio.take_part(mails.filter(has_text="fatima@").first, "gids-mail-aan-de-beurt")
    with studio.visitor(COUNSELLOR, LAPTOP) as page:
        page.goto("/zaken")
        studio.take(page, "gids-open-zaken", height=720)
        page.goto(f"/zaken/{case}")
        studio.take(page, "gids-zonder-inhoud", height=760)
        page.get_by_role("link", name="Aan iemand anders geven").click()
        studio.take(page, "gids-toewijzen", height=760)
    with studio.visitor(HEAD, LAPTOP) as page:
        studio.take(page, "gids-oppakken", height=520)
        page.get_by_role("link", name="5 Beslissen: melden? en hulp?").click()
        page.get_by_role("button", name="Ik pak dit op").click()
        page.locator("#taak").wait_for()
        studio.take(page, "gids-beslissen", height=660)


def anytime(studio: Studio, case: UUID) -> None:
    """What is there in every case at every moment."""
    studio.at(_on(18, 10))
    with studio.visitor(TEACHER, LAPTOP) as page:
        page.goto(f"/zaken/{case}")
        studio.take(page, "zaak", height=800)
    with studio.visitor(TEACHER, PHONE) as page:
        page.goto(f"/zaken/{case}")
        studio.take(page, "gids-zaak")
        page.goto(f"/zaken/{case}/noteren")
        studio.take(page, "gids-toevoegen", height=590)
        page.goto(f"/zaken/{case}/bellen")
        studio.take(page, "gids-acuut", height=860)
        page.goto("/")
        page.get_by_role("button", name="Verberg").click()
        page.get_by_role("heading", name="Goedendag").wait_for()
        studio.take(page, "gids-verborgen", height=500)


def doubting(studio: Studio, case: UUID, answers: Mapping[str, Mapping[str, Any]]) -> None:
    """Doubt is sent: the next task is to ask for advice."""
    studio.complete(TEACHER, case, "wegen", {**answers["wegen"], "structureel": "twijfel"})
    task = studio.task(TEACHER, case, "vt_twijfel")
    with studio.visitor(TEACHER, PHONE) as page:
        page.goto(f"/taken/{case}/{task.id}")
        studio.take(page, "gids-advies", height=650)


def fill(page: Page, answers: Mapping[str, Any]) -> None:
    """Answers the questions of a task, as somebody does who comes past them one by one."""
    for name, value in flat(answers):
        found = page.locator(f"#taak [name='{name}']")
        found.first.wait_for(state="attached")
        if found.first.get_attribute("type") in ("radio", "checkbox"):
            page.locator(f"#taak [name='{name}'][value='{value}']").check()
        else:
            found.first.fill(str(value))


def question(page: Page, name: str) -> Locator:
    """A question with its label and its help."""
    field = page.locator(".utrecht-form-field, .utrecht-form-fieldset")
    return field.filter(has=page.locator(f"[name='{name}']")).last


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Answers by the names that fields have on a page: `kinderen.0.voornaam`."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from flat(inner, f"{name}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from flat(inner, f"{name}.{number}" if isinstance(inner, Mapping) else name)
    else:
        yield name, value
