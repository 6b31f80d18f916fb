"""Sealing: AES-256-GCM with a key per case, wrapped by the organisation's key, wrapped by the master key.

Why three levels: destroying one small row (the case's wrapped key) erases a case for good, also where
its sealed bytes live on; and no content key is ever stored in clear. The associated data binds every
sealed value to its organisation, case and field, so that a row moved to another case does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import zlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from meldcode.messages import MeldcodeError, Text

KEY_BYTES = 32
_NONCE_BYTES = 12  # NIST SP 800-38D; random, and no key here seals anywhere near 2**32 values
_FORMAT = b"\x01"
_EFFORT = 1  # of zlib: twice as fast as 6 at every step, and a state is a tenth larger
_LARGEST = 16 * 1024 * 1024  # an opened value larger than this is not ours


class UnreadableError(MeldcodeError):
    """Sealed content does not open: another master key, an erased case, or changed bytes."""

    def __init__(self, what: str) -> None:
        super().__init__(
            Text(
                "Deze gegevens kunnen niet worden geopend. Waarschuw de beheerder: de hoofdsleutel is een "
                "andere, of de gegevens zijn buiten het programma om veranderd.",
                f"This content cannot be opened ({what}). Tell the administrator: the master key is "
                "a different one, or the data was changed outside the program.",
            )
        )


def associated(organisation: UUID, case: UUID, field: str) -> bytes:
    """What a sealed value is bound to: `organisation|case|field`."""
    return f"{organisation.hex}|{case.hex}|{field}".encode()


class Key:
    """One AES-256 key. It never shows itself: not in a repr, not in an error."""

    __slots__ = ("_aes", "_raw", "_signing")

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(raw)}")
        self._raw = raw
        self._aes = AESGCM(raw)
        self._signing: bytes | None = None

    @classmethod
    def new(cls) -> Key:
        return cls(os.urandom(KEY_BYTES))

    def seal(self, data: bytes, bound_to: bytes) -> bytes:
        """Encrypt `data`; only the same key with the same `bound_to` opens it again."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._aes.encrypt(nonce, data, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Raises `UnreadableError` for anything this key did not seal with this `bound_to`."""
        if sealed[:1] != _FORMAT:
            raise UnreadableError("unknown format")
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._aes.decrypt(nonce, body, bound_to)
        except (InvalidTag, ValueError) as error:
            raise UnreadableError("wrong key or changed bytes") from error

    def wrap(self, other: Key, bound_to: bytes) -> bytes:
        return self.seal(other._raw, b"key|" + bound_to)

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> Key:
        return Key(self.open(wrapped, b"key|" + bound_to))

    def sign(self, message: bytes) -> bytes:
        """HMAC-SHA256 under a key derived from this one (never under the sealing key itself)."""
        if self._signing is None:
            self._signing = hmac.digest(self._raw, b"meldcode|sign|1", hashlib.sha256)
        return hmac.digest(self._signing, message, hashlib.sha256)

    def seal_json(self, value: Any, bound_to: bytes) -> bytes:
        """Seal a plain JSON value, compressed first: case states are repetitive."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return self.seal(zlib.compress(text.encode(), _EFFORT), bound_to)

    def open_json(self, sealed: bytes, bound_to: bytes) -> Any:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(self.open(sealed, bound_to), _LARGEST)
        if unpacker.unconsumed_tail:
            raise UnreadableError("too large")
        return json.loads(data)


def new_case_key(organisation_key: Key, organisation: UUID, case: UUID) -> tuple[Key, bytes]:
    """A fresh key for one case, and the wrapped form to store."""
    key = Key.new()
    return key, organisation_key.wrap(key, associated(organisation, case, "key"))


def case_key(organisation_key: Key, wrapped: bytes, organisation: UUID, case: UUID) -> Key:
    return organisation_key.unwrap(wrapped, associated(organisation, case, "key"))


class Keyring:
    """The master key and, once opened, the organisations' keys of this process."""

    def __init__(self, master_key: bytes) -> None:
        self._master = Key(master_key)
        self._organisations: dict[UUID, tuple[bytes, Key]] = {}

    def new_organisation_key(self, organisation: UUID) -> bytes:
        """The wrapped form of a fresh organisation key."""
        return self._master.wrap(Key.new(), organisation.bytes)

    def rewrapped(self, organisation: UUID, wrapped: bytes, master_key: bytes) -> bytes:
        """An organisation's wrapped key as another master key wraps it. Raises `UnreadableError`."""
        key = self._master.unwrap(wrapped, organisation.bytes)
        return Key(master_key).wrap(key, organisation.bytes)

    def sign(self, message: bytes) -> bytes:
        """HMAC-SHA256 under a key derived from the master key: for what belongs to no organisation."""
        return self._master.sign(message)

    def known(self, organisation: UUID) -> Key | None:
        found = self._organisations.get(organisation)
        return found[1] if found else None

    def organisation_key(self, organisation: UUID, wrapped: bytes) -> Key:
        """Unwrap an organisation's key, once per process."""
        found = self._organisations.get(organisation)
        if found is None or found[0] != wrapped:
            found = (wrapped, self._master.unwrap(wrapped, organisation.bytes))
            self._organisations[organisation] = found
        return found[1]


def canonical(record: Mapping[str, Any]) -> bytes:
    """One byte string per JSON value, whatever the order of its keys: what hashes are taken over."""
    return json.dumps(
        record, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()
