"""Print the matrix of damages × rules and keep it in docs/proof.md: `python -m tools.proof`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.proof.judge import objections
from tests.proof.mutants import MUTANTS, SCHOOL, SOUND

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "proof.md"
MARK = "<!-- made by tools/proof.py: do not edit below -->"
RULES = range(1, 22)


def row(name: str, found: set[int | str], meant: tuple[int | str, ...]) -> str:
    """One line: ● the rule that the damage breaks, ○ another that objects too."""
    cells = [
        "●" if number in found and number in meant else "○" if number in found else " " for number in RULES
    ]
    codes = ", ".join(f"`{code}`" for code in sorted(one for one in found if isinstance(one, str)))
    return f"| {name} | {' | '.join(cells)} | {codes} |"


def main() -> int:
    """Damage the school in every way; the exit code is the number of surprises."""
    lines = [
        f"| {SCHOOL} | {' | '.join(map(str, RULES))} | bevindingen |",
        f"|---|{'---|' * (len(RULES) + 1)}",
    ]
    surprises = 0
    for mutant in (*MUTANTS, *SOUND):
        found = objections(SCHOOL, mutant)
        surprises += not (set(mutant.caught_by) & found if mutant.caught_by else not found)
        lines.append(row(mutant.name, found, mutant.caught_by))
        print(lines[-1], flush=True)
    head = DOCUMENT.read_text(encoding="utf-8").partition(MARK)[0].rstrip()
    DOCUMENT.write_text("\n".join([head, "", MARK, "", *lines, ""]), encoding="utf-8")
    return surprises


if __name__ == "__main__":
    sys.exit(main())
