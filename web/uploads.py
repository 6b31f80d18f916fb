"""Addresses that take more than a form: known before anything of the request is read.

Every other address takes half a megabyte. The CSRF check reads a posted form first, so a view would be too
late to say how much may come.
"""

from __future__ import annotations

from flask import Flask, request

#: Endpoint → the most bytes one request may have.
LARGER: dict[str, int] = {}


def init_app(app: Flask) -> None:
    """Lets these addresses take more; to be called before the CSRF check is set up."""

    @app.before_request
    def _more() -> None:
        most = LARGER.get(request.endpoint or "")
        if most is not None:
            request.max_content_length = most
