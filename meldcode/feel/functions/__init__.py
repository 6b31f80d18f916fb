"""The built-in functions of the subset (DMN 1.3, 10.3.4), by name.

An argument of the wrong kind gives null, as the norm says. Only a wrong number of arguments is
refused when the text is read: it can never mean anything.
"""

from __future__ import annotations

from meldcode.feel.functions import arithmetic, calendar, conversions, lists, strings
from meldcode.feel.functions.registry import FUNCTIONS, MISSING, Function

__all__ = ["FUNCTIONS", "MISSING", "Function", "arithmetic", "calendar", "conversions", "lists", "strings"]
