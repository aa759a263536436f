"""What a stream of ESC/POS bytes puts on paper, read by rules of its own.

Shares nothing with the program under test: standard library only, written from the command
reference. Strict: a byte that is not understood, a band that is cut short or pages whose rows
change their width raise ``EscposStreamError``.
"""

from __future__ import annotations

from dataclasses import dataclass, field


class EscposStreamError(ValueError):
    """The stream is not what a printer of this kind would print cleanly."""


@dataclass(frozen=True)
class DecodedPage:
    """One cut sheet. ``rows`` is 1 bit per dot, row-major, MSB first, 1 = black."""

    width: int
    height: int
    rows: bytes = field(repr=False)

    def dot(self, x: int, y: int) -> bool:
        return bool(self.rows[y * (self.width // 8) + x // 8] & (0x80 >> x % 8))


@dataclass
class DecodedStream:
    """Everything that was understood. Cuts of blank paper are counted, not listed as pages."""

    pages: list[DecodedPage] = field(default_factory=list)
    bands: int = 0
    blank_cuts: int = 0
    status_requests: int = 0
    marks: list[bytes] = field(default_factory=list)
    counter_requests: int = 0
    id_requests: int = 0
    initialised: int = 0
    buffer_clears: int = 0


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int, what: str) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) < count:
            raise EscposStreamError(f"{what} is cut short at byte {len(self.data)}")
        self.at += count
        return piece

    def fail(self, what: str) -> EscposStreamError:
        around = self.data[max(0, self.at - 4) : self.at + 8].hex(" ")
        return EscposStreamError(f"{what} at byte {self.at}: {around}")


def decode(data: bytes) -> DecodedStream:
    """The whole stream.

    Raises:
        EscposStreamError: see the module; also rows that were never cut off.
    """
    cursor, out = _Cursor(data), DecodedStream()
    width, rows = 0, bytearray()
    while cursor.at < len(data):
        lead = cursor.take(1, "command")[0]
        if lead == 0x1D:
            second = cursor.take(1, "GS command")
            if second == b"v":
                width = _raster(cursor, width, rows)
                out.bands += 1
            elif second == b"V":
                _cut(cursor)
                width = _finish(out, width, rows)
            else:
                _other_gs(cursor, second, out)
        elif lead == 0x1B:
            if cursor.take(1, "ESC command") != b"@":
                raise cursor.fail("unknown ESC command")
            out.initialised += 1
        elif lead == 0x10:
            before = out.buffer_clears
            _real_time(cursor, out)
            if rows and out.buffer_clears > before:
                raise cursor.fail("buffer cleared in the middle of a page")
        else:
            raise cursor.fail(f"unknown byte {lead:#04x}")
    if rows:
        raise EscposStreamError("the last page was never cut off")
    return out


def decode_pages(data: bytes) -> list[DecodedPage]:
    """Only the pages."""
    return decode(data).pages


def _raster(cursor: _Cursor, width: int, rows: bytearray) -> int:
    if cursor.take(2, "GS v 0") != b"0\x00":
        raise cursor.fail("raster mode other than normal")
    low, high, row_low, row_high = cursor.take(4, "GS v 0 size")
    row_bytes, count = low | high << 8, row_low | row_high << 8
    if not row_bytes or not count:
        raise cursor.fail("empty raster")
    if rows and row_bytes * 8 != width:
        raise cursor.fail("raster width changes within a page")
    rows += cursor.take(row_bytes * count, "raster")
    return row_bytes * 8


def _cut(cursor: _Cursor) -> None:
    kind = cursor.take(1, "GS V")[0]
    if kind in (65, 66):
        cursor.take(1, "GS V feed")
    elif kind not in (0, 1, 48, 49):
        raise cursor.fail("unknown cut")


def _finish(out: DecodedStream, width: int, rows: bytearray) -> int:
    if rows:
        out.pages.append(DecodedPage(width, len(rows) * 8 // width, bytes(rows)))
        rows.clear()
    else:
        out.blank_cuts += 1
    return 0


def _other_gs(cursor: _Cursor, second: bytes, out: DecodedStream) -> None:
    if second == b"(":
        if cursor.take(5, "GS (") != b"H\x06\x0000":
            raise cursor.fail("unknown GS ( command")
        out.marks.append(cursor.take(4, "process id"))
    elif second == b"g":
        if cursor.take(2, "GS g")[:1] != b"2":
            raise cursor.fail("unknown GS g command")
        cursor.take(2, "counter number")
        out.counter_requests += 1
    elif second == b"I":
        cursor.take(1, "GS I")
        out.id_requests += 1
    else:
        raise cursor.fail("unknown GS command")


def _real_time(cursor: _Cursor, out: DecodedStream) -> None:
    second = cursor.take(1, "DLE command")[0]
    if second == 4:
        if cursor.take(1, "DLE EOT")[0] not in (1, 2, 3, 4, 17, 20):
            raise cursor.fail("unknown status request")
        out.status_requests += 1
    elif second == 0x14:
        if cursor.take(8, "DLE DC4") != bytes((8, 1, 3, 20, 1, 6, 2, 8)):
            raise cursor.fail("unknown DLE DC4 command")
        out.buffer_clears += 1
    else:
        raise cursor.fail("unknown DLE command")
