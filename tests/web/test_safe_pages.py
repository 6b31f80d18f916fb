"""What every page has in common: headers, tokens, limits, neutral words, and kind errors."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from meldcode.messages import Text
from meldcode.store.errors import StoreError
from tests.web.conftest import Make
from tests.web.person import Person, case_of, forms, heading, title
from web.app import LARGEST_POST, create_app
from web.assets import NotBuilt
from web.csp import POLICY
from web.csrf import mask, unmask

#: Somebody looking over a shoulder, or at a history, learns nothing.
TELLING = re.compile(
    r"meldcode|geweld|mishandel|veilig.?thuis|gevaar|melden|melding|wegen|signal|gesprek|kind|slachtoffer",
    re.IGNORECASE,
)

#: A script, a style or an event handler written in the page itself.
INSIDE = re.compile(r"<style|\sstyle=|<script(?![^>]+\bsrc=)|\son[a-z]+=|javascript:")


@pytest.fixture
def pages(sanne: Person) -> list[str]:
    """Addresses of every kind of page around a case with something in it, and of pages that are not there."""
    first = sanne.start()
    done = sanne.finish(first, {"vermoeden_over": "thuis"})
    case = case_of(first)
    return [
        "/",
        "/zaken",
        f"/zaken/{case}",
        f"/zaken/{case}/schema.svg",
        f"/zaken/{case}/plek.svg",
        f"/zaken/{case}/bellen",
        sanne.task("Overleg"),
        done,
        "/demo/mails",
        "/even-weg",
        "/nergens",
    ]


def answers(person: Person, pages: list[str]) -> Iterator[tuple[str, TestResponse]]:
    return ((path, person.client.get(path)) for path in pages)


def test_every_page_carries_the_security_headers_and_is_kept_nowhere(sanne: Person, pages: list[str]) -> None:
    for path, answer in answers(sanne, pages):
        policy = answer.headers["Content-Security-Policy"]
        assert policy == POLICY if not path.endswith(".svg") else policy.startswith("default-src 'none'"), (
            path
        )
        assert answer.headers["Cache-Control"] == "no-store", path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Referrer-Policy"] == "same-origin", path
        assert answer.headers["X-Frame-Options"] == "DENY", path


def test_the_icon_of_the_tab_is_asked_for_once_and_not_with_every_page(sanne: Person) -> None:
    for path in ("/icon.svg", "/favicon.ico"):
        answer = sanne.client.get(path)
        assert answer.headers["Cache-Control"] == "public, max-age=86400"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers


def test_nothing_is_written_inside_a_page_that_the_policy_would_refuse(
    sanne: Person, pages: list[str]
) -> None:
    for path, answer in answers(sanne, pages):
        assert not INSIDE.search(answer.text), path


def test_titles_and_addresses_say_nothing_about_what_a_case_is_about(sanne: Person, pages: list[str]) -> None:
    for path, answer in answers(sanne, pages):
        assert not TELLING.search(path), path
        if not path.endswith(".svg"):
            assert not TELLING.search(title(answer.text)), title(answer.text)
        for address in re.findall(r'(?:href|src|action)="(/[^"]*)"', unescape(answer.text)):
            assert not TELLING.search(address), address


def test_every_address_that_changes_something_refuses_a_request_without_a_token(
    app: Flask, sanne: Person
) -> None:
    some = "0f2f6f6f-3f10-4b6c-9a53-6f1f4c9e6a3b"
    posts = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert len(posts) >= 9
    for rule in posts:
        path = re.sub(r"<[^>]+>", some, rule.rule)
        for token in ("", "x", mask("verzonnen")):
            answer = sanne.client.post(path, data={"csrf_token": token, "naam": "henk"})
            assert answer.status_code == 400, path
            assert heading(answer.text) == "Deze pagina stond te lang open"
    assert "Sanne" in sanne.get("/")


def test_the_token_looks_different_on_every_page_and_each_one_works(sanne: Person) -> None:
    tokens = {sanne.form("/", "/taal").fields["csrf_token"][0] for _ in range(5)}
    assert len(tokens) == 5
    # each says in which second it was made; what it stands for is the same
    assert len({unmask(token).split(".")[0] for token in tokens}) == 1
    for token in tokens:
        assert sanne.client.post("/taal", data={"csrf_token": token, "taal": "nl"}).status_code == 303


@pytest.mark.parametrize("text", ["", "a", "é", "====", "a" * 7, "-_" * 1000])
def test_a_token_that_nobody_made_is_read_as_none(text: str) -> None:
    assert unmask(mask(text.encode("ascii", "ignore").decode())) == text.encode("ascii", "ignore").decode()
    assert not unmask(text).isalnum()


def test_a_made_up_host_name_is_refused(visitor: Person) -> None:
    assert visitor.client.get("/inloggen", headers={"Host": "evil.example"}).status_code == 400
    assert visitor.client.get("/inloggen", headers={"Host": "localhost:8000"}).status_code == 200


def test_too_large_a_post_gets_a_kind_page(sanne: Person) -> None:
    task = sanne.start()
    form = sanne.form(task)
    answer = sanne.send(form, {"eigen_indruk": "x" * (LARGEST_POST + 1)})
    assert answer.status_code == 413
    assert heading(answer.text) == "Dat is te veel in één keer"


def test_thousands_of_fields_get_a_kind_page(sanne: Person) -> None:
    form = sanne.form(sanne.start())
    answer = sanne.send(form, {f"veld{number}": "x" for number in range(3000)})
    assert answer.status_code in (413, 422)


@pytest.mark.parametrize(
    ("method", "path", "code", "words"),
    [
        ("get", "/nergens", 404, "Deze pagina is er niet"),
        ("get", "/zaken/0f2f6f6f-3f10-4b6c-9a53-6f1f4c9e6a3b", 404, "Deze pagina is er niet"),
        ("get", "/zaken/geen-nummer", 404, "Deze pagina is er niet"),
        ("get", "/uitloggen", 405, "Deze pagina is er niet"),
        ("get", "/static/build/../../app.py", 404, "Deze pagina is er niet"),
        ("get", "/static/build/manifest.json", 404, "Deze pagina is er niet"),
    ],
)
def test_what_does_not_exist_is_said_kindly(
    sanne: Person, method: str, path: str, code: int, words: str
) -> None:
    answer = getattr(sanne.client, method)(path)
    assert answer.status_code == code
    assert heading(answer.text) == words
    assert "0800-2000" in answer.text


@pytest.mark.parametrize("address", ["/zaken//dicht", "/ontwerp/document////document.pdf"])
def test_an_address_with_doubled_slashes_is_no_page_and_leads_nowhere(sanne: Person, address: str) -> None:
    answer = sanne.client.get(f"http://localhost{address}")
    assert answer.status_code == 404
    assert "Location" not in answer.headers


def test_a_fault_of_ours_tells_that_nothing_was_saved_and_no_more(
    app: Flask, sanne: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret of a case")

    monkeypatch.setattr("web.views.cases.cases.overview", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = sanne.client.get("/zaken")
    assert answer.status_code == 500
    assert heading(answer.text) == "Er ging iets mis"
    assert "secret" not in answer.text


def test_a_database_that_is_away_gets_a_kind_page_on_every_address(
    sanne: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise StoreError(Text("De gegevens zijn even niet bereikbaar.", "The data cannot be reached."))

    monkeypatch.setattr("web.sessions.people.actor_of", away)
    answer = sanne.client.get("/")
    assert answer.status_code == 503
    assert "even niet bereikbaar" in answer.text
    assert "112" in answer.text


def test_pages_are_compressed_and_equal_pages_differ_in_length(sanne: Person) -> None:
    lengths = set()
    for _ in range(12):
        answer = sanne.client.get("/zaken", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert heading(gzip.decompress(answer.data).decode()) == "Open zaken"
        lengths.add(len(answer.data))
    assert len(lengths) > 4


def test_built_files_are_compressed_beforehand_and_kept_for_a_year(visitor: Person) -> None:
    page = visitor.get("/inloggen")
    style = re.findall(r'href="(/static/build/[^"]+\.css)"', page)[0]
    answer = visitor.client.get(style, headers={"Accept-Encoding": "gzip"})
    plain = visitor.client.get(style)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == plain.data
    assert plain.mimetype == answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_first_visit_and_every_page_after_it_are_light(sanne: Person, pages: list[str]) -> None:
    gzipped = {"Accept-Encoding": "gzip"}

    def weight(path: str) -> int:
        answer = sanne.client.get(path, headers=gzipped)
        return len(answer.data) + len(str(answer.headers))

    built = set(re.findall(r'"(/(?:static/build/|icon)[^"]+)"', sanne.get("/")))
    assert len(built) == 5
    assert weight("/") + sum(weight(path) for path in built) <= 100_000
    picture = next(path for path in pages if path.endswith("/plek.svg"))
    for path in pages:
        if not path.endswith(".svg"):
            assert weight(path) + weight(picture) <= 12_000, path


def test_without_a_build_the_application_says_what_to_run(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make().extensions["meldcode"].settings
    monkeypatch.setattr("web.assets.BUILD", tmp_path)
    with pytest.raises(NotBuilt, match="npm run build") as refused:
        create_app(settings)
    assert "make setup" in refused.value.text.nl


def test_robots_are_told_to_stay_away(visitor: Person) -> None:
    assert "Disallow: /" in visitor.get("/robots.txt")
    assert "noindex" in visitor.client.get("/inloggen").headers["X-Robots-Tag"]


def test_every_form_of_a_page_carries_a_token(sanne: Person, pages: list[str]) -> None:
    for path in pages:
        if path.endswith(".svg") or path == "/nergens":
            continue
        for form in forms(sanne.get(path)):
            assert form.fields.get("csrf_token"), (path, form.action)
