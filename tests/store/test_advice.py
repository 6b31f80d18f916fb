"""A named colleague is asked for advice: she reads the case while she is asked, and answers once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from meldcode import audit, cases, migration, people
from meldcode.cases import AccessDenied, AnswersRefused, NotFound, TaskGone
from meldcode.store.tables import audit as log
from meldcode.store.tables import mails, notes, tasks
from tests.databases import beneath
from tests.store.house import MONDAY, House
from tests.store.test_migration import publish, run

QUESTION = "Wat zou jij doen met de blauwe plek?"
ADVICE = "Bel eerst Veilig Thuis."


def ask(house: House, case: UUID, task: UUID, who: str = "buiten", by: str = "sanne") -> cases.Outcome:
    return cases.ask_advice(
        house.db,
        house.actor(by),
        case,
        task,
        house.people[who],
        question=QUESTION,
        reason="doubt",
        key=house.key(),
        now=MONDAY,
    )


def give(house: House, case: UUID, task: UUID, who: str = "buiten", key: str = "raad") -> cases.Outcome:
    later = MONDAY + timedelta(minutes=5)
    return cases.give_advice(house.db, house.actor(who), case, task, ADVICE, key=key, now=later)


def may_read(house: House, case: UUID, who: str = "buiten") -> bool:
    try:
        return cases.case_page(house.db, house.actor(who), case, now=MONDAY).content
    except AccessDenied:
        return False


def actions(house: House) -> list[tuple[str, str | None]]:
    about = sa.select(log.c.action, log.c.reason).where(log.c.action.like("advice_%"))
    with beneath(house.db).connect() as connection:
        return [(row.action, row.reason) for row in connection.execute(about.order_by(log.c.sequence))]


@pytest.fixture
def case(house: House) -> UUID:
    return house.at_weighing()


@pytest.fixture
def task(house: House, case: UUID) -> UUID:
    return house.task(case, "wegen")


def test_who_is_asked_reads_the_case_answers_once_and_then_it_closes_for_her(
    house: House, case: UUID, task: UUID
) -> None:
    assert not may_read(house, case)
    ask(house, case, task)
    buiten, sanne, db = house.actor("buiten"), house.actor("sanne"), house.db
    [asked] = cases.my_tasks(db, buiten)
    assert (asked.asked, asked.mine, asked.pool, asked.name) == (True, False, False, "Wegen")
    page = cases.case_page(db, buiten, case, now=MONDAY)
    assert page.content
    assert page.entries
    assert not page.can_raise_acute
    question = cases.advice_page(db, buiten, case, task, now=MONDAY)
    assert (question.by, question.question) == ("Sanne", QUESTION)
    [hers] = cases.my_tasks(db, sanne)
    assert (hers.adviser_name, hers.asked) == ("Buitenstaander", False)

    give(house, case, task)
    assert not may_read(house, case)
    assert cases.my_tasks(db, buiten) == ()
    seen = cases.task_page(db, sanne, case, task, now=MONDAY)
    assert [(one.kind, one.text, one.person_name) for one in seen.notes] == [
        ("question", QUESTION, "Sanne"),
        ("advice", ADVICE, "Buitenstaander"),
    ]
    assert give(house, case, task).repeated  # the same answer sent again
    with pytest.raises(AccessDenied):
        give(house, case, task, key="nog-een")
    assert actions(house) == [("advice_asked", "doubt"), ("advice_read", None), ("advice_given", None)]
    assert audit.verify(db) == []


def test_of_two_tasks_each_colleague_reads_the_question_that_was_asked_of_her(
    house: House, tmp_path: Path
) -> None:
    alone, beside = (
        b'<bpmn:startEvent id="acuut_begin">',
        b'<bpmn:startEvent id="acuut_begin" isInterrupting="false">',
    )
    publish(house, tmp_path, lambda xml: xml.replace(alone, beside))
    case = house.at_weighing()
    task = house.task(case, "wegen")
    cases.raise_acute(house.db, house.actor("sanne"), case, key="gevaar", now=MONDAY)
    ask(house, case, task)
    other = house.task(case, "bellen")
    cases.ask_advice(
        house.db,
        house.actor("sanne"),
        case,
        other,
        house.people["fatima"],
        question="Alleen voor u.",
        reason="doubt",
        key=house.key(),
        now=MONDAY,
    )
    read = cases.advice_page(house.db, house.actor("buiten"), case, task, now=MONDAY).question
    hers = cases.advice_page(house.db, house.actor("fatima"), case, other, now=MONDAY).question
    assert (read, hers) == (QUESTION, "Alleen voor u.")


def test_who_is_asked_changes_nothing_but_her_answer(house: House, case: UUID, task: UUID) -> None:
    ask(house, case, task)
    buiten, db = house.actor("buiten"), house.db
    tried: list[Callable[[], object]] = [
        lambda: cases.task_page(db, buiten, case, task, now=MONDAY),
        lambda: cases.complete(db, buiten, case, task, {"advies": "melden"}, key="a", now=MONDAY),
        lambda: cases.claim(db, buiten, case, task, key="b", now=MONDAY),
        lambda: cases.give_back(db, buiten, case, task, key="c", now=MONDAY),
        lambda: cases.keep_draft(db, buiten, case, task, {}, now=MONDAY),
        lambda: cases.add_note(
            db, buiten, case, kind="signal", text="x", on=None, today=MONDAY.date(), key="d", now=MONDAY
        ),
        lambda: cases.end_advice(db, buiten, case, task, reason="settled", key="e", now=MONDAY),
        lambda: cases.case_log(db, buiten, case, now=MONDAY),
        lambda: ask(house, case, task, who="joost", by="buiten"),
    ]
    for one in tried:
        with pytest.raises(AccessDenied):
            one()


@pytest.mark.parametrize(
    ("ending", "reason"),
    [("ended", "settled"), ("completed", "task_done"), ("reassigned", "task_moved"), ("back", "task_moved")],
)
def test_it_ends_when_the_holder_says_so_and_when_the_task_is_hers_no_more(
    house: House, case: UUID, task: UUID, ending: str, reason: str
) -> None:
    ask(house, case, task)
    sanne, db = house.actor("sanne"), house.db
    if ending == "ended":
        cases.end_advice(db, sanne, case, task, reason="settled", key="x", now=MONDAY)
    elif ending == "completed":
        house.complete(case, "wegen", {"advies": "melden"})
    elif ending == "reassigned":
        for number, to in enumerate(("joost", "sanne")):  # and it does not come back with the task
            person = house.people[to]
            cases.reassign(
                db, house.actor("henk"), case, task, person, reason="absent", key=f"x{number}", now=MONDAY
            )
    else:
        cases.give_back(db, sanne, case, task, key="x", now=MONDAY)
        cases.claim(db, sanne, case, task, key="y", now=MONDAY)
    assert not may_read(house, case)
    assert cases.my_tasks(db, house.actor("buiten")) == ()
    with pytest.raises((AccessDenied, TaskGone)):
        give(house, case, task)
    assert actions(house)[1:] == [("advice_ended", reason)]


def test_who_is_shut_out_is_never_asked_and_loses_what_she_was_asked(
    house: House, case: UUID, task: UUID
) -> None:
    ask(house, case, task, who="fatima")
    for number, who in enumerate(("fatima", "joost")):
        cases.shut_out(
            house.db,
            house.actor("sanne"),
            case,
            house.people[who],
            reason="concerned",
            key=f"uit-{number}",
            now=MONDAY,
        )
    with pytest.raises(NotFound):
        cases.case_page(house.db, house.actor("fatima"), case, now=MONDAY)
    with pytest.raises(NotFound):
        give(house, case, task, who="fatima")
    assert cases.my_tasks(house.db, house.actor("fatima")) == ()
    others = cases.ask_page(house.db, house.actor("sanne"), case, task, now=MONDAY).others
    assert {one.name for one in others} == {"Henk", "Buitenstaander"}
    for who in ("fatima", "joost"):
        with pytest.raises(AnswersRefused):
            ask(house, case, task, who=who)
    cases.readmit(
        house.db,
        house.actor("henk"),
        case,
        house.people["fatima"],
        reason="mistake",
        key="weer-in",
        now=MONDAY,
    )
    assert not cases.case_page(house.db, house.actor("fatima"), case, now=MONDAY).content


def test_only_who_holds_the_task_asks_one_colleague_who_is_there(
    house: House, case: UUID, task: UUID
) -> None:
    for who in ("joost", "fatima", "henk"):
        with pytest.raises(AccessDenied):
            ask(house, case, task, by=who)
    with house.db.transaction(house.organisation) as tx:
        away = MONDAY - timedelta(days=1)
        people.add_absence(tx, house.people["joost"], standin=None, from_at=away, until_at=None, now=MONDAY)
    for wrong in ("joost", "sanne"):
        with pytest.raises(AnswersRefused) as refused:
            ask(house, case, task, who=wrong)
        assert set(refused.value.errors) == {"to"}
    for nobody in (None, uuid4()):
        with pytest.raises(AnswersRefused) as refused:
            cases.ask_advice(
                house.db,
                house.actor("sanne"),
                case,
                task,
                nobody,
                question=" ",
                reason="zomaar",
                key=house.key(),
                now=MONDAY,
            )
        assert set(refused.value.errors) == {"to", "text", "reason"}
    ask(house, case, task)
    with pytest.raises(AnswersRefused):
        ask(house, case, task, who="fatima")


def test_an_alarm_that_takes_the_task_away_takes_what_was_asked_with_it(
    house: House, case: UUID, task: UUID
) -> None:
    ask(house, case, task)
    cases.raise_acute(house.db, house.actor("sanne"), case, key="alarm", now=MONDAY)
    assert not may_read(house, case)
    assert cases.my_tasks(house.db, house.actor("buiten")) == ()


@pytest.mark.parametrize(
    ("role", "step", "stays"),
    [("leerkracht", "wegen consulteren", True), ("intern-begeleider", "wegen", False)],
)
def test_a_question_goes_along_to_another_version_when_its_task_keeps_its_holder(
    house: House, case: UUID, task: UUID, tmp_path: Path, role: str, step: str, stays: bool
) -> None:
    ask(house, case, task)
    old = b'name="Wegen" meldcode:role="leerkracht" meldcode:step="wegen"'
    new = f'name="Wegen" meldcode:role="{role}" meldcode:step="{step}"'.encode()
    publish(house, tmp_path, lambda xml: xml.replace(old, new))
    migration.begin(house.db, house.actor("henk"), MONDAY)
    run(house)
    assert may_read(house, case) == stays


def test_who_is_asked_and_stands_in_for_the_holder_finds_the_task_once(
    house: House, case: UUID, task: UUID
) -> None:
    ask(house, case, task)
    with house.db.transaction(house.organisation) as tx:
        sanne, buiten = house.people["sanne"], house.people["buiten"]
        people.add_absence(tx, sanne, standin=buiten, from_at=MONDAY, until_at=None, now=MONDAY)
    [one] = cases.my_tasks(house.db, house.actor("buiten"))
    assert (one.pool, one.asked) == (True, True)
    cases.claim(house.db, house.actor("buiten"), case, task, key="over", now=MONDAY)
    [one] = cases.my_tasks(house.db, house.actor("buiten"))
    assert (one.mine, one.asked) == (True, False)


def test_the_mail_and_the_rows_hold_no_content(house: House, case: UUID, task: UUID) -> None:
    ask(house, case, task)
    give(house, case, task)
    with beneath(house.db).connect() as connection:
        [mail] = connection.execute(sa.select(mails).where(mails.c.template == "asked"))
        kept = b"".join(connection.execute(sa.select(notes.c.content)).scalars())
        told = str(connection.execute(sa.select(log.c.detail, log.c.reason)).all())
        assert connection.execute(sa.select(tasks.c.adviser).where(tasks.c.id == task)).scalar() is None
    assert mail.person == house.people["buiten"]
    for word in ("Sanne", "Wegen", "meldcode", "advies", "raad", "blauwe"):
        assert word not in mail.subject + mail.body.replace(house.db.base_url, "")
    for text in (QUESTION, ADVICE):
        assert text.encode() not in kept
        assert text not in told
