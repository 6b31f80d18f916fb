"""Accounts on the pages: invited by mail, forgotten password, own account, the administrator's list."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from meldcode import outbox, people
from tests.web.person import PASSWORD, Person, forms, goes_to, heading
from web.services import EXTENSION, Services

FRESH = "fiets kaas molen lamp"


def mailed(app: Flask) -> list[str]:
    """The texts of all mails, newest first (a demonstration shows them whole)."""
    services: Services = app.extensions[EXTENSION]
    organisation = people.organisation_id(services.db, "basisschool-het-voorbeeld")
    assert organisation is not None
    return [mail.body for mail in outbox.listing(services.db, organisation)]


def link_in(text: str) -> str:
    found = re.search(r"http://localhost(/wachtwoord/kiezen/\S+)", text)
    assert found, text
    return found[1]


def choose(app: Flask, link: str, fresh: str = FRESH, again: str | None = None) -> tuple[Person, int, str]:
    """Follow a link as a stranger and send a password; the answer."""
    somebody = Person(app)
    assert goes_to(somebody.client.get(link)) == "/wachtwoord/kiezen"
    form = somebody.form("/wachtwoord/kiezen")
    answer = somebody.send(form, {"nieuw": fresh, "nogmaals": fresh if again is None else again})
    return somebody, answer.status_code, answer.headers.get("Location", "") or answer.text


@pytest.fixture
def marit(app: Flask) -> Person:
    """Who administers the accounts."""
    return Person(app).sign_in("marit")


def invite(marit: Person, **changed: str | list[str]) -> int:
    given: dict[str, str | list[str]] = {
        "naam": "Nadia",
        "email": "nadia@hetvoorbeeld.example",
        "rol": ["leerkracht"],
    }
    return marit.send(marit.form("/mensen"), {**given, **changed}).status_code


def test_somebody_is_invited_chooses_a_password_and_works(app: Flask, marit: Person) -> None:
    assert invite(marit) == 303
    assert "uitgenodigd, tot" in marit.get("/mensen")
    (text,) = mailed(app)

    nadia, code, where = choose(app, link_in(text))
    assert code == 303
    assert "Uw wachtwoord is bewaard." in nadia.get(where)
    form = nadia.form("/inloggen", "/inloggen")
    answer = nadia.send(form, {"naam": "nadia@hetvoorbeeld.example", "wachtwoord": FRESH})
    assert goes_to(answer) == "/"
    assert "/taken/" in nadia.start()
    assert "in gebruik" in marit.get("/mensen")


def test_the_token_of_a_link_stands_on_no_page_and_the_link_works_once(app: Flask, marit: Person) -> None:
    invite(marit)
    link = link_in(mailed(app)[0])
    somebody = Person(app)
    somebody.client.get(link)
    assert link.rsplit("/", 1)[1] not in somebody.get("/wachtwoord/kiezen")
    somebody.client.get(link)  # a mail program may look first
    assert choose(app, link)[1] == 303
    answer = Person(app).client.get(link, follow_redirects=True)
    assert answer.status_code == 410
    assert heading(answer.text) == "Deze link werkt niet meer"


@pytest.mark.parametrize(
    ("fresh", "again", "said"),
    [
        ("kort", "kort", "Kies een wachtwoord van 12 tot 200 tekens."),
        ("wachtwoord1234", "wachtwoord1234", "Dit wachtwoord is makkelijk te raden."),
        (FRESH, FRESH + "x", "De twee wachtwoorden zijn niet hetzelfde."),
    ],
)
def test_a_password_that_will_not_do_is_said_and_never_shown_again(
    app: Flask, marit: Person, fresh: str, again: str, said: str
) -> None:
    invite(marit)
    _, code, page = choose(app, link_in(mailed(app)[0]), fresh, again)
    assert code == 422
    assert said in page
    assert fresh not in page


@pytest.mark.parametrize(
    "address", ["/wachtwoord/kiezen", "/wachtwoord/kiezen/verzonnen", "/wachtwoord/kiezen/%00"]
)
def test_a_made_up_link_gets_a_friendly_page(visitor: Person, address: str) -> None:
    answer = visitor.client.get(address, follow_redirects=True)
    assert answer.status_code == 410
    assert "/wachtwoord/vergeten" in answer.text


def test_asking_for_a_new_password_answers_the_same_for_everybody(app: Flask, visitor: Person) -> None:
    form = visitor.form("/wachtwoord/vergeten")
    known, unknown = (visitor.send(form, {"naam": name}) for name in ("sanne", "niemand"))
    assert goes_to(known) == goes_to(unknown) == "/wachtwoord/verstuurd"
    assert known.data == unknown.data
    assert len(mailed(app)) == 1


def test_a_new_password_ends_every_session_and_the_old_password(app: Flask, sanne: Person) -> None:
    sanne.send(Person(app).form("/wachtwoord/vergeten"))  # another browser's form token is refused
    assert mailed(app) == []
    somebody = Person(app)
    somebody.send(somebody.form("/wachtwoord/vergeten"), {"naam": "sanne"})
    assert choose(app, link_in(mailed(app)[0]))[1] == 303
    assert goes_to(sanne.client.get("/")) == "/inloggen"
    old = somebody.send(somebody.form("/inloggen", "/inloggen"), {"naam": "sanne", "wachtwoord": PASSWORD})
    assert old.status_code == 422


def test_who_asks_too_often_has_to_wait(visitor: Person) -> None:
    form = visitor.form("/wachtwoord/vergeten")
    for _ in range(3):
        assert visitor.send(form, {"naam": "niemand"}).status_code == 303
    refused = visitor.send(form, {"naam": "niemand"})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == 300
    assert "Wacht 5 minuten" in refused.text


# --- one's own account -------------------------------------------------------------------------------


def test_the_account_page_shows_who_and_where(app: Flask) -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    safari = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
    )
    desk, phone = Person(app), Person(app)
    desk.client.environ_base["HTTP_USER_AGENT"] = firefox
    phone.client.environ_base["HTTP_USER_AGENT"] = safari
    desk.sign_in("sanne")
    phone.sign_in("sanne")

    page = desk.get("/account")
    for word in ("Sanne", "sanne@hetvoorbeeld.example", "Leerkracht", "Firefox, Linux", "Safari, iPhone"):
        assert word in page
    assert "na 60 minuten" in page
    assert "12 uur na het inloggen" in page
    assert page.index("Firefox, Linux") < page.index("dit apparaat") < page.index("Safari, iPhone")

    (form,) = [one for one in forms(page) if re.fullmatch(r"/account/sessies/\w+/einde", one.action)]
    assert goes_to(desk.send(form)) == "/account"
    assert goes_to(phone.client.get("/")) == "/inloggen"
    assert "U bent nergens anders ingelogd." in desk.get("/account")


def test_one_signs_out_everywhere_else(app: Flask, sanne: Person) -> None:
    others = [Person(app).sign_in("sanne") for _ in range(2)]
    assert goes_to(sanne.press("/account", "/account/sessies/einde")) == "/account"
    assert [goes_to(other.client.get("/")) for other in others] == ["/inloggen"] * 2
    sanne.get("/")


def test_nobody_ends_a_session_of_somebody_else(app: Flask, sanne: Person) -> None:
    Person(app).sign_in("sanne")
    page = sanne.get("/account")
    (form,) = [one for one in forms(page) if re.fullmatch(r"/account/sessies/\w+/einde", one.action)]
    henk = Person(app).sign_in("henk")
    token = henk.form("/account", "/account/wachtwoord").fields["csrf_token"]
    henk.client.post(form.action, data={"csrf_token": token})
    assert form.action in sanne.get("/account")


def test_changing_the_password_needs_the_present_one(app: Flask, sanne: Person) -> None:
    form = sanne.form("/account", "/account/wachtwoord")
    wrong = sanne.send(form, {"huidig": "fout", "nieuw": FRESH, "nogmaals": FRESH})
    assert wrong.status_code == 422
    assert "Uw huidige wachtwoord klopt niet." in wrong.text
    right = sanne.send(form, {"huidig": PASSWORD, "nieuw": FRESH, "nogmaals": FRESH})
    assert goes_to(right) == "/account"
    assert "is veranderd op" in mailed(app)[0]
    sanne.get("/")


def test_the_language_follows_somebody_to_another_device(app: Flask, sanne: Person) -> None:
    sanne.send(sanne.form("/account", "/taal"), {"taal": "en"})
    assert heading(sanne.get("/account")) == "Your account"
    assert heading(Person(app).sign_in("sanne").get("/")) == "My tasks"


# --- the administrator -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sanne", "fatima", "henk"])
def test_only_who_administers_sees_the_people(app: Flask, name: str) -> None:
    somebody = Person(app).sign_in(name)
    somebody.get("/mensen", 403)
    assert "/mensen" not in somebody.get("/")
    token = somebody.form("/account", "/account/wachtwoord").fields["csrf_token"]
    data = {"csrf_token": token, "naam": "X", "email": "x@y.example"}
    assert somebody.client.post("/mensen", data=data).status_code == 403
    assert mailed(app) == []


def test_who_administers_sees_no_case(app: Flask, sanne: Person, marit: Person) -> None:
    task = sanne.start()
    case = task.split("/")[2]
    assert marit.client.get(f"/zaken/{case}").status_code in (403, 404)
    assert marit.client.get(task).status_code in (403, 404)
    assert 'href="/organisatie"' in marit.get("/")


def test_a_closed_account_is_out_at_once_and_may_be_opened_again(
    app: Flask, sanne: Person, marit: Person
) -> None:
    page = marit.get("/mensen")
    close = [one.action for one in forms(page) if one.action.endswith("/sluiten")]
    row = re.search(r">Sanne</a>.*?(/mensen/[\w-]+/sluiten)", page, re.DOTALL)
    assert row
    assert len(close) == page.count("in gebruik") - 1, "everybody but oneself"
    assert goes_to(marit.press("/mensen", row[1])) == "/mensen"
    assert goes_to(sanne.client.get("/")) == "/inloggen"
    assert goes_to(marit.press("/mensen", row[1].replace("sluiten", "openen"))) == "/mensen"
    Person(app).sign_in("sanne")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"email": "geen adres"}, "is geen e-mailadres"),
        ({"naam": "  "}, "Vul een naam in"),
        ({"gebruikersnaam": "Sanne"}, "is al in gebruik"),
    ],
)
def test_an_invitation_that_cannot_be_is_said_and_keeps_what_was_typed(
    app: Flask, marit: Person, changed: dict[str, str], said: str
) -> None:
    given = {"naam": "Nadia", "email": "nadia@hetvoorbeeld.example", "rol": ["leerkracht"], **changed}
    answer = marit.send(marit.form("/mensen"), given)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="leerkracht" checked' in answer.text
    assert mailed(app) == []


def test_an_unknown_person_or_one_of_another_organisation_is_not_found(marit: Person) -> None:
    token = marit.form("/mensen").fields["csrf_token"]
    for what in ("uitnodigen", "sluiten", "openen"):
        address = f"/mensen/00000000-0000-4000-8000-000000000000/{what}"
        assert marit.client.post(address, data={"csrf_token": token}).status_code in (404, 409)
