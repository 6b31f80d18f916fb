"""Comparing, the document and taking cases along: the desk's pages that are also paper, through requests."""

from __future__ import annotations

import io
import re
from html import unescape
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from pypdf import PdfReader

from meldcode import audit, chores, clock, definition, publishing
from meldcode.store import scoped
from meldcode.store.tables import cases
from tests.web.person import Person, goes_to, heading
from tests.web.test_desk import DIAGRAM, Designer
from tests.web.test_desk_pages import (
    PROCESSES,
    _home,
    _move_in,
    _token,
    change_mail,
    database,
    publish,
    text_of,
)
from tests.web.test_safe_pages import TELLING

SCHOOL = PROCESSES / "basisschool-het-voorbeeld"


@pytest.fixture
def wieke(app: Flask) -> Person:
    return Person(app).sign_in("wieke")


def change(wieke: Person, path: str, old: str, new: str) -> None:
    """Change one file of the draft, as the editors do."""
    designer = Designer(wieke)
    file = designer.file(path)
    assert old in file["content"], path
    answer = designer.save(path, file["content"].replace(old, new), file["revision"])
    assert answer.status_code == 200, answer.text


def put_in_force(app: Flask, *changes: tuple[bytes, bytes]) -> str:
    """Let a changed diagram hold at once."""
    files = {path.relative_to(SCHOOL).as_posix(): path.read_bytes() for path in SCHOOL.rglob("*.*")}
    for old, new in changes:
        assert old in files[DIAGRAM]
        files[DIAGRAM] = files[DIAGRAM].replace(old, new)
    version = definition.read_files(files)
    with database(app).transaction(_home(app)) as tx:
        publishing.store(tx, version, clock.real(), None)
        publishing.put_in_force(tx, version, clock.real(), None)
    return version.id


# --- comparing -----------------------------------------------------------------------------------------


def test_nothing_changed_is_said_and_drawn_nowhere(wieke: Person) -> None:
    page = wieke.get("/ontwerp/vergelijk")
    assert "Er is geen enkel verschil" in page
    assert "schema/" not in page


def test_changes_are_told_by_part_with_their_place_and_marked_on_the_diagram(wieke: Person) -> None:
    change_mail(wieke)
    change(wieke, DIAGRAM, 'name="4 Wegen van het geweld"', 'name="4 Afwegen"')
    form = Designer(wieke).file("forms/gesprek.form")["content"]
    label = re.search(r'"label": "([^"]{12,})"', form)
    assert label
    change(wieke, "forms/gesprek.form", label[1], "Iets anders gevraagd?")
    page = wieke.get("/ontwerp/vergelijk")
    told = text_of(page)
    for word in ("Diagrammen: wie doet wat", "Formulieren (", "Mails (", "“4 Afwegen”", "Nog een regel"):
        assert word in told, word
    assert f'href="/ontwerp/diagram/{DIAGRAM}#wegen"' in page
    assert 'href="/ontwerp/formulier/forms/gesprek.form' in page
    assert "<td></td>" in page  # lines to sign on
    pictures = [unescape(found) for found in re.findall(r'<img src="([^"]+)"', page)]
    # the main diagram first; the mail is sent from others too
    assert len(pictures) > 2
    assert all(f"/{DIAGRAM}?" in address for address in pictures[:2])
    for address in pictures:
        picture = wieke.client.get(address)
        assert picture.mimetype == "image/svg+xml"
        assert "sandbox" in picture.headers["Content-Security-Policy"]
    before, after = (wieke.client.get(address.replace("&deel=1", "")).text for address in pictures[:2])
    for element in ("wegen", "gesprek"):  # of the second only the form changed
        for picture in (before, after):
            assert re.search(rf'class="userTask changed" data-element="{element}"', picture), element
    assert "4 Afwegen — veranderd" in after
    assert "4 Wegen van het geweld — veranderd" in before


def test_on_a_telephone_the_picture_is_as_narrow_as_what_differs(wieke: Person) -> None:
    change(wieke, DIAGRAM, 'name="1 Signalen in kaart brengen"', 'name="1 Signalen"')
    page = wieke.get("/ontwerp/vergelijk")

    def width(found: str) -> int:
        said = re.search(r'width="(\d+)"', wieke.client.get(unescape(found)).text)
        assert said
        return int(said[1])

    narrow = re.findall(r'<source media="\(width < 48rem\)" srcset="([^"]+)"', page)
    assert [width(one) for one in narrow] == [440, 440]
    assert [width(one) for one in re.findall(r'<img src="([^"]+)"', page)] == [960, 960]


def test_what_came_and_what_went_is_marked_on_the_side_where_it_is(app: Flask, wieke: Person) -> None:
    """An arrow's condition, and a task that has another id now."""
    first = re.search(r"/ontwerp/versies/(\w{64})/", wieke.get("/ontwerp/versies"))
    assert first
    put_in_force(app, (b'"wegen"', b'"weeg_af"'))
    place = f"/ontwerp/vergelijk?van={first[1]}&naar=live"
    page = wieke.get(place)
    assert "Vervalt: de taak “4 Wegen van het geweld”" in unescape(page)
    assert "Nieuw: de taak “4 Wegen van het geweld”" in unescape(page)
    assert 'href="/ontwerp/diagram' not in page  # neither side is the draft
    before, after = (
        wieke.get(f"/ontwerp/vergelijk/schema/{side}/{DIAGRAM}?van={first[1]}&naar=live")
        for side in ("van", "naar")
    )
    assert 'class="userTask removed" data-element="wegen"' in before
    assert 'class="userTask added" data-element="weeg_af"' in after


def test_a_draft_that_cannot_be_read_is_said_and_a_version_that_is_not_there_is_not_found(
    app: Flask, wieke: Person
) -> None:
    change(wieke, DIAGRAM, "</bpmn:definitions>", "")
    for path in ("/ontwerp/vergelijk", "/ontwerp/document"):
        page = wieke.get(path)
        assert "nu niet te lezen" in page
        assert DIAGRAM in page
    assert wieke.client.get("/ontwerp/vergelijk?van=live&naar=live").status_code == 200
    for odd in ("0" * 64, "x", "../live", ""):
        assert wieke.client.get("/ontwerp/vergelijk", query_string={"van": odd}).status_code == 404, odd
        assert wieke.client.get(f"/ontwerp/vergelijk/schema/van/{DIAGRAM}?van={odd}").status_code == 404
    assert wieke.client.get("/ontwerp/vergelijk/schema/van/geen.bpmn?naar=live").status_code == 404


# --- the document --------------------------------------------------------------------------------------


def test_everybody_reads_what_holds_as_a_document_and_only_designers_the_draft(
    app: Flask, wieke: Person
) -> None:
    assert "geldt nog niet" not in wieke.get("/ontwerp/document")  # nothing was changed in it
    change(wieke, DIAGRAM, 'name="4 Wegen van het geweld"', 'name="4 Afwegen"')
    sanne = Person(app).sign_in("sanne")
    assert 'href="/werkwijze/document"' in sanne.get("/werkwijze")
    page = sanne.get("/werkwijze/document")
    told = text_of(page)
    assert "4 Wegen van het geweld" in told
    assert "4 Afwegen" not in told
    for word in (
        "Vervangen door",
        "De eerste regel die past, geldt.",
        "krijgt de leerkracht een herinnering",
    ):
        assert word in told, word
    # the weighing table by the labels of the forms
    assert "Nu of binnenkort in gevaar? “Ja” Advies: melden Meldnorm: 1 Reden:" in told
    pictures = re.findall(r'<img src="([^"]+)"', page)
    assert pictures
    assert all(sanne.client.get(address).mimetype == "image/svg+xml" for address in pictures)
    assert sanne.client.get(f"/werkwijze/document/schema/{len(pictures) + 1}.svg").status_code == 404
    # what lands in somebody's history says nothing
    for address in re.findall(r'(?:href|src)="([/#][^"]*)"', page):
        assert not TELLING.search(address), address
    drafted = text_of(wieke.get("/ontwerp/document"))
    assert "4 Afwegen" in drafted
    assert "ontwerp, geldt nog niet" in drafted
    assert sanne.client.get("/ontwerp/document").status_code == 403


# --- as a PDF ------------------------------------------------------------------------------------------


def pdf(person: Person, address: str) -> PdfReader:
    """What is offered to keep at this address, read by another program than the one that made it."""
    answer = person.client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), address
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    return PdfReader(io.BytesIO(answer.data), strict=True)


def told_in(reader: PdfReader) -> str:
    """The text on it. Drawings are on pages that are wider than high, and take seconds to take apart."""
    upright = [page for page in reader.pages if page.mediabox.height > page.mediabox.width]
    return " ".join(" ".join(page.extract_text() for page in upright).split())


def tags(reader: PdfReader) -> list[tuple[str, str]]:
    """The tags of a PDF in reading order, each with what is told of it to who does not see it."""
    found: list[tuple[str, str]] = []
    waiting = [reader.root_object["/StructTreeRoot"]]
    while waiting:
        one = waiting.pop().get_object()
        if isinstance(one, list):
            waiting += reversed(one)
        elif isinstance(one, dict):
            if "/S" in one:
                found.append((one["/S"], str(one.get("/Alt", ""))))
            if "/K" in one:
                waiting.append(one["/K"])
    return found


def promises_access(reader: PdfReader) -> bool:
    """Does it say that it keeps to PDF/UA-1?"""
    return b"pdfuaid" in reader.root_object["/Metadata"].get_data()


def test_the_document_is_an_accessible_pdf_that_tells_what_the_page_tells(app: Flask, wieke: Person) -> None:
    change(wieke, DIAGRAM, 'name="4 Wegen van het geweld"', 'name="4 Afwegen – één reünie, Şahin"')
    page = wieke.get("/ontwerp/document")
    address = re.search(r'href="(/ontwerp/document/ontwerp/document\.pdf)"', page)
    assert address
    drafted = pdf(wieke, address[1])
    root, told = drafted.root_object, told_in(drafted)
    assert promises_access(drafted)
    assert root["/Lang"] == "nl"
    assert root["/MarkInfo"]["/Marked"]
    assert drafted.metadata
    assert drafted.metadata.title == "Meldcode Basisschool Het Voorbeeld"
    for word in (
        "Ontwerp, geldt nog niet",
        "4 Afwegen – één reünie, Şahin",
        "krijgt de leerkracht een herinnering",
        "De eerste regel die past, geldt.",
        "Vervangen door",
        "Naam en functie Datum Handtekening",
        f"Bladzijde 2 van {len(drafted.pages)}",
    ):
        assert word in told, word
    kinds = tags(drafted)
    assert {"/H1", "/H2", "/TOC", "/Table", "/TH", "/L", "/Figure"} <= {kind for kind, _ in kinds}
    figures = [alt for kind, alt in kinds if kind == "/Figure"]
    assert len(figures) >= len(re.findall(r'<img src="', page))
    assert all("staat in dit document in zinnen" in alt for alt in figures)
    fonts = {name: font for page in drafted.pages for name, font in page["/Resources"]["/Font"].items()}
    inner = [one.get_object()["/DescendantFonts"][0].get_object() for one in fonts.values()]
    assert {one["/BaseFont"].partition("+")[2].partition("-")[0] for one in inner} <= {"NotoSans", "NotoMore"}
    # nothing is left to the computer of who reads it
    assert all("/FontFile2" in one["/FontDescriptor"] for one in inner)
    sanne = Person(app).sign_in("sanne")
    holds = re.search(r'href="(/werkwijze/document\.pdf)"', sanne.get("/werkwijze/document"))
    assert holds
    told = told_in(pdf(sanne, holds[1]))
    assert "4 Wegen van het geweld" in told
    assert "Handtekening" not in told
    assert sanne.client.get(address[1]).status_code == 403


def test_what_a_designer_types_is_never_read_as_markup(wieke: Person) -> None:
    """Nor does a letter that the fonts lack keep anybody from the document."""
    odd = "#panic[x] *a* $b$ → @c &lt;d&gt; \\n //e"
    change(wieke, DIAGRAM, 'name="4 Wegen van het geweld"', f'name="{odd}"')
    made = pdf(wieke, "/ontwerp/vergelijk/lijst.pdf")
    assert unescape(odd) in told_in(made)
    assert promises_access(made)
    change(wieke, DIAGRAM, f'name="{odd}"', 'name="4 Wegen \U0001f600"')
    made = pdf(wieke, "/ontwerp/vergelijk/lijst.pdf")
    assert "4 Wegen" in told_in(made)
    assert not promises_access(made)


def test_what_changes_is_a_pdf_to_sign(wieke: Person) -> None:
    change(wieke, DIAGRAM, 'name="4 Wegen van het geweld"', 'name="4 Afwegen"')
    address = re.search(r'href="(/ontwerp/vergelijk/lijst\.pdf\?[^"]+)"', wieke.get("/ontwerp/vergelijk"))
    assert address
    made = pdf(wieke, unescape(address[1]))
    told = told_in(made)
    for word in (
        "Van wat nu geldt naar het ontwerp.",
        "Veranderd: ",
        "“4 Afwegen”",
        "gaan akkoord",
        "Handtekening",
    ):
        assert word in told, word
    assert promises_access(made)
    change(wieke, DIAGRAM, "</bpmn:definitions>", "")
    assert wieke.client.get(unescape(address[1])).status_code == 404


# --- taking cases along --------------------------------------------------------------------------------


def test_cases_are_looked_at_moved_and_counted_without_a_script(app: Flask, wieke: Person) -> None:
    db = database(app)
    assert "Alle open zaken volgen wat nu geldt" in wieke.get("/ontwerp/overzetten")
    sanne = Person(app).sign_in("sanne")
    goes, stays = sanne.start(), sanne.start()
    sanne.finish(goes)
    version = put_in_force(app, (b'"signalen"', b'"zien"'))
    assert "2 open zaken volgen een eerdere versie" in wieke.get("/ontwerp/overzetten")

    seen = wieke.press("/ontwerp/overzetten", "/ontwerp/overzetten/bekijken")
    told = text_of(seen.text)
    assert "Gaan over 1 zaak" in told
    assert "Blijven 1 zaak" in told
    assert "De zaak staat bij" in told
    assert "Er gaat niet meteen een mail uit" in told
    token = {**_token(wieke, "/ontwerp/overzetten"), "versie": version}
    assert wieke.client.post("/ontwerp/overzetten/beginnen", data=token).status_code == 422
    assert _versions(app) != {version}

    begun = wieke.client.post("/ontwerp/overzetten/beginnen", data={**token, "gezien": "ja"})
    assert goes_to(begun) == "/ontwerp/overzetten"
    page = wieke.get("/ontwerp/overzetten")
    assert "0 van 2 zaken" in page
    assert wieke.client.get("/ontwerp/overzetten").headers["Refresh"] == "3"
    assert "Refresh" not in wieke.client.get("/ontwerp/overzetten?ververs=nee").headers
    again = wieke.client.post("/ontwerp/overzetten/beginnen", data={**token, "gezien": "ja"})
    assert again.status_code == 409
    while chores.do_due(db, clock.real()):
        pass
    page = wieke.get("/ontwerp/overzetten")
    assert "Refresh" not in wieke.client.get("/ontwerp/overzetten").headers
    told = text_of(page)
    assert "1 zaak ging over, 1 bleef" in told
    assert "Wieke" in told
    assert "1 open zaak volgt een eerdere versie" in told
    assert len(_versions(app)) == 2
    assert sanne.get(stays)  # who has the case that stayed goes on with it
    assert audit.verify(db, _home(app)) == []


def test_a_move_is_stopped_and_begins_only_for_the_version_that_was_looked_at(
    app: Flask, wieke: Person
) -> None:
    sanne = Person(app).sign_in("sanne")
    sanne.start()
    earlier = put_in_force(app, (b'name="4 Wegen van het geweld"', b'name="4 Weeg"'))
    seen = wieke.press("/ontwerp/overzetten", "/ontwerp/overzetten/bekijken")
    assert seen.status_code == 200
    put_in_force(app, (b'name="4 Wegen van het geweld"', b'name="4 Weging"'))
    token = _token(wieke, "/ontwerp/overzetten")
    late = {**token, "versie": earlier, "gezien": "ja"}
    assert wieke.client.post("/ontwerp/overzetten/beginnen", data=late).status_code == 409
    form = wieke.press("/ontwerp/overzetten", "/ontwerp/overzetten/bekijken").text
    version = re.search(r'name="versie" value="(\w+)"', form)
    assert version
    begun = {**token, "versie": version[1], "gezien": "ja"}
    assert goes_to(wieke.client.post("/ontwerp/overzetten/beginnen", data=begun)) == "/ontwerp/overzetten"
    stop = re.search(r'action="(/ontwerp/overzetten/[^"]+/stoppen)"', wieke.get("/ontwerp/overzetten"))
    assert stop
    assert goes_to(wieke.press("/ontwerp/overzetten", stop[1])) == "/ontwerp/overzetten"
    assert wieke.client.post(stop[1], data=token).status_code == 409
    assert chores.do_due(database(app), clock.real()) >= 0
    assert version[1] not in _versions(app)
    assert "gestopt" in wieke.get("/ontwerp/overzetten")


def test_a_designer_who_is_shut_out_of_a_case_does_not_find_it_here(app: Flask, wieke: Person) -> None:
    db, home = database(app), _home(app)
    sanne = Person(app).sign_in("sanne")
    sanne.start()
    put_in_force(app, (b'"signalen"', b'"zien"'))
    with db.transaction(home) as tx:
        reference = tx.execute(sa.select(cases.c.reference).where(scoped(cases))).scalar_one()
    before = wieke.press("/ontwerp/overzetten", "/ontwerp/overzetten/bekijken").text
    assert reference in before
    version = re.search(r'name="versie" value="(\w+)"', before)
    assert version is None  # nothing can go, so there is nothing to begin
    with db.transaction(home) as tx:
        wiekes = next(one.id for one in _people(tx) if one.name == "Wieke")
        tx.execute(sa.update(cases).where(scoped(cases)).values(excluded=[wiekes.hex]))
    assert "Alle open zaken volgen wat nu geldt" in wieke.get("/ontwerp/overzetten")
    token = _token(wieke, "/ontwerp/overzetten")
    assert reference not in wieke.client.post("/ontwerp/overzetten/bekijken", data=token).text


# --- who may not come near it --------------------------------------------------------------------------


def test_another_organisation_compares_reads_and_moves_nothing_of_this_one(app: Flask, wieke: Person) -> None:
    change_mail(wieke, "Alleen van de school.")
    publish(wieke)
    first = re.findall(r"/ontwerp/versies/(\w{64})/map\.zip", wieke.get("/ontwerp/versies"))[-1]
    sanne = Person(app).sign_in("sanne")
    sanne.start()
    _move_in(database(app))
    other = Person(app).sign_in("vreemd")
    assert other.client.get(f"/ontwerp/vergelijk?van={first}").status_code == 404
    assert other.client.get(f"/ontwerp/vergelijk/schema/van/{DIAGRAM}?van={first}").status_code == 404
    assert other.client.get(f"/ontwerp/document/{first}").status_code == 404
    assert other.client.get(f"/ontwerp/document/{first}/schema/{DIAGRAM}").status_code == 404
    assert "Alleen van de school" not in other.get("/ontwerp/vergelijk") + other.get("/werkwijze/document")
    assert "Alle open zaken volgen" in other.get("/ontwerp/overzetten")
    token = _token(other, "/ontwerp/overzetten")
    assert other.client.post("/ontwerp/overzetten/bekijken", data=token).status_code == 200
    stopping = f"/ontwerp/overzetten/{UUID(int=1)}/stoppen"
    assert other.client.post(stopping, data=token).status_code == 409
    assert heading(other.get("/werkwijze/document"))


def _versions(app: Flask) -> set[str]:
    with database(app).reading(_home(app)) as tx:
        return set(tx.execute(sa.select(cases.c.version).where(scoped(cases))).scalars())


def _people(tx) -> list:
    from meldcode import people

    return people.listed(tx)
