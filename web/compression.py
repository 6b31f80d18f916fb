"""Pages go over the line compressed, in such a way that their length gives nothing away.

Compressing a page that holds a secret next to text a stranger chose lets that stranger guess the secret
from the length (BREACH). No page repeats anything from its address, the CSRF token is masked (`csrf.py`),
cookies are SameSite, and here each page gets a random number of bytes in its gzip header ("Heal the
BREACH", as in Django), so that equal pages differ in length.
"""

from __future__ import annotations

import gzip
import io
import secrets

from flask import Flask, Response, request

SMALLEST = 600
MOST_PADDING = 100
TEXT = {"text/html", "image/svg+xml", "application/json", "text/plain"}


def compress(body: bytes) -> bytes:
    """`body` in gzip, behind a file name of random length that no browser looks at."""
    padding = "x" * (1 + secrets.randbelow(MOST_PADDING))
    out = io.BytesIO()
    with gzip.GzipFile(filename=padding, mode="wb", compresslevel=6, fileobj=out, mtime=0) as stream:
        stream.write(body)
    return out.getvalue()


def init_app(app: Flask) -> None:
    """Compresses pages for browsers that say they can read it."""

    @app.after_request
    def _compressed(response: Response) -> Response:
        if response.mimetype not in TEXT or response.direct_passthrough:
            return response
        response.vary.add("Accept-Encoding")
        accepted = request.accept_encodings.quality("gzip") > 0
        if not accepted or "Content-Encoding" in response.headers:
            return response
        body = response.get_data()
        if len(body) >= SMALLEST:
            response.set_data(compress(body))
            response.headers["Content-Encoding"] = "gzip"
        return response
