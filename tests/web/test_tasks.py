"""A task at the pages: whatever is wrong nothing typed is lost, and whatever is sent twice happens once."""

from __future__ import annotations

from html import unescape

import pytest
from flask import Flask

from meldcode import cases
from meldcode.cases import CaseStuck
from meldcode.messages import Text
from meldcode.store.errors import StoreError
from tests.web.person import TEXT, Person, case_of, forms, goes_to, heading, title
from web.keys import FIELD

STORY = "Zij had maandag een blauwe plek op haar arm. <script>alert(1)</script> & 'zo'"


def test_without_tasks_the_first_page_says_so_and_offers_to_begin(sanne: Person) -> None:
    page = sanne.get("/")
    assert heading(page) == "Mijn taken"
    assert "Er wacht niets op u" in page
    assert sanne.form("/", "/zaken").fields[FIELD][0]


def test_beginning_a_case_leads_to_its_first_task_and_puts_it_on_the_list(sanne: Person) -> None:
    first = sanne.start()
    page = sanne.get(first)
    assert "Signalen" in heading(page)
    assert "nog 5 werkdagen" in page
    assert first in sanne.get("/")
    assert "Er wacht 1 taak op u." in sanne.get("/")


def test_beginning_twice_with_one_form_begins_one_case(sanne: Person) -> None:
    form = sanne.form("/", "/zaken")
    one, other = sanne.send(form), sanne.send(form)
    assert goes_to(one) == goes_to(other)
    assert "Er wacht 1 taak op u." in sanne.get("/")


def test_an_empty_form_comes_back_with_a_summary_that_leads_to_each_question(sanne: Person) -> None:
    task = sanne.start()
    answer = sanne.send(sanne.form(task))
    assert answer.status_code == 422
    assert 'class="utrecht-alert utrecht-alert--error problems"' in answer.text
    assert 'href="#veld-vermoeden_over"' in answer.text
    assert 'id="veld-vermoeden_over"' in answer.text


def test_nothing_typed_is_lost_when_an_answer_is_missing(sanne: Person) -> None:
    task = sanne.start()
    form = sanne.form(task)
    answer = sanne.send(form, {"eigen_indruk": STORY, "feiten.0.wat": STORY})
    assert answer.status_code == 422
    again = next(seen for seen in forms(answer.text) if seen.action == task)
    assert again.fields["eigen_indruk"][0].strip() == STORY
    assert again.fields["feiten.0.wat"][0].strip() == STORY
    assert "<script>alert" not in answer.text


def test_a_form_that_was_sent_back_keeps_its_key(sanne: Person) -> None:
    task = sanne.start()
    form = sanne.form(task)
    answer = sanne.send(form)
    again = next(seen for seen in forms(answer.text) if seen.action == task)
    assert again.fields[FIELD] == form.fields[FIELD]


def test_adding_a_row_keeps_what_was_typed_and_finishes_nothing(sanne: Person) -> None:
    task = sanne.start()
    form = sanne.form(task)
    answer = sanne.send(form, {"kinderen.0.voornaam": "Noor", "_add:kinderen": "1"})
    assert answer.status_code == 200
    again = next(seen for seen in forms(answer.text) if seen.action == task)
    assert again.fields["kinderen.0.voornaam"] == ["Noor"]
    assert "kinderen.1.voornaam" in again.fields
    assert heading(sanne.get(task)) == heading(answer.text)


def test_after_a_task_one_reads_what_happens_now_and_whose_turn_it_is(sanne: Person) -> None:
    done = sanne.finish(sanne.start(), {"vermoeden_over": "thuis"})
    page = sanne.get(done)
    assert heading(page) == "Dank u, deze taak is klaar"
    assert "Wat gebeurt er nu?" in page
    assert "Overleggen" in page
    assert "u bent aan de beurt" in page
    assert f'href="{sanne.task("Overleg")}"' in page


def test_sending_the_same_answers_twice_finishes_the_task_once(app: Flask, sanne: Person) -> None:
    task = sanne.start()
    sent = {**sanne.form(task).filled({"vermoeden_over": "thuis"})}
    first = sanne.client.post(task, data=sent)
    assert goes_to(first) == f"{task}/klaar"
    second = sanne.client.post(task, data=sent)
    assert goes_to(second) == f"{task}/klaar"
    page = sanne.get(f"/zaken/{case_of(task)}")
    assert page.count("Lees wat er is vastgelegd") == 1


def test_the_back_button_leads_to_a_page_that_says_the_task_is_done(sanne: Person) -> None:
    task = sanne.start()
    sanne.finish(task, {"vermoeden_over": "thuis"})
    assert goes_to(sanne.client.get(task)) == f"{task}/klaar"


def test_a_second_window_with_other_answers_hears_who_was_first_and_changes_nothing(sanne: Person) -> None:
    task = sanne.start()
    second_window = sanne.form(task).filled({"vermoeden_over": "medewerker"})
    sanne.finish(task, {"vermoeden_over": "thuis"})
    answer = sanne.client.post(task, data=second_window)
    assert goes_to(answer) == f"{task}/klaar"
    assert "Overleggen" in sanne.get("/")


def test_the_done_page_of_an_open_task_leads_to_the_task(sanne: Person) -> None:
    task = sanne.start()
    assert goes_to(sanne.client.get(f"{task}/klaar")) == task


def test_earlier_answers_can_be_read_above_a_later_task(sanne: Person) -> None:
    sanne.finish(sanne.start(), {"vermoeden_over": "thuis", "eigen_indruk": "Stil en teruggetrokken."})
    page = sanne.get(sanne.task("Overleg"))
    assert "Wat er al is vastgelegd" in page
    assert "Stil en teruggetrokken." in page


def test_the_questions_alone_follow_the_answers_given(sanne: Person) -> None:
    sanne.finish(sanne.start(), {"vermoeden_over": "thuis"})
    task = sanne.task("Overleg")
    form = sanne.form(task)
    assert "overleg_bevinding" not in form.fields
    answer = sanne.client.post(
        f"{task}/vragen", data={**form.fields, "overleg_met": "Fatima", "extra_advies": "nee"}
    )
    assert answer.status_code == 200
    assert 'name="overleg_bevinding"' in answer.text
    assert 'value="Fatima"' in answer.text
    assert "<form" not in answer.text


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (CaseStuck(), 409, "de beheerder heeft een melding"),
        (StoreError(Text("De gegevens zijn even bezet.", "The data is busy.")), 503, "even bezet"),
    ],
)
def test_a_fault_while_saving_gives_the_page_back_with_every_answer(
    sanne: Person, monkeypatch: pytest.MonkeyPatch, fault: Exception, code: int, words: str
) -> None:
    task = sanne.start()
    sent = sanne.form(task).filled({"vermoeden_over": "thuis", "eigen_indruk": STORY})

    def refuse(*_: object, **__: object) -> None:
        raise fault

    with monkeypatch.context() as patched:
        patched.setattr(cases, "complete", refuse)
        answer = sanne.client.post(task, data=sent)
    assert answer.status_code == code
    assert words in unescape(answer.text)
    again = next(seen for seen in forms(answer.text) if seen.action == task)
    assert again.fields["eigen_indruk"][0].strip() == STORY
    # and sent again it is saved
    assert goes_to(sanne.client.post(task, data={**again.fields, "vormen": "onbekend"})) == f"{task}/klaar"


def test_a_colleague_cannot_open_or_finish_somebody_elses_task(app: Flask, sanne: Person) -> None:
    task = sanne.start()
    sent = sanne.form(task).filled({"vermoeden_over": "thuis"})
    joost = Person(app).sign_in("joost")
    assert title(joost.get(task, 403)) == "Deze pagina is niet voor u"
    token = joost.form("/", "/taal").fields["csrf_token"]
    for path in (task, f"{task}/vragen"):
        assert joost.client.post(path, data={**sent, "csrf_token": token}).status_code == 403
    assert sanne.get(task)


def test_due_moments_are_told_in_words_and_late_comes_first(sanne: Person) -> None:
    old = sanne.start()
    for _ in range(7):
        assert goes_to(sanne.press("/", "/demo/klok")) == "/"
    new = sanne.start()
    page = sanne.get("/")
    assert "Er wachten 2 taken op u, waarvan 1 te laat is." in page
    assert "te laat</span>" in page
    assert page.index(old) < page.index(new)
    assert TEXT not in page
