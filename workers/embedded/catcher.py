"""Catches mail instead of delivering it: each message becomes a file that the demo page shows and tests read.

Run by itself (`python -m workers.embedded.catcher --port 1025 --folder var/mails`) it is the mail server of
`docker-compose.yml`.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import count
from pathlib import Path
from queue import Queue

from aiosmtpd.smtp import SMTP, Envelope, Session

from meldcode import logs

#: A mail of ours is a few lines; anything larger is refused.
LARGEST_BYTES = 1_000_000


class Mailbox:
    """A folder of `.eml` files whose names sort in the order in which the mails came in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._numbers = count(1 + max((int(path.stem) for path in self._files()), default=0))

    def _files(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("*.eml") if path.stem.isdigit())

    def add(self, raw: bytes, sender: str, recipients: list[str]) -> Path:
        """Stores one message as it came, with the envelope in front, and gives its file."""
        envelope = "".join(f"X-Envelope-To: {one}\r\n" for one in recipients)
        name = f"{next(self._numbers):08d}"
        # a reader never sees half a mail: the name appears when the file is whole
        unfinished = self.folder / f".{name}.part"
        unfinished.write_bytes(f"X-Envelope-From: {sender}\r\n{envelope}".encode() + raw)
        return unfinished.rename(self.folder / f"{name}.eml")

    def messages(self) -> list[EmailMessage]:
        """Every message, oldest first."""
        files = self._files()
        return [message_from_bytes(path.read_bytes(), policy=default) for path in files]


class _Handler:
    """What aiosmtpd asks when a mail has come in whole."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        raw = envelope.original_content or b""
        self._mailbox.add(raw, envelope.mail_from or "", list(envelope.rcpt_tos))
        return "250 Message caught"


async def serve(
    mailbox: Mailbox, host: str, port: int, *, ready: Callable[[int, Callable[[], None]], None]
) -> None:
    """Catches mail until told to stop. Port 0 takes a free one.

    `ready` is called once with the port and with a function that stops the catcher, for any thread to call.
    """
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def protocol() -> SMTP:
        return SMTP(
            _Handler(mailbox),
            hostname="catcher",
            ident="Meldcode mail catcher",
            data_size_limit=LARGEST_BYTES,
        )

    server = await loop.create_server(protocol, host, port)

    def stop() -> None:
        loop.call_soon_threadsafe(stopped.set)

    ready(server.sockets[0].getsockname()[1], stop)
    await stopped.wait()
    server.close()
    await asyncio.sleep(0)  # lets conversations that just ended close their sockets


@contextmanager
def catching(folder: Path) -> Iterator[tuple[Mailbox, int]]:
    """Catches mail in a thread while the block runs: gives the mailbox and the port."""
    mailbox = Mailbox(folder)
    started: Queue[tuple[int, Callable[[], None]]] = Queue()
    thread = threading.Thread(
        target=lambda: asyncio.run(
            serve(mailbox, "127.0.0.1", 0, ready=lambda port, stop: started.put((port, stop)))
        ),
        name="mail-catcher",
        daemon=True,
    )
    thread.start()
    port, stop = started.get(timeout=10)
    try:
        yield mailbox, port
    finally:
        stop()
        thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description="Catch mail in a folder instead of delivering it.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=1025)
    parser.add_argument("--folder", type=Path, default=Path("var/mails"))
    options = parser.parse_args()
    logs.configure()

    def ready(_port: int, stop: Callable[[], None]) -> None:
        for kind in (signal.SIGINT, signal.SIGTERM):
            signal.signal(kind, lambda *_: stop())

    asyncio.run(serve(Mailbox(options.folder), options.host, options.port, ready=ready))


if __name__ == "__main__":
    main()
