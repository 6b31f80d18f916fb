"""The example cases of every organisation in `processes/`, and what must hold at every moment of them."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from meldcode.decision import Decision, Input
from meldcode.definition import Version, check, ladders, read_folder
from meldcode.diagram.model import CalendarKind, Purpose, StepKind
from meldcode.engine import Mail
from meldcode.form import Form
from meldcode.rehearse import Example, Moment, as_text, examples_of, play
from meldcode.workdays import Duration
from tools import draw_processes

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
FOLDERS = sorted(path.name for path in PROCESSES.iterdir() if (path / "organisation.toml").is_file())
#: The first two; the others with `make long`.
MOST_ARE_LONG = [
    pytest.param(folder, marks=pytest.mark.long if place > 1 else ()) for place, folder in enumerate(FOLDERS)
]
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


def holiday_watch(version: Version) -> set[str]:
    """The nodes of the processes that begin because a holiday comes."""
    timers = {
        node.id
        for node in version.nodes.values()
        if node.timer is not None and node.timer.calendar is CalendarKind.VAKANTIE
    }
    behind = {flow.target for flow in version.flows.values() if flow.source in timers}
    called = {version.nodes[node].called_element for node in behind}
    return {node.id for node in version.nodes.values() if node.parent in called}


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


# --- the kinds of case that every organisation shows ----------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """What an example shows, by what the tasks in it are: never by its name."""

    version: Version
    example: Example

    def steps(self) -> list[frozenset[StepKind]]:
        return [frozenset(self.version.nodes[one.complete].steps) for one in self.done()]

    def done(self) -> list[Moment]:
        return [moment for moment in self.example.moments if moment.complete]

    def passes(self, *kinds: StepKind) -> bool:
        """Tasks of these kinds, in this order; others may come between, one task may be two of them."""
        steps, at = self.steps(), 0
        for kind in kinds:
            at = next((later for later in range(at, len(steps)) if kind in steps[later]), len(steps))
        return at < len(steps)

    def doubts(self) -> bool:
        """Somebody doubts while weighing; then Veilig Thuis is asked, and there is a weighing or a report."""
        for number, (moment, steps) in enumerate(zip(self.done(), self.steps(), strict=True)):
            if StepKind.WEGEN in steps and "twijfel" in moment.answers.values():
                rest = replace(self.example, moments=tuple(self.done()[number + 1 :]))
                after = Shown(self.version, rest)
                return any(
                    after.passes(StepKind.VT_ADVIES, then) for then in (StepKind.WEGEN, StepKind.MELDEN)
                )
        return False

    def is_acute(self) -> bool:
        return any(moment.event == "acuut" for moment in self.example.moments)

    def is_plain(self) -> bool:
        five = (
            StepKind.SIGNALEREN,
            StepKind.CONSULTEREN,
            StepKind.GESPREK,
            StepKind.WEGEN,
            StepKind.BESLISSEN,
        )
        detours = {StepKind.OVERSLAAN, StepKind.VT_ADVIES, StepKind.ZIJROUTE}
        straight = not self.is_acute() and not self.doubts() and not detours & set().union(*self.steps())
        return straight and self.example.finished is True and self.passes(*five, StepKind.AFSLUITEN)

    def has_no_suspicion(self) -> bool:
        never = {StepKind.WEGEN, StepKind.BESLISSEN, StepKind.ZIJROUTE, StepKind.ACUUT}
        before = (StepKind.SIGNALEREN, StepKind.CONSULTEREN, StepKind.AFSLUITEN)
        return (
            self.example.finished is True and self.passes(*before) and not never & set().union(*self.steps())
        )

    def stalls_through_every_level(self) -> bool:
        """A weighing is told at every rung of its ladder, and once to another than the rung is for."""
        if not self.example.away:
            return False
        mails = [
            (one.what, one.reaches)
            for one in play(self.version, self.example).happenings
            if isinstance(one.what, Mail)
        ]
        told = {mail.node for mail, _ in mails}
        elsewhere = {mail.node for mail, reaches in mails if reaches != mail.to}
        for node in self.version.nodes.values():
            if StepKind.WEGEN not in node.steps:
                continue
            ladder = {rung.told for rung in ladders.rungs(self.version) if rung.activity == node.id}
            if len(ladder) >= 3 and ladder <= told and ladder & elsewhere:
                return True
        return False


KINDS: dict[str, Callable[[Shown], bool]] = {
    "plain": Shown.is_plain,
    "doubt": Shown.doubts,
    "acute": lambda shown: shown.is_acute() and shown.passes(StepKind.ACUUT, StepKind.MELDEN),
    "skipped conversation": lambda shown: shown.passes(StepKind.GESPREK, StepKind.OVERSLAAN),
    "no suspicion": Shown.has_no_suspicion,
    "help that fails": lambda shown: shown.passes(StepKind.HULP, StepKind.VOLGEN, StepKind.MELDEN),
    "stalled, with somebody away": Shown.stalls_through_every_level,
    "side route": lambda shown: shown.passes(StepKind.ZIJROUTE),
}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_examples_show_every_kind_of_case(folder: str) -> None:
    shown = [Shown(version_of(folder), example) for example in examples_of(version_of(folder))]
    assert len(shown) >= 8
    missing = [kind for kind, holds in KINDS.items() if not any(holds(one) for one in shown)]
    assert missing == []


@pytest.mark.parametrize("folder", MOST_ARE_LONG)
def test_time_only_sends_the_mails_of_the_open_tasks(folder: str) -> None:
    """Nobody does anything for a year: each rung mails once, in order, and no task closes.

    None opens either, but for the question who keeps watch in a holiday.
    """
    version = version_of(folder)
    watching = holiday_watch(version)
    for opened, begin in moments_of(folder).items():
        before = play(version, begin)
        after = play(version, replace(begin, moments=(*begin.moments, A_YEAR)))
        assert before.last is not None
        assert after.last is not None

        assert {task.node for task in after.last.tasks} - watching == opened - watching, begin.file
        assert opened <= {task.node for task in after.last.tasks}
        assert after.last.finished is False
        waiting = [
            deadline for task in before.last.tasks if task.node not in watching for deadline in task.deadlines
        ]
        late = [mail.node for _, mail in after.mails[len(before.mails) :] if mail.node not in watching]
        told = {flow.target for flow in version.flows.values() if flow.source in {d.node for d in waiting}}
        assert sorted(late) == sorted(told), f"{begin.file}: {sorted(opened)}"


@pytest.mark.parametrize("folder", MOST_ARE_LONG)
def test_acute_danger_can_be_raised_at_every_moment_and_the_case_goes_on(folder: str) -> None:
    version = version_of(folder)
    acute = {node.id for node in version.nodes.values() if StepKind.ACUUT in node.steps}
    for opened, begin in moments_of(folder).items():
        if opened & acute:
            continue
        raised = play(version, replace(begin, moments=(*begin.moments, Moment(event="acuut")))).last

        assert raised is not None
        (call,) = {task.node for task in raised.tasks} - opened
        assert call in acute
        assert opened < {task.node for task in raised.tasks}, begin.file


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
            if other.attached_to == node.id
            and other.timer is not None
            and other.timer.calendar is not CalendarKind.VAKANTIE
        ]
        assert rungs, node.id
        assert all(not rung.interrupting for rung in rungs), node.id
        assert {rung.timer.purpose for rung in rungs if rung.timer} <= {
            Purpose.HERINNERING,
            Purpose.ESCALATIE,
        }


def test_the_pictures_in_the_documentation_are_of_these_diagrams() -> None:
    assert draw_processes.main(["--check"]) == 0, "run python tools/draw_processes.py"


# --- the weighing tables ---------------------------------------------------------------------------------

ANSWERS = ("ja", "nee", "twijfel", None)
NORM_1 = ("acuut", "onthulling", "structureel")
HELP = ("hulp_mogelijk", "hulp_aanvaard")


@dataclass(frozen=True)
class Framework:
    """What sets an organisation's weighing apart; the norms themselves are the same for everybody."""

    danger: tuple[str, ...] = NORM_1  # "ja" is a report by norm 1
    at_once: tuple[str, ...] = ()  # where doubt is a report too
    care: tuple[str, ...] = ()  # "nee" is a report by norm 2
    asked: tuple[str, ...] = ()  # must be answered before help is advised
    others: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    doubt: str = "veilig-thuis"

    def columns(self) -> dict[str, tuple[str | None, ...]]:
        names = (*self.danger, "vermoeden", *HELP, *self.care, *self.asked, "hulp_werkt")
        return {name: ANSWERS for name in names} | dict(self.others)

    def advice(self, answers: Mapping[str, str | None]) -> tuple[str, int | None] | None:
        """What the framework demands; None: not ready."""
        if "ja" in {answers[name] for name in self.danger}:
            return "melden", 1
        if "twijfel" in {answers[name] for name in self.at_once}:
            return "melden", 1
        if "twijfel" in answers.values():
            return self.doubt, None
        if answers["hulp_werkt"] == "nee":
            return "melden", 3
        if None in {answers[name] for name in (*self.danger, "vermoeden")}:
            return None
        if answers["vermoeden"] == "nee":
            return "afsluiten", None
        return self._with_a_suspicion(answers)

    def _with_a_suspicion(self, answers: Mapping[str, str | None]) -> tuple[str, int | None] | None:
        if "nee" in {answers[name] for name in (*HELP, *self.care)}:
            return "melden", 2
        unanswered = None in {answers[name] for name in (*HELP, *self.asked)}
        return None if unanswered else ("hulp", None)


FRAMEWORKS = {
    SCHOOL: Framework(),
    "ggz-verzonnen-oever": Framework(
        asked=("draagkracht",), others={"draagkracht": ("ja", "nee", "nvt", "twijfel", None)}
    ),
    "inrichting-de-windvaan": Framework(danger=(*NORM_1, "vertrek_gevaar"), at_once=("vertrek_gevaar",)),
    "jeugdhulp-de-bedachte-brug": Framework(asked=("risico_past",)),
    "kinderopvang-de-papieren-boot": Framework(danger=(*NORM_1, "letsel_baby")),
    "wijkteam-nergenshoek": Framework(care=("overneembaar",), doubt="melden-bij-twijfel"),
    "zelfstandige-verloskundige": Framework(),
}


def column(one: Input) -> str:
    """The one answer that a column of a weighing table looks at."""
    (name,) = one.expression.variables
    return name


def first_rules(
    decision: Decision, columns: Mapping[str, tuple[str | None, ...]]
) -> Iterator[tuple[Any, int]]:
    """Every combination of answers with the number of the first rule that holds, 0 for none.

    As sets of rules, one for each answer: asking the table itself a hundred thousand times takes minutes.
    """
    holds = [
        [
            sum(1 << rule.number for rule in decision.rules if rule.tests[at].matches(value, {}))
            for value in columns[column(one)]
        ]
        for at, one in enumerate(decision.inputs)
    ]
    values = [columns[column(one)] for one in decision.inputs]
    for answers, rules in zip(itertools.product(*values), itertools.product(*holds), strict=True):
        both = functools.reduce(operator.and_, rules)
        yield answers, (both & -both).bit_length() - 1 if both else 0


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_weighing_table_follows_the_norms_for_every_combination_of_answers(folder: str) -> None:
    framework, decision = FRAMEWORKS[folder], version_of(folder).decisions["afweging"]
    names = [column(one) for one in decision.inputs]
    assert decision.hit_policy == "FIRST"
    assert set(names) == set(framework.columns())
    asked_itself: set[int] = set()
    says: dict[int, Any] = {0: None}

    for answers, number in first_rules(decision, framework.columns()):
        given = dict(zip(names, answers, strict=True))
        if number not in asked_itself:  # the table itself, once for each rule
            asked_itself.add(number)
            result = decision.decide(given).result
            if number:
                assert isinstance(result, dict)
                assert result["regel"] == number
                assert result["reden"]
                says[number] = (result["advies"], result["norm"])
            else:
                assert result is None
        assert says[number] == framework.advice(given), given

    assert asked_itself == {0, *(rule.number for rule in decision.rules)}, "a rule that never comes first"


def weighing_form(folder: str) -> Form:
    """The form on which the weighing questions are asked."""
    version = version_of(folder)
    (node,) = (
        node
        for node in version.nodes.values()
        if StepKind.WEGEN in node.steps and node.form and "vermoeden" in version.forms[node.form].fields
    )
    return version.forms[str(node.form)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_forms_offer_the_answers_the_weighing_table_reads(folder: str) -> None:
    """Also where weighing and deciding are one form: an answer nobody can give is a rule nobody reaches."""
    version, framework = version_of(folder), FRAMEWORKS[folder]
    for one in version.decisions["afweging"].inputs:
        name = column(one)
        asking = [form for form in version.forms.values() if name in form.fields]
        assert asking, name
        for form in asking:
            offered = {option.value for option in form.fields[name].options}
            assert offered == set(framework.columns()[name]) - {None}, f"{form.file}: {name}"
            assert one.allowed is not None
            assert all(one.allowed.matches(value, {}) for value in offered), name
        assert name in weighing_form(folder).fields


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_weighing_the_form_accepts_leads_to_an_advice(folder: str) -> None:
    version, framework = version_of(folder), FRAMEWORKS[folder]
    form, decision = weighing_form(folder), version.decisions["afweging"]
    today = examples_of(version)[0].start.date()
    seen: dict[str, Any] = {"mantelzorg_speelt": "ja"}
    names = [name for name in framework.columns() if name != "hulp_werkt"]
    sure = itertools.product(("ja", "nee"), repeat=len(names))
    doubts = (tuple("twijfel" if name == one else "nee" for name in names) for one in names)
    for answers in itertools.chain(sure, doubts):
        checked = form.check({**filled(form), **dict(zip(names, answers, strict=True))}, seen, today)
        assert not checked.errors.keys() & {*names, "vermoeden"}, (answers, checked.errors)
        assert decision.decide(checked.answers).result is not None, answers


def filled(form: Form) -> dict[str, Any]:
    """Something in every other question of a form."""
    return {
        name: one.options[0].value if one.options else "2026-09-10" if "datum" in name else "Omdat."
        for name, one in form.fields.items()
        if one.type in {"radio", "textfield", "textarea", "datetime", "select"}
    }


CALLING = {
    StepKind.CONSULTEREN,
    StepKind.VT_ADVIES,
    StepKind.WEGEN,
    StepKind.BESLISSEN,
    StepKind.MELDEN,
    StepKind.ACUUT,
}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_number_of_veilig_thuis_stands_wherever_somebody_may_have_to_call(folder: str) -> None:
    """A side route has numbers of its own: of the inspectorate, of the police."""
    version = version_of(folder)
    without = [
        node.id
        for node in version.nodes.values()
        if node.kind == "userTask"
        and node.steps & CALLING
        and StepKind.ZIJROUTE not in node.steps
        and "0800-2000" not in version.files[str(node.form)].decode() + (node.instructions or "")
    ]
    assert without == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_question_that_can_be_doubted_while_weighing_has_a_help(folder: str) -> None:
    form = weighing_form(folder)
    doubted = [
        field for field in form.fields.values() if any(option.value == "twijfel" for option in field.options)
    ]
    assert len(doubted) >= 7
    assert [field.key for field in doubted if not field.description] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_who_reports_sees_the_facts_that_were_written_down_before(folder: str) -> None:
    version = version_of(folder)
    reports = [
        node
        for node in version.nodes.values()
        if node.process == version.main_process
        and node.parent == version.main_process
        and StepKind.MELDEN in node.steps
    ]
    assert reports
    for node in reports:
        form = version.form_of(node.id)
        assert form is not None
        facts = {"feiten": [{"wat": "Een blauwe plek."}, {"wat": "Zij kwam niet."}]}
        page = form.render({}, facts)
        assert "Een blauwe plek. Zij kwam niet." in page, node.id
        assert "Een blauwe plek" not in form.render({}, {}), node.id
