"""Who may publish what: the law refuses, a norm takes two people's reasons, quality one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from meldcode.check import as_json, prove
from meldcode.check.standing import FILE, Standing, about, verdict_for_publishing
from meldcode.cli import main
from tests.proof.meant import Organisation
from tests.proof.mutants import MUTANTS
from tests.proof.small import Sketch

TWO = '[{ name = "A. Een", role = "aandachtsfunctionaris", on = 2026-11-03 }, %s]'
BOARD = '{ name = "B. Twee", role = "bestuur", on = 2026-11-04 }'


def report(sketch: Sketch, **verdicts: str) -> dict[str, Any]:
    """The proof of a sketch in which all rules hold but these."""
    told = as_json(prove(sketch.version()))
    for rule in told["rules"]:
        rule["verdict"] = verdicts.get(f"r{rule['number']}", "holds")
    told["findings"] = []
    return told


def line() -> Sketch:
    sketch = Sketch()
    sketch.line(sketch.act("signaleren", steps="signaleren"))
    return sketch


def standing(agreed: str, mark: str | None = None, **verdicts: str) -> Standing:
    """How it stands with one recorded reason, for the first rule that does not hold."""
    sketch = line()
    told = report(sketch, **verdicts)
    rule = next(one for one in told["rules"] if one["verdict"] != "holds")
    sketch.files[FILE] = (
        f'[[deviation]]\nrule = {rule["number"]}\nabout = "{mark or about(rule)}"\n'
        f'reason = "Wij doen dit met opzet, want zo kan het hier."\nagreed = {agreed}\n'
    ).encode()
    version = sketch.version()
    return verdict_for_publishing(version, {**told, "version": version.id})


def test_what_holds_is_published() -> None:
    sketch = line()
    assert verdict_for_publishing(sketch.version(), report(sketch)).fit


@pytest.mark.parametrize("verdict", ["broken", "not proven"])
@pytest.mark.parametrize("rule", ["r2", "r7", "r13", "r21"])
def test_law_and_the_rules_without_exception_refuse_whatever_the_reason(rule: str, verdict: str) -> None:
    found = standing(TWO % BOARD, **{rule: verdict})
    assert not found.fit
    assert len(found.refused) == 1


def test_a_norm_takes_two_people_with_different_functions() -> None:
    assert standing(TWO % BOARD, r11="broken").fit
    assert not standing(TWO % "", r11="broken").fit
    again = '{ name = "a. een", role = "bestuur", on = 2026-11-04 }'
    assert not standing(TWO % again, r11="broken").fit
    same = '{ name = "B. Twee", role = "aandachtsfunctionaris", on = 2026-11-04 }'
    assert not standing(TWO % same, r11="broken").fit


def test_quality_takes_one_reason() -> None:
    assert standing(TWO % "", r12="broken").fit
    assert not standing(TWO % "", mark="0" * 12, r12="broken").fit


def test_a_reason_holds_for_what_was_found_and_not_for_what_is_found_later() -> None:
    found = standing(TWO % BOARD, mark="0" * 12, r11="broken")
    assert not found.fit
    assert "ging over iets anders" in " ".join(found.told("nl"))


def test_without_a_reason_it_says_what_to_write() -> None:
    sketch = line()
    found = verdict_for_publishing(sketch.version(), report(sketch, r16="not proven"))
    assert not found.fit
    (one,) = found.wanted
    assert one.about in " ".join(found.told("nl"))
    assert "twee mensen" in " ".join(found.told("nl"))


@pytest.mark.parametrize(
    "text",
    [
        "deviation = 3",
        "[[deviation]]\nrule = 11",
        '[[deviation]]\nrule = 11\nabout = "x"\nreason = "kort"\nagreed = []',
        "other = 1",
        "[[deviation",
    ],
)
def test_a_file_that_is_odd_refuses(text: str) -> None:
    sketch = line()
    sketch.files[FILE] = text.encode()
    version = sketch.version()
    assert not verdict_for_publishing(version, {**report(sketch), "version": version.id}).fit


def test_the_command_shows_what_is_lacking_and_what_was_explained(tmp_path: Path) -> None:
    one = Organisation("kinderopvang-de-papieren-boot")
    damages = {mutant.name: mutant.damage for mutant in MUTANTS}
    damages["sluiten zonder reden"](one)  # a norm
    damages["laatste trede te laat"](one)  # quality
    for path, data in one.folder.version().files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    asked = CliRunner().invoke(main, ["check", "--json", str(tmp_path)])
    assert asked.exit_code == 1
    lacking = json.loads(asked.stdout)[0]["publishing"]
    assert not lacking["fit"]
    assert {found["rule"]: found["people"] for found in lacking["wanted"]} == {3: 2, 12: 1}
    (tmp_path / FILE).write_text(
        "".join(
            f'[[deviation]]\nrule = {found["rule"]}\nabout = "{found["about"]}"\n'
            f'reason = "Wij doen dit met opzet, want zo kan het hier."\nagreed = {TWO % BOARD}\n'
            for found in lacking["wanted"]
        ),
        encoding="utf-8",
    )
    told = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert told.exit_code == 0, told.output
    assert "B. Twee (bestuur, 2026-11-04)" in told.output


def test_a_proof_of_another_version_proves_nothing() -> None:
    other = line()
    other.sector = "ggz"
    assert not verdict_for_publishing(line().version(), report(other)).fit
