"""`make run`: starts everything on this computer and says where to look. See `workers.embedded`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from meldcode import logs
from meldcode.messages import MeldcodeError, Text
from workers.embedded.broker import PrivateBroker
from workers.embedded.catcher import catching
from workers.embedded.supervisor import GaveUp, Part, Supervisor, say

FIRST_PORT = 8000
#: How long the pages may take to answer for the first time.
PATIENCE_SECONDS = 60


def main() -> int:
    parser = argparse.ArgumentParser(prog="make run", description="Run everything on this computer.")
    parser.add_argument(
        "--port", type=int, help=f"the port of the pages (default: a free one from {FIRST_PORT})"
    )
    parser.add_argument(
        "--folder", type=Path, default=Path("var"), help="where the data is kept (default: var)"
    )
    parser.add_argument(
        "--processes", type=Path, default=Path("processes"), help="the organisations to publish"
    )
    options = parser.parse_args()
    os.environ.setdefault("MELDCODE_LOG", "console")
    logs.configure()
    try:
        port = free_port(options.port)
        run(options.folder, options.processes, port)
    except MeldcodeError as error:
        print(f"\n{error.text.nl}\n{error.text.en}", file=sys.stderr)
        return 1
    except GaveUp as gave_up:
        print(f"\n{gave_up}", file=sys.stderr)
        return 1
    return 0


def free_port(wanted: int | None) -> int:
    """The wanted port, or without a wish the first free one. Raises MeldcodeError when there is none."""
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise MeldcodeError(
        Text(
            f"Poort {wanted or FIRST_PORT} is al in gebruik. Kies een andere: make run PORT=8123",
            f"Port {wanted or FIRST_PORT} is in use already. Choose another one: make run PORT=8123",
        )
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `workers.embedded.bootstrap` made ready."""

    environment: Mapping[str, str]
    password: str
    people: list[dict[str, str]]


def prepare(folder: Path, processes: Path, given: Mapping[str, str]) -> Prepared:
    """Fills the database in a process of its own. Raises GaveUp when it cannot; it has said why."""
    print("preparing the data …", flush=True)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "workers.embedded.bootstrap"),
            *("--folder", str(folder), "--processes", str(processes)),
        ],
        env={**os.environ, **given},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise GaveUp("The data could not be prepared; the reason is above.")
    made = json.loads(done.stdout)
    environment = {**given, **made["environment"], "MELDCODE_DEMO_PASSWORD": made["password"]}
    return Prepared(environment, made["password"], made["people"])


def run(folder: Path, processes: Path, port: int) -> None:
    """Starts all parts, tells where they are, and stops them at Ctrl-C or when one does not stay up."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    supervisor = Supervisor()
    stop = _stop_signal(supervisor)
    broker = PrivateBroker()
    try:
        with catching(folder / "mails") as (_, smtp_port):
            given = {
                "MELDCODE_BROKER_URL": broker.url,
                "MELDCODE_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
                "MELDCODE_BASE_URL": f"http://localhost:{port}",
                "MELDCODE_TICK_SECONDS": "2",
                "MELDCODE_DEMO": "1",
            }
            prepared = prepare(folder, processes, given)
            try:
                for part in parts(prepared.environment, port, broker):
                    supervisor.start(part)
                threading.Thread(target=_announce, args=(port, prepared, stop), daemon=True).start()
                supervisor.watch(stop)
                print("\nstopping …", flush=True)
            finally:
                supervisor.stop()
    finally:
        broker.close()


def parts(environment: Mapping[str, str], port: int, broker: PrivateBroker) -> list[Part]:
    """The processes of an embedded deployment, in the order in which they start."""
    python = [sys.executable, "-m"]
    return [
        Part("broker", broker.command, quiet=True),
        Part(
            "web", [*python, "web"], {**environment, "MELDCODE_HOST": "127.0.0.1", "MELDCODE_PORT": str(port)}
        ),
        Part("worker", [*python, "workers", "worker", "--processes", "1"], environment),
        Part("beat", [*python, "workers", "beat"], environment),
    ]


def _stop_signal(supervisor: Supervisor) -> threading.Event:
    """Set at the first Ctrl-C (or terminal closed, or `kill`); a second one kills every part at once."""
    stop = threading.Event()

    def asked(*_: object) -> None:
        if stop.is_set():
            supervisor.kill()
        stop.set()

    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(kind, asked)
    return stop


def _announce(port: int, prepared: Prepared, stop: threading.Event) -> None:
    """Prints the address and the sign-ins once the pages answer."""
    address = f"http://localhost:{port}"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _answers(address):
        if stop.wait(0.2):
            return
        if time.monotonic() > deadline:
            say("web", f"does not answer at {address} yet")
            return
    people = prepared.people
    width = max((len(one["username"]) for one in people), default=0)
    print(
        f"\n  Meldcode: {address}\n",
        f"  Log in met / sign in with (wachtwoord / password: {prepared.password})",
        *(
            f"    {one['username']:<{width}}  {one['name']}, {one['roles']}, {one['organisation']}"
            for one in people
        ),
        "\n  Ctrl-C stopt alles; de gegevens blijven in var/ (weg ermee: make clean-data).",
        "  Ctrl-C stops everything; the data stays in var/ (throw it away: make clean-data).\n",
        sep="\n",
        flush=True,
    )


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError:
        return True  # an answer, if an unkind one
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
