"""How every process logs: one line per event, without a word of any case.

Lines are JSON for machines, or readable with colours for a person at a terminal. An error is logged as its
kind and the places in the code it came through. Its words are left out: they may quote an answer, a name or
a row, and logs are kept where cases are not allowed to be.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: Other libraries' loggers that tell each step of their own machinery; only their warnings are news.
TALKATIVE = (
    "alembic",
    "celery.app.trace",
    "celery.beat",
    "celery.worker.strategy",
    "kombu",
    "mail.log",  # aiosmtpd
    "waitress",
)


def configure(*, readable: bool | None = None, stream: TextIO | None = None) -> None:
    """Sends everything this process logs to `stream` (standard output) in the house's form.

    `readable` chooses lines for people over JSON; None takes it from MELDCODE_LOG (`console` or `json`),
    and without that from whether the stream is a terminal. Call it once, at the start of a process.
    """
    stream = stream or sys.stdout
    if readable is None:
        readable = os.environ.get("MELDCODE_LOG", "console" if stream.isatty() else "json") == "console"
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if readable else "iso", utc=not readable),
        error_without_words,
    ]
    last: Processor = (
        structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=0)
        if readable
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def error_without_words(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """structlog processor: replaces the exception of an event by its kinds and places."""
    given = event.pop("exc_info", None)
    if given is None or given is False:
        return event
    if isinstance(given, BaseException):
        error: BaseException | None = given
    elif isinstance(given, tuple):
        error = given[1]
    else:
        error = sys.exc_info()[1]
    if error is not None:
        event.update(describe(error))
    record = event.get("_record")
    if record is not None:
        if isinstance(record.msg, str):
            # what a library fills in may be an address or an answer: only its own sentence stays
            event["event"] = str(record.msg)
        # the standard formatter would append the traceback, words and all
        record.exc_info = record.exc_text = None
    return event


def describe(error: BaseException) -> Mapping[str, Any]:
    """The kinds of an error and of what caused it, and the last places in the code, newest first."""
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < 5:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    places = [f"{'/'.join(Path(f.filename).parts[-2:])}:{f.lineno} {f.name}" for f in reversed(frames)]
    return {"error": " < ".join(kinds), "at": places}
