"""The fake USB printer as other models: Custom's presenter and full status, Star's line mode.

Written from the manuals, sharing no code with the program.
"""

from __future__ import annotations

from collections.abc import Generator

from tests.fakes.usb_backend import FakeUsbPrinter

STAR_BAND_BYTES = 16 * 1024


class FakeCustomPrinter(FakeUsbPrinter):
    """KPM216H: six status bytes, and a presenter whose sheet somebody takes after some looks."""

    def __init__(self, buffer_bytes: int = 64 * 1024) -> None:
        super().__init__(buffer_bytes)
        self.presented = False
        self.looks_until_taken = 4
        self.stuck = False  # no sheet leaves the presenter any more, and none comes into it
        self._looks = 0

    def _tell_status(self, n: int) -> None:
        if n != 20:
            return
        if self.presented:
            self._looks += 1
            self.presented = self._looks < self.looks_until_taken
        paper = (0x00 if self.paper else 0x01) | (0x20 if self.presented else 0)
        user, error = 0x02 * self.cover_open, 0x40 * self.jammed
        self._answers += bytes((0x10, 0x0F, paper, user, error, 0))

    def _group(self, letter: bytes) -> Generator[int, bytes, None]:
        if letter == b"e":
            assert (yield 1) == b"\x05"
            self.presented = self.presented and self.stuck
        elif letter == b"I":
            yield 1
            self._answers += b"\x5d"
        else:
            yield from super()._group(letter)

    def _cut(self) -> None:
        if self.stuck and self.presented:
            return
        before = self.cuts
        super()._cut()
        if self.cuts > before:
            self.presented, self._looks = True, 0


class FakeStarPrinter(FakeUsbPrinter):
    """Line mode: rows one by one, an ETB counter of five bits, nothing that cancels."""

    etb = 30  # it wraps at 32

    def _obey_real_time(self, fresh: int) -> None:
        end = len(self.received)
        at = self.received.find(b"\x1b\x06\x01", max(0, end - fresh - 2))
        while at >= 0:
            self._tell_status(0)
            at = self.received.find(b"\x1b\x06\x01", at + 3)

    def _tell_status(self, n: int) -> None:
        one = 0x20 * self.cover_open + (0 if self.able else 0x08)
        counter = (self.etb & 0x18) << 2 | (self.etb & 0x07) << 1
        paper = 0 if self.paper else 0x08
        self._answers += bytes((0x23, 0x06, one, 0x04 * self.jammed, 0, paper, 0, counter, 0))

    def _run(self) -> Generator[int, bytes, None]:
        rows = 0
        while True:
            lead = yield 1
            if lead == b"b":
                size = yield 2
                width = size[0] + 256 * size[1]
                if rows % (STAR_BAND_BYTES // width) == 0:
                    self._begin_band()
                rows += 1
                dots = yield width
                if not self.lying:
                    self._width = width
                    self._page += dots
            elif lead == b"\x17":
                self.etb = (self.etb + (not self.lying)) % 32
            elif lead == b"\x1b":
                rows = yield from self._escape((yield 1), rows)
            else:
                assert not self.strict, f"stray byte {lead.hex()}"

    def _begin_band(self) -> None:
        number = self.bands_begun
        self.bands_begun += 1
        if number in self._hooks:
            self.fired.append(number)
            self._hooks.pop(number)()

    def _escape(self, letter: bytes, rows: int) -> Generator[int, bytes, int]:
        if letter == b"\x06":
            yield 1
        elif letter == b"\x1e":
            assert (yield 2) == b"a0"
        elif letter == b"d":
            assert (yield 1) == b"2"
            self._cut()
        elif letter == b"*":
            assert (yield 1) == b"r"
            what = yield 1
            if what in b"PE":
                while (yield 1) != b"\x00":
                    pass
            rows = 0 if what == b"A" else rows
        else:
            assert letter == b"@" or not self.strict, f"ESC {letter!r} is not known here"
        return rows
