"""PWG raster read by rules of its own (PWG 5102.4): the dots of every page, 1 = black."""

from __future__ import annotations

import struct
from dataclasses import dataclass


@dataclass(frozen=True)
class RasterPage:
    width: int
    height: int
    dpi: int
    rows: bytes


def decode_raster(data: bytes) -> list[RasterPage]:
    """Raises ValueError where the document is not what the standard says."""
    if data[:4] != b"RaS2":
        raise ValueError("no sync word")
    pages, at = [], 4
    while at < len(data):
        head, at = data[at : at + 1796], at + 1796
        if head[:10] != b"PwgRaster\0":
            raise ValueError("no header")
        (dpi,) = struct.unpack_from(">I", head, 276)
        width, height = struct.unpack_from(">2I", head, 372)
        bits, depth, line, _, space = struct.unpack_from(">5I", head, 384)
        if (bits, depth, space) not in ((1, 1, 3), (8, 8, 18)) or line != (width * depth + 7) // 8:
            raise ValueError("a type that was not meant")
        rows, at = _rows(data, at, line, height)
        pages.append(RasterPage(width, height, dpi, _bits(rows, width) if depth == 8 else rows))
    return pages


def _rows(data: bytes, at: int, line: int, height: int) -> tuple[bytes, int]:
    out, count = bytearray(), 0
    while count < height:
        repeats, at = data[at] + 1, at + 1
        row = bytearray()
        while len(row) < line:
            code, at = data[at], at + 1
            if code < 128:
                row += data[at : at + 1] * (code + 1)
                at += 1
            elif code > 128:
                row += data[at : at + 257 - code]
                at += 257 - code
            else:
                raise ValueError("code 128 is not used")
        if len(row) != line:
            raise ValueError("a line of another length")
        out += row * repeats
        count += repeats
    if count != height:
        raise ValueError("more lines than the page has")
    return bytes(out), at


def _bits(grey: bytes, width: int) -> bytes:
    out = bytearray()
    for start in range(0, len(grey), width):
        text = "".join("1" if byte == 0 else "0" for byte in grey[start : start + width])
        out += int(text.ljust((width + 7) // 8 * 8, "0"), 2).to_bytes((width + 7) // 8, "big")
    return bytes(out)
