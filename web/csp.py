"""Headers that tell the browser what a page may do, where it may be shown and that it is not to be kept."""

from __future__ import annotations

from flask import Flask, Response, request

#: Everything comes from this server, nothing is written inside a page: no script, style or frame from a
#: case's text can ever run, whatever else goes wrong.
_RULES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


def _policy(**other: str) -> str:
    rules = {**_RULES, **{name.replace("_", "-"): words for name, words in other.items()}}
    return "; ".join(f"{name} {words}" for name, words in rules.items())


POLICY = _policy()

#: The designer's editors place what they draw with style attributes and show icons of their own. No other
#: page allows that, and no script, style element or frame from elsewhere is allowed here either.
EDITOR = _policy(style_src_attr="'unsafe-inline'", img_src="'self' data:")
#: The editor of forms shows the colleague's page beside the form, in a frame.
FORM_EDITOR = _policy(style_src_attr="'unsafe-inline'", img_src="'self' data:", frame_src="'self'")
#: That page itself: it may stand in a frame of ours, and sends nothing anywhere.
PREVIEW = _policy(script_src="'none'", connect_src="'none'", form_action="'none'", frame_ancestors="'self'")

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    # the path holds a random id; no other site needs to see even that
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # no page of ours may turn up in a search engine
    "X-Robots-Tag": "noindex, nofollow",
}

A_YEAR = 31_536_000
#: What a browser may keep: these say nothing about anybody.
KEPT = ("assets.build", "files.icon")


def init_app(app: Flask, *, https: bool) -> None:
    """Adds the headers to every answer. The icon and files of the build may be kept, a page never."""

    @app.after_request
    def _headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}; includeSubDomains")
        if request.endpoint not in KEPT or response.status_code != 200:
            # not in the browser's cache, not in the back button's either: a device may be shared; the page
            # that says a file is not there names who is signed in, as every page does
            response.headers["Cache-Control"] = "no-store"
        return response
