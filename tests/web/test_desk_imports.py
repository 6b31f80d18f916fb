"""Whatever is uploaded at the desk opens, or is refused with a list of what and why; never an error page."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from flask import Flask

from tests.web.person import Person
from tests.web.test_desk import Designer

SCHOOL = Path(__file__).resolve().parents[2] / "processes" / "basisschool-het-voorbeeld"
REFERENCE_FILES = 21
PLACES = "/ontwerp/opnemen"


@pytest.fixture
def wieke(app: Flask) -> Designer:
    return Designer(Person(app).sign_in("wieke"))


def upload(wieke: Designer, name: str, data: bytes, what: str = "erbij") -> str | None:
    """Upload a file as the page does; where it opens, or None when it was refused with what and why."""
    form = wieke.person.form(PLACES)
    sent = {**form.fields, "wat": what, "bestand": (io.BytesIO(data), name)}
    answer = wieke.person.client.post(PLACES, data=sent, content_type="multipart/form-data")
    if answer.status_code == 303:
        return answer.headers["Location"]
    assert answer.status_code == 422, (name, answer.status_code)
    assert 'class="problems"' in answer.text
    assert 'class="refusals"' in answer.text or "geen zip" in answer.text, answer.text[:3000]
    return None


def test_the_reference_diagrams_of_other_tools_open_or_are_refused_with_reasons(
    wieke: Designer, test_data: Path, record_property: pytest.RecordProperty
) -> None:
    files = sorted((test_data / "miwg").glob("*.bpmn"))
    assert len(files) == REFERENCE_FILES
    opened = []
    for file in files:
        place = upload(wieke, file.name, file.read_bytes())
        if place is None:
            continue
        opened.append(file.name)
        assert wieke.person.client.get(place).status_code == 200
        path = place.removeprefix("/ontwerp/diagram/")
        assert wieke.file(path)["content"].encode() == file.read_bytes()
        said = wieke.get("bevindingen").json["findings"]
        assert all(one["what"] and one["why"] and one["how"] for one in said)
        gone = wieke.ask("DELETE", f"bestand/{path}", {"based_on": wieke.file(path)["revision"]})
        assert gone.status_code == 200
    record_property("figure", f"{len(opened)} of {len(files)} BPMN reference diagrams open at the desk")
    assert wieke.person.client.get("/ontwerp").status_code == 200


def damaged(data: bytes, seed: int) -> bytes:
    """A diagram with some of its bytes, names or lines gone, doubled or swapped."""
    chance = random.Random(seed)
    kind = seed % 5
    if kind == 0:
        spoiled = bytearray(data)
        for _ in range(chance.randint(1, 20)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        return bytes(spoiled)
    if kind == 1:
        return data[: chance.randrange(len(data))]
    lines = data.decode().splitlines(keepends=True)
    if kind == 2:
        return "".join(line for line in lines if chance.random() > 0.05).encode()
    if kind == 3:
        chance.shuffle(lines)
        return "".join(lines).encode()
    words = [
        "userTask",
        "timeDuration",
        "sequenceFlow",
        "sourceRef",
        "exclusiveGateway",
        "P2D",
        "bpmn:",
        "id=",
    ]
    text = data.decode()
    for _ in range(3):
        word, other = chance.choice(words), chance.choice([*words, "<script>", "&lt;", "../..", "=1/0", ""])
        text = text.replace(word, other, chance.randint(1, 5))
    return text.encode()


def test_a_hundred_damaged_diagrams_open_or_are_refused_with_reasons(wieke: Designer) -> None:
    whole = (SCHOOL / "medewerker.bpmn").read_bytes()
    opened = 0
    for seed in range(100):
        spoiled = damaged(whole, seed)
        place = upload(wieke, "proef.bpmn", spoiled)
        if place is not None:
            opened += 1
            assert wieke.file("proef.bpmn")["content"].encode() == spoiled
            assert wieke.get("bevindingen").status_code == 200
    assert 0 < opened < 100
    page = wieke.person.client.get("/ontwerp")
    assert page.status_code == 200
    assert "<script>" not in page.text.replace('<script type="module"', "")


def test_what_stands_in_a_file_is_shown_and_never_part_of_a_page(wieke: Designer) -> None:
    attack = '"><script>alert(1)</script>'
    escaped = attack.replace("<", "&lt;").replace('"', "&quot;")
    diagram = wieke.file("medewerker.bpmn")["content"].replace('name="', f'name="{escaped}', 5)
    assert wieke.save("medewerker.bpmn", diagram, 1).status_code == 200
    mail = f"Onderwerp: {attack}\n\n{attack} {{{{ {attack} }}}}\n"
    assert wieke.save("mails/herinnering.md", mail, 1).status_code == 200
    organisation = wieke.file("organisation.toml")["content"].replace("Directeur", "<script>x</script>")
    assert wieke.save("organisation.toml", organisation, 1).status_code == 200
    for place in (
        "",
        "/diagram/medewerker.bpmn",
        "/tekst/mails/herinnering.md",
        "/tekst/organisation.toml",
        "/publiceren",
        "/versies",
    ):
        page = wieke.person.client.get(f"/ontwerp{place}")
        assert page.status_code == 200
        assert "<script>" not in page.text, place
    seen = wieke.ask("POST", "tekst-voorbeeld/mails/herinnering.md", {"content": mail})
    assert "<script>" not in seen.text


def test_a_zip_from_the_page_comes_back_byte_for_byte(wieke: Designer) -> None:
    packed = wieke.person.client.get("/ontwerp/map.zip")
    assert packed.mimetype == "application/zip"
    assert "attachment" in packed.headers["Content-Disposition"]
    assert upload(wieke, "map.zip", packed.data, "alles") == "/ontwerp?klaar=gelijk"
    assert wieke.person.client.get("/ontwerp/map.zip").data == packed.data
    assert upload(wieke, "kapot.zip", packed.data[:-40]) is None


def test_an_upload_that_is_far_too_large_is_said_so(wieke: Designer) -> None:
    body, kind = b"0" * (22 * 1024 * 1024), "multipart/form-data; boundary=grens"
    answer = wieke.person.client.post(PLACES, data=body, content_type=kind)
    assert answer.status_code == 413
    # other pages take no more than a form
    assert wieke.person.client.post("/ontwerp/opmerkingen", data={"tekst": "x" * 600_000}).status_code == 413
