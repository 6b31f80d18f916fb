"""Why a command on a case is not carried out, in words for the person who gave it."""

from __future__ import annotations

from collections.abc import Mapping

from meldcode.messages import MeldcodeError, Text


class AccessDenied(MeldcodeError):
    """The case exists, but it is not hers to see or to do this with."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "U kunt dit niet openen of doen: u bent niet bij deze zaak betrokken, of de taak is van "
                "iemand anders.",
                "You cannot open or do this: you are not involved in this case, or the task is "
                "someone else's.",
            )
        )


class NotFound(MeldcodeError):
    """There is nothing by that name in this organisation (perhaps in another: that is not told)."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Dit is er niet (meer). Controleer het adres.",
                "This does not exist (any more). Check the address.",
            )
        )


class ShutOut(NotFound):
    """She is shut out of this case. She is told what everybody is told of a case that does not exist."""


class TaskGone(MeldcodeError):
    """The task is not open any more: somebody finished it, or the process went another way."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze taak is al afgerond, door u of door een collega. U hoeft hier niets meer te doen.",
                "This task has been finished already, by you or a colleague. "
                "There is nothing left to do here.",
            )
        )


class KeyReused(MeldcodeError):
    """The key was used for something else before: an old page was sent again."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze pagina is verouderd. Open haar opnieuw en probeer het nog eens.",
                "This page is out of date. Open it again and try once more.",
            )
        )


class AnswersRefused(MeldcodeError):
    """The answers do not fit the form; `errors` says why by field (`""`: the whole form)."""

    def __init__(self, errors: Mapping[str, Text]) -> None:
        self.errors = dict(errors)
        super().__init__(
            Text(
                "Er klopt nog iets niet in uw antwoorden. Er is niets opgeslagen; "
                "verbeter ze en verstuur opnieuw.",
                "Something in your answers is not right yet. Nothing was saved; correct them and send again.",
            )
        )


class CaseStuck(MeldcodeError):
    """The diagram itself is stuck. The case is as it was, and an incident was written down."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "De zaak kan nu niet verder door een fout in het proces. Er is niets verloren gegaan: "
                "de zaak is nog zoals zij was, en de beheerder heeft een melding. "
                "Uw antwoorden zijn niet opgeslagen.",
                "The case cannot go on because of a fault in the process. Nothing is lost: the case "
                "is as it was, and the administrator has been told. Your answers were not saved.",
            )
        )


class TaskTaken(MeldcodeError):
    """A colleague took the task from the pool first."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Een collega heeft deze taak al opgepakt. U hoeft hier niets te doen.",
                "A colleague has taken this task already. There is nothing for you to do here.",
            )
        )


class TaskUnclaimed(MeldcodeError):
    """The task is in the pool of a role she holds: it opens after she has taken it."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze taak is nog van niemand. Pak hem eerst op, dan opent hij.",
                "This task is nobody's yet. Take it first, then it opens.",
            )
        )


class CannotHold(MeldcodeError):
    """The task cannot be given to this person: she does not hold its role (any more)."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze persoon kan de taak niet krijgen: de rol hoort er niet (meer) bij. Kies iemand anders.",
                "This person cannot get the task: she does not hold its role (any more). "
                "Choose somebody else.",
            )
        )


class CaseClosed(MeldcodeError):
    """The case is closed: nothing can be added to it."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze zaak is afgesloten. Leg een nieuwe zorg vast; daarin kunt u deze zaak noemen.",
                "This case is closed. Write down a new concern; you can mention this case in it.",
            )
        )
