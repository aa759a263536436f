"""A card reader that shows what its test lays on it, and remembers what was asked of its card."""

from __future__ import annotations

from dataclasses import dataclass, field

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
from tests.fakes.soft_key import SoftKey

IDM, PIN = bytes.fromhex("0123456789abcdef"), "314159"


@dataclass
class FakeReader:
    """``ports.CardReader``. ``pins`` are those that reached the PIV card, right or wrong."""

    key: SoftKey = field(default_factory=SoftKey.ec)
    pin: str = PIN
    tries: int = 3
    seen: CardSeen = field(default_factory=NoCard)
    pins: list[str] = field(default_factory=list)
    insertions: int = 0
    closed: bool = False

    def felica(self, idm: bytes = IDM) -> None:
        self.insertions += 1
        self.seen = FelicaCard(self.insertions, idm)

    def piv(self) -> None:
        self.insertions += 1
        self.seen = PivCard(self.insertions)

    def other(self) -> None:
        self.insertions += 1
        self.seen = OtherCard(self.insertions)

    def remove(self) -> None:
        self.seen = NoCard()

    def unplug(self) -> None:
        self.seen = NoReader(NoReaderReason.READER)

    # --- the port -----------------------------------------------------------------------------

    def look(self) -> CardSeen:
        return self.seen

    def piv_key(self, card: PivCard) -> PivKey | CardRefusal:
        if card != self.seen:
            return CardRefusal(CardFault.GONE)
        return PivKey(0x9A, 0x07 if self.key.name.startswith("rsa") else 0x11, self.key.public_key)

    def sign(self, card: PivCard, key: PivKey, pin: str, message: bytes) -> bytes | CardRefusal:
        if card != self.seen:
            return CardRefusal(CardFault.GONE)
        if not (6 <= len(pin) <= 8 and pin.isascii() and pin.isdecimal()):
            return CardRefusal(CardFault.PIN_SHAPE)
        self.pins.append(pin)
        if not self.tries or pin != self.pin:
            self.tries = max(0, self.tries - 1)
            left = {0: CardFault.PIN_BLOCKED, 1: CardFault.PIN_LAST}
            return CardRefusal(left.get(self.tries, CardFault.PIN_WRONG))
        self.tries = 3
        return self.key.sign(message)

    def close(self) -> None:
        self.closed = True
