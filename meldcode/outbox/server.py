"""The mail server: one connection, and each mail as it goes over the wire."""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from enum import Enum
from typing import Any

from meldcode.settings import SmtpSettings


class Result(Enum):
    SENT = "sent"
    LATER = "later"  # this mail was put off by the server (4xx)
    REFUSED = "refused"  # this mail will never be taken (5xx)
    UNREACHABLE = "unreachable"  # the server is away or takes nothing from us: says nothing about this mail


class Server:
    """One connection to the mail server, made when first needed and again after a fault."""

    def __init__(self, smtp: SmtpSettings) -> None:
        self._smtp = smtp
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    def send(self, row: Any, body: str, now: datetime) -> tuple[Result, str | None]:
        """Hand one mail over; what came of it, and the server's code (never its words) if it failed."""
        try:
            message = _message(row, body, self._smtp.sender, now)
        except Exception:  # whatever a value makes the mail library stumble over; not only ValueError
            return Result.REFUSED, "unsendable"
        try:
            connection = self._connection or self._connect()
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return Result.UNREACHABLE, type(error).__name__
        try:
            connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            return self._answered(max(code for code, _ in error.recipients.values()))
        except smtplib.SMTPSenderRefused as error:
            # it takes nothing from us, or not now: the next mail would fare no better
            self._hang_up()
            return Result.UNREACHABLE, str(error.smtp_code)
        except smtplib.SMTPNotSupportedError:  # an address that only some servers take, and this one does not
            return Result.REFUSED, "unsendable"
        except smtplib.SMTPResponseException as error:
            return self._answered(error.smtp_code)
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return Result.UNREACHABLE, type(error).__name__
        return Result.SENT, None

    def greets(self) -> bool:
        """Connect and sign in, without a mail."""
        try:
            self._connect().noop()
        except (OSError, smtplib.SMTPException):
            return False
        return True

    def _answered(self, code: int) -> tuple[Result, str]:
        if code == 421:  # the server closes the line
            self._hang_up()
            return Result.UNREACHABLE, str(code)
        return (Result.REFUSED if 500 <= code < 600 else Result.LATER), str(code)

    def _connect(self) -> smtplib.SMTP:
        smtp = self._smtp
        context = ssl.create_default_context()
        if smtp.security == "tls":
            self._connection = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=smtp.timeout, context=context)
        else:
            self._connection = smtplib.SMTP(smtp.host, smtp.port, timeout=smtp.timeout)
        if smtp.security == "starttls":
            self._connection.starttls(context=context)
        if smtp.username:
            self._connection.login(smtp.username, smtp.password or "")
        return self._connection

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()


def _message(row: Any, body: str, sender_address: str, now: datetime) -> EmailMessage:
    """The mail as it goes out. Raises `ValueError` when a row's value would change its headers."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(_one_line(row.sender), addr_spec=sender_address)
    message["To"] = Address(addr_spec=row.address)
    message["Subject"] = _one_line(row.subject)
    message["Date"] = now  # not when it was written: what waited for days would lie under newer mail
    message["Message-ID"] = row.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message["Content-Language"] = "nl"
    message.set_content(body)
    # Some releases of Python write a line break that was hidden in an encoded word. Whatever the reason:
    # a mail with other headers than these, or other receivers, does not leave.
    written = BytesParser(policy=default).parsebytes(message.as_bytes(), headersonly=True)
    if written.keys() != message.keys() or str(written["To"]) != row.address:
        raise ValueError("a value changed the mail's headers")
    return message


def _one_line(text: str) -> str:
    """No line breaks, and nothing that a reader would decode into one (RFC 2047 encoded words)."""
    return " ".join(text.replace("=?", "= ?").split())
