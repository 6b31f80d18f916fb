"""Who is signed in: a random token in a cookie, everything else in the database, where it can be ended.

There are two cookies. The *session* cookie is the token of `meldcode.people`. The *visit* cookie is
Flask's own signed one, and holds only what a page needs before anybody signs in: the CSRF secret, the
language, and a keyed hash of who signed in last (`web.carried`). Neither can be read by a script or travels
with another site's requests.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from ipaddress import IPv6Address, ip_address, ip_network
from typing import ParamSpec, TypeVar, cast

from flask import Flask, current_app, g, redirect, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

from meldcode import people
from meldcode.people import Actor
from web import carried
from web.language import choose
from web.services import now, services

P = ParamSpec("P")
R = TypeVar("R")


# The order matters: most browsers claim to be each other as well.
_BROWSERS = (
    ("Edg", "Edge"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("SamsungBrowser", "Samsung Internet"),
    ("OPR/", "Opera"),
    ("Chrome/", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


class SignedOut(Exception):
    """Somebody opened a page for which one has to be signed in."""


def actor() -> Actor:
    """Who is signed in. Raises `SignedOut`."""
    found = visitor()
    if found is None:
        raise SignedOut
    return found


def visitor() -> Actor | None:
    """Who is signed in, or None. Asked of the database once per request."""
    if "actor" not in g:
        g.actor = people.actor_of(services().db, token(), now()) if token() else None
    return cast(Actor | None, g.actor)


def had_session() -> bool:
    """Whether this browser was signed in before: then somebody may have been typing."""
    return bool(token())


def token() -> str:
    """The token this browser sent, empty when it has none."""
    return request.cookies.get(current_app.config["TOKEN_COOKIE"], "")


def network_address() -> str:
    """Where the request came from, as tries are counted: of IPv6 the network, which is one household's."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((address, 64), strict=False))
    return str(address)


def this_device() -> str | None:
    """Browser and system in a few words, so that somebody recognises where she is signed in."""
    told = request.user_agent.string
    browser = next((name for sign, name in _BROWSERS if sign in told), None)
    system = next((name for sign, name in _SYSTEMS if sign in told), None)
    return ", ".join(filter(None, (browser, system))) or None


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Marks a view that is only for who is signed in."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        actor()
        return view(*args, **kwargs)

    return guarded


def begin(username: str, password: str, to: str) -> BaseResponse:
    """Sign somebody in and go to `to`, or back to what she had typed when her session ended.

    Raises `meldcode.people.SignInError`, `meldcode.attempts.TooManyAttempts`.
    """
    fresh = people.sign_in(
        services().db, username, password, now(), address=network_address(), device=this_device()
    )
    _end_the_one_before()
    _renew_visit()
    if fresh.language:
        choose(fresh.language)
    g.actor = fresh.actor
    carried.remember(fresh.actor.person)
    response = current_app.make_response(carried.come_back(fresh.actor.person) or redirect(to, 303))
    _set(response, fresh.token)
    return response


def end(response: BaseResponse) -> BaseResponse:
    """Sign out, in the database and in the browser."""
    _end_the_one_before()
    _renew_visit()
    _set(response, "", max_age=0)
    return response


def _end_the_one_before() -> None:
    """Whoever signs out, or signs in over a session that was there, leaves none behind in the database."""
    if token():
        people.sign_out(services().db, token(), now())


def _renew_visit() -> None:
    """A fresh CSRF secret on every change of who somebody is; the language stays."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language


def _set(response: BaseResponse, token: str, max_age: int | None = None) -> None:
    config = current_app.config
    response.set_cookie(
        config["TOKEN_COOKIE"],
        token,
        max_age=max_age,  # without one the cookie goes when the browser closes
        secure=config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
    )


def safe_return(path: str) -> str:
    """`path` when it is a page of ours, else the first page: a link can never send anybody elsewhere."""
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return url_for("tasks.mine")
    return path if path.startswith("/") and not path.startswith("//") else url_for("tasks.mine")


def init_app(app: Flask, *, https: bool) -> None:
    """Names and guards the cookies."""
    # `__Host-`: the browser takes it only over https, for this host alone, for every path
    prefix = "__Host-" if https else ""
    app.config.update(
        TOKEN_COOKIE=f"{prefix}session",
        SESSION_COOKIE_NAME=f"{prefix}visit",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
