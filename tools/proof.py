"""Damage every organisation in every way and keep the matrix in docs/proof.md.

`python -m tools.proof [NAME…]`; with names only those organisations, and the document stays as it is.
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


def main() -> int:
    """The exit code is 1 when a damage was not caught by its rule, or a sound variant was refused."""
    names = sys.argv[1:] or list(ORGANISATIONS)
    places = [(name, number) for name in names for number in range(len(ALL))]
    results: dict[Place, Judged] = {}
    surprises: list[str] = []
    seconds = 0.0
    with multiprocessing.Pool(min(2, os.cpu_count() or 1)) as pool:
        for place, found, took in pool.imap_unordered(judge, places, chunksize=4):
            results[place], seconds = found, seconds + took
            name, mutant = place[0], ALL[place[1]]
            told = found.why_not or " ".join(sorted(map(str, found.found))) or "niets"
            good = found.as_meant(mutant)
            print(f"{'goed' if good else 'MIS '} {name}: {mutant.name}: {told} ({took:.1f} s)", flush=True)
            if not good:
                surprises.append(f"{name}: {mutant.name}: {told}")
    lines = document(results, names, seconds)
    print("\n".join(lines))
    if set(names) == set(ORGANISATIONS):
        head = DOCUMENT.read_text(encoding="utf-8").partition(MARK)[0].rstrip()
        DOCUMENT.write_text("\n".join([head, "", MARK, "", *lines, ""]), encoding="utf-8")
    for one in surprises:
        print(f"MIS  {one}", file=sys.stderr)
    return int(bool(surprises))


if __name__ == "__main__":
    sys.exit(main())
