"""Example cases, played with a moved clock."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from meldcode.cli import main
from meldcode.definition import Version, read_folder
from meldcode.rehearse import Example, ExampleError, as_json, as_text, examples_of, play, read_example
from tests.unit.engine_cases import ORGANISATION
from tests.unit.engine_drawing import Drawing

FORM = """<bpmn:extensionElements><spiffworkflow:properties>
<spiffworkflow:property name="formJsonSchemaFilename" value="forms/wegen.form"/>
</spiffworkflow:properties></bpmn:extensionElements>"""
QUESTIONS = {
    "type": "default",
    "id": "wegen",
    "schemaVersion": 18,
    "components": [
        {
            "type": "radio",
            "key": "melden",
            "label": "Melden?",
            "validate": {"required": True},
            "values": [{"label": "Ja", "value": "ja"}, {"label": "Nee", "value": "nee"}],
        }
    ],
}
LADDER = """
title = "Wegen blijft liggen"
start = 2026-09-07T09:00:00+02:00

[[moment]]
complete = "signalen"
tasks = ["wegen"]

[[moment]]
wait = "P8D"
calendar = "werkdagen"
  [[moment.mail]]
  template = "herinnering"
  to = "leerkracht"
  on = 2026-09-09
  level = 1
  [[moment.mail]]
  template = "herinnering"
  to = "ib"
  on = 2026-09-14
  level = 2
  [[moment.mail]]
  template = "herinnering"
  to = "directeur"
  level = 3

[[moment]]
after = "PT1H"
complete = "wegen"
answers = { melden = "ja" }

[end]
outcome = "gemeld"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    d = Drawing()
    d.start()
    d.task("signalen")
    d.task("wegen", FORM)
    d.gateway("exclusive", "keuze", default="niet")
    d.end("gemeld", meldcode_outcome="gemeld")
    d.end("hulp", meldcode_outcome="hulp")
    d.chain("begin", "signalen", "wegen", "keuze")
    d.flow("keuze", "gemeld", 'melden = "ja"')
    d.flow("keuze", "hulp", key="niet")
    d.reminder("na2", "P2D", "wegen", calendar="werkdagen")
    d.reminder("na5", "P5D", "wegen", calendar="werkdagen", to="ib", purpose="escalatie")
    d.reminder("na7", "P7D", "wegen", calendar="werkdagen", to="directeur", purpose="escalatie")
    (tmp_path / "organisation.toml").write_bytes(ORGANISATION)
    (tmp_path / "meldcode.bpmn").write_bytes(d.xml())
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms/wegen.form").write_text(json.dumps(QUESTIONS))
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples/ladder.toml").write_text(LADDER)
    return tmp_path


@pytest.fixture
def version(folder: Path) -> Version:
    return read_folder(folder)


def example(text: str) -> Example:
    return read_example(text.encode(), "examples/x.toml")


def test_an_example_that_is_right_differs_nowhere(version: Version) -> None:
    (only,) = examples_of(version)
    timeline = play(version, only)
    assert timeline.differences == ()
    assert timeline.as_expected
    assert timeline.last is not None
    assert timeline.last.outcome == "gemeld"


def test_every_timer_fires_at_its_own_moment(version: Version) -> None:
    timeline = play(version, examples_of(version)[0])
    assert [(at, mail.level) for at, mail in timeline.mails] == [
        (datetime(2026, 9, 9, 7, tzinfo=UTC), 1),
        (datetime(2026, 9, 14, 7, tzinfo=UTC), 2),
        (datetime(2026, 9, 16, 7, tzinfo=UTC), 3),
    ]


def test_playing_twice_gives_the_same_timeline(version: Version) -> None:
    (only,) = examples_of(version)
    assert as_json(play(version, only)) == as_json(play(version, only))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ('to = "ib"', 'to = "directeur"'),
            "verwacht was mail “herinnering” aan de directeur op maandag 14 september 2026",
        ),
        (
            ("on = 2026-09-14", "on = 2026-09-15"),
            "aan de intern begeleider op dinsdag 15 september 2026 (herinnering 2); er komt mail",
        ),
        (("level = 3", "level = 4"), "(herinnering 4); er komt mail “herinnering” aan de directeur"),
        (('wait = "P8D"', 'wait = "P6D"'), "mail “herinnering” aan de directeur blijft uit"),
        (('tasks = ["wegen"]', 'tasks = ["beslissen"]'), "open zouden zijn: “beslissen”; open zijn: “wegen”"),
        (('outcome = "gemeld"', 'outcome = "hulp"'), "de uitkomst zou “hulp” zijn, maar is “gemeld”"),
        (('outcome = "gemeld"', "finished = false"), "de zaak is afgesloten, maar zou nog lopen"),
        (
            ('complete = "wegen"', 'complete = "beslissen"'),
            "taak “beslissen” staat niet open. Wel open: “wegen”",
        ),
        (('melden = "ja"', 'melden = "misschien"'), "het formulier neemt de antwoorden niet aan. Melden? "),
        (('melden = "ja"', 'melden = "ja", geheim = 1'), "het formulier neemt de antwoorden niet aan"),
        (('complete = "signalen"', 'raise = "acuut"'), "wacht nu niet op 'acuut'"),
    ],
)
def test_what_differs_is_said_in_a_sentence(version: Version, change: tuple[str, str], said: str) -> None:
    assert change[0] in LADDER
    timeline = play(version, example(LADDER.replace(*change)))
    assert not timeline.as_expected
    assert any(said in difference.nl for difference in timeline.differences), timeline.differences


def test_what_differs_is_told_with_the_names_people_know(version: Version) -> None:
    named = replace(
        version,
        nodes={
            key: replace(node, name={"wegen": "4 Wegen", "signalen": "1 Signalen"}.get(key, node.name))
            for key, node in version.nodes.items()
        },
    )
    told = LADDER.replace('tasks = ["wegen"]', 'tasks = ["signalen"]')
    (said,) = play(named, example(told)).differences
    assert said.nl == "moment 1 (“1 Signalen”): open zouden zijn: “1 Signalen”; open zijn: “4 Wegen”."


STANDIN = 'name = "Intern begeleider"\n', 'name = "Intern begeleider"\nstandins = ["leerkracht"]\n'


def with_away(*rows: tuple[str, str, str | None], **reaches: str) -> Example:
    """The ladder with people away (role, first day, last day) and whom a mail to a role reaches."""
    text = LADDER
    for role, there in reaches.items():
        text = text.replace(f'  to = "{role}"\n', f'  to = "{role}"\n  reaches = "{there}"\n')
    away = "".join(
        f'[[away]]\nrole = "{role}"\nfrom = {first}\n' + (f"until = {last}\n" if last else "")
        for role, first, last in rows
    )
    return example(text.replace("\n[[moment]]", f"\n{away}\n[[moment]]", 1))


@pytest.mark.parametrize(
    ("away", "reaches"),
    [
        ([("ib", "2026-09-14", "2026-09-14")], {"ib": "leerkracht"}),  # who stands in
        ([("ib", "2026-09-14", None), ("leerkracht", "2026-09-10", None)], {"ib": "directeur"}),  # a level up
        ([("ib", "2026-09-15", None), ("leerkracht", "2026-09-01", "2026-09-08")], {}),  # not that day
        (
            [(role, "2026-09-15", None) for role in ("leerkracht", "ib", "directeur")],
            {"directeur": "niemand"},
        ),
    ],
)
def test_a_mail_reaches_who_stands_in_for_somebody_away(
    folder: Path, away: list[tuple[str, str, str | None]], reaches: dict[str, str]
) -> None:
    (folder / "organisation.toml").write_bytes(ORGANISATION.replace(*(one.encode() for one in STANDIN)))
    version = read_folder(folder)
    timeline = play(version, with_away(*away, **reaches))
    assert timeline.as_expected, as_text(version, timeline)
    told = as_text(version, timeline)
    assert ("de mail komt bij" in told or "er is niemand" in told) is bool(reaches)


def test_a_mail_that_reaches_another_than_expected_is_a_difference(version: Version) -> None:
    (said,) = play(version, with_away(("ib", "2026-09-14", None))).differences
    assert "verwacht was mail “herinnering” aan de intern begeleider op maandag 14 september 2026" in said.nl
    reaches = "er komt mail “herinnering” aan de intern begeleider, die komt bij de directeur, op maandag 14"
    assert reaches in said.nl
    (said,) = play(version, with_away(("ib", "2026-10-01", None), ib="directeur")).differences
    reaches = (
        "expected was mail “herinnering” to the intern begeleider, which reaches the directeur, on Monday"
    )
    assert reaches in said.en


def test_somebody_away_in_a_role_that_does_not_exist_is_a_difference(version: Version) -> None:
    (said,) = play(version, with_away(("mentor", "2026-09-14", None))).differences
    assert said.nl == "begin: de rol “mentor” bestaat niet."


def test_a_mail_that_nobody_expected_is_a_difference(version: Version) -> None:
    text = LADDER.split("  [[moment.mail]]")[0] + LADDER[LADDER.index("[[moment]]\nafter") :]
    said = [difference.nl for difference in play(version, example(text)).differences]
    assert len(said) == 3
    unexpected = (
        "mail “herinnering” aan de leerkracht op woensdag 9 september 2026 (herinnering 1) is niet verwacht"
    )
    assert unexpected in said[0]


def test_a_case_that_should_have_ended_says_what_is_open(version: Version) -> None:
    text = LADDER[: LADDER.index("[[moment]]\nafter")] + "[end]\n"
    said = [difference.nl for difference in play(version, example(text)).differences]
    assert said == ["einde: de zaak zou afgesloten zijn, maar loopt nog. Open: “wegen”."]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "geen geldige TOML"),
        ('title = "x"', "'start' moet een moment zijn met tijdzone"),
        ("start = 2026-09-07T09:00:00", "met tijdzone"),
        ("start = 2026-09-07T09:00:00Z\nkleur = 1", "'kleur' is onbekend"),
        ("start = 2026-09-07T09:00:00Z\n[[moment]]\n", "moment 1: gebruik precies één van"),
        ('start = 2026-09-07T09:00:00Z\n[[moment]]\nwait = "5D"', "'5D' is geen tijdsduur"),
        ('start = 2026-09-07T09:00:00Z\n[[moment]]\nwait = "P5D"\nafter = "P1D"', "hooguit één van"),
        (
            'start = 2026-09-07T09:00:00Z\n[[moment]]\nwait = "P5D"\ncalendar = "maan"',
            "'werkdagen' of 'klok'",
        ),
        ("start = 2026-09-07T09:00:00Z\n[[moment]]\ncomplete = 3", "verkeerde vorm"),
        ('start = 2026-09-07T09:00:00Z\n[[away]]\nrole = "ib"', "away 1: een afwezigheid heeft"),
        (
            'start = 2026-09-07T09:00:00Z\n[[away]]\nrole = "ib"\nfrom = 2026-09-08\nuntil = 2026-09-07',
            "'until' ligt voor 'from'",
        ),
        (
            'start = 2026-09-07T09:00:00Z\n[[away]]\nrole = "ib"\nfrom = 2026-09-08T09:00:00Z',
            "'from' is een dag, zonder tijd",
        ),
        (
            'start = 2026-09-07T09:00:00Z\n[[moment]]\nwait = "P1D"\nmail = [{ to = "x" }]',
            "'template' en 'to'",
        ),
    ],
)
def test_an_example_that_cannot_be_read_says_where(text: str, said: str) -> None:
    with pytest.raises(ExampleError) as caught:
        example(text)
    assert said in caught.value.text.nl
    assert caught.value.text.nl.startswith("examples/x.toml")


def test_dates_in_answers_become_iso_texts() -> None:
    text = (
        'start = 2026-09-07T09:00:00Z\n[[moment]]\ncomplete = "a"\n'
        "answers = { op = 2026-09-15, lijst = [2026-01-02] }"
    )
    (moment,) = example(text).moments
    assert moment.answers == {"op": "2026-09-15", "lijst": ["2026-01-02"]}
    assert date.fromisoformat(str(moment.answers["op"])) == date(2026, 9, 15)


def test_the_timeline_reads_like_a_log(version: Version) -> None:
    told = as_text(version, play(version, examples_of(version)[0]))
    assert "\n  maandag 7 september 2026\n     9.00  de zaak begint\n" in told
    assert "\n  maandag 14 september 2026\n     9.00  de termijn is voorbij" in told
    assert "tweede herinnering: mail “herinnering” aan de intern begeleider" in told
    assert "de zaak is afgesloten, met als uitkomst: gemeld" in told
    assert "zoals verwacht" in told
    assert "as expected" in as_text(version, play(version, examples_of(version)[0]), "en")


def test_the_command_line_plays_all_examples(folder: Path) -> None:
    done = CliRunner().invoke(main, ["rehearse", str(folder)])
    assert done.exit_code == 0, done.output
    assert "zoals verwacht" in done.output


def test_the_command_line_tells_differences_as_json(folder: Path) -> None:
    other = folder / "other.toml"
    other.write_text(LADDER.replace('outcome = "gemeld"', 'outcome = "hulp"'))
    done = CliRunner().invoke(main, ["rehearse", str(folder), "--answers", str(other), "--json"])
    assert done.exit_code == 1
    (told,) = json.loads(done.output)
    assert told["outcome"] == "gemeld"
    assert told["differences"][0]["en"] == "end: the outcome should be “hulp”, but is “gemeld”."


def test_the_command_line_says_what_is_unreadable(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["rehearse", str(tmp_path / "nergens")])
    assert done.exit_code == 2


def test_an_example_that_is_not_there_is_said_in_a_sentence(folder: Path) -> None:
    done = CliRunner().invoke(main, ["rehearse", str(folder), "--answers", str(folder / "nergens.toml")])
    assert done.exit_code == 2
    assert done.output == f"{folder / 'nergens.toml'}: Dit bestaat niet.\n"
