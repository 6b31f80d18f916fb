"""Two administrators at the same moment: each change is made whole, and somebody is always left."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from meldcode import adjustments
from meldcode.adjustments import LastAdministrator
from tests.store.house import MONDAY, House
from tests.store.test_cover import person, school  # noqa: F401  (a fixture)


def together(*works: Callable[[], None]) -> list[str]:
    """What came of each of these at the same moment, sorted."""
    gate = threading.Barrier(len(works))

    def one(work: Callable[[], None]) -> str:
        gate.wait()
        try:
            work()
        except LastAdministrator:
            return "refused"
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return sorted(pool.map(one, works))


def test_roles_sent_from_four_windows_at_once_are_those_of_one_of_them(school: House) -> None:  # noqa: F811
    marit, sanne = school.actor("marit"), school.people["sanne"]
    change = partial(adjustments.change_roles, school.db, marit, sanne, now=MONDAY)
    wanted = (["directeur"], ["intern-begeleider"], ["directeur"], ["intern-begeleider"])
    assert together(*(partial(change, roles) for roles in wanted)) == ["done"] * 4
    assert person(school, "sanne").roles in ({"directeur"}, {"intern-begeleider"})


def test_two_administrators_who_close_each_other_leave_one(school: House) -> None:  # noqa: F811
    marit, sanne = school.actor("marit"), school.people["sanne"]
    for _ in range(5):
        adjustments.change_roles(school.db, marit, sanne, ["beheer"], now=MONDAY)
        switch = partial(adjustments.switch_account, school.db, now=MONDAY)
        both = (
            partial(switch, marit, sanne, False),
            partial(switch, school.actor("sanne"), marit.person, False),
        )
        assert together(*both) == ["done", "refused"]
        for one in (sanne, marit.person):
            switch(marit, one, True)
        assert person(school, "sanne").active
        assert person(school, "marit").active
