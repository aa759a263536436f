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

from cryptography.hazmat.primitives import serialization
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
