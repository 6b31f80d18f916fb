"""What a deployment sets in its environment, checked once at the start of a process.

Everything that is missing or odd is named in one go, each with a sentence that says what to set.
`make run` needs no settings: `embedded=True` fills in a database, keys and addresses under `var/`.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, quote, unquote, urlsplit

from meldcode.addresses import is_address
from meldcode.messages import MeldcodeError, Text

if TYPE_CHECKING:
    from meldcode.store import Database

T = TypeVar("T")

_SMTP_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_BROKERS = {
    "redis",
    "rediss",
    "redis+socket",
    "valkey",
    "valkeys",
    "filesystem",
    "memory",
    "amqp",
    "amqps",
    "unix",
}


class SettingsError(MeldcodeError):
    """The environment is not right; `problems` has a sentence for each variable."""

    def __init__(self, problems: list[Text]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            Text("\n".join(problem.nl for problem in problems), "\n".join(problem.en for problem in problems))
        )


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where mail is handed over. `security` is `none`, `starttls` or `tls`; `timeout` in seconds."""

    host: str
    port: int
    security: str = "none"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 10.0
    sender: str = "meldcode@localhost"  # the address in From; the name is the organisation's

    @classmethod
    def from_url(cls, url: str, *, sender: str | None = None) -> SmtpSettings:
        """Read `smtp://host:port`, `smtp+starttls://user:password@host`, `smtps://…`.

        Raises `ValueError` for anything else.
        """
        parts = urlsplit(url)
        if parts.scheme not in _SMTP_PORTS or not parts.hostname:
            raise ValueError(url)
        security = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}[parts.scheme]
        return cls(
            host=parts.hostname,
            port=parts.port or _SMTP_PORTS[parts.scheme],
            security=security,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            sender=sender or f"noreply@{_domain(parts)}",
        )


def _domain(parts: SplitResult) -> str:
    host = parts.hostname or "localhost"
    return host if any(char.isalpha() for char in host) and ":" not in host else "localhost"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one process. Keys do not show in a repr."""

    database_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    smtp: SmtpSettings
    secret_key: str = field(repr=False)  # signs cookies and form tokens
    master_key: bytes = field(repr=False)  # 32 bytes, opens every organisation's key
    base_url: str
    demo: bool = False
    tick_seconds: int = 30  # how often is asked what is due
    # the owner of PostgreSQL's tables: set for `meldcode migrate` only, never for a process that serves
    migration_url: str | None = field(default=None, repr=False)
    # how many proxies of ours stand before the pages; what only a visitor says is never believed
    trusted_proxies: int = 0
    # where the pages listen
    host: str = "127.0.0.1"
    port: int = 8000

    @classmethod
    def from_environment(
        cls,
        embedded: bool,
        *,
        environment: Mapping[str, str] | None = None,
        home: Path = Path("var"),
    ) -> Settings:
        """Read the environment; raises `SettingsError` naming everything that is wrong.

        `embedded` fills in what is missing for one machine, and keeps the keys it makes in `home`.
        """
        given = dict(os.environ if environment is None else environment)
        if embedded:
            given = {**_embedded(home, given), **{name: value for name, value in given.items() if value}}
        return _Reader(given).settings()

    def database(self) -> Database:
        """The database of this deployment (not yet migrated)."""
        # imported here: beat reads the settings and never opens the database, half of its memory
        from meldcode.store import Database

        return Database(
            self.database_url,
            self.master_key,
            demo=self.demo,
            base_url=self.base_url,
            owner_url=self.migration_url,
        )


class _Reader:
    """Reads variables one by one and collects what is wrong instead of stopping at the first."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.problems: list[Text] = []

    def settings(self) -> Settings:
        read = self._read
        random = "$(openssl rand -base64 32)"
        database = read("MELDCODE_DATABASE_URL", _database_url, "sqlite:////srv/meldcode/meldcode.db", "")
        broker = read("MELDCODE_BROKER_URL", _broker_url, "redis://localhost:6379/0", "")
        sender = read("MELDCODE_MAIL_FROM", _sender, "noreply@example.nl", "", required=False)
        nowhere = SmtpSettings("", 0)
        smtp = read(
            "MELDCODE_SMTP_URL",
            lambda url: SmtpSettings.from_url(url, sender=sender or None),
            "smtp://localhost:25",
            nowhere,
        )
        secret = read("MELDCODE_SECRET_KEY", _secret_key, random, "")
        master = read("MELDCODE_MASTER_KEY", _master_key, random, b"")
        base_url = read("MELDCODE_BASE_URL", _base_url, "https://meldcode.example.nl", "")
        demo = read("MELDCODE_DEMO", _switch, "1", False, required=False)
        tick = read("MELDCODE_TICK_SECONDS", _seconds, "30", 30, required=False)
        owner = read(
            "MELDCODE_MIGRATION_URL", _database_url, "postgresql://owner:…@host/meldcode", "", required=False
        )
        proxies = read("MELDCODE_TRUSTED_PROXIES", _proxies, "1", 0, required=False)
        host = read("MELDCODE_HOST", _host, "127.0.0.1", "127.0.0.1", required=False)
        port = read("MELDCODE_PORT", _port, "8000", 8000, required=False)
        read(
            "MELDCODE_LOG", _log, "json", "", required=False
        )  # `meldcode.logs` uses it before settings are read
        if self.problems:
            raise SettingsError(self.problems)
        return Settings(
            database,
            broker,
            smtp,
            secret,
            master,
            base_url,
            demo,
            tick,
            owner or None,
            proxies,
            host,
            port,
        )

    def _read(
        self, name: str, read: Callable[[str], T], example: str, otherwise: T, *, required: bool = True
    ) -> T:
        value = self.given.get(name, "").strip()
        if not value and not required:
            return otherwise
        try:
            if value:
                return read(value)
            what = Text("ontbreekt", "is not set")
        except ValueError:
            # The value itself is not repeated: it may hold a password.
            what = Text("is niet bruikbaar", "cannot be used")
        self.problems.append(
            Text(
                f"{name} {what.nl}. Zet bijvoorbeeld {name}={example}.",
                f"{name} {what.en}. Set, for example, {name}={example}.",
            )
        )
        return otherwise


def _switch(value: str) -> bool:
    if value not in ("0", "1"):
        raise ValueError(value)
    return value == "1"


def _seconds(value: str) -> int:
    if not 1 <= int(value) <= 600:
        raise ValueError(value)
    return int(value)


def _proxies(value: str) -> int:
    if not 0 <= int(value) <= 5:
        raise ValueError(value)
    return int(value)


def _database_url(value: str) -> str:
    parts = urlsplit(value)  # a port that is no number raises ValueError when it is read
    if (
        parts.scheme.partition("+")[0] not in ("sqlite", "postgresql")
        or "://" not in value
        or parts.port == 0
    ):
        raise ValueError(value)
    return value


def _broker_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in _BROKERS or parts.port == 0:
        raise ValueError(value)
    return value


def _host(value: str) -> str:
    if not value.isprintable() or set(value) & set(" /@\"'"):
        raise ValueError(value)
    return value


def _port(value: str) -> int:
    if not 1 <= int(value) <= 65_535:
        raise ValueError(value)
    return int(value)


def _log(value: str) -> str:
    if value not in ("console", "json"):
        raise ValueError(value)
    return value


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError(value)
    if parts.query or parts.fragment:
        raise ValueError(value)
    return value.rstrip("/")


def _sender(value: str) -> str:
    if not is_address(value):
        raise ValueError(value)
    return value


def _secret_key(value: str) -> str:
    if len(value) < 32:
        raise ValueError("too short")
    return value


def new_key_from_environment() -> bytes:
    """The key that `MELDCODE_NEW_MASTER_KEY` holds. Raises `MeldcodeError`."""
    try:
        return _master_key(os.environ.get("MELDCODE_NEW_MASTER_KEY", ""))
    except ValueError as error:
        raise MeldcodeError(
            Text(
                "MELDCODE_NEW_MASTER_KEY is geen sleutel. Maak er een met: openssl rand -base64 32",
                "MELDCODE_NEW_MASTER_KEY is no key. Make one with: openssl rand -base64 32",
            )
        ) from error


def _master_key(value: str) -> bytes:
    """32 bytes in base64 (either alphabet)."""
    text = value.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(key) != 32:
        raise ValueError("not 32 bytes")
    return key


def _embedded(home: Path, given: Mapping[str, str]) -> dict[str, str]:
    home.mkdir(parents=True, exist_ok=True)
    made = {
        "MELDCODE_DATABASE_URL": f"sqlite:///{quote(str((home / 'meldcode.db').absolute()))}",
        "MELDCODE_BROKER_URL": "redis://127.0.0.1:6390/0",
        "MELDCODE_SMTP_URL": "smtp://127.0.0.1:2525",
        "MELDCODE_BASE_URL": "http://127.0.0.1:8000",
    }
    for name, file in (("MELDCODE_SECRET_KEY", "secret.key"), ("MELDCODE_MASTER_KEY", "master.key")):
        if not given.get(name):
            made[name] = _kept(home / file)
    return made


def _kept(file: Path) -> str:
    """A random key, made once, readable by its owner only.

    Written under another name and linked when whole: whoever is killed half-way leaves no empty key behind.
    """
    if not file.exists():
        with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=file.parent, prefix=file.name) as fresh:
            fresh.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() + "\n")
            fresh.flush()
            os.fsync(fresh.fileno())
            with suppress(FileExistsError):  # somebody else was first: theirs is the key
                os.link(fresh.name, file)
    return file.read_text(encoding="ascii").strip()
