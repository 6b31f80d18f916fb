"""`python -m web`: serves the pages with waitress until it is told to stop."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

import waitress

from meldcode import logs
from meldcode.messages import MeldcodeError
from meldcode.settings import Settings
from web.app import LARGEST_POST, create_app

THREADS = 8
#: Far above what the pages refuse kindly themselves: beyond it the server refuses, in its own English words.
LARGEST_BODY = 16 * LARGEST_POST


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)  # waitress lets running requests end


def main() -> int:
    """Serve on `MELDCODE_HOST` (127.0.0.1) and `MELDCODE_PORT` (8000); 2 when the settings are not right."""
    logs.configure()
    signal.signal(signal.SIGTERM, _stop)
    try:
        settings = Settings.from_environment(embedded=False)
        app = create_app(settings)
    except MeldcodeError as error:
        print(error.text.nl, error.text.en, sep="\n", file=sys.stderr)
        return 2
    waitress.serve(
        app,
        host=os.environ.get("MELDCODE_HOST", "127.0.0.1"),
        port=int(os.environ.get("MELDCODE_PORT", "8000")),
        threads=THREADS,
        ident=None,  # no word about what serves these pages
        url_scheme="https" if settings.base_url.startswith("https:") else "http",
        max_request_body_size=LARGEST_BODY,
        clear_untrusted_proxy_headers=not settings.trusted_proxies,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
