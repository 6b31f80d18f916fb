"""The shipped school's case at the weighing, on a real database, going round its doubt loop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from meldcode import cases, people, publishing
from meldcode.cases import Outcome
from meldcode.people import Actor
from meldcode.store import Database
from meldcode.store.tables import cases as case_table

KEY = "basisschool-het-voorbeeld"
FOLDER = Path("processes") / KEY
ANSWERS: dict[str, dict[str, Any]] = {
    "signalen": {
        "vermoeden_over": "thuis",
        "feiten": [
            {
                "wat": "Kwam deze week drie keer zonder jas en zonder eten naar school, ook toen het vroor.",
                "bron": "zelf",
                "wanneer": "2026-09-04",
            }
        ],
        "vormen": ["lichamelijke_verwaarlozing", "emotionele_verwaarlozing"],
        "eigen_indruk": "Stiller dan voor de zomer, speelt weinig met anderen en is vaak moe in de kring.",
        "signalen_datum": "2026-09-07",
        "signalen_bevinding": "Ik maak mij zorgen over de verzorging thuis en wil dit bespreken.",
    },
    "overleg": {
        "overleg_met": "Intern begeleider",
        "overleg_datum": "2026-09-07",
        "overleg_advies": "Voer eerst een gesprek met de ouders en vraag hoe het thuis gaat.",
        "extra_advies": "nee",
        "overleg_bevinding": "gesprek",
    },
    "gesprek": {
        "gesprek_keuze": "gevoerd",
        "gesprek_datum": "2026-09-07",
        "gesprek_met": "moeder",
        "gesprek_reactie": "Moeder zegt dat het druk is thuis en dat zij er alleen voor staat.",
        "gesprek_kind": "Zegt dat het wel gaat en dat hij vaak zelf zijn brood smeert.",
        "gesprek_bevinding": "verder",
    },
    "wegen": {
        "vermoeden": "ja",
        "acuut": "nee",
        "onthulling": "nee",
        "structureel": "twijfel",
        "hulp_mogelijk": "ja",
        "hulp_aanvaard": "twijfel",
        "wegen_met": "Intern begeleider",
        "wegen_datum": "2026-09-07",
        "wegen_bevinding": "Wij twijfelen of dit blijft doorgaan. Wij vragen Veilig Thuis om advies.",
    },
    "vt_twijfel": {
        "vt_datum": "2026-09-07",
        "vt_wie": "medewerker adviesteam",
        "vt_anoniem": "ja",
        "vt_antwoord": "Kijk nog een week mee, leg vast wat u ziet en weeg dan opnieuw.",
        "na_vt": "verder",
    },
}


class School:
    """One organisation in an empty database, and one open case in it that waits at *4 Wegen*."""

    def __init__(self, db: Database) -> None:
        self.now = datetime(2026, 9, 7, 7, tzinfo=UTC)
        self.db = db
        self.db.migrate()
        organisation = people.create_organisation(self.db, KEY, "Basisschool", now=self.now)
        publishing.publish(self.db, KEY, FOLDER, now=self.now)
        self.teacher = self._teacher(organisation)
        self._keys = count()
        self.outcome = cases.open_case(self.db, self.teacher, key=self._key(), now=self.now)
        self.case = self.outcome.case.id
        for node in ("signalen", "overleg", "gesprek"):
            self.complete(node)

    def complete(self, node: str | None = None, answers: Mapping[str, Any] | None = None) -> Outcome:
        """Complete the one open task; with `node`, make sure it is the expected one."""
        task = self.outcome.next_tasks[0]
        assert node in (None, task.node), f"{task.node} is open, not {node}"
        self.now += timedelta(minutes=1)
        self.outcome = cases.complete(
            self.db,
            self.teacher,
            self.case,
            task.id,
            answers or ANSWERS[task.node],
            key=self._key(),
            now=self.now,
        )
        return self.outcome

    def go_round(self) -> None:
        """Weigh with doubt, ask advice, and stand at the weighing again: two completions."""
        self.complete("wegen")
        self.complete("vt_twijfel")

    def stored_state(self) -> int:
        """Bytes the case's sealed state takes in its row."""
        with self.db.engine.connect() as connection:
            length = sa.select(sa.func.length(case_table.c.state)).where(case_table.c.id == self.case)
            return int(connection.execute(length).scalar_one())

    def _key(self) -> str:
        return f"bench-{next(self._keys)}"

    def _teacher(self, organisation: UUID) -> Actor:
        roles = frozenset({"leerkracht"})
        person = people.create_person(
            self.db,
            organisation,
            username="bench",
            name="Leerkracht",
            email="leerkracht@hetvoorbeeld.example",
            roles=roles,
            password=None,
            now=self.now,
        )
        return Actor(person, organisation, roles, "Leerkracht")
