"""Moves in what is done several times or lies in another: loops, subprocesses, calls, acute danger; ends."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.engine_cases import DAY, Move, Scenario, version
from tests.unit.engine_drawing import Drawing, line, loop, times


def multi_instance(kind: str) -> Scenario:
    d = line()
    d.task("vraag")
    each = times(kind, collection="kinderen", item="kind", into="veiligheid", output="veilig")
    d.task("per_kind", each)
    d.gateway("exclusive", "oordeel", default="goed")
    d.task("slot")
    d.task("zorg")
    d.end()
    d.chain("begin", "vraag", "per_kind", "oordeel")
    d.flow("oordeel", "zorg", 'some v in veiligheid satisfies v = "nee"')
    d.flow("oordeel", "slot", key="goed")
    d.chain("slot", "einde")
    d.flow("zorg", "einde")
    children = ["Noor", {"naam": "Sem"}, None]
    done = {"kinderen": children, "veiligheid": ["ja", "nee", "ja"]}
    if kind == "parallel":
        middle = (
            Move("vraag", ["per_kind"] * 3, answers={"kinderen": children}),
            Move("per_kind#2", ["per_kind"] * 2, answers={"veilig": "nee"}),
            Move("per_kind#2", ["per_kind"], answers={"veilig": "ja"}),
        )
    else:
        middle = (
            Move("vraag", ["per_kind"], answers={"kinderen": children}),
            Move("per_kind", ["per_kind"], answers={"veilig": "ja"}),
            Move("per_kind", ["per_kind"], answers={"veilig": "nee"}),
        )
    moves = (
        Move("start", ["vraag"]),
        *middle,
        Move("per_kind", ["zorg"], answers={"veilig": "ja"}, document=done),
        Move("zorg", finished=True),
    )
    return Scenario(f"once for each child, {kind}", version(d), moves)


def multi_instance_until() -> Scenario:
    d = line()
    d.task("bellen", times("parallel", cardinality="3", until="bereikt = true"))
    d.reminder("na1", "P1D", "bellen")
    d.task("slot")
    d.end()
    d.chain("begin", "bellen", "slot", "einde")
    moves = (
        Move("start", ["bellen"] * 3),
        Move("bellen", ["bellen"] * 2, answers={"bereikt": False}),
        Move("wake", ["bellen"] * 2, after=DAY, mails=["na1_mail"]),
        Move("bellen", ["slot"], answers={"bereikt": True}),
        Move("slot", finished=True),
    )
    return Scenario("three at once until one succeeds", version(d), moves)


def multi_instance_subprocess() -> Scenario:
    d, inner = line(), line("gesprek")
    inner.task("voeren")
    inner.gateway("exclusive", "welk", default="gewoon")
    inner.task("extra")
    inner.end("gesprek_einde")
    inner.chain("gesprek_begin", "voeren", "welk")
    inner.flow("welk", "extra", 'wie = "vader"')
    inner.flow("welk", "gesprek_einde", key="gewoon")
    inner.flow("extra", "gesprek_einde")
    d.inside(inner, extra=times("parallel", collection='["moeder", "vader"]', item="wie"))
    d.timer("te_lang", "P5D", "gesprek", purpose="termijn", interrupting=True)
    d.task("slot")
    d.end()
    d.chain("begin", "gesprek", "slot", "einde")
    d.flow("te_lang", "slot")
    return Scenario(
        "a subprocess for each parent",
        version(d),
        (
            Move("start", ["voeren", "voeren"]),
            Move("voeren#2", ["extra", "voeren"]),
            Move("voeren", ["extra"]),
            Move("extra", ["slot"]),
            Move("slot", finished=True),
        ),
    )


def multi_instance_interrupted() -> Scenario:
    moves = (
        Move("start", ["voeren", "voeren"]),
        Move("voeren#2", ["extra", "voeren"]),
        Move("wake", ["slot"], after=5 * DAY),
        Move("slot", finished=True, after=9 * DAY),
    )
    return Scenario("subprocesses for each parent, interrupted", multi_instance_subprocess().version, moves)


def standard_loop() -> Scenario:
    d = line()
    d.task("bellen", loop("bereikt != true", maximum=3))
    d.task("schrijven", loop("nodig = true", before=True))
    d.task("slot")
    d.end()
    d.chain("begin", "bellen", "schrijven", "slot", "einde")
    moves = (
        Move("start", ["bellen"]),
        Move("bellen", ["bellen"], answers={"bereikt": False}),
        Move("bellen", ["slot"], answers={"bereikt": True}),
        Move("slot", finished=True),
    )
    return Scenario("a standard loop, and one that is skipped", version(d), moves)


def standard_loop_maximum() -> Scenario:
    moves = (
        Move("start", ["bellen"], answers={"nodig": True}),
        Move("bellen", ["bellen"]),
        Move("bellen", ["bellen"]),
        Move("bellen", ["schrijven"]),
        Move("schrijven", ["schrijven"]),
        Move("schrijven", ["slot"], answers={"nodig": False}),
        Move("slot", finished=True),
    )
    return Scenario("a standard loop up to its maximum", standard_loop().version, moves)


def subprocess() -> Scenario:
    d, inner, innermost = line(), line("deel"), line("kern")
    innermost.task("diep")
    innermost.end("kern_einde")
    innermost.chain("kern_begin", "diep", "kern_einde")
    inner.task("ondiep")
    inner.inside(innermost)
    inner.reminder("na1", "P1D", "kern")
    inner.end("deel_einde")
    inner.chain("deel_begin", "ondiep", "kern", "deel_einde")
    d.inside(inner)
    d.reminder("na3", "P3D", "deel")
    d.task("slot")
    d.end()
    d.chain("begin", "deel", "slot", "einde")
    moves = (
        Move("start", ["ondiep"]),
        Move("ondiep", ["diep"], after=DAY),
        Move("wake", ["diep"], after=DAY, mails=["na1_mail"]),
        Move("wake", ["diep"], after=DAY, mails=["na3_mail"]),
        Move("diep", ["slot"]),
        Move("slot", finished=True),
    )
    return Scenario("a subprocess in a subprocess, with timers on both", version(d), moves)


def call_activity() -> Scenario:
    d, called = line(), line("advies")
    called.task("vragen")
    called.task("noteren")
    called.end("advies_einde", meldcode_outcome="advies")
    called.chain("advies_begin", "vragen", "noteren", "advies_einde")
    d.add("callActivity", "roep", calledElement="advies")
    d.boundary("stop", "roep", d.event("message", "stop"), True)
    d.task("slot")
    d.end()
    d.end("einde2")
    d.chain("begin", "roep", "slot", "einde")
    d.flow("stop", "einde2")
    return Scenario(
        "a called process",
        version(d, called),
        (
            Move("start", ["vragen"]),
            Move("vragen", ["noteren"], answers={"advies_vt": "melden"}),
            Move("noteren", ["slot"], document={"advies_vt": "melden"}),
            Move("slot", finished=True, outcome="advies"),
        ),
    )


def call_activity_interrupted() -> Scenario:
    moves = (
        Move("start", ["vragen"]),
        Move("vragen", ["noteren"]),
        Move("raise:stop", [], finished=True),
    )
    return Scenario("a called process, interrupted", call_activity().version, moves)


def terminate() -> Scenario:
    d = line()
    d.gateway("parallel", "samen")
    d.task("a")
    d.task("b")
    d.reminder("na1", "P1D", "b")
    d.end("stop", "<bpmn:terminateEventDefinition/>", meldcode_outcome="gestopt")
    d.end()
    d.chain("begin", "samen", "a", "stop")
    d.chain("samen", "b", "einde")
    moves = (
        Move("start", ["a", "b"]),
        Move("wake", ["a", "b"], after=DAY, mails=["na1_mail"]),
        Move("a", [], finished=True, outcome="gestopt"),
    )
    return Scenario("a terminate end takes the other branch along", version(d), moves)


def acute_drawing(interrupting: bool) -> Drawing:
    d, acute = line(), Drawing("acuut_route")
    acute.add(
        "startEvent",
        "acuut_begin",
        acute.event("message", "acuut"),
        isInterrupting="true" if interrupting else "false",
    )
    acute.task("bel112", meldcode_role="directeur")
    acute.task("bel_vt")
    acute.reminder("acuut_na1", "PT1H", "bel_vt")
    acute.end("acuut_einde", meldcode_outcome="acuut")
    acute.chain("acuut_begin", "bel112", "bel_vt", "acuut_einde")
    d.gateway("parallel", "samen")
    d.gateway("parallel", "verder")
    d.task("a")
    d.task("b")
    d.reminder("na2", "P2D", "a")
    d.task("slot", meldcode_role="ib")
    d.end()
    d.chain("begin", "samen", "a", "verder", "slot", "einde")
    d.chain("samen", "b", "verder")
    d.inside(acute, triggeredByEvent="true")
    return d


def acute_interrupting() -> Scenario:
    moves = (
        Move("start", ["a", "b"]),
        Move("wake", ["a", "b"], after=2 * DAY, mails=["na2_mail"]),
        Move("raise:acuut", ["bel112"], answers={"acuut": True}, document={"acuut": True}),
        Move("bel112", ["bel_vt"], after=9 * DAY),
        Move("wake", ["bel_vt"], after=timedelta(hours=1), mails=["acuut_na1_mail"]),
        Move("bel_vt", [], finished=True, outcome="acuut"),
    )
    return Scenario("acute danger, interrupting two branches", version(acute_drawing(True)), moves)


def acute_beside() -> Scenario:
    moves = (
        Move("start", ["a", "b"]),
        Move("raise:acuut", ["a", "b", "bel112"]),
        Move("b", ["a", "bel112"]),
        Move("bel112", ["a", "bel_vt"]),
        Move("wake", ["a", "bel_vt"], after=2 * DAY, mails=["acuut_na1_mail", "na2_mail"]),
        Move("a", ["bel_vt", "slot"]),
        Move("slot", ["bel_vt"]),
        Move("bel_vt", finished=True),
    )
    return Scenario("acute danger beside two branches", version(acute_drawing(False)), moves)


def implicit_end() -> Scenario:
    d, inner = line(), line("deel")
    inner.task("los")
    inner.chain("deel_begin", "los")
    inner.end("deel_einde")
    d.inside(inner)
    d.task("laatste")
    d.chain("begin", "deel", "laatste")
    moves = (
        Move("start", ["los"]),
        Move("los", ["laatste"]),
        Move("laatste", finished=True),
    )
    return Scenario("ends that nobody drew", version(d), moves)
