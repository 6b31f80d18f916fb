"""What is read from a diagram: roles, tags, events, flows in order; and what is refused unread."""

# ruff: noqa: E501  # snippets of XML

from __future__ import annotations

from pathlib import Path

import pytest

from meldcode.diagram import DiagramError, read_diagram
from meldcode.diagram.model import CalendarKind, Purpose, StepKind
from meldcode.diagram.xml import MAX_BYTES, read_xml
from tests.unit.diagram_samples import bpmn, start_to_end, timer, user_task

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="module")
def school():
    return read_diagram((FIXTURES / "school.bpmn").read_bytes(), "meldcode.bpmn")


class TestSchool:
    def test_a_task_takes_its_role_from_its_lane(self, school):
        assert school.nodes["signalen"].role == "leerkracht"
        assert school.nodes["beslissen"].role == "directeur"

    def test_a_lane_can_name_another_role_than_its_label(self, school):
        assert school.lanes["lane_ib"].name == "Intern begeleider (IB)"
        assert school.nodes["wegen"].role == "intern-begeleider"

    def test_the_innermost_lane_wins(self, school):
        assert school.nodes["afsluiten"].lane == "lane_adm"
        assert school.nodes["afsluiten"].role == "administratie"

    def test_a_role_on_the_task_wins_from_the_lane(self, school):
        assert school.nodes["advies"].lane == "lane_lk"
        assert school.nodes["advies"].role == "intern-begeleider"

    def test_tasks_in_a_subprocess_inherit_its_role(self, school):
        assert school.nodes["gesprek_ouders"].parent == "gesprekken"
        assert school.nodes["gesprek_ouders"].role == "leerkracht"

    def test_tasks_in_an_event_subprocess_inherit_its_role(self, school):
        assert school.nodes["bel"].role == "leerkracht"
        assert school.nodes["acuut_route"].triggered_by_event

    def test_boundary_events_and_their_lane(self, school):
        timer_on_wegen = school.nodes["wegen_2d"]
        assert timer_on_wegen.attached_to == "wegen"
        assert not timer_on_wegen.interrupting
        assert timer_on_wegen.role == "intern-begeleider"

    def test_a_called_process_keeps_its_own_lanes(self, school):
        assert school.nodes["zij_melden"].process == "zijroute"
        assert school.nodes["zij_melden"].role == "directeur"

    def test_timers_are_read_as_drawn(self, school):
        drawn = school.nodes["wegen_2d"].timer
        assert (drawn.kind, drawn.text) == ("duration", "P2D")
        assert drawn.calendar is CalendarKind.WERKDAGEN
        assert drawn.purpose is Purpose.HERINNERING

    def test_steps_are_tags_and_one_task_may_carry_several(self, school):
        assert school.nodes["beslissen"].steps == {StepKind.BESLISSEN, StepKind.MELDEN}

    def test_forms_decisions_instructions_mails_and_outcomes(self, school):
        nodes = school.nodes
        assert nodes["signalen"].form == "forms/signalen.form"
        assert nodes["signalen"].instructions == "Schrijf op wat u zelf zag of hoorde."
        assert nodes["afweging_taak"].decision == "afweging"
        assert (nodes["herinner"].mail, nodes["herinner"].to) == ("herinnering", "leerkracht")
        assert nodes["klaar"].outcome == "afgesloten"

    def test_flows_keep_the_order_of_the_file_whatever_the_drawing_says(self, school):
        # in the drawing, f_twijfel lies highest
        assert school.nodes["keuze"].outgoing == ("f_melden", "f_hulp", "f_twijfel")

    def test_conditions_lose_their_equals_sign(self, school):
        assert school.flows["f_melden"].condition == 'afweging.advies = "melden"'
        assert school.flows["f_hulp"].condition == 'afweging.advies = "hulp"'
        assert school.flows["f_twijfel"].condition is None

    def test_the_message_of_the_acute_route_is_known_by_name(self, school):
        assert school.nodes["acuut_start"].event == "message"
        assert school.nodes["acuut_start"].event_name == "acuut"


class TestRefusedUnread:
    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"", "xml-not-well-formed"),
            (b"<a>", "xml-not-well-formed"),
            (b"\xff\xfe\x00", "xml-not-well-formed"),
            (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "xml-doctype"),
            (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "xml-doctype"),
            (b"<a>&unknown;</a>", "xml-not-well-formed"),
            (b"<?php echo 1 ?><a/>", "xml-processing-instruction"),
            (b"<a><?run me?></a>", "xml-processing-instruction"),
            (b"<a/><?run me?>", "xml-processing-instruction"),
            (b"<a>" * 65 + b"</a>" * 65, "xml-too-deep"),
            (b"<a>" + b"<b/>" * 50_001 + b"</a>", "xml-too-deep"),
            (b"<a>" * 100_000, "xml-not-well-formed"),
            (b" " * (MAX_BYTES + 1), "xml-too-large"),
        ],
    )
    def test_hostile_xml_is_refused_with_a_reason(self, data, code):
        with pytest.raises(DiagramError) as caught:
            read_xml(data, "x.bpmn")
        assert caught.value.findings[0].code == code
        assert caught.value.text.nl
        assert caught.value.text.nl != caught.value.text.en

    def test_entities_do_not_grow(self):
        laughs = b'<!DOCTYPE a [<!ENTITY a "ha">' + b"".join(
            b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8)
        )
        with pytest.raises(DiagramError):
            read_xml(laughs + b"]><a b='&i;'>&i;</a>", "x.bpmn")

    def test_comments_are_no_reason_to_refuse(self):
        assert read_xml(b"<!-- <!DOCTYPE x> --><a><!-- b --></a>", "x").tag == "a"

    def test_other_xml_is_no_diagram(self):
        with pytest.raises(DiagramError) as caught:
            read_diagram(b"<svg/>", "x.bpmn")
        assert caught.value.findings[0].code == "not-bpmn"

    def test_a_diagram_without_a_process_is_refused(self):
        with pytest.raises(DiagramError) as caught:
            read_diagram(b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "x.bpmn")
        assert caught.value.findings[0].code == "no-process"

    def test_a_diagram_with_thousands_of_tasks_is_refused(self):
        tasks = "".join(f'<userTask id="t{n}"/>' for n in range(1_001))
        with pytest.raises(DiagramError) as caught:
            read_diagram(bpmn(tasks), "x.bpmn")
        assert caught.value.findings[0].code == "diagram-too-large"


class TestOddFiles:
    def test_the_file_of_another_encoding_is_read(self):
        text = bpmn(*start_to_end(user_task("a"))).decode().replace("Taak a", "Café")
        latin = text.replace("UTF-8", "ISO-8859-1").encode("iso-8859-1")
        assert read_diagram(latin, "x").nodes["a"].name == "Café"

    def test_flows_count_by_their_ends_not_by_the_lists(self):
        nodes, flows = start_to_end(user_task("a"))
        data = bpmn(nodes, flows).replace(b"<outgoing>in</outgoing>", b"")
        assert read_diagram(data, "x").nodes["start"].outgoing == ("in",)

    def test_nodes_around_each_other_end_somewhere(self):
        boundaries = timer("b", "c") + timer("c", "b")
        diagram = read_diagram(bpmn(boundaries), "x")
        assert set(diagram.nodes) == {"b", "c"}

    def test_an_unknown_step_calendar_or_purpose_is_left_out(self):
        nodes, flows = start_to_end(
            user_task("a", 'meldcode:step="wegen stap4"')
            + timer("t", "a", more='meldcode:calendar="schooldagen"').replace("herinnering", "porren")
        )
        diagram = read_diagram(bpmn(nodes, flows), "x")
        assert diagram.nodes["a"].steps == {StepKind.WEGEN}
        assert diagram.nodes["t"].timer.calendar is None
        assert diagram.nodes["t"].timer.purpose is None

    def test_loops_are_read(self):
        loop = """
          <multiInstanceLoopCharacteristics isSequential="true">
            <loopDataInputRef>kinderen</loopDataInputRef><loopDataOutputRef>oordelen</loopDataOutputRef>
            <inputDataItem id="kind"/><outputDataItem id="oordeel"/>
            <completionCondition>= acuut</completionCondition>
          </multiInstanceLoopCharacteristics>
        """
        again = '<standardLoopCharacteristics loopMaximum="3" testBefore="true"><loopCondition>= nog</loopCondition></standardLoopCharacteristics>'
        diagram = read_diagram(bpmn(user_task("a", inside=loop) + user_task("b", inside=again)), "x")
        many, standard = diagram.nodes["a"].loop, diagram.nodes["b"].loop
        assert (many.kind, many.collection, many.item) == ("sequential", "kinderen", "kind")
        assert (many.output_collection, many.output_item) == ("oordelen", "oordeel")
        assert many.condition == "acuut"
        assert (standard.kind, standard.condition, standard.maximum) == ("standard", "nog", 3)
        assert standard.test_before
