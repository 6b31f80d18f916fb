"""`meldcode check`: is what is drawn and written in order, and what happens when every case is played?

Exit codes: 0 publishable, 1 findings, 2 unreadable.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
import textwrap
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from meldcode.check import Proof, Standing, prove, verdict_for_publishing
from meldcode.check import as_json as proof_as_json
from meldcode.check import as_table as proof_as_table
from meldcode.cli.options import AS_JSON, LANGUAGE, UNREADABLE, why_closed
from meldcode.decision import read_decisions
from meldcode.definition import check, read_folder
from meldcode.definition.version import MAX_TOTAL_BYTES
from meldcode.desk.examples import replayed
from meldcode.desk.finding import Found, told
from meldcode.diagram import diagram_findings, read_diagram
from meldcode.form import read_form
from meldcode.messages import Finding, MeldcodeError, Severity, Text


@click.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--quick", is_flag=True, help="Only look at what is drawn and written; play nothing.")
@AS_JSON
@LANGUAGE
def check_command(paths: Sequence[Path], quick: bool, as_json: bool, lang: str) -> None:
    """Check an organisation's folder, or one .bpmn, .form or .dmn file.

    Of a folder what is drawn and written is looked at, and then every case is played and judged by the 21
    rules. With --quick, and of a single file, nothing is played: then no errors is not yet publishable.
    Exit code: 0 publishable (nothing played: no errors), 1 findings, 2 unreadable.
    """
    checked = [_look(path, play=not quick) for path in paths]
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
        return UNREADABLE, [_unreadable(path, why_closed(error))]
    return int(any(finding.severity is Severity.ERROR for finding in findings)), findings


def _findings(path: Path) -> list[Finding]:
    if path.is_dir():
        return check(read_folder(path))
    if path.suffix == ".bpmn":
        return diagram_findings(read_diagram(_content(path), path.name))
    if path.suffix == ".form":
        return list(read_form(_content(path), path.name).warnings)
    if path.suffix == ".dmn":
        read_decisions(_content(path), path.name)
        return []
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    unknown = Text(
        "Dit is geen map, diagram, formulier of beslistabel.", "This is no folder, diagram, form or table."
    )
    raise MeldcodeError(unknown)


def _content(path: Path) -> bytes:
    """A file as far as a reader takes it: what is longer is refused there as too large."""
    with path.open("rb") as stream:
        return stream.read(MAX_TOTAL_BYTES)


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
