"""A kiosk printer made of bytes: takes real ESC/POS, runs out of paper, holds what it was given.

It behaves as real printers do, also where that is unpleasant: with the paper gone it keeps what is
in its buffer and prints it when paper is refilled; real-time commands are obeyed wherever their
bytes appear, even among dots; a pulled cable does not empty it, switching it off does. What leaves
it are dots on paper; nothing of them is kept unless a test asks for it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from kiosk.domain.ports import Clock
from kiosk.printing.transport import (
    WRITE_PIECE,
    WRITE_TIMEOUT_S,
    DeviceNames,
    LinkFault,
    Received,
    Written,
)

#: Receive buffer; a device that is full holds the bus off.
BUFFER_BYTES: Final = 64 * 1024
#: Paper speed of a kiosk printer (Custom KPM216H: up to 150 mm/s), and of one that is worn.
SPEED_MM_S: Final = 150.0
SLOW_MM_S: Final = 2.0
CUT_S: Final = 0.3
ROWS_PER_MM: Final = 8.0

_CLEAR: Final = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
_MODEL_ID: Final = b"\x20"
#: Lengths of the commands this printer knows, by how they begin; GS v 0 is followed by its dots.
_COMMANDS: Final = (
    (b"\x1b@", 2),
    (b"\x1dv0", 8),
    (b"\x1dVA", 4),
    (b"\x1d(H\x06\x00", 11),
    (b"\x1dg2", 6),
    (b"\x1dI", 3),
    (b"\x10\x04", 3),
    (b"\x10\x05", 3),
    (_CLEAR, len(_CLEAR)),
)
LONGEST_COMMAND: Final = max(length for _, length in _COMMANDS)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a person, or wear, has done to the printer."""

    paper: bool = True
    paper_low: bool = False
    cover_open: bool = False
    jam: bool = False
    plugged: bool = True
    muted: bool = False  # prints, but sends nothing back
    slow: bool = False
    lying: bool = False  # says all is well and moves no paper

    @property
    def can_print(self) -> bool:
        return self.paper and not self.cover_open and not self.jam


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """One cut piece with dots on it: whole rows of ``width_bytes`` bytes."""

    width_bytes: int
    rows: bytes = field(repr=False)


@dataclass(slots=True)
class Counters:
    """Since the simulator was made."""

    bytes_received: int = 0
    bands: int = 0
    sheets: int = 0  # cut pieces with dots on them
    cuts: int = 0
    unknown_bytes: int = 0  # a real printer would print these as text


@dataclass(slots=True)
class _Armed:
    band: int  # counted down with every band that begins
    change: Callable[[], None]


class SimulatedDevice:
    """The printer. Thread-safe: the print lane feeds it, a person plays with it.

    Args:
        record_to: every byte received goes to this file too (mode 0600). For scripted visits with
            invented people only: it is a picture of the sheet.
        keep_sheets: keep the dots of every cut piece in ``sheets``. Tests only.
        speed_mm_s: paper speed.
    """

    def __init__(
        self,
        record_to: Path | None = None,
        keep_sheets: bool = False,
        speed_mm_s: float = SPEED_MM_S,
    ) -> None:
        self.conditions = Conditions()
        self.counters = Counters()
        self.sheets: list[PaperSheet] = []
        self.restarts = 0
        self._lock = threading.RLock()
        self._speed = speed_mm_s
        self._keep = keep_sheets
        self._buffer = bytearray()
        self._tail = b""  # bytes that may be the beginning of a real-time command
        self._replies = bytearray()
        self._raster: tuple[int, int] | None = None  # bytes a row, rows still to come
        self._paper = bytearray()  # rows on the paper since the last cut, if kept
        self._width_bytes = 0
        self._inked = False
        self._seconds = 0.0
        self._armed: list[_Armed] = []
        self._begun = False  # the band at the head of the buffer was announced to ``_armed``
        self._working = False
        self._record: int | None = None
        if record_to is not None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            self._record = os.open(record_to, flags, 0o600)

    # What a person does.

    def change(self, **conditions: bool) -> None:
        """Set conditions by name; what became possible again happens at once."""
        with self._lock:
            self.conditions = replace(self.conditions, **conditions)
            self._work()

    def remove_paper_path(self) -> None:
        """New roll, or a jam pulled out: the piece in the path goes with it."""
        with self._lock:
            self._paper.clear()
            self._inked = False

    def power_cycle(self) -> None:
        """Off and on: buffers and connection are gone, the paper in the path is not."""
        with self._lock:
            self._forget()
            self.restarts += 1

    def at_band(self, band: int, change: Callable[[], None]) -> None:
        """Do it when the ``band``-th band from now (0 is the next) begins to print."""
        with self._lock:
            self._armed.append(_Armed(band, change))

    @property
    def armed(self) -> int:
        """Changes that have not happened yet."""
        return len(self._armed)

    @property
    def held_bytes(self) -> int:
        """What it would still work off, given paper."""
        return len(self._buffer)

    # What the wire does.

    def receive(self, data: bytes) -> int:
        """Bytes taken; fewer when the buffer is full."""
        with self._lock:
            taken, restarts = 0, self.restarts
            while taken < len(data) and self.restarts == restarts:
                room = BUFFER_BYTES - len(self._buffer)
                piece = data[taken : taken + room]
                if not piece:
                    break
                self._take(piece)
                taken += len(piece)
                self._work()
            return taken

    def send_back(self) -> bytes:
        """Everything it has to say since last time."""
        with self._lock:
            said = b"" if self.conditions.muted else bytes(self._replies)
            self._replies.clear()
            return said

    def working_time(self) -> float:
        """Seconds of paper movement since last time."""
        with self._lock:
            seconds, self._seconds = self._seconds, 0.0
            return seconds

    def close(self) -> None:
        if self._record is not None:
            os.close(self._record)
            self._record = None

    # How it works inside.

    def _forget(self) -> None:
        self._buffer.clear()
        self._replies.clear()
        self._raster = None
        self._tail = b""
        self._begun = False

    def _take(self, piece: bytes) -> None:
        self.counters.bytes_received += len(piece)
        if self._record is not None:
            os.write(self._record, piece)
        start = 0
        text = self._tail + piece
        shift = len(self._tail)
        at = text.find(b"\x10")
        while at >= 0:
            end = self._real_time(text, at)
            if end is None:  # its end has not come yet
                break
            if end > at:
                self._buffer += piece[start : max(end - shift, start)]
                start = max(end - shift, start)
                if text[at:end] == _CLEAR:
                    self._forget()
                    self._replies += b"\x37\x25\x00"
            at = text.find(b"\x10", max(end, at + 1))
        self._tail = b"" if at < 0 else text[at:]
        self._buffer += piece[start:]

    def _real_time(self, text: bytes, at: int) -> int | None:
        """End of the real-time command at ``at``; ``at`` if there is none; None if cut short."""
        rest = text[at : at + len(_CLEAR)]
        if rest == _CLEAR:
            return at + len(_CLEAR)
        if len(rest) < len(_CLEAR) and _CLEAR.startswith(rest):
            return None
        if rest[:2] == b"\x10\x04":
            if len(rest) < 3:
                return None
            if 1 <= rest[2] <= 4:
                self._replies.append(self._status_byte(rest[2]))
                return at + 3
        return at

    def _status_byte(self, n: int) -> int:
        now = self.conditions
        bits = 0x12
        if n == 1:
            bits |= 0 if now.can_print else 0x08
        elif n == 2:
            bits |= (0x04 if now.cover_open else 0) | (0 if now.paper else 0x20)
            bits |= 0x40 if now.jam else 0
        elif n == 3:
            bits |= 0x04 if now.jam else 0
        else:
            bits |= (0x0C if now.paper_low or not now.paper else 0) | (0 if now.paper else 0x60)
        return bits

    def _work(self) -> None:
        if self._working:
            return  # a change that a band itself set off; the loop below sees it
        self._working = True
        try:
            self._work_off()
        finally:
            self._working = False

    def _able(self) -> bool:
        return self.conditions.can_print

    def _work_off(self) -> None:
        """Work off the buffer as far as paper, cover and data allow."""
        while self._buffer and self._able():
            if self._raster is not None:
                if not self._print_rows(*self._raster):
                    return
                continue
            head = bytes(self._buffer[:LONGEST_COMMAND])
            length = _command_length(head)
            if length is None:
                return
            command = bytes(self._buffer[:length])
            if command.startswith(b"\x1dv0"):
                self._begin_band()
                if not self._able():
                    return  # the band stays in the buffer, header and all
                if not self._buffer:
                    return  # it was switched off just now
            del self._buffer[:length]
            self._obey(command)

    def _begin_band(self) -> None:
        if self._begun:
            return
        self._begun = True
        due = [armed for armed in self._armed if armed.band == 0]
        self._armed = [armed for armed in self._armed if armed.band > 0]
        for armed in self._armed:
            armed.band -= 1
        for armed in due:
            armed.change()

    def _obey(self, command: bytes) -> None:
        if command.startswith(b"\x1dv0"):
            self.counters.bands += 1
            self._begun = False
            width = int.from_bytes(command[4:6], "little")
            self._raster = (width, int.from_bytes(command[6:8], "little"))
        elif command.startswith(b"\x1dVA"):
            self._cut()
        elif command.startswith(b"\x1d(H"):
            self._replies += b"\x37\x22" + command[7:11] + b"\x00"
        elif command.startswith(b"\x1dg2"):
            self._replies += b"\x5f" + str(self.counters.cuts).encode() + b"\x00"
        elif command.startswith(b"\x1dI"):
            self._replies += _MODEL_ID
        elif len(command) == 1:
            self.counters.unknown_bytes += 1

    def _print_rows(self, width: int, left: int) -> bool:
        """Whole rows that have come; False when more data is needed."""
        rows = min(left, len(self._buffer) // width) if width else left
        dots = bytes(self._buffer[: rows * width])
        del self._buffer[: rows * width]
        self._seconds += rows / ROWS_PER_MM / (SLOW_MM_S if self.conditions.slow else self._speed)
        if not self.conditions.lying:
            self._width_bytes = width
            self._inked = self._inked or dots.count(0) < len(dots)
            if self._keep:
                self._paper += dots
        self._raster = (width, left - rows) if left > rows else None
        return rows > 0 or self._raster is None

    def _cut(self) -> None:
        self._seconds += CUT_S
        if self.conditions.lying:
            return
        self.counters.cuts += 1
        if self._inked:
            self.counters.sheets += 1
            if self._keep:
                self.sheets.append(PaperSheet(self._width_bytes, bytes(self._paper)))
        self.remove_paper_path()


def _command_length(head: bytes) -> int | None:
    """Length of the command that ``head`` begins with; None if that cannot be told yet."""
    for start, length in _COMMANDS:
        if head.startswith(start):
            return length if len(head) >= length else None
        if start.startswith(head):
            return None
    return 1


class SimulatedTransport:
    """``Transport`` to a ``SimulatedDevice``; time passes on the clock as paper moves."""

    def __init__(self, device: SimulatedDevice, clock: Clock) -> None:
        self._device = device
        self._clock = clock
        self._restarts: int | None = None  # of the device, when it was opened

    def open(self) -> LinkFault | None:
        if self._restarts is None:
            if not self._device.conditions.plugged:
                return LinkFault.DISCONNECTED
            self._restarts = self._device.restarts
        return None

    @property
    def connected(self) -> bool:
        return self._restarts is not None

    def names(self) -> DeviceNames:
        return DeviceNames("シミュレーター(見本)", "SIM-1")

    def write(self, data: bytes) -> Written:
        done = 0
        while done < len(data):
            if not self._plugged():
                return Written(done, LinkFault.DISCONNECTED)
            piece = data[done : done + WRITE_PIECE]
            taken = self._device.receive(piece)
            self._pass_time(self._device.working_time())
            if not self._plugged():
                return Written(done, LinkFault.DISCONNECTED)  # how much arrived, nobody knows
            done += taken
            if taken < len(piece):
                self._clock.sleep(WRITE_TIMEOUT_S)
                return Written(done, LinkFault.TIMED_OUT)
        return Written(done)

    def read(self, timeout_s: float) -> Received:
        if not self._plugged():
            return Received(b"", LinkFault.DISCONNECTED)
        said = self._device.send_back()
        if not said:
            self._clock.sleep(timeout_s)
            said = self._device.send_back()
        return Received(said)

    def close(self) -> None:
        """The device lives on, as a real one does."""
        self._restarts = None

    def _plugged(self) -> bool:
        """Still the connection that was opened: a device that restarts is another one."""
        if self._device.conditions.plugged and self._restarts == self._device.restarts:
            return True
        self._restarts = None
        return False

    def _pass_time(self, seconds: float) -> None:
        if seconds > 0:
            self._clock.sleep(seconds)
