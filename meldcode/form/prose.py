"""Text between the questions: Markdown with FEEL in `{{ … }}`, as form-js has it, made into safe HTML.

The Markdown is turned into HTML once, when the form is read, with a mark in the place of each
expression. Answers are put on those marks afterwards and escaped, so that no answer can become markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from meldcode.feel import Expression, FeelError, expression
from meldcode.form.conditions import Scope
from meldcode.form.parts import Prose
from meldcode.form.wording import in_words

# letters for private use mark the expressions and the note behind a link; a designer's own are taken out
_OPEN, _CLOSE, _NOTE = "\ue000", "\ue001", "\ue002"
LONGEST = 20_000
"""Characters in one text component."""

_PRIVATE = re.compile("[\ue000-\uf8ff]")
_MARK = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
# never past the next opening: a text full of unclosed braces would take quadratic time
_TEMPLATE = re.compile(r"\{\{((?:(?!\{\{).)*?)\}\}", re.DOTALL)
_NEW_TAB = {"nl": " (opent in een nieuw tabblad)", "en": " (opens in a new tab)"}

_CLASSES = {
    "p": "utrecht-paragraph",
    "a": "utrecht-link utrecht-link--html-a",
    "ul": "utrecht-unordered-list",
    "ol": "utrecht-ordered-list",
    "li": "utrecht-unordered-list__item",
    "hr": "utrecht-separator utrecht-separator--distanced",
    "blockquote": "utrecht-blockquote",
    **{f"h{level}": f"utrecht-heading-{level}" for level in range(2, 7)},
}
_TAGS = {*_CLASSES, "strong", "em", "br", "code", "pre"}


class ProseError(Exception):
    """The text cannot be used; `.reason` is `loop`, `place` or `feel` (then `.feel` is the error)."""

    def __init__(self, reason: str, feel: FeelError | None = None) -> None:
        super().__init__(reason)
        self.reason, self.feel = reason, feel


def is_template(text: str) -> bool:
    """Whether form-js would compute this text."""
    return text.startswith("=") or _TEMPLATE.search(text) is not None


def read_prose(text: str, hide: Expression | None) -> Prose:
    """Markdown with expressions → `Prose`.

    Raises `ProseError` for feelers loops and conditions (`{{#if}}`), for an expression that is no FEEL
    of ours, and for one that stands in the address of a link.
    """
    text = _PRIVATE.sub("", text)
    sources: list[str] = []

    def mark(match: re.Match[str]) -> str:
        sources.append(match[1].strip())
        return f"{_OPEN}{len(sources) - 1}{_CLOSE}"

    if text.startswith("="):
        sources, source = [text], f"{_OPEN}0{_CLOSE}"
    else:
        source = _TEMPLATE.sub(mark, text)
    if any(source.startswith(("#", "/")) for source in sources):
        raise ProseError("loop")
    html = safe_html(source)
    if len(_MARK.findall(html)) != len(sources):
        raise ProseError("place")
    try:
        return Prose(html=html, expressions=tuple(expression(source) for source in sources), hide=hide)
    except FeelError as error:
        raise ProseError("feel", error) from error


def fill(prose: Prose, scope: Scope, language: str) -> Markup:
    """The HTML with each expression's outcome in words; one that fails or is null leaves nothing."""

    def outcome(match: re.Match[str]) -> str:
        return str(escape(_value(prose.expressions[int(match[1])], scope, language)))

    note = _NEW_TAB.get(language, _NEW_TAB["nl"])
    html = _MARK.sub(outcome, prose.html.replace(_NOTE, note))
    return Markup(html)  # noqa: S704 - cleaned by nh3 when read, outcomes escaped above


def _value(source: Expression, scope: Scope, language: str) -> str:
    try:
        return in_words(source.evaluate(scope.context, scope.now), language)
    except FeelError:
        return ""


def safe_html(markdown: str) -> str:
    """Markdown → HTML with our classes and nothing that runs, loads or styles."""
    return nh3.clean(
        _MARKDOWN.render(markdown),
        tags=_TAGS,
        attributes={"a": {"href", "target", "class"}, **{tag: {"class"} for tag in _CLASSES if tag != "a"}},
        url_schemes={"https", "http", "mailto", "tel"},
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


def _dress(tokens: Sequence[Token]) -> None:
    """Adds our classes, puts headings one level down (a page has one h1), opens links in a new tab."""
    ordered: list[bool] = []
    outside = False
    for token in tokens:
        if token.children:
            _dress(token.children)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
        if token.nesting == 1 and token.tag in ("ol", "ul"):
            ordered.append(token.tag == "ol")
        if token.nesting == -1 and token.tag in ("ol", "ul"):
            ordered.pop()
        if token.nesting >= 0 and token.tag in _CLASSES:
            css = "utrecht-ordered-list__item" if token.tag == "li" and ordered[-1] else _CLASSES[token.tag]
            token.attrSet("class", css)
        if token.type == "link_open":
            # a page with half a form on it must not be left by following a link
            outside = str(token.attrGet("href")).startswith(("http:", "https:"))
            if outside:
                token.attrSet("target", "_blank")
        if token.type == "link_close" and outside:
            token.meta["note"] = True


def _close_link(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return f"{_NOTE if tokens[index].meta.get('note') else ''}</a>"


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).disable("image")
    markdown.core.ruler.push("dress", lambda state: _dress(state.tokens))
    markdown.add_render_rule("link_close", _close_link)
    return markdown


_MARKDOWN = _markdown()
