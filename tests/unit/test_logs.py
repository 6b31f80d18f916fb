"""Logs are kept where cases may not be, so no word of an answer or a row may reach them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from meldcode import logs

SECRET = "Sanne B. heeft blauwe plekken"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What this process logs, as JSON lines."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    logs.configure(readable=False, stream=stream)
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def fail_with_words() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raise RuntimeError(f"could not store {SECRET}") from error


def test_an_error_is_logged_as_kinds_and_places_without_its_words(written: io.StringIO) -> None:
    try:
        fail_with_words()
    except RuntimeError:
        structlog.get_logger("test").exception("task_failed", task="mail")

    line = json.loads(written.getvalue())
    assert SECRET not in written.getvalue()
    assert line["event"] == "task_failed"
    assert line["level"] == "error"
    assert line["error"] == "RuntimeError < ValueError"
    assert line["at"][0].startswith("unit/test_logs.py:")
    assert line["at"][0].endswith("fail_with_words")


def test_an_error_of_another_library_loses_its_words_too(written: io.StringIO) -> None:
    try:
        fail_with_words()
    except RuntimeError:
        logging.getLogger("some.library").exception("it went wrong")

    line = json.loads(written.getvalue())
    assert SECRET not in written.getvalue()
    assert line["event"] == "it went wrong"
    assert line["error"] == "RuntimeError < ValueError"


def test_what_another_library_fills_into_its_sentence_is_left_out(written: io.StringIO) -> None:
    try:
        fail_with_words()
    except RuntimeError:
        logging.getLogger("some.library").exception("Exception while serving %s", f"/zaken/{SECRET}")

    assert SECRET not in written.getvalue()
    assert json.loads(written.getvalue())["event"] == "Exception while serving %s"


def test_an_event_is_one_line_of_json_with_its_fields(written: io.StringIO) -> None:
    structlog.get_logger("test").info("mails_sent", count=2)

    line = json.loads(written.getvalue())
    assert (line["event"], line["count"], line["level"], line["logger"]) == ("mails_sent", 2, "info", "test")
    assert line["timestamp"].endswith("Z")


def test_the_machinery_of_libraries_is_not_news(written: io.StringIO) -> None:
    logging.getLogger("celery.worker.strategy").info("Task received")
    logging.getLogger("celery.beat").info("Sending due task tick")

    assert written.getvalue() == ""
