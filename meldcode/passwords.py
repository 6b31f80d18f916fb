"""What a password must be: long, and not the first thing a guesser tries.

No rules about capitals and signs, and no changing every so often: both make worse passwords
(NIST SP 800-63B-4, section 3.1.1.2; ASVS 5, V6.2).
"""

from __future__ import annotations

from itertools import pairwise

from meldcode.messages import MeldcodeError, Text

SHORTEST = 12
LONGEST = 200

# What Dutch and English guessers begin with and is still long enough when said twice or numbered.
_COMMON = (
    "password passwort wachtwoord welkom welcome qwerty azerty letmein iloveyou sunshine princess football "
    "voetbal geheim secret admin administrator meldcode veiligthuis school juf meester lente zomer herfst "
    "winter spring summer autumn januari februari maart april mei juni juli augustus september oktober "
    "november december amsterdam rotterdam feyenoord ajax psv hallo test demo abc abcdefgh asdfgh zxcvbn"
)


class PasswordRefused(MeldcodeError):
    """This cannot be a password; the text says what would be better."""


def checked(password: str, username: str) -> str:
    """The password itself. Raises `PasswordRefused` when it is easy to guess for who knows `username`."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordRefused(
            Text(
                f"Kies een wachtwoord van {SHORTEST} tot {LONGEST} tekens. "
                "Een paar woorden achter elkaar is goed.",
                f"Choose a password of {SHORTEST} to {LONGEST} characters. A few words in a row will do.",
            )
        )
    if _is_easy(password.casefold(), username.casefold()):
        raise PasswordRefused(
            Text(
                "Dit wachtwoord is makkelijk te raden. Kies bijvoorbeeld drie of vier woorden die niets met "
                "elkaar te maken hebben.",
                "This password is easy to guess. Choose, for instance, three or four words that have nothing "
                "to do with each other.",
            )
        )
    return password


def _is_easy(password: str, username: str) -> bool:
    left = password
    for known in sorted(
        {username, *username.replace("@", " ").replace(".", " ").split(), *_COMMON.split()}, key=len
    )[::-1]:
        if len(known) >= 3:
            left = left.replace(known, " ")
    # what a guesser still has to find once names, common words, digits and signs are taken away
    rest = {char for char in left if char.isalpha()}
    return len(set(password)) < 6 or len(rest) < 4 or _is_a_row(password)


def _is_a_row(password: str) -> bool:
    """Does almost every character follow from the one before: abcdefghijkl, 987654321098?"""
    steps = [ord(after) - ord(before) for before, after in pairwise(password)]
    return bool(steps) and sum(step in (-1, 0, 1) for step in steps) >= 0.8 * len(steps)
