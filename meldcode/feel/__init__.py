"""FEEL, the expression language of DMN, as far as a meldcode needs it (see docs/feel.md).

`expression` reads conditions and calculations, `unary_tests` the cells of a decision table. Both
compile a text once, keep the result, and evaluate it on plain JSON within limits.
"""

from __future__ import annotations

from meldcode.feel.errors import FeelError, Limits
from meldcode.feel.language import Expression, UnaryTests, expression, unary_tests
from meldcode.feel.values import Json, Value, to_json
from meldcode.feel.work import together

__all__ = [
    "Expression",
    "FeelError",
    "Json",
    "Limits",
    "UnaryTests",
    "Value",
    "expression",
    "to_json",
    "together",
    "unary_tests",
]
