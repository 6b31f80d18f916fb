"""`python -m web.healthy`: does the server on this computer answer that it is ready? Exit code 0 or 1."""

from __future__ import annotations

import http.client
import os
import sys

from web.health import READY


def main() -> int:
    """Ask on `MELDCODE_PORT` (8000) and print what it said."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("MELDCODE_PORT", "8000")), timeout=4
    )
    try:
        connection.request("GET", READY)
        answer = connection.getresponse()
        print(answer.read().decode(), end="")
        return 0 if answer.status == 200 else 1
    except (OSError, http.client.HTTPException) as error:
        print(f"no answer ({type(error).__name__})")
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
