"""A form of an organisation: the questions of one task, what may be answered, and how people see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from meldcode.feel import together
from meldcode.feel.work import Work
from meldcode.form import checking, html, posting, sentences
from meldcode.form.checking import Checked
from meldcode.form.conditions import Scope, fresh_days, settle
from meldcode.form.parts import Json, Keyed, Part
from meldcode.form.posting import SHOWN, Edit, Posted
from meldcode.form.showing import show
from meldcode.form.summary import error_summary, errors_in_words
from meldcode.form.values import complete
from meldcode.messages import Finding, MeldcodeError, Text

NOTHING: Mapping[str, Text] = {}


class FormError(MeldcodeError):
    """The form cannot be used; `.findings` says why, one finding per thing to change."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        first = findings[0]
        place = f" ({first.element})" if first.element else ""
        super().__init__(
            Text(
                f"{first.file}{place}: {first.what.nl} {first.remedy.nl}",
                f"{first.file}{place}: {first.what.en} {first.remedy.en}",
            )
        )


@dataclass(frozen=True, slots=True)
class Form:
    """One form-js form, read and found usable. Make it with `read_form`.

    `fields` holds the top-level answers by key, in reading order, and is the full list of what the form
    writes into the case document: `Field`s, `Group`s with a path (a context) and `Rows` (a list of
    contexts). `variables` are the top-level names that conditions and texts read; those that are in
    `fields` too are the answers with which the page changes.
    """

    id: str
    file: str
    parts: tuple[Part, ...]
    fields: Mapping[str, Keyed]
    variables: frozenset[str]
    warnings: tuple[Finding, ...] = ()

    def parse(self, posted: Posted) -> dict[str, Json]:
        """What a browser posted → plain JSON for `check` and `render`.

        `posted` is name → texts, as a form on a page gives it; names the form does not know (a CSRF
        token, an extension's own) are left out. A text that cannot be read as a number or a date stays
        that text, so that the page can show it again. Never fails.
        """
        return posting.parse(self.parts, posted)

    def check(
        self, answers: Mapping[str, Json], document: Mapping[str, Json], today: date | None = None
    ) -> Checked:
        """Are these answers fit for the case? The one door for pages, API and examples.

        `document` is the case document so far, for conditions; `today` the day in Europe/Amsterdam, for
        conditions and fields that speak of it. The answers that come out are plain JSON with every
        top-level key of the form; a question that is not asked has null, so that an earlier answer to it
        does not stay in the case.
        """
        with together() as work:
            checked = checking.check(self.parts, answers, document, today)
        return _enough(checked, work)

    def check_post(self, posted: Posted, document: Mapping[str, Json], today: date | None = None) -> Checked:
        """`parse` and `check`, and an error for each question that an answer brought up just now.

        Without JavaScript a page shows what was asked for the *earlier* answers. A question that was not
        on it (`_shown` names those with a condition that were) has not been put to anybody yet, so the
        page must come back once, also when the question is optional.
        """
        with together() as work:
            checked = self._check_post(posted, document, today)
        return _enough(checked, work)

    def _check_post(self, posted: Posted, document: Mapping[str, Json], today: date | None) -> Checked:
        answers = self.parse(posted)
        checked = self.check(answers, document, today)
        typed, _ = complete(self.parts, answers, today, defaults=False)
        settled = settle(self.parts, typed, document, today)
        shown = set(posted.get(SHOWN) or ())
        new = {
            name: sentences.NEW_QUESTION
            for name in html.conditional(self.parts, settled, Scope(document, settled, today))
            if name not in shown
        }
        return Checked(checked.answers, checked.errors | new) if new else checked

    def edit_action(self, posted: Posted) -> Edit | None:
        """The button of a dynamic list that was pressed, or None: then the form itself was sent."""
        return posting.edit_action(posted)

    def apply_edit(self, values: Mapping[str, Json], action: Edit) -> dict[str, Json]:
        """The values of `parse` with a row added to or removed from a list; render them again."""
        return posting.apply_edit(self.parts, values, action)

    def render(
        self,
        values: Mapping[str, Json],
        document: Mapping[str, Json],
        errors: Mapping[str, Text] = NOTHING,
        language: str = "nl",
        today: date | None = None,
    ) -> Markup:
        """The questions as HTML, without `<form>`, send button and CSRF token: a pure function.

        `values` are earlier answers, a draft, or what `parse` gave; a key that is missing shows the
        designer's default. `errors` come from `check` or `check_post`. Questions that these values hide
        are left out.
        """
        with together():
            return html.render(self.parts, values, document, errors, language, today)

    def afresh(self, document: Mapping[str, Json]) -> Mapping[str, Json]:
        """The case document as first values for `render`: an earlier answer stands in each question that was
        asked before, but a day that begins with something (today) begins so again."""
        days = fresh_days(self.parts)
        return {key: value for key, value in document.items() if key not in days} if days else document

    def error_summary(self, errors: Mapping[str, Text], language: str = "nl") -> Markup:
        """The list of errors with links to the questions, for the top of the page; empty without errors."""
        return error_summary(self.parts, errors, language)

    def errors_in_words(self, errors: Mapping[str, Text]) -> Text:
        """The same as one piece of plain text: each question by its words and what is wrong with it."""
        return errors_in_words(self.parts, errors)

    def show(self, document: Mapping[str, Json], language: str = "nl", today: date | None = None) -> Markup:
        """The answers in `document` to read, as a definition list: labels, not stored values."""
        with together():
            return show(self.parts, document, language, today)


def _enough(checked: Checked, work: Work) -> Checked:
    """Which questions are asked was not worked out to the end: then nothing may be stored."""
    if not work.used_up:
        return checked
    return Checked(checked.answers, {**checked.errors, "": sentences.TOO_MUCH_WORK})
