"""XML from outside, read as if it were hostile: the only door through which XML enters the software.

Diagrams and decision tables are drawn by people with all kinds of programs and are uploaded. None
of those files needs a document type, entities, processing instructions or great depth, so all of
these are refused outright instead of being made harmless.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from meldcode.messages import Finding, MeldcodeError, Text

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS = 50_000


class DiagramError(MeldcodeError):
    """A file that cannot be read at all; `findings` says why, `text` is the first of them."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings[0].what)
        self.findings = tuple(findings)


def unreadable(code: str, file: str, what: Text, remedy: Text, element: str | None = None) -> DiagramError:
    """A `DiagramError` with the one finding that says why `file` cannot be read."""
    return DiagramError([Finding(code, file, element, what, remedy)])


def read_xml(data: bytes, file: str) -> etree._Element:
    """Parse `data` and return the root element.

    `file` is the path shown to people. Raises `DiagramError` for anything but plain XML: larger
    than 2 MB, deeper than 64 elements, more than 50,000 elements, not well-formed, or with a
    document type, an entity or a processing instruction.
    """
    if len(data) > MAX_BYTES:
        raise unreadable(
            "xml-too-large",
            file,
            Text(
                f"Het bestand is groter dan {MAX_BYTES // 1024 // 1024} MB.",
                f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.",
            ),
            Text(
                "Verdeel het over meer bestanden of haal ingesloten plaatjes eruit.",
                "Split it over several files, or take embedded pictures out.",
            ),
        )
    root = _parse(data, file)
    _refuse_doctype(root, file)
    _refuse_unusual_nodes(root, file)
    return root


def _parse(data: bytes, file: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None)
        where_nl = f" (regel {line})" if line else ""
        where_en = f" (line {line})" if line else ""
        raise unreadable(
            "xml-not-well-formed",
            file,
            Text(
                f"Dit is geen geldige XML{where_nl}.",
                f"This is not well-formed XML{where_en}.",
            ),
            Text(
                "Sla het bestand opnieuw op in het programma waarin het gemaakt is.",
                "Save the file again in the program it was made with.",
            ),
        ) from error


def _refuse_doctype(root: etree._Element, file: str) -> None:
    info = root.getroottree().docinfo
    if info.internalDTD is not None:
        raise unreadable(
            "xml-doctype",
            file,
            Text(
                "Het bestand bevat een documenttype (DOCTYPE). Dat wordt om veiligheidsredenen geweigerd.",
                "The file holds a document type (DOCTYPE), which is refused for safety.",
            ),
            Text(
                "Haal de regel met <!DOCTYPE …> weg.",
                "Remove the line with <!DOCTYPE …>.",
            ),
        )


def _refuse_unusual_nodes(root: etree._Element, file: str) -> None:
    if any(isinstance(sibling, etree._ProcessingInstruction) for sibling in _around(root)):
        raise _processing_instruction(file)
    depth = 0
    count = 0
    for event, node in etree.iterwalk(root, events=("start", "end", "pi")):
        if event == "pi":
            raise _processing_instruction(file)
        if event == "end":
            depth -= 1
            continue
        depth += 1
        count += 1
        if any(isinstance(child, etree._Entity) for child in node):
            raise unreadable(
                "xml-entity",
                file,
                Text(
                    "Het bestand gebruikt een eigen entiteit (&naam;).",
                    "The file uses an entity (&name;).",
                ),
                Text("Schrijf de tekst voluit.", "Write the text in full."),
            )
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            raise unreadable(
                "xml-too-deep",
                file,
                Text(
                    f"Het bestand is te ingewikkeld: hoogstens {MAX_DEPTH} lagen diep "
                    f"en {MAX_ELEMENTS} elementen.",
                    f"The file is too complex: at most {MAX_DEPTH} levels deep and {MAX_ELEMENTS} elements.",
                ),
                Text(
                    "Verdeel het over meer bestanden, bijvoorbeeld met een aangeroepen proces.",
                    "Split it over several files, for instance with a called process.",
                ),
            )


def _around(root: etree._Element) -> list[etree._Element]:
    return [*root.itersiblings(), *root.itersiblings(preceding=True)]


def _processing_instruction(file: str) -> DiagramError:
    return unreadable(
        "xml-processing-instruction",
        file,
        Text(
            "Het bestand bevat een verwerkingsinstructie (<? … ?>). Die wordt geweigerd.",
            "The file holds a processing instruction (<? … ?>), which is refused.",
        ),
        Text("Haal die regel weg.", "Remove that line."),
    )
