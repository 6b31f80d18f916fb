"""What is sealed opens for nobody else, and not anywhere else."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldcode import crypto
from meldcode.crypto import Key, Keyring, UnreadableError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(value=JSON, bound=st.binary(max_size=60))
def test_what_is_sealed_comes_back(value: object, bound: bytes) -> None:
    key = Key.new()
    assert key.open_json(key.seal_json(value, bound), bound) == value


@given(data=st.binary(max_size=200), position=st.integers(min_value=0), flip=st.integers(1, 255))
def test_one_changed_byte_is_noticed(data: bytes, position: int, flip: int) -> None:
    key = Key.new()
    sealed = bytearray(key.seal(data, b"zaak"))
    sealed[position % len(sealed)] ^= flip
    with pytest.raises(UnreadableError):
        key.open(bytes(sealed), b"zaak")


@given(cut=st.integers(0, 28))
def test_a_value_cut_short_is_noticed(cut: int) -> None:
    key = Key.new()
    with pytest.raises(UnreadableError):
        key.open(key.seal(b"", b"zaak")[:cut], b"zaak")


def test_a_value_does_not_open_in_another_case_field_or_organisation() -> None:
    organisation, case = uuid4(), uuid4()
    key = Key.new()
    sealed = key.seal(b"tekst", crypto.associated(organisation, case, "state|1"))

    for other in (
        crypto.associated(uuid4(), case, "state|1"),
        crypto.associated(organisation, uuid4(), "state|1"),
        crypto.associated(organisation, case, "state|2"),
    ):
        with pytest.raises(UnreadableError):
            key.open(sealed, other)


def test_equal_values_look_different_when_sealed() -> None:
    key = Key.new()
    assert key.seal(b"tekst", b"") != key.seal(b"tekst", b"")


def test_a_case_key_opens_under_its_organisation_and_master_key_only() -> None:
    organisation, case = uuid4(), uuid4()
    master = Keyring(bytes(32))
    wrapped_organisation = master.new_organisation_key(organisation)
    key, wrapped = crypto.new_case_key(
        master.organisation_key(organisation, wrapped_organisation), organisation, case
    )
    sealed = key.seal(b"tekst", b"")

    fresh = Keyring(bytes(32)).organisation_key(organisation, wrapped_organisation)
    assert crypto.case_key(fresh, wrapped, organisation, case).open(sealed, b"") == b"tekst"
    with pytest.raises(UnreadableError):
        Keyring(bytes([1] * 32)).organisation_key(organisation, wrapped_organisation)
    with pytest.raises(UnreadableError):
        crypto.case_key(fresh, wrapped, organisation, uuid4())
    with pytest.raises(UnreadableError):
        Keyring(bytes(32)).organisation_key(uuid4(), wrapped_organisation)


def test_a_wrapped_key_is_no_sealed_value() -> None:
    outer, inner = Key.new(), Key.new()
    with pytest.raises(UnreadableError):
        outer.open(outer.wrap(inner, b"zaak"), b"zaak")


def test_a_small_value_that_unpacks_to_a_huge_one_is_refused() -> None:
    import zlib

    key = Key.new()
    with pytest.raises(UnreadableError):
        key.open_json(key.seal(zlib.compress(b" " * 20_000_000), b""), b"")


def test_keys_do_not_show_themselves() -> None:
    assert repr(Key(bytes(32))).count("00") == 0 or "object at" in repr(Key(bytes(32)))
    with pytest.raises(ValueError, match="32 bytes"):
        Key(b"te kort")


def test_signatures_depend_on_key_and_message() -> None:
    key = Key.new()
    assert key.sign(b"a") == key.sign(b"a")
    assert len({key.sign(b"a"), key.sign(b"b"), Key.new().sign(b"a")}) == 3
