"""Reading FEEL: text → parse tree (lark, LALR) → closures, with errors that say where and what."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import cast

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from meldcode.feel import sentences
from meldcode.feel.compiler import Compiler
from meldcode.feel.errors import FeelError, Kind, Limits, too_much_work
from meldcode.feel.values import Json, Run, Value, lift
from meldcode.feel.work import shared

_KEPT = 4096
_LEADING = re.compile(r"\s*=?")
_REFUSED_WORDS = frozenset({"function", "external"})
_LAST_WORD = re.compile(r"(\w+)\s*$")
_SIGN = re.compile(r"==|<>|&+|\|+|\w+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Expression:
    """A FEEL expression that was read and can be evaluated, from any thread, any number of times.

    `variables` are the names it reads from its context, `paths` the same with the properties behind
    them (`("weging", "acuut")`). Inside a filter (`lijst[leeftijd > 3]`) a name may mean an entry of
    the element as well as a name of the context: it is counted as read.
    """

    text: str
    variables: frozenset[str]
    paths: frozenset[tuple[str, ...]]
    limits: Limits
    _evaluate: Callable[[Run], Value] = field(repr=False, compare=False)
    _slots: int = field(repr=False, compare=False)

    def evaluate(self, context: Mapping[str, Json], now: datetime | None = None) -> Value:
        """The value for a context of plain JSON; a name that is not there is null (None).

        `now` is what `now()` and `today()` mean, and its zone decides which day it is: pass local
        time. Raises FeelError only when a limit is broken; errors of FEEL are null, as the norm says.
        """
        work = shared()
        steps = self.limits.steps if work is None else work.begin(self.text, self.limits.steps)
        run = Run(context, now, steps, [None] * self._slots)
        try:
            return self._evaluate(run)
        except RecursionError:  # data nested far deeper than any form makes
            raise too_much_work() from None
        finally:
            if work is not None:
                work.end(steps, run.steps)


@dataclass(frozen=True, slots=True)
class UnaryTests:
    """The cell of a decision table: one or more tests on the value of its column."""

    text: str
    variables: frozenset[str]
    paths: frozenset[tuple[str, ...]]
    limits: Limits
    _matches: Callable[[Run], bool | None] = field(repr=False, compare=False)
    _slots: int = field(repr=False, compare=False)

    def matches(self, value: Value, context: Mapping[str, Json], now: datetime | None = None) -> bool:
        """Does the cell hold for `value` (a FEEL value or plain JSON)? Unknown is no."""
        work = shared()
        steps = self.limits.steps if work is None else work.begin(self.text, self.limits.steps)
        run = Run(context, now, steps, [None] * self._slots)
        try:
            run.input = lift(value, run)
            return self._matches(run) is True
        except RecursionError:
            raise too_much_work() from None
        finally:
            if work is not None:
                work.end(steps, run.steps)


@lru_cache(maxsize=_KEPT)
def expression(text: str, limits: Limits = Limits()) -> Expression:  # noqa: B008  # frozen
    """Read a FEEL expression; a leading `=`, as form-js and bpmn-js write it, is skipped.

    Raises FeelError with the position when it is no FEEL, or FEEL outside the subset.
    """
    leading = _LEADING.match(text)
    offset = leading.end() if leading else 0
    tree = _parse(text, offset, "expression", limits)
    compiler = Compiler(text, offset, limits, in_cell=False)
    node = compiler.compile(tree)
    paths = frozenset(compiler.paths)
    names = frozenset(path[0] for path in paths)
    return Expression(text, names, paths, limits, node.evaluate, compiler.slots)


@lru_cache(maxsize=_KEPT)
def unary_tests(text: str, limits: Limits = Limits()) -> UnaryTests:  # noqa: B008  # frozen
    """Read the tests of a cell: `-` or nothing matches all; `"a","b"`, `< 5`, `[1..5]`, `not(…)`.

    Raises FeelError with the position when it is no FEEL, or FEEL outside the subset.
    """
    if not text.strip():
        return UnaryTests(text, frozenset(), frozenset(), limits, lambda run: True, 0)
    tree = _parse(text, 0, "unary_tests", limits)
    compiler = Compiler(text, 0, limits, in_cell=True)
    matches = compiler.tests(tree)
    paths = frozenset(compiler.paths)
    names = frozenset(path[0] for path in paths)
    return UnaryTests(text, names, paths, limits, matches, compiler.slots)


class _Refused(Exception):  # never leaves this module
    """A reserved word of the norm that the subset leaves out."""

    def __init__(self, token: Token) -> None:
        self.token = token


def _check_name(token: Token) -> Token:
    if token in _REFUSED_WORDS:
        raise _Refused(token)
    return token


@cache
def _parser() -> Lark:
    return Lark.open_from_package(
        "meldcode.feel",
        "feel.lark",
        parser="lalr",
        lexer="basic",
        start=["expression", "unary_tests"],
        propagate_positions=True,
        maybe_placeholders=False,
        lexer_callbacks={"NAME": _check_name},
    )


def _parse(text: str, offset: int, start: str, limits: Limits) -> Tree[Token]:
    if len(text) > limits.length:
        raise FeelError(sentences.too_long(limits.length), "limit", text, limits.length)
    if not text[offset:].strip():
        raise FeelError(sentences.EMPTY, "syntax", text, len(text))
    try:
        return _parser().parse(text[offset:], start=start)
    except UnexpectedToken as error:
        raise _wrong_token(error, text, offset) from None
    except UnexpectedCharacters as error:
        raise _wrong_character(error, text, offset) from None
    except _Refused as error:
        place = offset + (error.token.start_pos or 0)
        raise FeelError(sentences.refused(str(error.token)), "unsupported", text, place) from None


def _wrong_token(error: UnexpectedToken, text: str, offset: int) -> FeelError:
    """A word or sign that cannot stand where it stands, as a sentence at its place in the whole text."""
    if error.token.type == "$END":
        return FeelError(sentences.UNFINISHED, "syntax", text, len(text))
    place = offset + (error.token.start_pos or 0)
    shown = str(error.token)
    if shown == "=" == text[place - 1 : place]:
        place, shown = place - 1, "=="
    word = _LAST_WORD.search(text[offset:place])
    after_name = bool(word) and error.token.type == "NAME"
    if word and word[1] == "not":
        return FeelError(sentences.unexpected("not", False), "syntax", text, offset + word.start())
    kind: Kind = "unsupported" if after_name or text[place] == "]" else "syntax"
    return FeelError(sentences.unexpected(shown, after_name), kind, text, place)


def _wrong_character(error: UnexpectedCharacters, text: str, offset: int) -> FeelError:
    """A character that begins nothing in FEEL."""
    place = offset + cast("int", error.pos_in_stream)
    if text[place] == '"':
        return FeelError(sentences.OPEN_TEXT, "syntax", text, place)
    return FeelError(sentences.unexpected(_sign(text, place), False), "syntax", text, place)


def _sign(text: str, place: int) -> str:
    """The word or sign to name in the sentence."""
    found = _SIGN.match(text, place)
    return found[0] if found else ""
