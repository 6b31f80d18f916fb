"""Two administrators at the same moment: each change is made whole, and somebody is always left."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from meldcode import adjustments, people
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


def test_an_absence_sent_from_four_windows_at_once_is_one(school: House) -> None:  # noqa: F811
    marit, sanne = school.actor("marit"), school.people["sanne"]
    until = MONDAY + timedelta(days=3)
    add = partial(adjustments.add_absence, school.db, marit, sanne, standin=None, from_at=MONDAY, now=MONDAY)
    assert together(*[partial(add, until_at=until)] * 4) == ["done"] * 4
    with school.db.reading(school.organisation) as tx:
        [absence] = people.absences_of(tx, sanne, MONDAY)
    assert [one.kind for one in adjustments.latest(school.db, school.organisation)] == ["absence"]
    adjustments.remove_absence(school.db, marit, absence.id, now=MONDAY)
    add(until_at=until)  # taken back and given again
    with school.db.reading(school.organisation) as tx:
        assert len(people.absences_of(tx, sanne, MONDAY)) == 1
