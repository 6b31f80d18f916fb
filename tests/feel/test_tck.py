"""The published cases of the DMN Technology Compatibility Kit, as far as they fall in our subset.

The figures are exact on purpose: a case that starts or stops passing is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.feel.tck import Case, LeftOut, agrees, beyond, cases

PASSED = 1753

LEFT_OUT = {
    "a function as a value": 125,
    "a year outside 1 to 9999": 62,
    "a fraction of a second finer than a microsecond": 14,
    "hit policy PRIORITY": 9,
    "hit policy OUTPUT ORDER": 6,
    "a name with a blank": 5,
    "a decision service or a business knowledge model": 4,
    "an output whose name holds a blank": 3,
    "a call without arguments: refused when it is read, the norm says null": 3,
    "a boxed expression: relation": 3,
    "the TCK compares whole seconds; here a fraction of a second counts": 2,
    "a range with its brackets turned outwards": 2,
}

WHOLE_SECONDS = "the TCK compares whole seconds; here a fraction of a second counts"
DIFFERENT = {
    "0068-feel-equality time_005 time_005": WHOLE_SECONDS,
    "0068-feel-equality datetime_003_a datetime_003_a": WHOLE_SECONDS,
}


@pytest.fixture(scope="module")
def outcome(test_data: Path) -> tuple[list[Case], dict[str, str], list[str]]:
    """The cases that passed, the reason of each one left out, and what went wrong."""
    folder = test_data / "dmn-tck"
    if not folder.is_dir():
        pytest.fail(f"{folder} is not there: it should hold the cases of the DMN TCK")
    passed: list[Case] = []
    left_out: dict[str, str] = {}
    wrong: list[str] = []
    for case, model in cases(folder):
        try:
            found = model.result(case.decision, case.inputs)
        except LeftOut as reason:
            left_out[case.name] = str(reason)
            continue
        if agrees(found, case.expected):
            passed.append(case)
        elif reason_ := DIFFERENT.get(case.name) or beyond(case.text):
            left_out[case.name] = reason_
        else:
            wrong.append(f"{case.name}: {case.text} gave {found!r}, expected {case.expected!r}")
    return passed, left_out, wrong


def test_every_case_passes_or_is_left_out_for_a_known_reason(
    outcome: tuple[list[Case], dict[str, str], list[str]], record_property: Callable[[str, object], None]
) -> None:
    passed, left_out, wrong = outcome

    reasons = Counter(left_out.values())

    record_property(
        "figure", f"DMN TCK: {len(passed)} of {len(passed) + len(left_out) + len(wrong)} cases passed"
    )
    for reason, count in reasons.most_common():
        record_property("figure", f"DMN TCK: {count:4} left out: {reason}")
    assert not wrong, "\n".join(wrong)
    assert dict(reasons) == LEFT_OUT
    assert len(passed) == PASSED


def test_a_case_named_as_different_really_differs(
    outcome: tuple[list[Case], dict[str, str], list[str]],
) -> None:
    _, left_out, _ = outcome

    assert {name for name in DIFFERENT if left_out.get(name) == DIFFERENT[name]} == set(DIFFERENT)
