"""Answers held to where they lead, and endings and questions held to what happened, on small diagrams."""

from __future__ import annotations

import pytest

from meldcode.check import prove
from meldcode.check.crossed import (
    ADVICE,
    CARER,
    DOUBTING,
    FOLLOWED,
    HELP,
    MEASURE,
    PLANNED,
    SUSPICION,
    Named,
    crossed,
)
from meldcode.check.verdict import Verdict
from meldcode.check.ways import behind, ways
from meldcode.definition import Version, check, read_files
from tests.proof.pieces import BROKEN, HOLDS, decision, report, steps
from tests.proof.small import Question, Sketch, choice, day, words
from tests.proof.test_rules_beside import beside


def asked(key: str, label: str, **answers: str) -> Question:
    """A question with these values and labels."""
    question = choice(key, *answers, label=label)
    return question | {"values": [{"label": text, "value": value} for value, text in answers.items()]}


def fork(question: Question, there: str) -> Version:
    """One answer leads to the task `daar`, the others end."""
    d = Sketch()
    d.act("vraag", question)
    d.act("daar")
    d.start("begin")
    d.end("einde")
    d.end("einde_daar")
    d.chain("begin", "vraag", "keus")
    d.choose("keus", "einde", daar=f'{question["key"]} = "{there}"')
    d.flow("daar", "einde_daar")
    return d.version()


def astray(question: Question, there: str, named: Named, **more: list[str]) -> Verdict | None:
    return crossed(fork(question, there), ["daar"], named, **more)


YES_NO = {"ja": "Ja", "nee": "Nee"}
MEASURES = {"nee": "Nee", "ots": "Ja, ondertoezichtstelling", "voogdij": "Ja, voogdij"}
WHO = {"wij": "Wij: ik blijf volgen", "ander": "Een ander volgt verder"}


@pytest.mark.parametrize(
    ("named", "question", "right", "wrong"),
    [
        (SUSPICION, asked("v", "Is er een redelijk vermoeden?", **YES_NO), "ja", "nee"),
        (SUSPICION, asked("v", "Is er sprake van geweld in de zorg?", **YES_NO), "ja", "nee"),
        (HELP, asked("h", "Is hulp bieden of organiseren mogelijk?", **YES_NO), "ja", "nee"),
        (CARER, asked("z", "Zorgt iemand voor een ander?", **YES_NO), "ja", "nee"),
        (FOLLOWED, asked("r", "Wie heeft de regie?", **WHO), "wij", "ander"),
        (PLANNED, asked("p", "Is er een vertrek gepland?", **YES_NO), "ja", "nee"),
        (DOUBTING, choice("w", "nee", "twijfel"), "twijfel", "nee"),
    ],
)
def test_an_answer_that_names_a_task_leads_to_it(
    named: Named, question: Question, right: str, wrong: str
) -> None:
    assert astray(question, right, named) is None
    found = astray(question, wrong, named)
    assert found is not None
    assert found.says is BROKEN
    assert "keus" in found.elements
    assert "daar" in found.why.nl


def test_of_several_answers_that_name_it_each_has_to_lead_there() -> None:
    question = asked("m", "Is er een maatregel van de kinderrechter?", **MEASURES)
    found = astray(question, "ots", MEASURE)
    assert found is not None
    assert "voogdij" in found.why.nl
    assert astray(question, "nee", MEASURE) is not None


@pytest.mark.parametrize(
    ("named", "label"),
    [
        (SUSPICION, "Is het vermoeden weg?"),
        (SUSPICION, "Is er geen geweld?"),
        (HELP, "Is er al hulp?"),
        (HELP, "Werkt de hulp?"),
        (HELP, "Wilt u melden in plaats van hulp?"),
        (HELP, "Is het veilig?"),
        (SUSPICION, "Heeft de inspecteur het vermoeden weggenomen?"),
        (HELP, "Is er hulp van anderen?"),
        (MEASURE, "Is er een maatregel die al bekend is?"),
        (MEASURE, "Weet de instelling van de maatregel?"),
        (CARER, "Gaat het goed met de mantelzorg?"),
        (CARER, "Krijgt de mantelzorg genoeg steun?"),
        (PLANNED, "Is het gesprek al gepland?"),
    ],
)
def test_an_answer_about_something_else_may_lead_anywhere(named: Named, label: str) -> None:
    assert astray(asked("v", label, **YES_NO), "nee", named) is None


def test_what_was_done_already_need_not_be_done_again() -> None:
    people = {"veilig_thuis": "Veilig Thuis", "nog_niet": "Nog met niemand"}
    assert astray(asked("w", "Wie hebt u al gesproken?", **people), "nog_niet", ADVICE) is None
    assert astray(asked("w", "Wie vraagt u om raad?", **people), "nog_niet", ADVICE) is not None


def test_somebody_else_who_follows_is_no_following_of_ours() -> None:
    only = asked("r", "Wie volgt?", ander="Veilig Thuis volgt verder", wij="Wij, zo nodig")
    assert astray(only, "wij", FOLLOWED) is None


def test_whoever_doubts_may_also_weigh_again_and_other_questions_are_not_judged() -> None:
    question = choice("w", "nee", "twijfel")
    assert astray(question, "nee", DOUBTING, also=["einde"]) is None
    assert astray(question, "nee", DOUBTING, of=["iets_anders"]) is None
    assert astray(question, "nee", DOUBTING, of=["w"]) is not None


# --- the route for a colleague -----------------------------------------------------------------------------


def colleague(*, report_on: str = "ja", close_on: str = "nee") -> Version:
    """Signals, and a called route: a judgement, a report to the police, closing; the rest judges again."""
    d = Sketch("zijweg")
    question = asked("v", "Is er een redelijk vermoeden?", ja="Ja", nee="Nee", twijfel="Ik twijfel")
    d.act("oordeel", question, words("waarom"), day("dag"), steps="zijroute collega consulteren")
    d.act("aangifte", *report(), steps="zijroute collega melden")
    d.act("zij_dicht", steps="zijroute collega afsluiten")
    for key in ("opnieuw", "naar_dicht"):
        d.merge(key)
    d.start("zij_begin")
    d.end("zij_einde")
    d.chain("zij_begin", "opnieuw", "oordeel", "keus")
    again = next(one for one in ("ja", "nee", "twijfel") if one not in (report_on, close_on))
    targets = {report_on: "aangifte", close_on: "naar_dicht", again: "opnieuw"}
    d.choose("keus", targets["twijfel"], **{targets[one]: f'v = "{one}"' for one in ("ja", "nee")})
    d.chain("aangifte", "naar_dicht", "zij_dicht", "zij_einde")
    main = Sketch()
    main.act("zien", choice("over", "thuis", "collega"), words("wat"), day("dag"), steps="signaleren")
    steps(main, "consulteren", "afsluiten")
    main.add("callActivity", "weg", calledElement="zijweg", meldcode_step="zijroute collega")
    main.start("begin")
    main.end("einde")
    main.end("einde_weg")
    main.chain("begin", "zien", "over_wie")
    main.choose("over_wie", "consulteren", weg='over = "collega"')
    main.chain("consulteren", "afsluiten", "einde")
    main.flow("weg", "einde_weg")
    return beside(main, d)


def test_a_reasonable_suspicion_leads_to_the_report_of_the_route_for_a_colleague() -> None:
    assert prove(colleague()).verdict(19).says is HOLDS
    for wrong in ("nee", "twijfel"):
        other = "ja" if wrong == "nee" else "nee"
        assert prove(colleague(report_on=wrong, close_on=other)).verdict(19).says is BROKEN


def test_doubt_does_not_close_a_side_route() -> None:
    """It is what happens when nobody answered."""
    assert prove(colleague()).verdict(13).says is HOLDS
    verdict = prove(colleague(close_on="twijfel")).verdict(13)
    assert verdict.says is BROKEN
    assert "keus" in verdict.elements


def routed(*, swapped: bool) -> Version:
    """The head may be the suspected: then the case goes past the head."""
    d = Sketch()
    d.act(
        "zien", choice("over", "thuis", "collega", "directeur"), words("wat"), day("dag"), steps="signaleren"
    )
    steps(d, "consulteren", "afsluiten")
    d.act("door_directeur", steps="zijroute collega", role="directeur")
    d.act("door_bestuur", steps="zijroute collega", role="bestuur")
    d.act("zij_dicht", steps="zijroute collega afsluiten")
    d.merge("naar_dicht")
    d.start("begin")
    d.end("einde")
    d.end("zij_einde")
    d.chain("begin", "zien", "keus")
    d.choose("keus", "consulteren", wie='over in ("collega", "directeur")')
    others = ("door_bestuur", "door_directeur")
    head, rest = others if not swapped else (others[1], others[0])
    d.choose("wie", rest, **{head: 'over = "directeur"'})
    d.chain("consulteren", "afsluiten", "einde")
    d.flow("door_directeur", "naar_dicht")
    d.flow("door_bestuur", "naar_dicht")
    d.chain("naar_dicht", "zij_dicht", "zij_einde")
    return d.version()


def test_a_role_that_an_answer_names_as_the_suspected_gets_no_task_of_the_route() -> None:
    assert prove(routed(swapped=False)).verdict(19).says is HOLDS
    verdict = prove(routed(swapped=True)).verdict(19)
    assert verdict.says is BROKEN
    assert "door_directeur" in verdict.elements


# --- after a report, help or a transfer --------------------------------------------------------------------


CONCLUDED = "Wat is de uitkomst van de veiligheidsbeoordeling?"


def reported_or_not(
    *,
    unreported: str = "naar_dicht",
    reported: str = "naar_volgen",
    always: bool = True,
    unhelped: str = "nee",
    outcomes: tuple[str, str] = ("gemeld", "hulp"),
) -> Sketch:
    """A decision; a report or help; what follows each; an end for each and one for neither."""
    d = Sketch()
    told = words("uitkomst", hide="" if always else "=melding_datum = null", label=CONCLUDED)
    d.act("besluit", *decision(), steps="beslissen", role="directeur")
    d.act("melding", *report(), steps="melden informeren")
    d.act("hulp_geven", steps="hulp")
    d.act("kijken", steps="volgen")
    d.act("volgen", told, words("wat"), day("dag"), steps="volgen")
    d.act("dicht", steps="afsluiten")
    for key in ("naar_b", "naar_volgen", "naar_dicht"):
        d.merge(key)
    d.start("begin")
    for key, word in zip(("einde_gemeld", "einde_hulp", "einde_zonder"), (*outcomes, "dicht"), strict=True):
        d.end(key, meldcode_outcome=word)
    d.chain("begin", "besluit", "a")
    d.choose("a", "melding", naar_b='melden = "nee"')
    d.chain("melding", "naar_b", "b")
    d.gateway("exclusive", "b", default="b_hulp")
    d.flow("b", "hulp_geven", key="b_hulp")
    d.flow("b", unreported, f'hulp = "{unhelped}" and melding_datum = null')
    d.flow("b", reported, f'hulp = "{unhelped}" and melding_datum != null')
    d.chain("hulp_geven", "kijken", "naar_dicht")
    d.chain("naar_volgen", "volgen", "naar_dicht", "dicht", "afloop")
    helped = 'melding_datum = null and hulp = "ja"'
    d.choose("afloop", "einde_zonder", einde_gemeld="melding_datum != null", einde_hulp=helped)
    return d


def found(sketch: Sketch) -> set[tuple[str, str | None]]:
    return {
        (one.code, one.element)
        for one in prove(sketch.version()).findings
        if one.code in ("outcome-not-so", "asks-about-no-report")
    }


def test_whoever_is_asked_what_came_of_a_report_has_made_one() -> None:
    assert found(reported_or_not()) == set()
    wrong = {("asks-about-no-report", "volgen")}
    assert found(reported_or_not(unreported="naar_volgen")) == wrong
    assert found(reported_or_not(unreported="naar_volgen", always=False)) == set()


@pytest.mark.parametrize("always", [True, False])
def test_a_reported_case_does_not_close_where_an_unreported_one_is_followed(always: bool) -> None:
    right = reported_or_not(always=always)
    both = reported_or_not(unreported="naar_volgen", always=always)
    neither = reported_or_not(reported="naar_dicht", always=always)
    swapped = reported_or_not(unreported="naar_volgen", reported="naar_dicht", always=always)
    assert [one.says(16) for one in (right, both, neither)] == [HOLDS] * 3
    assert swapped.says(16) is BROKEN
    assert "b" in swapped.verdict(16).elements


def test_an_outcome_speaks_of_what_happened() -> None:
    assert found(reported_or_not(outcomes=("gemeld", "hulp"))) == set()
    assert found(reported_or_not(outcomes=("hulp", "gemeld"))) == {
        ("outcome-not-so", "einde_gemeld"),
        ("outcome-not-so", "einde_hulp"),
    }
    assert found(reported_or_not(outcomes=("geen-hulp", "niet_gemeld"))) == set()
    assert found(reported_or_not(outcomes=("anders", "hulpverlener"))) == set()


def test_whoever_wants_help_gets_it() -> None:
    assert reported_or_not().says(8) is HOLDS
    verdict = reported_or_not(unhelped="ja").verdict(8)
    assert verdict.says is BROKEN
    assert "b" in verdict.elements


def handing_over(*, again_on: str = "nee", then: str = "naar_dicht") -> Sketch:
    """Help, looking back, and a transfer that somebody confirms."""
    d = Sketch()
    d.act("hulp_geven", steps="hulp")
    d.act("kijken", steps="volgen")
    d.act("overdragen", steps="overdracht")
    d.act("bevestigen", choice("overgenomen", "ja", "nee"), words("wie"), steps="overdracht")
    d.act("dicht", steps="afsluiten")
    for key in ("opnieuw", "naar_dicht"):
        d.merge(key)
    d.start("begin")
    d.end("einde")
    d.chain("begin", "hulp_geven", "kijken", "opnieuw", "overdragen", "bevestigen", "keus")
    d.choose("keus", then, opnieuw=f'overgenomen = "{again_on}"')
    d.chain("naar_dicht", "dicht", "einde")
    return d


def test_a_transfer_begins_anew_when_it_was_refused_not_when_it_was_confirmed() -> None:
    assert handing_over().says(16) is HOLDS
    swapped = handing_over(again_on="ja")
    assert swapped.says(16) is BROKEN
    assert "keus" in swapped.verdict(16).elements


def weighing_twice(*, again: str) -> Sketch:
    """Two people weigh, each with a question of their own; after doubt one of them weighs again, or both."""
    d = Sketch()
    d.act("samen", choice("eens", "ja", "twijfel"), words("samen_waarom"), day("samen_dag"), steps="wegen")
    alone = choice("acuut", "ja", "nee", "twijfel")
    d.act("wegen", alone, words("waarom"), day("dag"), steps="wegen")
    d.act("vt", choice("na", "verder", "melden"), words("vt_zei"), day("vt_dag"), steps="vt-advies")
    d.act("besluit", *decision(), steps="beslissen", role="directeur")
    d.act("melding", *report(), steps="melden informeren")
    d.act("dicht", steps="afsluiten")
    for key in ("naar_samen", "naar_wegen", "naar_melding", "naar_dicht"):
        d.merge(key)
    d.start("begin")
    d.end("einde")
    d.chain("begin", "naar_samen", "samen", "naar_wegen", "wegen", "keus")
    d.choose("keus", "besluit", vt='eens = "twijfel" or acuut = "twijfel"', naar_melding='acuut = "ja"')
    d.chain("vt", "na_vt")
    d.choose("na_vt", again, naar_melding='na = "melden"')
    d.chain("besluit", "besloten")
    d.choose("besloten", "naar_melding", naar_dicht='melden = "nee"')
    d.chain("naar_melding", "melding", "naar_dicht", "dicht", "einde")
    return d


def test_what_was_doubted_is_asked_again_after_the_advice() -> None:
    assert "Na het advies" not in weighing_twice(again="naar_samen").verdict(5).why.nl
    verdict = weighing_twice(again="naar_wegen").verdict(5)
    assert verdict.says is BROKEN
    assert "Na het advies" in verdict.why.nl
    assert verdict.story


def consulting(*, swapped: bool) -> Version:
    """Step 2, where somebody may be asked for advice by a list; nobody is an answer too."""
    d = Sketch()
    steps(d, "signaleren")
    who: Question = {"type": "checklist", "key": "wie", "id": "wie", "label": "Wie vraagt u om raad?"}
    who["values"] = [
        {"label": "De intern begeleider", "value": "ib"},
        {"label": "Het bestuur", "value": "bestuur"},
    ]
    d.act("overleg", who, words("wat"), day("dag"), steps="consulteren vt-advies letselduiding")
    d.files["forms/overleg.form"] = d.files["forms/overleg.form"].replace(
        b"Wie vraagt u om raad?", b"Wie vraagt u om raad (Veilig Thuis, bij letsel een arts)?"
    )
    d.act("raad", steps="consulteren", role="ib")
    steps(d, "afsluiten")
    d.start("begin")
    d.end("einde")
    d.chain("begin", "signaleren", "overleg", "splits")
    d.merge("door")
    d.gateway("exclusive", "splits", default="splits_anders")
    asks, rest = ("raad", "door") if not swapped else ("door", "raad")
    d.flow("splits", rest, key="splits_anders")
    d.flow("splits", asks, 'list contains(wie, "ib")')
    d.chain("raad", "door", "afsluiten", "einde")
    return d.version()


def test_whoever_is_to_be_consulted_is_asked() -> None:
    assert prove(consulting(swapped=False)).verdict(4).says is HOLDS
    verdict = prove(consulting(swapped=True)).verdict(4)
    assert verdict.says is BROKEN
    assert "splits" in verdict.elements


@pytest.mark.parametrize(("old", "new"), [('targetRef="daar"', 'targetRef="weg"'), ('v = "ja"', "v = = )")])
def test_a_drawing_that_cannot_be_played_is_read_as_far_as_it_goes(old: str, new: str) -> None:
    """While somebody draws, arrows point to what is gone and conditions are half written."""
    version = fork(asked("v", "Is er een vertrek gepland?", **YES_NO), "ja")
    text = version.files["meldcode.bpmn"].decode().replace("&quot;", '"')
    assert old in text
    spoiled = read_files({**version.files, "meldcode.bpmn": text.replace(old, new).encode()})
    assert check(spoiled)
    assert crossed(spoiled, ["daar"], PLANNED) is None
    assert all("daar" not in behind(spoiled, "keus", answer) for answer in ways(spoiled)["keus"])
