"""What the quick check of the desk says: one thing once, by the name that people know."""

from __future__ import annotations

import re

import pytest

from meldcode.desk import findings
from tests.organisations import SCHOOL, version_of


def damaged(*changes: tuple[str, str]) -> dict[str, bytes]:
    """The school's files with its diagram changed; each change must have an effect."""
    files = dict(version_of(SCHOOL).files)
    for pattern, instead in changes:
        before = files["meldcode.bpmn"].decode()
        after = re.sub(pattern, instead, before)
        assert after != before, pattern
        files["meldcode.bpmn"] = after.encode()
    return files


def rung(key: str, term: str) -> tuple[str, str]:
    """The term of one rung on the weighing, changed."""
    return rf'(id="{key}".*?<bpmn:timeDuration[^>]*>)[^<]*', rf"\g<1>{term}"


@pytest.mark.parametrize(
    "terms",
    [
        {"wegen_2d": "P9D"},  # the first reminder comes last
        {"wegen_2d": "P7D", "wegen_4d": "P7D"},  # three at once
        {"wegen_5d": "P1D", "wegen_7d": "P1D"},
    ],
)
def test_a_ladder_that_does_not_ascend_is_one_finding_however_often_it_goes_wrong(
    terms: dict[str, str],
) -> None:
    found = findings(
        damaged(*((f"(?s){rung(key, term)[0]}", rung(key, term)[1]) for key, term in terms.items()))
    )

    assert [one.code for one in found] == ["ladder-order"]
    assert "De ladder op “4 Wegen van het geweld” loopt niet op" in found[0].what.nl
    assert found[0].element in {"wegen_2d", "wegen_4d", "wegen_5d", "wegen_7d"}


@pytest.mark.parametrize(
    ("terms", "how"),
    [
        # longer would not help: it comes after who hears that nothing happens
        (
            {"wegen_2d": "P9D"},
            "korter dan “5 weekdagen”, zodat die herinnering eerder komt.",
        ),
        ({"wegen_5d": "P7D"}, "langer, of de termijn ervoor korter."),
    ],
)
def test_what_is_advised_mends_the_ladder(terms: dict[str, str], how: str) -> None:
    (found,) = findings(
        damaged(*((f"(?s){rung(key, term)[0]}", rung(key, term)[1]) for key, term in terms.items()))
    )

    assert how in found.how.nl


def test_a_rung_without_a_name_is_called_by_its_task() -> None:
    found = findings(
        damaged(
            (r'(id="wegen_2d") name="[^"]*"', r"\1"),
            (f"(?s){rung('wegen_2d', 'P9D')[0]}", rung("wegen_2d", "P9D")[1]),
        )
    )

    (how,) = (one.how.nl for one in found)
    assert how.startswith("Maak de termijn op “4 Wegen van het geweld” korter dan “5 weekdagen”,")
