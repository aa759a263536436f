"""What the signed QR code says: a COSE_Sign1 (RFC 9052) with Ed25519 (RFC 9053, 2.2), as letters.

The bytes have one spelling only: a reader that parses anything else is not ours. The text is
``D1`` and base32 without padding (RFC 4648, 6): capital letters and digits pass through any code
reader and any keyboard layout. Signing is the server's; here is all that needs no private key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.certificate import cbor
from kiosk.domain.graphemes import graphemes

PREFIX = "D1"
#: external_aad of the signature: a key's signature is good for this and for nothing else.
CONTEXT = b"daicho-kiosk certificate 1"
#: Bytes of the content's SHA-256 that the code carries: enough to bind, half the length.
CONTENT_BYTES = 16
KEY_ID_BYTES = 8
SIGNATURE_BYTES = 64
#: Characters of a repeated item, and their bytes (a rare one has four, a selector four more), so
#: that every code of a form fits the one size of QR code whatever an entry says.
FACT_LENGTH = 20
FACT_BYTES = 56
MOST_FACTS = 4
#: Bytes of the payload at most; what remains of the code's size is COSE and the signature.
MAX_PAYLOAD = 240

#: tag 18, array of 4, protected {1: -8 (EdDSA), 4: key id} as bytes, then an empty map.
_HEAD = bytes.fromhex("D2 84 4D A2 01 27 04 48")
_AFTER_KEY = bytes.fromhex("A0")
_SIGNATURE_HEAD = cbor.head(2, SIGNATURE_BYTES)
_NUMBER = re.compile(r"[1-9][0-9]{3}-[0-9]{6,9}")
_FORM = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Claims:
    """What the section signs. ``facts``: label and text of items, cut to FACT_LENGTH."""

    number: str
    issued_on: date
    content: bytes  # the first CONTENT_BYTES of the content's SHA-256
    form_id: str
    facts: tuple[tuple[str, str], ...]
    sample: bool


@dataclass(frozen=True, slots=True)
class SignedCode:
    """A code taken apart. Nothing in it is to be believed before ``verified``."""

    key_id: bytes
    payload: bytes
    signature: bytes
    claims: Claims


def key_id(public: bytes) -> bytes:
    """The name of a public key (32 bytes) in a code."""
    return hashlib.sha256(public).digest()[:KEY_ID_BYTES]


def cut(text: str) -> str:
    """An item's text as the code repeats it: one line, cut between two characters if too long."""
    flat = " ".join(text.split())
    if _fits(flat):
        return flat
    kept = ""
    for one in graphemes(flat):
        if not _fits(f"{kept}{one}…"):
            break
        kept += one
    return kept + "…"


def _fits(text: str) -> bool:
    return len(text) <= FACT_LENGTH and len(text.encode("utf-8")) <= FACT_BYTES


def largest_payload(form_id: str, labels: Sequence[str]) -> int:
    """Bytes of the payload of a form's longest code, whatever the entry and the number."""
    facts = tuple((label, "x" * FACT_BYTES) for label in labels)
    claims = Claims("9999-999999999", date.max, bytes(CONTENT_BYTES), form_id, facts, sample=True)
    return len(_payload(claims))


def payload(claims: Claims) -> bytes:
    """The bytes that are signed. Raises ValueError if the claims are not such as can be."""
    raw = _payload(claims)
    if len(raw) > MAX_PAYLOAD:
        raise ValueError(f"{len(raw)} bytes do not fit the code")
    _claims(raw)
    return raw


def _payload(claims: Claims) -> bytes:
    return cbor.dumps(
        {
            1: claims.number,
            2: claims.issued_on.isoformat(),
            3: claims.content,
            4: claims.form_id,
            5: [[label, text] for label, text in claims.facts],
            6: claims.sample,
        }
    )


def to_be_signed(key: bytes, raw: bytes) -> bytes:
    """The Sig_structure of RFC 9052, 4.4."""
    protected = _HEAD[3:] + key
    return cbor.dumps(["Signature1", protected, CONTEXT, raw])


def code_text(key: bytes, raw: bytes, signature: bytes) -> str:
    """The letters of the QR code."""
    whole = b"".join(
        (_HEAD, key, _AFTER_KEY, cbor.head(2, len(raw)), raw, _SIGNATURE_HEAD, signature)
    )
    return PREFIX + base64.b32encode(whole).decode("ascii").rstrip("=")


def read_code(text: str) -> SignedCode:
    """The code taken apart, not verified. Raises ValueError for any other spelling."""
    whole = _bytes(text)
    if not whole.startswith(_HEAD):
        raise ValueError("no code of this program")
    key, rest = whole[len(_HEAD) : len(_HEAD) + KEY_ID_BYTES], whole[len(_HEAD) + KEY_ID_BYTES :]
    body, signature = rest[: -SIGNATURE_BYTES - 2], rest[-SIGNATURE_BYTES:]
    if not rest.startswith(_AFTER_KEY) or rest[len(body) :] != _SIGNATURE_HEAD + signature:
        raise ValueError("not the parts of a code")
    raw = cbor.loads(body[1:])
    if not isinstance(raw, bytes) or len(raw) > MAX_PAYLOAD:
        raise ValueError("no payload")
    return SignedCode(key, raw, signature, _claims(raw))


def verified(code: SignedCode, keys: Mapping[bytes, bytes]) -> bool:
    """Whether one of the public keys (by key id) made the signature over just these claims."""
    public = keys.get(code.key_id)
    if public is None or key_id(public) != code.key_id:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            code.signature, to_be_signed(code.key_id, code.payload)
        )
    except InvalidSignature:
        return False
    return True


def _bytes(text: str) -> bytes:
    if not re.fullmatch(PREFIX + "[A-Z2-7]+", text):
        raise ValueError("other characters than a code's")
    letters = text[len(PREFIX) :]
    try:
        whole = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except binascii.Error as error:
        raise ValueError("not base32") from error
    if base64.b32encode(whole).decode("ascii").rstrip("=") != letters:
        raise ValueError("another spelling of the same bytes")
    return whole


def _claims(raw: bytes) -> Claims:
    said = cbor.loads(raw)
    if not isinstance(said, dict) or list(said) != [1, 2, 3, 4, 5, 6]:
        raise ValueError("other claims")
    number, day, content, form_id, facts, sample = said.values()
    if not isinstance(number, str) or not _NUMBER.fullmatch(number):
        raise ValueError("no number")
    if not isinstance(day, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
        raise ValueError("no day")
    if not isinstance(content, bytes) or len(content) != CONTENT_BYTES:
        raise ValueError("no content")
    if not isinstance(form_id, str) or not _FORM.fullmatch(form_id):
        raise ValueError("no form")
    if not isinstance(sample, bool):
        raise ValueError("sample or not is not said")
    return Claims(number, date.fromisoformat(day), content, form_id, _facts(facts), sample)


def _facts(said: cbor.Value) -> tuple[tuple[str, str], ...]:
    if not isinstance(said, list) or not 1 <= len(said) <= MOST_FACTS:
        raise ValueError("no facts")
    facts = []
    for pair in said:
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError("no pair")
        label, text = pair
        if not isinstance(label, str) or not isinstance(text, str):
            raise ValueError("no words")
        if any(unicodedata.category(char) in ("Cc", "Cs") for char in label + text):
            raise ValueError("control characters")
        facts.append((label, text))
    return tuple(facts)
