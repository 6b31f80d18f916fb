"""Two versions side by side: what came, went, moved and, above all, what changed in meaning."""

from meldcode.compare.difference import Difference, Kind
from meldcode.compare.versions import compare

__all__ = ["Difference", "Kind", "compare"]
