"""One contract for every card reader: PC/SC with a virtual card, the simulator, and the fake."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.domain.card import (
    CardFault,
    CardRefusal,
    CardSeen,
    FelicaCard,
    NoCard,
    NoReader,
    OtherCard,
    PivCard,
    PivKey,
)
from kiosk.domain.ports import CardReader
from kiosk.ledger_client.signing import card_signature_is_good

#: A hand, a driver that looks every 0.4 s, and a machine under load.
WAIT_S = 20.0
MESSAGE = b"daicho-kiosk\x00terminal-1\x00nonce"


@dataclass
class ReaderRig:
    """Hands on one reader. ``pin`` is the PIV card's, ``idm`` the FeliCa card's."""

    reader: CardReader
    insert: Callable[[str], None]  # felica, piv, other
    remove: Callable[[], None]
    idm: bytes
    pin: str
    public_key: bytes

    def until(self, kind: type[CardSeen]) -> CardSeen:  # type: ignore[type-arg]
        """What is seen, as soon as it is of that kind."""
        end = time.monotonic() + WAIT_S
        while not isinstance(seen := self.reader.look(), kind):
            assert time.monotonic() < end, f"{kind} does not come: {seen}"
            time.sleep(0.02)
        return seen

    def piv(self) -> PivCard:
        self.insert("piv")
        card = self.until(PivCard)
        assert isinstance(card, PivCard)
        return card

    def key(self, card: PivCard) -> PivKey:
        key = self.reader.piv_key(card)
        assert isinstance(key, PivKey), key
        return key


def fault(answer: object) -> CardFault:
    assert isinstance(answer, CardRefusal), answer
    return answer.fault


class CardReaderContract:
    def test_nothing_then_a_card_then_nothing(self, rig: ReaderRig) -> None:
        rig.until(NoCard)
        rig.insert("felica")
        card = rig.until(FelicaCard)
        assert isinstance(card, FelicaCard)
        assert card.idm == rig.idm
        assert rig.reader.look() == card
        rig.remove()
        rig.until(NoCard)

    def test_the_same_card_again_is_another_insertion(self, rig: ReaderRig) -> None:
        seen = []
        for _ in range(3):
            rig.insert("felica")
            seen.append(rig.until(FelicaCard))
            rig.remove()
            rig.until(NoCard)
        assert len(set(seen)) == 3

    def test_its_number_stands_in_no_text(self, rig: ReaderRig) -> None:
        rig.insert("felica")
        assert rig.idm.hex() not in repr(rig.until(FelicaCard))
        assert repr(rig.idm)[2:-1] not in repr(rig.reader.look())

    def test_another_card_is_another_card(self, rig: ReaderRig) -> None:
        rig.insert("other")
        rig.until(OtherCard)
        time.sleep(0.1)
        assert isinstance(rig.reader.look(), OtherCard)

    def test_a_piv_card_signs_after_its_pin(self, rig: ReaderRig) -> None:
        card = rig.piv()
        key = rig.key(card)
        assert key.public_key == rig.public_key
        signature = rig.reader.sign(card, key, rig.pin, MESSAGE)
        assert isinstance(signature, bytes)
        assert card_signature_is_good(rig.public_key, MESSAGE, signature)
        assert not card_signature_is_good(rig.public_key, MESSAGE + b"!", signature)
        assert rig.reader.look() == card, "signing is no coming and going"

    def test_what_cannot_be_a_pin_costs_no_try(self, rig: ReaderRig) -> None:
        card = rig.piv()
        key = rig.key(card)
        for pin in ("", "12345", "123456789", "12345a", "１２３４５６"):
            assert fault(rig.reader.sign(card, key, pin, MESSAGE)) is CardFault.PIN_SHAPE
        assert fault(rig.reader.sign(card, key, "000000", MESSAGE)) is CardFault.PIN_WRONG

    def test_wrong_pins_warn_and_block_and_a_right_one_starts_anew(self, rig: ReaderRig) -> None:
        card = rig.piv()
        key = rig.key(card)

        def tried(pin: str) -> CardFault:
            return fault(rig.reader.sign(card, key, pin, MESSAGE))

        assert [tried("000000"), tried("000000")] == [CardFault.PIN_WRONG, CardFault.PIN_LAST]
        assert isinstance(rig.reader.sign(card, key, rig.pin, MESSAGE), bytes)
        assert [tried("000000") for _ in range(3)] == [
            CardFault.PIN_WRONG, CardFault.PIN_LAST, CardFault.PIN_BLOCKED,
        ]  # fmt: skip
        assert tried(rig.pin) is CardFault.PIN_BLOCKED

    def test_a_card_that_went_does_nothing_any_more(self, rig: ReaderRig) -> None:
        card = rig.piv()
        key = rig.key(card)
        rig.remove()
        rig.until(NoCard)
        assert fault(rig.reader.piv_key(card)) is CardFault.GONE
        assert fault(rig.reader.sign(card, key, rig.pin, MESSAGE)) is CardFault.GONE
        again = rig.piv()
        assert again != card
        assert fault(rig.reader.sign(card, key, rig.pin, MESSAGE)) is CardFault.GONE
        assert isinstance(rig.reader.sign(again, key, rig.pin, MESSAGE), bytes)


class PluggableContract:
    """Where a test can pull the reader itself."""

    def test_a_reader_that_is_pulled_is_none(
        self, rig: ReaderRig, unplug: Callable[[], None], plug: Callable[[], None]
    ) -> None:
        rig.insert("felica")
        rig.until(FelicaCard)
        unplug()
        rig.until(NoReader)
        plug()
        rig.until(NoCard)
        rig.insert("felica")
        rig.until(FelicaCard)
