"""A PIV card for the virtual reader, written from NIST SP 800-73-4 and nothing of the product.

SELECT, GET DATA, VERIFY and GENERAL AUTHENTICATE; command chaining, 61xx with GET RESPONSE, 6Cxx.
"""

from __future__ import annotations

import gzip
import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils

from tests.fakes.soft_key import SoftKey
from tests.integration.cards.virtual_card import PIV_ATR

AID = bytes.fromhex("a000000308000010000100")
OBJECTS = {0x9A: "5fc105", 0x9E: "5fc101"}
OK, NOT_FOUND, NOT_ALLOWED = b"\x90\x00", b"\x6a\x82", b"\x69\x82"
WRONG_DATA, NO_INS, BLOCKED = b"\x6a\x80", b"\x6d\x00", b"\x69\x83"


def tlv(tag: bytes, value: bytes) -> bytes:
    """SIMPLE as the standard's own examples: one, two or three bytes of length."""
    size = len(value)
    if size < 0x80:
        return tag + bytes([size]) + value
    if size < 0x100:
        return tag + b"\x81" + bytes([size]) + value
    return tag + b"\x82" + size.to_bytes(2, "big") + value


def inside(data: bytes, tag: int) -> bytes:
    """The value of ``tag`` at the beginning of ``data`` or behind its neighbours; "" if absent."""
    while data:
        here, size, start = data[0], data[1], 2
        if size > 0x80:
            start = 2 + (size & 0x7F)
            size = int.from_bytes(data[2:start], "big")
        if here == tag:
            return data[start : start + size]
        data = data[start + size :]
    return b""


class PivApplet:
    """``keys`` by slot. ``tries`` counts down with each wrong PIN; zero is blocked for good."""

    def __init__(
        self, keys: dict[int, SoftKey], pin: str = "314159", *, zipped: bool = False,
        piece: int = 256, tries: int = 3,
    ) -> None:  # fmt: skip
        self.atr = PIV_ATR
        self.keys, self.pin, self.tries, self.most = keys, pin, tries, tries
        self.piece = piece  # bytes of an answer that go out at once
        self.seen: list[bytes] = []  # every APDU
        self.selected = self.verified = False
        self._chained, self._rest = b"", b""
        self._certificates = {
            slot: self._container(key, zipped) for slot, key in keys.items()
        }  # fmt: skip

    @staticmethod
    def _container(key: SoftKey, zipped: bool) -> bytes:
        der = key.certificate_der()
        held = gzip.compress(der) if zipped else der
        info = b"\x01" if zipped else b"\x00"
        return tlv(b"\x53", tlv(b"\x70", held) + tlv(b"\x71", info) + tlv(b"\xfe", b""))

    def reset(self) -> None:
        self.selected = self.verified = False
        self._chained, self._rest = b"", b""

    def answer(self, apdu: bytes) -> bytes:
        self.seen.append(apdu)
        cla, ins, p1, p2 = apdu[:4]
        data = apdu[5 : 5 + apdu[4]] if len(apdu) > 5 else b""
        if ins == 0xC0:
            return self._piece()
        if cla & 0x10:
            self._chained += data
            return OK
        data, self._chained = self._chained + data, b""
        if ins == 0xA4:
            return self._select(data)
        if not self.selected:
            return NOT_FOUND if ins != 0xCA else NO_INS
        if ins == 0xCB:
            return self._get_data(data)
        if ins == 0x20:
            return self._verify(p2, data)
        if ins == 0x87:
            return self._authenticate(p1, p2, data)
        return NO_INS

    # --- commands -----------------------------------------------------------------------------

    def _select(self, aid: bytes) -> bytes:
        self.selected = len(aid) >= 9 and AID.startswith(aid)
        if not self.selected:
            return NOT_FOUND
        template = tlv(b"\x4f", AID[5:]) + tlv(b"\x79", tlv(b"\x4f", AID[:5]))
        return self._said(tlv(b"\x61", template))

    def _get_data(self, data: bytes) -> bytes:
        wanted = inside(data, 0x5C).hex()
        for slot, container in self._certificates.items():
            if OBJECTS[slot] == wanted:
                return self._said(container)
        return NOT_FOUND

    def _verify(self, reference: int, data: bytes) -> bytes:
        if reference != 0x80 or len(data) != 8:
            return WRONG_DATA
        if self.tries == 0:
            return BLOCKED
        if data.rstrip(b"\xff") == self.pin.encode():
            self.tries, self.verified = self.most, True
            return OK
        self.tries, self.verified = self.tries - 1, False
        return bytes([0x63, 0xC0 | self.tries])

    def _authenticate(self, algorithm: int, slot: int, data: bytes) -> bytes:
        key = self.keys.get(slot)
        template = inside(data, 0x7C)
        challenge = inside(template, 0x81)
        if key is None or not challenge:
            return WRONG_DATA
        if slot == 0x9A and not self.verified:
            return NOT_ALLOWED
        signature = _signed(key, algorithm, challenge)
        return self._said(tlv(b"\x7c", tlv(b"\x82", signature))) if signature else WRONG_DATA

    # --- long answers -------------------------------------------------------------------------

    def _said(self, data: bytes) -> bytes:
        self._rest = data
        return self._piece()

    def _piece(self) -> bytes:
        part, self._rest = self._rest[: self.piece], self._rest[self.piece :]
        if not self._rest:
            return part + OK
        return part + bytes([0x61, min(len(self._rest), self.piece) & 0xFF])


def _signed(key: SoftKey, algorithm: int, challenge: bytes) -> bytes:
    """The raw operation of the key: the card does not know what it signs."""
    if isinstance(key.key, rsa.RSAPrivateKey):
        numbers = key.key.private_numbers()
        modulus = numbers.public_numbers.n
        if algorithm != 0x07 or len(challenge) != 256:
            return b""
        return pow(int.from_bytes(challenge, "big"), numbers.d, modulus).to_bytes(256, "big")
    if algorithm != 0x11 or len(challenge) != hashlib.sha256().digest_size:
        return b""
    return key.key.sign(challenge, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
