"""Soundness of plain control flow, beside an independent checker (`rust_bpmn_analyzer`).

Its *option to complete* is ours: no case gets stuck, and each can finish. Its *dead activities* are our
tasks that no case gets to. On these two both agree on every generated diagram. They differ by intent on
two things, each with a test of its own: tokens that nobody brings together again (its *safeness* and
*proper completion*), and an endless loop that can never be left (it only looks for states without a way on).
"""

from __future__ import annotations

import rust_bpmn_analyzer_bindings as other
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meldcode.check import Says
from meldcode.check.explore import Exploration, explore
from meldcode.check.soundness import soundness
from meldcode.check.verdict import Evidence
from tests.proof.small import Sketch, choice

KINDS = ("exclusive", "parallel")


def free_choice(d: Sketch, key: str, *targets: str) -> None:
    """A gateway that goes where the task before it says, so anywhere."""
    d.choose(key, targets[-1], **{target: f'{key}_naar = "{target}"' for target in targets[:-1]})


@st.composite
def plain(draw: st.DrawFn) -> Sketch:
    """Tasks, choices, forks and loops. A split may meet a join of the other kind: then it is unsound."""
    d = Sketch()
    made = 0

    def name(kind: str) -> str:
        nonlocal made
        made += 1
        return f"{kind}{made}"

    def block(depth: int, matched: bool) -> tuple[str, str]:
        small = depth == 0 or made > 16
        kinds = ["task"] if small else ["task", "row", "row", "branches", "branches", "loop"]
        kind = draw(st.sampled_from(kinds))
        if kind == "row":
            first, middle = block(depth - 1, matched)
            following, last = block(depth - 1, matched)
            d.flow(middle, following)
            return first, last
        if kind == "branches":
            return branches(depth, matched)
        if kind == "loop":
            return loop(depth)
        key = name("taak")
        d.act(key)
        return key, key

    def branches(depth: int, matched: bool) -> tuple[str, str]:
        split, join = name("uit"), name("in")
        one = draw(st.sampled_from(KINDS))
        two = one if matched else draw(st.sampled_from(KINDS))
        inner = [block(depth - 1, matched) for _ in range(2)]
        d.gateway(two, join)
        for _, last in inner:
            d.flow(last, join)
        if one == "parallel":
            d.gateway(one, split)
            for first, _ in inner:
                d.flow(split, first)
            return split, join
        question = name("vraag")
        entries = [first for first, _ in inner]
        d.act(question, choice(f"{split}_naar", *entries))
        d.flow(question, split)
        free_choice(d, split, *entries)
        return question, join

    def loop(depth: int) -> tuple[str, str]:
        # What goes round is sound: tokens that pile up without end would have no end in either checker.
        into, out, question, after = name("lus_in"), name("lus_uit"), name("vraag"), name("taak")
        d.gateway("exclusive", into)
        first, last = block(depth - 1, True)
        d.act(question, choice(f"{out}_naar", into, after))
        d.act(after)
        d.chain(into, first)
        d.chain(last, question, out)
        free_choice(d, out, into, after)
        return into, after

    d.start("begin")
    first, last = block(3, False)
    d.end("einde")
    d.flow("begin", first)
    d.flow(last, "einde")
    return d


def judged(d: Sketch) -> tuple[Exploration, dict[str, Says]]:
    version = d.version()
    played = explore(version, most_states=1_500)
    said = soundness(Evidence(version, played, ()))
    return played, {name: verdict.says for name, verdict in said}


def completes(said: dict[str, Says]) -> bool:
    return Says.BROKEN not in (said["incident"], said["can-finish"])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(plain())
def test_both_checkers_agree_on_which_plain_diagrams_are_sound(d: Sketch) -> None:
    played, said = judged(d)
    assert played.complete
    xml = d.xml().decode()
    assert completes(said) == other.analyze_option_to_complete(xml).fulfilled
    tasks = {node.id for node in played.version.nodes.values() if node.kind == "userTask"}
    dead = other.analyze_dead_activities(xml).problematic_elements
    assert tasks - played.reached == set(dead)


def forked(join: str) -> Sketch:
    d = Sketch()
    d.start("begin")
    d.gateway("parallel", "uit")
    d.gateway(join, "in")
    d.end("einde")
    for key in ("een", "twee", "daarna"):
        d.act(key)
    d.chain("begin", "uit", "een", "in", "daarna", "einde")
    d.chain("uit", "twee", "in")
    return d


def test_the_other_checker_also_refuses_what_is_done_twice_which_here_is_no_deadlock() -> None:
    """A task that is open twice is two pieces of work here; the case is over when both are done."""
    played, said = judged(forked("exclusive"))
    assert set(said.values()) == {Says.HOLDS}
    assert any(len(state.tasks) == 2 and state.open == {"daarna"} for state in played.states)
    xml = forked("exclusive").xml().decode()
    assert other.analyze_option_to_complete(xml).fulfilled
    assert not other.analyze_safeness(xml).fulfilled
    assert not other.analyze_proper_completion(xml).fulfilled


def test_both_checkers_hold_a_fork_that_is_joined() -> None:
    _, said = judged(forked("parallel"))
    xml = forked("parallel").xml().decode()
    assert set(said.values()) == {Says.HOLDS}
    assert other.analyze_safeness(xml).fulfilled
    assert other.analyze_option_to_complete(xml).fulfilled


def test_a_loop_that_nobody_can_leave_is_unsound_here_and_goes_unseen_there() -> None:
    d = Sketch()
    d.start("begin")
    d.act("een")
    d.merge("lus")
    d.chain("begin", "lus", "een", "lus")
    _, said = judged(d)
    assert said["can-finish"] is Says.BROKEN
    assert other.analyze_option_to_complete(d.xml().decode()).fulfilled
