"""A port nobody uses at this moment, for a server of a test."""

from __future__ import annotations

import secrets
import socket

#: Below the ports that computers give to outgoing connections: none of those takes it in the meantime.
PORTS = range(20_000, 30_000)


def free_port() -> int:
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue  # somebody has it
            return port
