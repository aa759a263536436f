"""Cards that answer APDUs, and the hand that lays them into vpcd's virtual reader.

vpcd and its card talk over a stream: two bytes of length, then the message. One byte is a signal
(0 power off, 1 power on, 2 reset, 4 the ATR is wanted), anything longer is an APDU
(vsmartcard, ``vpcd.h``).
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

ATR_WANTED = 4
#: pcscd looks for cards every 0.4 s. One that is broken off in the middle of a talk and followed by
#: another before it looked is taken for the same, without power, for ever: no hand is that quick.
HAND_S = 1.2
#: What a reader says of a FeliCa card (PC/SC part 3, supplement): RID, standard 0x11.
FELICA_ATR = bytes.fromhex("3b8f8001804f0ca00000030611003b0000000042")
#: The same for an ISO 15693 tag (0x0B), whose number has eight bytes too.
VICINITY_ATR = bytes.fromhex("3b8f8001804f0ca0000003060b00140000000077")
#: A card of its own ATR, T=1.
PIV_ATR = bytes.fromhex("3b80800101")


class Card(Protocol):
    atr: bytes

    def answer(self, apdu: bytes) -> bytes: ...
    def reset(self) -> None: ...


class FelicaCard:
    """Answers FF CA 00 00 00 with its IDm, as readers do; knows no other command."""

    def __init__(self, idm: bytes, atr: bytes = FELICA_ATR) -> None:
        self.idm, self.atr = idm, atr

    def answer(self, apdu: bytes) -> bytes:
        if apdu[:4] == b"\xff\xca\x00\x00":
            return self.idm + b"\x90\x00"
        return b"\x6d\x00"

    def reset(self) -> None:
        """It keeps no state."""


class Hand:
    """Lays cards into the reader of a room (room.py) and takes them away."""

    def __init__(self, door: Path) -> None:
        self._door = door
        self._link: socket.socket | None = None
        self._lies = threading.Event()
        self._removed_at = float("-inf")
        self._thread: threading.Thread | None = None
        #: Called with each APDU before it is answered: to do something in the middle of a talk.
        self.before: Callable[[bytes], None] = lambda _apdu: None

    def insert(self, card: Card) -> None:
        assert not self._lies.is_set(), "one card at a time"
        time.sleep(max(0.0, self._removed_at + HAND_S - time.monotonic()))
        if self._thread is not None:
            self._thread.join(10)
        self._link = self._laid()
        self._lies.set()
        self._thread = threading.Thread(target=self._serve, args=(card,), daemon=True)
        self._thread.start()

    def _laid(self) -> socket.socket:
        link = socket.socket(socket.AF_UNIX)
        link.connect(str(self._door))
        return link

    def remove(self) -> None:
        if self._lies.is_set():
            self._removed_at = time.monotonic()
        self._lies.clear()
        link, self._link = self._link, None
        if link is not None:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.remove()
        if self._thread is not None:
            self._thread.join(10)

    def _serve(self, card: Card) -> None:
        """Until the card is taken away. vpcd drops a card that comes while it still clears up after
        the one before: it is laid down again."""
        while (link := self._link) is not None:
            with link, contextlib.suppress(OSError):
                while (message := _received(link)) is not None:
                    answer = self._answer(card, message)
                    if answer:
                        link.sendall(len(answer).to_bytes(2, "big") + answer)
            if not self._lies.is_set():
                return
            with contextlib.suppress(OSError):
                self._link = self._laid()
            time.sleep(0.05)

    def _answer(self, card: Card, message: bytes) -> bytes:
        if len(message) > 1:
            self.before(message)
            return card.answer(message)
        if message[0] == ATR_WANTED:
            return card.atr
        card.reset()
        return b""


def _received(link: socket.socket) -> bytes | None:
    head = _exactly(link, 2)
    return None if head is None else _exactly(link, int.from_bytes(head, "big"))


def _exactly(link: socket.socket, count: int) -> bytes | None:
    data = b""
    while len(data) < count:
        part = link.recv(count - len(data))
        if not part:
            return None
        data += part
    return data
