"""`meldcode rehearse`: an organisation's example cases, or a random story, played with a moved clock."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from meldcode.cli.options import AS_JSON, LANGUAGE, UNREADABLE, why_closed
from meldcode.definition import Version, read_folder
from meldcode.messages import MeldcodeError, Text
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

#: A Monday without holidays near: a random story is the same on every day it is asked for.
STORIES_BEGIN = datetime(2026, 9, 7, 7, 0, tzinfo=UTC)


@click.command("rehearse")
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
        click.echo(f"{error.filename}: {why_closed(error).of(lang)}", err=True)
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
