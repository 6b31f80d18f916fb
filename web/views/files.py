"""The few small files that are not built: the icon of the tab, and what robots may read (nothing)."""

from __future__ import annotations

from flask import Blueprint, Flask, Response

blueprint = Blueprint("files", __name__)

A_DAY = 86_400

#: A winding path, as in the top bar; it says nothing about what these pages are for.
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none">'
    '<rect width="32" height="32" rx="9" fill="#2b7a6f"/>'
    '<path d="M8.5 21.5c2-.2 3-1.5 3.5-3.200s1.5-3 3.5-3.2 3-1.5 3.5-3.200S20.5 9 23 9" '
    'stroke="#fff" stroke-width="2.6" stroke-linecap="round"/>'
    '<circle cx="23.3" cy="9" r="2.4" fill="#fff"/></svg>'
)


@blueprint.get("/favicon.ico")
@blueprint.get("/icon.svg")  # nearest to the function: what `url_for` gives
def icon() -> Response:
    """The icon of the tab. Browsers ask for the second name whatever the page says."""
    answer = Response(ICON, mimetype="image/svg+xml")
    answer.cache_control.public = True
    answer.cache_control.max_age = A_DAY
    return answer


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Nothing here is for a search engine."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


def init_app(app: Flask) -> None:
    """Registers these files."""
    app.register_blueprint(blueprint)
