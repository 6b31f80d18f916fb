"""Ways to damage the school, each with the rules one of which must catch it; and ways not to damage it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.proof.damage import Folder, component

SCHOOL = "basisschool-het-voorbeeld"


@dataclass(frozen=True)
class Mutant:
    """`caught_by` are rule numbers, or codes of findings; the first is the one the damage breaks."""

    name: str
    caught_by: tuple[int | str, ...]
    damage: Callable[[Folder], None]


def extra_task(folder: Folder, flow: str, key: str, lane: str) -> None:
    """A new task on a flow, with a form that asks ja or nee."""
    options = [{"label": "Ja", "value": "ja"}, {"label": "Nee", "value": "nee"}]
    question: dict[str, Any] = {"type": "radio", "key": key, "label": "Is dit goed?", "values": options}
    question["validate"] = {"required": True}
    form = {"type": "default", "id": key, "schemaVersion": 19, "components": [question]}
    folder.files[f"forms/{key}.form"] = json.dumps(form).encode()
    folder.insert_task(flow, key, lane)
    folder.form_of(key, f"forms/{key}.form")


def optional(form: str, key: str) -> Callable[[Folder], None]:
    def change(read: dict[str, Any]) -> None:
        component(read, key)["validate"] = {}

    return lambda folder: folder.form(form, change)


def _several(*edits: Callable[[Folder], None]) -> Callable[[Folder], None]:
    def damage(folder: Folder) -> None:
        for edit in edits:
            edit(folder)

    return damage


def _approval(folder: Folder) -> None:
    """The head must agree before Veilig Thuis is asked; without agreement nobody asks."""
    flow = "van_extra_advies_nodig_naar_vt_advies"
    extra_task(folder, flow, "toestemming", "baan_directeur")
    folder.add("exclusiveGateway", "mag_het", "baan_directeur", "toestemming", default="mag_niet")
    folder.retarget("van_toestemming", "mag_het")
    folder.flow("mag_wel", "mag_het", "vt_advies", '= toestemming = "ja"')
    folder.flow("mag_niet", "mag_het", "na_advies")


def _side_by_side(folder: Folder) -> None:
    """Two tasks that write the same field, open at the same time."""
    folder.add("parallelGateway", "splits", "baan_leerkracht", "melding")
    folder.add("parallelGateway", "samen", "baan_leerkracht", "melding")
    folder.add("userTask", "melding_ook", "baan_leerkracht", "melding", name="Melding, ook")
    folder.form_of("melding_ook", "forms/melding.form")
    folder.retarget("van_naar_melding_naar_melding", "splits")
    folder.flow("splits_een", "splits", "melding")
    folder.flow("splits_twee", "splits", "melding_ook")
    folder.retarget("van_melding_naar_informeren", "samen")
    folder.flow("twee_samen", "melding_ook", "samen")
    folder.flow("samen_verder", "samen", "informeren")


def _deadlock(folder: Folder) -> None:
    """A join that waits for a branch an exclusive choice did not take."""
    folder.add("parallelGateway", "samen", "baan_leerkracht", "letsel")
    folder.retarget("van_letsel_naar_na_advies", "samen")
    folder.retarget("van_letsel_beoordelen_naar_na_advies", "samen")
    folder.flow("samen_verder", "samen", "na_advies")


def _interrupting(folder: Folder) -> None:
    folder.attribute("wegen_7d", "cancelActivity", "true")
    folder.tag("wegen_7d", "purpose", "termijn")


def _timer_decides(folder: Folder) -> None:
    """After a term the decision lapses and the case goes on to closing."""
    _interrupting_on(folder, "besluit_5d", "naar_afsluiten")


def _interrupting_on(folder: Folder, timer: str, target: str) -> None:
    folder.attribute(timer, "cancelActivity", "true")
    folder.tag(timer, "purpose", "termijn")
    flow = f"van_{timer}_naar_mail_{timer}"
    folder.retarget(flow, target)
    folder.remove(f"mail_{timer}", f"verstuurd_{timer}")


def _second_decider(folder: Folder) -> None:
    """A second decision in another lane, before help."""
    folder.insert_task("van_zelf_melden_naar_naar_hulp", "besluit_gezag", "baan_directeur", step="beslissen")
    folder.tag("besluit_gezag", "role", "bevoegd-gezag")
    folder.form_of("besluit_gezag", "forms/besluit.form")


def _reordered(folder: Folder) -> None:
    """The weighing comes before the conversation, which then leads to the table."""
    folder.retarget("van_hoe_verder_naar_gesprek", "naar_wegen")
    folder.retarget("van_besluit_naar_melden_noodzakelijk", "gesprek")
    folder.retarget("van_gesprek_naar_vermoeden_na_gesprek", "melden_noodzakelijk")


def _order(*numbers: int) -> Callable[[list[Any]], list[Any]]:
    return lambda rules: [rules[number - 1] for number in numbers]


def _rules(*numbers: int) -> Callable[[Folder], None]:
    return lambda folder: folder.rules("weging.dmn", _order(*numbers))


def _unreachable(folder: Folder) -> None:
    folder.condition(
        "van_letsel_beoordelen_naar_letsel", '= extra_advies = "letsel" and extra_advies = "nee"'
    )


def _step_becomes(node: str, rest: str | None) -> Callable[[Folder], None]:
    def damage(folder: Folder) -> None:
        folder.tag(node, "step", rest)

    return damage


MUTANTS = (
    *(
        Mutant(f"stap {kind} weg", (1,), _step_becomes(node, rest))
        for kind, node, rest in (
            ("signaleren", "signalen", None),
            ("gesprek", "gesprek", None),
            ("wegen", "wegen", None),
            ("beslissen", "besluit", None),
        )
    ),
    Mutant(
        "gesprek omzeild",
        (2,),
        lambda folder: folder.retarget("van_hoe_verder_naar_gesprek", "naar_wegen"),
    ),
    Mutant(
        "wegen omzeild",
        (2,),
        lambda folder: folder.retarget("van_overgeslagen_naar_naar_wegen", "besluit"),
    ),
    Mutant(
        "overleg omzeild", (2,), lambda folder: folder.retarget("van_naar_overleg_naar_overleg", "gesprek")
    ),
    Mutant("gesprek na het wegen", (2,), _reordered),
    Mutant(
        "voorwaarde omgekeerd",
        (10,),
        lambda folder: folder.condition(
            "van_eens_met_overslaan_naar_naar_wegen", '= overslaan_akkoord = "nee"'
        ),
    ),
    Mutant(
        "twijfel naar een einde",
        (5,),
        lambda folder: folder.retarget("van_na_twijfel_naar_naar_wegen", "einde_zonder"),
    ),
    Mutant(
        "twijfel naar hulp",
        (5,),
        lambda folder: folder.retarget("van_advies_klaar_naar_vt_twijfel", "hulp_regelen"),
    ),
    Mutant("twijfel overschaduwd", (5,), _rules(1, 2, 3, 11, 12, 13, 14, 15, 4, 5, 6, 7, 8, 9, 10)),
    Mutant(
        "geen advies bij stap 2",
        (4,),
        lambda folder: folder.retarget("van_extra_advies_nodig_naar_vt_advies", "na_advies"),
    ),
    Mutant("escalatie onderbreekt", (13,), _interrupting),
    Mutant(
        "geen escalatie",
        (12,),
        lambda folder: folder.remove(
            "wegen_5d",
            "mail_wegen_5d",
            "verstuurd_wegen_5d",
            "wegen_7d",
            "mail_wegen_7d",
            "verstuurd_wegen_7d",
        ),
    ),
    Mutant("escalatie naar dezelfde", (12,), lambda folder: folder.tag("mail_wegen_5d", "to", "leerkracht")),
    Mutant("ladder loopt niet op", (12,), lambda folder: folder.duration("wegen_5d", "P1D")),
    Mutant("laatste trede te laat", (12,), lambda folder: folder.duration("wegen_7d", "P20D")),
    Mutant("tijd besluit", (13,), _timer_decides),
    Mutant(
        "spoed zonder melding",
        (6,),
        lambda folder: folder.retarget("van_acuut_bellen_naar_acuut_melding", "acuut_einde"),
    ),
    Mutant(
        "acuut en toch geen melding",
        (6,),
        lambda folder: folder.retarget("van_wijkt_af_naar_vt_besluit", "naar_zelf_kiezen"),
    ),
    Mutant(
        "spoed begint niet met bellen", (7,), lambda folder: folder.tag("acuut_bellen", "step", "informeren")
    ),
    Mutant("geen spoedroute", (7,), lambda folder: folder.remove("acuut_gevaar")),
    Mutant("leeg antwoord geeft hulp", (13,), lambda folder: folder.cell("weging.dmn", "regel_15_in_5", "-")),
    Mutant("weigering houdt advies tegen", (21,), _approval),
    Mutant(
        "eigen melding weg",
        (21,),
        lambda folder: folder.retarget("van_naar_zelf_kiezen_naar_zelf_kiezen", "naar_hulp"),
    ),
    Mutant("twee taken, één veld", ("field-written-twice",), _side_by_side),
    Mutant("baan hernoemd", ("role-unknown",), lambda folder: folder.tag("baan_leerkracht", "role", "juf")),
    Mutant(
        "tabelregel weg", (5, 13, 20, "table-gap"), _rules(1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    ),
    Mutant(
        "tabelregel overschaduwd",
        ("table-rule-unused",),
        lambda folder: folder.cell("weging.dmn", "regel_1_in_1", "-"),
    ),
    Mutant(
        "tabelregels overlappen",
        ("table-overlap",),
        lambda folder: folder.text("weging.dmn", 'hitPolicy="FIRST"', 'hitPolicy="UNIQUE"'),
    ),
    Mutant(
        "formulierveld hernoemd",
        ("name-never-written",),
        lambda folder: folder.form(
            "forms/overslaan.form", lambda read: component(read, "overslaan_akkoord").update(key="akkoord")
        ),
    ),
    Mutant(
        "antwoord verschreven",
        ("comparison-never-true",),
        lambda folder: folder.condition("van_is_het_veilig_naar_naar_afsluiten", '= hulp_werkt = "jaa"'),
    ),
    Mutant(
        "standaarduitgang sluit",
        (13,),
        lambda folder: folder.swap_default(
            "is_het_veilig",
            "van_is_het_veilig_naar_naar_afsluiten",
            {"van_is_het_veilig_naar_naar_kader": '= hulp_werkt != "ja"'},
        ),
    ),
    Mutant(
        "standaarduitgang meldt niet",
        (13,),
        lambda folder: folder.swap_default(
            "melden_noodzakelijk",
            "van_melden_noodzakelijk_naar_wijkt_af",
            {"van_melden_noodzakelijk_naar_naar_melding": '= melden = "ja"'},
        ),
    ),
    Mutant("overslaan zonder reden", (10,), optional("forms/gesprek.form", "overslaan_reden")),
    Mutant(
        "overslaan zonder tweede persoon",
        (10,),
        lambda folder: folder.retarget("van_overgeslagen_naar_overslaan", "naar_wegen"),
    ),
    Mutant("besluit in twee banen", (9,), _second_decider),
    Mutant("besluit in een andere baan", (9,), lambda folder: folder.tag("besluit", "role", "leerkracht")),
    Mutant("taak onbereikbaar", (20,), _unreachable),
    Mutant("vast bij een samenkomst", (20,), _deadlock),
    Mutant(
        "niemand hoort van de melding",
        (11,),
        lambda folder: folder.retarget("van_melding_naar_informeren", "naar_hulp"),
    ),
    Mutant(
        "sluiten zonder vastleggen",
        (3,),
        lambda folder: folder.retarget("van_naar_afsluiten_naar_afsluiten", "hoe_afgelopen"),
    ),
    Mutant(
        "hulp niet gevolgd",
        (16,),
        lambda folder: folder.retarget("van_is_gemeld_naar_volgen_hulp", "naar_afsluiten"),
    ),
    Mutant(
        "hulp werkt niet en toch klaar",
        (16,),
        lambda folder: folder.retarget("van_is_het_veilig_naar_naar_kader", "naar_afsluiten"),
    ),
    Mutant(
        "één besluit in plaats van twee",
        (8,),
        lambda folder: folder.form(
            "forms/besluit.form", lambda read: component(read, "hulp").update(validate={})
        ),
    ),
    Mutant(
        "geen weg voor een medewerker",
        (19,),
        lambda folder: folder.condition(
            "van_waar_gaat_het_over_naar_medewerker", '= vermoeden_over = "collega"'
        ),
    ),
    Mutant("geen bijzondere vormen", (18,), lambda folder: _no_special(folder)),
    Mutant(
        "kenmerk getypt",
        (15,),
        lambda folder: folder.form(
            "forms/signalen.form",
            lambda read: read["components"].append(
                {"type": "textfield", "key": "kenmerk", "label": "Kenmerk", "id": "kenmerk"}
            ),
        ),
    ),
    Mutant(
        "termijn onleesbaar", (14, "timer-unreadable"), lambda folder: folder.duration("wegen_5d", "5 dagen")
    ),
)


def _no_special(folder: Folder) -> None:
    def change(read: dict[str, Any]) -> None:
        field = component(read, "vormen")
        field["values"] = [one for one in field["values"] if one["value"] in ("lichamelijk", "psychisch")]
        for one in read["components"]:
            one.pop("description", None)
            if one["type"] == "text":
                one["text"] = "Uitleg."

    folder.form("forms/signalen.form", change)


def _renamed(folder: Folder) -> None:
    for path in list(folder.files):
        if path.endswith(".bpmn"):
            folder.text(path, '"gesprek"', '"praten"') if path == "meldcode.bpmn" else None
    folder.text("meldcode.bpmn", ">gesprek<", ">praten<")
    folder.text("meldcode.bpmn", 'meldcode:step="praten"', 'meldcode:step="gesprek"')


SOUND = (
    Mutant("ongewijzigd", (), lambda folder: None),
    Mutant("element hernoemd", (), _renamed),
    Mutant(
        "taak erbij",
        (),
        lambda folder: extra_task(folder, "van_melding_naar_informeren", "kopie_bewaren", "baan_leerkracht"),
    ),
    Mutant(
        "andere termijnen",
        (),
        _several(lambda f: f.duration("wegen_2d", "P1D"), lambda f: f.duration("wegen_7d", "P10D")),
    ),
    Mutant("andere baan", (), lambda folder: folder.tag("volgen_melding", "role", "intern-begeleider")),
    Mutant(
        "extra wegen na gesprek",
        (),
        lambda folder: extra_task(folder, "van_hoe_verder_naar_gesprek", "eerste_indruk", "baan_leerkracht"),
    ),
)
