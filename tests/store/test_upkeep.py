"""The administrator's commands, run as typed."""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from meldcode import audit, cases, clock, desk, people, timers
from meldcode.cli import main
from meldcode.messages import MeldcodeError
from meldcode.settings import Settings, SmtpSettings
from meldcode.store.tables import audit as log
from tests.databases import Kind, PostgresDatabases, beneath
from tests.postgres import OWNER
from tests.store.conftest import MASTER_KEY
from tests.store.house import MONDAY, House, diagram, folder
from tests.store.smtp import Script, serving

SOUND = str(Path(__file__).resolve().parents[2] / "processes" / "kinderopvang-de-papieren-boot")


@pytest.fixture
def run(house: House, kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs a command line on the house's database."""

    def go(*words: str, smtp: SmtpSettings | None = None) -> Result:
        at = smtp or SmtpSettings("127.0.0.1", 9)
        settings = {
            "DATABASE_URL": house.db.engine.url.render_as_string(hide_password=False),
            "BROKER_URL": "redis://127.0.0.1:1/0",
            "SMTP_URL": f"smtp://{at.host}:{at.port}",
            "SECRET_KEY": "x" * 40,
            "MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
            "BASE_URL": "https://school.example",
        }
        if isinstance(kind, PostgresDatabases):
            settings["MIGRATION_URL"] = kind.server.url(house.db.engine.url.database or "", OWNER)
        for name, value in settings.items():
            monkeypatch.setenv(f"MELDCODE_{name}", value)
        return CliRunner().invoke(main, list(words))

    return go


def test_without_settings_every_missing_one_is_named() -> None:
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 2
    assert "MELDCODE_MASTER_KEY ontbreekt" in result.output


def test_a_fresh_database_is_migrated_and_gets_an_organisation(tmp_path: Path) -> None:
    def go(*words: str) -> Result:
        return CliRunner().invoke(main, [*words, "--embedded", str(tmp_path / "var"), "--lang", "en"])

    source = str(folder(tmp_path / "map"))
    refused = go("publish", source)
    assert refused.exit_code == 1
    assert "meldcode migrate" in refused.output

    assert go("migrate").exit_code == 0
    assert go("publish", SOUND).exit_code == 1
    assert "is used for new cases" in go("publish", SOUND, "--new", "--note", "Het begin.").output
    db = Settings.from_environment(True, home=tmp_path / "var").database()
    (kept,) = desk.history(db, people.organisation_id(db, "kinderopvang-de-papieren-boot"))
    db.close()
    assert (kept.note, len(kept.report["proof"]["rules"])) == ("Het begin.", 21)
    assert go("export", "kinderopvang-de-papieren-boot", str(tmp_path / "uit")).exit_code == 0
    sent, kept = (Path(at) / "meldcode.bpmn" for at in (SOUND, tmp_path / "uit"))
    assert kept.read_bytes() == sent.read_bytes()

    law = go("publish", source, "--new")
    assert law.exit_code == 1
    assert "Rule 1," in law.output
    assert go("export", "testschool", str(tmp_path / "niets")).exit_code == 1


def test_migrating_is_one_command_that_can_be_repeated(run, house: House) -> None:
    house.at_weighing()
    for _ in range(2):
        result = run("migrate")
        assert result.exit_code == 0
        assert "bijgewerkt" in result.output
    assert house.db.is_current()


def test_a_folder_with_faults_is_refused_with_each_of_them(run, tmp_path: Path) -> None:
    broken = diagram().replace(b"P5D", b"5 dagen")
    result = run("publish", str(folder(tmp_path / "map", meldcode_bpmn=broken)))
    assert result.exit_code == 1
    assert "meldcode.bpmn: wegen_t3:" in result.output


def test_a_case_is_erased_by_its_reference_after_a_question(run, house: House) -> None:
    case = house.open().case
    words = ("erase", "testschool", case.reference, "--reason", "mistake", "--lang", "en")

    refused = run(*words)  # nobody answers the question
    assert refused.exit_code == 1
    assert f"Erase case {case.reference}, which is still open, for good?" in refused.output
    assert cases.case_page(house.db, house.actor("sanne"), case.id, now=clock.now(house.db)).content

    assert run(*words, "--yes").output == f"Case {case.reference} is erased.\n"
    with pytest.raises(MeldcodeError):
        cases.case_page(house.db, house.actor("sanne"), case.id, now=clock.now(house.db))
    with house.db.reading(house.organisation) as tx:
        assert audit.of_case(tx, case.id)[-1].reason == "mistake"
    assert not audit.verify(house.db)

    for gone in (words, ("erase", "nergens", *words[2:])):
        again = run(*gone, "--yes")
        assert again.exit_code == 1
        assert "does not exist" in again.output or "no organisation" in again.output


def test_an_intact_log_is_confirmed_and_a_changed_one_named(run, house: House) -> None:
    house.at_weighing()
    told = run("verify-audit").output
    assert re.fullmatch(r"Het logboek is ongeschonden: \d+ regels, 1 organisatie\.\n", told)
    assert re.search(r"\d+ rows, 1 organisation\.", run("verify-audit", "--lang", "en").output)

    with beneath(house.db).begin() as connection:
        connection.execute(log.update().where(log.c.sequence == 3).values(action="x"))
    result = run("verify-audit")
    assert result.exit_code == 1
    assert f"{house.organisation} 3: Deze regel is veranderd." in result.output


def test_a_rewound_log_is_found_with_the_file_kept_outside(run, house: House, tmp_path: Path) -> None:
    from meldcode.store.tables import audit_heads as heads

    file = tmp_path / "ankers.jsonl"
    house.at_weighing()
    with beneath(house.db).connect() as connection:
        old = dict(connection.execute(sa.select(heads)).mappings().one())
    house.at_weighing()
    assert run("verify-audit", "--anchors", str(file)).exit_code == 0
    assert run("verify-audit", "--anchors", str(file)).exit_code == 0
    assert len(file.read_text().splitlines()) == 1

    with beneath(house.db).begin() as connection:
        connection.execute(log.delete().where(log.c.sequence > old["sequence"]))
        connection.execute(heads.update().values(**old))
    assert run("verify-audit").exit_code == 0
    assert run("verify-audit", "--anchors", str(file)).exit_code == 1

    file.write_text(json.dumps({"organisation": "geen"}))
    assert "geen bestand met ankers" in run("verify-audit", "--anchors", str(file)).output


def test_what_is_stuck_is_listed_and_can_be_tried_again(run, house: House) -> None:
    assert run("incidents").output.strip() == "Er zit niets vast."
    case = house.at_weighing()
    house.complete(case, "wegen", {"advies": "wachten"})
    house.complete(case, "verdwaald", {})
    for minutes in (0, 10, 20):
        timers.fire_due(house.db, MONDAY + timedelta(days=2, minutes=minutes))

    listed = run("incidents")
    assert listed.exit_code == 1
    incident = listed.output.split()[0]
    assert run("incidents", "retry", incident).exit_code == 0
    assert run("incidents", "retry", incident).exit_code == 1
    assert run("incidents").exit_code == 0
    assert run("incidents", "--all").output.split()[0] == incident


def test_the_doctor_names_what_is_wrong(
    run,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "real", lambda: MONDAY + timedelta(days=2, hours=1))
    with serving(Script()) as smtp:
        assert run("doctor", smtp=smtp).exit_code == 0
        house.at_weighing()
        late = run("doctor", smtp=smtp)
        assert late.exit_code == 1
        assert "✗ niets te laat gevuurd" in late.output
        timers.fire_due(house.db, MONDAY + timedelta(days=2))
        unsent = run("doctor", smtp=smtp)
        assert "✓ niets te laat gevuurd" in unsent.output
        assert "✗ geen mail te laat" in unsent.output
    assert "✗ mailserver bereikbaar: kijk naar MELDCODE_SMTP_URL" in run("doctor").output


def test_without_tables_the_doctor_says_what_to_do_and_asks_nothing_of_them(tmp_path: Path) -> None:
    def go(word: str) -> Result:
        return CliRunner().invoke(main, [word, "--embedded", str(tmp_path / "var")])

    ill = go("doctor")
    assert ill.exit_code == 1
    assert ill.output == "✗ tabellen bijgewerkt: voer uit: meldcode migrate\n"

    go("migrate")
    sound = go("doctor")
    assert sound.exit_code == 0, sound.output
    assert "mailserver" not in sound.output, "the private one of `make run` is known to `make run` only"
