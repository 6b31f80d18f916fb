"""`python -m web`: the production server in a process of its own."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from meldcode.store import Database
from tests.databases import address
from tests.ports import free_port
from tests.waiting import eventually

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]


def environment(database: str, port: int) -> dict[str, str]:
    """What a deployment sets."""
    return {
        "PATH": os.environ["PATH"],
        "MELDCODE_DATABASE_URL": database,
        "MELDCODE_BROKER_URL": "redis://127.0.0.1:1/0",
        "MELDCODE_SMTP_URL": "smtp://127.0.0.1:1",
        "MELDCODE_SECRET_KEY": "s" * 40,
        "MELDCODE_MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
        "MELDCODE_BASE_URL": f"http://127.0.0.1:{port}",
        "MELDCODE_PORT": str(port),
    }


def start(given: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "web"],
        cwd=ROOT,
        env=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_server_answers_names_nobody_and_stops_when_asked(school: Database) -> None:
    port = free_port()
    with start(environment(address(school), port)) as process:
        try:
            answer = _patiently(f"http://127.0.0.1:{port}/inloggen")
            assert answer.status == 200
            assert "Server" not in answer.headers
            assert "demo" not in answer.read().decode()
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said


def test_missing_settings_are_named_in_a_sentence_each(tmp_path: Path) -> None:
    given = environment(f"sqlite:///{tmp_path}/leeg.db", 8000)
    del given["MELDCODE_SECRET_KEY"], given["MELDCODE_BASE_URL"]
    with start(given) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "MELDCODE_SECRET_KEY" in said
    assert "MELDCODE_BASE_URL" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("host", ["127.0.0.1", "er-is-geen-computer.invalid"])
def test_where_it_cannot_listen_is_said_in_a_sentence(tmp_path: Path, host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        given = environment(f"sqlite:///{tmp_path}/leeg.db", taken.getsockname()[1])
        given["MELDCODE_HOST"] = host
        with start(given) as process:
            _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "MELDCODE_HOST" in said
    assert "MELDCODE_PORT" in said
    assert "Traceback" not in said


def _patiently(address: str) -> urllib.request.addinfourl:
    found: list[urllib.request.addinfourl] = []

    def answers() -> bool:
        try:
            found.append(urllib.request.urlopen(address, timeout=30))
        except urllib.error.URLError:
            return False
        return True

    assert eventually(answers), f"nothing answers at {address}"
    return found[0]
