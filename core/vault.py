"""Keeping personal data closed: sealing with one key, recognising with another."""

from __future__ import annotations

import hashlib
import hmac
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.clock import new_secret

VERSION = b"\x01"
NONCE = 12
SHORTEST_SECRET = 16


class Unsealable(Exception):  # noqa: N818  (its name says what it is)
    """Sealed with another key, or damaged."""


class Vault:
    """AES-256-GCM for what must be read again, HMAC-SHA-256 for what must only be recognised.

    Both keys come from the one secret by HKDF (RFC 5869), so that neither tells the other.
    """

    def __init__(self, secret: bytes) -> None:
        self._seal = AESGCM(_derive(secret, b"seal"))
        self._index = _derive(secret, b"index")

    def seal(self, plain: bytes) -> bytes:
        """Version byte, nonce, ciphertext and tag."""
        nonce = os.urandom(NONCE)
        return VERSION + nonce + self._seal.encrypt(nonce, plain, VERSION)

    def unseal(self, sealed: bytes) -> bytes:
        """What `seal` was given.

        Raises:
            Unsealable: when the key is another or the bytes were changed.
        """
        if sealed[:1] != VERSION:
            raise Unsealable
        try:
            return self._seal.decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], VERSION)
        except (InvalidTag, ValueError) as broken:
            raise Unsealable from broken

    def fingerprint(self, text: str) -> str:
        """The same 64 letters for the same text, which tell nothing without the key."""
        return hmac.new(self._index, text.encode(), hashlib.sha256).hexdigest()


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
