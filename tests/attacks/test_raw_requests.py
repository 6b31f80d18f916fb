"""What only a raw socket can send, to the production server: it answers or hangs up, and lives on."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.attacks.town import Built
from tests.served import served
from web.__main__ import LARGEST_BODY, LIMITS
from web.uploads import LARGER

WAIT = 30.0
SLOWEST = 15.0  # a thread that is held up would be held up for a minute and more
HOST = b"Host: 127.0.0.1\r\n"

BROKEN = {
    "nothing": b"\r\n\r\n",
    "bytes": bytes(range(256)) * 8,
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\n" + HOST + b"Host: elders.example\r\n\r\n",
    "host in the address": b"GET http://elders.example/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "another host": b"GET / HTTP/1.1\r\nHost: elders.example\r\n\r\n",
    "http 3": b"GET / HTTP/3.0\r\n" + HOST + b"\r\n",
    "http 0.9": b"GET /\r\n\r\n",
    "spaces in the name": b"GET / HTTP/1.1\r\n" + HOST + b"X Y : z\r\n\r\n",
    "space before the colon": b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length : 5\r\n\r\nabcde",
    "folded": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: b\r\n c\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nHost: 127.0.0.1\n\n",
    "nul in a header": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: a\x00b\r\n\r\n",
    "latin in a header": b"GET / HTTP/1.1\r\n"
    + HOST
    + b"Cookie: session=\xff\xfe\r\nAccept-Language: \x80\r\n\r\n",
    "underscores": b"GET / HTTP/1.1\r\n" + HOST + b"X_Forwarded_Host: elders.example\r\n\r\n",
    "smuggled length": b"POST /inloggen HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
    "two lengths": b"POST /inloggen HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 4\r\nContent-Length: 40\r\n\r\nabcd",
    "negative length": b"POST /inloggen HTTP/1.1\r\n" + HOST + b"Content-Length: -4\r\n\r\nabcd",
    "plus length": b"POST /inloggen HTTP/1.1\r\n" + HOST + b"Content-Length: +4\r\n\r\nabcd",
    "strange coding": b"POST /inloggen HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\nabcd",
    "broken chunk": b"POST /inloggen HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n",
    "endless chunk line": b"POST /inloggen HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + b"1" * 9_000,
    "long address": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "many headers": b"GET / HTTP/1.1\r\n"
    + HOST
    + b"".join(b"X-%d: y\r\n" % n for n in range(5_000))
    + b"\r\n",
    "long header": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: " + b"y" * 300_000 + b"\r\n\r\n",
    "climbing": b"GET /../../../../etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n",
    "climbing in the build": b"GET /static/build/../../app.py HTTP/1.1\r\n" + HOST + b"\r\n",
    "climbing, encoded": b"GET /static/build/%2e%2e%2f%2e%2e%2fapp.py HTTP/1.1\r\n" + HOST + b"\r\n",
    "not unicode": b"GET /%ff%fe%00 HTTP/1.1\r\n" + HOST + b"\r\n",
    "raw bytes in the address": b"GET /\xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n",
    "a new line in the address": b"GET /zaken%0d%0aSet-Cookie:%20session=x HTTP/1.1\r\n" + HOST + b"\r\n",
    "connect": b"CONNECT elders.example:443 HTTP/1.1\r\nHost: elders.example:443\r\n\r\n",
    "options star": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "trace": b"TRACE / HTTP/1.1\r\n" + HOST + b"Cookie: session=secret-of-hers\r\n\r\n",
    "strange method": b"\xc3\x89\x00 / HTTP/1.1\r\n" + HOST + b"\r\n",
    "forwarded": b"GET / HTTP/1.1\r\n"
    + HOST
    + b"X-Forwarded-Host: elders.example\r\nX-Forwarded-Proto: https\r\n"
    + b"Forwarded: host=elders.example\r\n\r\n",
}


@pytest.fixture(scope="module")
def port(built_town: Built) -> Iterator[int]:
    """The pages on a real socket, served as `python -m web` does; the port."""
    town = built_town.copy()
    with served(town.app(base_url="http://127.0.0.1"), **LIMITS) as port:
        yield port
    town.close()


def speak(port: int, said: bytes, patience: float = 0.5) -> bytes:
    """Everything the server answers before it hangs up or falls silent."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT) as line:
        line.settimeout(patience)
        with suppress(OSError):  # a server may hang up while it is still spoken to
            line.sendall(said)
            line.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            while part := line.recv(65_536):
                heard += part
    return heard


@pytest.mark.parametrize("said", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_request_is_refused_or_ignored_and_the_next_one_is_answered(port: int, said: bytes) -> None:
    began = time.perf_counter()
    heard = speak(port, said)
    assert time.perf_counter() - began < SLOWEST
    if heard.startswith(b"HTTP/"):
        code = int(heard.split(b" ", 2)[1])
        assert code < 500 or (code == 501 and b"coding" in said.lower()), heard[:300]
    head = heard.split(b"\r\n\r\n")[0]
    assert b"elders.example" not in head
    assert b"secret-of-hers" not in heard
    assert b"Traceback" not in heard
    assert b"waitress" not in heard.lower()
    assert b"root:" not in heard
    assert b"create_app" not in heard
    assert b"\r\nSet-Cookie: session=x" not in head
    assert speak(port, b"GET /inloggen HTTP/1.0\r\n" + HOST + b"\r\n", WAIT).startswith(b"HTTP/1.0 200")


def test_a_form_of_two_megabytes_gets_the_sentence_and_not_the_servers_own_words(port: int) -> None:
    body = b"naam=" + b"x" * (2 * 1024 * 1024)
    head = (
        b"POST /inloggen HTTP/1.1\r\n"
        + HOST
        + b"Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    )
    heard = speak(port, head + b"Content-Length: %d\r\n\r\n" % len(body) + body, WAIT)
    assert b" 413 " in heard.split(b"\r\n")[0]
    assert "Dat is te veel in één keer".encode() in heard


def test_what_is_sent_never_reaches_the_disk(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even what is too much: somebody may have pasted a whole story."""
    made: list[object] = []
    monkeypatch.setattr("waitress.buffers.TempfileBasedBuffer.newfile", lambda self: made.append(self))
    head = b"POST /inloggen HTTP/1.1\r\n" + HOST + b"Connection: close\r\nContent-Length: %d\r\n\r\n"
    heard = speak(port, head % (LARGEST_BODY - 1) + b"x" * (LARGEST_BODY - 1), WAIT)
    assert heard.startswith(b"HTTP/1.1 4")
    assert made == []


def test_no_page_asks_for_more_than_the_server_lets_through(port: int) -> None:
    """Else the answer would be the server's own, in English and without a way back."""
    assert LARGER
    assert max(LARGER.values()) < LARGEST_BODY


def test_half_a_request_keeps_nobody_waiting(port: int) -> None:
    """Slow senders hold a line, not a thread: more of them than there are threads, and pages still come."""
    half = [socket.create_connection(("127.0.0.1", port), timeout=WAIT) for _ in range(30)]
    try:
        for line in half:
            line.sendall(b"POST /inloggen HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\na")
        began = time.perf_counter()
        assert speak(port, b"GET /inloggen HTTP/1.0\r\n" + HOST + b"\r\n", WAIT).startswith(b"HTTP/1.0 200")
        assert time.perf_counter() - began < SLOWEST
    finally:
        for line in half:
            line.close()
