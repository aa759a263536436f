"""A key such as a PIV card holds, in software: its certificate, and what it signs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "見本 職員")])
BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class SoftKey:
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = field(repr=False)
    name: str = "ecc-p256"

    @classmethod
    def ec(cls) -> SoftKey:
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def rsa(cls, bits: int = 2048) -> SoftKey:
        return cls(rsa.generate_private_key(65537, bits), f"rsa-{bits}")

    def __str__(self) -> str:
        return self.name

    @property
    def public_key(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.public_key).hexdigest()

    def sign(self, message: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(message, ec.ECDSA(hashes.SHA256()))

    def certificate_der(self, begin: datetime = BEGIN, end: datetime = END) -> bytes:
        return self._certificate(begin, end).public_bytes(Encoding.DER)

    def certificate(self, begin: datetime = BEGIN, end: datetime = END) -> str:
        """PEM, self-signed."""
        return self._certificate(begin, end).public_bytes(Encoding.PEM).decode("ascii")

    def public_pem(self) -> str:
        said = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return said.decode("ascii")

    def private_pem(self) -> str:
        said = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return said.decode("ascii")

    def _certificate(self, begin: datetime, end: datetime) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(NAME).issuer_name(NAME).public_key(self.key.public_key())
            .serial_number(1).not_valid_before(begin).not_valid_after(end)
        )  # fmt: skip
        return builder.sign(self.key, hashes.SHA256())
