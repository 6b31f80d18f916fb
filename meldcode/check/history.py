"""What already happened in a case, as far as a rule needs it: a few words that a state remembers.

`did:wegen`         that step was passed (the conversation when it was held, or by an agreed skip; all by a
                    hand-over that begins the case); `did:all`: or a report was sent, after which nothing
                    has to be passed any more; `did:vt-advies` and `did:kindcheck` likewise
`doctor`            somebody said that a doctor has this case
`skip`              the conversation is skipped and no second person agreed yet
`danger@form`       what the form of a weighing last said, until a report was sent; `doubt@form` likewise
`excused`           Veilig Thuis advised after the danger was seen
`acute`, `contact`  the acute route began; somebody was called
`untold`            a report was sent and nobody was told yet; every earlier step no longer matters
`acute-untold`      the same of a report in the acute route, which leaves the ordinary steps their own work
`helping`           help was arranged and nobody looked back yet; `failed`: it did not help
`closed`            a finding was recorded to close with, and no step was opened or done after it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from meldcode.check.meaning import DOCTOR, DOUBT, SKIP, Meaning
from meldcode.diagram.model import LEGAL_STEPS, Node, StepKind
from meldcode.feel import Json

History = frozenset[str]
BEGIN: History = frozenset()
ALL = "did:all"
STEPS = frozenset(f"did:{kind}" for kind in LEGAL_STEPS)
COUNTED = frozenset({*LEGAL_STEPS, StepKind.KINDCHECK, StepKind.VT_ADVIES})
MAY_REFUSE = frozenset({StepKind.GESPREK, StepKind.OVERSLAAN, StepKind.OVERDRACHT})  # `skipped`, `refused`


def has(history: History, word: str) -> bool:
    """Whether `danger` or `doubt` was said in any form."""
    return any(one.startswith(f"{word}@") for one in history)


def marks(meaning: Meaning, node: Node, answers: Mapping[str, Json]) -> frozenset[str]:
    """What an answer means to the rules."""
    found: set[str] = set()
    if StepKind.ZIJROUTE in node.steps:
        return frozenset()
    written = set(answers)
    if written & (meaning.danger_fields | meaning.doubt_fields):
        found.add("weighed")
        if any(answers.get(key) == value for key, value in meaning.strong):
            found.add("danger")
        if StepKind.WEGEN in node.steps and any(answers.get(key) == DOUBT for key in meaning.doubt_fields):
            found.add("doubt")
    if StepKind.MELDEN in node.steps:
        dates = meaning.sending(node)
        if not dates or any(answers.get(key) for key in dates):
            found.add("sent")
    if StepKind.GESPREK in node.steps:
        if any(answers.get(key) == SKIP for key in meaning.skip_fields(node)):
            found.add("skipped")
        elif meaning.days_of_talks and not any(answers.get(key) for key in meaning.talked(node)):
            found.add("unheld")
    if any(answers.get(key) == DOCTOR for key in meaning.doctor_fields):
        found.add("doctor")
    if node.steps & {StepKind.OVERSLAAN, StepKind.OVERDRACHT} and any(
        str(answers.get(key)).startswith("nee") for key in meaning.refusal_fields(node)
    ):
        found.add("refused")
    if StepKind.VOLGEN in node.steps and any(
        answers.get(key) in ("nee", DOUBT) and _has_doubt(meaning, node, key) for key in answers
    ):
        found.add("negative")
    return frozenset(found)


def _has_doubt(meaning: Meaning, node: Node, key: str) -> bool:
    form = meaning.form(node)
    part = form.fields.get(key) if form else None
    return part is not None and any(option.value == DOUBT for option in part.options)


def after(meaning: Meaning, history: History, node: Node, said: frozenset[str]) -> History:
    """The history once a person finished `node` with an answer that meant `said`."""
    kinds, known = node.steps, set(history)
    if StepKind.ZIJROUTE in kinds:
        if StepKind.AFSLUITEN in kinds:
            known.add("closed")
        if StepKind.OVERDRACHT in kinds and "refused" not in said:
            known -= {"helping", "failed"}
        return frozenset(known)
    if "doctor" in said:
        known.add("doctor")
    _steps(known, kinds, said)
    if "weighed" in said:
        _weigh(meaning, known, node.form or "", said)
        if StepKind.WEGEN in kinds:
            known.discard("excused")
    if StepKind.VT_ADVIES in kinds and has(frozenset(known), "danger"):
        known.add("excused")
    if StepKind.MELDEN in kinds:
        _report(known, kinds, said)
    elif StepKind.ACUUT in kinds and "acute" in known:
        known.add("contact")
    if StepKind.INFORMEREN in kinds:
        known.discard("acute-untold")
        if StepKind.ACUUT not in kinds:
            known.discard("untold")
    if StepKind.HULP in kinds:
        known.add("helping")
    if StepKind.VOLGEN in kinds:
        known -= {"helping", "failed"}
        if "negative" in said:
            known.add("failed")
    if StepKind.BESLISSEN in kinds:
        known.discard("failed")
    if StepKind.OVERDRACHT in kinds and "refused" not in said:
        known -= {"helping", "failed"}
    if StepKind.AFSLUITEN in kinds:
        known.add("closed")
    return frozenset(known)


def opened(history: History, nodes: Iterable[Node]) -> History:
    """The history once these tasks were opened by the move: a step that begins undoes closing."""
    for node in nodes:
        if node.steps & set(LEGAL_STEPS) and StepKind.ZIJROUTE not in node.steps:
            return history - {"closed"}
    return history


def _steps(known: set[str], kinds: frozenset[StepKind], said: frozenset[str]) -> None:
    if StepKind.OVERDRACHT in kinds and not any(one.startswith("did:") for one in known):
        known |= STEPS  # handed over: Veilig Thuis has looked at it
    passed = kinds & COUNTED
    if passed & (set(LEGAL_STEPS) - {StepKind.CONSULTEREN}):  # somebody may still be consulted beside it
        known.discard("closed")
    if StepKind.CONSULTEREN in passed:
        known.discard("skip")  # whoever consults anew asks the question of the conversation anew
    if StepKind.GESPREK in passed:
        if "skipped" in said:
            passed -= {StepKind.GESPREK}
            known.add("skip")
        elif "unheld" in said:
            passed -= {StepKind.GESPREK}
        else:
            known.discard("skip")
    if StepKind.OVERSLAAN in kinds and "refused" not in said:
        known.discard("skip")
        passed |= {StepKind.GESPREK}
    if ALL not in known:
        known |= {f"did:{kind}" for kind in passed}


def _weigh(meaning: Meaning, known: set[str], form: str, said: frozenset[str]) -> None:
    """What a form says replaces what it, or one with no other weighing questions, said before."""
    asked = meaning.asked(form)
    for one in [one for one in known if "@" in one]:
        if meaning.asked(one.partition("@")[2]) <= asked:
            known.discard(one)
    known |= {f"{word}@{form}" for word in said & {"danger", "doubt"}}


def _report(known: set[str], kinds: frozenset[StepKind], said: frozenset[str]) -> None:
    if StepKind.ACUUT in kinds:
        # Beside the route for acute danger the ordinary steps go on, and answer for themselves.
        if "sent" in said or "contact" in known:
            known -= {"acute", "contact"}
        if "sent" in said and StepKind.INFORMEREN not in kinds:
            known.add("acute-untold")
    elif "sent" in said:
        known -= {"failed", "excused", *(one for one in known if "@" in one or one.startswith("did:"))}
        known.add(ALL)
        if StepKind.INFORMEREN not in kinds:
            known.add("untold")


def needed(meaning: Meaning, history: History, node: Node, possible: frozenset[frozenset[str]]) -> History:
    """The history without what finishing `node`, the only open task, will wipe out whatever is answered."""
    for word in sorted(history):
        without = history - {word}
        if all(
            after(meaning, history, node, said) == after(meaning, without, node, said) for said in possible
        ):
            history = without
    return history


def raised(history: History) -> History:
    """The history once acute danger is raised."""
    return (history | {"acute"}) - {"contact"}


def possible(meaning: Meaning, node: Node) -> frozenset[frozenset[str]]:
    """What finishing a task can mean: every set of words of which some answer may consist."""
    watched = meaning.watched(node)
    words = set(_subsets("negative"))
    if watched & (meaning.doubt_fields | meaning.danger_fields):
        words = {frozenset({"weighed", *some}) for some in _subsets("danger", "doubt", "negative")}
    extra = ["skipped", "refused"] if node.steps & MAY_REFUSE else []
    extra += ["unheld"] if StepKind.GESPREK in node.steps else []
    extra += ["doctor"] if watched & meaning.doctor_fields else []
    if StepKind.MELDEN in node.steps:
        words = {one | {"sent"} for one in words} | (set() if _always_sent(meaning, node) else words)
    return frozenset(one | more for one in words for more in _subsets(*extra))


def _always_sent(meaning: Meaning, node: Node) -> bool:
    form = meaning.form(node)
    dates = meaning.sending(node)
    return (
        form is None
        or not dates
        or any(form.fields[key].required and form.fields[key].hide is None for key in dates)
    )


def _subsets(*words: str) -> list[frozenset[str]]:
    found = [frozenset[str]()]
    for word in words:
        found += [one | {word} for one in found]
    return found
