"""Personal fields at rest: AES-256-GCM, bound to their place, and blind indexes for exact search.

A value is ``key id length | key id | nonce (12) | ciphertext and tag``; the additional data is
``table|column|row``, so that a value moved to another row does not open. Source: NIST SP 800-38D.
The blind index is HMAC-SHA256 over the folded text with a key of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.domain.graphemes import is_selector

_NONCE = 12


class CipherError(ValueError):
    """A value that does not open: wrong key, wrong place or changed bytes."""


def folded(text: str) -> str:
    """How names are compared: NFKC, no blanks, no variation selectors, case folded."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(ch for ch in plain if not ch.isspace() and not is_selector(ch)).casefold()


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by id, the one to write with, and the blind index's key."""

    current: str
    keys: dict[str, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)

    @classmethod
    def new(cls) -> KeyRing:
        return cls("k1", {"k1": secrets.token_bytes(32)}, secrets.token_bytes(32))

    def rotated(self) -> KeyRing:
        """The same ring with a fresh key to write with; old values still open."""
        fresh = f"k{len(self.keys) + 1}"
        return KeyRing(fresh, {**self.keys, fresh: secrets.token_bytes(32)}, self.index_key)

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """Read a key file. Raises OSError or ValueError with what is wrong."""
        said = json.loads(path.read_text(encoding="ascii"))
        keys = {name: bytes.fromhex(value) for name, value in said["keys"].items()}
        ring = cls(said["current"], keys, bytes.fromhex(said["index"]))
        if ring.current not in keys or any(
            len(key) != 32 for key in (*keys.values(), ring.index_key)
        ):
            raise ValueError(f"{path}: not a key file")
        return ring

    def save(self, path: Path) -> None:
        """Write the file for its owner only; it must not exist."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = json.dumps(
            {
                "current": self.current,
                "keys": {name: key.hex() for name, key in self.keys.items()},
                "index": self.index_key.hex(),
            }
        )
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def load_or_make(cls, path: Path) -> KeyRing:
        if not path.exists():
            cls.new().save(path)
        return cls.load(path)

    def seal(self, place: tuple[str, str, str], value: bytes) -> bytes:
        """Encrypt ``value`` for ``place`` = (table, column, row id)."""
        name = self.current.encode("ascii")
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self.keys[self.current]).encrypt(nonce, value, "|".join(place).encode())
        return bytes([len(name)]) + name + nonce + sealed

    def open(self, place: tuple[str, str, str], value: bytes) -> bytes:
        """Decrypt. Raises CipherError."""
        try:
            size = value[0]
            key = self.keys[value[1 : 1 + size].decode("ascii")]
            nonce, sealed = value[1 + size : 1 + size + _NONCE], value[1 + size + _NONCE :]
            return AESGCM(key).decrypt(nonce, sealed, "|".join(place).encode())
        except (InvalidTag, KeyError, IndexError, UnicodeDecodeError, ValueError) as error:
            raise CipherError(f"{place[0]}.{place[1]} does not open") from error

    def blind_index(self, text: str) -> bytes:
        return hmac.new(self.index_key, folded(text).encode("utf-8"), hashlib.sha256).digest()
