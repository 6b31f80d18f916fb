"""The mail catcher is what stories and the demo page trust: what was sent is there, as it was sent."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest

from workers.embedded.catcher import LARGEST_BYTES, Mailbox, catching


def mail(subject: str, text: str = "Er wacht een taak.") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "noreply@example.nl"
    message["To"] = "leerkracht@example.nl"
    message.set_content(text)
    return message


def send(port: int, *messages: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as line:
        for message in messages:
            line.send_message(message)


def test_a_mail_is_kept_with_its_words_and_its_envelope(mails: tuple[Mailbox, int]) -> None:
    mailbox, port = mails

    send(port, mail("Een taak wacht op u", "Reageer vóór dinsdag – dank u."))

    (caught,) = mailbox.messages()
    assert caught["Subject"] == "Een taak wacht op u"
    assert caught["X-Envelope-To"] == "leerkracht@example.nl"
    assert caught["X-Envelope-From"] == "noreply@example.nl"
    assert caught.get_content().strip() == "Reageer vóór dinsdag – dank u."


def test_mails_are_read_in_the_order_in_which_they_came(mails: tuple[Mailbox, int]) -> None:
    mailbox, port = mails

    send(port, *(mail(f"mail {number}") for number in range(12)))

    assert [caught["Subject"] for caught in mailbox.messages()] == [f"mail {number}" for number in range(12)]


def test_a_restarted_catcher_keeps_what_it_had_and_counts_on(tmp_path: Path) -> None:
    for subject in ("eerste", "tweede"):
        with catching(tmp_path) as (_, port):
            send(port, mail(subject))

    assert [caught["Subject"] for caught in Mailbox(tmp_path).messages()] == ["eerste", "tweede"]


def test_a_mail_that_cannot_be_ours_is_refused_by_its_size(mails: tuple[Mailbox, int]) -> None:
    mailbox, port = mails

    with pytest.raises(smtplib.SMTPException):
        send(port, mail("groot", ("z" * 70 + "\n") * (LARGEST_BYTES // 70)))

    assert mailbox.messages() == []


def test_a_client_that_hangs_up_half_way_leaves_no_mail(mails: tuple[Mailbox, int]) -> None:
    mailbox, port = mails
    line = smtplib.SMTP("127.0.0.1", port, timeout=5)
    line.ehlo()
    line.mail("noreply@example.nl")
    line.rcpt("leerkracht@example.nl")
    line.putcmd("data")
    line.getreply()
    line.send(b"Subject: half\r\n\r\nnog niet af")
    line.close()

    send(port, mail("heel"))

    assert [caught["Subject"] for caught in mailbox.messages()] == ["heel"]
