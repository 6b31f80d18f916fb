"""From a parsed FEEL text to Python closures.

Names are resolved while compiling: a loop variable to a slot of the run, any other name to the
context. Nothing is ever looked up on a Python object, so nothing but data is reachable.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

from lark import Token, Tree

from meldcode.feel import sentences, temporal
from meldcode.feel.arithmetic import OPERATIONS, negate
from meldcode.feel.closures import (
    Evaluate,
    Iterator,
    Matches,
    any_of,
    as_boolean,
    both,
    counted,
    equality,
    filter_by_any,
    filter_by_condition,
    listed,
    loop,
    none_of,
    nothing,
    one_of,
    read_context,
    read_property,
    read_slot,
    side,
    with_elements,
)
from meldcode.feel.errors import FeelError, Kind, Limits
from meldcode.feel.functions import FUNCTIONS, MISSING, Function
from meldcode.feel.numbers import read_number
from meldcode.feel.values import NOWHERE, Range, Run, Test, Value, any_true, contains, order
from meldcode.messages import Text


@dataclass(frozen=True, slots=True)
class Node:
    """One compiled construct: how to evaluate it and what is known of it beforehand."""

    evaluate: Evaluate
    kind: str = "any"
    constant: bool = False


@dataclass(frozen=True, slots=True)
class _Local:
    """A name bound by `for`, `some`, `every` or an earlier entry of a context."""

    name: str
    slot: int


@dataclass(frozen=True, slots=True)
class _Element:
    """The element that a filter looks at: its entries are names, and so is `item`."""

    slot: int


@dataclass(slots=True)
class Compiler:
    """Compiles one text; afterwards holds the paths it reads and the number of slots it needs."""

    source: str
    offset: int
    limits: Limits
    in_cell: bool
    paths: set[tuple[str, ...]] = field(default_factory=set)
    slots: int = 0
    _scope: list[_Local | _Element] = field(default_factory=list)
    _nodes: int = 0
    _depth: int = 0
    _reads_input: bool = False

    # Cells

    def tests(self, tree: Tree[Token]) -> Matches:
        """The tests of a cell, on the value in `run.input`."""
        if tree.data == "anything":
            return lambda run: True
        inner = _tree(tree.children[0])
        parts = [inner] if inner.data == "comparing" else [_tree(child) for child in inner.children]
        if tree.data == "none_of":
            return none_of([self._test(part) for part in parts])
        if len(parts) == 1 and parts[0].data == "negation":  # `not(5)` reads as a call, but is a test here
            return none_of([self._test(_tree(parts[0].children[0]))])
        return any_of([self._test(part) for part in parts])

    def _test(self, tree: Tree[Token]) -> Matches:
        """One test: `< 5` and values are held against the input, a condition stands on its own.

        An expression with `?` in it, or one that can only be true or false, is such a condition.
        """
        outer, self._reads_input = self._reads_input, False
        if tree.data == "comparing":
            test = self._comparing(tree)
        else:
            node = self.compile(tree)
            if node.kind == "test" or self._reads_input:
                self._reads_input = outer
                evaluate = node.evaluate
                return lambda run: as_boolean(evaluate(run))
            test = node.evaluate
        self._reads_input = outer
        return lambda run: contains(test(run), run.input, run)

    # Expressions

    def compile(self, tree: Tree[Token]) -> Node:
        """The closure for one construct; raises FeelError for what the subset does not have."""
        self._nodes += 1
        self._depth += 1
        if self._depth > self.limits.depth:
            self._refuse(sentences.TOO_DEEP, tree, "limit")
        try:
            return _COMPILERS[tree.data](self, tree)
        finally:
            self._depth -= 1

    def _evaluate(self, tree: Any) -> Evaluate:
        return self.compile(tree).evaluate

    def _number(self, tree: Tree[Token]) -> Node:
        return _fixed(read_number(str(tree.children[0])), "value")

    def _string(self, tree: Tree[Token]) -> Node:
        return _fixed(self._text(_token(tree.children[0])), "value")

    def _text(self, token: Token) -> str:
        text = _ESCAPE.sub(_unescape, token[1:-1])
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if "\0" in text:
            self._refuse(sentences.NO_NUL, token, "unsupported")
        return text

    def _moment(self, tree: Tree[Token]) -> Node:
        return _fixed(temporal.read_any(str(tree.children[0])[1:].strip()[1:-1]), "value")

    def _literal(self, tree: Tree[Token]) -> Node:
        return _fixed({"true": True, "false": False, "null": None}[tree.data], "value")

    def _input(self, tree: Tree[Token]) -> Node:
        if not self.in_cell:
            self._refuse(sentences.QUESTION_MARK, tree, "unsupported")
        self._reads_input = True
        return Node(lambda run: run.input)

    def _name(self, tree: Tree[Token]) -> Node:
        return Node(self._path((str(tree.children[0]),)))

    def _path(self, path: tuple[str, ...]) -> Evaluate:
        """A name with the properties behind it, read in one go."""
        name, rest = path[0], path[1:]
        elements: list[int] = []
        for frame in reversed(self._scope):
            if isinstance(frame, _Element):
                elements.append(frame.slot)
            elif frame.name == name:
                return with_elements(name, rest, elements, read_slot(frame.slot, rest))
        if elements and name == "item":
            return with_elements(name, rest, elements, nothing)
        self.paths.add(path)
        return with_elements(name, rest, elements, read_context(name, rest))

    def _chain(self, tree: Tree[Token]) -> Node:
        head, *trailers = tree.children
        path: list[str] = []
        if _tree(head).data == "name":
            while trailers and _tree(trailers[0]).data == "property":
                path.append(str(_tree(trailers.pop(0)).children[0]))
            evaluate = self._path((str(_tree(head).children[0]), *path))
        else:
            evaluate = self._evaluate(head)
        for trailer in map(_tree, trailers):
            if trailer.data == "property":
                evaluate = read_property(evaluate, str(trailer.children[0]))
            else:
                evaluate = self._filter(evaluate, _tree(trailer.children[0]))
        return Node(evaluate)

    def _filter(self, target: Evaluate, tree: Tree[Token]) -> Evaluate:
        slot = self._new_slot()
        before = self._nodes
        self._scope.append(_Element(slot))
        condition = self.compile(tree)
        self._scope.pop()
        cost, evaluate = self._nodes - before, condition.evaluate
        if condition.kind == "test":
            return filter_by_condition(target, evaluate, slot, cost)
        return filter_by_any(target, evaluate, slot, cost)

    def _arithmetic(self, tree: Tree[Token]) -> Node:
        first = self._evaluate(tree.children[0])
        parts = [
            (OPERATIONS[str(tree.children[index])], self._evaluate(tree.children[index + 1]))
            for index in range(1, len(tree.children), 2)
        ]
        if len(parts) == 1:
            operation, second = parts[0]
            return Node(lambda run: operation(first(run), second(run), run), "value")

        def evaluate(run: Run) -> Value:
            value = first(run)
            for operate, operand in parts:
                value = operate(value, operand(run), run)
            return value

        return Node(evaluate, "value")

    def _negative(self, tree: Tree[Token]) -> Node:
        node = self.compile(_tree(tree.children[1]))
        inner = node.evaluate
        return _fold(Node(lambda run: negate(inner(run)), "value", node.constant))

    def _comparison(self, tree: Tree[Token]) -> Node:
        left, right = self._evaluate(tree.children[0]), self._evaluate(tree.children[2])
        operator = str(tree.children[1])
        if operator in ("=", "!="):
            return Node(equality(left, right, operator == "="), "test")
        accepts = _ORDERS[operator]

        def evaluate(run: Run) -> bool | None:
            side = order(left(run), right(run))
            return None if side is None else side in accepts

        return Node(evaluate, "test")

    def _comparing(self, tree: Tree[Token]) -> Evaluate:
        """`< 5` without a left side: a range, or a test for (in)equality."""
        operator, operand = str(tree.children[0]), self._evaluate(tree.children[1])
        if operator in ("=", "!="):
            return lambda run: Test(operator == "=", operand(run))
        included, upwards = "=" in operator, operator[0] == ">"

        def evaluate(run: Run) -> Value:
            value = operand(run)
            if order(value, value) is None:
                return NOWHERE
            return Range(value, None, included, False) if upwards else Range(None, value, False, included)

        return evaluate

    def _comparing_value(self, tree: Tree[Token]) -> Node:
        return Node(self._comparing(tree), "value")

    def _between(self, tree: Tree[Token]) -> Node:
        value, low, high = (self._evaluate(child) for child in tree.children)

        def evaluate(run: Run) -> bool | None:
            middle = value(run)
            return both(side(middle, low(run), (0, 1)), side(middle, high(run), (-1, 0)))

        return Node(evaluate, "test")

    def _contained(self, tree: Tree[Token]) -> Node:
        value = self._evaluate(tree.children[0])
        right = _tree(tree.children[1])
        trees = [_tree(child) for child in right.children] if right.data == "several_tests" else [right]
        tests = [
            self._comparing(item) if item.data == "comparing" else self._evaluate(item) for item in trees
        ]

        if len(tests) == 1:
            return Node(one_of(value, tests[0]), "test")

        def evaluate(run: Run) -> bool | None:
            found = value(run)
            return any_true(contains(test(run), found, run) for test in tests)

        return Node(evaluate, "test")

    def _conjunction(self, tree: Tree[Token]) -> Node:
        parts = [self._evaluate(child) for child in tree.children]

        def evaluate(run: Run) -> bool | None:
            unknown = False
            for part in parts:
                value = part(run)
                if value is False:
                    return False
                unknown = unknown or value is not True
            return None if unknown else True

        return Node(evaluate, "test")

    def _disjunction(self, tree: Tree[Token]) -> Node:
        parts = [self._evaluate(child) for child in tree.children]

        def evaluate(run: Run) -> bool | None:
            unknown = False
            for part in parts:
                value = part(run)
                if value is True:
                    return True
                unknown = unknown or value is not False
            return None if unknown else False

        return Node(evaluate, "test")

    def _negation(self, tree: Tree[Token]) -> Node:
        inner = self._evaluate(tree.children[0])

        def evaluate(run: Run) -> bool | None:
            value = inner(run)
            return not value if type(value) is bool else None

        return Node(evaluate, "test")

    def _conditional(self, tree: Tree[Token]) -> Node:
        condition, yes, no = (self._evaluate(child) for child in tree.children)
        return Node(lambda run: yes(run) if condition(run) is True else no(run))

    def _list(self, tree: Tree[Token]) -> Node:
        items = [self._evaluate(child) for child in tree.children]

        def evaluate(run: Run) -> Value:
            value = [item(run) for item in items]
            run.spend_value(value)
            return value

        return Node(evaluate, "value")

    def _context(self, tree: Tree[Token]) -> Node:
        depth = len(self._scope)
        entries = []
        for child in tree.children:
            key, value = _tree(child).children
            name = self._text(_token(key)) if _token(key).type == "STRING" else str(key)
            evaluate = self._evaluate(value)
            entries.append((name, self._bind(name), evaluate))
        del self._scope[depth:]
        if len({name for name, _, _ in entries}) < len(entries):
            self._refuse(sentences.SAME_KEY, tree, "syntax")

        def build(run: Run) -> Value:
            made: dict[str, Value] = {}
            for name, slot, evaluate in entries:
                made[name] = run.slots[slot] = evaluate(run)
            run.spend_value(made)
            return made

        return Node(build, "value")

    def _range(self, tree: Tree[Token]) -> Node:
        left, right = (self.compile(_tree(child)) for child in tree.children)
        start, end = left.evaluate, right.evaluate
        start_in, end_in = _RANGES[tree.data]

        def evaluate(run: Run) -> Value:
            low, high = start(run), end(run)
            side = order(low, high)
            return NOWHERE if side is None or side > 0 else Range(low, high, start_in, end_in)

        constant = left.constant and right.constant
        if constant and order(_value_of(left), _value_of(right)) == 1:
            self._refuse(sentences.BACKWARDS, tree, "syntax")
        return _fold(Node(evaluate, "value", constant))

    # Loops

    def _iterators(self, tree: Tree[Token]) -> list[Iterator]:
        found = []
        for child in map(_tree, tree.children):
            name, *sources = child.children
            values = [self._evaluate(source) for source in sources]
            found.append((self._bind(str(name)), counted(*values) if len(values) == 2 else listed(values[0])))
        return found

    def _iteration(self, tree: Tree[Token]) -> Node:
        depth = len(self._scope)
        iterators = self._iterators(_tree(tree.children[0]))
        before = self._nodes
        body = self._evaluate(tree.children[1])
        cost = self._nodes - before
        del self._scope[depth:]

        def evaluate(run: Run) -> Value:
            made: list[Value] = []
            if not loop(run, iterators, cost, lambda: made.append(body(run))):
                return None
            run.spend_value(made)
            return made

        return Node(evaluate, "value")

    def _quantified(self, tree: Tree[Token]) -> Node:
        some = _token(tree.children[0]).type == "SOME"
        depth = len(self._scope)
        iterators = self._iterators(_tree(tree.children[1]))
        before = self._nodes
        body = self._evaluate(tree.children[2])
        cost = self._nodes - before
        del self._scope[depth:]

        def evaluate(run: Run) -> bool | None:
            answers: set[bool | None] = set()
            if not loop(run, iterators, cost, lambda: answers.add(as_boolean(body(run)))):
                return None
            if some in answers:
                return some
            return None if None in answers else not some

        return Node(evaluate, "test")

    # Functions

    def _call(self, tree: Tree[Token]) -> Node:
        name = " ".join(str(tree.children[0]).split())
        given = tree.children[1] if len(tree.children) > 1 else None
        if name == "is defined":
            return self._is_defined(tree, given)
        function = FUNCTIONS.get(name)
        if function is None:
            self._refuse(sentences.unknown_function(name, FUNCTIONS), tree, "unsupported")
        if given is not None and _tree(given).data == "named":
            nodes = self._named(function, _tree(given), tree)
        else:
            nodes = [self.compile(_tree(child)) for child in (_tree(given).children if given else ())]
        most = None if function.variadic else len(function.parameters)
        least = max(function.required, 1 if function.variadic else 0)
        if len(nodes) < least or (most is not None and len(nodes) > most):
            self._refuse(sentences.wrong_count(function), tree, "syntax")
        arguments = [node.evaluate for node in nodes]

        def evaluate(run: Run) -> Value:
            return function.call([argument(run) for argument in arguments], run)

        constant = function.constant and all(node.constant for node in nodes)
        return _fold(Node(evaluate, "test" if name in _CONDITIONS else "any", constant))

    def _named(self, function: Function, tree: Tree[Token], call: Tree[Token]) -> list[Node]:
        nodes: dict[int, Node] = {}
        names = [name for name, _ in function.parameters]
        for child in map(_tree, tree.children):
            name = str(child.children[0])
            name = name if name in names else _OTHER_NAMES.get(name, name)
            if name not in names or names.index(name) in nodes:
                self._refuse(sentences.wrong_argument(function, str(child.children[0])), child, "syntax")
            nodes[names.index(name)] = self.compile(_tree(child.children[1]))
        if any(place not in nodes for place in range(function.required)):
            self._refuse(sentences.wrong_count(function), call, "syntax")
        missing = Node(lambda run: MISSING, constant=True)
        return [nodes.get(place, missing) for place in range(max(nodes) + 1)]

    def _is_defined(self, tree: Tree[Token], given: Any) -> Node:
        """Camunda's `is defined`: here an answer that is not there, or blank, is not defined."""
        if given is None or _tree(given).data == "named" or len(given.children) != 1:
            self._refuse(sentences.IS_DEFINED, tree, "syntax")
        inner = self._evaluate(given.children[0])
        return Node(lambda run: inner(run) is not None, "test")

    # Help

    def _new_slot(self) -> int:
        self.slots += 1
        return self.slots - 1

    def _bind(self, name: str) -> int:
        slot = self._new_slot()
        self._scope.append(_Local(name, slot))
        return slot

    def _refuse(self, text: Text, where: Tree[Token] | Token, kind: Kind) -> NoReturn:
        place = where.start_pos if isinstance(where, Token) else getattr(where.meta, "start_pos", 0)
        raise FeelError(text, kind, self.source, self.offset + (place or 0))


_COMPILERS: dict[str, Callable[[Compiler, Tree[Token]], Node]] = {
    "number": Compiler._number,
    "string": Compiler._string,
    "moment": Compiler._moment,
    "true": Compiler._literal,
    "false": Compiler._literal,
    "null": Compiler._literal,
    "name": Compiler._name,
    "input": Compiler._input,
    "chain": Compiler._chain,
    "arithmetic": Compiler._arithmetic,
    "negative": Compiler._negative,
    "comparison": Compiler._comparison,
    "comparing": Compiler._comparing_value,
    "between": Compiler._between,
    "contained": Compiler._contained,
    "conjunction": Compiler._conjunction,
    "disjunction": Compiler._disjunction,
    "negation": Compiler._negation,
    "conditional": Compiler._conditional,
    "list": Compiler._list,
    "context": Compiler._context,
    "range_closed": Compiler._range,
    "range_closed_open": Compiler._range,
    "range_open_closed": Compiler._range,
    "range_open": Compiler._range,
    "iteration": Compiler._iteration,
    "quantified": Compiler._quantified,
    "call": Compiler._call,
}
_RANGES = {
    "range_closed": (True, True),
    "range_closed_open": (True, False),
    "range_open_closed": (False, True),
    "range_open": (False, False),
}
_ORDERS = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}
_CONDITIONS = {"contains", "starts with", "ends with", "list contains", "all", "any", "even", "odd"}
_OTHER_NAMES = {"year": "from", "hour": "from", "date": "from"}
_ESCAPE = re.compile(r'\\(?:(["\'\\nrt])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6}))')
_PLAIN_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def _unescape(found: re.Match[str]) -> str:
    plain, short, long = found.groups()
    if plain:
        return _PLAIN_ESCAPES.get(plain, plain)
    code = int(short or long, 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def _tree(child: Any) -> Tree[Token]:
    return cast("Tree[Token]", child)


def _token(child: Any) -> Token:
    return cast("Token", child)


def _fixed(value: Value, kind: str) -> Node:
    return Node(lambda run: value, kind, constant=True)


def _value_of(constant: Node) -> Value:
    return constant.evaluate(Run({}, None, Limits().steps, []))


def _fold(node: Node) -> Node:
    """A construct of constants only is worked out once; a list is not, callers might change it."""
    if not node.constant:
        return node
    value = _value_of(node)
    return node if isinstance(value, (list, dict)) else _fixed(value, node.kind)
