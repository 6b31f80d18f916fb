"""`python -m workers worker` and `python -m workers beat`: the two processes of a deployment besides the web.

Settings come from the environment (the table in README.md); a missing one is said in a sentence and ends the
process with exit code 2.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings

from meldcode import logs
from meldcode.messages import MeldcodeError
from meldcode.settings import Settings
from workers.celery import make_beat


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m workers")
    parser.add_argument("part", choices=["worker", "beat"])
    parser.add_argument(
        "--processes", type=int, default=2, help="how many tasks at a time (worker; default 2)"
    )
    options = parser.parse_args(words)
    logs.configure()
    try:
        settings = Settings.from_environment(embedded=False)
    except MeldcodeError as error:
        print(error.text.nl, error.text.en, sep="\n", file=sys.stderr)
        return 2
    return _beat(settings) if options.part == "beat" else _worker(settings, options.processes)


def _beat(settings: Settings) -> int:
    return int(make_beat(settings).start(["--quiet", "beat"]) or 0)


def _worker(settings: Settings, processes: int) -> int:
    # imported here: beat needs none of what the tasks need
    from workers.tasks import make_worker

    # celery warns against running as root because of pickle, which this application never reads
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
    # the process id makes the name unique, so that any number of workers can run on one computer;
    # gossip and mingle are workers talking to each other, which ours have no need for
    name = f"worker-{os.getpid()}@%h"
    words = ["--quiet", "worker", "-n", name, "--without-gossip", "--without-mingle"]
    if processes == 1:
        # One task at a time needs no process beside the worker's own, which is half of what it weighs. Only
        # the limit on a task's time is lost, and every task ends itself (`work.WORKING_SECONDS`).
        words += ["--pool", "solo"]
    return int(make_worker(settings, processes=processes).start(words) or 0)


if __name__ == "__main__":
    sys.exit(main())
