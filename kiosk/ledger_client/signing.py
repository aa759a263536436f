"""Who a terminal is: an Ed25519 key that never leaves it, and a signature under each request.

HTTP Message Signatures, RFC 9421; the body is bound by Content-Digest, RFC 9530.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

from kiosk.ledger_client.wire import SIGNATURE_TAG, SIGNED_COMPONENTS


@dataclass(slots=True)
class SignedMessage:
    """A request as the signature sees it. ``url`` is absolute; ``headers`` are added to."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> Any:  # noqa: ARG002 - there is one key
        return self._key

    def resolve_public_key(self, key_id: str) -> Any:  # noqa: ARG002 - there is one key
        return self._key.public_key()


class TerminalKey:
    """A terminal's name and private key."""

    def __init__(self, terminal: str, key: Ed25519PrivateKey) -> None:
        self.terminal = terminal
        self._key = key
        self._signer = HTTPMessageSigner(
            signature_algorithm=algorithms.ED25519, key_resolver=_OneKey(key)
        )

    @classmethod
    def load(cls, terminal: str, path: Path) -> TerminalKey:
        """Read a PEM key file. Raises OSError or ValueError."""
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"{path}: not an Ed25519 key")
        return cls(terminal, key)

    @classmethod
    def make(cls, terminal: str, path: Path) -> TerminalKey:
        """A new key in a file of its own, for its owner only. Raises FileExistsError."""
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
        return cls(terminal, key)

    def public_bytes(self) -> bytes:
        """The 32 bytes that the server registers."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: SignedMessage, body: bytes, now: datetime | None = None) -> None:
        """Add Content-Digest, Signature-Input and Signature to ``message``'s headers."""
        self._signer.sign(
            message,
            key_id=self.terminal,
            created=now or datetime.now(UTC),
            nonce=secrets.token_urlsafe(18),
            tag=SIGNATURE_TAG,
            covered_component_ids=SIGNED_COMPONENTS,
            body=body,
        )


# --- staff's cards ------------------------------------------------------------------------------

#: SP 800-78-4 section 3.1, table 3-1: keys of PIV cards that this product takes.
CARD_RSA_BITS = 2048


def card_key_is_known(public_key: bytes) -> bool:
    """Whether a SubjectPublicKeyInfo (DER) is of a kind that a card may sign with."""
    return _card_key(public_key) is not None


def _card_key(public_key: bytes) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey | None:
    try:
        key = serialization.load_der_public_key(public_key)
    except (ValueError, UnsupportedAlgorithm):
        return None
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key if isinstance(key.curve, ec.SECP256R1) else None
    if isinstance(key, rsa.RSAPublicKey):
        return key if key.key_size == CARD_RSA_BITS else None
    return None


def card_signature_is_good(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """ECDSA P-256 (DER) or RSASSA-PKCS1-v1_5, both with SHA-256. False for whatever is wrong."""
    key = _card_key(public_key)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    return True
