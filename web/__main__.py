"""`python -m web`: serves the pages with waitress until it is told to stop."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Any, NoReturn

import waitress
from flask import Flask

from meldcode import logs
from meldcode.messages import MeldcodeError, Text
from meldcode.settings import Settings
from web.app import LARGEST_POST, create_app

THREADS = 8
#: Far above what the pages refuse kindly themselves: beyond it the server refuses, in its own English words.
LARGEST_BODY = 16 * LARGEST_POST
#: What is sent and answered stays in memory: waitress would put half a megabyte, a story perhaps, in `/tmp`.
LIMITS = {
    "max_request_body_size": LARGEST_BODY,
    "inbuf_overflow": LARGEST_BODY,
    "outbuf_overflow": LARGEST_BODY,
}


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)  # waitress lets running requests end


def main() -> int:
    """Serve on `MELDCODE_HOST` (127.0.0.1) and `MELDCODE_PORT` (8000); 2 when the settings are not right."""
    logs.configure()
    signal.signal(signal.SIGTERM, _stop)
    try:
        settings = Settings.from_environment(embedded=False)
        server = _server(create_app(settings), settings)
    except MeldcodeError as error:
        print(error.text.nl, error.text.en, sep="\n", file=sys.stderr)
        return 2
    server.run()
    return 0


def _server(app: Flask, settings: Settings) -> Any:
    """The server, listening already. Raises MeldcodeError when it cannot listen there."""
    host, port = settings.host, settings.port
    try:
        return waitress.create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            ident=None,  # no word about what serves these pages
            url_scheme="https" if settings.base_url.startswith("https:") else "http",
            clear_untrusted_proxy_headers=not settings.trusted_proxies,
            **LIMITS,
        )
    except (OSError, ValueError) as error:
        here = f"{host}:{port}"
        raise MeldcodeError(
            Text(
                f"Op {here} kan niet worden geluisterd: dat adres is bezet of niet van deze computer. "
                "Zet MELDCODE_HOST of MELDCODE_PORT anders.",
                f"Nothing can listen on {here}: that address is taken or not this computer's. "
                "Set MELDCODE_HOST or MELDCODE_PORT differently.",
            )
        ) from error


if __name__ == "__main__":
    sys.exit(main())
