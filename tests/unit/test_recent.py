"""What a process keeps for itself: the values used last, and no more than there is room for."""

from __future__ import annotations

import pytest

from meldcode.recent import Recent


def test_a_value_is_made_once_and_the_one_used_longest_ago_goes_first() -> None:
    made: list[str] = []
    kept: Recent[str, str] = Recent(2)

    def ask(key: str) -> str:
        return kept.get(key, lambda: made.append(key) or key.upper())

    assert [ask(key) for key in ("a", "b", "a", "c")] == ["A", "B", "A", "C"]
    assert made == ["a", "b", "c"]
    ask("a")  # used after b, so it is still there
    assert made == ["a", "b", "c"]
    ask("b")
    assert made == ["a", "b", "c", "b"]
    assert len(kept) == 2


def test_nothing_is_kept_of_what_could_not_be_made() -> None:
    kept: Recent[str, int] = Recent(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)

    assert len(kept) == 0
    assert kept.get("a", lambda: 7) == 7
    kept.forget()
    assert kept.get("a", lambda: 8) == 8
