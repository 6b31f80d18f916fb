"""Every BPMN construct the engine runs, each as a small diagram and a case on it."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.engine_cases import DAY, Move, Scenario, version
from tests.unit.engine_drawing import Drawing, loop, times


def line(key: str = "proces") -> Drawing:
    drawing = Drawing(key)
    drawing.start(f"{key}_begin" if key != "proces" else "begin")
    return drawing


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


def event_gateway() -> Scenario:
    d = line()
    d.task("vraag")
    d.add("eventBasedGateway", "wat_eerst")
    d.add("intermediateCatchEvent", "antwoord", d.event("message", "terugkoppeling"))
    d.timer("te_lang", "P3D")
    d.timer("veel_te_lang", "P9D")
    d.task("lezen")
    d.task("bellen")
    d.end()
    d.end("einde2")
    d.chain("begin", "vraag", "wat_eerst", "antwoord", "lezen", "einde")
    d.chain("wat_eerst", "te_lang", "bellen", "einde2")
    d.chain("wat_eerst", "veel_te_lang", "einde2")
    return Scenario(
        "an event-based gateway follows its message",
        version(d),
        (
            Move("start", ["vraag"]),
            Move("vraag", []),
            Move("wake", [], after=2 * DAY),
            Move("raise:terugkoppeling", ["lezen"], answers={"vt": "bericht"}, document={"vt": "bericht"}),
            Move("wake", ["lezen"], after=20 * DAY),
            Move("lezen", finished=True),
        ),
    )


def event_gateway_timer() -> Scenario:
    moves = (
        Move("start", ["vraag"]),
        Move("vraag", []),
        Move("wake", ["bellen"], after=3 * DAY),
        Move("bellen", finished=True, after=20 * DAY),
    )
    return Scenario("an event-based gateway follows its first timer", event_gateway().version, moves)


def message() -> Scenario:
    d = line()
    d.task("vraag")
    d.add("intermediateCatchEvent", "wacht", d.event("message", "antwoord"))
    d.add("receiveTask", "ontvang", messageRef="message_antwoord")
    d.task("lezen")
    d.end()
    d.chain("begin", "vraag", "wacht", "ontvang", "lezen", "einde")
    moves = (
        Move("start", ["vraag"]),
        Move("vraag", []),
        Move("raise:antwoord", []),
        Move("raise:antwoord", ["lezen"]),
        Move("lezen", finished=True),
    )
    return Scenario("a message event and a receive task", version(d), moves)


def message_boundary() -> Scenario:
    d = line()
    d.task("wegen")
    d.boundary("ingetrokken", "wegen", d.event("message", "intrekken"), True)
    d.task("vastleggen")
    d.end()
    d.end("einde2")
    d.chain("begin", "wegen", "einde")
    d.chain("ingetrokken", "vastleggen", "einde2")
    moves = (
        Move("start", ["wegen"]),
        Move("raise:intrekken", ["vastleggen"]),
        Move("vastleggen", finished=True),
    )
    return Scenario("a message on the edge of a task", version(d), moves)


def signal() -> Scenario:
    d = line()
    d.gateway("parallel", "samen")
    d.task("a")
    d.add("intermediateThrowEvent", "roept", d.event("signal", "klaar"))
    d.add("intermediateCatchEvent", "hoort", d.event("signal", "klaar"))
    d.task("b")
    d.end()
    d.end("einde2")
    d.chain("begin", "samen", "a", "roept", "einde")
    d.chain("samen", "hoort", "b", "einde2")
    moves = (
        Move("start", ["a"]),
        Move("a", ["b"]),
        Move("b", finished=True),
    )
    return Scenario("a signal from one branch to another", version(d), moves)


def error() -> Scenario:
    d, inner = line(), line("deel")
    inner.task("proberen")
    inner.gateway("exclusive", "lukt", default="goed")
    inner.end("deel_einde")
    inner.end("mislukt", inner.event("error", "lukt-niet"))
    inner.chain("deel_begin", "proberen", "lukt")
    inner.flow("lukt", "deel_einde", key="goed")
    inner.flow("lukt", "mislukt", "lukt = false")
    d.inside(inner)
    d.boundary("fout", "deel", d.event("error", "lukt-niet"), True)
    d.task("verder")
    d.task("herstellen")
    d.end()
    d.end("einde2")
    d.chain("begin", "deel", "verder", "einde")
    d.chain("fout", "herstellen", "einde2")
    moves = (
        Move("start", ["proberen"]),
        Move("proberen", ["herstellen"], answers={"lukt": False}),
        Move("herstellen", finished=True),
    )
    return Scenario("an error event out of a subprocess", version(d), moves)


def no_error() -> Scenario:
    moves = (
        Move("start", ["proberen"]),
        Move("proberen", ["verder"], answers={"lukt": True}),
        Move("verder", finished=True),
    )
    return Scenario("an error event that is not thrown", error().version, moves)


def escalation() -> Scenario:
    d, inner = line(), line("deel")
    inner.task("wegen")
    inner.add("intermediateThrowEvent", "hulp", inner.event("escalation", "meekijken"))
    inner.task("afronden")
    inner.end("deel_einde")
    inner.chain("deel_begin", "wegen", "hulp", "afronden", "deel_einde")
    d.inside(inner)
    d.boundary("kijk_mee", "deel", d.event("escalation", "meekijken"), False)
    d.task("meekijken")
    d.task("verder")
    d.end()
    d.end("einde2")
    d.chain("begin", "deel", "verder", "einde")
    d.chain("kijk_mee", "meekijken", "einde2")
    moves = (
        Move("start", ["wegen"]),
        Move("wegen", ["afronden", "meekijken"]),
        Move("afronden", ["meekijken", "verder"]),
        Move("verder", ["meekijken"]),
        Move("meekijken", finished=True),
    )
    return Scenario("a non-interrupting escalation", version(d), moves)


def ladder() -> Scenario:
    d = line()
    d.task("wegen")
    d.task("beslissen")
    d.end()
    d.chain("begin", "wegen", "beslissen", "einde")
    d.reminder("na2", "P2D", "wegen")
    d.reminder("na4", "P4D", "wegen")
    d.reminder("na5", "P5D", "wegen", to="ib", purpose="escalatie")
    d.reminder("na7", "P7D", "wegen", to="directeur", purpose="escalatie")
    moves = (
        Move("start", ["wegen"]),
        Move("wake", ["wegen"], after=2 * DAY, mails=["na2_mail"]),
        Move("wake", ["wegen"], after=2 * DAY, mails=["na4_mail"]),
        Move("wake", ["wegen"], after=2 * DAY, mails=["na5_mail"]),
        Move("wegen", ["beslissen"], after=2 * DAY, mails=["na7_mail"]),
        Move("wake", ["beslissen"], after=20 * DAY),
        Move("beslissen", finished=True),
    )
    return Scenario("a ladder of reminders and escalations", version(d), moves)


def ladder_moved_by_hand() -> Scenario:
    drawn = ladder()
    moves = (
        Move("start", ["wegen"]),
        Move("move:wegen:na2:2026-09-14", ["wegen"], after=DAY),
        Move("wake", ["wegen"], after=4 * DAY),
        Move("wake", ["wegen"], after=2 * DAY, mails=["na2_mail"]),
        Move("move:wegen:na4:2026-09-17", ["wegen"]),
        Move("wake", ["wegen"], after=3 * DAY, mails=["na4_mail"]),
        Move("move:wegen:na5:", ["wegen"], mails=["na7_mail"]),
        Move("wegen", ["beslissen"]),
        Move("beslissen", finished=True),
    )
    return Scenario("a ladder that somebody moved, and moved back", drawn.version, moves)


def late_task_on_a_timer() -> Scenario:
    d = line()
    d.task("wegen")
    d.timer("na3", "P3D", "wegen", purpose="escalatie")
    d.task("navragen")
    d.task("beslissen")
    d.end()
    d.end("einde2")
    d.chain("begin", "wegen", "beslissen", "einde")
    d.chain("na3", "navragen", "einde2")
    moves = (
        Move("start", ["wegen"], answers={"melden": "onbekend"}),
        Move("wake", ["navragen", "wegen"], after=3 * DAY),
        Move("wegen", ["beslissen", "navragen"]),
        Move("beslissen", ["navragen"], answers={"melden": "ja"}),
        Move(
            "navragen", answers={"bereikt": "nee"}, document={"melden": "ja", "bereikt": "nee"}, finished=True
        ),
    )
    return Scenario("a task on a timer's path, finished late, overwrites nothing", version(d), moves)


def interrupting_timer() -> Scenario:
    d = line()
    d.task("wachten")
    d.timer("te_lang", "P10D", "wachten", calendar="werkdagen", purpose="termijn", interrupting=True)
    d.reminder("na2", "P2D", "wachten")
    d.task("navragen")
    d.end()
    d.end("einde2")
    d.chain("begin", "wachten", "einde")
    d.chain("te_lang", "navragen", "einde2")
    moves = (
        Move("start", ["wachten"]),
        Move("wake", ["wachten"], after=2 * DAY, mails=["na2_mail"]),
        Move("wake", ["wachten"], after=11 * DAY),
        Move("wake", ["navragen"], after=DAY),
        Move("navragen", finished=True),
    )
    return Scenario("an interrupting timer in working days", version(d), moves)


def cycle() -> Scenario:
    d = line()
    d.task("volgen")
    d.reminder("elke2", "R3/P2D", "volgen", kind="timeCycle")
    d.end()
    d.chain("begin", "volgen", "einde")
    moves = (
        Move("start", ["volgen"]),
        Move("wake", ["volgen"], after=2 * DAY, mails=["elke2_mail"]),
        Move("wake", ["volgen"], after=DAY),
        Move("wake", ["volgen"], after=DAY, mails=["elke2_mail"]),
        Move("wake", ["volgen"], after=2 * DAY, mails=["elke2_mail"]),
        Move("wake", ["volgen"], after=9 * DAY),
        Move("volgen", finished=True),
    )
    return Scenario("a reminder three times", version(d), moves)


def cycle_with_task() -> Scenario:
    d = line()
    d.task("volgen")
    d.timer("elke5", "R/P5D", "volgen", kind="timeCycle", purpose="termijn")
    d.task("contact")
    d.end()
    d.end("einde2")
    d.chain("begin", "volgen", "einde")
    d.chain("elke5", "contact", "einde2")
    moves = (
        Move("start", ["volgen"]),
        Move("wake", ["contact", "volgen"], after=5 * DAY),
        Move("wake", ["contact", "contact", "volgen"], after=5 * DAY),
        Move("contact", ["contact", "volgen"]),
        Move("volgen", ["contact"]),
        Move("contact", finished=True, after=9 * DAY),
    )
    return Scenario("a task every five days outlives what it follows", version(d), moves)


def timer_in_the_flow() -> Scenario:
    d = line()
    d.task("vraag")
    d.timer("rust", "= duur")
    d.timer("tot", "= afspraak", kind="timeDate")
    d.mail("bericht")
    d.task("verder")
    d.end()
    d.chain("begin", "vraag", "rust", "tot", "bericht", "verder", "einde")
    moves = (
        Move("start", ["vraag"]),
        Move("vraag", [], answers={"duur": "PT36H", "afspraak": "2026-09-14"}),
        Move("wake", [], after=timedelta(hours=35)),
        Move("wake", [], after=timedelta(hours=1)),
        Move("wake", ["verder"], after=6 * DAY, mails=["bericht"]),
        Move("verder", finished=True),
    )
    return Scenario("a duration and a date from the case itself", version(d), moves)


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


SCENARIOS: tuple[Scenario, ...] = (
    exclusive(),
    exclusive_default(),
    parallel(),
    parallel_in_a_loop(),
    inclusive_with_loop(),
    inclusive_default(),
    inclusive_around_a_subprocess(),
    inclusive_at_once(),
    parallel_again_from_the_other_side(),
    event_gateway(),
    event_gateway_timer(),
    message(),
    message_boundary(),
    signal(),
    error(),
    no_error(),
    escalation(),
    ladder(),
    ladder_moved_by_hand(),
    late_task_on_a_timer(),
    interrupting_timer(),
    cycle(),
    cycle_with_task(),
    timer_in_the_flow(),
    multi_instance("parallel"),
    multi_instance("sequential"),
    multi_instance_until(),
    multi_instance_subprocess(),
    multi_instance_interrupted(),
    standard_loop(),
    standard_loop_maximum(),
    subprocess(),
    call_activity(),
    call_activity_interrupted(),
    terminate(),
    acute_interrupting(),
    acute_beside(),
    implicit_end(),
)
