"""A real SMTP server that does what a test tells it to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

from meldcode.outbox import SmtpSettings

PATIENCE = 30.0


class Script:
    """Answers by receiver; what was taken is in `taken`."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.receivers: list[str] = []
        self.mail: list[str] = []  # answers to the next MAIL FROM commands
        self.rcpt: dict[str, str] = {}  # address -> answer to RCPT
        self.data: list[str] = []  # answers to the next DATA commands
        self.before_answer: Callable[[], None] | None = None

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self.mail.pop(0) if self.mail else "250 OK"
        if answer.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options += options
        return answer

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.data.pop(0) if self.data else "250 OK"
        if answer.startswith("2"):
            self.taken.append(message_from_bytes(envelope.content, policy=default))
            self.receivers += envelope.rcpt_tos
        if self.before_answer is not None:
            self.before_answer()
        return answer


@contextmanager
def serving(script: Script, **options: Any) -> Iterator[SmtpSettings]:
    """The server, in a thread of its own while the block runs."""
    loop = asyncio.new_event_loop()

    async def begin() -> asyncio.Server:
        return await loop.create_server(
            lambda: SMTP(script, hostname="proef", loop=loop, **options), "127.0.0.1", 0
        )

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(begin(), loop).result(PATIENCE)
    try:
        port = server.sockets[0].getsockname()[1]
        yield SmtpSettings("127.0.0.1", port, timeout=5.0, sender="noreply@school.example")
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)  # lets the connections' transports close


def accept(username: str, password: str) -> Callable[..., AuthResult]:
    """An authenticator for one account."""

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        good = (data.login, data.password) == (username.encode(), password.encode())
        return AuthResult(success=good, handled=False)

    return check
