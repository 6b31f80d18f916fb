"""Dutch first; English for who asks for it. The choice lies in the visit's cookie."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Flask, g, session

from meldcode.messages import Text

LANGUAGES = {"nl": "Nederlands", "en": "English"}
_KEY = "language"


def language() -> str:
    """The language of this request, `nl` or `en`."""
    chosen = g.get(_KEY) or session.get(_KEY)
    return chosen if chosen in LANGUAGES else "nl"


def choose(code: str) -> bool:
    """Remember a language for this visit; False when there is no such language."""
    if code not in LANGUAGES:
        return False
    session[_KEY] = code
    return True


def speak_dutch() -> None:
    """This answer is in Dutch whatever was chosen: it becomes part of a page that is."""
    g.setdefault(_KEY, "nl")


def said(text: Text) -> str:
    """A sentence of the core in the language of this request."""
    return text.of(language())


def gettext(text: str, **values: Any) -> str:
    """A sentence of the pages (written in Dutch) in the language of this request, `%(name)s` filled in."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, number: int, **values: Any) -> str:
    """The same for a number of things; `%(num)s` is the number."""
    return str(flask_babel.ngettext(one, many, number, **values))


def init_app(app: Flask) -> None:
    """Sets up the translations of templates (Dutch is the source) and `language()`, `said(…)` in them."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "nl")
    flask_babel.Babel(app, locale_selector=language, default_translation_directories="translations")
    app.jinja_env.globals.update(language=language, said=said, languages=LANGUAGES)
