"""`meldcode erase`: one case, for good."""

from __future__ import annotations

from pathlib import Path

import click

from meldcode import cases, clock
from meldcode.cli.options import EMBEDDED, LANGUAGE, deployment, home_of
from meldcode.messages import Text

#: Why a case may have to go, as the log keeps it: its term is over (Jeugdwet 7.3.8, Wmo 5.3.4), somebody it
#: is about asks for it (AVG 17, Jeugdwet 7.3.9), or it was opened by mistake.
REASONS = ("term_over", "asked", "mistake")


@click.command()
@click.argument("organisation")
@click.argument("reference")
@click.option("--reason", type=click.Choice(REASONS), required=True, help="What the log says of it.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@EMBEDDED
@LANGUAGE
def erase(
    organisation: str, reference: str, reason: str, yes: bool, embedded: Path | None, lang: str
) -> None:
    """Destroy the key of case REFERENCE of ORGANISATION: nobody can read it again. Its log stays."""
    with deployment(embedded, lang) as (_, db):
        home = home_of(db, organisation)
        case, is_open = cases.erasable(db, home, reference)
        if not yes:
            click.confirm(_question(reference, is_open).of(lang), abort=True)
        cases.erase_case(db, home, case, now=clock.now(db), by=None, reason=reason)
        click.echo(Text(f"Zaak {reference} is gewist.", f"Case {reference} is erased.").of(lang))


def _question(reference: str, is_open: bool) -> Text:
    open_nl, open_en = (", die nog loopt,", ", which is still open,") if is_open else ("", "")
    return Text(
        f"Zaak {reference}{open_nl} voorgoed wissen? Dat kan niet ongedaan worden gemaakt.",
        f"Erase case {reference}{open_en} for good? That cannot be undone.",
    )
