"""Words that may only be read by who is involved, looked for in every place where they must not be."""

from __future__ import annotations

import base64
import io
import json
import logging
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from meldcode import clock, logs, outbox, publishing, timers
from tests.attacks.town import SCHOOL, Town
from tests.web.person import Person, case_of, forms

CANARY = "Kanariegeel-9f3a"
#: The same word as somebody could meet it in bytes: as text, escaped, encoded, or in UTF-16.
SHAPES = (
    CANARY.encode(),
    CANARY.lower().encode(),
    base64.b64encode(CANARY.encode())[:-2],
    base64.b64encode(b"x" + CANARY.encode())[2:-2],
    CANARY.encode("utf-16-le"),
    CANARY.encode().hex().encode(),
    json.dumps(CANARY)[1:-1].encode(),
)


#: How something that was deflated may begin.
DEFLATED = re.compile(rb"\x78[\x9c\xda\x01\x5e]")


def must_hold_nothing(where: str, data: bytes) -> None:
    for shape in SHAPES:
        assert shape not in data, (where, shape)


@pytest.fixture
def said(tmp_path: Path) -> Iterator[Path]:
    """The file in which this test's whole log ends, in the form in which a deployment keeps it."""
    file = tmp_path / "log.jsonl"
    root = logging.getLogger()
    before, level = root.handlers, root.level
    with file.open("w", encoding="utf-8") as stream:
        logs.configure(readable=False, stream=stream)
        root.setLevel(logging.DEBUG)
        yield file
    root.handlers, root.level = before, level


@pytest.fixture
def told(sanne: Person, said: Path) -> str:
    """A case with the word in every answer that takes text; the address of its next task."""
    first = sanne.start()
    page = sanne.get(first)
    form = next(form for form in forms(page) if form.action == first)
    answers = {name: CANARY for name, kind in form.kinds.items() if kind in ("text", "textarea")}
    answers |= {"eigen_indruk": CANARY, "signalen_bevinding": CANARY, "kinderen.0.naam": CANARY}
    done = sanne.finish(first, answers)
    assert CANARY in sanne.get(f"/zaken/{case_of(done)}")
    return sanne.task("Overleg")


@pytest.mark.usefixtures("told")
def test_no_answer_can_be_read_in_the_files_of_the_database(town: Town) -> None:
    """The tables, the write-ahead log and whatever else of it lies on the disk, before and after the log was
    worked into the tables."""
    before = town.files()
    assert town.kind.name != "sqlite" or any(name.endswith("-wal") and data for name, data in before.items())
    for name, data in before.items():
        must_hold_nothing(name, data)
    town.db.scrub()
    after = town.files()
    assert sum(map(len, after.values())) > 100_000
    for name, data in after.items():
        must_hold_nothing(name, data)
        for found in DEFLATED.finditer(data):  # compressed, but not sealed
            must_hold_nothing(
                f"{name} at {found.start()}", _opened(data[found.start() : found.start() + 65_536])
            )


def _opened(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, 1_000_000)
    except zlib.error:
        return b""


def test_no_answer_reaches_mails_audit_incidents_or_the_log(
    town: Town, app: Flask, sanne: Person, told: str, said: Path
) -> None:
    # refused answers, an acute alarm, a visit of a colleague, and the ladder's mails
    sanne.client.post(told, data={**sanne.form(told).fields, "overleg_met": CANARY, CANARY: CANARY})
    Person(app).sign_in("joost").client.get(told)
    sanne.press(f"/zaken/{case_of(told)}/bellen", f"/zaken/{case_of(told)}/bellen")
    db = town.database()
    for days in range(1, 40, 3):
        timers.fire_due(db, clock.real() + timedelta(days=days))
    for table in ("mails", "audit", "incidents", "tasks", "due", "cases", "outbox", "sessions"):
        for row in town.rows(f'SELECT * FROM "{table}"'):
            must_hold_nothing(table, repr(row).encode())
    assert town.rows("SELECT count(*) FROM mails")[0][0]
    assert outbox.listing(db, town.organisations[""])
    for handler in logging.getLogger().handlers:
        handler.flush()
    must_hold_nothing("log", said.read_bytes())


def test_a_fault_of_ours_logs_the_place_and_not_the_words(
    app: Flask, sanne: Person, told: str, said: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"kan {CANARY} niet opslaan")

    monkeypatch.setattr("web.views.tasks.cases.complete", broken)
    form = sanne.form(told).filled({"overleg_advies": CANARY})
    answer = sanne.client.post(told, data=form)
    while answer.status_code == 422:
        form = next(seen for seen in forms(answer.text) if seen.action == told).filled(
            {"overleg_advies": CANARY}
        )
        answer = sanne.client.post(told, data=form)
    assert answer.status_code == 500
    assert CANARY not in answer.text
    for handler in logging.getLogger().handlers:
        handler.flush()
    log = said.read_bytes()
    assert b"RuntimeError" in log
    must_hold_nothing("log", log)


def test_a_database_fault_with_answers_in_its_words_is_not_repeated(
    app: Flask, sanne: Person, told: str, said: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise sa.exc.IntegrityError("INSERT", {"answers": CANARY}, Exception(CANARY))

    monkeypatch.setattr("web.views.cases.cases.case_page", broken)
    answer = sanne.client.get(f"/zaken/{case_of(told)}")
    assert answer.status_code >= 500
    assert CANARY not in answer.text
    for handler in logging.getLogger().handlers:
        handler.flush()
    log = said.read_bytes()
    must_hold_nothing("log", log)
    # nor is it told which case it was: who reads the log must not learn who works on what
    assert case_of(told).encode() not in log


def test_pages_of_who_is_not_involved_do_not_hold_the_words(
    app: Flask, sanne: Person, neighbour: Person, told: str
) -> None:
    case = case_of(told)
    for name in ("joost", "ingrid"):
        person = Person(app).sign_in(name)
        for path in ("/", "/zaken", f"/zaken/{case}", f"/zaken/{case}/schema.svg", told, f"{told}/klaar"):
            must_hold_nothing(f"{name} {path}", person.client.get(path).data)
    for path in ("/", "/zaken", f"/zaken/{case}", told):
        must_hold_nothing(path, neighbour.client.get(path).data)


def test_addresses_titles_cookies_and_headers_do_not_hold_the_words(sanne: Person, told: str) -> None:
    answer = sanne.client.post(told, data={**sanne.form(told).fields, "overleg_met": CANARY})
    must_hold_nothing("headers", str(answer.headers).encode())
    page = sanne.client.get(f"/zaken/{case_of(told)}")
    must_hold_nothing("headers", str(page.headers).encode())
    must_hold_nothing("title", page.text.split("</title>")[0].encode())
    for name in ("session", "visit"):
        cookie = sanne.client.get_cookie(name)
        assert cookie
        must_hold_nothing(name, cookie.value.encode())


def test_an_upload_that_nobody_asked_for_never_reaches_the_disk(
    sanne: Person, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[object] = []

    class Watched(tempfile.SpooledTemporaryFile):  # type: ignore[type-arg]
        def __init__(self, *given: object, **named: object) -> None:
            written.append(given)
            super().__init__(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", Watched, raising=False)
    file = (io.BytesIO(CANARY.encode() * 20_000), "verslag.docx")
    answer = sanne.client.post(told, data={**sanne.form(told).fields, "bijlage": file})
    assert answer.status_code in (413, 422)
    assert written == []


@pytest.mark.parametrize("timer", ["timeDuration", "timeDate"])
def test_an_answer_that_is_no_time_is_not_told_by_what_is_stuck(
    town: Town, app: Flask, sanne: Person, tmp_path: Path, timer: str
) -> None:
    """A diagram that takes a time from an answer: what is stuck is read by who may not read answers."""
    folder = Path(shutil.copytree(SCHOOL, tmp_path / "school"))
    diagram = folder / "meldcode.bpmn"
    words = diagram.read_text(encoding="utf-8")
    plain = '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P5D</bpmn:timeDuration>'
    begin, found, rest = words.partition('<bpmn:timerEventDefinition id="timer_overleg_5d">')
    assert found
    taken = plain.replace("P5D", "=eigen_indruk").replace("timeDuration", timer)
    diagram.write_text(begin + found + rest.replace(plain, taken, 1), encoding="utf-8")
    publishing.publish(town.db, SCHOOL.name, folder, now=clock.real())
    first = sanne.start()
    form = sanne.form(first)
    answers = {"eigen_indruk": CANARY, "signalen_bevinding": CANARY}
    answer = sanne.client.post(first, data=form.filled(answers))
    while answer.status_code == 422:
        form = next(form for form in forms(answer.text) if form.action == first)
        answer = sanne.client.post(first, data=form.filled(answers))
    assert answer.status_code == 409
    stuck = town.rows("SELECT kind, text_nl, text_en FROM incidents")
    assert [kind for kind, _, _ in stuck] == ["timer"]
    must_hold_nothing("incidents", repr(stuck).encode())
    must_hold_nothing("page", Person(app).sign_in("marit").client.get("/storingen").data)
