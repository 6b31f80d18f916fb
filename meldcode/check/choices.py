"""What people can answer at a task in a case: one of each class of answers that makes a difference."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from meldcode.check.answers import Answers
from meldcode.check.combinations import Combinations, Leaf, Row, TooMany
from meldcode.check.documents import EMPTY, NOTHING, Document
from meldcode.check.history import marks
from meldcode.check.live import Live, Pending, Question
from meldcode.check.meaning import Meaning
from meldcode.definition import Version
from meldcode.diagram.model import Node, StepKind
from meldcode.feel import Json
from meldcode.form import Form
from meldcode.messages import Text


@dataclass(frozen=True, slots=True)
class Move:
    """What somebody or time did. `kind` is start, complete, timer or raise."""

    kind: str
    node: str
    answers: Mapping[str, Json] = field(default_factory=dict)
    leaf: Leaf = ()
    said: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A completion of a task, and what it writes."""

    move: Move
    written: Document = EMPTY


Limit = Callable[[str, Text], None]


class Choices:
    """The choices of one version. `limit` is told, once for each thing, what cannot be tried in full."""

    def __init__(
        self, version: Version, meaning: Meaning, answers: Answers, live: Live, limit: Limit
    ) -> None:
        self.version, self.meaning, self.answers, self.live = version, meaning, answers, live
        self.limit = limit
        self._mixed: dict[str, tuple[str, ...]] = {}
        self._classes: dict[Hashable, list[tuple[Leaf, frozenset[str]]]] = {}
        self._choices: dict[Hashable, list[Choice]] = {}
        self._groups: dict[tuple[str, int], _Groups] = {}

    def at(self, node: Node, document: Document) -> list[Choice]:
        """One choice for each class of answers that a person can really give here."""
        names = self._mixed.get(node.id)
        if names is None:
            form = self.version.forms.get(node.form or "")
            read = form.variables if form else frozenset[str]()
            names = self._mixed[node.id] = tuple(sorted({*self.live.mixed(node), *read}))
        place = (node.id, document.shown(names))
        if place not in self._choices:
            self._choices[place] = list(self._made(node, document))
        return self._choices[place]

    def _made(self, node: Node, document: Document) -> Iterator[Choice]:
        form = self.version.forms.get(node.form or "")
        if form is None:
            yield Choice(Move("complete", node.id, said=marks(self.meaning, node, {})))
            return
        for leaf, said in self._classes_of(node, form, document):
            answers = self.answers.complete(form, leaf, document.values)
            if answers is None:
                self.limit(
                    f"{form.file} cannot be filled in",
                    Text(
                        f"Voor het formulier {form.file} vond de controle geen antwoorden die mogen.",
                        f"For the form {form.file} no answers were found that are allowed.",
                    ),
                )
                continue
            yield Choice(Move("complete", node.id, answers, leaf, said), Document.of(answers))

    def _classes_of(self, node: Node, form: Form, document: Document) -> list[tuple[Leaf, frozenset[str]]]:
        place = (node.id, document.shown(self.live.mixed(node)))
        if place not in self._classes:
            try:
                self._classes[place] = list(self._divided(node, form, document))
            except TooMany:
                self._classes[place] = []
                self.limit(
                    form.file,
                    Text(
                        f"Het formulier {form.file} heeft te veel combinaties van antwoorden om alle te "
                        "proberen.",
                        f"The form {form.file} has too many combinations of answers to try them all.",
                    ),
                )
        return self._classes[place]

    def _divided(self, node: Node, form: Form, document: Document) -> Iterator[tuple[Leaf, frozenset[str]]]:
        groups = self._grouped(node, form, self.live.touched(node), document)
        # Each question reads a few of the answers: it is put once to each of the ways to give those.
        turned_out = []
        for question, ways, of_group in groups.read:
            values = {name: document.values.get(name) for name in question.kept}
            texts = {name: document.texts.get(name, NOTHING) for name in question.kept}
            said_of = [
                self.live.signature(question, Document({**values, **given.values}, {**texts, **given.texts}))
                for given in ways
            ]
            turned_out.append([said_of[way] for way in of_group])
        seen: set[Hashable] = set()
        for row, said, *outcomes in zip(groups.rows, groups.said, *turned_out, strict=True):
            place = (said, tuple(outcomes))
            if place not in seen:
                seen.add(place)
                yield groups.answers.leaf(row), said

    def _grouped(self, node: Node, form: Form, touched: Pending, document: Document) -> _Groups:
        """Answers of which no two are alike in all that can count, whatever else the case holds.

        What cannot count: a field that nothing asks about, and one that only decides which others are asked.
        """
        answers = self.answers.leaves(form, document.values)
        place = (node.id, id(answers))
        if place not in self._groups:
            # What an answer says to the rules; whether help works is looked for in every answer.
            every = StepKind.VOLGEN in node.steps
            watched = frozenset(form.fields) if every else self.meaning.watched(node)
            said = self._said(node, form, answers, watched)
            asked = [index for index, key in enumerate(answers.keys) if key in touched.names]
            found: dict[Hashable, tuple[Row, frozenset[str]]] = {}
            for row, words in zip(answers.rows, said, strict=True):
                found.setdefault((words, *[row[index] for index in asked]), (row, words))
            self._groups[place] = _Groups.of(touched, answers, list(found.values()))
        return self._groups[place]

    def _said(
        self, node: Node, form: Form, answers: Combinations, watched: frozenset[str]
    ) -> Iterator[frozenset[str]]:
        """What each of these answers means to the rules, who look at the watched questions only."""
        looked_at = [index for index, key in enumerate(answers.keys) if key in watched]
        blank = dict.fromkeys(form.fields)
        meant: dict[Row, frozenset[str]] = {}
        for row in answers.rows:
            given = tuple([row[index] for index in looked_at])
            if given not in meant:
                values = {
                    answers.keys[at]: answers.values[at][one]
                    for at, one in zip(looked_at, given, strict=True)
                }
                meant[given] = marks(self.meaning, node, {**blank, **values})
            yield meant[given]


@dataclass(frozen=True, eq=False, slots=True)
class _Groups:
    """Answers to a form, what they say to the rules, and for each question what they say to it: the different
    ways, and the place of each answer among them."""

    answers: Combinations
    rows: list[Row]
    said: list[frozenset[str]]
    read: list[tuple[Question, list[Document], list[int]]]

    @classmethod
    def of(cls, touched: Pending, answers: Combinations, found: list[tuple[Row, frozenset[str]]]) -> _Groups:
        read = []
        for question in touched.questions:
            own = [index for index, key in enumerate(answers.keys) if key in question.kept]
            ways: dict[Row, int] = {}
            of_group = [ways.setdefault(tuple([row[at] for at in own]), len(ways)) for row, _ in found]
            documents = [
                Document(
                    {answers.keys[at]: answers.values[at][one] for at, one in zip(own, way, strict=True)},
                    {answers.keys[at]: answers.texts[at][one] for at, one in zip(own, way, strict=True)},
                )
                for way in ways
            ]
            read.append((question, documents, of_group))
        return cls(answers, [row for row, _ in found], [said for _, said in found], read)
