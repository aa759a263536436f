"""A PIV card's commands: NIST SP 800-73-4 part 2, sections 3.1.1, 3.1.2, 3.2.1 and 3.2.4."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zlib

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kiosk.cards.apdu import MAX_ANSWER, Command, Transmit, exchange
from kiosk.cards.tlv import decode, encode
from kiosk.domain.card import CardFault, CardRefusal, PivKey

#: The application's identifier without its version (part 1 section 2.2).
AID = bytes.fromhex("a00000030800001000")
#: Keys in the order in which they are asked for, and their certificates (part 1 section 4).
#: 9A is used only after the PIN; 9E needs none of the card's own, so it comes second.
SLOTS: dict[int, int] = {0x9A: 0x5FC105, 0x9E: 0x5FC101}
#: SP 800-78-4 table 6-2.
RSA_2048, ECC_P256 = 0x07, 0x11
RSA_BYTES = 256
#: Part 2 section 2.4.3: six to eight digits, filled with FF to eight bytes.
_PIN = re.compile(r"[0-9]{6,8}")
PIN_BYTES = 8
_PIN_REFERENCE = 0x80

_BLOCKED = 0x6983
#: DigestInfo of SHA-256 before its 32 bytes: RFC 8017 section 9.2, note 1.
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def select(transmit: Transmit) -> bool:
    """Choose the PIV application; False when the card has none. Raises CardGoneError."""
    return exchange(transmit, Command(0xA4, 0x04, 0x00, AID, answers=True)).ok


def read_key(transmit: Transmit) -> PivKey | CardRefusal:
    """The first key of a kind that we know. Raises CardGoneError."""
    for slot, tag in SLOTS.items():
        wanted = encode(0x5C, tag.to_bytes(3, "big"))
        answer = exchange(transmit, Command(0xCB, 0x3F, 0xFF, wanted, answers=True))
        certificate = certificate_of(answer.data) if answer.ok else None
        key = _key_of(slot, certificate) if certificate else None
        if key is not None:
            return key
    return CardRefusal(CardFault.NO_KEY)


def certificate_of(container: bytes) -> bytes | None:
    """DER out of a certificate's data object (part 1 appendix A): tag 70, gzip if 71 says so."""
    try:
        inner = decode(decode(container)[0x53])
        certificate = inner[0x70]
        if inner.get(0x71, b"\x00")[:1] == b"\x01":
            certificate = gzip.GzipFile(fileobj=io.BytesIO(certificate)).read(MAX_ANSWER + 1)
    except (ValueError, KeyError, OSError, EOFError, zlib.error):
        return None
    return certificate if 0 < len(certificate) <= MAX_ANSWER else None


def _key_of(slot: int, certificate: bytes) -> PivKey | None:
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    public = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return PivKey(slot, ECC_P256, public, certificate)
    if isinstance(key, rsa.RSAPublicKey) and key.key_size == RSA_BYTES * 8:
        return PivKey(slot, RSA_2048, public, certificate)
    return None


def good_pin(pin: str) -> bool:
    """Whether it can be a PIN: what cannot is not sent, for the card would count it."""
    return _PIN.fullmatch(pin) is not None


def verify_pin(transmit: Transmit, pin: str) -> CardRefusal | None:
    """VERIFY. None when the card takes it. Raises CardGoneError."""
    if not good_pin(pin):
        return CardRefusal(CardFault.PIN_SHAPE)
    filled = pin.encode("ascii").ljust(PIN_BYTES, b"\xff")
    status = exchange(transmit, Command(0x20, 0x00, _PIN_REFERENCE, filled)).status
    return None if status == 0x9000 else pin_refusal(status)


def pin_refusal(status: int) -> CardRefusal:
    """What a VERIFY that failed means: 63Cx leaves x tries, 6983 leaves none."""
    if status == _BLOCKED or status == 0x63C0:
        return CardRefusal(CardFault.PIN_BLOCKED, status)
    if status == 0x63C1:
        return CardRefusal(CardFault.PIN_LAST, status)
    if status & 0xFFF0 == 0x63C0:
        return CardRefusal(CardFault.PIN_WRONG, status)
    return CardRefusal(CardFault.FAILED, status)


def sign(transmit: Transmit, key: PivKey, message: bytes) -> bytes | CardRefusal:
    """GENERAL AUTHENTICATE: a challenge in its template, tag 7C. Raises CardGoneError."""
    digest = hashlib.sha256(message).digest()
    challenge = digest if key.algorithm == ECC_P256 else _padded(digest)
    template = encode(0x7C, encode(0x82, b"") + encode(0x81, challenge))
    command = Command(0x87, key.algorithm, key.slot, template, answers=True)
    answer = exchange(transmit, command)
    if not answer.ok:
        return CardRefusal(CardFault.FAILED, answer.status)
    try:
        return decode(decode(answer.data)[0x7C])[0x82]
    except (ValueError, KeyError):
        return CardRefusal(CardFault.FAILED, answer.status)


def _padded(digest: bytes) -> bytes:
    """EMSA-PKCS1-v1_5, RFC 8017 section 9.2: the card itself only raises to a power."""
    info = _SHA256_INFO + digest
    return b"\x00\x01" + b"\xff" * (RSA_BYTES - 3 - len(info)) + b"\x00" + info
