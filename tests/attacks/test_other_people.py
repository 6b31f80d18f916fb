"""Who may see what, asked at every address: another organisation, a colleague, a supervisor, a stranger."""

from __future__ import annotations

import re
import time
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from meldcode import cases, clock, people
from meldcode.people import Actor
from tests.attacks.town import OTHER, Town
from tests.web.person import PASSWORD, Person, case_of, forms

SECRET = "Zebravink"
#: What can be asked of a case and of a task, by the end of the address.
OF_A_CASE = (
    ("GET", ""),
    ("GET", "/schema.svg"),
    ("GET", "/plek.svg"),
    ("GET", "/bellen"),
    ("POST", "/bellen"),
    ("GET", "/noteren"),
    ("POST", "/noteren"),
    ("GET", "/wie-niet"),
    ("POST", "/wie-niet"),
    ("POST", "/wie-niet/toelaten"),
    ("GET", "/herinneringen"),
    ("POST", "/herinneringen"),
    ("POST", "/herinneringen/hervatten"),
)
OF_A_TASK = (
    ("GET", ""),
    ("POST", ""),
    ("POST", "/vragen"),
    ("GET", "/klaar"),
    ("GET", "/vrij"),
    ("POST", "/oppakken"),
    ("POST", "/teruggeven"),
    ("GET", "/toewijzen"),
    ("POST", "/toewijzen"),
    ("POST", "/concept"),
    ("POST", "/later"),
    ("POST", "/concept-weg"),
    ("POST", "/even-weg"),
    ("GET", "/raad"),
    ("POST", "/raad"),
    ("POST", "/raad/stoppen"),
    ("GET", "/advies"),
    ("POST", "/advies"),
    ("GET", "/termijn"),
    ("POST", "/termijn"),
    ("POST", "/termijn/terug"),
)
#: These answer everybody in the same way and tell nothing: throwing away what is not there, and hiding.
ANSWER_ANYBODY = ("/concept-weg", "/even-weg")


@pytest.fixture
def task(sanne: Person) -> str:
    """The second task of a case in which the word was written; the address."""
    first = sanne.start()
    done = sanne.finish(first, {"eigen_indruk": f"Het kind noemt {SECRET}.", "signalen_bevinding": SECRET})
    assert SECRET in sanne.get(f"/zaken/{case_of(done)}")
    return sanne.task("Overleg")


def addresses(task: str, *, refusing: bool = False) -> list[tuple[str, str]]:
    """Every address that holds the id of a case or a task, with how it is asked for.

    `refusing`: only those that say no to who may not see the case.
    """
    found = [(method, f"/zaken/{case_of(task)}{end}") for method, end in OF_A_CASE]
    found += [(method, f"{task}{end}") for method, end in OF_A_TASK]
    return [one for one in found if not (refusing and one[1].endswith(ANSWER_ANYBODY))]


def ask(person: Person, method: str, path: str) -> tuple[int, str, dict[str, str]]:
    form = person.form("/", "/zaken")
    answer = person.client.open(path, method=method, data=form.fields if method == "POST" else None)
    return answer.status_code, answer.text, dict(answer.headers)


def test_the_addresses_above_are_all_there_are(app: Flask, task: str) -> None:
    rules = {
        (method, re.sub("<uuid:(case|task)>", "<>", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if "<uuid:case>" in rule.rule
    }
    case, one = task.split("/")[2:]
    asked = {(method, path.replace(case, "<>").replace(one, "<>")) for method, path in addresses(task)}
    assert asked == rules


def test_another_organisation_cannot_tell_a_case_from_one_that_never_was(
    town: Town, neighbour: Person, task: str
) -> None:
    case, one = task.split("/")[2:]
    before = town.content()
    for method, path in addresses(task, refusing=True):
        never = path.replace(case, str(uuid4())).replace(one, str(uuid4()))
        code, text, headers = ask(neighbour, method, path)
        assert code == 404, (method, path, code)
        other_code, other_text, other_headers = ask(neighbour, method, never)
        assert code == other_code
        assert headers.keys() == other_headers.keys()
        # the same page but for its own address and the token, which is masked anew
        assert plain(text, path) == plain(other_text, never)
        assert SECRET not in text
        assert "Voorbeeld" not in text.replace("voorbeeld-theme", "")
    assert town.content() == before


def plain(page: str, path: str) -> str:
    return re.sub(r'(name="csrf_token"|name="_sleutel") value="[^"]*"', "", page.replace(path, ""))


def test_the_same_is_done_for_a_case_of_another_organisation_as_for_one_that_never_was(
    town: Town, neighbour: Person, task: str
) -> None:
    """So nothing can be learnt from how long an answer takes: the content is not even opened."""
    done: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        done.append(statement)

    engine = town.opened[-1].engine
    sa.event.listen(engine, "before_cursor_execute", note)
    for method, path in addresses(task, refusing=True):
        case, one = task.split("/")[2:]
        counted = []
        for asked in (path, path.replace(case, str(uuid4())).replace(one, str(uuid4()))):
            form = neighbour.form("/", "/zaken")
            done.clear()
            neighbour.client.open(asked, method=method, data=form.fields if method == "POST" else None)
            counted.append(list(done))
        assert counted[0] == counted[1], (method, path)
        assert counted[0]
    sa.event.remove(engine, "before_cursor_execute", note)


def test_a_colleague_who_is_not_involved_is_refused_at_every_address_and_it_is_recorded(
    town: Town, app: Flask, task: str
) -> None:
    joost = Person(app).sign_in("joost")
    before = town.content()
    for method, path in addresses(task, refusing=True):
        code, text, _ = ask(joost, method, path)
        # he holds the role, so he hears that a colleague has the task, not who
        assert code == (409 if path.endswith("/oppakken") else 403), (method, path, code)
        assert SECRET not in text
        assert "Sanne" not in text
    assert town.content() == before
    refused = town.rows("SELECT count(*) FROM audit WHERE action = 'access_refused'")[0][0]
    assert refused >= len(OF_A_CASE) + 4


def test_who_is_asked_for_advice_reads_the_case_and_can_do_nothing_else(
    town: Town, app: Flask, sanne: Person, task: str
) -> None:
    joost = Person(app).sign_in("joost")
    form = sanne.form(f"{task}/raad", f"{task}/raad")
    page = sanne.get(f"{task}/raad")
    his = re.search(r'value="([^"]+)"[^>]*><span>Joost', page)
    assert his
    asked = sanne.send(form, {"wie": his[1], "reden": "doubt", "tekst": "Wat vind jij?"})
    assert asked.status_code == 303
    before = town.content()
    read = {("GET", f"/zaken/{case_of(task)}")}
    for method, path in addresses(task, refusing=True):
        code, text, _ = ask(joost, method, path)
        assert (SECRET in text) == ((method, path) in read), (method, path)
        if method == "POST":
            assert code in (403, 409) or (code == 422 and path.endswith("/advies")), (path, code)
    assert joost.get(f"/zaken/{case_of(task)}/noteren", 403)
    assert town.content() == before


def test_who_supervises_sees_no_word_of_the_content_at_any_address(town: Town, app: Flask, task: str) -> None:
    ingrid = Person(app).sign_in("ingrid")  # the board: not involved in any case
    before = town.content()
    for method, path in addresses(task, refusing=True):
        code, text, _ = ask(ingrid, method, path)
        assert code in (200, 303, 403, 422), (method, path, code)
        assert SECRET not in text, path
        status_only = path.startswith("/zaken/") or path.endswith(
            ("/toewijzen", "/termijn", "/termijn/terug")
        )
        assert status_only or code in (303, 403), (method, path, code)
    assert SECRET not in ingrid.get("/zaken")
    assert town.content() == before


def test_a_closed_case_stays_readable_for_who_was_involved_and_changes_for_nobody(
    town: Town, app: Flask, sanne: Person, task: str
) -> None:
    case = case_of(task)
    close(sanne, app, case)
    assert town.rows("SELECT status FROM cases")[0][0] == "finished"
    assert SECRET in sanne.get(f"/zaken/{case}")
    before = town.content()
    for method, path in addresses(task):
        if path.endswith("/even-weg"):
            continue  # that one signs out
        code, _, _ = ask(sanne, method, path)
        assert code < 500, (method, path)
    assert town.content() == before
    joost = Person(app).sign_in("joost")
    assert SECRET not in joost.get(f"/zaken/{case}", 403)
    henk_page = Person(app).sign_in("ingrid").get(f"/zaken/{case}")
    assert SECRET not in henk_page


def close(sanne: Person, app: Flask, case: str) -> None:
    """Finish whatever is still open, by whoever may, until the case is closed."""
    visitors = [sanne, *(Person(app).sign_in(name) for name in ("fatima", "henk"))]
    for _ in range(30):
        if not any(finished_one(visitor, case) for visitor in visitors):
            return


def finished_one(visitor: Person, case: str) -> bool:
    task = waiting(visitor, case)
    if task is None:
        return False
    if visitor.client.get(task).status_code == 303:  # nobody's yet
        visitor.press(f"{task}/vrij", f"{task}/oppakken")
    visitor.finish(task)
    return True


def waiting(visitor: Person, case: str) -> str | None:
    """A task of this case on her first page."""
    found = re.search(rf"/taken/{case}/[0-9a-f-]+", visitor.get("/"))
    return found[0] if found else None


def test_a_free_task_tells_whoever_holds_its_role_that_it_is_there_and_no_more(
    town: Town, app: Flask, sanne: Person
) -> None:
    """Content opens for the one who takes it, and closes again for nobody else's eyes."""
    fatima = Person(app).sign_in("fatima")
    case = case_of(fatima.start())  # she holds no role of the first task, so that every teacher may take it
    first = waiting(sanne, case)
    assert first
    sanne.press(f"{first}/vrij", f"{first}/oppakken")
    sanne.finish(first, {"eigen_indruk": SECRET, "signalen_bevinding": SECRET})
    assert SECRET in sanne.get(f"/zaken/{case}")
    joost = Person(app).sign_in("joost")
    free = waiting(joost, case)
    assert free
    for method, path in addresses(free):
        if path.endswith(("/oppakken", "/even-weg")):
            continue
        _, text, _ = ask(joost, method, path)
        assert SECRET not in text, (method, path)
    assert town.rows("SELECT count(*) FROM entries") == [(1,)]


def test_a_key_used_before_by_somebody_else_or_for_something_else_opens_nothing(
    town: Town, app: Flask, sanne: Person, neighbour: Person, task: str
) -> None:
    joost = Person(app).sign_in("joost")
    key = {"_sleutel": "een-gedeelde-sleutel"}
    mine = sanne.send(sanne.form("/", "/zaken"), key).headers["Location"]
    his = joost.send(joost.form("/", "/zaken"), key).headers["Location"]
    theirs = neighbour.send(neighbour.form("/", "/zaken"), key).headers["Location"]
    assert len({case_of(path) for path in (mine, his, theirs)}) == 3
    # the key of one task, sent again for another task of hers
    assert finish_with(sanne, task, key).status_code == 303
    assert finish_with(sanne, mine, key).status_code == 409
    assert town.rows("SELECT count(*) FROM entries")[0][0] == 2


def finish_with(person: Person, task: str, key: dict[str, str]) -> TestResponse:
    """Fill in and send a task with a key of one's own choice until nothing more is asked."""
    form = person.form(task)
    while True:
        answer = person.client.post(task, data={**form.filled({}), **key})
        if answer.status_code != 422:
            return answer
        form = next(seen for seen in forms(answer.text) if seen.action == task)


def test_signing_in_gives_a_new_session_whatever_the_browser_held_before(app: Flask) -> None:
    victim = Person(app)
    victim.client.set_cookie("session", "a-token-somebody-else-chose-for-her-00000000")
    victim.sign_in("sanne")
    cookie = victim.client.get_cookie("session")
    assert cookie
    assert cookie.value != "a-token-somebody-else-chose-for-her-00000000"


def test_signing_in_as_somebody_else_ends_the_session_that_was_there(town: Town, app: Flask) -> None:
    shared = Person(app).sign_in("sanne")
    old = shared.client.get_cookie("session")
    assert old
    page = shared.form("/", "/uitloggen")
    answer = shared.client.post(
        "/inloggen",
        data={"csrf_token": page.fields["csrf_token"], "naam": "joost", "wachtwoord": PASSWORD},
    )
    assert answer.status_code == 303
    thief = Person(app)
    thief.client.set_cookie("session", old.value)
    assert thief.client.get("/").status_code == 303
    assert town.rows("SELECT count(*) FROM sessions") == [(1,)]


def test_a_session_from_before_signing_out_opens_nothing(app: Flask, sanne: Person, task: str) -> None:
    old = sanne.client.get_cookie("session")
    assert old
    sanne.press("/", "/uitloggen")
    sanne.client.set_cookie("session", old.value)
    for method, path in addresses(task):
        answer = sanne.client.open(path, method=method)
        assert answer.status_code in (303, 400)  # a form without a token is refused before anything else
        assert SECRET not in answer.text


def test_a_token_of_another_visit_is_refused(town: Town, sanne: Person, neighbour: Person) -> None:
    form = neighbour.form("/", "/zaken")
    before = town.content()
    answer = sanne.client.post("/zaken", data=form.fields)
    assert answer.status_code == 400
    assert town.content() == before


def test_a_name_that_exists_is_refused_as_slowly_as_one_that_does_not(app: Flask) -> None:
    known, unknown = [], []
    for number in range(4):
        for name, times in (("sanne", known), (f"niemand{number}", unknown)):
            person = Person(app)
            form = person.form("/inloggen", "/inloggen")
            began = time.perf_counter()
            answer = person.send(form, {"naam": name, "wachtwoord": "verkeerd-geraden"})
            times.append(time.perf_counter() - began)
            assert answer.status_code == 422
    # both are answered at one fixed moment, so what is left is the page itself
    assert min(known) >= people.REFUSED_AFTER
    assert min(unknown) >= people.REFUSED_AFTER
    assert abs(min(known) - min(unknown)) < 0.1


def test_no_command_of_the_core_crosses_the_street(town: Town, app: Flask, task: str) -> None:
    """The pages are not the only door: an actor of the other organisation with every role is refused too."""
    db = town.database()
    organisation = town.organisations[OTHER]
    everybody = people.everybody(db, organisation)
    roles = frozenset().union(*(one.roles for one in everybody))
    intruder = Actor(everybody[0].id, organisation, roles, "Indringer")
    case, one = (UUID(part) for part in task.split("/")[2:])
    now = clock.real()
    before = town.content()
    attempts = (
        lambda: cases.case_page(db, intruder, case, now=now),
        lambda: cases.task_page(db, intruder, case, one, now=now),
        lambda: cases.case_log(db, intruder, case, now=now),
        lambda: cases.complete(db, intruder, case, one, {}, key="sleutel-1", now=now),
        lambda: cases.raise_acute(db, intruder, case, key="sleutel-2", now=now),
        lambda: cases.pause_page(db, intruder, case, now=now),
        lambda: cases.resume_reminders(db, intruder, case, key="sleutel-3", now=now),
    )
    for attempt in attempts:
        with pytest.raises(cases.NotFound):
            attempt()
    assert cases.my_tasks(db, intruder) == ()
    assert cases.overview(db, intruder, now=now, size=500).cases == ()
    assert town.content() == before
