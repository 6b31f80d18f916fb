"""The key of a command: a hidden field, fresh for each form on each page.

Sent again (pressed twice, back button, two windows) the same key leads to the first result and nothing
happens twice; `meldcode.cases` sees to that.
"""

from __future__ import annotations

import re
import secrets

from flask import request

FIELD = "_sleutel"
_SHAPE = re.compile(r"[A-Za-z0-9_-]{8,64}")


def fresh_key() -> str:
    """A key for a form that is being shown."""
    return secrets.token_urlsafe(16)


def given_key() -> str:
    """The key of the form that was sent; a fresh one when it has none that could be ours."""
    return usable_key(request.form.get(FIELD))


def usable_key(key: str | None) -> str:
    """This key, or a fresh one where it could not be ours."""
    return key if key and _SHAPE.fullmatch(key) else fresh_key()
