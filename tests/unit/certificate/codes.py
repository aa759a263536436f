"""A form with the signed code turned on, a key, and the text that the key signs for a sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.certificate.maker import CertificateMaker
from kiosk.certificate.signed_code import code_text, key_id, payload, to_be_signed
from kiosk.domain.certificate import DrawnCertificate
from kiosk.domain.ledger import LedgerEntry
from tests.unit.certificate.papers import DAY, ENTRY, NUMBER, changed_form, content, load, stamp

#: A key for tests only, the same in every run.
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
KEYS = {key_id(PUBLIC): PUBLIC}


def with_code(folder: Path, **changes: Any) -> CertificateMaker:
    terms = {"enabled": True, "items": ["confirmation.confirmation_no", "lot"]}
    return load(changed_form(folder, signed_code=terms | changes))


def signed(by: CertificateMaker, of: LedgerEntry = ENTRY, number: str = NUMBER) -> str:
    claims = by.claims(content(of, by), number, DAY)
    assert claims is not None
    raw = payload(claims)
    name = key_id(PUBLIC)
    return code_text(name, raw, KEY.sign(to_be_signed(name, raw)))


def sheet_with_code(by: CertificateMaker, of: LedgerEntry = ENTRY) -> DrawnCertificate:
    drawn = by.draw(content(of, by), stamp(by, code=signed(by, of)))
    assert isinstance(drawn, DrawnCertificate), drawn
    return drawn
