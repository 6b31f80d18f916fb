"""Where the tokens of a case stand, without numbers and moments; and time that stands still.

The proof lets timers fire in every order, so moments must not tell two states apart. In its states no
timer ever falls due by itself: all lie far ahead, and the one that is to fire is moved to now. What then
happens is the engine's own doing.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
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


Stand = tuple[tuple[str, ...], str]  # a node, and the call activities through which a token came there


@dataclass(frozen=True, slots=True)
class Running:
    """A timer that is waiting: its token and, behind an event-based gateway, which of its events."""

    number: int
    node: str
    option: str | None
    level: int


def freeze(state: dict[str, Any]) -> tuple[dict[str, Any], dict[int, int]]:
    """Put every timer of a fresh state far ahead, make every other moment the same and number its tokens
    anew from 1, in their own order. Returns the state and, by old number, the new ones.

    The engine hands out a state of its own, so it is changed in place.
    """
    tokens = list(_all(state["tokens"]))
    anew = {old: new for new, old in enumerate(sorted(token["n"] for token in tokens), 1)}
    for token in tokens:
        token["n"] = anew[token["n"]]
        data = token.get("data", {})
        if "since" in data:
            data["since"] = NOW.isoformat()
        if "timer" in data:
            data["timer"] = _frozen(data["timer"])
        if "timers" in data:
            data["timers"] = {name: _frozen(entry) for name, entry in data["timers"].items()}
    return state, anew


def _frozen(entry: dict[str, Any]) -> dict[str, Any]:
    moments: dict[str, Any] = {name: NOW.isoformat() for name in ("since", "last") if name in entry}
    return {**entry, **moments, "due": FAR, "count": entry["count"] if _is_counted(entry) else 0}


def _is_counted(entry: dict[str, Any]) -> bool:
    """Whether a timer fires a number of times: then it matters how often it did."""
    text = entry.get("text", "")
    return text.startswith("R") and not text.startswith("R/")


def fall_due(state: dict[str, Any], number: int, option: str | None) -> dict[str, Any]:
    """A copy of a state in which one timer is due now: that of a token, or of one of the events behind it."""
    copy: dict[str, Any] = json.loads(json.dumps(state))
    for token in _all(copy["tokens"]):
        if token["n"] == number:
            entries = token["data"]["timers"] if option else token["data"]
            name = option or "timer"
            entries[name] = {**entries[name], "due": NOW.isoformat()}
    return copy


def timers(state: dict[str, Any], version: Version) -> list[Running]:
    """The timers that are waiting."""
    found = []
    for token in _all(state["tokens"]):
        if token["is"] != "waits":
            continue
        data = token.get("data", {})
        if "timer" in data:
            found.append(Running(token["n"], token["at"], None, int(data["timer"].get("level", 0))))
        for name in data.get("timers", {}):
            found.append(Running(token["n"], name, name, 0))
    return [timer for timer in found if timer.node in version.nodes]


def standing(state: dict[str, Any], version: Version, below: int | None = None) -> frozenset[Stand]:
    """Where tokens stand, what is around them included; with `below` only those that have a lower number and
    are not finished."""

    def found(tokens: list[dict[str, Any]], path: tuple[str, ...]) -> Iterator[Stand]:
        for token in tokens:
            key = _plain(token["at"])
            if below is None or (token["n"] < below and token["is"] not in _FINISHED):
                yield path, key
            node = version.nodes.get(key)
            yield from found(token.get("in", []), path)
            called = (*path, key) if node is not None and node.called_element else path
            yield from found(token.get("sub", []), called)

    return frozenset(found(state["tokens"], ()))


def marking(state: dict[str, Any]) -> Hashable:
    """Where the tokens stand, and whatever else of them is neither a number nor a moment."""
    return state["spec"], state["outcome"], _marks(state["tokens"])


def _marks(tokens: list[dict[str, Any]]) -> Hashable:
    """Tokens side by side. A branch that ended waits for the others, and makes no difference to them."""
    going = [token for token in tokens if not (token["is"] == "waits" and token["at"].endswith(_END))]
    return tuple(sorted((_mark(token) for token in going or tokens), key=repr))


def _mark(token: dict[str, Any]) -> Hashable:
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


def _all(tokens: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for token in tokens:
        yield token
        yield from _all(token.get("in", []))
        yield from _all(token.get("sub", []))


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
