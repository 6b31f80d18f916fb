"""Why a finding matters, and on what that rests: the law, a norm of the profession, quality, or how this
software runs a diagram. One table, by the finding's code or the beginning of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from meldcode.messages import Text


class Source(StrEnum):
    """What a finding rests on."""

    LAW = "law"
    NORM = "norm"
    QUALITY = "quality"
    RUNS = "runs"  # otherwise a case would stop or do something nobody drew

    @property
    def words(self) -> Text:
        """The source in a few words, for beside a finding."""
        return _WORDS[self]


_WORDS = {
    Source.LAW: Text("Besluit verplichte meldcode", "Decree on the mandatory meldcode"),
    Source.NORM: Text("Norm van de beroepsgroep", "Norm of the profession"),
    Source.QUALITY: Text("Keuze voor kwaliteit", "Choice for quality"),
    Source.RUNS: Text("Nodig om te kunnen werken", "Needed in order to run"),
}


@dataclass(frozen=True, slots=True)
class Why:
    """One reason and its source."""

    text: Text
    source: Source


def why(code: str) -> Why:
    """The reason for the finding with this code: the longest beginning of it in the table."""
    known = [start for start in _REASONS if code == start or code.startswith(f"{start}-")]
    return _REASONS[max(known, key=len)] if known else _ANY


def _runs(nl: str, en: str) -> Why:
    return Why(Text(nl, en), Source.RUNS)


_ANY = _runs(
    "Zo kan de software niet zeker weten wat u bedoelt.",
    "Like this the software cannot be sure what you mean.",
)
_STUCK = _runs(
    "Anders kan een zaak hier vastlopen, zonder dat iemand het merkt.",
    "Otherwise a case may get stuck here without anybody noticing.",
)
_READ = _runs(
    "Een bestand dat niet te lezen is, kan niemand gebruiken. De rest wordt pas bekeken als dit klopt.",
    "Nobody can use a file that cannot be read. The rest is looked at once this is right.",
)
_NAMES = _runs(
    "Gegevens worden gevonden op hun naam. Een naam die niet klopt, geeft een leeg antwoord.",
    "Data is found by name. A name that is wrong gives an empty answer.",
)
_TIME = Why(
    Text(
        "De wet geeft geen termijnen: uw organisatie spreekt ze zelf af. Een termijn die niet te lezen is, "
        "herinnert niemand.",
        "The law sets no terms: your organisation agrees on its own. A term that cannot be read reminds "
        "nobody.",
    ),
    Source.QUALITY,
)
_CHOICE = _runs(
    "Bij een splitsing moet altijd precies duidelijk zijn welke kant een zaak op gaat.",
    "At a gateway it must always be clear which way a case goes.",
)
_FORM = _runs(
    "De pagina voor de collega wordt van dit formulier gemaakt. Wat hier niet klopt, kan zij niet invullen.",
    "A colleague's page is made from this form. What is wrong here she cannot fill in.",
)
_MAIL = Why(
    Text(
        "Een mail kan door anderen worden gelezen. Daarom staat er nooit iets in over de zaak of de mensen.",
        "Others may read a mail. So it never says anything about the case or the people.",
    ),
    Source.QUALITY,
)
_TABLE = _runs(
    "Een beslistabel geeft een advies. Wat niet in de tabel past, geeft geen of een verkeerd advies.",
    "A decision table gives advice. What does not fit the table gives none, or the wrong one.",
)
_PEOPLE = Why(
    Text(
        "De meldcode zegt wie wat doet. Een taak die van niemand is, blijft liggen.",
        "The meldcode says who does what. A task that belongs to nobody is left undone.",
    ),
    Source.LAW,
)
_NOT_HERE = _runs(
    "Dit onderdeel van BPMN voert deze software niet uit. Het zou in een zaak niets doen.",
    "This software does not run this part of BPMN. In a case it would do nothing.",
)
_ONE = _runs(
    "Elk onderdeel heeft één eigen id. Staat het er twee keer, dan is onduidelijk welke bedoeld is.",
    "Each part has one id of its own. If it is there twice it is unclear which is meant.",
)
_SAFE = _runs(
    "Zo'n bestand kan andere bestanden of programma's naar binnen halen. Daarom wordt het geweigerd.",
    "Such a file can pull in other files or programs. So it is refused.",
)
_EVENT = _runs(
    "Een gebeurtenis op deze plek komt nooit, of altijd. Dan gebeurt er iets wat niemand heeft getekend.",
    "An event in this place never comes, or always. Then something happens that nobody drew.",
)

_REASONS: dict[str, Why] = {
    "boundary": _EVENT,
    "call": _STUCK,
    "condition": _CHOICE,
    "conditions": _CHOICE,
    "decision": _TABLE,
    "decision-missing": _STUCK,
    "default": _CHOICE,
    "diagram": _READ,
    "end": _STUCK,
    "event": _EVENT,
    "event-unsupported": _NOT_HERE,
    "expression": _NAMES,
    "file": _READ,
    "flow": _STUCK,
    "example": Why(
        Text(
            "Een bewaard voorbeeld laat zien hoe een zaak hoort te gaan. Gaat het anders, dan is er iets "
            "veranderd dat iemand moet zien.",
            "An example that was kept shows how a case should go. When it goes differently, something has "
            "changed that somebody has to see.",
        ),
        Source.QUALITY,
    ),
    "folder": _READ,
    "form": _FORM,
    "form-missing": _STUCK,
    "form-unreadable": _READ,
    "gateway": _STUCK,
    "id": _ONE,
    "lane": _PEOPLE,
    "loop": _STUCK,
    "hidden-sign": Why(
        Text(
            "Wie leest en goedkeurt, moet zien wat de software doet. Met zo'n teken lijken twee woorden "
            "hetzelfde en zijn ze het niet.",
            "Who reads and approves has to see what the software does. With such a sign two words look the "
            "same and are not.",
        ),
        Source.QUALITY,
    ),
    "mail": _MAIL,
    "mail-missing": _STUCK,
    "mail-shape": _READ,
    "mail-unreadable": _READ,
    "main-process": _STUCK,
    "name": _NAMES,
    "not-bpmn": _READ,
    "not-executed": _NOT_HERE,
    "organisation": _PEOPLE,
    "output": _TABLE,
    "path": _SAFE,
    "process": _STUCK,
    "role": _PEOPLE,
    "ladder": Why(
        Text(
            "Een ladder is er om steeds iemand anders te laten weten dat iets blijft liggen.",
            "A ladder is there to let somebody else know each time that something is left undone.",
        ),
        Source.QUALITY,
    ),
    "rule": _TABLE,
    "rule-1": Why(
        Text(
            "De wet noemt vijf stappen, en vraagt dat van elke stap vaststaat wie, wanneer en wat.",
            "The law names five steps, and asks that of each is recorded who, when and what.",
        ),
        Source.LAW,
    ),
    "rule-12": Why(
        Text(
            "Bij stap 4 blijft een zaak het vaakst liggen. Dan moet iemand het merken.",
            "Step 4 is where a case is left undone most often. Then somebody has to notice.",
        ),
        Source.QUALITY,
    ),
    "rule-18": Why(
        Text(
            "De wet vraagt aandacht voor bijzondere vormen van geweld, zoals eergerelateerd geweld.",
            "The law asks attention for special forms of violence, such as honour-based violence.",
        ),
        Source.LAW,
    ),
    "start": _STUCK,
    "task": _STUCK,
    "task-without-role": _PEOPLE,
    "timer": _TIME,
    "unsupported": _NOT_HERE,
    "xml": _READ,
    "xml-doctype": _SAFE,
    "xml-entity": _SAFE,
    "xml-processing-instruction": _SAFE,
}
