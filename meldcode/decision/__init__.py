"""Decision tables: dmn-js XML in, matched rules and their outputs out (DMN 1.3, chapter 8).

A table reads the case document and never changes it. Its cells are FEEL: tests in the input columns,
expressions in the output columns. What is wrong with a table is found when it is read, and named by
table, rule and column; what only shows on a case (two rules of a UNIQUE table) is an error then.
"""

from __future__ import annotations

from meldcode.decision.read import read_decisions
from meldcode.decision.table import RULE_KEY, Decision, DecisionError, Input, Outcome, Output, Rule

__all__ = [
    "RULE_KEY",
    "Decision",
    "DecisionError",
    "Input",
    "Outcome",
    "Output",
    "Rule",
    "read_decisions",
]
