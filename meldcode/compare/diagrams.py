"""What changed in the diagrams: tasks, terms, ways, and what only stands elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from meldcode.compare.difference import Difference, Kind, quoted, quoted_both, was_and_is, yes_or_no
from meldcode.definition import Version
from meldcode.describe import called, condition_in_words, role_in_words, timer_sentence
from meldcode.diagram import places
from meldcode.diagram.model import Flow, Lane, Loop, Node
from meldcode.diagram.naming import described_in
from meldcode.messages import Text

ALWAYS = Text("altijd", "always")
OTHERWISE = Text("anders", "otherwise")


def compare_diagrams(old: Version, new: Version) -> Iterator[Difference]:
    """Every node and arrow by its id, over all diagrams; an element keeps its id when it is edited."""
    yield from _nodes(old, new)
    yield from _flows(old, new)
    yield from _processes_and_lanes(old, new)
    yield from _order(old, new)
    yield from _moved(old, new)


def _called(version: Version, node: Node) -> Text:
    """An element by its kind and name; one without a name by what stands around it, never by its id."""
    return called(node) if node.name else described_in(version.diagrams.values(), node.id)


def _file(version: Version, process: str) -> str:
    diagram = version.diagram_of(process)
    return diagram.file if diagram else ""


def _nodes(old: Version, new: Version) -> Iterator[Difference]:
    went, came = _of_a_term(old, new), _of_a_term(new, old)
    for key, node in old.nodes.items():
        if key not in new.nodes:
            kind = Kind.NOTED if key in went else Kind.REMOVED
            yield Difference(kind, _file(old, node.process), key, _gone(old, node))
    for key, node in new.nodes.items():
        file = _file(new, node.process)
        if key not in old.nodes:
            kind = Kind.NOTED if key in came else Kind.ADDED
            yield Difference(kind, file, key, _came(new, node))
            continue
        for what in _changes(old, new, old.nodes[key], node):
            yield Difference(Kind.CHANGED, file, key, what)
        if node.name != old.nodes[key].name:
            # beside its task a term is known by what it does: that is what is told of it
            kind = Kind.NOTED if node.timer and node.attached_to else Kind.CHANGED
            yield Difference(kind, file, key, _renamed(new, old.nodes[key], node))


def _of_a_term(version: Version, other: Version) -> set[str]:
    """The messages and ends of terms that only this version has: the sentence of a term says what they do."""
    found: set[str] = set()
    for term in version.nodes.values():
        if term.timer and term.attached_to and term.id not in other.nodes:
            part = _next(version, term)
            while part is not None:
                found.add(part.id)
                part = _next(version, part)
    return found


def _next(version: Version, node: Node) -> Node | None:
    """The message or end that only `node` leads to."""
    flows = [version.flows[key] for key in node.outgoing if key in version.flows]
    target = version.nodes.get(flows[0].target) if len(flows) == 1 else None
    if target is None or len(target.incoming) > 1 or target.kind not in ("sendTask", "endEvent"):
        return None
    return target


def _renamed(new: Version, was: Node, now: Node) -> Text:
    about = _called(new, now)
    subject = Text(f"Bij {about.nl}, de naam", f"At {about.en}, the name")
    return was_and_is(subject, quoted(was.name), quoted(now.name))


def _came(version: Version, node: Node) -> Text:
    what = _named(version, node)
    return Text(f"Nieuw: {what.nl}.", f"New: {what.en}.")


def _gone(version: Version, node: Node) -> Text:
    what = _named(version, node)
    return Text(f"Vervalt: {what.nl}.", f"Dropped: {what.en}.")


def _named(version: Version, node: Node) -> Text:
    what = _called(version, node)
    host = version.nodes.get(node.attached_to or "")
    if node.timer and host:
        does, at = timer_sentence(version, node), _called(version, host)
        return Text(f"bij {at.nl}: {_inside(does.nl)}", f"at {at.en}: {_inside(does.en)}")
    if node.role and node.kind == "userTask":
        who = role_in_words(version, node.role)
        return Text(f"{what.nl}, voor {who.nl}", f"{what.en}, for {who.en}")
    return what


def _inside(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _changes(old: Version, new: Version, was: Node, now: Node) -> Iterator[Text]:
    """A sentence for each property that differs and means something."""
    about = _called(new, now)

    def say(nl: str, en: str, before: Text, after: Text) -> Text:
        return was_and_is(Text(f"Bij {about.nl}, {nl}", f"At {about.en}, {en}"), before, after)

    if was.kind != now.kind:
        yield say("het soort element", "the kind of element", _called(old, was), about)
    if was.role != now.role and now.kind != "sendTask":
        yield say("wie het doet", "who does it", role_in_words(old, was.role), role_in_words(new, now.role))
    if was.steps != now.steps:
        yield say("de stap van de wet", "the legal step", _joined(was.steps), _joined(now.steps))
    if was.timer != now.timer or was.interrupting != now.interrupting:
        yield from _timer(old, new, was, now)
    for nl, en, before, after in _texts(old, new, was, now):
        if before != after:
            yield say(nl, en, quoted(before), quoted(after))
    if was.to != now.to:
        yield say("wie bericht krijgt", "who is told", role_in_words(old, was.to), role_in_words(new, now.to))
    if was.loop != now.loop:
        yield say("de herhaling", "the repetition", _loop(was.loop), _loop(now.loop))
    if was.triggered_by_event != now.triggered_by_event:
        yield say(
            "begint door een gebeurtenis",
            "begins by an event",
            yes_or_no(was.triggered_by_event),
            yes_or_no(now.triggered_by_event),
        )


def _texts(old: Version, new: Version, was: Node, now: Node) -> Iterator[tuple[str, str, str, str]]:
    yield "de uitleg", "the explanation", was.instructions or "", now.instructions or ""
    yield "het formulier", "the form", was.form or "", now.form or ""
    yield "de beslistabel", "the decision table", was.decision or "", now.decision or ""
    yield "de mail", "the mail", was.mail or "", now.mail or ""
    yield "de afloop", "the outcome", was.outcome or "", now.outcome or ""
    yield "het deelproces", "the called process", was.called_element or "", now.called_element or ""
    yield "de gebeurtenis", "the event", _event(was), _event(now)
    if was.attached_to != now.attached_to:  # a host with another name is told with the host itself
        yield "waar het bij hoort", "what it stands on", _host(old, was), _host(new, now)
    if was.parent != now.parent:
        yield "het deel waarin het staat", "the part it stands in", _parent(old, was), _parent(new, now)


def _timer(old: Version, new: Version, was: Node, now: Node) -> Iterator[Text]:
    before, after = timer_sentence(old, was), timer_sentence(new, now)
    host = _called(new, new.nodes.get(now.attached_to or "", now))
    if before == after:  # the sentence does not say everything: what it is for, or how it is counted
        before, after = _timer_exactly(was), _timer_exactly(now)
    subject = Text(f"Bij {host.nl}, de termijn", f"At {host.en}, the term")
    yield was_and_is(subject, quoted_both(before), quoted_both(after))


def _timer_exactly(node: Node) -> Text:
    timer = node.timer
    if timer is None:
        return Text("geen", "none")
    told = f"{timer.text} {timer.calendar or ''} {timer.purpose or ''}"
    interrupts = Text("; de taak vervalt", "; the task lapses") if node.interrupting else Text("", "")
    return Text(told + interrupts.nl, told + interrupts.en)


def _joined(values: frozenset[str]) -> Text:
    return quoted(", ".join(sorted(values)))


def _event(node: Node) -> str:
    return " ".join(part for part in (node.event, node.event_name) if part)


def _host(version: Version, node: Node) -> str:
    host = version.nodes.get(node.attached_to or "")
    return (host.name or host.id) if host else ""


def _parent(version: Version, node: Node) -> str:
    holder = version.nodes.get(node.parent)
    return (holder.name or holder.id) if holder else ""


def _loop(loop: Loop | None) -> Text:
    if loop is None:
        return Text("geen", "none")
    parts = (loop.kind, loop.cardinality, loop.collection, loop.condition, loop.maximum)
    return quoted(" ".join(str(part) for part in parts if part is not None))


def _flows(old: Version, new: Version) -> Iterator[Difference]:
    for key, flow in old.flows.items():
        if key not in new.flows and not _both_new(flow, new.nodes):
            what = _way(old, flow)
            text = Text(f"Vervalt: de weg {what.nl}.", f"Dropped: the way {what.en}.")
            yield Difference(Kind.REMOVED, _file(old, flow.process), key, text)
    for key, flow in new.flows.items():
        file = _file(new, flow.process)
        if key in old.flows:
            for what in _flow_changes(old, new, old.flows[key], flow):
                yield Difference(Kind.CHANGED, file, key, what)
        elif not _both_new(flow, old.nodes):
            what = _way(new, flow)
            yield Difference(
                Kind.ADDED, file, key, Text(f"Nieuw: de weg {what.nl}.", f"New: the way {what.en}.")
            )


def _both_new(flow: Flow, others: Mapping[str, Node]) -> bool:
    """An arrow between two elements that are not in the other version is told with them."""
    return flow.source not in others and flow.target not in others


def _way(version: Version, flow: Flow) -> Text:
    source, target = _end(version, flow.source), _end(version, flow.target)
    when = _when(version, flow)
    told = "" if when is ALWAYS else f" ({when.nl})"
    told_en = "" if when is ALWAYS else f" ({when.en})"
    return Text(f"van {source.nl} naar {target.nl}{told}", f"from {source.en} to {target.en}{told_en}")


def _end(version: Version, key: str) -> Text:
    node = version.nodes.get(key)
    return _called(version, node) if node else Text(f"`{key}`", f"`{key}`")


def _when(version: Version, flow: Flow) -> Text:
    source = version.nodes.get(flow.source)
    if source is not None and source.default_flow == flow.id:
        return OTHERWISE
    if not flow.condition:
        return ALWAYS
    said = condition_in_words(version, flow.condition)
    return Text(f"als {said.nl}", f"if {said.en}")


def _flow_changes(old: Version, new: Version, was: Flow, now: Flow) -> Iterator[Text]:
    if (was.source, was.target) != (now.source, now.target):
        before, after = _way(old, was), _way(new, now)
        yield was_and_is(Text("Een weg", "A way"), before, after)
        return
    before, after = _when(old, was), _when(new, now)
    way = _way(new, now)
    if (was.condition or "") != (now.condition or "") or before != after:
        if before == after:  # another condition in the same words: show what is written
            before, after = quoted(was.condition or ""), quoted(now.condition or "")
        ends = Text(
            f"De weg van {_end(new, now.source).nl} naar {_end(new, now.target).nl}",
            f"The way from {_end(new, now.source).en} to {_end(new, now.target).en}",
        )
        yield was_and_is(ends, before, after)
    if was.name != now.name:
        yield was_and_is(
            Text(f"De naam van de weg {way.nl}", f"The name of the way {way.en}"),
            quoted(was.name),
            quoted(now.name),
        )


def _processes_and_lanes(old: Version, new: Version) -> Iterator[Difference]:
    """The names of processes and lanes; what stands in a lane is told with the tasks themselves."""
    for key, process in new.processes.items():
        was = old.processes.get(key)
        file = _file(new, key)
        if was is not None and was.name != process.name:
            subject = Text("De naam van een proces", "A process's name")
            text = was_and_is(subject, quoted(was.name), quoted(process.name))
            yield Difference(Kind.CHANGED, file, key, text)
        if was is not None and was.executable != process.executable:
            subject = Text(f"Proces “{process.name}” wordt uitgevoerd", f"Process “{process.name}” is run")
            text = was_and_is(subject, yes_or_no(was.executable), yes_or_no(process.executable))
            yield Difference(Kind.CHANGED, file, key, text)
    before, after = _lanes(old), _lanes(new)
    for key, (file, lane) in after.items():
        if key in before and before[key][1].name != lane.name:
            text = was_and_is(
                Text("De naam van een baan", "A lane's name"), quoted(before[key][1].name), quoted(lane.name)
            )
            yield Difference(Kind.CHANGED, file, key, text)


def _lanes(version: Version) -> dict[str, tuple[str, Lane]]:
    return {
        key: (file, lane) for file, diagram in version.diagrams.items() for key, lane in diagram.lanes.items()
    }


def _order(old: Version, new: Version) -> Iterator[Difference]:
    """Conditions are tried in the order of the file, so another order can mean another way."""
    for key, node in new.nodes.items():
        was = old.nodes.get(key)
        if was is None or node.kind != "exclusiveGateway":
            continue
        before = [flow for flow in was.outgoing if flow in node.outgoing]
        after = [flow for flow in node.outgoing if flow in was.outgoing]
        if before != after:
            what = _called(new, node)
            yield Difference(
                Kind.CHANGED,
                _file(new, node.process),
                key,
                Text(
                    f"Bij {what.nl} worden de voorwaarden in een andere volgorde bekeken.",
                    f"At {what.en} the conditions are tried in another order.",
                ),
            )


def _moved(old: Version, new: Version) -> Iterator[Difference]:
    for file, diagram in new.diagrams.items():
        if file not in old.diagrams or old.files[file] == new.files[file]:
            continue
        before, after = places(old.diagrams[file]), places(diagram)
        for key, place in after.items():
            node = new.nodes.get(key)
            if node is not None and key in before and before[key] != place:
                what = _called(new, node)
                yield Difference(
                    Kind.MOVED,
                    file,
                    key,
                    Text(
                        f"{_capital(what.nl)} staat op een andere plek.",
                        f"{_capital(what.en)} stands elsewhere.",
                    ),
                )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
