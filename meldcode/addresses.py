"""What may be an e-mail address: what every mail server takes, so nobody waits for a mail that cannot go.

As a browser's own field for an address reads it (HTML, 4.10.5.1.5): plain letters, and a domain of labels.
Letters with an accent and domains in another script need an extension that not every server has (RFC 6531),
and a server's number in brackets is no place where a person gets mail.
"""

from __future__ import annotations

import re

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
# dots stand between parts only: a mail library breaks on two of them (RFC 5321, 4.1.2)
_ADDRESS = re.compile(rf"(?P<local>{_LOCAL}(?:\.{_LOCAL})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})*)", re.ASCII)
LONGEST_LOCAL, LONGEST_DOMAIN = 64, 190


def is_address(text: str) -> bool:
    """Can a mail be sent to (or from) this, whatever the server?"""
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return False
    return len(found["local"]) <= LONGEST_LOCAL and len(found["domain"]) <= LONGEST_DOMAIN
