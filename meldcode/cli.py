"""The command line: `meldcode check …` and the processes of a deployment. One small function a command.

Exit codes of `check`: 0 publishable, 1 findings, 2 unreadable.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click

from meldcode import manning, upkeep
from meldcode.check import Proof, Standing, prove, verdict_for_publishing
from meldcode.check import as_json as proof_as_json
from meldcode.check import as_table as proof_as_table
from meldcode.decision import read_decisions
from meldcode.definition import Version, check, read_folder
from meldcode.desk.examples import replayed
from meldcode.desk.finding import Found, told
from meldcode.diagram import diagram_findings, read_diagram
from meldcode.form import read_form
from meldcode.messages import Finding, MeldcodeError, Severity, Text
from meldcode.rehearse import (
    Example,
    Timeline,
    as_example,
    as_text,
    examples_of,
    play,
    random_walk,
    read_example,
)
from meldcode.rehearse import as_json as timeline_as_json

UNREADABLE = 2
LANGUAGE = click.option(
    "--lang",
    type=click.Choice(["nl", "en"]),
    default="nl",
    show_default=True,
    help="Language of the sentences.",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run and look after an organisation's meldcode."""


# --- check -------------------------------------------------------------------------------------------


@main.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--quick", is_flag=True, help="Only look at what is drawn and written; play nothing.")
@click.option("--proof", is_flag=True, hidden=True, help="Play every case: what is done without --quick.")
@AS_JSON
@LANGUAGE
def check_command(paths: Sequence[Path], quick: bool, proof: bool, as_json: bool, lang: str) -> None:
    """Check an organisation's folder, or one .bpmn, .form or .dmn file.

    Of a folder what is drawn and written is looked at, and then every case is played and judged by the 21
    rules. With --quick, and of a single file, nothing is played: then no errors is not yet publishable.
    Exit code: 0 publishable (nothing played: no errors), 1 findings, 2 unreadable.
    """
    checked = [_look(path, play=proof or not quick) for path in paths]
    if as_json:
        click.echo(json.dumps([one.as_json() for one in checked], ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(one.told(lang) for one in checked))
    sys.exit(max(one.code for one in checked))


@dataclass(frozen=True)
class _Checked:
    """What is known of one path. `proof` is there when its cases were played."""

    path: Path
    code: int
    findings: Sequence[Finding]
    proof: Proof | None = None
    examples: Sequence[Found] = ()
    standing: Standing | None = None

    def told(self, lang: str) -> str:
        """A table for a terminal: what was found at a look, then what playing says."""
        if self.proof is None or self.standing is None:
            return findings_table(self.path, self.code, self.findings, lang)
        seen = [findings_table(self.path, 0, self.findings, lang, played=True)] if self.findings else []
        differs = [one.what.of(lang) for one in self.examples]
        fit = Text("te publiceren", "publishable")
        end = fit if self.standing.fit else Text("nog niet te publiceren", "not publishable yet")
        told = [proof_as_table(self.proof, lang), *self.standing.told(lang), *differs]
        return "\n".join([*seen, *told, "", f"{self.path}: {end.of(lang)}", ""])

    def as_json(self) -> dict[str, object]:
        """`publishable` is null where nothing was played and no error was found: nobody knows."""
        plain = _as_json(self.path, self.code, self.findings)
        if self.proof is None or self.standing is None:
            return {**plain, "publishable": None if self.code == 0 else False, "proof": None}
        return {
            **plain,
            "publishable": self.standing.fit,
            "proof": proof_as_json(self.proof),
            "examples": [told(one) for one in self.examples],
            "publishing": self.standing.as_json(),
        }


def _look(path: Path, play: bool) -> _Checked:
    """Check one path. What the quick check refuses is not played."""
    code, findings = check_path(path)
    if code or not play or not path.is_dir():
        return _Checked(path, code, findings)
    version = read_folder(path)
    clock = _Patience(600)
    made = prove(version, findings=findings, enough=clock.enough, progress=clock.progress)
    examples = replayed(version, clock.enough)
    clock.end()
    report = {**proof_as_json(made), "examples": [told(one) for one in examples]}
    standing = verdict_for_publishing(version, report)
    return _Checked(path, int(not standing.fit), findings, made, examples, standing)


class _Patience:
    """The clock that a proof itself does not have: says when it takes too long, and shows past the first
    second how far it is."""

    def __init__(self, seconds: float) -> None:
        self.began = self.told = time.monotonic()
        self.seconds = seconds
        self.shown = 0  # letters on the line with how far it is

    def enough(self) -> bool:
        return time.monotonic() - self.began > self.seconds

    def progress(self, states: int, looked_at: int) -> None:
        now = time.monotonic()
        if now - self.began > 1 and now - self.told > 0.5:
            self.told = now
            rate = looked_at / (now - self.began)
            line = f"{looked_at}/{states} … {rate:.0f}/s ".ljust(self.shown)
            self.shown = len(line)
            click.echo(f"\r{line}", err=True, nl=False)

    def end(self) -> None:
        """Take the line with how far it is away again."""
        if self.shown:
            click.echo(f"\r{' ' * self.shown}\r", err=True, nl=False)
            self.shown = 0


def check_path(path: Path) -> tuple[int, list[Finding]]:
    """The exit code and the findings of one folder or file."""
    try:
        findings = _findings(path)
    except MeldcodeError as error:
        found = getattr(error, "findings", ()) or [_unreadable(path, error.text)]
        return UNREADABLE, list(found)
    except OSError as error:
        return UNREADABLE, [_unreadable(path, _closed(error))]
    return int(any(finding.severity is Severity.ERROR for finding in findings)), findings


def _closed(error: OSError) -> Text:
    if isinstance(error, FileNotFoundError):
        return Text("Dit bestaat niet.", "This does not exist.")
    reason = error.strerror or "?"
    return Text(f"Niet te openen ({reason}).", f"Cannot be opened ({reason}).")


def _findings(path: Path) -> list[Finding]:
    if path.is_dir():
        return check(read_folder(path))
    data, file = path.read_bytes(), path.name
    if path.suffix == ".bpmn":
        return diagram_findings(read_diagram(data, file))
    if path.suffix == ".form":
        return list(read_form(data, file).warnings)
    if path.suffix == ".dmn":
        read_decisions(data, file)
        return []
    unknown = Text(
        "Dit is geen map, diagram, formulier of beslistabel.", "This is no folder, diagram, form or table."
    )
    raise MeldcodeError(unknown)


def _unreadable(path: Path, what: Text) -> Finding:
    remedy = Text(
        "Geef een map met organisation.toml, of een bestand .bpmn, .form of .dmn.",
        "Give a folder with organisation.toml, or a .bpmn, .form or .dmn file.",
    )
    return Finding("unreadable", str(path), None, what, remedy)


def _as_json(path: Path, code: int, findings: Sequence[Finding]) -> dict[str, object]:
    return {
        "path": str(path),
        "publishable": code == 0,
        "readable": code != UNREADABLE,
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity.value,
                "file": finding.file,
                "element": finding.element,
                "what": finding.what._asdict(),
                "remedy": finding.remedy._asdict(),
            }
            for finding in findings
        ],
    }


def findings_table(
    path: Path, code: int, findings: Sequence[Finding], lang: str, *, played: bool = False
) -> str:
    """The findings of one path for a terminal: by file, errors first, with what to do below each."""
    width = min(shutil.get_terminal_size((100, 24)).columns, 120)
    lines = [f"{path}: {_verdict(code, findings, played).of(lang)}"]
    file = None
    for finding in sorted(findings, key=lambda f: (f.file, f.severity is not Severity.ERROR)):
        if finding.file != file:
            file = finding.file
            lines += ["", f"  {file}"]
        lines += _rows(finding, lang, width)
    return "\n".join([*lines, ""])


def _verdict(code: int, findings: Sequence[Finding], played: bool) -> Text:
    """What a look at the files says by itself; whether it can be published, playing says."""
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    warnings = len(findings) - errors
    count_nl = f"{errors} {'fout' if errors == 1 else 'fouten'}, {warnings} om naar te kijken"
    count_en = f"{errors} {'error' if errors == 1 else 'errors'}, {warnings} to look at"
    if code == UNREADABLE:
        return Text(f"niet te lezen ({count_nl})", f"unreadable ({count_en})")
    if code:
        return Text(f"nog niet te publiceren ({count_nl})", f"not publishable yet ({count_en})")
    if played:
        return Text(f"gezien ({count_nl})", f"seen ({count_en})")
    return Text(f"geen fouten, niet gespeeld ({count_nl})", f"no errors, not played ({count_en})")


def _rows(finding: Finding, lang: str, width: int) -> list[str]:
    heavy = Text("fout", "error") if finding.severity is Severity.ERROR else Text("kijk", "look")
    mark = f"    {heavy.of(lang):<6}"
    where = f"{finding.element}: " if finding.element else ""
    indent = " " * len(mark)
    return [
        *textwrap.wrap(
            where + finding.what.of(lang),
            width,
            initial_indent=mark,
            subsequent_indent=indent,
            break_on_hyphens=False,
        ),
        *textwrap.wrap(
            finding.remedy.of(lang),
            width,
            initial_indent=f"{indent}→ ",
            subsequent_indent=f"{indent}  ",
            break_on_hyphens=False,
        ),
    ]


# --- rehearse ----------------------------------------------------------------------------------------


#: A Monday without holidays near: a random story is the same on every day it is asked for.
STORIES_BEGIN = datetime(2026, 9, 7, 7, 0, tzinfo=UTC)


@main.command("rehearse")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--answers", type=click.Path(path_type=Path), help="One example (.toml) instead of all.")
@click.option("--random", "seed", type=int, help="A random story instead; the same number, the same story.")
@click.option("--save", type=click.Path(path_type=Path), help="Keep the random story as an example (.toml).")
@AS_JSON
@LANGUAGE
def rehearse_command(
    path: Path, answers: Path | None, seed: int | None, save: Path | None, as_json: bool, lang: str
) -> None:
    """Play an organisation's example cases with a moved clock and show what happens.

    Exit code: 0 all as expected, 1 something differs, 2 unreadable.
    """
    try:
        version = read_folder(path)
        examples = _examples(version, answers, seed, save)
    except MeldcodeError as error:
        click.echo(error.text.of(lang), err=True)
        sys.exit(UNREADABLE)
    except OSError as error:
        click.echo(f"{error.filename}: {_closed(error).of(lang)}", err=True)
        sys.exit(UNREADABLE)
    timelines: list[Timeline] = [play(version, example) for example in examples]
    if as_json:
        plain = [timeline_as_json(timeline) for timeline in timelines]
        click.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    else:
        none = Text("Deze map heeft geen voorbeelden (examples/*.toml).", "This folder has no examples.")
        click.echo("\n".join(as_text(version, timeline, lang) for timeline in timelines) or none.of(lang))
    sys.exit(int(not all(timeline.as_expected for timeline in timelines)))


def _examples(
    version: Version, answers: Path | None, seed: int | None, save: Path | None
) -> tuple[Example, ...]:
    if seed is None:
        if answers is None:
            return examples_of(version)
        return (read_example(answers.read_bytes(), str(answers)),)
    story = as_example(random_walk(version, seed, STORIES_BEGIN), f"Willekeurig verhaal {seed}")
    if save is not None:
        save.write_text(story, encoding="utf-8")
    return (read_example(story.encode(), str(save or f"--random {seed}")),)


# --- looking after a deployment ----------------------------------------------------------------------

for command in upkeep.COMMANDS:
    main.add_command(command)
main.add_command(manning.group)


# --- the processes of a deployment -------------------------------------------------------------------


@main.command()
def serve() -> None:
    """Serve the pages."""
    _become("web")


@main.command()
@click.option(
    "--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="Tasks at a time."
)
def worker(processes: int) -> None:
    """Fire timers and send mails."""
    _become("workers", "worker", "--processes", str(processes))


@main.command()
def beat() -> None:
    """Tell the workers what time it is."""
    _become("workers", "beat")


def _become(module: str, *words: str) -> NoReturn:
    # Replacing this process, so that a service manager's signals reach the right one, and so that
    # the core never imports Flask or Celery.
    os.execv(sys.executable, [sys.executable, "-m", module, *words])  # noqa: S606  # our own words only
