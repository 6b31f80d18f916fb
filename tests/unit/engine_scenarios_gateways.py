"""Moves over gateways: choosing, dividing and joining."""

from __future__ import annotations

from tests.unit.engine_cases import Move, Scenario, version
from tests.unit.engine_drawing import line


def exclusive() -> Scenario:
    d = line()
    d.task("vraag")
    d.gateway("exclusive", "keuze", default="anders")
    d.task("ja_taak")
    d.task("nee_taak")
    d.task("anders_taak")
    d.end(meldcode_outcome="klaar")
    d.chain("begin", "vraag", "keuze")
    d.flow("keuze", "ja_taak", '= melden = "ja"')
    d.flow("keuze", "nee_taak", 'melden = "nee"')
    d.flow("keuze", "anders_taak", key="anders")
    for task in ("ja_taak", "nee_taak", "anders_taak"):
        d.flow(task, "einde")
    moves = (
        Move("start", ["vraag"]),
        Move("vraag", ["nee_taak"], answers={"melden": "nee"}, document={"melden": "nee"}),
        Move("nee_taak", [], finished=True, outcome="klaar"),
    )
    return Scenario("an exclusive gateway", version(d), moves)


def exclusive_default() -> Scenario:
    return Scenario(
        "an exclusive gateway's default",
        exclusive().version,
        (
            Move("start", ["vraag"]),
            Move("vraag", ["anders_taak"], answers={"melden": None}),
            Move("anders_taak", finished=True),
        ),
    )


def parallel() -> Scenario:
    d = line()
    d.gateway("parallel", "samen")
    d.gateway("parallel", "verder")
    for task in ("a", "b", "c"):
        d.task(task)
    d.task("slot")
    d.end()
    d.flow("begin", "samen")
    for task in ("a", "b", "c"):
        d.chain("samen", task, "verder")
    d.chain("verder", "slot", "einde")
    moves = (
        Move("start", ["a", "b", "c"], answers={"kinderen": []}),
        Move("a", ["b", "c"], answers={"kinderen": ["Noor"]}),
        Move("c", ["b"], answers={"gesproken": "ja"}),
        Move("b", ["slot"], document={"kinderen": ["Noor"], "gesproken": "ja"}),
        Move("slot", [], finished=True),
    )
    return Scenario("a parallel gateway keeps every branch's answers", version(d), moves)


def parallel_in_a_loop() -> Scenario:
    d = line()
    d.gateway("exclusive", "in")
    d.gateway("parallel", "samen")
    d.gateway("parallel", "verder")
    d.task("a")
    d.task("b")
    d.task("oordeel")
    d.gateway("exclusive", "nog_eens", default="klaar")
    d.end()
    d.chain("begin", "in", "samen", "a", "verder", "oordeel", "nog_eens")
    d.chain("samen", "b", "verder")
    d.flow("nog_eens", "in", 'opnieuw = "ja"')
    d.flow("nog_eens", "einde", key="klaar")
    again = {"opnieuw": "ja"}
    moves = (
        Move("start", ["a", "b"]),
        Move("a", ["b"]),
        Move("b", ["oordeel"]),
        Move("oordeel", ["a", "b"], answers=again),
        Move("b", ["a"]),
        Move("a", ["oordeel"]),
        Move("oordeel", ["a", "b"], answers=again),
        Move("a", ["b"]),
        Move("b", ["oordeel"]),
        Move("oordeel", finished=True, answers={"opnieuw": "nee"}),
    )
    return Scenario("a parallel join inside a loop", version(d), moves)


def inclusive_with_loop() -> Scenario:
    d = line()
    d.task("vraag")
    d.gateway("inclusive", "wie", default="geen")
    d.task("ouders")
    d.task("kind")
    d.gateway("exclusive", "kind_klaar", default="kind_af")
    d.task("niemand")
    d.gateway("inclusive", "verder")
    d.task("slot")
    d.end()
    d.chain("begin", "vraag", "wie")
    d.flow("wie", "ouders", "ouders = true")
    d.flow("wie", "kind", "kind = true")
    d.flow("wie", "niemand", key="geen")
    d.flow("ouders", "verder")
    d.flow("kind", "kind_klaar")
    d.flow("kind_klaar", "kind", "opnieuw = true")
    d.flow("kind_klaar", "verder", key="kind_af")
    d.flow("niemand", "verder")
    d.chain("verder", "slot", "einde")
    moves = (
        Move("start", ["vraag"]),
        Move("vraag", ["kind", "ouders"], answers={"ouders": True, "kind": True}),
        Move("ouders", ["kind"]),
        Move("kind", ["kind"], answers={"opnieuw": True}),
        Move("kind", ["slot"], answers={"opnieuw": False}),
        Move("slot", finished=True),
    )
    return Scenario("an inclusive gateway with a loop in one branch", version(d), moves)


def inclusive_default() -> Scenario:
    moves = (
        Move("start", ["vraag"]),
        Move("vraag", ["niemand"], answers={"ouders": False}),
        Move("niemand", ["slot"]),
        Move("slot", finished=True),
    )
    return Scenario("an inclusive gateway's default", inclusive_with_loop().version, moves)


def inclusive_around_a_subprocess() -> Scenario:
    d, inner = line(), line("deel")
    inner.task("ver_weg")
    inner.end("deel_einde")
    inner.chain("deel_begin", "ver_weg", "deel_einde")
    d.gateway("inclusive", "wie", default="anders")
    d.gateway("exclusive", "lus")
    d.gateway("exclusive", "lus_uit", default="lus_klaar")
    d.inside(inner)
    d.mail("bericht")
    d.gateway("inclusive", "verder")
    d.task("slot")
    d.end()
    d.flow("begin", "wie")
    d.flow("wie", "lus", "true")
    d.flow("wie", "bericht", "true")
    d.flow("wie", "verder", key="anders")
    d.chain("lus", "deel", "lus_uit")
    d.flow("lus_uit", "lus", "opnieuw = true")
    d.flow("lus_uit", "verder", key="lus_klaar")
    d.flow("bericht", "verder")
    d.chain("verder", "slot", "einde")
    moves = (
        Move("start", ["ver_weg"], mails=["bericht"]),
        Move("ver_weg", ["ver_weg"], answers={"opnieuw": True}),
        Move("ver_weg", ["slot"], answers={"opnieuw": False}),
        Move("slot", finished=True),
    )
    return Scenario("an inclusive join waits for a subprocess in a loop", version(d), moves)


def inclusive_at_once() -> Scenario:
    d = line()
    d.gateway("inclusive", "wie", default="anders")
    d.mail("een")
    d.mail("twee")
    d.gateway("inclusive", "verder")
    d.task("slot")
    d.task("slot2")
    d.end()
    d.flow("begin", "wie")
    d.flow("wie", "een", "true")
    d.flow("wie", "twee", "true")
    d.flow("wie", "verder", key="anders")
    d.flow("een", "verder")
    d.flow("twee", "verder")
    d.chain("verder", "slot", "slot2", "einde")
    moves = (
        Move("start", ["slot"], mails=["een", "twee"]),
        Move("slot", ["slot2"]),
        Move("slot2", finished=True),
    )
    return Scenario("an inclusive join that both branches reach at once", version(d), moves)


def parallel_again_from_the_other_side() -> Scenario:
    d, inner = line(), line("deel")
    inner.gateway("exclusive", "in")
    inner.task("vraag")
    inner.gateway("parallel", "samen")
    inner.gateway("parallel", "verder")
    inner.gateway("exclusive", "uit", default="klaar")
    inner.end("deel_einde")
    inner.chain("deel_begin", "in", "vraag", "samen")
    for task in ("a", "b", "c"):
        inner.task(task)
        inner.chain("samen", task, "verder")
    inner.flow("verder", "uit")
    inner.flow("uit", "in", "f = 0")
    inner.flow("uit", "deel_einde", key="klaar")
    d.inside(inner)
    d.end()
    d.chain("begin", "deel", "einde")
    moves = (
        Move("start", ["vraag"], answers={"f": 0}),
        Move("vraag", ["a", "b", "c"]),
        Move("a", ["b", "c"]),
        Move("b", ["c"]),
        Move("c", ["vraag"]),
        Move("vraag", ["a", "b", "c"]),
        Move("c", ["a", "b"]),
        Move("a", ["b"]),
        Move("b", finished=True, answers={"f": 1}),
    )
    return Scenario("a parallel join, second round, last branch first", version(d), moves)
