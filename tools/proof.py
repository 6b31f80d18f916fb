"""Damage every organisation in every way and keep the matrix in docs/proof.md.

`python -m tools.proof [NAME…]`; with names only those organisations, and the document stays as it is.

What is as it should be is told on one line that counts on (a line a minute where nobody watches); what is not
at once. The document is written when all was damaged, whatever came of it.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.proof.damage import ORGANISATIONS
from tests.proof.judge import Judged, judged
from tests.proof.mutants import MUTANTS, SOUND, Mutant

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "proof.md"
MARK = "<!-- made by tools/proof.py: do not edit below -->"
RULES = range(1, 22)
ALL = (*MUTANTS, *SOUND)
Place = tuple[str, int]  # organisation, number of the damage


def judge(place: Place) -> tuple[Place, Judged, float]:
    """One damage to one organisation, and the seconds it took of a processor."""
    began = time.process_time()
    return place, judged(place[0], ALL[place[1]]), time.process_time() - began


def line(mutant: Mutant, found: Sequence[tuple[str, Judged]]) -> str:
    """One row: in how many organisations each rule objected; ● marks the rule that the damage breaks."""
    done = [judgement for _, judgement in found if not judgement.why_not]
    cells = []
    for number in RULES:
        times = sum(number in one.found for one in done)
        cells.append(f"{'●' if number in mutant.caught_by else ''}{times}" if times else "")
    codes = sorted({code for one in done for code in one.found if isinstance(code, str)})
    meant = [f"●`{code}`" for code in codes if code in mutant.caught_by]
    meant += [f"`{code}`" for code in codes if code not in mutant.caught_by]
    return f"| {mutant.name} | {len(done)} | {' | '.join(cells)} | {' '.join(meant)} |"


def document(results: dict[Place, Judged], names: Sequence[str], seconds: float) -> list[str]:
    """The matrix, what could not be done and why, and what it took."""
    lines = [
        f"Gespeeld met {len(names)} organisaties: {', '.join(names)}.",
        "",
        f"| schade | bij | {' | '.join(map(str, RULES))} | bevindingen |",
        f"|---|---|{'---|' * (len(RULES) + 1)}",
    ]
    reasons: dict[tuple[str, str], list[str]] = {}
    for number, mutant in enumerate(ALL):
        found = [(name, results[name, number]) for name in names]
        lines.append(line(mutant, found))
        for name, one in found:
            if one.why_not:
                reasons.setdefault((mutant.name, one.why_not), []).append(name)
    lines += ["", "Niet gedaan, omdat het er niet kan:", ""]
    lines += [f"- {name} bij {', '.join(where)}: {why}." for (name, why), where in reasons.items()]
    done = sum(not one.why_not for one in results.values())
    return [*lines, "", f"{done} beschadigde en ongeschonden mappen, {seconds:.0f} s rekentijd."]


class Progress:
    """How far it is: over and over on one line of a terminal, else a line a minute."""

    def __init__(self, all_of_them: int) -> None:
        self.all, self.done, self.missed = all_of_them, 0, 0
        self.began = self.told = time.monotonic()

    def one(self, name: str, mutant: Mutant, found: Judged) -> str | None:
        """Count one, and say what is wrong with it."""
        self.done += 1
        surprise = None
        if not found.as_meant(mutant):
            told = found.why_not or " ".join(sorted(map(str, found.found))) or "niets"
            wanted = " of ".join(map(str, mutant.caught_by)) or "niets"
            surprise = f"{name}: {mutant.name}: {told} (verwacht: {wanted})"
            self.missed += 1
            print(f"\rMIS  {surprise}", flush=True)
        now = time.monotonic()
        if sys.stdout.isatty() or now - self.told >= 60 or self.done == self.all:
            self.told = now
            line = f"{self.done} van {self.all} beschadigd, {self.missed} mis, {now - self.began:.0f} s"
            print(f"\r{line}", end="" if sys.stdout.isatty() and self.done < self.all else "\n", flush=True)
        return surprise


def main() -> int:
    """The exit code is 1 when a damage was not caught by its rule or a sound variant was refused, 2 when an
    organisation is not known."""
    names = sys.argv[1:] or list(ORGANISATIONS)
    unknown = sorted(set(names) - set(ORGANISATIONS))
    if unknown:
        print(f"Onbekend: {', '.join(unknown)}. Kies uit: {', '.join(ORGANISATIONS)}.", file=sys.stderr)
        return 2
    places = [(name, number) for name in names for number in range(len(ALL))]
    results: dict[Place, Judged] = {}
    surprises: list[str] = []
    seconds = 0.0
    progress = Progress(len(places))
    with multiprocessing.Pool(min(2, os.cpu_count() or 1)) as pool:
        for place, found, took in pool.imap_unordered(judge, places, chunksize=4):
            results[place], seconds = found, seconds + took
            surprise = progress.one(place[0], ALL[place[1]], found)
            surprises += [surprise] if surprise else []
    lines = document(results, names, seconds)
    if set(names) == set(ORGANISATIONS):
        head = DOCUMENT.read_text(encoding="utf-8").partition(MARK)[0].rstrip()
        DOCUMENT.write_text("\n".join([head, "", MARK, "", *lines, ""]), encoding="utf-8")
    else:
        print("\n".join(lines))
    for one in surprises:
        print(f"MIS  {one}", file=sys.stderr)
    return int(bool(surprises))


if __name__ == "__main__":
    sys.exit(main())
