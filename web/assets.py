"""Styles, scripts and fonts that Vite built; their names change with their content."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, request, url_for

from meldcode.messages import MeldcodeError, Text

BUILD = Path(__file__).resolve().parent / "static" / "build"
A_YEAR = 31_536_000
EXTENSION = "assets"

blueprint = Blueprint("assets", __name__)


class NotBuilt(MeldcodeError):
    """The front end has not been built yet."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "De vormgeving is nog niet gebouwd. Voer `make setup` uit "
                "(of: npm ci && npm run build in web/frontend) en start opnieuw.",
                "The pages' styles have not been built yet. Run `make setup` "
                "(or: npm ci && npm run build in web/frontend) and start again.",
            )
        )


@dataclass(frozen=True, slots=True)
class File:
    """One built file; `compressed` is its gzip form where that is smaller."""

    body: bytes
    compressed: bytes | None
    mimetype: str


@dataclass(frozen=True, slots=True)
class Build:
    """Everything that was built: a few hundred kB, kept in memory. `names` maps source → file name, `imports`
    source → the sources whose scripts it needs."""

    names: Mapping[str, str]
    imports: Mapping[str, tuple[str, ...]]
    files: Mapping[str, File]


def read_build(folder: Path) -> Build:
    """Read Vite's manifest and the files it names. Raises `NotBuilt`."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        names = {source: entry["file"] for source, entry in manifest.items()}
        imports = {source: tuple(entry.get("imports", ())) for source, entry in manifest.items()}
        return Build(names, imports, {name: _file(folder / name) for name in names.values()})
    except FileNotFoundError as error:
        raise NotBuilt from error


def _file(path: Path) -> File:
    squeezed = path.with_name(f"{path.name}.gz")
    return File(
        path.read_bytes(),
        squeezed.read_bytes() if squeezed.is_file() else None,
        mimetypes.guess_type(path.name)[0] or "application/octet-stream",
    )


def asset(source: str) -> str:
    """The address of what was built from `source`, such as `src/pages.css`."""
    return url_for("assets.build", name=_built().names[source])


def is_built(source: str) -> bool:
    """Is there a built file of this source? Of the designer's editors a server may do without."""
    return source in _built().names


def imported(source: str) -> list[str]:
    """The addresses of the scripts that a script needs, directly or through others: to be fetched at once."""
    found: list[str] = []
    todo = list(_built().imports[source])
    while todo:
        one = todo.pop(0)
        if one not in found:
            found.append(one)
            todo += _built().imports[one]
    return [asset(one) for one in found]


def fonts() -> list[str]:
    """The addresses of the two fonts every page needs, to be fetched before the styles ask for them."""
    needed = ("latin-400-normal.woff2", "latin-700-normal.woff2")
    return [asset(source) for source in sorted(_built().names) if source.endswith(needed)]


@blueprint.get("/static/build/<name>")
def build(name: str) -> Response:
    """One built file, compressed beforehand where that helps, kept by the browser for a year."""
    file = _built().files.get(name)
    if file is None:
        abort(404)
    squeezed = file.compressed if request.accept_encodings.quality("gzip") > 0 else None
    response = Response(squeezed or file.body, mimetype=file.mimetype)
    if squeezed:
        response.headers["Content-Encoding"] = "gzip"
    if file.compressed:
        response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    response.cache_control.max_age = A_YEAR
    response.cache_control.immutable = True
    return response


def _built() -> Build:
    found: Build = current_app.extensions[EXTENSION]
    return found


def init_app(app: Flask) -> None:
    """Serves the build and gives templates `asset(…)`. Raises `NotBuilt` at once, not at the first page."""
    app.extensions[EXTENSION] = read_build(BUILD)
    app.register_blueprint(blueprint)
    helpers: dict[str, Any] = app.jinja_env.globals
    helpers.update(asset=asset, fonts=fonts, imported=imported)
