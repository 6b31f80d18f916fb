"""Runs a command that ends when its parent ends: `python -m workers.embedded.tied PARENT COMMAND…`.

When `make run` is killed with -9 it cannot stop its parts; on Linux the kernel then does (elsewhere the
parts have to be stopped by hand). The command replaces this process, so its id and signals are its own.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(sys.argv[1]):
            sys.exit("the parent is gone already")
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell: the supervisor's own list of words


if __name__ == "__main__":
    main()
