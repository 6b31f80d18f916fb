"""A timeline as lines for a terminal, and as plain JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Any

from babel.dates import format_date

from meldcode.definition import Version, ladders
from meldcode.describe import role_in_words, rows_in_words
from meldcode.engine import Fact, Mail
from meldcode.messages import Text
from meldcode.rehearse.playing import Happening, Timeline

SENTENCES = {
    "case_started": Text("de zaak begint", "the case begins"),
    "task_opened": Text("nieuwe taak voor {role}: {name}", "new task for {role}: {name}"),
    "task_completed": Text("klaar: {name}", "done: {name}"),
    "task_cancelled": Text("hoeft niet meer: {name}", "no longer needed: {name}"),
    "timer_fired": Text("de termijn is voorbij ({name})", "the term is over ({name})"),
    "timer_superseded": Text(
        "deze herinnering gaat niet meer uit, want een latere is ook al aan de beurt: {name}",
        "this reminder does not go any more, as a later one is due as well: {name}",
    ),
    "event_raised": Text("gemeld: {name}", "raised: {name}"),
    "step_passed": Text("stap van de meldcode gezet: {steps}", "step of the code taken: {steps}"),
    "case_finished": Text(
        "de zaak is afgesloten, met als uitkomst: {outcome}",
        "the case is closed, with the outcome: {outcome}",
    ),
    "timers_recalculated": Text(
        "de termijnen zijn opnieuw berekend; verschoven: {moved}",
        "the terms were computed again; moved: {moved}",
    ),
    "case_migrated": Text(
        "de zaak gaat verder volgens de nieuwe versie", "the case goes on in the new version"
    ),
}
MAIL = Text("mail “{template}” aan {to}", "mail “{template}” to {to}")
#: On a ladder of several: which of them it is. The last one is called the last.
ORDINALS = (
    Text("eerste", "first"),
    Text("tweede", "second"),
    Text("derde", "third"),
    Text("vierde", "fourth"),
    Text("vijfde", "fifth"),
)
LAST = Text("laatste", "last")
LATER = Text("volgende", "next")
ELSEWHERE = Text("; die is er niet, de mail komt bij {reaches}", "; away, the mail reaches {reaches}")
NOWHERE = Text("; er is niemand om hem te lezen", "; nobody is there to read it")


def as_text(version: Version, timeline: Timeline, language: str = "nl") -> str:
    """The timeline for a terminal: a line per happening, in the organisation's own time."""
    lines = [timeline.example.title, *_days(version, timeline.happenings, language)]
    verdict = Text("zoals verwacht", "as expected")
    if timeline.differences:
        verdict = Text("ANDERS dan verwacht:", "DIFFERS from what was expected:")
    lines.append(f"  {verdict.of(language)}")
    lines += [f"    - {difference.of(language)}" for difference in timeline.differences]
    return "\n".join([*lines, ""])


def by_day(
    version: Version, happenings: Iterable[Happening]
) -> Iterator[tuple[date, list[tuple[datetime, Text]]]]:
    """Each day once, where the organisation is, with what happened on it: when, and in a sentence."""
    calendar = version.organisation.calendar()
    local = ((calendar.local(one.at), one) for one in happenings)
    for day, those in groupby(local, key=lambda one: one[0].date()):
        yield day, [(at, told(version, one)) for at, one in those]


def _days(version: Version, happenings: Iterable[Happening], language: str) -> Iterator[str]:
    """Each day in words, and below it a line with the time for each happening."""
    english = language == "en"
    for day, lines in by_day(version, happenings):
        yield f"  {format_date(day, 'EEEE d MMMM y', locale='en' if english else 'nl')}"
        for at, said in lines:
            clock = f"{at.hour}{':' if english else '.'}{at:%M}"
            yield f"    {clock:>5}  {said.of(language)}"


def as_json(timeline: Timeline) -> dict[str, Any]:
    """The timeline as plain JSON."""
    last = timeline.last
    return {
        "title": timeline.example.title,
        "file": timeline.example.file,
        "as_expected": timeline.as_expected,
        "differences": [difference._asdict() for difference in timeline.differences],
        "happenings": [_plain(happening) for happening in timeline.happenings],
        "tasks": sorted(task.node for task in timeline.tasks),
        "finished": bool(last and last.finished),
        "outcome": last.outcome if last else None,
    }


def told(version: Version, happening: Happening) -> Text:
    """One happening as a sentence, with the names of the organisation."""
    what = happening.what
    if isinstance(what, Mail):
        return _mailed(version, what, happening.reaches)
    if what.name == "decision_made":
        return _decided(version, what)
    sentence = SENTENCES.get(what.name, Text(what.name, what.name))
    node = version.nodes.get(what.node or "")
    words = {
        **{key: _joined(value) for key, value in what.detail.items()},
        "name": (node.name or node.id) if node else (what.node or what.detail.get("event", "")),
    }
    outcome = str(words.get("outcome", "-")).replace("-", " ").strip()
    words["outcome"] = outcome or "-"
    role = role_in_words(version, node.role if node else None)
    return Text(sentence.nl.format(**words, role=role.nl), sentence.en.format(**words, role=role.en))


def _mailed(version: Version, mail: Mail, reaches: str | None) -> Text:
    """A mail as a sentence: which reminder it is, whom it is for, and whom it reaches when she is away."""
    to, title = role_in_words(version, mail.to), mail.template.replace("-", " ")
    said = Text(MAIL.nl.format(template=title, to=to.nl), MAIL.en.format(template=title, to=to.en))
    which = _reminder(version, mail)
    if which is not None:
        said = Text(f"{which.nl}: {said.nl}", f"{which.en}: {said.en}")
    if reaches == mail.to:
        return said
    where, other = (NOWHERE, to) if reaches is None else (ELSEWHERE, role_in_words(version, reaches))
    return Text(said.nl + where.nl.format(reaches=other.nl), said.en + where.en.format(reaches=other.en))


def _reminder(version: Version, mail: Mail) -> Text | None:
    """`tweede herinnering`, `laatste herinnering`; None for a mail that stands on no ladder."""
    rung = ladders.rung_of(version, mail.node)
    if rung is None or mail.level < 1:
        return None
    ladder = {one.timer for one in ladders.rungs(version) if one.activity == rung.activity}
    if len(ladder) == 1:
        return Text("herinnering", "reminder")
    if mail.level >= len(ladder):
        which = LAST
    else:
        which = ORDINALS[mail.level - 1] if mail.level <= len(ORDINALS) else LATER
    return Text(f"{which.nl} herinnering", f"{which.en} reminder")


def _decided(version: Version, fact: Fact) -> Text:
    """Which rows of the table fitted, each with when it holds, what it answers and why it is there."""
    table = version.decisions.get(str(fact.detail.get("decision")))
    name = (table.name or table.id) if table else str(fact.detail.get("decision"))
    numbers = fact.detail.get("rules")
    fired = numbers if isinstance(numbers, list) else []
    rows = [row for row in rows_in_words(version, table) if row.number in fired] if table else []
    told_nl = [f"rij {row.number}: {row.sentence().nl}" for row in rows] or ["geen rij past"]
    told_en = [f"row {row.number}: {row.sentence().en}" for row in rows] or ["no row fits"]
    return Text(
        f"beslistabel “{name}”: {'; '.join(told_nl)}", f"decision table “{name}”: {'; '.join(told_en)}"
    )


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "-"
    return "-" if value is None else str(value)


def _plain(happening: Happening) -> dict[str, Any]:
    what = happening.what
    at = happening.at.isoformat()
    if isinstance(what, Fact):
        return {"at": at, "what": what.name, "node": what.node, **what.detail}
    return {
        "at": at,
        "what": "mail",
        "node": what.node,
        "template": what.template,
        "to": what.to,
        "reaches": happening.reaches,
        "level": what.level,
        "occurrence": what.occurrence,
        "due_at": _iso(what.due_at),
        "respond_by": _iso(what.respond_by),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
