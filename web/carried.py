"""What somebody sent just after her session had ended. It goes with her through signing in and comes back.

Nothing of it is kept on the server, because nobody knows yet who she is: the form travels in the sign-in
page, sealed, so that the page itself says nothing to who reads its source. After signing in the view that
would have read the form gets it, and shows it; nothing is sent without her. Only a form that passed the CSRF
check gets this far, so it came from a page of ours in this browser. And it comes back only to who typed it:
the visit's own cookie remembers who signed in last, in a form that names nobody. Else a colleague at the same
screen would read it, or could leave words of his own there for her.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from flask import current_app, g, request, session
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from meldcode.crypto import Key, UnreadableError
from meldcode.messages import MeldcodeError
from web.services import now, services

#: The field of the sign-in page that holds it.
FIELD = "mee"
#: Who comes back to a screen later than this begins anew.
LIFE = timedelta(hours=12)
#: Not part of what somebody typed.
_OURS = frozenset({"csrf_token"})
_BOUND = b"carried|1"
_WHO = "who"  # in the visit's cookie

Given = Mapping[str, Sequence[str]]
Back = TypeVar("Back", bound=Callable[..., ResponseReturnValue])

_ways_back: dict[str, Callable[..., ResponseReturnValue]] = {}


def brings_back(*endpoints: str) -> Callable[[Back], Back]:
    """Marks what shows a form again that was sent to one of these endpoints: called with the fields
    (name → texts) and the arguments of the address, for who has just signed in."""

    def marked(show: Back) -> Back:
        _ways_back.update(dict.fromkeys(endpoints, show))
        return show

    return marked


def packed() -> str | None:
    """The form of this request, sealed, for the sign-in page; None when nothing can come back."""
    if request.method != "POST" or request.endpoint not in _ways_back or _WHO not in session:
        return None
    given = {name: texts for name, texts in request.form.to_dict(flat=False).items() if name not in _OURS}
    content = {"path": request.path, "at": now().timestamp(), "given": given, "who": session[_WHO]}
    return urlsafe_b64encode(_key().seal_json(content, _BOUND)).decode("ascii")


def remember(person: UUID) -> None:
    """Who signed in: what is sent from this browser when her session has ended is hers."""
    session[_WHO] = _signed(person)


def come_back(person: UUID) -> ResponseReturnValue | None:
    """Where `person`, who has just signed in, goes on with what she had sent; None when there is nothing, or
    when it is not hers (then the page she asked for says so)."""
    sealed = request.form.get(FIELD, "")
    if not sealed:
        return None
    try:
        content = _key().open_json(urlsafe_b64decode(sealed.encode("ascii")), _BOUND)
    except (UnreadableError, ValueError):
        return None
    if content.get("who") != _signed(person) or now().timestamp() - content["at"] > LIFE.total_seconds():
        return None
    g.came_back = True  # the frame of the page says so
    try:
        endpoint, of_address = current_app.url_map.bind("").match(content["path"], method="POST")
        return _ways_back[endpoint](content["given"], **of_address)
    except (MeldcodeError, HTTPException, KeyError):  # not hers, or an address of before an upgrade
        return None


def _signed(person: UUID) -> str:
    return _derived(b"meldcode|carried|who|" + person.bytes).hex()


def _key() -> Key:
    return Key(_derived(b"meldcode|carried|1"))


def _derived(purpose: bytes) -> bytes:
    return hmac.digest(services().settings.secret_key.encode(), purpose, hashlib.sha256)
