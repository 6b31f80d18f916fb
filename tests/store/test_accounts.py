"""Invitations and new passwords by mail; one's own account; what an administrator sees."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest
import sqlalchemy as sa

from meldcode import accounts, adjustments, audit, outbox, people
from meldcode.accounts import AccountState, LinkEnded
from meldcode.accounts.links import ASKED_AFTER
from meldcode.accounts.own import WrongPassword
from meldcode.attempts import TooManyAttempts
from meldcode.passwords import PasswordRefused
from meldcode.people import NameTaken, PeopleError, SignInError
from meldcode.store import Database
from meldcode.store.tables import audit as log
from meldcode.store.tables import mails, password_links, sessions
from tests.databases import again, beneath
from tests.store.house import MONDAY, PASSWORD, House
from tests.store.smtp import Script, serving

HOME = "192.0.2.7"
FRESH = "fiets kaas molen lamp"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meldcode.accounts.links.ASKED_AFTER", 0.0)


def invite(house: House, username: str = "nieuw@school.example", now: datetime = MONDAY) -> UUID:
    return accounts.invite(
        house.db,
        house.organisation,
        username=username,
        name="Nadia",
        email="nadia@school.example",
        roles=["leerkracht"],
        now=now,
        by=house.actor("henk"),
    )


def delivered(db: Database, now: datetime = MONDAY) -> list[EmailMessage]:
    """What waits, sent to a real server."""
    script = Script()
    with serving(script) as smtp:
        outbox.send_pending(db, smtp, now + timedelta(seconds=1))
    return script.taken


def token_in(mail: EmailMessage) -> str:
    found = re.search(r"https://school\.example/wachtwoord/kiezen/(\S+)", mail.get_content())
    assert found, mail.get_content()
    return found[1]


def actions(house: House) -> list[str]:
    with beneath(house.db).connect() as connection:
        return list(connection.execute(sa.select(log.c.action).order_by(log.c.sequence)).scalars())


# --- invitations -------------------------------------------------------------------------------------


def test_an_invited_person_chooses_a_password_and_signs_in(house: House) -> None:
    person = invite(house)
    with pytest.raises(SignInError):
        people.sign_in(house.db, "nieuw@school.example", "", MONDAY)
    (mail,) = delivered(house.db)
    token = token_in(mail)

    link = accounts.link_of(house.db, token, MONDAY + DAY)
    assert (link.purpose, link.username, link.name) == ("invitation", "nieuw@school.example", "Nadia")
    accounts.choose_password(house.db, token, FRESH, MONDAY + DAY)

    session = people.sign_in(house.db, "nieuw@school.example", FRESH, MONDAY + DAY)
    assert (session.actor.person, session.actor.roles) == (person, {"leerkracht"})
    assert [action for action in actions(house) if action != "sign_in_refused"][-4:] == [
        "invited",
        "mail_sent",
        "password_chosen",
        "signed_in",
    ]
    assert audit.verify(house.db) == []


def test_a_mail_about_an_account_says_nothing_about_cases(house: House) -> None:
    invite(house)
    (mail,) = delivered(house.db)
    assert mail["Subject"] == "Uw account bij Testschool"
    assert mail["To"] == "nadia@school.example"
    text = f"{mail['Subject']} {mail.get_content()}".lower()
    for word in ("meldcode", "leerkracht", "zaak", "taak", "geweld", "veilig", "henk"):
        assert word not in text
    assert "maandag 14 september om 10.00 uur" in text


def test_a_link_works_once(house: House) -> None:
    invite(house)
    token = token_in(*delivered(house.db))
    accounts.choose_password(house.db, token, FRESH, MONDAY)
    for use in (
        lambda: accounts.link_of(house.db, token, MONDAY),
        lambda: accounts.choose_password(house.db, token, FRESH + "!", MONDAY),
    ):
        with pytest.raises(LinkEnded):
            use()


def test_a_link_used_by_many_at_once_works_for_one(house: House) -> None:
    invite(house)
    token = token_in(*delivered(house.db))

    def one(number: int) -> bool:
        try:
            accounts.choose_password(house.db, token, f"{FRESH} {number}", MONDAY)
        except LinkEnded:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(one, range(4))) == 1


def test_a_link_ends_after_a_week(house: House) -> None:
    invite(house)
    token = token_in(*delivered(house.db))
    just = MONDAY + accounts.INVITATION_LASTS
    assert accounts.link_of(house.db, token, just - HOUR)
    with pytest.raises(LinkEnded):
        accounts.link_of(house.db, token, just)
    with pytest.raises(LinkEnded):
        accounts.choose_password(house.db, token, FRESH, just)


def test_a_new_invitation_ends_the_earlier_link(house: House) -> None:
    person = invite(house)
    old = token_in(*delivered(house.db))
    accounts.invite_again(house.db, house.organisation, person, now=MONDAY + HOUR)
    new = token_in(*delivered(house.db, MONDAY + HOUR))
    with pytest.raises(LinkEnded):
        accounts.link_of(house.db, old, MONDAY + HOUR)
    assert accounts.link_of(house.db, new, MONDAY + HOUR)


def test_who_has_a_password_is_not_invited_again(house: House) -> None:
    with pytest.raises(PeopleError):
        accounts.invite_again(house.db, house.organisation, house.people["sanne"], now=MONDAY)
    adjustments.switch_as_operator(house.db, house.organisation, house.people["joost"], False, now=MONDAY)
    with pytest.raises(PeopleError):
        accounts.invite_again(house.db, house.organisation, house.people["joost"], now=MONDAY)
    assert delivered(house.db) == []


def test_a_closed_account_cannot_be_opened_with_a_link(house: House) -> None:
    person = invite(house)
    token = token_in(*delivered(house.db))
    adjustments.switch_as_operator(house.db, house.organisation, person, False, now=MONDAY)
    with pytest.raises(LinkEnded):
        accounts.choose_password(house.db, token, FRESH, MONDAY)


def test_a_user_name_that_is_taken_is_said_and_nothing_is_left_behind(house: House) -> None:
    with pytest.raises(NameTaken):
        invite(house, username=" Sanne ")
    assert len(people.everybody(house.db, house.organisation)) == len(house.people)
    assert delivered(house.db) == []


def test_a_password_that_is_refused_leaves_the_link(house: House) -> None:
    invite(house)
    token = token_in(*delivered(house.db))
    for poor in ("kort", "wachtwoord1234", "nieuwnieuwnieuw"):
        with pytest.raises(PasswordRefused):
            accounts.choose_password(house.db, token, poor, MONDAY)
    accounts.choose_password(house.db, token, FRESH, MONDAY)


def test_neither_token_nor_link_can_be_read_from_the_database(house: House) -> None:
    # a real deployment, not a demonstration, which shows its mails whole
    house = House(again(house.db, demo=False), house.organisation, house.people)
    invite(house)

    def rows() -> tuple[str, bytes]:
        with beneath(house.db).connect() as connection:
            stored = connection.execute(sa.select(password_links.c.token_hash)).scalar_one()
            return repr(connection.execute(sa.select(mails)).all()), bytes(stored)

    waiting, stored = rows()
    token = token_in(*delivered(house.db))
    sent, _ = rows()
    assert token not in waiting
    assert stored == people.digest(token)
    assert token not in sent
    with beneath(house.db).connect() as connection:
        assert connection.execute(sa.select(mails.c.sealed)).scalar_one() is None
    assert token not in outbox.listing(house.db, house.organisation)[0].body
    house.db.close()


def test_a_mail_whose_secret_does_not_open_is_an_incident_and_stops_no_other(house: House) -> None:
    invite(house)
    with beneath(house.db).begin() as connection:
        connection.execute(sa.update(mails).values(sealed=b"\x01" + bytes(40)))
    accounts.ask_reset(house.db, "sanne", HOME, MONDAY)
    (mail,) = delivered(house.db)
    assert mail["To"] == "sanne@school.example"


# --- a new password ----------------------------------------------------------------------------------


def test_a_forgotten_password_is_chosen_anew_and_every_session_ends(house: House) -> None:
    session = people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    accounts.ask_reset(house.db, " Sanne ", HOME, MONDAY)
    token = token_in(*delivered(house.db))

    accounts.choose_password(house.db, token, FRESH, MONDAY)

    assert people.actor_of(house.db, session.token, MONDAY) is None
    with pytest.raises(SignInError):
        people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    assert people.sign_in(house.db, "sanne", FRESH, MONDAY).token
    (told,) = delivered(house.db)
    assert told["Subject"] == "Uw wachtwoord is veranderd"
    assert "https://" not in told.get_content()


def test_asking_ends_nothing_until_the_link_is_used(house: House) -> None:
    session = people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    accounts.ask_reset(house.db, "sanne", HOME, MONDAY)
    assert people.actor_of(house.db, session.token, MONDAY) is not None
    assert people.sign_in(house.db, "sanne", PASSWORD, MONDAY).token


def test_a_link_for_a_new_password_ends_after_two_hours(house: House) -> None:
    accounts.ask_reset(house.db, "sanne", HOME, MONDAY)
    token = token_in(*delivered(house.db))
    assert accounts.link_of(house.db, token, MONDAY + HOUR)
    with pytest.raises(LinkEnded):
        accounts.link_of(house.db, token, MONDAY + accounts.RESET_LASTS)


@pytest.mark.parametrize("name", ["niemand", "", "sanne\0", "x" * 5000])
def test_asking_for_an_unknown_account_mails_nobody_and_says_nothing(house: House, name: str) -> None:
    accounts.ask_reset(house.db, name, HOME, MONDAY)
    assert delivered(house.db) == []


def test_a_closed_account_gets_no_mail(house: House) -> None:
    adjustments.switch_as_operator(house.db, house.organisation, house.people["sanne"], False, now=MONDAY)
    accounts.ask_reset(house.db, "sanne", HOME, MONDAY)
    assert delivered(house.db) == []


def test_who_never_answered_an_invitation_gets_that_again(house: House) -> None:
    invite(house)
    delivered(house.db)
    accounts.ask_reset(house.db, "nieuw@school.example", HOME, MONDAY + DAY)
    (mail,) = delivered(house.db, MONDAY + DAY)
    assert mail["Subject"] == "Uw account bij Testschool"


def test_an_unknown_account_takes_as_long_as_a_known_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meldcode.accounts.links.ASKED_AFTER", ASKED_AFTER)

    def seconds(name: str, number: int) -> float:
        began = time.perf_counter()
        accounts.ask_reset(house.db, name, f"198.51.100.{number}", MONDAY)
        return time.perf_counter() - began

    taken = [(seconds("sanne", number), seconds("niemand", number + 5)) for number in range(5)]
    known, unknown = (min(times) for times in zip(*taken, strict=True))
    assert min(known, unknown) >= ASKED_AFTER
    assert abs(known - unknown) < 0.1


def test_nobodys_post_box_is_filled_by_somebody_else(house: House) -> None:
    asked = 0
    for number in range(20):
        try:
            accounts.ask_reset(house.db, "sanne", f"198.51.100.{number}", MONDAY)
            asked += 1
        except TooManyAttempts:
            continue
    assert asked == 5


def test_asking_from_four_windows_at_once_says_nothing_about_an_account_either(house: House) -> None:
    """What went wrong only for a name that exists would tell that it does."""
    gate = threading.Barrier(4)

    def ask(number: int) -> None:
        gate.wait()
        accounts.ask_reset(house.db, "sanne", f"192.0.2.{number}", MONDAY)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(ask, range(4)))
    tokens = [token_in(mail) for mail in delivered(house.db)]
    assert len(tokens) == 4
    assert sum(works(house, token) for token in tokens) == 1


def works(house: House, token: str) -> bool:
    try:
        return bool(accounts.link_of(house.db, token, MONDAY))
    except LinkEnded:
        return False


def test_inviting_again_from_four_windows_at_once_leaves_one_link_that_works(house: House) -> None:
    person = invite(house)
    gate = threading.Barrier(4)

    def again(_: int) -> None:
        gate.wait()
        accounts.invite_again(house.db, house.organisation, person, now=MONDAY, by=house.actor("henk"))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(again, range(4)))
    assert sum(works(house, token_in(mail)) for mail in delivered(house.db)) == 1


def test_an_account_asks_in_its_own_language(house: House) -> None:
    accounts.choose_language(house.db, house.actor("sanne"), "en")
    accounts.ask_reset(house.db, "sanne", HOME, MONDAY)
    (mail,) = delivered(house.db)
    assert mail["Subject"] == "Choosing a new password"
    assert "until Monday 7 September at 12:00" in mail.get_content()


# --- one's own account -------------------------------------------------------------------------------


def test_one_sees_where_one_is_signed_in_and_ends_one_or_all_others(house: House) -> None:
    here = people.sign_in(house.db, "sanne", PASSWORD, MONDAY, device="Firefox, Linux")
    phone = people.sign_in(house.db, "sanne", PASSWORD, MONDAY + HOUR / 2, device="Safari, iPhone")
    people.sign_in(house.db, "sanne", PASSWORD, MONDAY + HOUR / 2)
    henk = people.sign_in(house.db, "henk", PASSWORD, MONDAY)
    sanne, now = here.actor, MONDAY + HOUR / 2

    shown = accounts.own_account(house.db, sanne, here.token, now)
    assert shown.sessions[0].here
    assert shown.sessions[0].device == "Firefox, Linux"
    assert len(shown.sessions) == 3
    of_phone = next(one for one in shown.sessions if one.device == "Safari, iPhone")

    assert accounts.end_session(house.db, sanne, of_phone.id, now)
    assert not accounts.end_session(house.db, sanne, of_phone.id, now)
    assert people.actor_of(house.db, phone.token, now) is None
    assert accounts.end_others(house.db, sanne, here.token, now) == 1
    assert people.actor_of(house.db, here.token, now) is not None
    assert people.actor_of(house.db, henk.token, now) is not None


def test_nobody_ends_somebody_elses_session(house: House) -> None:
    sanne = people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    (hers,) = accounts.own_account(house.db, sanne.actor, sanne.token, MONDAY).sessions
    henk = people.sign_in(house.db, "henk", PASSWORD, MONDAY)
    assert not accounts.end_session(house.db, henk.actor, hers.id, MONDAY)
    assert people.actor_of(house.db, sanne.token, MONDAY) is not None


def test_a_session_that_ended_by_itself_is_not_shown(house: House) -> None:
    people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    later = MONDAY + people.IDLE
    fresh = people.sign_in(house.db, "sanne", PASSWORD, later)
    (only,) = accounts.own_account(house.db, fresh.actor, fresh.token, later).sessions
    assert only.here


def test_changing_a_password_asks_for_the_present_one_and_ends_the_other_sessions(house: House) -> None:
    here = people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    other = people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    with pytest.raises(WrongPassword):
        accounts.change_password(house.db, here.actor, here.token, "fout", FRESH, HOME, MONDAY)
    with pytest.raises(PasswordRefused):
        accounts.change_password(house.db, here.actor, here.token, PASSWORD, "kort", HOME, MONDAY)

    accounts.change_password(house.db, here.actor, here.token, PASSWORD, FRESH, HOME, MONDAY)

    assert people.actor_of(house.db, here.token, MONDAY) is not None
    assert people.actor_of(house.db, other.token, MONDAY) is None
    assert people.sign_in(house.db, "sanne", FRESH, MONDAY).token
    (told,) = delivered(house.db)
    assert told["To"] == "sanne@school.example"


def changed_meanwhile(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sanne chooses another password, which ends every session, while the old one is being compared."""
    accounts.ask_reset(house.db, "sanne", HOME, MONDAY)
    token, compared = token_in(*delivered(house.db)), people.signing._matches

    def slowly(stored: str, password: str) -> bool:
        good = compared(stored, password)
        monkeypatch.setattr("meldcode.people.signing._matches", compared)
        accounts.choose_password(house.db, token, FRESH, MONDAY)
        return good

    monkeypatch.setattr("meldcode.people.signing._matches", slowly)


def test_who_signs_in_with_a_stolen_password_while_it_is_changed_does_not_get_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed_meanwhile(house, monkeypatch)
    with pytest.raises(SignInError):
        people.sign_in(house.db, "sanne", PASSWORD, MONDAY, address=HOME)
    with beneath(house.db).connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(sessions)).scalar() == 0
    assert people.sign_in(house.db, "sanne", FRESH, MONDAY, address=HOME).token


def test_a_stolen_session_cannot_change_a_password_that_is_being_changed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    thief = people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    changed_meanwhile(house, monkeypatch)
    with pytest.raises(WrongPassword):
        accounts.change_password(
            house.db, thief.actor, thief.token, PASSWORD, "van de dief zelf", HOME, MONDAY
        )
    assert people.sign_in(house.db, "sanne", FRESH, MONDAY).token


def test_a_borrowed_session_cannot_guess_the_password_without_end(house: House) -> None:
    here = people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    for _ in range(5):
        with pytest.raises(WrongPassword):
            accounts.change_password(house.db, here.actor, here.token, "fout", FRESH, HOME, MONDAY)
    with pytest.raises(TooManyAttempts):
        accounts.change_password(house.db, here.actor, here.token, PASSWORD, FRESH, HOME, MONDAY)


def test_a_language_goes_along_to_the_next_session(house: House) -> None:
    assert people.sign_in(house.db, "sanne", PASSWORD, MONDAY).language is None
    accounts.choose_language(house.db, house.actor("sanne"), "en")
    assert people.sign_in(house.db, "sanne", PASSWORD, MONDAY).language == "en"
    assert people.sign_in(house.db, "henk", PASSWORD, MONDAY).language is None


# --- an administrator's overview ---------------------------------------------------------------------


def test_the_overview_tells_how_each_account_stands(house: House) -> None:
    invite(house)
    adjustments.switch_as_operator(house.db, house.organisation, house.people["joost"], False, now=MONDAY)

    def states(now: datetime) -> dict[str, AccountState]:
        return {one.username: one.state for one in accounts.overview(house.db, house.organisation, now)}

    now = states(MONDAY)
    assert now["sanne"] is AccountState.OPEN
    assert now["joost"] is AccountState.CLOSED
    assert now["nieuw@school.example"] is AccountState.INVITED
    assert list(now)[-1] == "joost"
    assert states(MONDAY + 8 * DAY)["nieuw@school.example"] is AccountState.LAPSED
