"""Texts that try to become something else where they are shown: markup, templates, headers, scripts."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from meldcode import clock, definition, people, publishing
from meldcode.definition import DefinitionError
from meldcode.diagram import draw
from meldcode.diagram.read import read_diagram
from meldcode.form import read_form
from meldcode.messages import MeldcodeError
from tests.attacks.town import SCHOOL, Town
from tests.web.person import PASSWORD, Person, case_of

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</textarea><script>alert(1)</script>",
    "<svg onload=alert(1)>",
    "&lt;script&gt;",
    "{{ 1111*1111 }}",
    "{{ config }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "${1111*1111} #{1111*1111} <%= 1111*1111 %>",
    "%(x)s %s {0.__class__}",
)
HARMFUL = re.compile(
    r"<script>|<img src=x|<svg onload|</textarea><script|1234321|SECRET_KEY|<class ", re.IGNORECASE
)
RUNS = re.compile(
    r"<script(?! type=\"module\" src=)|\son\w+\s*=|javascript:|<iframe|<object|<foreignObject", re.IGNORECASE
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The school's folder, to spoil."""
    return Path(shutil.copytree(SCHOOL, tmp_path / "map"))


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_answer_stays_text_wherever_it_is_shown(sanne: Person, attack: str) -> None:
    task = sanne.start()
    form = sanne.form(task)
    typed = {"eigen_indruk": f"begin {attack} eind", "kinderen.0.naam": attack}
    pages = [sanne.client.post(task, data={**form.fields, **typed}).text]  # back with errors
    pages.append(sanne.client.post(f"{task}/vragen", data={**form.fields, **typed}).text)
    done = sanne.finish(task, {"eigen_indruk": f"begin {attack} eind", "signalen_bevinding": attack})
    pages += [sanne.get(f"/zaken/{case_of(done)}"), sanne.get(sanne.task("Overleg")), sanne.get(done)]
    for page in pages:
        assert not HARMFUL.search(page), attack
        assert not RUNS.search(re.sub(r"&lt;.*?&gt;|&#34;&gt;", "", page))
    assert "begin " in pages[2]
    assert "begin " in pages[3]


@pytest.mark.parametrize("attack", [*ATTACKS, "a\x00b", "a\x1b[31mb", "\u202egnirts\u202c", "a\ufffeb"])
def test_a_note_stays_text_without_signs_that_cannot_be_seen(sanne: Person, attack: str) -> None:
    case = case_of(sanne.start())
    form = sanne.form(f"/zaken/{case}/noteren")
    note = {"soort": "signal", "tekst": f"begin {attack} eind", "wanneer": ""}
    answer = sanne.client.post(f"/zaken/{case}/noteren", data={**form.fields, **note})
    assert answer.status_code in (303, 422)
    page = sanne.get(f"/zaken/{case}")
    assert (answer.status_code == 303) == ("begin " in page)
    assert not HARMFUL.search(page)
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\ufffe]", page)


@pytest.mark.parametrize("attack", ATTACKS)
def test_names_of_people_and_organisations_stay_text(town: Town, attack: str, folder: Path) -> None:
    key = "kwaadschool"
    spoil(folder, "organisation.toml", 'key = "basisschool-het-voorbeeld"', f'key = "{key}"')
    spoil(folder, "organisation.toml", 'name = "Leerkracht"', f"name = {json.dumps(attack)}")
    spoil(folder, "organisation.toml", 'name = "Basisschool Het Voorbeeld"', f"name = {json.dumps(attack)}")
    db = town.database()
    organisation = people.create_organisation(db, key, attack, now=clock.real())
    try:
        publishing.publish(db, key, folder, now=clock.real())
    except MeldcodeError:
        return  # refusing it is as good
    people.create_person(
        db,
        organisation,
        username="kwaad",
        name=attack,
        email="kwaad@school.example",
        roles=["leerkracht"],
        password=PASSWORD,
        now=clock.real(),
    )
    app = town.app(in_demo=True)
    visitor = Person(app)
    pages = [visitor.get("/inloggen")]
    visitor.sign_in("kwaad")
    task = visitor.start()
    pages += [visitor.get("/"), visitor.get(task), visitor.get(f"/zaken/{case_of(task)}")]
    for page in pages:
        assert not HARMFUL.search(page), attack
        assert not RUNS.search(re.sub(r"&lt;.*?&gt;|&#34;&gt;", "", page))


@pytest.mark.parametrize("attack", ATTACKS)
def test_words_in_a_diagram_stay_text_in_its_picture(attack: str) -> None:
    source = (SCHOOL / "meldcode.bpmn").read_text(encoding="utf-8")
    escaped = attack.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    spoilt = re.sub(r'(<bpmn:userTask id="[^"]+" name=")[^"]+', lambda found: found[1] + escaped, source)
    spoilt = re.sub(r'(<bpmn:sequenceFlow id="[^"]+" name=")[^"]+', lambda found: found[1] + escaped, spoilt)
    assert escaped in spoilt
    picture = draw(read_diagram(spoilt.encode(), "meldcode.bpmn"))
    assert not RUNS.search(re.sub(r"&lt;.*?&gt;|&#34;&gt;|&quot;&gt;", "", picture))
    assert "1234321" not in picture


FIELDS = [
    {"type": "textfield", "key": "a", "label": "{0}"},
    {"type": "radio", "key": "b", "label": "x", "values": [{"label": "{0}", "value": "een"}]},
    {"type": "select", "key": "c", "label": "x", "values": [{"label": "een", "value": "{0}"}]},
    {"type": "checklist", "key": "d", "label": "x", "values": [{"label": "{0}", "value": "{0}"}]},
    {"type": "textarea", "key": "e", "label": "x", "description": "{0}"},
    {"type": "number", "key": "f", "label": "x", "appearance": {"prefixAdorner": "{0}"}},
    {"type": "textfield", "key": "g", "label": "x", "defaultValue": "{0}"},
    {"type": "group", "label": "{0}", "components": [{"type": "textfield", "key": "h", "label": "x"}]},
    {"type": "text", "text": "{0}"},
    {"type": "text", "text": "[klik]({0})"},
    {"type": "text", "text": "<b>{0}</b> ![x]({0})"},
]


@pytest.mark.parametrize(
    "attack", [*ATTACKS, "javascript:alert(1)", "data:text/html,<script>x</script>", "vbscript:x"]
)
@pytest.mark.parametrize("field", FIELDS, ids=lambda field: f"{field['type']}")
def test_words_of_a_form_stay_text_or_the_form_is_refused(field: dict[str, object], attack: str) -> None:
    inside = json.dumps(attack)[1:-1]
    component = json.loads(json.dumps(field).replace("{0}", inside))
    schema = {"type": "default", "id": "kwaad", "components": [component]}
    try:
        form = read_form(json.dumps(schema).encode(), "forms/kwaad.form")
    except MeldcodeError:
        return  # refusing it is as good
    if field["type"] == "text" and "{{ 1111*1111 }}" in attack:
        return  # the one place where double braces are ours: FEEL, which can reach nothing (tests/unit)
    page = str(form.render({}, {}, {}, "nl", None)) + str(form.show({key: attack for key in form.fields}))
    assert not HARMFUL.search(page), page
    assert not RUNS.search(re.sub(r"&lt;.*?&gt;|&#34;&gt;", "", page)) or "href" not in page, page
    assert not re.search(r'(href|src|action)="\s*(javascript|data|vbscript):', page, re.IGNORECASE), page


@pytest.mark.parametrize(
    "value",
    [
        "Sanne\r\nBcc: elders@elders.example",
        "Sanne\nX: y",
        "Sanne\x00",
        "=cmd|' /C calc'!A0",
        "Sanne <x@y.example>",
        "=?utf-8?q?x?=",
    ],
)
def test_a_name_cannot_add_a_header_to_a_mail(town: Town, value: str) -> None:
    db = town.database()
    try:
        people.create_person(
            db,
            town.organisations[""],
            username="kop",
            name=value,
            email="kop@school.example",
            roles=["leerkracht"],
            password=PASSWORD,
            now=clock.real(),
        )
    except MeldcodeError:
        return  # refusing it is as good
    stored = str(town.rows("SELECT name FROM people WHERE email = 'kop@school.example'")[0][0])
    assert "\n" not in stored
    assert "\r" not in stored
    assert "\x00" not in stored


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example, c@d.example",
        "a b@c.example",
        "<a@b.example>",
        "a@b@c.example",
        "a@b.example\x00",
        '"a b"@c.example',
        "@c.example",
        "a@b..example",
        "a..b@c.example",
        ".a@c.example",
        "a@[b",
        "(a)b@c.example",
        "jos\u00e9@c.example",
        "a@b\u00fccher.example",
        "",
    ],
)
def test_an_address_that_is_more_than_an_address_is_refused(town: Town, address: str) -> None:
    db = town.database()
    with pytest.raises(people.PeopleError) as refused:
        people.create_person(
            db,
            town.organisations[""],
            username="adres",
            name="Adres",
            email=address,
            roles=[],
            password=None,
            now=clock.real(),
        )
    assert refused.value.text.nl


@pytest.mark.parametrize(
    "body",
    [
        "{{ config }}",
        "{{ naam.__class__ }}",
        "{{ naam|attr('x') }}",
        "{% include 'x' %}{{ 7*7 }}",
        "{{ kind }}",
        "{{ document.eigen_indruk }}",
        "{{ }}",
        "het kind is mishandeld",
        "MISHANDELING",
        "meld\u00adcode en mis\u200bhandeling",
    ],
)
def test_a_mail_with_anything_but_its_own_variables_is_not_published(
    town: Town, folder: Path, body: str
) -> None:
    mail = next((folder / "mails").glob("*.md"))
    mail.write_text(f"Onderwerp: Een taak wacht\n\nBeste {{{{ naam }}}}, {body}\n", encoding="utf-8")
    before = town.rows("SELECT count(*) FROM versions")
    with pytest.raises((publishing.PublishError, DefinitionError)) as refused:
        publishing.publish(town.database(), "basisschool-het-voorbeeld", folder, now=clock.real())
    assert mail.name in str(refused.value.text.nl)
    assert town.rows("SELECT count(*) FROM versions") == before


def test_a_subject_of_two_lines_or_with_a_header_in_it_is_one_neutral_line_or_refused(folder: Path) -> None:
    mail = next((folder / "mails").glob("*.md"))
    mail.write_bytes(b"Onderwerp: Een taak\rBcc: elders@elders.example\n\nBeste {{ naam }}\n")
    try:
        version = definition.read_folder(folder)
    except DefinitionError:
        return  # refusing it is as good
    errors = [found for found in definition.check(version) if found.file.endswith(mail.name)]
    template = version.mails[mail.stem]
    subject, _ = template.render({name: "x\r\nBcc: y@z.example" for name in template.variables})
    assert errors or ("\r" not in subject and "\n" not in subject)
