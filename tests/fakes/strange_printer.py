"""Printers that answer otherwise than the ones at hand: late, in pieces, too much, or unasked."""

from __future__ import annotations

from kiosk.domain.ports import Clock
from tests.fakes.usb_backend import FakeUsbPrinter

#: Epson's automatic status (GS a): nothing amiss.
AUTO_STATUS = b"\x10\x00\x00\x0f"


class StrangePrinter(FakeUsbPrinter):
    """Otherwise the printer of the fault table. Every habit is off at first."""

    def __init__(self, clock: Clock, buffer_bytes: int = 64 * 1024) -> None:
        self._clock = clock
        self._due: list[tuple[float, bytes]] = []
        self.late_s = 0.0  # what it says is on its way for so long
        self.one_by_one = False  # a read never gives more than a byte
        self.extra = b""  # after every status byte
        self.chatter = b""  # told unasked, before whatever is read
        self.dumb: frozenset[int] = frozenset()  # status questions that it does not know
        super().__init__(buffer_bytes)

    def answers(self, most: int) -> bytes:
        now = self._clock.monotonic()
        if self._answers:
            self._due.append((now + self.late_s, bytes(self._answers)))
            self._answers.clear()
        said = b"".join(words for at, words in self._due if at <= now)
        self._due = [(at, words) for at, words in self._due if at > now]
        if said and self.chatter:
            said, self.chatter = self.chatter + said, b""
        most = 1 if self.one_by_one else most
        if said[most:]:
            self._due.insert(0, (now, said[most:]))
        said = said[:most]
        if self.muted:
            return b""
        return bytes(0xFF for _ in said) if self.garbled else said

    def _tell_status(self, n: int) -> None:
        if n in self.dumb:
            return
        super()._tell_status(n)
        self._answers += self.extra
