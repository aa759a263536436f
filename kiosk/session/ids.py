"""Identifiers that the pure machine can make: derived from a seed that was random once.

The machine must not draw random numbers, and an idempotency key must be made once. So the session
carries a secret seed (``new_seed``, once per process) and a counter; every id is a hash of both.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import replace

from kiosk.session.state import Session


def new_seed() -> str:
    """256 random bits; two processes never make the same id."""
    return secrets.token_hex(32)


def derived_id(session: Session, kind: str) -> tuple[Session, str]:
    """The session with its counter raised, and a UUID that nothing else will have."""
    serial = session.serial + 1
    digest = hashlib.sha256(f"{session.seed}|{kind}|{serial}".encode("ascii")).digest()
    return replace(session, serial=serial), str(uuid.UUID(bytes=digest[:16], version=4))
