"""Random stories: somebody answers what is asked, or lets time pass. The same seed, the same story."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random  # noqa: TID251  (a story is told again by its seed)

from meldcode.definition import Version
from meldcode.engine import OpenTask
from meldcode.form import Field, Form, Group, Json, Rows
from meldcode.form.parts import Part, keyed
from meldcode.messages import Text
from meldcode.rehearse.rehearsal import Rehearsal, RehearsalError, begin, without_nothing

_TRIES = 12
_WORDS = ("Kort", "en", "feitelijk", "rustig", "samen", "gezien", "besproken", "vandaag", "thuis", "school")


def random_walk(
    version: Version, seed: int, start: datetime, *, process: str | None = None, moves: int = 60
) -> Rehearsal:
    """A story of at most `moves` moves from `start`. Raises `RehearsalError` when no case can begin."""
    return walk_on(begin(version, start, process=process), Random(seed), moves)  # noqa: S311  (a story)


def walk_on(at: Rehearsal, chance: Random, moves: int) -> Rehearsal:
    """From where it stands, until it is finished, nothing can be done, or `moves` were made."""
    for _ in range(moves):
        further = random_move(at, chance)
        if further is None:
            break
        at = further
    return at


def random_move(at: Rehearsal, chance: Random) -> Rehearsal | None:
    """One move that can be made here; None when the case is finished or none was found."""
    if at.finished:
        return None
    for _ in range(_TRIES):
        try:
            return _tried(at, chance)
        except RehearsalError:
            continue
    return None


def _tried(at: Rehearsal, chance: Random) -> Rehearsal:
    what = chance.random()
    if at.tasks and what < 0.66:
        task = chance.choice(at.tasks)
        return at.complete(task.node, random_answers(at, task, chance), _which(at.tasks, task))
    if what < 0.7:
        return at.raised()
    if what < 0.8:
        return at.to_next_working_day()
    return at.to_next_timer()


def _which(tasks: Sequence[OpenTask], task: OpenTask) -> int:
    """Which of the open tasks of its node this is, from 1."""
    return [one.id for one in tasks if one.node == task.node].index(task.id) + 1


def random_answers(at: Rehearsal, task: OpenTask, chance: Random) -> dict[str, Json]:
    """Answers that the task's form takes, any of them; empty without a form.

    Raises `RehearsalError` when none were found.
    """
    form = at.version.form_of(task.node)
    if form is None:
        return {}
    for _ in range(_TRIES):
        made = _level(form.parts, chance, at.today)
        checked = form.check(made, at.document, at.today)
        if checked.errors:  # an answer that fits nowhere is left out, where that is allowed
            left = {key: made[key] for key in made if not _is_wrong(key, checked.errors)}
            checked = form.check(left, at.document, at.today)
        if not checked.errors:
            return without_nothing(checked.answers)  # type: ignore[no-any-return]
    raise RehearsalError(_nothing_fits(form))


def _is_wrong(key: str, names: Iterable[str]) -> bool:
    return any(name.split(".")[0] == key for name in names)


def _level(parts: Sequence[Part], chance: Random, today: date) -> dict[str, Json]:
    answers: dict[str, Json] = {}
    for part in keyed(parts):
        match part:
            case Group():
                answers[part.key] = _level(part.parts, chance, today)
            case Rows():
                rows = part.start if part.fixed else chance.randint(1, 2)
                answers[part.key] = [_level(part.parts, chance, today) for _ in range(rows)]
            case Field():
                if part.required or chance.random() < 0.6:
                    answers[part.key] = _answer(part, chance, today)
    return answers


def _answer(field: Field, chance: Random, today: date) -> Json:
    values = [option.value for option in field.options]
    match field.type:
        case "radio" | "select":
            return chance.choice(values) if values else None
        case "checklist":
            least = 1 if field.required and values else 0
            return chance.sample(values, chance.randint(least, len(values)))
        case "checkbox":
            return field.required or chance.random() < 0.5
        case "number":
            return _number(field, chance)
        case "datetime":
            return _moment(field, chance, today)
    return _text(field, chance)


def _text(field: Field, chance: Random) -> str:
    if field.format == "email":
        return "iemand@school.example"
    if field.format == "phone":
        return "0800-2000"
    text = " ".join(chance.choice(_WORDS) for _ in range(chance.randint(2, 6)))
    while len(text) < field.shortest:
        text += f" {chance.choice(_WORDS)}"
    return text[: field.longest].strip() if field.longest else text


def _number(field: Field, chance: Random) -> Json:
    least = field.minimum if field.minimum is not None else Decimal(0)
    most = field.maximum if field.maximum is not None else least + 20
    pace = field.increment or Decimal(1)
    found = least + pace * chance.randint(0, max(0, int((most - least) / pace)))
    return int(found) if found == found.to_integral_value() else float(found)


def _moment(field: Field, chance: Random, today: date) -> str:
    days = chance.randint(0, 9) if field.not_past else -chance.randint(0, 9)
    day, time = (today + timedelta(days=days)).isoformat(), f"{chance.randint(8, 16):02}:30"
    return {"date": day, "time": time}.get(field.subtype, f"{day}T{time}")


def _nothing_fits(form: Form) -> Text:
    return Text(
        f"Voor het formulier {form.file} zijn geen antwoorden gevonden die passen.",
        f"For the form {form.file} no answers were found that fit.",
    )
