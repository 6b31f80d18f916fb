"""The example cases of every organisation in `processes/`, and what must hold at every moment of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from meldcode.definition import Version, check, read_folder
from meldcode.diagram.model import Purpose, StepKind
from meldcode.rehearse import Example, Moment, as_text, examples_of, play
from meldcode.workdays import Duration
from tools import draw_processes

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
FOLDERS = sorted(path.name for path in PROCESSES.iterdir() if (path / "organisation.toml").is_file())
SCHOOL = "basisschool-het-voorbeeld"
A_YEAR = Moment(after=Duration(days=365))


@cache
def version_of(folder: str) -> Version:
    return read_folder(PROCESSES / folder)


def every_example() -> Iterator[tuple[str, Example]]:
    for folder in FOLDERS:
        for example in examples_of(version_of(folder)):
            yield folder, example


EXAMPLES = list(every_example())
BY_NAME = [f"{folder}/{Path(example.file).stem}" for folder, example in EXAMPLES]


@cache
def moments_of(folder: str) -> dict[frozenset[str], Example]:
    """Every set of open tasks the folder's examples meet, with the shortest example that leads to it."""
    met: dict[frozenset[str], Example] = {}
    for example in examples_of(version_of(folder)):
        for length in range(len(example.moments) + 1):
            begin = replace(example, moments=example.moments[:length], finished=None, outcome=None)
            last = play(version_of(folder), begin).last
            if last is None or last.finished:
                continue
            opened = frozenset(task.node for task in last.tasks)
            if opened not in met or length < len(met[opened].moments):
                met[opened] = begin
    return met


@pytest.mark.parametrize(("folder", "example"), EXAMPLES, ids=BY_NAME)
def test_an_example_goes_as_its_author_wrote(folder: str, example: Example) -> None:
    timeline = play(version_of(folder), example)

    assert timeline.as_expected, as_text(version_of(folder), timeline)


@pytest.mark.parametrize("folder", FOLDERS)
def test_an_organisation_that_is_shipped_can_be_published(folder: str) -> None:
    assert check(version_of(folder)) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_examples_together_do_every_task(folder: str) -> None:
    version = version_of(folder)
    done = {
        moment.complete for example in examples_of(version) for moment in example.moments if moment.complete
    }

    assert done == {node.id for node in version.nodes.values() if node.kind == "userTask"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_time_only_sends_the_mails_of_the_open_tasks(folder: str) -> None:
    """Nobody does anything for a year: each rung mails once, in order, and no task closes or opens."""
    version = version_of(folder)
    for opened, begin in moments_of(folder).items():
        before = play(version, begin)
        after = play(version, replace(begin, moments=(*begin.moments, A_YEAR)))
        assert before.last is not None
        assert after.last is not None

        assert frozenset(task.node for task in after.last.tasks) == opened, begin.file
        assert after.last.finished is False
        waiting = [deadline for task in before.last.tasks for deadline in task.deadlines]
        late = [mail.node for _, mail in after.mails[len(before.mails) :]]
        told = {flow.target for flow in version.flows.values() if flow.source in {d.node for d in waiting}}
        assert sorted(late) == sorted(told), f"{begin.file}: {sorted(opened)}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_acute_danger_can_be_raised_at_every_moment_and_the_case_goes_on(folder: str) -> None:
    version = version_of(folder)
    for opened, begin in moments_of(folder).items():
        if opened & {"acuut_bellen", "acuut_melding"}:
            continue
        raised = play(version, replace(begin, moments=(*begin.moments, Moment(event="acuut")))).last

        assert raised is not None
        assert frozenset(task.node for task in raised.tasks) == opened | {"acuut_bellen"}, begin.file


@pytest.mark.parametrize("folder", FOLDERS)
def test_tasks_that_are_open_together_never_write_the_same_field(folder: str) -> None:
    version = version_of(folder)
    acute = {node.id for node in version.nodes.values() if StepKind.ACUUT in node.steps}
    for opened in moments_of(folder):
        for pair in itertools.combinations(sorted(opened | acute), 2):
            if set(pair) <= acute:
                continue
            first, second = (version.form_of(node) for node in pair)
            assert first is not None
            assert second is not None
            assert not first.fields.keys() & second.fields.keys(), pair


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_task_of_a_person_has_somebody_who_is_reminded(folder: str) -> None:
    version = version_of(folder)
    for node in version.nodes.values():
        if node.kind != "userTask":
            continue
        rungs = [
            other
            for other in version.nodes.values()
            if other.attached_to == node.id and other.timer is not None
        ]
        assert rungs, node.id
        assert all(not rung.interrupting for rung in rungs), node.id
        assert {rung.timer.purpose for rung in rungs if rung.timer} <= {
            Purpose.HERINNERING,
            Purpose.ESCALATIE,
        }


def test_the_pictures_in_the_documentation_are_of_these_diagrams() -> None:
    assert draw_processes.main(["--check"]) == 0, "run python tools/draw_processes.py"


# --- the school's weighing table -------------------------------------------------------------------------

QUESTIONS = ("acuut", "onthulling", "structureel", "vermoeden", "hulp_mogelijk", "hulp_aanvaard")
MONITORED = "hulp_werkt"
ANSWERS = ("ja", "nee", "twijfel", None)


def weighings() -> Iterator[dict[str, str | None]]:
    for answers in itertools.product(ANSWERS, repeat=len(QUESTIONS) + 1):
        yield dict(zip((*QUESTIONS, MONITORED), answers, strict=True))


def test_the_weighing_table_follows_the_norms_for_every_combination_of_answers() -> None:
    decision = version_of(SCHOOL).decisions["afweging"]
    for answers in weighings():
        result = decision.decide(answers).result
        advice = result["advies"] if isinstance(result, dict) else None

        if "ja" in (answers["acuut"], answers["onthulling"], answers["structureel"]):
            assert isinstance(result, dict)
            assert (advice, result["norm"]) == ("melden", 1), answers
        elif "twijfel" in answers.values():
            assert advice == "veilig-thuis", answers
        elif answers[MONITORED] == "nee":
            assert isinstance(result, dict)
            assert (advice, result["norm"]) == ("melden", 3), answers
        elif None in (answers["acuut"], answers["onthulling"], answers["structureel"], answers["vermoeden"]):
            assert advice is None, answers
        elif answers["vermoeden"] == "nee":
            assert advice == "afsluiten", answers
        elif "nee" in (answers["hulp_mogelijk"], answers["hulp_aanvaard"]):
            assert isinstance(result, dict)
            assert (advice, result["norm"]) == ("melden", 2), answers
        else:
            assert advice == (
                None if None in (answers["hulp_mogelijk"], answers["hulp_aanvaard"]) else "hulp"
            )


def test_every_weighing_the_form_accepts_leads_to_an_advice() -> None:
    version = version_of(SCHOOL)
    form, decision = version.forms["forms/wegen.form"], version.decisions["afweging"]
    told = {
        "vermoeden_reden": "De oorzaak is gevonden.",
        "wegen_met": "De intern begeleider",
        "wegen_datum": "2026-09-10",
        "wegen_bevinding": "Wij wogen wat wij zagen.",
    }
    today = examples_of(version)[0].start.date()
    # the answers to questions that do not show are not asked for, and are left out of the case
    for answers in itertools.product(ANSWERS[:3], repeat=len(QUESTIONS)):
        checked = form.check({**dict(zip(QUESTIONS, answers, strict=True)), **told}, {}, today)
        assert not checked.errors, checked.errors
        assert decision.decide(checked.answers).result is not None, answers
