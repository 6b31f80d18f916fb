"""Makes the application: each concern adds itself, each view registers its pages."""

from __future__ import annotations

import io
import mimetypes
from typing import IO, Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Request, request
from werkzeug.middleware.proxy_fix import ProxyFix

from meldcode.messages import MeldcodeError
from meldcode.settings import Settings
from meldcode.store import Database
from meldcode.workdays import Calendar
from web import (
    assets,
    compression,
    csp,
    csrf,
    demo,
    errors,
    health,
    language,
    requests,
    sessions,
    uploads,
    words,
)
from web.organisation import administers, calendar, designs, published, role_name, supervises
from web.services import EXTENSION, Services, now
from web.sessions import visitor
from web.views import (
    account,
    acute,
    advice,
    cases,
    deadlines,
    desk,
    desk_compare,
    desk_document,
    desk_files,
    desk_migrate,
    desk_publishing,
    desk_questions,
    desk_rehearse,
    desk_remarks,
    desk_sharing,
    desk_story,
    desk_texts,
    drafts,
    exclusions,
    files,
    free_days,
    holding,
    incidents,
    notes,
    organisation,
    passwords,
    pausing,
    people,
    signin,
    tasks,
)
from web.views import demo as demo_pages
from workers.nudge import Nudge

#: The longest answer of a form is 10,000 characters; a whole form stays far below this.
LARGEST_POST = 512 * 1024
MOST_FIELDS = 2_000


log = structlog.get_logger(__name__)


class InMemory(Request):
    """A request whose parts never reach the disk: neither answers nor files may lie in `/tmp`."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()


class Pages(Flask):
    """The application. Of a fault it logs the kind, the place and the route; Flask would log the path, which
    names a case."""

    def log_exception(self, exc_info: Any) -> None:
        route = request.url_rule.rule if request.url_rule else None
        log.error("page_failed", route=route, exc_info=exc_info)


def create_app(settings: Settings, db: Database | None = None, nudge: Nudge | None = None) -> Flask:
    """The pages on one database. Without `db` and `nudge` they are made from the settings.

    Raises `web.assets.NotBuilt` when the styles and scripts have not been built.
    """
    mimetypes.add_type("font/woff2", ".woff2")
    mimetypes.add_type("text/javascript", ".js")
    app = Pages("web", static_folder=None)
    app.request_class = InMemory
    app.url_map.merge_slashes = False  # no answer to `//` that names a host: there is no such page
    https = settings.base_url.startswith("https:")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=_hosts(settings.base_url),
        MAX_CONTENT_LENGTH=LARGEST_POST,
        MAX_FORM_MEMORY_SIZE=LARGEST_POST,
        MAX_FORM_PARTS=MOST_FIELDS,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions[EXTENSION] = Services(
        settings=settings, db=db or settings.database(), nudge=nudge or Nudge(settings.broker_url)
    )
    if settings.trusted_proxies:
        # the last addresses in X-Forwarded-For are our own proxies' words; the rest is the visitor's
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    health.init_app(app)
    requests.init_app(app)
    csp.init_app(app, https=https)
    compression.init_app(app)
    sessions.init_app(app, https=https)
    language.init_app(app)
    uploads.init_app(app)
    csrf.init_app(app)
    assets.init_app(app)
    words.init_app(app)
    errors.init_app(app)
    for view in (
        signin,
        passwords,
        account,
        organisation,
        people,
        free_days,
        tasks,
        holding,
        advice,
        exclusions,
        pausing,
        deadlines,
        drafts,
        cases,
        notes,
        acute,
        incidents,
        desk,
        desk_files,
        desk_texts,
        desk_publishing,
        desk_questions,
        desk_sharing,
        desk_compare,
        desk_document,
        desk_migrate,
        desk_rehearse,
        desk_remarks,
        desk_story,
        files,
        demo_pages,
    ):
        view.init_app(app)
    app.context_processor(_around_every_page)
    return app


def _hosts(base_url: str) -> list[str]:
    """The names this deployment answers to: a made-up `Host` header would end up in links."""
    host = urlsplit(base_url).hostname or ""
    return ["localhost", "127.0.0.1", "[::1]"] if host in ("localhost", "127.0.0.1", "::1") else [host]


def _around_every_page() -> dict[str, Any]:
    """What the frame of a page shows: who is signed in, where, and in a demonstration which day it is."""
    try:
        return _frame()
    except MeldcodeError:
        return {"visitor": None, "here_path": "/"}  # the page that says why must still be shown


def _frame() -> dict[str, Any]:
    who = visitor()
    found: dict[str, Any] = {"visitor": who, "demo": demo.is_on(), "here_path": request.path}
    local = Calendar().local(now())
    if who is not None:
        local = calendar().local(now())
        found["organisation_name"] = published().version.organisation.name
        found["supervising"] = supervises()
        found["administering"] = administers()
        found["designing"] = designs()
        found["role_names"] = sorted(role_name(role) for role in who.roles)
    found["today_in_words"] = words.day_in_words(local)
    found["demo_now"] = f"{words.short_day(local)} {local.year}, {words.time_of_day(local)}"
    return found
