"""The texts of mails (`mails/*.md`): a subject, a body and a handful of variables.

A mail travels over networks nobody controls and lands on screens other people see. So it carries no
content at all: only the variables below exist, and some words may not occur.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from meldcode.messages import Finding, MeldcodeError, Text

VARIABLES = ("referentie", "datum_klaar", "reageer_voor", "naam", "link", "organisatie")

# Words that tell a bystander what the mail is about. Matched at the start of a word and without
# regard to case, so `kind` also finds `kinderen` and `meldcode` also `meldcodestap`.
FORBIDDEN_WORDS = (
    "aandachtsfunctionaris",
    "aangifte",
    "acuut",
    "afwegingskader",
    "casus",
    "cliënt",
    "client",
    "dader",
    "dossier",
    "escaleer",
    "escaleren",
    "escalatie",
    "gesprek",
    "geweld",
    "gezin",
    "kind",
    "leerling",
    "letsel",
    "melden",
    "meldcode",
    "melding",
    "mishandel",
    "misbruik",
    "moeder",
    "onveilig",
    "ouder",
    "patiënt",
    "patient",
    "pupil",
    "signaal",
    "signalen",
    "slachtoffer",
    "stap",
    "team",
    "vader",
    "veilig thuis",
    "vermoeden",
    "vertrouwensarts",
    "verwaarloz",
    "zorgmelding",
)
HARMLESS = frozenset({"stapel", "kindly", "ouderwets"})
SUBJECT = re.compile(r"\s*onderwerp:[ \t]*(.*)", re.IGNORECASE)
VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
LONGEST_SUBJECT = 150


class MailError(MeldcodeError):
    """A mail that cannot be written; never raised for a checked template."""


@dataclass(frozen=True, slots=True)
class MailTemplate:
    """One mail: `subject` and `body` as written, with `{{ naam }}` where a value comes."""

    file: str
    subject: str
    body: str

    @property
    def variables(self) -> frozenset[str]:
        """The names between double braces."""
        return frozenset(VARIABLE.findall(self.subject) + VARIABLE.findall(self.body))

    def render(self, values: Mapping[str, str]) -> tuple[str, str]:
        """The subject (one line) and the body with `values` filled in.

        Only the whitelisted names are looked up. Raises `MailError` when the template asks for
        another name, or for one that `values` does not hold.
        """

        def fill(match: re.Match[str]) -> str:
            name = match.group(1)
            if name not in VARIABLES or name not in values:
                raise MailError(
                    Text(
                        f"De mail {self.file} vraagt om `{name}`, maar die waarde is er niet.",
                        f"The mail {self.file} asks for `{name}`, but there is no such value.",
                    )
                )
            return values[name]

        # A value with a line break must not be able to add a header to the mail.
        subject = " ".join(VARIABLE.sub(fill, self.subject).split())
        return subject, VARIABLE.sub(fill, self.body)


def read_mail(data: bytes, file: str) -> tuple[MailTemplate | None, list[Finding]]:
    """Read one `mails/*.md`: the template (None when unreadable) and what is wrong with it."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return None, [
            Finding(
                "mail-unreadable",
                file,
                None,
                Text("De mailtekst is geen UTF-8.", "The mail's text is not UTF-8."),
                Text("Sla het bestand op als UTF-8.", "Save the file as UTF-8."),
            )
        ]
    first, _, rest = text.partition("\n")
    match = SUBJECT.fullmatch(first)
    subject = match.group(1).strip() if match else ""
    blank, _, body = rest.partition("\n")
    if not subject or blank.strip() or not body.strip():
        return None, [
            Finding(
                "mail-shape",
                file,
                None,
                Text(
                    "De mail heeft geen onderwerp, lege regel en tekst.",
                    "The mail lacks a subject, a blank line and a text.",
                ),
                Text(
                    "Begin met `Onderwerp: …`, dan een lege regel, dan de tekst.",
                    "Begin with `Onderwerp: …`, then a blank line, then the text.",
                ),
            )
        ]
    template = MailTemplate(file, subject, body.strip() + "\n")
    return template, mail_findings(template)


def mail_findings(template: MailTemplate) -> list[Finding]:
    """Unknown variables, words that give the content away, and a subject that is no subject."""
    findings = [_unknown_variable(template.file, name) for name in sorted(template.variables - {*VARIABLES})]
    findings += [_forbidden(template.file, word) for word in forbidden_words(template)]
    if len(template.subject) > LONGEST_SUBJECT or any(ord(char) < 32 for char in template.subject):
        findings.append(
            Finding(
                "mail-subject",
                template.file,
                "Onderwerp",
                Text(
                    f"Het onderwerp is langer dan {LONGEST_SUBJECT} tekens of bevat een stuurteken.",
                    f"The subject is longer than {LONGEST_SUBJECT} characters or holds a control character.",
                ),
                Text("Schrijf een kort onderwerp op één regel.", "Write a short subject on one line."),
            )
        )
    return findings


def _as_seen(text: str) -> str:
    """The text as somebody reads it: a soft hyphen or a joiner inside a word does not hide the word."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")


def forbidden_words(template: MailTemplate) -> list[str]:
    """The words in the template that no mail may carry, as written, sorted and each once."""
    text = _as_seen(VARIABLE.sub(" ", f"{template.subject}\n{template.body}"))
    pattern = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in FORBIDDEN_WORDS)
    found = re.findall(rf"\b(?:{pattern})\w*", text, re.IGNORECASE)
    return sorted({" ".join(word.lower().split()) for word in found} - HARMLESS)


def _unknown_variable(file: str, name: str) -> Finding:
    known = ", ".join(VARIABLES)
    return Finding(
        "mail-variable",
        file,
        name,
        Text(
            f"`{{{{ {name} }}}}` bestaat niet in een mail.", f"`{{{{ {name} }}}}` does not exist in a mail."
        ),
        Text(f"Gebruik alleen: {known}.", f"Use only: {known}."),
    )


def _forbidden(file: str, word: str) -> Finding:
    return Finding(
        "mail-forbidden-word",
        file,
        word,
        Text(
            f"Het woord “{word}” verraadt waar de mail over gaat.",
            f"The word “{word}” gives away what the mail is about.",
        ),
        Text(
            "Schrijf neutraal, bijvoorbeeld “een taak wacht op uw reactie”.",
            "Write neutrally, for instance “a task waits for your reaction”.",
        ),
    )
