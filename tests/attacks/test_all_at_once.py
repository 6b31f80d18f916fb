"""Eight people with one task, at the same moment: one of them finishes it, the others hear so."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from tests.attacks.town import Town
from tests.web.person import Person, case_of, forms, heading

AT_ONCE = 8


def together(people: list[Person], task: str, sent: list[dict[str, list[str]]]) -> list[tuple[int, str]]:
    gate = threading.Barrier(len(people))

    def send(number: int) -> tuple[int, str]:
        gate.wait()
        answer = people[number].client.post(task, data=sent[number], follow_redirects=True)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(send, range(len(people))))


def complete_form(person: Person, task: str) -> dict[str, list[str]]:
    """What has to be sent so that nothing more is asked, found out on a case of the same kind."""
    form = person.form(task).filled({})
    answer = person.client.post(f"{task}/vragen", data=form)
    page = f'<form action="{task}">{answer.text}</form>'
    return {**form, **forms(page)[0].filled({name: values[0] for name, values in form.items() if values})}


def test_eight_windows_finish_one_task_once_and_all_get_a_friendly_page(town: Town, app: Flask) -> None:
    windows = [Person(app).sign_in("sanne") for _ in range(AT_ONCE)]
    task = windows[0].start()
    sent = [complete_form(window, task) for window in windows]
    assert len({form["_sleutel"][0] for form in sent}) == AT_ONCE
    answers = together(windows, task, sent)
    assert [code for code, _ in answers] == [200] * AT_ONCE
    assert {heading(page) for _, page in answers} <= {"Dank u, deze taak is klaar", "Deze taak is al klaar"}
    assert town.rows("SELECT count(*) FROM entries") == [(1,)]
    assert town.rows("SELECT count(*) FROM audit WHERE action = 'task_completed'") == [(1,)]
    assert town.rows("SELECT revision FROM cases") == [(2,)]


def test_one_button_pressed_eight_times_at_once_does_one_thing(town: Town, app: Flask) -> None:
    windows = [Person(app).sign_in("sanne") for _ in range(AT_ONCE)]
    start = windows[0].form("/", "/zaken").fields
    sent = [{**window.form("/", "/zaken").fields, "_sleutel": start["_sleutel"]} for window in windows]
    answers = together(windows, "/zaken", sent)
    assert [code for code, _ in answers] == [200] * AT_ONCE
    assert town.rows("SELECT count(*) FROM cases") == [(1,)]


def test_eight_alarms_at_once_put_a_case_on_its_acute_route_once(town: Town, app: Flask) -> None:
    windows = [Person(app).sign_in("sanne") for _ in range(AT_ONCE)]
    case = case_of(windows[0].start())
    path = f"/zaken/{case}/bellen"
    sent = [window.form(path).fields for window in windows]
    answers = together(windows, path, sent)
    assert all(code in (200, 409) for code, _ in answers), [code for code, _ in answers]
    assert town.rows("SELECT count(*) FROM audit WHERE action = 'acute_raised'") == [(1,)]


def test_eight_people_who_take_a_free_task_at_once_leave_it_with_one_of_them(town: Town, app: Flask) -> None:
    """A task in a role's pool: whoever is first has it."""
    case = case_of(Person(app).sign_in("fatima").start())
    teachers = [Person(app).sign_in(name) for name in ("sanne", "joost") * (AT_ONCE // 2)]
    found = re.search(rf"/taken/{case}/[0-9a-f-]+", teachers[0].get("/"))
    assert found
    task = found[0]
    sent = [teacher.form(f"{task}/vrij", f"{task}/oppakken").fields for teacher in teachers]
    answers = together(teachers, f"{task}/oppakken", sent)
    codes = sorted(code for code, _ in answers)
    assert codes == [200] * (AT_ONCE // 2) + [409] * (AT_ONCE // 2)  # the winner's own windows get in too
    assert town.rows("SELECT count(*) FROM audit WHERE action = 'task_claimed'") == [(1,)]
    assert town.rows("SELECT count(DISTINCT assignee), count(*) FROM tasks") == [(1, 1)]
