"""What people can answer at a task in a case: one of each class of answers that makes a difference."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from meldcode.check.answers import Answers, Leaf, TooMany
from meldcode.check.documents import EMPTY, NOTHING, Document, as_text
from meldcode.check.history import marks
from meldcode.check.live import Live, Pending
from meldcode.check.meaning import Meaning
from meldcode.definition import Version
from meldcode.diagram.model import Node
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
        self._groups: dict[tuple[str, int], list[tuple[Leaf, frozenset[str], Document]]] = {}

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
        seen: set[Hashable] = set()
        # Only what is asked counts, and all of these answers write the same names: one case will do.
        values = {name: document.values.get(name) for name in touched.names}
        texts = {name: document.texts.get(name, NOTHING) for name in touched.names}
        tried = Document(values, texts)
        for leaf, said, given in self._grouped(node, form, touched, document):
            values.update(given.values)
            texts.update(given.texts)
            place = (said, self.live.key(touched, tried))
            if place not in seen:
                seen.add(place)
                yield leaf, said

    def _grouped(
        self, node: Node, form: Form, touched: Pending, document: Document
    ) -> list[tuple[Leaf, frozenset[str], Document]]:
        """Answers of which no two are alike in all that can count, whatever else the case holds; of each
        what it writes as far as it counts.

        What cannot count: a field that nothing asks about, and one that only decides which others are asked.
        """
        leaves = self.answers.leaves(form, document.values)
        place = (node.id, id(leaves))
        if place not in self._groups:
            asked = tuple(name for name in touched.names if name in form.fields)
            empty = dict.fromkeys(form.fields)
            found: dict[Hashable, tuple[Leaf, frozenset[str], Document]] = {}
            shown: dict[Json, str] = {}
            for leaf in leaves:
                given = {**empty, **dict(leaf)}
                said = marks(self.meaning, node, given)
                texts = tuple([_text(given[name], shown) for name in asked])
                alike = (said, texts)
                if alike not in found:
                    counts = Document(
                        {name: given[name] for name in asked}, dict(zip(asked, texts, strict=True))
                    )
                    found[alike] = leaf, said, counts
            self._groups[place] = list(found.values())
        return self._groups[place]


def _text(value: Json, shown: dict[Json, str]) -> str:
    """A value as text; of texts, which come by the thousand, each is written once."""
    if type(value) is not str:
        return as_text(value)
    if value not in shown:
        shown[value] = as_text(value)
    return shown[value]
