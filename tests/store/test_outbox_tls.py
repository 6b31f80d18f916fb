"""Mail over STARTTLS with signing in, to a real server with a real certificate."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from meldcode import timers
from meldcode.outbox import SmtpSettings, send_pending
from tests.store.house import MONDAY, House
from tests.store.smtp import Script, serving

LATE = MONDAY + datetime.timedelta(days=3)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context, and the file of the authority that vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "proef")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    pem, private = tmp_path / "cert.pem", tmp_path / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem, private)
    return context, pem


def knows(_server: Any, _session: Any, _envelope: Any, _kind: str, given: LoginPassword) -> AuthResult:
    return AuthResult(success=given == LoginPassword(b"naam", b"geheim"))


@pytest.fixture
def strict(certificate: tuple[ssl.SSLContext, Path]) -> Iterator[tuple[Script, SmtpSettings]]:
    """A server that takes mail only from who signed in over TLS."""
    script = Script()
    options = {"require_starttls": True, "auth_required": True, "authenticator": knows}
    with serving(script, tls_context=certificate[0], **options) as smtp:
        yield script, replace(smtp, security="starttls", username="naam", password="geheim")


@pytest.fixture
def waiting(house: House) -> House:
    house.at_weighing()
    assert timers.fire_due(house.db, LATE)
    return house


pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH", "ignore:Session.login_data")


def test_mail_goes_over_starttls_after_signing_in(
    waiting: House,
    strict: tuple[Script, SmtpSettings],
    certificate: tuple[ssl.SSLContext, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    script, smtp = strict
    assert send_pending(waiting.db, smtp, LATE) == 1
    assert len(script.taken) == 1


def test_a_server_nobody_vouches_for_gets_no_mail_and_no_password(
    waiting: House, strict: tuple[Script, SmtpSettings]
) -> None:
    script, smtp = strict
    assert send_pending(waiting.db, smtp, LATE) == 0
    assert script.taken == []


def test_a_wrong_password_loses_no_mail(
    waiting: House,
    strict: tuple[Script, SmtpSettings],
    certificate: tuple[ssl.SSLContext, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    script, smtp = strict
    assert send_pending(waiting.db, replace(smtp, password="fout", timeout=1.0), LATE) == 0
    assert send_pending(waiting.db, smtp, LATE + datetime.timedelta(hours=1)) == 1
    assert len(script.taken) == 1
