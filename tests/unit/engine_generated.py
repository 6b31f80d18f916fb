"""Diagrams out of thin air: nested blocks as a designer draws them, and moves on a case of one."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from meldcode.definition import Version
from tests.unit.engine_cases import version
from tests.unit.engine_drawing import Drawing, loop, times

FIELDS = ("f", "g", "h")
CONDITIONS = [f"{field} = {value}" for field in FIELDS for value in (0, 1)] + ["f + g > 1", "h != 2", "true"]
DURATIONS = ["PT6H", "P1D", "P2D", "P4D"]


@dataclass
class Sketch:
    """Draws blocks into nested scopes. A block has one way in and one way out."""

    draw: st.DrawFn
    timed: bool
    tasks: int = 0
    made: int = 0
    loops: int = 0  # how many loops the block being drawn lies in

    def name(self, kind: str) -> str:
        self.made += 1
        return f"{kind}{self.made}"

    def task(self, d: Drawing, inner: str = "") -> str:
        self.tasks += 1
        return d.task(self.name("taak"), inner)

    def block(self, d: Drawing, depth: int) -> tuple[str, str]:
        """A block in `d`: the ids of its first and its last element."""
        kinds = ["task"]
        if depth > 0 and self.tasks < 12:
            kinds = ["row", "row", "xor", "loop", "sub"]
            # SpiffWorkflow's own joins can fire early in the second round of a loop, and its inclusive
            # join beside a branch that loops: there is nothing to compare with.
            kinds += ["and", "or"] if self.timed or not self.loops else []
            if self.timed:
                kinds += ["guarded", "interrupted", "repeated", "many", "wait", "guarded_sub", "first"]
        kind = self.draw(st.sampled_from(kinds))
        if kind == "task":
            key = self.task(d)
            return key, key
        return getattr(self, kind)(d, depth - 1)

    def row(self, d: Drawing, depth: int) -> tuple[str, str]:
        first, middle = self.block(d, depth)
        following, last = self.block(d, depth)
        d.flow(middle, following)
        return first, last

    def branches(self, d: Drawing, depth: int, kind: str) -> tuple[str, str]:
        split, join = self.name(f"{kind}_uit"), self.name(f"{kind}_in")
        flows = [self.name("pijl") for _ in range(self.draw(st.integers(2, 3)))]
        tags = {} if kind == "parallel" else {"default": flows[-1]}
        d.gateway(kind, split, **tags)
        d.gateway(kind, join)
        compared = kind == "inclusive" and not self.timed
        depth = 0 if compared else depth
        for key in flows:
            guarded = kind != "parallel" and key != flows[-1]
            condition = self.draw(st.sampled_from(CONDITIONS)) if guarded else None
            if not compared and self.draw(st.integers(0, 4)) == 0:
                middle = d.gateway("exclusive", self.name("leeg"))
                d.flow(split, middle, condition, key)
                d.flow(middle, join)
                continue
            first, last = self.block(d, depth)
            d.flow(split, first, condition, key)
            d.flow(last, join)
        return split, join

    def xor(self, d: Drawing, depth: int) -> tuple[str, str]:
        return self.branches(d, depth, "exclusive")

    def and_(self, d: Drawing, depth: int) -> tuple[str, str]:
        return self.branches(d, depth, "parallel")

    def or_(self, d: Drawing, depth: int) -> tuple[str, str]:
        return self.branches(d, depth, "inclusive")

    def loop(self, d: Drawing, depth: int) -> tuple[str, str]:
        into, out = self.name("lus_in"), self.name("lus_uit")
        back, done = self.name("pijl"), self.name("pijl")
        d.gateway("exclusive", into)
        question = self.task(d)
        self.loops += 1
        first, last = self.block(d, depth)
        self.loops -= 1
        d.gateway("exclusive", out, default=done)
        end = d.gateway("exclusive", self.name("lus_klaar"))
        d.chain(into, question, first)
        d.flow(last, out)
        d.flow(out, into, self.draw(st.sampled_from(CONDITIONS)), back)
        d.flow(out, end, key=done)
        return into, end

    def sub(self, d: Drawing, depth: int) -> tuple[str, str]:
        inner = Drawing(self.name("deel"))
        self.fill(inner, depth)
        key = d.inside(inner)
        return key, key

    def guarded(self, d: Drawing, depth: int) -> tuple[str, str]:
        key = self.task(d)
        self.ladder(d, key)
        return key, key

    def guarded_sub(self, d: Drawing, depth: int) -> tuple[str, str]:
        key, _ = self.sub(d, depth)
        self.ladder(d, key)
        if self.draw(st.booleans()):
            self.cut(d, key, self.side_end(d))
        return key, key

    def repeated(self, d: Drawing, depth: int) -> tuple[str, str]:
        key = self.task(d, loop(self.draw(st.sampled_from(CONDITIONS)), 3))
        self.ladder(d, key)
        return key, key

    def many(self, d: Drawing, depth: int) -> tuple[str, str]:
        kind = self.draw(st.sampled_from(["parallel", "sequential"]))
        inner = Drawing(self.name("deel"))
        self.fill(inner, 0)
        key = d.inside(inner, extra=times(kind, cardinality=self.draw(st.sampled_from(["0", "2", "f + 1"]))))
        self.ladder(d, key)
        return key, key

    def wait(self, d: Drawing, depth: int) -> tuple[str, str]:
        key = d.timer(self.name("wacht"), self.draw(st.sampled_from(DURATIONS)))
        return key, key

    def first(self, d: Drawing, depth: int) -> tuple[str, str]:
        gateway = d.add("eventBasedGateway", self.name("eerste"))
        message = d.add("intermediateCatchEvent", self.name("bericht"), d.event("message", "bericht"))
        timer = d.timer(self.name("tijd"), self.draw(st.sampled_from(DURATIONS)))
        end = d.gateway("exclusive", self.name("samen"))
        d.chain(gateway, message, self.task(d), end)
        d.chain(gateway, timer, end)
        return gateway, end

    def interrupted(self, d: Drawing, depth: int) -> tuple[str, str]:
        key = self.task(d)
        end = d.gateway("exclusive", self.name("samen"))
        self.ladder(d, key)
        self.cut(d, key, end)
        d.flow(key, end)
        return key, end

    def cut(self, d: Drawing, key: str, to: str) -> None:
        timer = d.timer(
            self.name("stop"),
            self.draw(st.sampled_from(DURATIONS)),
            key,
            purpose="termijn",
            interrupting=True,
        )
        d.chain(timer, self.task(d), to)

    def side_end(self, d: Drawing) -> str:
        return d.end(self.name("zijeinde"))

    def ladder(self, d: Drawing, key: str) -> None:
        for _ in range(self.draw(st.integers(0, 2))):
            if self.draw(st.booleans()):
                d.reminder(self.name("herinner"), self.draw(st.sampled_from(DURATIONS)), key)
            else:
                d.reminder(self.name("herhaal"), "R3/P1D", key, kind="timeCycle")
        if self.draw(st.integers(0, 3)) == 0:
            timer = d.timer(
                self.name("extra"), self.draw(st.sampled_from(DURATIONS)), key, purpose="escalatie"
            )
            d.chain(timer, self.task(d), self.side_end(d))

    def fill(self, d: Drawing, depth: int, at_least: int = 1) -> None:
        begin, end = d.start(self.name("begin")), d.end(self.name("einde"))
        first, last = self.block(d, depth)
        for _ in range(at_least - 1):
            following, end_of_it = self.block(d, depth)
            d.flow(last, following)
            last = end_of_it
        d.flow(begin, first)
        d.flow(last, end)

    def acute(self, d: Drawing) -> None:
        inner = Drawing(self.name("acuut"))
        interrupting = "true" if self.draw(st.booleans()) else "false"
        begin = inner.add(
            "startEvent", self.name("roep"), inner.event("message", "acuut"), isInterrupting=interrupting
        )
        end = inner.end(self.name("einde"))
        first, last = self.block(inner, 1)
        inner.flow(begin, first)
        inner.flow(last, end)
        d.inside(inner, triggeredByEvent="true")


setattr(Sketch, "and", Sketch.and_)
setattr(Sketch, "or", Sketch.or_)


@st.composite
def versions(draw: st.DrawFn, timed: bool) -> Version:
    """A version with one generated process; `timed`: with timers, messages and acute danger too."""
    d = Drawing()
    sketch = Sketch(draw, timed)
    sketch.fill(d, 3, at_least=3)
    if timed and draw(st.booleans()):
        sketch.acute(d)
    return version(d)


@dataclass(frozen=True)
class Poke:
    """Let some hours pass, then do something with the case, if it can be done."""

    kind: str
    which: int
    hours: int
    answers: tuple[tuple[str, int], ...]


def pokes(timed: bool) -> st.SearchStrategy[list[Poke]]:
    """Moves that fit any diagram: `which` counts among the open tasks."""
    kinds = ["complete"] * 4 + (["wake", "acute", "message", "move"] if timed else [])
    poke = st.builds(
        Poke,
        st.sampled_from(kinds),
        st.integers(0, 5),
        st.sampled_from([0, 1, 7, 25, 50, 120]) if timed else st.just(0),
        st.fixed_dictionaries({field: st.integers(0, 2) for field in FIELDS}).map(lambda d: tuple(d.items())),
    )
    return st.lists(poke, min_size=1, max_size=14)
