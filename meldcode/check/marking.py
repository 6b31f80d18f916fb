"""Where the tokens of a case stand, without numbers and moments; and time that stands still.

The proof lets timers fire in every order, so moments must not tell two states apart. In its states no
timer ever falls due by itself: all lie far ahead, and the one that is to fire is moved to now. What then
happens is the engine's own doing.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from meldcode.definition import Version
from meldcode.diagram.model import Node

NOW = datetime(2001, 1, 8, 9, tzinfo=UTC)  # a Monday, long before every date in a form
FAR = datetime(2999, 1, 1, tzinfo=UTC).isoformat()
_MOMENTS = frozenset({"since", "timer", "timers", "event_fired"})
_END = ".EndJoin"
_FINISHED = frozenset({"done", "gone"})
_SPLIT, _CLOSE, _ONCE = ".BoundaryEventSplit", ".BoundaryEventJoin", " [child]"


Token = dict[str, Any]  # as the engine stores it
Stand = tuple[tuple[str, ...], str]  # a node, and the call activities through which a token came there


@dataclass(frozen=True, slots=True)
class Running:
    """A timer that is waiting: its token and, behind an event-based gateway, which of its events."""

    number: int
    node: str
    option: str | None
    level: int

    def on(self, number: int) -> Running:
        """The same timer on the token with this number."""
        return Running(number, self.node, self.option, self.level)


def freeze(token: Token, anew: Mapping[int, int]) -> None:
    """Put every timer of a fresh token, and of those in it, far ahead, make every other moment the same and
    give the tokens these new numbers.

    The engine hands out a state of its own, so it is changed in place.
    """
    for one in within(token):
        one["n"] = anew[one["n"]]
        data = one.get("data", {})
        if "since" in data:
            data["since"] = NOW.isoformat()
        if "timer" in data:
            data["timer"] = _frozen(data["timer"])
        if "timers" in data:
            data["timers"] = {name: _frozen(entry) for name, entry in data["timers"].items()}


def _frozen(entry: dict[str, Any]) -> dict[str, Any]:
    moments: dict[str, Any] = {name: NOW.isoformat() for name in ("since", "last") if name in entry}
    return {**entry, **moments, "due": FAR, "count": entry["count"] if _is_counted(entry) else 0}


def _is_counted(entry: dict[str, Any]) -> bool:
    """Whether a timer fires a number of times: then it matters how often it did."""
    text = entry.get("text", "")
    return text.startswith("R") and not text.startswith("R/")


def numbered(token: Token, numbers: Sequence[int]) -> Token:
    """A copy of a token, its number and those in it taken from a list by their own, counted from 1."""
    copy = {**token, "n": numbers[token["n"] - 1]}
    for inner in ("in", "sub"):
        if inner in token:
            copy[inner] = [numbered(one, numbers) for one in token[inner]]
    return copy


def fall_due(tokens: Iterable[Token], number: int, option: str | None) -> None:
    """Let one timer fall due now: that of a token, or of one of the events behind it."""
    for token in _all(tokens):
        if token["n"] == number:
            data = token["data"]
            if option:
                entry = data["timers"][option]
                due = {"timers": {**data["timers"], option: {**entry, "due": NOW.isoformat()}}}
            else:
                due = {"timer": {**data["timer"], "due": NOW.isoformat()}}
            token["data"] = {**data, **due}


def timers(token: Token, version: Version) -> list[Running]:
    """The timers that are waiting on a token and in it."""
    found = []
    for one in within(token):
        if one["is"] != "waits":
            continue
        data = one.get("data", {})
        if "timer" in data:
            found.append(Running(one["n"], one["at"], None, int(data["timer"].get("level", 0))))
        for name in data.get("timers", {}):
            found.append(Running(one["n"], name, name, 0))
    return [timer for timer in found if timer.node in version.nodes]


def standing(token: Token, version: Version) -> Iterator[tuple[Stand, int, bool]]:
    """Where a token and those in it stand: each with its number, and whether it is finished."""

    def found(tokens: list[Token], path: tuple[str, ...]) -> Iterator[tuple[Stand, int, bool]]:
        for one in tokens:
            key = drawn(one)
            yield (path, key), one["n"], one["is"] in _FINISHED
            node = version.nodes.get(key)
            yield from found(one.get("in", []), path)
            called = (*path, key) if node is not None and node.called_element else path
            yield from found(one.get("sub", []), called)

    return found([token], ())


def mark(token: Token) -> Hashable:
    """Where a token and those in it stand, and whatever else of them is neither a number nor a moment."""
    data = token.get("data", {})
    kept = {name: value for name, value in data.items() if name not in _MOMENTS}
    entry = data.get("timer", {})
    if _is_counted(entry):
        kept["count"] = entry["count"]
    told = json.dumps(kept, sort_keys=True, default=str) if kept else ""
    if entry:
        told += f" level {entry.get('level', 0)}"
    return (
        token["at"],
        token["is"],
        told,
        _marks(token["in"]) if "in" in token else (),
        _marks(token["sub"]) if "sub" in token else (),
    )


def _marks(tokens: list[Token]) -> Hashable:
    """Tokens side by side. A branch that ended waits for the others, and makes no difference to them."""
    going = [token for token in tokens if not has_ended(token)]
    return tuple(sorted((mark(token) for token in going or tokens), key=repr))


def has_ended(token: Token) -> bool:
    """Whether this is a branch that ended and waits for the others of its scope."""
    return token["is"] == "waits" and str(token["at"]).endswith(_END)


def within(token: Token) -> Iterator[Token]:
    """A token and all those in it."""
    yield token
    yield from _all(token.get("in", ()))
    yield from _all(token.get("sub", ()))


def _all(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from within(token)


def drawn(token: Token) -> str:
    """The element on which a token stands: the engine has names of its own for parts of one."""
    return _plain(token["at"])


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    return name.removesuffix(_SPLIT).removesuffix(_CLOSE).removesuffix(_ONCE)


def only_mails(version: Version, event: Node) -> bool:
    """Whether a timer on the edge of a task leads to mails and nothing else, so that it can be factored
    out."""
    if event.kind != "boundaryEvent" or event.interrupting or event.timer is None:
        return False
    seen: set[str] = set()
    todo = [version.flows[key].target for key in event.outgoing]
    while todo:
        key = todo.pop()
        if key in seen:
            continue
        seen.add(key)
        node = version.nodes[key]
        plain_end = node.kind == "endEvent" and node.event is None and node.outcome is None
        if not (plain_end or node.kind == "sendTask"):
            return False
        elsewhere = any(version.flows[flow].source not in {*seen, event.id} for flow in node.incoming)
        if elsewhere and (node.kind == "sendTask" or not _from_mails(version, node)):
            return False
        todo += [version.flows[flow].target for flow in node.outgoing]
    return True


def _from_mails(version: Version, node: Node) -> bool:
    """An end shared by several mails is still an end of mails only."""
    return all(version.nodes[version.flows[flow].source].kind == "sendTask" for flow in node.incoming)
