"""Sees to a browser for the tests: `python tools/browser.py` says which one, and installs one when it can.

The order: Chromium on the PATH, the one Playwright installed for this person, Playwright's own download, and
the distribution's package when we are root. When none is to be had the browser tests fail with `MISSING`;
they are never skipped, because a test run without them says nothing about the pages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

MISSING = (
    "The browser tests need Chromium and none was found. Install it (Debian, Ubuntu: "
    "`apt-get install chromium`; elsewhere: `.venv/bin/playwright install chromium`) and run the tests again."
)

#: What Chromium needs to run as root in a container and without calling its maker at every start.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> Path | None:
    """The program file of a Chromium that can be started, or None."""
    for name in NAMES:
        if program := shutil.which(name):
            return Path(program)
    return _of_playwright()


def _of_playwright() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = Path(playwright.chromium.executable_path)
    return program if program.exists() else None


def install() -> None:
    """Tries the ways to get a browser, one after the other; says what it does."""
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        ways += [
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
        ]
    for way in ways:
        print(f"\n==> no browser yet: {' '.join(way)}", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            subprocess.run(way, check=False, timeout=600, stdin=subprocess.DEVNULL, env=environment)
        except (OSError, subprocess.TimeoutExpired) as problem:
            print(f"that did not work: {problem}", flush=True)
        if find():
            return


def main() -> None:
    if find() is None:
        install()
    print(f"browser for the tests: {find() or MISSING}", flush=True)


if __name__ == "__main__":
    main()
