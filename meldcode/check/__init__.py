"""The proof: every case a version can lead to, played with the real engine and judged by the 21 rules."""

from meldcode.check.exploration import Exploration
from meldcode.check.explore import explore
from meldcode.check.proof import Proof, prove
from meldcode.check.rules import RULES, Rule
from meldcode.check.standing import Standing, verdict_for_publishing
from meldcode.check.telling import as_json, as_table, refuses
from meldcode.check.verdict import Says, Verdict

__all__ = [
    "RULES",
    "Exploration",
    "Proof",
    "Rule",
    "Says",
    "Standing",
    "Verdict",
    "as_json",
    "as_table",
    "explore",
    "prove",
    "refuses",
    "verdict_for_publishing",
]
