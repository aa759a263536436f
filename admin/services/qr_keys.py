"""The keys that sign certificates' QR codes: one Ed25519 key per fiscal year, on the server only.

A key's file is ``qr-2026.pem`` beside the key of the personal fields, for its owner only. A key
that leaked or was lost is replaced under the same year; the old one's public half stays as
``qr-2026-<key id>.pub``: what it signed is told apart from a forgery, and marked as such.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.certificate.maker import CertificateMaker
from kiosk.certificate.signed_code import code_text, key_id, payload, to_be_signed
from kiosk.domain.certificate import CertificateContent
from kiosk.domain.eras import fiscal_year

_PRIVATE = re.compile(r"qr-([0-9]{4})\.pem")
_PUBLIC = re.compile(r"qr-([0-9]{4})-[0-9a-f]{16}\.pub")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What a verifier is given: 32 bytes that may sign certificates of one fiscal year."""

    fiscal_year: int
    public: bytes
    signs: bool  # False: replaced, only old codes bear it

    @property
    def key_id(self) -> bytes:
        return key_id(self.public)


class QrKeys:
    """The keys in one folder. Raises OSError or ValueError where a file is not what it should."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[int, Ed25519PrivateKey] = {}
        self._lock = threading.Lock()  # two sheets at once make one key, not two

    def private(self, year: int) -> Ed25519PrivateKey:
        """The year's key; made when it is first needed."""
        with self._lock:
            if year not in self._read:
                path = self._path(year)
                if not path.exists():
                    self.make(year)
                self._read[year] = _load(path)
            return self._read[year]

    def make(self, year: int) -> PublicKey:
        """A new key for a year. One that is there stays as a public half and signs no more."""
        path = self._path(year)
        key = Ed25519PrivateKey.generate()
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        _write(fresh, _pem(key), 0o600)
        if path.exists():
            old = _load(path).public_key().public_bytes_raw()
            _write(self._folder / f"qr-{year}-{key_id(old).hex()}.pub", old.hex().encode(), 0o644)
        fresh.replace(path)
        self._read.pop(year, None)
        return PublicKey(year, key.public_key().public_bytes_raw(), signs=True)

    def public_keys(self) -> list[PublicKey]:
        """Every key that ever signed, by year; the one that signs now first within its year."""
        found = []
        for path in self._folder.glob("qr-*"):
            private, public = _PRIVATE.fullmatch(path.name), _PUBLIC.fullmatch(path.name)
            if private:
                raw = _load(path).public_key().public_bytes_raw()
                found.append(PublicKey(int(private[1]), raw, signs=True))
            elif public:
                raw = bytes.fromhex(path.read_text("ascii").strip())
                found.append(PublicKey(int(public[1]), raw, signs=False))
        return sorted(found, key=lambda key: (key.fiscal_year, not key.signs, key.public))

    def _path(self, year: int) -> Path:
        return self._folder / f"qr-{year}.pem"


def by_key_id(keys: list[PublicKey]) -> Mapping[bytes, PublicKey]:
    return {key.key_id: key for key in keys}


def signer(maker: CertificateMaker, keys: QrKeys) -> Callable[[CertificateContent, str, date], str]:
    """``code(content, number, day)``: the signed code's text, empty where the form has none.

    Ed25519 has no random number (RFC 8032, 5.1.6): the same sheet has the same code again. The
    function raises ValueError when the form's items do not fit the code.
    """

    def code(content: CertificateContent, number: str, day: date) -> str:
        claims = maker.claims(content, number, day)
        if claims is None:
            return ""
        key = keys.private(fiscal_year(day))
        name = key_id(key.public_key().public_bytes_raw())
        raw = payload(claims)
        return code_text(name, raw, key.sign(to_be_signed(name, raw)))

    return code


def _load(path: Path) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path}: not an Ed25519 key")
    return key


def _pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, raw: bytes, mode: int) -> None:
    """On the disk before anything is signed with it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
