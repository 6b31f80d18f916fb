"""A form counts only when it came from a page of ours: Flask-WTF, on every POST, with a masked token.

The token is masked anew for each page. Pages are sent compressed, and a secret that is the same each time
can be guessed from the length of compressed pages (BREACH); a masked one looks different each time.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Any

from flask import Flask, g
from flask_wtf.csrf import CSRFProtect, generate_csrf


def mask(token: str) -> str:
    """The token behind a fresh random pad of its own length, in URL-safe base64."""
    plain = token.encode("ascii")
    pad = secrets.token_bytes(len(plain))
    return base64.urlsafe_b64encode(pad + _xor(pad, plain)).decode("ascii")


def unmask(masked: str) -> str:
    """The token again; empty when `masked` is not something `mask` made."""
    try:
        both = base64.b64decode(masked.encode("ascii"), altchars=b"-_", validate=True)
        half, odd = divmod(len(both), 2)
        return "" if odd else _xor(both[:half], both[half:]).decode("ascii")
    except (UnicodeError, binascii.Error):
        return ""


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


class MaskedCSRF(CSRFProtect):
    """Flask-WTF's protection, reading masked tokens."""

    def _get_csrf_token(self) -> str:
        masked = super()._get_csrf_token()
        return unmask(masked) if masked else ""


def token() -> str:
    """The token for a form on this page."""
    if "masked_csrf" not in g:
        g.masked_csrf = mask(generate_csrf())
    masked: str = g.masked_csrf
    return masked


def init_app(app: Flask) -> None:
    """Protects every POST; templates write `csrf_token()` into each form."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a form may lie open as long as the session lasts
    MaskedCSRF().init_app(app)
    # macros see the globals, pages the context: Flask-WTF has put its own plain token in both
    helpers: dict[str, Any] = app.jinja_env.globals
    helpers["csrf_token"] = token
    app.context_processor(lambda: {"csrf_token": token})
