"""Small diagrams to judge by one rule, and what they are drawn from. From the facts of the meldcode, not from
the organisations that come with the software.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from meldcode.check import Says
from tests.proof.small import Question, Sketch, choice, day, doubtful, table, words

HOLDS, BROKEN, NOT_APPLICABLE = Says.HOLDS, Says.BROKEN, Says.NOT_APPLICABLE
Made = Callable[[], Sketch]
CASES: list[tuple[int, Says, Made]] = []


def rule(number: int, says: Says) -> Callable[[Made], Made]:
    """This sketch gets this verdict of that rule."""

    def note(made: Made) -> Made:
        CASES.append((number, says, made))
        return made

    return note


def cases(module: str) -> list[object]:
    """The sketches of one module, for its test."""
    return [
        pytest.param(number, says, made, id=f"{number}-{made.__name__}")
        for number, says, made in CASES
        if made.__module__ == module
    ]


def decision(*more: Question) -> list[Question]:
    return [
        choice("melden", "ja", "nee"),
        choice("hulp", "ja", "nee"),
        words("reden"),
        day("besluit_dag"),
        *more,
    ]


def report() -> list[Question]:
    return [day("melding_datum"), words("melding_bij")]


def talk() -> list[Question]:
    """A conversation that can be skipped with a reason."""
    held, skipped = '=gesprek_keuze != "gevoerd"', '=gesprek_keuze != "overslaan"'
    return [
        choice("gesprek_keuze", "gevoerd", "overslaan"),
        words("gesprek_reactie", hide=held),
        day("gesprek_datum", hide=held),
        words("overslaan_reden", hide=skipped),
    ]


FOUR = ("signaleren", "consulteren", "gesprek", "wegen")


def steps(sketch: Sketch, *kinds: str) -> list[str]:
    return [sketch.act(kind, steps=kind) for kind in kinds]


def five_steps_that_record() -> Sketch:
    sketch = Sketch()
    sketch.line(*steps(sketch, *FOUR, "beslissen"))
    return sketch


WEIGHED = ("acuut", "structureel", "hulp_mogelijk")
DOUBT_FIRST = (
    ('"ja"', "-", "-", '"melden"', '"1"'),
    ("-", '"ja"', "-", '"melden"', '"1"'),
    ('"twijfel"', "-", "-", '"veilig-thuis"', "null"),
    ("-", '"twijfel"', "-", '"veilig-thuis"', "null"),
    ("-", "-", '"twijfel"', '"veilig-thuis"', "null"),
    ('"nee"', '"nee"', '"nee"', '"melden"', '"2"'),
    ('"nee"', '"nee"', '"ja"', '"hulp"', "null"),
)


def weighing(
    *rules: tuple[str, ...],
    doubt_to: str = "vt",
    advice_to: str = "naar_wegen",
    certain: tuple[str, ...] = (),
) -> Sketch:
    """Weighing, a table, a decision; and what doubt leads to."""
    sketch = Sketch()
    asked = [choice(key, "ja", "nee") if key in certain else doubtful(key)[0] for key in WEIGHED]
    sketch.act("wegen", *asked, words("waarom"), day("dag"), steps="wegen")
    sketch.files["weging.dmn"] = table("afweging", WEIGHED, ("advies", "norm"), *(rules or DOUBT_FIRST))
    sketch.decision("afwegen", "afweging")
    sketch.act("vt", steps="vt-advies")
    sketch.act("besluit", *decision(), steps="beslissen", role="directeur")
    sketch.act("melding", *report(), steps="melden")
    sketch.act("hulp_geven", steps="hulp", role="ib")
    sketch.act("dicht", steps="afsluiten", role="ib")
    for key in ("naar_wegen", "naar_melding", "naar_hulp", "naar_dicht", "naar_besluit"):
        sketch.merge(key)
    sketch.start("begin")
    sketch.end("einde")
    sketch.chain("begin", "naar_wegen", "wegen", "afwegen", "keus")
    sketch.choose("keus", doubt_to, naar_besluit='afweging.advies in ("melden", "hulp")')
    sketch.flow("vt", advice_to)
    sketch.chain("naar_besluit", "besluit", "besloten")
    sketch.choose("besloten", "naar_melding", naar_hulp='melden = "nee"')
    sketch.chain("naar_melding", "melding", "naar_hulp", "hulp_keus")
    sketch.choose("hulp_keus", "hulp_geven", naar_dicht='hulp = "nee"')
    sketch.chain("hulp_geven", "naar_dicht", "dicht", "einde")
    return sketch


def deciding(asked: list[Question], *, both: bool = True) -> Sketch:
    sketch = Sketch()
    steps(sketch, *FOUR)
    sketch.act("besluit", *asked, steps="beslissen", role="directeur")
    sketch.act("melding", *report(), steps="melden")
    sketch.act("hulp_geven", steps="hulp")
    sketch.act("dicht", steps="afsluiten")
    sketch.merge("naar_hulp")
    sketch.merge("naar_dicht")
    sketch.start("begin")
    sketch.end("einde")
    sketch.chain("begin", *FOUR, "besluit", "besloten")
    sketch.choose("besloten", "melding", naar_hulp='melden = "nee"')
    sketch.flow("melding", "naar_hulp" if both else "naar_dicht")
    sketch.flow("naar_hulp", "hulp_keus")
    sketch.choose("hulp_keus", "hulp_geven", naar_dicht='hulp = "nee"')
    sketch.chain("hulp_geven", "naar_dicht", "dicht", "einde")
    return sketch


def in_danger(
    *, excuse: bool = False, report_asks: list[Question] | None = None, told: bool = True
) -> Sketch:
    sketch = Sketch()
    asked = [choice("acuut", "ja", "nee", "twijfel"), words("waarom"), day("dag")]
    sketch.act("wegen", *asked, steps="wegen")
    sketch.act("melding", *(report() if report_asks is None else report_asks), steps="melden")
    sketch.act("vt", choice("meld", "ja", "nee"), words("vt_zei"), steps="vt-advies")
    sketch.act("dicht", steps="afsluiten")
    sketch.merge("naar_dicht")
    sketch.merge("naar_melding")
    sketch.start("begin")
    sketch.end("einde")
    sketch.chain("begin", "wegen", "keus")
    target = "vt" if excuse else ("naar_melding" if told else "naar_dicht")
    sketch.choose(
        "keus", "naar_dicht" if target != "naar_dicht" else "naar_melding", **{target: 'acuut = "ja"'}
    )
    sketch.choose("na_vt", "naar_melding", naar_dicht='meld = "nee"')
    sketch.flow("vt", "na_vt")
    sketch.chain("naar_melding", "melding", "naar_dicht", "dicht", "einde")
    return sketch


def skipping(
    agreed_by: str = "", *, asked: list[Question] | None = None, refusable: bool = True, then: str = "wegen"
) -> Sketch:
    sketch = Sketch()
    steps(sketch, "signaleren", "consulteren", "wegen", "beslissen", "afsluiten")
    sketch.act("gesprek", *(talk() if asked is None else asked), steps="gesprek")
    sketch.start("begin")
    sketch.end("einde")
    sketch.merge("verder")
    sketch.merge("opnieuw")
    sketch.chain("begin", "signaleren", "opnieuw", "consulteren", "gesprek")
    if agreed_by:
        second = [choice("eens", "ja", "nee")] if refusable else []
        sketch.act("meekijken", *second, words("oordeel"), day("dag"), steps="overslaan", role=agreed_by)
        sketch.flow("gesprek", "keus")
        sketch.choose("keus", "verder", meekijken='gesprek_keuze = "overslaan"')
        if refusable:
            sketch.flow("meekijken", "eens_keus")
            sketch.choose("eens_keus", "opnieuw", verder='eens = "ja"')
        else:
            sketch.flow("meekijken", "verder")
    else:
        sketch.flow("gesprek", "verder")
    sketch.chain("verder", "wegen", "beslissen", "afsluiten", "einde")
    return sketch
