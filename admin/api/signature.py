"""Checking who calls: RFC 9421 signatures of registered terminals, each good once.

A signature is refused when it is older than a minute, was made before this server started (its
nonce may have been used before a restart), repeats a nonce, or does not cover what it must.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from admin.db.engine import Database
from admin.db.issue_tables import Terminal
from kiosk.ledger_client.wire import SIGNATURE_MAX_AGE, SIGNATURE_TAG, SIGNED_COMPONENTS

#: A nonce is remembered for twice the age that a signature may have.
NONCE_LIFE = 2 * SIGNATURE_MAX_AGE
#: Seconds a terminal's clock may run ahead of ours.
SKEW = 5


@dataclass(slots=True)
class _Message:
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, database: Database) -> None:
        self._database = database

    def resolve_private_key(self, key_id: str) -> Any:
        raise NotImplementedError(key_id)

    def resolve_public_key(self, key_id: str) -> Any:
        with self._database.read() as session:
            row = session.get(Terminal, key_id)
            public_key = None if row is None else row.public_key
        if public_key is None:
            raise InvalidSignature("unknown key")
        return Ed25519PublicKey.from_public_bytes(public_key)


class Nonces:
    """Nonces seen lately. In memory: signatures older than this process are refused anyway."""

    def __init__(self) -> None:
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, nonce: str) -> bool:
        """True the first time."""
        now = time.monotonic()
        with self._lock:
            for old in [n for n, until in self._seen.items() if until < now]:
                del self._seen[old]
            if nonce in self._seen:
                return False
            self._seen[nonce] = now + NONCE_LIFE
            return True


class SignatureCheck:
    """Answers the terminal's id, or a code that says why not."""

    def __init__(self, database: Database, started_at: datetime) -> None:
        self._nonces = Nonces()
        self._started = int(started_at.timestamp())
        self._verifier = HTTPMessageVerifier(
            signature_algorithm=algorithms.ED25519, key_resolver=_Keys(database)
        )

    def whose(
        self, method: str, url: str, headers: dict[str, str], body: bytes
    ) -> tuple[str | None, str]:
        """``(terminal, "")`` or ``(None, code)``."""
        try:
            results = self._verifier.verify(
                _Message(method, url, headers),
                max_age=timedelta(seconds=SIGNATURE_MAX_AGE),
                expect_tag=SIGNATURE_TAG,
                require_components=SIGNED_COMPONENTS,
                body=body,
            )
        except (InvalidSignature, HTTPMessageSignaturesException, ValueError, KeyError):
            return None, self._age_code(headers)
        if len(results) != 1 or results[0].body is None:
            return None, "signature"
        said = results[0].parameters
        created, nonce, terminal = said.get("created"), results[0].nonce, said.get("keyid")
        if not isinstance(created, int) or not nonce or not isinstance(terminal, str):
            return None, "signature"
        now = int(datetime.now(UTC).timestamp())
        if created > now + SKEW:
            return None, "signature_age"
        if created < self._started:
            return None, "signature_old_server"
        if not self._nonces.take(f"{terminal}|{nonce}"):
            return None, "signature_replay"
        return terminal, ""

    @staticmethod
    def _age_code(headers: dict[str, str]) -> str:
        """A wrong clock is worth its own code: staff can mend it."""
        said = headers.get("signature-input", "")
        _, found, rest = said.partition(";created=")
        digits = rest.partition(";")[0]
        if found and digits.isascii() and digits.isdigit() and len(digits) < 12:
            age = datetime.now(UTC).timestamp() - int(digits)
            if not -SKEW <= age <= SIGNATURE_MAX_AGE:
                return "signature_age"
        return "signature"
