"""Personal data stay closed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.vault import Unsealable, Vault, read_or_make_secret

VAULT = Vault(b"one secret of thirty-two bytes!!")
OTHER = Vault(b"another secret of 32 bytes is it")


@given(st.binary())
def test_what_is_sealed_can_be_read_again(plain: bytes) -> None:
    """By the same key only, and never twice the same bytes."""
    sealed = VAULT.seal(plain)
    assert VAULT.unseal(sealed) == plain
    assert VAULT.seal(plain) != sealed
    with pytest.raises(Unsealable):
        OTHER.unseal(sealed)


@given(st.binary(min_size=1), st.data())
def test_any_change_is_noticed(plain: bytes, data: st.DataObject) -> None:
    """One flipped bit, one missing byte, or nothing at all: refused."""
    sealed = bytearray(VAULT.seal(plain))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    for broken in (bytes(sealed), bytes(sealed[:at])):
        with pytest.raises(Unsealable):
            VAULT.unseal(broken)


@given(st.text(), st.text())
def test_a_fingerprint_knows_again_and_tells_nothing(one: str, other: str) -> None:
    """The same for the same text, another for another text and under another key."""
    assert VAULT.fingerprint(one) == VAULT.fingerprint(one)
    assert (VAULT.fingerprint(one) == VAULT.fingerprint(other)) is (one == other)
    assert VAULT.fingerprint(one) != OTHER.fingerprint(one)
    assert len(one) < 4 or one not in VAULT.fingerprint(one)


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    """Mode 0600, 32 bytes, the same at the next start, another in another place; nothing else is left behind."""
    path = tmp_path / "data" / "secret"
    secret = read_or_make_secret(path)
    assert len(secret) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_or_make_secret(path) == secret
    assert read_or_make_secret(tmp_path / "other") != secret
    assert [one.name for one in path.parent.iterdir()] == ["secret"]


def test_a_damaged_secret_is_not_used(tmp_path: Path) -> None:
    """An empty file would be a key that everybody knows."""
    path = tmp_path / "secret"
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="secret"):
        read_or_make_secret(path)
