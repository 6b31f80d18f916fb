"""The examples that were kept, played again when a version is proven: do they still go as they went?

An example that goes differently is a question, not a mistake: perhaps the change was meant. So it never
stands in the way of publishing; it is told with the step that differs, and kept with what the check said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from meldcode.definition import Version
from meldcode.desk.finding import Found, as_found
from meldcode.messages import Finding, Severity, Text
from meldcode.rehearse import Example, ExampleError, Timeline, read_example
from meldcode.rehearse.playing import Player

#: Steps of the engine that one example may take: the longest one that ships takes fewer than a hundred.
MOST_STEPS = 1_000
DIFFERS, UNREADABLE, UNPLAYED = "example-differs", "example-unreadable", "example-unplayed"


def replayed(version: Version, enough: Callable[[], bool] = lambda: False) -> tuple[Found, ...]:
    """What is to be told of the examples in a version's folder, by file name; empty when all go as they went.

    Once `enough` says so, what is left is not played, and that is told too. Never raises for what is in a
    file.
    """
    return tuple(as_found(one, version) for one in _replayed(version, enough))


def _replayed(version: Version, enough: Callable[[], bool]) -> Iterator[Finding]:
    names = sorted(name for name in version.files if name.startswith("examples/") and name.endswith(".toml"))
    calendar = version.organisation.calendar()
    for number, name in enumerate(names):
        if enough():
            yield _unplayed(name, len(names) - number)
            return
        try:
            example = read_example(version.files[name], name)
        except ExampleError as error:
            yield Finding(UNREADABLE, name, None, error.text, _MEND, Severity.WARNING)
            continue
        player = Player(version, example, calendar)
        player.most = MOST_STEPS
        timeline = player.play()
        if not timeline.as_expected:
            yield _differs(name, example, timeline)


def _differs(name: str, example: Example, timeline: Timeline) -> Finding:
    first, others = timeline.differences[0], len(timeline.differences) - 1
    more = Text(f" (En nog {others} keer.)", f" (And {others} more.)") if others else Text("", "")
    return Finding(
        DIFFERS,
        name,
        None,
        Text(
            f"Het voorbeeld “{example.title}” gaat nu anders: {first.nl}{more.nl}",
            f"The example “{example.title}” goes differently now: {first.en}{more.en}",
        ),
        Text(
            "Was dat de bedoeling? Speel het voorbeeld bij Oefenen opnieuw en bewaar het zoals het nu gaat. "
            "Was het niet de bedoeling, verander dan de stap die genoemd is.",
            "Was that meant? Play the example again at rehearsing and keep it as it goes now. If it was not "
            "meant, change the step that is named.",
        ),
        Severity.WARNING,
    )


def _unplayed(name: str, left: int) -> Finding:
    return Finding(
        UNPLAYED,
        name,
        None,
        Text(f"Voorbeelden die niet zijn nagespeeld: {left}.", f"Examples that were not played: {left}."),
        Text(
            "Er was geen tijd meer voor. Speel ze na bij Oefenen.",
            "There was no time left. Play them at rehearsing.",
        ),
        Severity.WARNING,
    )


_MEND = Text(
    "Verbeter het bestand, of haal het weg.",
    "Mend the file, or take it out.",
)
