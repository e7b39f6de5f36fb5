"""Keeping personal data closed: sealing with one key, recognising with another."""

from __future__ import annotations

import hashlib
import hmac
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.clock import new_secret

FIRST = b"\x01"
"""Sealed before keys had names: which key it was has to be tried."""
NAMED = b"\x02"
NAME = 4
NONCE = 12
SHORTEST_SECRET = 16


class Unsealable(Exception):  # noqa: N818  (its name says what it is)
    """Sealed with another key, or damaged."""


@dataclass(frozen=True, slots=True)
class _Key:
    """What comes of one secret: a name that tells nothing, a key that seals, and one that recognises."""

    name: bytes
    seal: AESGCM
    index: bytes

    @classmethod
    def of(cls, secret: bytes) -> _Key:
        return cls(
            _derive(secret, b"name")[:NAME], AESGCM(_derive(secret, b"seal")), _derive(secret, b"index")
        )


class Vault:
    """AES-256-GCM for what must be read again, HMAC-SHA-256 for what must only be recognised.

    All keys come from the secret by HKDF (RFC 5869), so that none tells another. While a secret is
    replaced those before it still open and recognise what they closed; only the present one closes. What
    must stay the same for ever (pseudonyms, the web chat's users) is marked with the key `lasting`, which
    is that of the first secret and is kept sealed in the database.
    """

    def __init__(self, secret: bytes, *, before: Sequence[bytes] = (), lasting: bytes | None = None) -> None:
        self._keys = tuple(_Key.of(one) for one in dict.fromkeys((secret, *before)))
        self._lasting = self._keys[-1].index if lasting is None else lasting
        self._secrets = (secret, *before)

    @property
    def name(self) -> str:
        """By which the present key is known; it tells nothing of the key."""
        return self._keys[0].name.hex()

    @property
    def lasting(self) -> bytes:
        """The key of what stays the same for ever."""
        return self._lasting

    def with_lasting(self, lasting: bytes) -> Vault:
        """The same vault with that key."""
        return Vault(self._secrets[0], before=self._secrets[1:], lasting=lasting)

    def seal(self, plain: bytes) -> bytes:
        """A version byte, the key's name, nonce, ciphertext and tag."""
        head, nonce = NAMED + self._keys[0].name, os.urandom(NONCE)
        return head + nonce + self._keys[0].seal.encrypt(nonce, plain, head)

    def unseal(self, sealed: bytes) -> bytes:
        """What `seal` was given.

        Raises:
            Unsealable: when no key that is known closed it, or the bytes were changed.
        """
        if sealed[:1] == FIRST:
            head, keys = FIRST, self._keys[::-1]  # the oldest is the likeliest
        else:
            head = sealed[: 1 + NAME]
            keys = tuple(key for key in self._keys if head == NAMED + key.name)
        for key in keys:
            with suppress(InvalidTag, ValueError):
                return key.seal.decrypt(
                    sealed[len(head) : len(head) + NONCE], sealed[len(head) + NONCE :], head
                )
        raise Unsealable

    def is_present(self, sealed: bytes) -> bool:
        """Whether the present key closed it."""
        return sealed[: 1 + NAME] == NAMED + self._keys[0].name

    def fingerprint(self, text: str) -> str:
        """The same 64 letters for the same text, which tell nothing without the present key."""
        return _mark(self._keys[0].index, text)

    def fingerprints(self, text: str) -> tuple[str, ...]:
        """Every fingerprint that the text may have now: under the present key, then under those before."""
        return tuple(_mark(key.index, text) for key in self._keys)

    def mark(self, text: str) -> str:
        """As `fingerprint`, and the same for ever."""
        return _mark(self._lasting, text)


def _mark(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"chatcrowd " + purpose).derive(secret)


def read_or_make_secret(path: Path) -> bytes:
    """The secret kept in `path`, made with mode 0600 when absent.

    Raises:
        ValueError: when the file holds too little to be a secret.
    """
    if not path.exists():
        _make_secret(path)
    secret = path.read_bytes()
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(f"the secret in {path.name} is damaged: put the right file back")
    return secret


def secrets_before(path: Path) -> tuple[bytes, ...]:
    """The secrets that `path` held before, the newest first, as far as they are still there."""
    kept = sorted(path.parent.glob(f"{path.stem}.before-*{path.suffix}"), reverse=True)
    present = path.read_bytes()
    return tuple(secret for one in kept if (secret := one.read_bytes()) != present)


def renew_secret(path: Path) -> None:
    """Put a new secret in the place of the one in `path`, which stays beside it; a crash leaves either whole."""
    number = len(list(path.parent.glob(f"{path.stem}.before-*{path.suffix}"))) + 1
    kept = path.with_name(f"{path.stem}.before-{number:04}{path.suffix}")
    fresh = path.with_name(f"{path.stem}.next{path.suffix}")
    fresh.unlink(missing_ok=True)
    _make_secret(fresh)
    os.link(path, kept)
    os.replace(fresh, path)


def forget_secrets(path: Path) -> int:
    """Remove the secrets that `path` held before; returns how many."""
    kept = list(path.parent.glob(f"{path.stem}.before-*{path.suffix}"))
    for one in kept:
        one.unlink()
    return len(kept)


def _make_secret(path: Path) -> None:
    """Whole or not at all; of two processes that start at once, the first one's is kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new_secret())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        os.unlink(made)
