"""Whoever supervises lets the reminders of a case wait, without a script; whoever has the case sees it."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask

from meldcode import clock
from tests.web.person import Person, goes_to
from tests.web.test_desk_pages import text_of


def test_reminders_wait_until_a_day_and_go_again_at_a_press(app: Flask) -> None:
    sanne, fatima = Person(app).sign_in("sanne"), Person(app).sign_in("fatima")
    task = sanne.start()
    case = f"/zaken/{task.split('/')[2]}"
    place = f"{case}/herinneringen"
    assert place not in sanne.get(case)
    assert sanne.client.get(place).status_code == 403
    assert f'href="{place}"' in fatima.get(case)
    day = (clock.real() + timedelta(days=10)).date().isoformat()
    refused = fatima.send(fatima.form(place, place), {"vanaf": "morgen"})
    assert refused.status_code == 422
    told = text_of(refused.text)
    assert "Kies een reden." in told
    assert "Kies een dag na vandaag, hooguit 31 dagen vooruit." in told
    assert goes_to(fatima.send(fatima.form(place, place), {"vanaf": day, "reden": "vt"})) == case
    for page in (fatima.get(case), sanne.get(case), sanne.get(task)):
        assert "gaan er geen herinneringen: we wachten op Veilig Thuis" in text_of(page)
    assert "Fatima" in text_of(sanne.get(case))
    for who in (fatima, sanne):  # the list says until when, and neither why nor by whom
        row = text_of(who.get("/zaken").split(f'href="{case}"')[1].split("</tr>")[0])
        assert re.search(r"herinneringen wachten tot \w+ \d+ \w+", row)
        assert "Veilig Thuis" not in row
    assert goes_to(fatima.press(place, f"{place}/hervatten")) == case
    for page in (fatima.get(case), sanne.get(case), sanne.get(task)):
        assert "geen herinneringen:" not in text_of(page)
    assert "herinneringen wachten" not in text_of(fatima.get("/zaken"))
