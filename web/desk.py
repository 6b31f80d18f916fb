"""Who may be at the designer's desk, and how it answers a script: JSON, also when something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from meldcode import desk
from meldcode.cases import AccessDenied
from meldcode.desk import Draft, DraftFile, FileRefused, Found, NotThere, Overtaken, Source
from meldcode.desk.finding import told
from meldcode.messages import Finding, MeldcodeError, Text
from meldcode.store.errors import StoreError
from web.language import gettext, language, said, speak_dutch
from web.organisation import calendar, designs
from web.services import now, services
from web.sessions import actor, signed_in, visitor

P = ParamSpec("P")
R = TypeVar("R")

NO_TEXT = Text(
    "Dit bestand is geen tekst in UTF-8 en kan hier niet worden bewerkt.",
    "This file is not text in UTF-8 and cannot be edited here.",
)


def designers_only(view: Callable[P, R]) -> Callable[P, R]:
    """Marks a page for who holds a role in `designs` of `organisation.toml`."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not designs():
            raise AccessDenied
        return view(*args, **kwargs)

    return signed_in(guarded)


def for_scripts(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Marks an address of designers that answers in JSON: `{message}` when something is wrong.

    In Dutch, as the editors are. 401 signed out, 403 not for her, 404 not there, 409 overtaken (with
    `theirs`), 422 refused, 503 later.
    """

    @wraps(view)
    def answering(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        speak_dutch()
        if visitor() is None:
            return _no(401, gettext("U bent uitgelogd. Log in een ander tabblad in; uw werk staat hier nog."))
        try:
            if not designs():
                return _no(403, gettext("Dit is niet voor u."))
            return view(*args, **kwargs)
        except Overtaken as error:
            return jsonify(message=said(error.text), theirs=as_json(error.theirs)), 409
        except NotThere as error:
            return _no(404, said(error.text))
        except FileRefused as error:
            return jsonify(message=said(error.text), findings=plain(error.findings)), 422
        except StoreError as error:
            return _no(503, said(error.text))
        except MeldcodeError as error:
            return _no(422, said(error.text))

    return answering


def _no(code: int, message: str) -> ResponseReturnValue:
    return jsonify(message=message), code


def draft() -> Draft:
    """The draft of the organisation of who is signed in; the first time it is made."""
    return desk.open_draft(services().db, actor().organisation, actor().person, now())


def file_of(path: str) -> DraftFile:
    """One file of the draft. Raises `NotThere`."""
    found = draft().files.get(path)
    if found is None:
        raise NotThere
    return found


def sent() -> Mapping[str, Any]:
    """The JSON object that was sent; empty when it is none."""
    try:
        given = request.get_json(silent=True)
    except RecursionError:  # lists in lists without end
        return {}
    return given if isinstance(given, dict) else {}


def sent_number(name: str) -> int:
    """A whole number of the JSON that was sent, -1 when there is none: no revision is called that."""
    value = sent().get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else -1


def sent_text(name: str, most: int = 4 * 1024 * 1024) -> str | None:
    """A text of the JSON that was sent, None when there is none or one that no file can hold."""
    value = sent().get(name)
    if not isinstance(value, str) or len(value) > most:
        return None
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:  # half a pair of surrogates
        return None
    return value


def as_json(file: DraftFile) -> dict[str, Any]:
    """A file as the editors read it; `content` is null when it was removed."""
    return {
        "path": file.path,
        "revision": file.revision,
        "content": None if file.content is None else text_of(file.content),
        "by": file.by_name,
        "at": moment(file.at),
    }


def text_of(content: bytes) -> str:
    """A file's text, so that saving it unchanged gives the same bytes. Raises `FileRefused`."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileRefused(NO_TEXT) from error


def moment(at: datetime) -> str:
    """A moment for scripts: ISO 8601 in the organisation's zone, with its offset."""
    return calendar().local(at).isoformat(timespec="seconds")


def shown(found: Found) -> dict[str, Any]:
    """A finding for scripts and pages, in the language of this request."""
    return {**shown_again(told(found)), "mend": None if found.mend is None else dict(found.mend)}


def shown_again(told: Mapping[str, Any]) -> dict[str, Any]:
    """A finding that was kept with a report (`meldcode.desk.finding.told`), as `shown` gives it."""
    words = {name: told[name][language()] for name in ("what", "why", "how")}
    return {**told, **words, "source": said(Source(told["source"]).words), "mend": None}


def plain(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    """Findings about a file that was not taken in."""
    return [
        {"file": one.file, "element": one.element, "what": said(one.what), "how": said(one.remedy)}
        for one in findings
    ]
