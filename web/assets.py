"""Styles, scripts and fonts that Vite built; their names change with their content."""

from __future__ import annotations

import json
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, request, send_from_directory, url_for

from meldcode.messages import MeldcodeError, Text

BUILD = Path(__file__).resolve().parent / "static" / "build"
A_YEAR = 31_536_000

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


@lru_cache(maxsize=4)
def manifest(folder: Path) -> dict[str, Any]:
    """Vite's list of what it built: source → `{"file": …}`. Raises `NotBuilt`."""
    try:
        found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotBuilt from error
    return found


def asset(source: str) -> str:
    """The address of what was built from `source`, such as `src/pages.css`."""
    name = manifest(current_app.config["BUILD"])[source]["file"]
    return url_for("assets.build", name=name)


def fonts() -> list[str]:
    """The addresses of the two fonts every page needs, to be fetched before the styles ask for them."""
    built = manifest(current_app.config["BUILD"])
    return [
        url_for("assets.build", name=entry["file"])
        for source, entry in sorted(built.items())
        if source.endswith(("latin-400-normal.woff2", "latin-700-normal.woff2"))
    ]


@blueprint.get("/static/build/<name>")
def build(name: str) -> Response:
    """One built file, compressed beforehand where that helps, kept by the browser for a year."""
    folder: Path = current_app.config["BUILD"]
    if not any(name == entry["file"] for entry in manifest(folder).values()):
        abort(404)
    squeezed = f"{name}.gz"
    compressed = request.accept_encodings.quality("gzip") > 0 and (folder / squeezed).is_file()
    response = send_from_directory(
        folder, squeezed if compressed else name, mimetype=mimetypes.guess_type(name)[0], max_age=A_YEAR
    )
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
    if (folder / squeezed).is_file():
        response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    response.cache_control.immutable = True
    return response


def init_app(app: Flask) -> None:
    """Serves the build and gives templates `asset(…)`. Raises `NotBuilt` at once, not at the first page."""
    app.config.setdefault("BUILD", BUILD)
    manifest(app.config["BUILD"])
    app.register_blueprint(blueprint)
    helpers: dict[str, Any] = app.jinja_env.globals
    helpers.update(asset=asset, fonts=fonts)
