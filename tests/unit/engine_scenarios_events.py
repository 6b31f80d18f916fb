"""Moves with events: messages, signals, errors, and timers with their ladders."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.engine_cases import DAY, Move, Scenario, version
from tests.unit.engine_drawing import line


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
