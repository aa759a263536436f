"""A reader and two cards that exist only in this program, for a person to play with.

The FeliCa card has a number that nobody's card has; the PIV card holds a P-256 key of its own, made
at the start or read from a file, and counts wrong PINs as a real one does.
"""

from __future__ import annotations

import threading
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from kiosk.cards.piv import ECC_P256, good_pin
from kiosk.domain.card import (
    CardFault,
    CardRefusal,
    CardSeen,
    FelicaCard,
    NoCard,
    NoReader,
    NoReaderReason,
    OtherCard,
    PivCard,
    PivKey,
)

DRIVER = "simulated"
#: Spells 見本 (MIHON) in ASCII.
SAMPLE_IDM = b"MIHON\x00\x00\x01"
#: The simulated PIV card's own PIN: an exercise, no secret.
SAMPLE_PIN = "246802"
PIN_TRIES = 3
SLOT = 0x9A

KINDS = ("felica", "piv", "other")


def load_key(path: Path | None) -> ec.EllipticCurvePrivateKey:
    """The card's key. Raises OSError or ValueError."""
    if path is None:
        return ec.generate_private_key(ec.SECP256R1())
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError(f"{path}: not a P-256 key")
    return key


class SimulatedReader:
    """``ports.CardReader``. ``insert``, ``remove`` and ``plug`` are a person's hands."""

    def __init__(self, key: ec.EllipticCurvePrivateKey | None = None) -> None:
        self._lock = threading.Lock()
        self._key = key or load_key(None)
        self._plugged, self._kind, self._insertions = True, "", 0
        self._tries = PIN_TRIES

    # --- hands --------------------------------------------------------------------------------

    def insert(self, kind: str) -> None:
        """Lay a card on the reader: ``felica``, ``piv`` or ``other``. Raises ValueError."""
        if kind not in KINDS:
            raise ValueError(kind)
        with self._lock:
            self._kind, self._insertions = kind, self._insertions + 1

    def remove(self) -> None:
        with self._lock:
            self._kind = ""

    def plug(self, plugged: bool) -> None:
        """Pull the reader's cable, with whatever lies on it, or put it back empty."""
        with self._lock:
            self._plugged, self._kind = plugged, ""

    def new_card(self) -> None:
        """The PIV card counts its PIN's tries from the beginning again."""
        with self._lock:
            self._tries = PIN_TRIES

    @property
    def tries(self) -> int:
        return self._tries

    # --- the port -----------------------------------------------------------------------------

    def look(self) -> CardSeen:
        with self._lock:
            return self._look()

    def _look(self) -> CardSeen:
        if not self._plugged:
            return NoReader(NoReaderReason.READER)
        if self._kind == "felica":
            return FelicaCard(self._insertions, SAMPLE_IDM)
        if self._kind == "piv":
            return PivCard(self._insertions)
        return OtherCard(self._insertions) if self._kind else NoCard()

    def piv_key(self, card: PivCard) -> PivKey | CardRefusal:
        with self._lock:
            if self._look() != card:
                return CardRefusal(CardFault.GONE)
            public = self._key.public_key()
            der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            return PivKey(SLOT, ECC_P256, der)

    def sign(self, card: PivCard, key: PivKey, pin: str, message: bytes) -> bytes | CardRefusal:  # noqa: ARG002 - it has one key
        with self._lock:
            if self._look() != card:
                return CardRefusal(CardFault.GONE)
            return self._verify(pin) or self._key.sign(message, ec.ECDSA(hashes.SHA256()))

    def _verify(self, pin: str) -> CardRefusal | None:
        if not good_pin(pin):
            return CardRefusal(CardFault.PIN_SHAPE)
        if self._tries and pin == SAMPLE_PIN:
            self._tries = PIN_TRIES
            return None
        self._tries = max(0, self._tries - 1)
        said = {0: CardFault.PIN_BLOCKED, 1: CardFault.PIN_LAST}
        return CardRefusal(said.get(self._tries, CardFault.PIN_WRONG))

    def close(self) -> None:
        """Nothing is held."""
