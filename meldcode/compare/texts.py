"""What changed in mails, in who the organisation is, and in files that nobody's case depends on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date, timedelta
from difflib import SequenceMatcher

from meldcode.compare.difference import Difference, Kind, listed, quoted, was_and_is
from meldcode.definition import MailTemplate, Organisation, Version
from meldcode.definition.organisation import FILE
from meldcode.messages import Text

_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n\s*\n")
EXAMPLES = "examples/"
_OF_THE_CODE = (".bpmn", ".dmn", ".form")

_ORGANISATION = {
    "name": Text("de naam", "the name"),
    "sector": Text("de sector", "the sector"),
    "decides": Text("wie beslist", "who decides"),
    "supervises": Text("wie meekijkt", "who supervises"),
    "administers": Text("wie beheert", "who administers"),
    "designs": Text("wie ontwerpt", "who designs"),
    "zone": Text("de tijdzone", "the time zone"),
    "mail_from": Text("de afzender van mails", "the sender of mails"),
    "free_days": Text("de vrije dagen", "the free days"),
    "worked_days": Text("feestdagen waarop wordt gewerkt", "holidays that are worked"),
}


def compare_mails(old: Version, new: Version) -> Iterator[Difference]:
    """Every mail by its file, sentence by sentence."""
    for key, mail in old.mails.items():
        if key not in new.mails:
            text = Text(f"Vervalt: de mail “{mail.subject}”.", f"Dropped: the mail “{mail.subject}”.")
            yield Difference(Kind.REMOVED, mail.file, None, text)
    for key, mail in new.mails.items():
        if key not in old.mails:
            text = Text(f"Nieuw: de mail “{mail.subject}”.", f"New: the mail “{mail.subject}”.")
            yield Difference(Kind.ADDED, mail.file, None, text)
            continue
        for what in _mail(old.mails[key], mail):
            yield Difference(Kind.CHANGED, mail.file, None, what)


def _mail(was: MailTemplate, now: MailTemplate) -> Iterator[Text]:
    if was.subject != now.subject:
        yield was_and_is(
            Text("Het onderwerp van de mail", "The subject of the mail"),
            quoted(was.subject),
            quoted(now.subject),
        )
    before, after = _sentences(was.body), _sentences(now.body)
    for tag, i1, i2, j1, j2 in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        first, second = quoted(" ".join(before[i1:i2])), quoted(" ".join(after[j1:j2]))
        yield was_and_is(Text(f"Mail “{now.subject}”", f"Mail “{now.subject}”"), first, second)


def _sentences(body: str) -> list[str]:
    return [" ".join(part.split()) for part in _SENTENCE.split(body) if part.strip()]


def compare_organisations(old: Version, new: Version) -> Iterator[Difference]:
    """Roles, who decides, who looks on, and the calendar."""
    was, now = old.organisation, new.organisation
    for name in (field.name for field in fields(Organisation)):
        subject = _ORGANISATION.get(name)
        before, after = getattr(was, name), getattr(now, name)
        if subject is None or before == after:
            continue
        told = Text(f"Organisatie, {subject.nl}", f"Organisation, {subject.en}")
        if isinstance(before, frozenset) and isinstance(after, frozenset):
            what = _went_and_came(told, before - after, after - before)
        else:
            what = was_and_is(told, quoted(str(before)), quoted(str(after)))
        yield Difference(Kind.CHANGED, FILE, name, what)
    yield from _roles(was, now)


def _went_and_came(subject: Text, went: frozenset[object], came: frozenset[object]) -> Text:
    """`Organisatie, de vrije dagen: erbij “2026-10-19”; weg “2026-10-26”.`: of a long list what differs."""
    parts = [
        Text(f"{nl} {told.nl}", f"{en} {told.en}")
        for nl, en, values in (("erbij", "added", came), ("weg", "dropped", went))
        for told in [listed(_together(values))]
        if values
    ]
    nl, en = "; ".join(part.nl for part in parts), "; ".join(part.en for part in parts)
    return Text(f"{subject.nl}: {nl}.", f"{subject.en}: {en}.")


def _together(values: Iterable[object]) -> list[str]:
    """Values in order; days in a row as one period, because a school year has some seventy of them."""
    days = sorted(value for value in values if isinstance(value, date))
    told = sorted(str(value) for value in values if not isinstance(value, date))
    periods: list[tuple[date, date]] = []
    for day in days:
        if periods and day - periods[-1][1] == timedelta(days=1):
            periods[-1] = (periods[-1][0], day)
        else:
            periods.append((day, day))
    return told + [str(first) if first == last else f"{first} t/m {last}" for first, last in periods]


def _roles(was: Organisation, now: Organisation) -> Iterator[Difference]:
    for key, role in was.roles.items():
        if key not in now.roles:
            text = Text(f"Vervalt: de rol “{role.name}”.", f"Dropped: the role “{role.name}”.")
            yield Difference(Kind.REMOVED, FILE, key, text)
    for key, role in now.roles.items():
        if key not in was.roles:
            text = Text(f"Nieuw: de rol “{role.name}”.", f"New: the role “{role.name}”.")
            yield Difference(Kind.ADDED, FILE, key, text)
            continue
        earlier = was.roles[key]
        if earlier.name != role.name:
            told = was_and_is(
                Text("De naam van een rol", "A role's name"), quoted(earlier.name), quoted(role.name)
            )
            yield Difference(Kind.CHANGED, FILE, key, told)
        if earlier.standins != role.standins:
            told = was_and_is(
                Text(f"Wie {role.name} vervangt", f"Who stands in for {role.name}"),
                listed(earlier.standins),
                listed(role.standins),
            )
            yield Difference(Kind.CHANGED, FILE, key, told)


def compare_others(old: Version, new: Version) -> Iterator[Difference]:
    """Examples, the README and whatever else lies in the folder: noted, not read."""
    for path in sorted(old.files.keys() | new.files.keys()):
        if path == FILE or path.endswith(_OF_THE_CODE) or path.startswith("mails/"):
            continue
        before, after = old.files.get(path), new.files.get(path)
        if before == after:
            continue
        verb = Text("is veranderd", "changed")
        if before is None or after is None:
            verb = Text("is nieuw", "is new") if before is None else Text("is weg", "is gone")
        what = _file_in_words(path, before if after is None else after)
        text = Text(f"{what.nl} {verb.nl}.", f"{what.en} {verb.en}.")
        yield Difference(Kind.NOTED, path, None, text)


def _file_in_words(path: str, content: bytes | None) -> Text:
    """An example by its title; another file, or an example that cannot be read, by its path."""
    if path.startswith(EXAMPLES) and content is not None:
        try:
            title = str(tomllib.loads(content.decode()).get("title", ""))
        except (ValueError, RecursionError):  # it is told of all the same
            title = ""
        if title:
            return Text(f"Het voorbeeld “{title}”", f"The example “{title}”")
    return Text(f"Het bestand {path}", f"The file {path}")
