"""A version: what is read from an organisation's folder, and what must fit together in it."""

# ruff: noqa: E501  # snippets of XML

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldcode.definition import DefinitionError, MailTemplate, check, read_files, read_folder
from meldcode.definition.mails import VARIABLES, MailError, forbidden_words, read_mail
from meldcode.definition.organisation import read_organisation
from meldcode.definition.version import MAX_FILES, version_id
from meldcode.messages import Finding, Severity
from tests.unit.definition_samples import ORGANISATION, TABLE, folder, form
from tests.unit.diagram_samples import bpmn, start_to_end, user_task

REPOSITORY = Path(__file__).resolve().parents[2]


def changed(path: str, old: str = "", new: str = "") -> list[Finding]:
    """The findings of the sound folder after one replacement in one file."""
    files = folder()
    assert old.encode() in files[path], f"{old} is not in {path}"
    files[path] = files[path].replace(old.encode(), new.encode())
    return check(read_files(files))


def refused(files: dict[str, bytes]) -> list[Finding]:
    with pytest.raises(DefinitionError) as caught:
        read_files(files)
    assert caught.value.text == caught.value.findings[0].what
    return list(caught.value.findings)


class TestReading:
    def test_a_sound_folder_has_no_findings(self):
        assert check(read_files(folder())) == []

    def test_everything_is_found_by_its_name(self):
        version = read_files(folder())
        assert version.main_process == "meldcode_proces"
        assert set(version.processes) == {"meldcode_proces", "zijroute"}
        assert version.nodes["wegen"].role == "intern-begeleider"
        assert version.flows["f_melden"].target == "beslissen"
        assert version.form_of("wegen") is version.forms["forms/wegen.form"]
        assert version.form_of("start") is None
        assert version.form_of("nergens") is None
        assert set(version.decisions) == {"afweging"}
        assert set(version.mails) == {"herinnering"}
        assert version.diagram_of("zijroute") is version.diagrams["meldcode.bpmn"]

    def test_the_organisation_is_read(self):
        organisation = read_files(folder()).organisation
        assert organisation.name == "Basisschool De Proef"
        assert organisation.decides == "directeur"
        assert organisation.roles["leerkracht"].standins == ("intern-begeleider",)
        assert organisation.mail_from == "De Proef"
        assert organisation.demo_people[0].roles == ("leerkracht",)
        calendar = organisation.calendar()
        assert not calendar.is_working_day(date(2026, 10, 12))
        assert not calendar.is_working_day(date(2026, 12, 30))
        assert calendar.is_working_day(date(2027, 1, 4))
        assert calendar.is_working_day(date(2026, 4, 3))  # Goede Vrijdag, taken out

    def test_a_folder_is_read_without_hidden_files_and_links(self, tmp_path):
        for path, data in folder().items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(data)
        (tmp_path / ".DS_Store").write_bytes(b"x")
        (tmp_path / ".git").mkdir()
        (tmp_path / ".git" / "config").write_bytes(b"x")
        (tmp_path / "weg.md").symlink_to("/etc/hosts")
        assert read_folder(tmp_path) == read_files(folder())

    def test_a_missing_folder_is_said(self, tmp_path):
        with pytest.raises(DefinitionError) as caught:
            read_folder(tmp_path / "nergens")
        assert caught.value.findings[0].code == "folder-missing"

    def test_every_published_folder_of_this_project_has_no_errors(self):
        folders = [path for path in (REPOSITORY / "processes").iterdir() if path.is_dir()]
        assert folders
        for path in folders:
            findings = check(read_folder(path))
            assert [f for f in findings if f.severity is Severity.ERROR] == [], path.name

    def test_all_unreadable_files_are_said_at_once(self):
        files = folder() | {
            "meldcode.bpmn": b"<a/>",
            "forms/wegen.form": b"{",
            "weging.dmn": b"<x",
            "organisation.toml": b"key =",
            "mails/herinnering.md": b"Hallo",
        }
        assert {finding.file for finding in refused(files)} == {
            "meldcode.bpmn",
            "forms/wegen.form",
            "weging.dmn",
            "organisation.toml",
            "mails/herinnering.md",
        }

    @pytest.mark.parametrize("path", ["organisation.toml", "meldcode.bpmn"])
    def test_a_folder_without_its_main_files_is_refused(self, path):
        files = folder()
        del files[path]
        assert [finding.file for finding in refused(files)] == [path]

    @pytest.mark.parametrize(
        "path", ["../x.md", "/etc/x.md", "a/../../x.md", ".x/y.md", "a\\b.md", "a\nb.md", ""]
    )
    def test_odd_paths_are_refused(self, path):
        assert "path-unusual" in {finding.code for finding in refused(folder() | {path: b"x"})}

    def test_too_many_files_are_refused(self):
        files = folder() | {f"x{n}.md": b"" for n in range(MAX_FILES)}
        assert refused(files)[0].code == "folder-too-large"

    def test_a_decision_in_two_files_is_refused(self):
        assert refused(folder() | {"b.dmn": TABLE.encode()})[0].code == "decision-twice"


class TestName:
    def test_a_version_is_named_by_its_bytes(self):
        assert read_files(folder()).id == read_files(dict(reversed(folder().items()))).id
        assert len(read_files(folder()).id) == 64
        assert read_files(folder()) == read_files(folder())
        assert hash(read_files(folder())) == hash(read_files(folder()))

    def test_any_changed_byte_gives_another_version(self):
        files = folder()
        names = {version_id(files)}
        for path in files:
            names.add(version_id(files | {path: files[path] + b" "}))
            names.add(version_id({f"{p}x" if p == path else p: data for p, data in files.items()}))
        assert len(names) == 1 + 2 * len(files)

    @given(st.dictionaries(st.text(max_size=4), st.binary(max_size=4), max_size=3), st.data())
    def test_moving_bytes_between_names_and_files_changes_the_name(self, files, data):
        other = data.draw(st.dictionaries(st.text(max_size=4), st.binary(max_size=4), max_size=3))
        assert (version_id(files) == version_id(other)) == (files == other)


class TestOrganisation:
    @pytest.mark.parametrize(
        ("old", "new", "element"),
        [
            ('key = "school"', 'key = "De School"', "key"),
            ('name = "Basisschool De Proef"', "", "name"),
            ('sector = "onderwijs"', 'sector = "voetbal"', "sector"),
            ('decides = "directeur"', 'decides = "directur"', "decides"),
            ('decides = "directeur"', 'decides = "directeur"\nsupervises = ["baas"]', "supervises"),
            ('decides = "directeur"', 'decides = "directeur"\nsupervises = "directeur"', "supervises"),
            ('standins = ["intern-begeleider"]', 'standins = ["ib"]', "roles.leerkracht.standins"),
            ('standins = ["intern-begeleider"]', 'standins = "ib"', "roles.leerkracht.standins"),
            ("worked_days = [2026-04-03]", 'zone = "Europa/Amsterdam"', "calendar.zone"),
            ("worked_days = [2026-04-03]", "worked_days = [2026-04-03T12:00:00]", "calendar.worked_days"),
            ("2026-10-12,", "{ from = 2026-10-12, to = 2026-10-01 },", "calendar.free_days"),
            ("2026-10-12,", "{ from = 2000-01-01, to = 2026-10-01 },", "calendar.free_days"),
            ("2026-10-12,", '"maandag",', "calendar.free_days"),
            ('email = "sanne@proef.example"', "", "demo.people.email"),
            ('roles = ["leerkracht"]', 'roles = ["juf"]', "demo.people.roles"),
        ],
    )
    def test_each_odd_key_is_named_with_what_to_write(self, old, new, element):
        assert old in ORGANISATION
        files = folder() | {"organisation.toml": ORGANISATION.replace(old, new, 1).encode()}
        (finding,) = refused(files)
        assert finding.element == element
        assert finding.remedy.nl
        assert finding.what.nl != finding.what.en

    @given(
        st.dictionaries(
            st.sampled_from(["key", "roles", "calendar", "mail", "demo", "decides"]), st.integers()
        )
    )
    def test_tables_of_the_wrong_shape_are_refused_with_sentences(self, values):
        text = "".join(f"{key} = {value}\n" for key, value in values.items())
        with pytest.raises(DefinitionError) as caught:
            read_organisation(text.encode())
        assert all(finding.remedy.nl for finding in caught.value.findings)

    @given(st.binary(max_size=60))
    def test_any_few_bytes_are_refused(self, data):
        with pytest.raises(DefinitionError):
            read_organisation(data)


class TestTogether:
    @pytest.mark.parametrize(
        ("path", "old", "new", "code", "element", "hint"),
        [
            ("meldcode.bpmn", "forms/wegen.form", "forms/wgen.form", "form-missing", "wegen", "forms/wegen.form"),
            (
                "meldcode.bpmn",
                "calledDecisionId>afweging",
                "calledDecisionId>afwegen",
                "decision-missing",
                "afweging_taak",
                "afweging",
            ),
            (
                "meldcode.bpmn",
                'mail="herinnering" meldcode:to="leerkracht"',
                'mail="herinering" meldcode:to="leerkracht"',
                "mail-missing",
                "herinner",
                "herinnering",
            ),
            (
                "meldcode.bpmn",
                'mail="herinnering" meldcode:to="leerkracht"',
                'mail="herinnering" meldcode:to="leerkrcht"',
                "role-unknown",
                "herinner",
                "leerkracht",
            ),
            ("meldcode.bpmn", 'name="Administratie"', 'name="Adminstratie"', "role-unknown", "lane_adm", "administratie"),
            (
                "meldcode.bpmn",
                'vt-advies" meldcode:role="intern-begeleider"',
                'vt-advies" meldcode:role="ib"',
                "role-unknown",
                "advies",
                None,
            ),
            ("meldcode.bpmn", 'calledElement="zijroute"', 'calledElement="zijroutes"', "process-missing", "zij", "zijroute"),
            ("meldcode.bpmn", "afweging.advies = \"hulp\"", "afweging.advys = \"hulp\"", "name-never-written", "f_hulp", "advies"),
            ("meldcode.bpmn", "afweging.advies = \"hulp\"", "afwging.advies = \"hulp\"", "name-never-written", "f_hulp", "afweging"),
            ("weging.dmn", "<text>gevaar</text>", "<text>gevar</text>", "name-never-written", "afweging", "gevaar"),
            ("forms/wegen.form", '"toelichting"', '"afweging"', "name-twice", "afweging", None),
        ],
    )  # fmt: skip
    def test_what_does_not_fit_is_named_with_a_guess(self, path, old, new, code, element, hint):
        finding = next(f for f in changed(path, old, new) if (f.code, f.element) == (code, element))
        assert finding.remedy.nl
        if hint:
            assert f"Bedoelt u `{hint}`?" in finding.what.nl
            assert f"Do you mean `{hint}`?" in finding.what.en

    def test_a_name_nobody_writes_only_warns(self):
        findings = changed("meldcode.bpmn", 'afweging.advies = "hulp"', 'anders = "hulp"')
        assert "name-never-written" in {finding.code for finding in findings}
        assert {finding.severity for finding in findings} == {Severity.WARNING}

    def test_the_rule_number_of_a_decision_may_be_read(self):
        findings = changed("meldcode.bpmn", 'afweging.advies = "hulp"', "afweging.regel = 7")
        assert "name-never-written" not in {finding.code for finding in findings}

    def test_a_form_that_reads_an_unknown_name_warns(self):
        files = folder() | {
            "forms/hulp.form": form("hulp", "antwoord", text="Advies: {{afweging.advies}} {{vorig}}")
        }
        (finding,) = check(read_files(files))
        assert (finding.code, finding.file) == ("name-never-written", "forms/hulp.form")
        assert "`vorig`" in finding.what.nl

    def test_an_id_in_two_files_is_refused(self):
        other = bpmn(*start_to_end(user_task("wegen"), task="wegen"), process="ander")
        files = folder() | {"zij.bpmn": other.replace(b"forms/a.form", b"forms/wegen.form")}
        twice = {finding.element for finding in check(read_files(files)) if finding.code == "id-in-two-files"}
        assert twice == {"wegen", "start"}

    def test_two_main_processes_are_refused(self):
        nodes, _ = start_to_end(user_task("eigen"), task="eigen")
        nodes = nodes.replace('"start"', '"s2"').replace('"end"', '"e2"').replace("forms/a", "forms/wegen")
        second = bpmn(nodes, "in2: s2 -> eigen\nout2: eigen -> e2", process="ander")
        version = read_files(folder() | {"zij.bpmn": second})
        assert version.main_process == "meldcode_proces"  # meldcode.bpmn wins

        files = folder()
        version = read_files(
            {("a.bpmn" if p == "meldcode.bpmn" else p): d for p, d in files.items()} | {"b.bpmn": second}
        )
        assert version.main_process == ""
        assert "main-process" in {finding.code for finding in check(version)}

    def test_no_main_process_is_refused(self):
        findings = changed("meldcode.bpmn", 'isExecutable="true"', 'isExecutable="false"')
        assert {"main-process", "process-not-executable"} <= {finding.code for finding in findings}

    def test_calls_across_files_are_followed(self):
        nodes, _ = start_to_end(
            '<callActivity id="terug" name="T" calledElement="meldcode_proces"/>', task="terug"
        )
        nodes = nodes.replace('"start"', '"s2"').replace('"end"', '"e2"')
        back = bpmn(nodes, "in2: s2 -> terug\nout2: terug -> e2", process="ander")
        files = folder() | {"zij.bpmn": back}
        files["meldcode.bpmn"] = files["meldcode.bpmn"].replace(
            b'calledElement="zijroute"', b'calledElement="ander"'
        )
        recursive = {f.element for f in check(read_files(files)) if f.code == "call-recursive"}
        assert recursive == {"zij", "terug"}


class TestMails:
    def template(self, body: str, subject: str = "Taak wacht ({{ referentie }})") -> MailTemplate:
        return MailTemplate("mails/x.md", subject, body)

    def test_the_whitelisted_variables_are_filled_in(self):
        values = {name: f"<{name}>" for name in VARIABLES}
        template = self.template(" ".join(f"{{{{{name}}}}}" for name in VARIABLES))
        assert template.render(values) == ("Taak wacht (<referentie>)", " ".join(f"<{n}>" for n in VARIABLES))

    def test_a_value_cannot_add_a_header(self):
        subject, _ = self.template("x").render({"referentie": "1\r\nBcc: iemand@x.example\x0b\u2028Y: z"})
        assert subject == "Taak wacht (1 Bcc: iemand@x.example Y: z)"

    def test_a_value_is_not_looked_through_for_variables(self):
        _, body = self.template("{{ naam }}", "Taak").render({"naam": "{{ link }}", "link": "geheim"})
        assert body == "{{ link }}"

    @pytest.mark.parametrize("name", ["kind", "naam.first", "referentie | upper", "", "__class__"])
    def test_other_variables_are_found_and_never_filled_in(self, name):
        template = self.template(f"{{{{ {name} }}}}", "Taak")
        with pytest.raises(MailError):
            template.render({name: "x"})
        _, findings = read_mail(f"Onderwerp: Taak\n\n{{{{ {name} }}}}\n".encode(), "mails/x.md")
        assert [finding.code for finding in findings] == ["mail-variable"]

    @pytest.mark.parametrize(
        "text",
        [
            *("De meldcode wacht", "Stap 4", "escalatie", "Veilig Thuis", "veilig\nthuis", "VEILIG  THUIS"),
            *(
                "uw leerling",
                "het kind",
                "de kinderen",
                "mishandeling",
                "huiselijk geweld",
                "geweld?",
                "casus 12",
            ),
            *(
                "het team",
                "uw teamleider",
                "een melding",
                "de ouders",
                "vermoedens",
                "cliënten",
                "een Signaal",
            ),
        ],
    )
    def test_a_word_that_gives_the_content_away_is_found(self, text):
        assert forbidden_words(self.template(text))
        assert forbidden_words(self.template("Goedemorgen", text))

    @pytest.mark.parametrize(
        "text",
        [
            "Goedemorgen {{ naam }}, een taak had klaar moeten zijn op {{ datum_klaar }}.",
            "U bent nu aan de beurt, of u vervangt iemand. Kies uiterlijk {{ reageer_voor }}.",
            "Zonder reactie gaat de vraag naar de volgende persoon. Zet geen inhoud in een antwoord.",
            "Een stapel taken wacht. Kindly open {{ link }}.",
        ],
    )
    def test_a_neutral_text_is_left_alone(self, text):
        assert forbidden_words(self.template(text)) == []

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"Onderwerp:\n\nx",
            b"Onderwerp: x",
            b"Onderwerp: x\ny\n",
            b"Onderwerp: x\n\n \n",
            b"x\n\ny",
            b"\xff\xfe",
        ],
    )
    def test_a_mail_without_subject_blank_line_and_text_is_refused(self, data):
        template, findings = read_mail(data, "mails/x.md")
        assert template is None
        assert findings[0].code in {"mail-shape", "mail-unreadable"}

    @pytest.mark.parametrize(
        "data", [b"Onderwerp: Taak\r\n\r\nHallo\r\n", b"\xef\xbb\xbfonderwerp:Taak\n\nHallo"]
    )
    def test_line_ends_and_a_mark_at_the_start_do_not_matter(self, data):
        template, findings = read_mail(data, "mails/x.md")
        assert (template.subject, template.body, findings) == ("Taak", "Hallo\n", [])

    @pytest.mark.parametrize("subject", ["x" * 151, "a\tb"])
    def test_a_subject_that_is_no_subject_is_refused(self, subject):
        _, findings = read_mail(f"Onderwerp: {subject}\n\nHallo\n".encode(), "mails/x.md")
        assert [finding.code for finding in findings] == ["mail-subject"]

    def test_the_findings_of_a_mail_are_findings_of_the_version(self):
        findings = changed("mails/herinnering.md", "Goedemorgen", "Uw escalatie")
        assert [(f.code, f.file, f.element) for f in findings] == [
            ("mail-forbidden-word", "mails/herinnering.md", "escalatie")
        ]
