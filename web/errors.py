"""What somebody sees when something did not work: what happened, whether anything was lost, what to do."""

from __future__ import annotations

from typing import NamedTuple

import structlog
from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from meldcode import cases
from meldcode.messages import MeldcodeError, Text
from meldcode.store.errors import StoreError, UnstorableError
from web.language import said

log = structlog.get_logger(__name__)


class Said(NamedTuple):
    """One error in words: what happened, and what to do."""

    title: Text
    what: Text


WORDS: dict[int, Said] = {
    400: Said(
        Text("Dit verzoek begrijpen we niet", "We do not understand this request"),
        Text(
            "Ga terug naar de vorige pagina, ververs die en probeer het opnieuw. Er is niets veranderd.",
            "Go back to the previous page, reload it and try again. Nothing has changed.",
        ),
    ),
    403: Said(
        Text("Deze pagina is niet voor u", "This page is not for you"),
        Text(
            "U bent niet betrokken bij wat hier staat. Denkt u van wel? Vraag het de aandachtsfunctionaris.",
            "You are not involved in what is here. Do you think you are? Ask the designated officer.",
        ),
    ),
    404: Said(
        Text("Deze pagina is er niet", "This page does not exist"),
        Text(
            "Misschien is het adres niet volledig, of hoort de pagina niet bij uw taken.",
            "Perhaps the address is incomplete, or the page does not belong to your tasks.",
        ),
    ),
    405: Said(
        Text("Deze pagina is er niet", "This page does not exist"),
        Text(
            "Dit adres kunt u niet zo openen. Ga naar uw taken en begin daar opnieuw.",
            "This address cannot be opened like this. Go to your tasks and start again from there.",
        ),
    ),
    409: Said(
        Text("Iemand was u voor", "Somebody was ahead of you"),
        Text(
            "Deze zaak is ondertussen veranderd. Open de taak opnieuw om te zien hoe het er nu voor staat.",
            "This case has changed in the meantime. Open the task again to see how things are now.",
        ),
    ),
    413: Said(
        Text("Dat is te veel in één keer", "That is too much at once"),
        Text(
            "Wat u wilde versturen is te groot. Ga terug, maak de tekst korter en probeer het opnieuw.",
            "What you wanted to send is too large. Go back, make the text shorter and try again.",
        ),
    ),
    429: Said(
        Text("Even wachten", "Please wait a moment"),
        Text(
            "Er is te vaak een verkeerd wachtwoord gegeven. Probeer het over vijf minuten opnieuw.",
            "A wrong password was given too often in a row. Try again in five minutes.",
        ),
    ),
    500: Said(
        Text("Er ging iets mis", "Something went wrong"),
        Text(
            "Dat ligt niet aan u. Er is niets half bewaard. Probeer het over een paar minuten opnieuw.",
            "It is not your fault. Nothing was saved halfway. Try again in a few minutes.",
        ),
    ),
    503: Said(
        Text("Dat lukt nu even niet", "That does not work just now"),
        Text(
            "Probeer het zo opnieuw. Twee keer versturen kan geen kwaad.",
            "Try again in a moment. Sending it twice does no harm.",
        ),
    ),
}
CSRF = Said(
    Text("Deze pagina stond te lang open", "This page was open for too long"),
    Text(
        "Daarom weten we niet zeker of het verzoek van u kwam, en is er niets veranderd. "
        "Ga terug en kopieer wat u typte. Ververs dan de pagina, plak het terug en verstuur opnieuw.",
        "So we are not sure that the request came from you, and nothing has changed. "
        "Go back and copy what you typed. Then reload the page, paste it and send again.",
    ),
)
STRANGE_HOST = Text(
    "Deze pagina's zijn niet onder deze naam te vinden. Controleer het adres.",
    "These pages cannot be found under this name. Check the address.",
)
CODES: dict[type[MeldcodeError], int] = {cases.NotFound: 404, cases.AccessDenied: 403, UnstorableError: 400}


def page(code: int, words: Said | None = None, *, what: Text | None = None) -> ResponseReturnValue:
    """The page for an HTTP status; `words`, or only `what`, say it more precisely."""
    words = words or WORDS.get(code) or WORDS[500 if code >= 500 else 400]
    return render_template("error.html", title=said(words.title), what=said(what or words.what)), code


def init_app(app: Flask) -> None:
    """A friendly page for every way in which a request can end badly."""

    @app.errorhandler(SecurityError)
    def _strange_host(_: SecurityError) -> ResponseReturnValue:
        # no page: every link in it would lead to the name that somebody made up
        return Response(said(STRANGE_HOST), 400, mimetype="text/plain")

    @app.errorhandler(CSRFError)
    def _forged(_: CSRFError) -> ResponseReturnValue:
        return page(400, CSRF)

    @app.errorhandler(StoreError)
    def _store(error: StoreError) -> ResponseReturnValue:
        log.warning("store_unavailable", endpoint=request.endpoint)
        return page(503, what=error.text)

    @app.errorhandler(MeldcodeError)
    def _refused(error: MeldcodeError) -> ResponseReturnValue:
        code = next((code for kind, code in CODES.items() if isinstance(error, kind)), 409)
        return page(code, what=error.text)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> ResponseReturnValue:
        if isinstance(error, InternalServerError):
            # flask has logged the kind and the place (see meldcode.logs), never the words
            return page(500)
        shown = page(error.code or 500)
        response = app.make_response(shown)
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                response.headers[name] = value
        return response
