"""The pages around the draft, as people use them without a script: texts, publishing, versions, remarks."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from meldcode import clock, definition, desk, people, publishing
from meldcode.desk.examples import replayed
from meldcode.desk.finding import told
from meldcode.store import Database
from tests.web.person import PASSWORD, Person, goes_to, heading
from tests.web.proofs import keep_proof
from tests.web.test_desk import DIAGRAM, Designer
from web.services import EXTENSION, Services

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
MAIL = "/ontwerp/tekst/mails/herinnering.md"


@pytest.fixture
def wieke(app: Flask) -> Person:
    return Person(app).sign_in("wieke")


def database(app: Flask) -> Database:
    services: Services = app.extensions[EXTENSION]
    return services.db


def change_mail(wieke: Person, line: str = "Nog een regel.") -> None:
    form = wieke.form(MAIL)
    text = form.fields["tekst"][0].lstrip("\n") + f"{line}\n"
    assert goes_to(wieke.send(form, {"tekst": text.replace("\n", "\r\n"), "doe": "bewaar"})) == MAIL


def prove(app: Flask, *, played: bool = False) -> None:
    """Write down that the draft was proven: playing every case of the school takes seconds, see below.

    `played`: its examples are really played.
    """
    db, home = database(app), _home(app)
    version = desk.look(desk.read(db, home).contents).version
    examples = [told(one) for one in replayed(version)] if version and played else []
    report = {"sound": {}, "findings": [], "rules": [], "states": 3, "examples": examples}
    keep_proof(db, home, report)


def publish(wieke: Person, note: str = "Een regel erbij.", day: str = "") -> str:
    prove(wieke.app)
    form = wieke.form("/ontwerp/publiceren")
    return goes_to(wieke.send(form, {"toelichting": note, "vanaf": day}))


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_an_example_that_goes_differently_is_told_before_and_after_publishing_and_refuses_nothing(
    wieke: Person,
) -> None:
    designer = Designer(wieke)
    file = designer.file(DIAGRAM)
    slower = file["content"].replace("P4D", "P3D")
    assert designer.save(DIAGRAM, slower, file["revision"]).status_code == 200
    prove(wieke.app, played=True)
    page = text_of(wieke.get("/ontwerp/publiceren"))
    for word in ("Voorbeelden die nu anders gaan", "gaat nu anders: moment ", "Publiceren kan wel"):
        assert word in page, word
    assert "/ontwerp/tekst/examples/stap-4-blijft-liggen.toml" in wieke.get("/ontwerp/publiceren")
    published = wieke.send(wieke.form("/ontwerp/publiceren"), {"toelichting": "Sneller herinneren."})
    assert "Voorbeelden die anders gingen" in text_of(wieke.get(goes_to(published)))


# --- a mail --------------------------------------------------------------------------------------------


def test_a_proof_that_failed_is_said_and_can_be_asked_again(wieke: Person) -> None:
    change_mail(wieke)
    db, home = database(wieke.app), _home(wieke.app)
    keep_proof(db, home, None, state="failed")
    page = wieke.get("/ontwerp/publiceren")
    assert "Het naspelen is niet gelukt" in text_of(page)
    assert "Alle zaken naspelen" in text_of(page)
    prove(wieke.app)  # the next one goes well
    assert "Het naspelen is niet gelukt" not in text_of(wieke.get("/ontwerp/publiceren"))


def test_a_mail_is_looked_at_and_kept_without_a_script(wieke: Person) -> None:
    form = wieke.form(MAIL)
    before = form.fields["tekst"][0].lstrip("\n")
    looked = wieke.send(form, {"tekst": "Onderwerp: Iets nieuws\r\n\r\nDag {{ naam }},\r\n", "doe": "bekijk"})
    assert looked.status_code == 200
    assert "Dag Wieke," in looked.text
    # looking keeps nothing
    assert wieke.form(MAIL).fields["tekst"][0].lstrip("\n") == before
    change_mail(wieke)
    kept = desk.read(database(wieke.app), _home(wieke.app)).contents["mails/herinnering.md"]
    assert kept == (before + "Nog een regel.\n").encode()
    assert b"\r" not in kept


def test_a_word_that_gives_the_case_away_is_said_beside_the_mail(wieke: Person) -> None:
    form = wieke.form(MAIL)
    seen = wieke.send(form, {"tekst": "Onderwerp: Dag\r\n\r\nDenk aan de meldcode.\r\n", "doe": "bekijk"})
    assert "meldcode" in seen.text
    assert "verraadt" in seen.text


def test_who_was_overtaken_keeps_her_text_and_reads_the_other_one(wieke: Person) -> None:
    mine = wieke.form(MAIL)
    change_mail(wieke, "Van de ander.")
    answer = wieke.send(mine, {"tekst": "Onderwerp: Mijn tekst\r\n\r\nVan mij.\r\n", "doe": "bewaar"})
    assert answer.status_code == 409
    assert "Van mij." in answer.text
    assert "Van de ander." in answer.text
    assert desk.read(database(wieke.app), _home(wieke.app)).files["mails/herinnering.md"].revision == 2


def test_a_new_mail_begins_with_a_text_that_fits(wieke: Person) -> None:
    form = wieke.form("/ontwerp", "/ontwerp/mail-erbij")
    place = goes_to(wieke.send(form, {"naam": "Nog een mail"}))
    assert place == "/ontwerp/tekst/mails/nog-een-mail.md"
    assert "klopt nog niet" not in wieke.get(place)
    # pressed twice: the same mail
    assert goes_to(wieke.send(form, {"naam": "Nog een mail"})) == place


# --- the overview --------------------------------------------------------------------------------------


def test_the_overview_tells_what_changes_and_what_is_wrong(wieke: Person) -> None:
    assert "gelijk aan wat nu geldt" in wieke.get("/ontwerp")
    change_mail(wieke)
    designer = Designer(wieke)
    diagram = designer.file(DIAGRAM)["content"].replace("forms/wegen.form", "forms/weg.form")
    assert designer.save(DIAGRAM, diagram, 1).status_code == 200
    page = wieke.get("/ontwerp")
    assert "Nog een regel" in page
    assert "forms/weg.form" in page
    assert f'href="/ontwerp/diagram/{DIAGRAM}#wegen"' in page
    assert "Waarom" in page
    for link in set(re.findall(r'href="(/ontwerp[^"#?]*)', page)):
        assert wieke.client.get(link).status_code == 200, link
    back = next(form for form in _forms(wieke, "/ontwerp/terugzetten") if form.fields["path"] == [DIAGRAM])
    assert goes_to(wieke.send(back)) == "/ontwerp"
    assert "forms/weg.form" not in wieke.get("/ontwerp")


def test_a_file_that_is_taken_out_can_be_put_back(wieke: Person) -> None:
    path = "mails/spoed.md"
    out = next(form for form in _forms(wieke, "/ontwerp/verwijderen") if form.fields["path"] == [path])
    assert goes_to(wieke.send(out)) == "/ontwerp"
    assert "weggehaald" in wieke.get("/ontwerp")
    back = next(form for form in _forms(wieke, "/ontwerp/terugzetten") if form.fields["path"] == [path])
    assert goes_to(wieke.send(back)) == "/ontwerp"
    assert "gelijk aan wat nu geldt" in wieke.get("/ontwerp")


# --- publishing ----------------------------------------------------------------------------------------


def test_a_version_is_published_with_a_note_and_read_by_colleagues(app: Flask, wieke: Person) -> None:
    sanne = Person(app).sign_in("sanne")
    assert "nieuwe werkwijze" not in sanne.get("/")
    change_mail(wieke)
    place = publish(wieke, "Vriendelijker <b>slot</b>.")
    assert "gepubliceerd" in heading(wieke.get(place))
    assert "gelijk aan wat nu geldt" in wieke.get("/ontwerp")
    assert "nieuwe werkwijze" in sanne.get("/")
    page = sanne.get("/werkwijze")
    assert "Vriendelijker &lt;b&gt;slot" in page
    assert goes_to(sanne.send(sanne.form("/werkwijze", "/werkwijze/gelezen"))) == "/werkwijze"
    assert "U hebt dit gelezen" in sanne.get("/werkwijze")
    assert "nieuwe werkwijze" not in sanne.get("/")
    versions = text_of(wieke.get("/ontwerp/versies"))
    assert "Gelezen en begrepen: 1 van" in versions
    assert "Sanne vandaag" in versions


def test_what_is_wrong_is_not_published_and_nothing_is_published_that_was_not_on_the_page(
    wieke: Person,
) -> None:
    change_mail(wieke)
    prove(wieke.app)
    form = wieke.form("/ontwerp/publiceren")
    change_mail(wieke, "Later erbij.")
    assert 'name="toelichting"' not in wieke.get("/ontwerp/publiceren")  # this was not proven
    assert wieke.send(form, {"toelichting": "Eerste regel."}).status_code == 409
    prove(wieke.app)
    assert wieke.send(wieke.form("/ontwerp/publiceren"), {"toelichting": "  "}).status_code == 422
    odd = wieke.send(wieke.form("/ontwerp/publiceren"), {"toelichting": "x", "vanaf": "morgen"})
    assert odd.status_code == 422
    designer = Designer(wieke)
    diagram = designer.file(DIAGRAM)["content"].replace("forms/wegen.form", "forms/weg.form")
    assert designer.save(DIAGRAM, diagram, 1).status_code == 200
    page = wieke.get("/ontwerp/publiceren")
    assert 'name="toelichting"' not in page
    assert "forms/weg.form" in page


@pytest.mark.slow
def test_a_term_that_breaks_the_law_is_told_as_a_story_and_cannot_be_published(wieke: Person) -> None:
    """The whole proof of the school, played by what the tick calls."""
    designer = Designer(wieke)
    form = designer.file("forms/wegen.form")["content"]
    # without *ik twijfel* nobody can say that she is in doubt: rule 5
    assert designer.save("forms/wegen.form", form.replace('"twijfel"', '"weet-niet"'), 1).status_code == 200
    table = designer.file("weging.dmn")["content"].replace("twijfel", "weet-niet")
    assert designer.save("weging.dmn", table, 1).status_code == 200
    asked = designer.ask("POST", "bewijs", {})
    assert asked.status_code == 202, asked.text
    assert "worden nagespeeld" in wieke.get("/ontwerp/publiceren")
    assert desk.prove_waiting(database(wieke.app), clock.real()) == 1
    proof = designer.get(f"bewijs/{asked.json['id']}").json
    assert proof["state"] == "done"
    assert {one["verdict"] for one in proof["report"]["rules"]} > {"holds"}
    page = wieke.get("/ontwerp/publiceren")
    assert 'name="toelichting"' not in page
    assert "moet" in page


def test_an_earlier_version_is_reopened_and_downloaded(wieke: Person) -> None:
    first = wieke.client.get("/ontwerp/map.zip").data
    change_mail(wieke)
    publish(wieke)
    page = wieke.get("/ontwerp/versies")
    links = re.findall(r'href="(/ontwerp/versies/\w+/map\.zip)"', page)
    assert len(links) == 2
    assert wieke.client.get(links[1]).data == first
    again = links[1].replace("map.zip", "heropenen")
    assert goes_to(wieke.press("/ontwerp/versies", again)) == "/ontwerp"
    assert wieke.client.get("/ontwerp/map.zip").data == first


def test_four_eyes_see_the_request_and_say_yes(app: Flask, wieke: Person) -> None:
    form = wieke.form("/ontwerp/tekst/organisation.toml")
    text = form.fields["tekst"][0].lstrip("\n").replace("four_eyes = false", "four_eyes = true")
    assert wieke.send(form, {"tekst": text, "doe": "bewaar"}).status_code == 303
    publish(wieke, "Vier ogen.")
    change_mail(wieke)
    place = publish(wieke, "Een regel.")
    assert "wacht op een ja" in heading(wieke.get(place))
    assert "Uw antwoord" not in wieke.get(place)
    assert wieke.send(_first(wieke, place), {}).status_code in (303, 422)  # her own: only to withdraw
    place = publish(wieke, "Een regel.")
    henk = Person(app).sign_in("henk")
    page = henk.get(place)
    assert "Uw antwoord" in page
    assert "Nog een regel" in page
    no = henk.client.post(f"{place}/nee", data={**_token(henk, place), "antwoord": " "})
    assert no.status_code == 422
    # he may refuse it; only who designs takes it back
    assert henk.client.post(f"{place}/intrekken", data=_token(henk, place)).status_code == 403
    assert goes_to(henk.send(henk.form(place, f"{place}/ja"), {"antwoord": "Goed."})) == place
    assert "gepubliceerd" in heading(henk.get(place))
    # who approves takes part in the remarks, and nothing else of the desk is hers
    assert henk.client.get("/ontwerp/opmerkingen").status_code == 200
    assert henk.client.get("/ontwerp").status_code == 403
    sanne = Person(app).sign_in("sanne")
    assert sanne.client.get(place).status_code == 403
    assert sanne.client.post(f"{place}/ja", data=_token(sanne, "/")).status_code == 403


def test_a_remark_is_placed_and_settled(wieke: Person) -> None:
    form = wieke.form("/ontwerp/opmerkingen")
    assert wieke.send(form, {"tekst": "  "}).status_code == 422
    assert wieke.send(form, {"tekst": "Graag <i>korter</i>.", "bestand": DIAGRAM}).status_code == 303
    page = wieke.get("/ontwerp/opmerkingen")
    assert "Graag &lt;i&gt;korter" in page
    assert "1 opmerking : Meldcode" in text_of(wieke.get("/ontwerp"))
    settle = re.search(r'action="(/ontwerp/opmerkingen/[^"]+/klaar)"', page)
    assert settle
    assert goes_to(wieke.press("/ontwerp/opmerkingen", settle[1])) == "/ontwerp/opmerkingen"
    assert "Afgehandeld door Wieke" in text_of(wieke.get("/ontwerp/opmerkingen"))


# --- who may not come near it --------------------------------------------------------------------------

SAMPLES = {
    "PathConverter": DIAGRAM,
    "UUIDConverter": str(UUID(int=1)),
    "UnicodeConverter": "0" * 64,
    "IntegerConverter": "1",
}
FOR_WHO_APPROVES_TOO = {"desk_publishing.request_page", "desk_sharing.remarks"}


def addresses(app: Flask) -> list[tuple[str, str, str]]:
    """Every address below the desk: method, path, endpoint."""
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/ontwerp"):
            continue
        values = {
            name: "diagram" if name == "word" else SAMPLES[type(converter).__name__]
            for name, converter in rule._converters.items()
        }
        built = rule.build({**values, **(rule.defaults or {})}, append_unknown=False)
        assert built is not None, rule
        found += [(method, built[1], rule.endpoint) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return found


@pytest.mark.parametrize("who", ["sanne", "marit", "henk", None])
def test_every_address_of_the_desk_is_closed_to_people_it_is_not_for(app: Flask, who: str | None) -> None:
    tried = addresses(app)
    assert len(tried) > 30
    person = Person(app)
    if who:
        person.sign_in(who)
    token = _token(person, "/" if who else "/inloggen")
    headers = {"X-CSRFToken": token["csrf_token"]}
    for method, path, endpoint in tried:
        if who == "henk" and endpoint in FOR_WHO_APPROVES_TOO:
            continue
        body = {"data": token} if method == "POST" else {}
        answer = person.client.open(path, method=method, headers=headers, **body)
        refused = (403, 404) if who == "henk" else (403,) if who else (303, 401)
        assert answer.status_code in refused, (who, method, path, answer.status_code)
        assert "bpmn:" not in answer.text


def test_a_designer_of_another_organisation_has_a_desk_of_her_own_and_no_way_into_this_one(
    app: Flask, wieke: Person
) -> None:
    change_mail(wieke, "Alleen van de school.")
    place = publish(wieke)
    version = re.search(r"/ontwerp/versies/(\w{64})/map\.zip", wieke.get("/ontwerp/versies"))
    assert version
    form = wieke.form("/ontwerp/opmerkingen")
    assert wieke.send(form, {"tekst": "Opmerking van de school."}).status_code == 303
    remark = re.search(r'action="(/ontwerp/opmerkingen/[^"]+/klaar)"', wieke.get("/ontwerp/opmerkingen"))
    assert remark
    other = Person(app)
    _move_in(database(app))
    other.sign_in("vreemd")
    assert "Alleen van de school" not in other.get("/ontwerp")
    assert "Opmerking van de school" not in other.get("/ontwerp/opmerkingen")
    assert b"Alleen van de school" not in other.client.get("/ontwerp/map.zip").data
    designer = Designer(other)
    assert "Alleen van de school" not in designer.file("mails/herinnering.md")["content"]
    assert other.client.get(place).status_code == 404
    assert other.client.get(f"/ontwerp/versies/{version[1]}/map.zip").status_code == 404
    token = _token(other, "/ontwerp/opmerkingen")
    assert other.client.post(f"/ontwerp/versies/{version[1]}/heropenen", data=token).status_code == 404
    assert other.client.post(f"{place}/intrekken", data=token).status_code in (404, 422)
    assert other.client.post(remark[1], data=token).status_code == 404
    assert other.client.post("/werkwijze/gelezen", data={**token, "versie": version[1]}).status_code == 404


def _move_in(db: Database) -> None:
    """A second organisation in the same database, with a designer."""
    folder = PROCESSES / "zelfstandige-verloskundige"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}
    toml = re.sub(rb"^designs = .*\n", b"", files["organisation.toml"], flags=re.MULTILINE)
    files["organisation.toml"] = toml.replace(b"decides =", b'designs = ["verloskundige"]\ndecides =', 1)
    version = definition.read_files(files)
    key, name = version.organisation.key, version.organisation.name
    home = people.create_organisation(db, key, name, now=clock.real())
    with db.transaction(home) as tx:
        publishing.store(tx, version, clock.real(), None)
        publishing.put_in_force(tx, version, clock.real(), None)
    people.create_person(
        db,
        home,
        username="vreemd",
        name="Vreemd",
        email="vreemd@elders.example",
        roles=["verloskundige"],
        password=PASSWORD,
        now=clock.real(),
    )


def _home(app: Flask) -> UUID:
    found = people.organisation_id(database(app), "basisschool-het-voorbeeld")
    assert found
    return found


def _forms(person: Person, action: str) -> list:
    from tests.web.person import forms

    return [form for form in forms(person.get("/ontwerp")) if form.action == action]


def _first(person: Person, place: str):
    from tests.web.person import forms

    return next(form for form in forms(person.get(place)) if form.action.startswith(place))


def _token(person: Person, path: str) -> dict[str, str]:
    found = re.search(r'name="csrf_token" value="([^"]+)"', person.get(path))
    assert found
    return {"csrf_token": found[1]}
