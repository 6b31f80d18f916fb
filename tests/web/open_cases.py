"""Many real cases of the school: begun and brought to their places by the core, as its people would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from meldcode import cases, people
from meldcode.people import Actor
from meldcode.store import Database
from tests.bench.school import ANSWERS

#: Which tasks bring a case to each place. A case stands at the task that comes after the last of these.
WAY = {
    "signalen": (),
    "overleg": ("signalen",),
    "gesprek": ("signalen", "overleg"),
    "wegen": ("signalen", "overleg", "gesprek"),
    "besluit": ("signalen", "overleg", "gesprek", "wegen"),
    "vroeg_afsluiten": ("signalen", "overleg"),
}
CLEAR = {"structureel": "ja", "hulp_aanvaard": "nee"}
NO_SUSPICION = {"overleg_bevinding": "geen_vermoeden", "overleg_toelichting": "Er is een goede verklaring."}
OTHERWISE: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "besluit": {"wegen": CLEAR},
    "vroeg_afsluiten": {"overleg": NO_SUSPICION},
}


@dataclass
class Staff:
    """The people of the school at work, without pages."""

    db: Database
    organisation: UUID

    def __post_init__(self) -> None:
        self._keys = count()
        self._ids = {one.name: one.id for one in people.everybody(self.db, self.organisation)}

    def actor(self, name: str, now: datetime) -> Actor:
        with self.db.reading(self.organisation) as tx:
            found = people.actor(tx, self._ids[name], now)
        assert found
        return found

    def open_at(self, place: str, now: datetime, by: str = "Sanne") -> UUID:
        """Begin a case and bring it to `place`, a minute a task; `by` does every task on the way."""
        actor = self.actor(by, now)
        outcome = cases.open_case(self.db, actor, key=self._key(), now=now)
        case = outcome.case.id
        for node in WAY[place]:
            now += timedelta(minutes=1)
            [task] = outcome.next_tasks
            assert task.node == node
            answers = {**ANSWERS[node], **OTHERWISE.get(place, {}).get(node, {})}
            outcome = cases.complete(self.db, actor, case, task.id, answers, key=self._key(), now=now)
        return case

    def complete(self, case: UUID, node: str, by: str, now: datetime, answers: Mapping[str, Any]) -> None:
        """Finish the open task `node` of a case; what lies in a pool is taken first."""
        actor = self.actor(by, now)
        [task] = [one for one in cases.case_page(self.db, actor, case, now=now).tasks if one.node == node]
        cases.claim(self.db, actor, case, task.id, key=self._key(), now=now)
        cases.complete(self.db, actor, case, task.id, answers, key=self._key(), now=now)

    def bring_to(self, place: str, case: UUID, now: datetime, by: str = "Sanne") -> None:
        """Go on with an open case until it stands at `place`."""
        for _ in WAY[place]:
            open_now = cases.case_page(self.db, self.actor(by, now), case, now=now).tasks
            [node] = [one.node for one in open_now]
            if node == place:
                return
            self.complete(case, node, by, now, ANSWERS[node])

    def _key(self) -> str:
        return f"at-work-{next(self._keys)}"
