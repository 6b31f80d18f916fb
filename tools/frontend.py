"""Builds the pages' styles and scripts with Vite: `python tools/frontend.py`.

Node.js is taken from the PATH when it is new enough, else from a locked wheel installed into the virtual
environment, so that a computer with only Python can build too. Nothing is installed outside the checkout.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "web" / "frontend"
BUILD = ROOT / "web" / "static" / "build"
NODE_LOCK = ROOT / "requirements" / "node.txt"
VENV_BIN = Path(sys.executable).parent

MANIFEST = "manifest.json"

#: Vite's own lower bound.
OLDEST_NODE = (20, 19)


def node_version(program: str | Path) -> tuple[int, ...]:
    """The version of a Node.js program as numbers, `()` when it does not run."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    found = re.match(r"v(\d+)\.(\d+)\.(\d+)", said.stdout)
    return tuple(int(part) for part in found.groups()) if found else ()


def node_folder() -> Path:
    """The folder with a usable `node` and `npm`; installs the locked wheel when there is none.

    Raises SystemExit with a sentence when the wheel cannot be installed either.
    """
    on_path = shutil.which("node")
    if on_path and shutil.which("npm") and node_version(on_path) >= OLDEST_NODE:
        return Path(on_path).parent
    if node_version(VENV_BIN / "node") < OLDEST_NODE:
        oldest = ".".join(map(str, OLDEST_NODE))
        print(
            f"no Node.js {oldest} or newer on the PATH: installing it into the virtual environment",
            flush=True,
        )
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
        done = subprocess.run([*pip, "--require-hashes", "-r", str(NODE_LOCK)], check=False)
        if done.returncode:
            sys.exit(f"Node.js could not be installed. Install Node.js {oldest} or newer and run make again.")
    return VENV_BIN


def npm(folder: Path, *words: str) -> None:
    """Runs npm in the front end's folder; raises SystemExit with a sentence when it fails."""
    # npm starts `node` by name, so the folder we chose has to come first
    environment = {
        **os.environ,
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
        "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    program = shutil.which("npm", path=environment["PATH"]) or "npm"
    done = subprocess.run([program, *words], cwd=FRONTEND, env=environment, check=False)
    if done.returncode:
        sys.exit(f"`npm {' '.join(words)}` failed in web/frontend; what it said is above.")


def packages_are_installed() -> bool:
    """Whether node_modules is newer than the lock file (npm keeps its own copy of what it installed)."""
    installed = FRONTEND / "node_modules" / ".package-lock.json"
    lock = FRONTEND / "package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime


def named(folder: Path) -> set[str]:
    """The names of the files that the build in a folder consists of; empty when there is none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    names = {MANIFEST}
    for entry in manifest.values():
        names.update([entry["file"], *entry.get("css", ()), *entry.get("assets", ())])
    return names


def take_over(fresh: Path, build: Path) -> None:
    """Makes a finished build the one that is served, while servers and tests go on reading the old one.

    Names change with what is in the files, so new files come beside the old ones; the manifest, which says
    which of them count, is replaced last and in one go. Whoever read the old manifest a moment ago still
    finds its files: only what is older than that goes.
    """
    build.mkdir(parents=True, exist_ok=True)
    kept = named(build) | named(fresh)
    for path in sorted(fresh.iterdir(), key=lambda path: path.name.startswith(MANIFEST)):
        beside = build / f".{path.name}"
        shutil.copyfile(path, beside)
        os.replace(beside, build / path.name)
    for path in build.iterdir():
        if path.name.removesuffix(".gz") not in kept:
            path.unlink()


def main() -> None:
    folder = node_folder()
    if not packages_are_installed():
        print("\n==> installing the locked front-end packages", flush=True)
        npm(folder, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    print("\n==> building the pages' styles and scripts", flush=True)
    with tempfile.TemporaryDirectory(prefix="meldcode-build-") as fresh:
        npm(folder, "run", "--silent", "build", "--", "--outDir", fresh, "--emptyOutDir")
        take_over(Path(fresh), BUILD)


if __name__ == "__main__":
    main()
