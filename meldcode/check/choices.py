"""What people can answer at a task in a case: one of each class of answers that makes a difference."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from meldcode.check.answers import Answers, Leaf, TooMany
from meldcode.check.documents import EMPTY, NOTHING, Document, as_text
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
        touched = self.live.touched(node)
        groups = self._grouped(node, form, touched, document)
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
        for leaf, said, *outcomes in zip(groups.leaves, groups.said, *turned_out, strict=True):
            place = (said, tuple(outcomes))
            if place not in seen:
                seen.add(place)
                yield leaf, said

    def _grouped(self, node: Node, form: Form, touched: Pending, document: Document) -> _Groups:
        """Answers of which no two are alike in all that can count, whatever else the case holds.

        What cannot count: a field that nothing asks about, and one that only decides which others are asked.
        """
        leaves = self.answers.leaves(form, document.values)
        place = (node.id, id(leaves))
        if place not in self._groups:
            asked = tuple(name for name in touched.names if name in form.fields)
            # What an answer says to the rules; whether help works is looked for in every answer.
            every = StepKind.VOLGEN in node.steps
            watched = sorted(form.fields if every else self.meaning.watched(node))
            empty = dict.fromkeys(form.fields)
            found: dict[Hashable, tuple[Leaf, frozenset[str], Document]] = {}
            shown: dict[Json, str] = {}
            met: set[Hashable] = set()
            meant: dict[tuple[str, ...], frozenset[str]] = {}
            for leaf in leaves:
                given = {**empty, **dict(leaf)}
                texts = tuple([_text(given[name], shown) for name in asked])
                seen = tuple([_text(given[name], shown) for name in watched])
                if (texts, seen) in met:
                    continue
                met.add((texts, seen))
                if seen not in meant:
                    meant[seen] = marks(self.meaning, node, given)
                said = meant[seen]
                alike = (said, texts)
                if alike not in found:
                    counts = Document(
                        {name: given[name] for name in asked}, dict(zip(asked, texts, strict=True))
                    )
                    found[alike] = leaf, said, counts
            self._groups[place] = _Groups.of(touched, list(found.values()))
        return self._groups[place]


@dataclass(frozen=True, eq=False, slots=True)
class _Groups:
    """Answers to a form, what they say to the rules, and for each question what they say to it: the different
    ways, and the place of each answer among them."""

    leaves: list[Leaf]
    said: list[frozenset[str]]
    read: list[tuple[Question, list[Document], list[int]]]

    @classmethod
    def of(cls, touched: Pending, found: list[tuple[Leaf, frozenset[str], Document]]) -> _Groups:
        read = []
        for question in touched.questions:
            ways: dict[tuple[str, ...], int] = {}
            documents: list[Document] = []
            of_group = []
            for _, _, counts in found:
                own = [name for name in question.kept if name in counts.texts]
                texts = tuple([counts.texts[name] for name in own])
                if texts not in ways:
                    ways[texts] = len(documents)
                    documents.append(
                        Document(
                            {name: counts.values[name] for name in own}, dict(zip(own, texts, strict=True))
                        )
                    )
                of_group.append(ways[texts])
            read.append((question, documents, of_group))
        return cls([one[0] for one in found], [one[1] for one in found], read)


def _text(value: Json, shown: dict[Json, str]) -> str:
    """A value as text; of texts, which come by the thousand, each is written once."""
    if type(value) is not str:
        return as_text(value)
    if value not in shown:
        shown[value] = as_text(value)
    return shown[value]
