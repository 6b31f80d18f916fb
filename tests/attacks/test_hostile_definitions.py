"""Diagrams, forms, tables and folders made to hang, to flood or to read: refused, or limited in time."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import pytest

from meldcode import clock, definition, desk, publishing
from meldcode.decision import read_decisions
from meldcode.definition import hidden
from meldcode.diagram.read import read_diagram
from meldcode.engine import Incident, Start, step
from meldcode.form import Form, read_form
from meldcode.messages import MeldcodeError
from tests.attacks.town import SCHOOL, Town

LONGEST = 2.0
DAY = date(2026, 9, 7)
NOW = datetime(2026, 9, 7, 8, tzinfo=UTC)
#: As much work as one expression may do, or nearly.
HEAVY = "count(for i in 1..1500 return i) = 1500"

Component = dict[str, object]


def within(seconds: float, work: Callable[[], object]) -> object:
    """What `work` gives; a refusal is as good as an answer, taking long is not."""
    began = time.process_time()
    try:
        return work()
    except MeldcodeError as refused:
        return refused
    finally:
        assert time.process_time() - began < seconds


def question(number: int, hide: str = "") -> Component:
    field: Component = {"type": "textfield", "key": f"x{number}", "label": f"Vraag {number}"}
    return {**field, "conditional": {"hide": hide}} if hide else field


def rows(key: str, *inside: Component) -> Component:
    return {"type": "dynamiclist", "path": key, "label": key, "components": list(inside)}


def form_of(*components: Component) -> bytes:
    return json.dumps({"type": "default", "id": "zwaar", "components": components}).encode()


FORMS: dict[str, tuple[bytes, dict[str, list[str]]]] = {
    "a chain of heavy conditions": (
        form_of(question(0), *(question(n, f"={HEAVY} and x{n - 1} = null") for n in range(1, 390))),
        {},
    ),
    "a chain the wrong way round": (
        form_of(*(question(n, f"=x{n + 1} = null") for n in range(389)), question(389)),
        {"x389": ["ja"]},
    ),
    "heavy conditions in every row": (
        form_of(
            rows("k", question(0), *(question(n, f"={HEAVY} and this.x0 = null") for n in range(1, 200)))
        ),
        {"_rows:k": ["50"]},
    ),
    "lists in lists in lists": (
        form_of(rows("k", rows("l", rows("m", question(0))))),
        {
            "_rows:k": ["50"],
            **{f"_rows:k.{i}.l": ["50"] for i in range(50)},
            **{f"_rows:k.{i}.l.{j}.m": ["50"] for i in range(50) for j in range(50)},
        },
    ),
    "many questions in lists in lists": (
        form_of(rows("k", rows("l", *(question(n) for n in range(390))))),
        {"_rows:k": ["50"], **{f"_rows:k.{i}.l": ["50"] for i in range(50)}},
    ),
    "as many questions as a form may have": (
        form_of(rows("k", *(question(n) for n in range(199)))),
        {"_rows:k": ["50"]},
    ),
    "texts that count": (form_of(*[{"type": "text", "text": f"{{{{ {HEAVY} }}}} " * 200}] * 30), {}),
    "brackets": (form_of({"type": "text", "text": "[" * 19_000}), {}),
    "images in images": (form_of({"type": "text", "text": "![[" * 6_000 + "]" * 1_000}), {}),
    "links": (form_of({"type": "text", "text": "[a](" * 4_900}), {}),
    "emphasis": (form_of({"type": "text", "text": "*a_ " * 4_900}), {}),
    "quotes in quotes": (form_of({"type": "text", "text": "> " * 9_000}), {}),
    "open braces": (form_of({"type": "text", "text": "{{" * 9_900}), {}),
    "an endless pattern": (
        form_of({**question(0), "validate": {"pattern": "^(a+)+$"}}),
        {"x0": ["a" * 900 + "!"]},
    ),
    "a doubling text": (
        form_of(
            question(
                0,
                '={a0: "xxxxxxxxxx", '
                + ", ".join(f"a{n}: a{n - 1}+a{n - 1}" for n in range(1, 60))
                + "}.a59 = 1",
            )
        ),
        {},
    ),
    "deep brackets": (form_of(question(0, "=" + "(" * 900 + "1" + ")" * 900)), {}),
    "a deep file": (b'{"type":"default","components":' + b"[" * 100_000 + b"]" * 100_000 + b"}", {}),
    "a deep file of objects": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, {}),
    "half a letter": (form_of({"type": "text", "text": 'a {{ "\\uD800" }} b'}), {}),
    "a huge number": (b'{"type":"default","schemaVersion":' + b"9" * 100_000 + b',"components":[]}', {}),
}


@pytest.mark.parametrize(("source", "posted"), FORMS.values(), ids=FORMS.keys())
def test_a_form_made_to_hang_is_refused_or_checked_and_shown_in_time(
    source: bytes, posted: dict[str, list[str]]
) -> None:
    form = within(LONGEST, lambda: read_form(source, "forms/zwaar.form"))
    if not isinstance(form, Form):
        return
    within(LONGEST, lambda: form.check_post(posted, {}, DAY))
    page = within(LONGEST, lambda: form.render(form.parse(posted), {}, {}, "nl", DAY))
    assert str(page).encode()  # can be sent


def test_a_form_whose_conditions_take_too_long_stores_nothing_and_says_so() -> None:
    """Guessing which questions are asked could store an answer that nobody was asked for."""
    source, posted = FORMS["a chain of heavy conditions"]
    checked = read_form(source, "forms/zwaar.form").check_post(posted, {}, DAY)
    assert "te veel rekenwerk" in checked.errors[""].nl


def table(rules: int, columns: int, cell: str, output: str = '"x"', policy: str = "FIRST") -> bytes:
    inputs = "".join(
        f'<input id="i{n}"><inputExpression id="e{n}" typeRef="boolean"><text>a</text>'
        "</inputExpression></input>"
        for n in range(columns)
    )
    lines = "".join(
        f'<rule id="r{k}">'
        + "".join(f'<inputEntry id="c{k}_{n}"><text>{cell}</text></inputEntry>' for n in range(columns))
        + f'<outputEntry id="o{k}"><text>{output}</text></outputEntry></rule>'
        for k in range(rules)
    )
    return (
        '<?xml version="1.0"?><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" '
        f'name="d" namespace="x"><decision id="t" name="t"><decisionTable id="dt" hitPolicy="{policy}">'
        f'{inputs}<output id="o" name="y" typeRef="string"/>{lines}</decisionTable></decision></definitions>'
    ).encode()


TABLES = {
    "heavy cells": table(6_000, 1, f"not({HEAVY})"),
    "heavy columns": table(1, 300, "-").replace(b"<text>a</text>", f"<text>{HEAVY}</text>".encode()),
    "large answers": table(3_000, 1, "-", "for i in 1..1500 return i", "COLLECT"),
    "many rules": table(6_000, 2, "-", policy="RULE ORDER"),
    "too many cells": table(300, 60, "-"),
    "half a letter": table(1, 1, "-", '"\\uD800"'),
}


@pytest.mark.parametrize("source", TABLES.values(), ids=TABLES.keys())
def test_a_table_made_to_hang_is_refused_or_decided_in_time(source: bytes) -> None:
    tables = within(LONGEST, lambda: read_decisions(source, "zwaar.dmn"))
    if isinstance(tables, tuple):
        outcome = within(LONGEST, lambda: tables[0].decide({"a": True}, NOW))
        json.dumps(getattr(outcome, "result", None), ensure_ascii=False).encode()


XML = b'<?xml version="1.0"?>'
BOMBS = {
    "billion laughs": XML
    + b'<!DOCTYPE a [<!ENTITY b0 "ha">'
    + b"".join(b'<!ENTITY b%d "&b%d;&b%d;">' % (n, n - 1, n - 1) for n in range(1, 60))
    + b"]><a>&b59;</a>",
    "laughs in an attribute": XML
    + b'<!DOCTYPE a [<!ENTITY b0 "ha">'
    + b"".join(b'<!ENTITY b%d "&b%d;&b%d;">' % (n, n - 1, n - 1) for n in range(1, 60))
    + b']><a b="&b59;"/>',
    "one large entity": XML
    + b'<!DOCTYPE a [<!ENTITY b "'
    + b"x" * 100_000
    + b'">]><a>'
    + b"&b;" * 100_000
    + b"</a>",
    "a file": XML + b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "an address": XML + b'<!DOCTYPE a SYSTEM "http://elders.example/a.dtd"><a/>',
    "a parameter": XML + b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://elders.example/b">%b;]><a/>',
    "depth": b"<a>" * 200_000 + b"</a>" * 200_000,
    "width": b"<a>" + b"<b/>" * 400_000 + b"</a>",
    "attributes": b"<a " + b" ".join(b'x%d="y"' % n for n in range(150_000)) + b"/>",
    "namespaces": b"<a " + b" ".join(b'xmlns:x%d="y"' % n for n in range(80_000)) + b"/>",
    "include": XML + b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd"/></a>',
    "stylesheet": XML + b'<?xml-stylesheet href="http://elders.example/x.xsl"?><a/>',
    "utf-7": b'<?xml version="1.0" encoding="utf-7"?><a/>',
    "utf-16": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode(
        "utf-16"
    ),
    "zip": b"PK\x03\x04" + b"\x00" * 1_000,
    "gzip": b"\x1f\x8b\x08" + b"\x00" * 1_000,
    "nothing": b"",
    "nul": b"\x00" * 10_000,
}


@pytest.mark.parametrize("source", BOMBS.values(), ids=BOMBS.keys())
@pytest.mark.parametrize("read", [read_diagram, read_decisions], ids=["diagram", "table"])
def test_an_xml_bomb_is_refused_in_time_and_reads_no_file(
    source: bytes, read: Callable[[bytes, str], object]
) -> None:
    refused = within(LONGEST, lambda: read(source, "bom.bpmn"))
    assert isinstance(refused, MeldcodeError)
    assert "root:" not in refused.text.nl


def test_a_diagram_that_calculates_without_end_becomes_an_incident_in_time() -> None:
    """Five hundred automatic elements, each with as much work as an expression may do."""
    described = (SCHOOL / "organisation.toml").read_bytes()
    version = definition.read_files({"organisation.toml": described, "meldcode.bpmn": heavy_loop()})
    calendar = version.organisation.calendar()
    began = time.process_time()
    with pytest.raises(Incident) as stuck:
        step(version, calendar, None, Start(None, {}), NOW)
    assert time.process_time() - began < LONGEST
    assert stuck.value.text.nl


def heavy_loop() -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:meldcode="urn:meldcode:bpmn:1">
  <bpmn:process id="p" isExecutable="true">
    <bpmn:startEvent id="s"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:exclusiveGateway id="g" default="f3"><bpmn:incoming>f1</bpmn:incoming>
      <bpmn:incoming>f4</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing><bpmn:outgoing>f3</bpmn:outgoing>
    </bpmn:exclusiveGateway>
    <bpmn:exclusiveGateway id="h" default="f4"><bpmn:incoming>f2</bpmn:incoming>
      <bpmn:outgoing>f4</bpmn:outgoing><bpmn:outgoing>f5</bpmn:outgoing></bpmn:exclusiveGateway>
    <bpmn:endEvent id="e"><bpmn:incoming>f3</bpmn:incoming><bpmn:incoming>f5</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="g"/>
    <bpmn:sequenceFlow id="f2" sourceRef="g" targetRef="h">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{HEAVY}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="f3" sourceRef="g" targetRef="e"/>
    <bpmn:sequenceFlow id="f4" sourceRef="h" targetRef="g"/>
    <bpmn:sequenceFlow id="f5" sourceRef="h" targetRef="e">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">not({HEAVY})</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
  </bpmn:process>
</bpmn:definitions>
""".encode()


HOSTILE_FILES = {
    "a link out of the folder": lambda folder: (folder / "forms" / "x.form").symlink_to("/etc/passwd"),
    "a form that is a folder": lambda folder: (folder / "forms" / "y.form").mkdir(),
    "a mail of bytes": lambda folder: (folder / "mails" / "x.md").write_bytes(bytes(range(256))),
    "an organisation of bytes": lambda folder: (folder / "organisation.toml").write_bytes(b"\xff\xfe\x00"),
    "an organisation of brackets": lambda folder: (folder / "organisation.toml").write_text(
        "a = " + "[" * 5_000
    ),
    "an empty diagram": lambda folder: (folder / "meldcode.bpmn").write_bytes(b""),
    "six hundred files": lambda folder: [(folder / f"{n}.form").write_text("{}") for n in range(600)],
    "a large file": lambda folder: (folder / "groot.bin").write_bytes(b"\x00" * 21 * 1024 * 1024),
}


@pytest.mark.parametrize("spoil", HOSTILE_FILES.values(), ids=HOSTILE_FILES.keys())
def test_a_hostile_folder_is_refused_with_a_sentence_or_published_without_what_does_not_belong(
    town: Town, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    folder = Path(shutil.copytree(SCHOOL, tmp_path / "map"))
    spoil(folder)
    within(
        4 * LONGEST,  # a whole organisation is checked meanwhile
        lambda: publishing.publish(town.database(), SCHOOL.name, folder, now=clock.real()),
    )
    kept = [bytes(cast(bytes, content)) for (content,) in town.rows("SELECT content FROM version_files")]
    assert kept
    assert not any(b"root:" in content for content in kept)


def test_an_arrow_to_what_is_not_there_is_told_and_leaves_the_desk_usable() -> None:
    """Else nobody could open the desk any more to mend it."""
    files = {str(path.relative_to(SCHOOL)): path.read_bytes() for path in SCHOOL.rglob("*") if path.is_file()}
    diagram = files["meldcode.bpmn"]
    for gone in (b"mail_wegen_2d", b"mail_wegen_5d", b"wegen_2d", b"wegen"):
        assert b'id="' + gone + b'"' in diagram, gone
        looked = desk.look(
            {**files, "meldcode.bpmn": diagram.replace(b'id="' + gone + b'"', b'id="weg_is_het"', 1)}
        )
        assert looked.errors


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("meldcode.bpmn", '= vermoeden_over = "medewerker"', '= vermoeden_over = "medewerker\u200b"'),
        ("meldcode.bpmn", '= vermoeden_over = "medewerker"', '= vermoeden_over = "medewerker&#8203;"'),
        ("meldcode.bpmn", 'name="1 Signalen', 'name="\u202e1 Signalen'),
        ("meldcode.bpmn", 'name="1 Signalen', 'name="&#x0202E;1 Signalen'),
        ("forms/signalen.form", '"label": "', '"label": "\\u2066'),
        ("forms/signalen.form", '"label": "', '"label": "\u00ad'),
        ("mails/herinnering.md", "Onderwerp: ", "Onderwerp: \u202e"),
        ("organisation.toml", 'name = "', 'name = "\\u3164'),
    ],
)
def test_a_sign_that_nobody_sees_is_refused_wherever_it_stands(file: str, old: str, new: str) -> None:
    """Who approves a version would read the same words, and something else would happen."""
    files = {str(path.relative_to(SCHOOL)): path.read_bytes() for path in SCHOOL.rglob("*") if path.is_file()}
    words = files[file].decode("utf-8")
    assert old in words
    looked = desk.look({**files, file: words.replace(old, new, 1).encode("utf-8")})
    assert [(one.code, one.file) for one in looked.errors if one.code == "hidden-sign"] == [
        ("hidden-sign", file)
    ]


def test_a_picture_of_several_joined_and_a_mark_at_the_beginning_are_no_hidden_signs() -> None:
    assert hidden.findings({"README.md": "\ufeff👨‍👩‍👧 samen, één, “zo” – 5 µg".encode()}) == []
