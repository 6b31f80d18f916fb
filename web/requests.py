"""One line in the log for each request: enough to see what is slow or broken, and nothing about anybody.

The route's pattern instead of the path (a path names a case), no query, no address, no person: who did and
read what is in the audit log, where it is kept as the law wants it. See docs/decisions/request-log.md.
"""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger(__name__)
_QUIET = {"assets.build", "files.icon"}  # files of the build: read once, then kept by the browser


def init_app(app: Flask) -> None:
    """Logs every answer when it is ready, but not the files of the build."""

    @app.before_request
    def _begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def _line(response: Response) -> Response:
        if request.endpoint in _QUIET and response.status_code < 400:
            return response
        began = g.get("began")
        log.info(
            "request",
            method=request.method if request.method in _METHODS else "other",
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            ms=None if began is None else round((time.perf_counter() - began) * 1000, 1),
        )
        return response


_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
