"""The reader behind PC/SC: pcscd and pyscard's plain functions (``smartcard.scard``).

Two contexts, because a context serves one call at a time: one watches, one talks to the card. A
service that goes away is asked for anew at the next look. Nothing here logs what a card says.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from smartcard import scard

from kiosk.cards import felica, piv
from kiosk.cards.apdu import CardGoneError, Transmit, without_le
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

log = logging.getLogger("kiosk.cards.pcsc")

DRIVER = "pcsc"
#: A card that has just been laid down may fail to answer at first; then it is what it is.
IDENTIFY_TRIES = 4
_PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a card lies. ``count`` is the service's counter of comings and goings there."""

    reader: str
    count: int
    atr: bytes


class PcscReader:
    """``ports.CardReader``. ``name`` is part of the reader's name; empty takes any reader."""

    def __init__(self, name: str = "") -> None:
        self._name = name
        self._watching, self._talking = threading.RLock(), threading.Lock()
        self._watch: int | None = None
        self._talk: int | None = None
        self._place: _Place | None = None
        self._seen: CardSeen = NoCard()
        self._tries = 0
        self._insertions = 0

    # --- the port -----------------------------------------------------------------------------

    def look(self) -> CardSeen:
        with self._watching:
            readers = self._readers()
            if isinstance(readers, NoReader):
                self._place = None
                return readers
            place = self._card_place(readers)
            if not isinstance(place, _Place):
                self._place = None
                return place
            return self._known(place)

    def piv_key(self, card: PivCard) -> PivKey | CardRefusal:
        return self._with_piv(card, piv.read_key)

    def sign(self, card: PivCard, key: PivKey, pin: str, message: bytes) -> bytes | CardRefusal:
        if not piv.good_pin(pin):
            return CardRefusal(CardFault.PIN_SHAPE)

        def signed(transmit: Transmit) -> bytes | CardRefusal:
            return piv.verify_pin(transmit, pin) or piv.sign(transmit, key, message)

        return self._with_piv(card, signed)

    def close(self) -> None:
        with self._watching, self._talking:
            for context in (self._watch, self._talk):
                if context is not None:
                    scard.SCardReleaseContext(context)
            self._watch = self._talk = None

    # --- watching -----------------------------------------------------------------------------

    def _readers(self) -> list[str] | NoReader:
        for _ in range(2):  # a context of a service that was restarted fails once
            if self._watch is None:
                self._watch = _context()
            if self._watch is None:
                return NoReader(NoReaderReason.SERVICE)
            code, names = scard.SCardListReaders(self._watch, [])
            if code == scard.SCARD_S_SUCCESS:
                readers = [name for name in names if self._name in name]
                return readers or NoReader(NoReaderReason.READER)
            if code == scard.SCARD_E_NO_READERS_AVAILABLE:
                return NoReader(NoReaderReason.READER)
            self._drop_watch()
        return NoReader(NoReaderReason.SERVICE)

    def _drop_watch(self) -> None:
        if self._watch is not None:
            scard.SCardReleaseContext(self._watch)
            self._watch = None

    def _card_place(self, readers: list[str]) -> _Place | NoCard | NoReader:
        asked = [(name, scard.SCARD_STATE_UNAWARE) for name in readers]
        code, states = scard.SCardGetStatusChange(self._watch, 0, asked)
        if code == scard.SCARD_E_UNKNOWN_READER:
            return NoReader(NoReaderReason.READER)
        if code not in (scard.SCARD_S_SUCCESS, scard.SCARD_E_TIMEOUT):
            self._drop_watch()
            return NoReader(NoReaderReason.SERVICE)
        for name, state, atr in states:
            if state & scard.SCARD_STATE_PRESENT:
                return _Place(name, state >> 16, bytes(atr))
        return NoCard()

    def _known(self, place: _Place) -> CardSeen:
        """What lies there; asked once for each coming, and again while it does not answer."""
        if place != self._place:
            self._insertions += 1
            self._place, self._tries = place, 0
            self._seen = OtherCard(self._insertions)
        if isinstance(self._seen, OtherCard) and self._tries < IDENTIFY_TRIES:
            self._tries += 1
            self._seen = self._identified(place, self._insertions)
            log.info("card %s try=%d", type(self._seen).__name__, self._tries)
        return self._seen

    def _identified(self, place: _Place, insertion: int) -> CardSeen:
        def ask(transmit: Transmit) -> CardSeen:
            if not felica.is_felica(place.atr) and piv.select(transmit):
                return PivCard(insertion)
            idm = felica.read_idm(transmit) if felica.may_be_felica(place.atr) else None
            return FelicaCard(insertion, idm) if idm else OtherCard(insertion)

        seen = self._talked(place.reader, ask)
        return OtherCard(insertion) if isinstance(seen, CardRefusal) else seen

    # --- talking ------------------------------------------------------------------------------

    def _with_piv(
        self, card: PivCard, ask: Callable[[Transmit], Result | CardRefusal]
    ) -> Result | CardRefusal:
        with self._watching:
            place = self._place if self.look() == card else None
        if place is None:
            return CardRefusal(CardFault.GONE)

        def asked(transmit: Transmit) -> Result | CardRefusal:
            # Another program may have chosen another application of the card meanwhile.
            return ask(transmit) if piv.select(transmit) else CardRefusal(CardFault.GONE)

        return self._talked(place.reader, asked)

    def _talked(self, reader: str, ask: Callable[[Transmit], Result]) -> Result | CardRefusal:
        with self._talking:
            try:
                with self._connected(reader) as transmit:
                    return ask(transmit)
            except CardGoneError:
                return CardRefusal(CardFault.GONE)

    @contextmanager
    def _connected(self, reader: str) -> Iterator[Transmit]:
        """A connection that nobody else comes between. The card is reset at the end of it, and so
        forgets the PIN that it was given."""
        handle, protocol = self._connect(reader)
        try:
            if scard.SCardBeginTransaction(handle) != scard.SCARD_S_SUCCESS:
                raise CardGoneError
            header = scard.SCARD_PCI_T0
            if protocol == scard.SCARD_PROTOCOL_T1:
                header = scard.SCARD_PCI_T1

            def transmit(apdu: bytes) -> bytes:
                if header == scard.SCARD_PCI_T0:
                    apdu = without_le(apdu)
                code, answer = scard.SCardTransmit(handle, header, list(apdu))
                if code != scard.SCARD_S_SUCCESS:
                    raise CardGoneError
                return bytes(answer)

            yield transmit
        finally:
            scard.SCardEndTransaction(handle, scard.SCARD_RESET_CARD)
            scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)

    def _connect(self, reader: str) -> tuple[int, int]:
        for _ in range(2):
            if self._talk is None:
                self._talk = _context()
            if self._talk is None:
                raise CardGoneError
            code, handle, protocol = scard.SCardConnect(
                self._talk, reader, scard.SCARD_SHARE_SHARED, _PROTOCOLS
            )
            if code == scard.SCARD_S_SUCCESS:
                return handle, protocol
            scard.SCardReleaseContext(self._talk)
            self._talk = None
        raise CardGoneError


def _context() -> int | None:
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    return int(context) if code == scard.SCARD_S_SUCCESS else None
