"""PWG Raster (PWG 5102.4) of pages as dots, for a printer that takes pictures and no PDF.

``black_1`` carries the very bits; ``sgray_8``, which every such printer must take, carries them as
black and white bytes. The printer gets exactly the dots whose hash the section was told.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from typing import Final

from kiosk.domain.printer import PageRaster

MIME_TYPE: Final = "image/pwg-raster"
SYNC: Final = b"RaS2"
HEADER_BYTES: Final = 1796
POINTS_PER_INCH: Final = 72
#: Document types that this module writes, best first (pwg-raster-document-type-supported).
TYPES: Final = ("black_1", "sgray_8")
_COLOR_SPACE: Final = {"black_1": 3, "sgray_8": 18}
_BITS: Final = {"black_1": 1, "sgray_8": 8}
_HIGH_QUALITY: Final = 5
_RUN_MOST: Final = 128
#: Lines that are the same as the one before are counted in one byte.
_REPEAT_MOST: Final = 256

#: A byte of eight dots as eight bytes, black 0 and white 255.
_GREY: Final = tuple(
    bytes(0 if byte & 0x80 >> bit else 255 for bit in range(8)) for byte in range(256)
)
_RUNS: Final = re.compile(rb"(.)\1{2,127}", re.DOTALL)


def document(pages: Sequence[PageRaster], kind: str = "black_1") -> bytes:
    """The whole document. Raises KeyError for a type that is not in ``TYPES``."""
    out = [SYNC]
    for page in pages:
        out.append(_header(page, kind, len(pages)))
        out += _lines(page, kind)
    return b"".join(out)


def _header(page: PageRaster, kind: str, pages: int) -> bytes:
    width_bytes = (page.width * _BITS[kind] + 7) // 8
    points = [round(side * POINTS_PER_INCH / page.dpi) for side in (page.width, page.height)]
    head = bytearray(HEADER_BYTES)
    head[0:9] = b"PwgRaster"
    for at, values in (
        (276, (page.dpi, page.dpi)),  # HWResolution
        (340, (1,)),  # NumCopies
        (352, points),  # PageSize
        (372, (page.width, page.height)),
        (384, (_BITS[kind], _BITS[kind], width_bytes, 0, _COLOR_SPACE[kind])),
        (420, (1,)),  # NumColors
        (452, (pages, 1, 1)),  # TotalPageCount, CrossFeedTransform, FeedTransform
        (480, (0xFFFFFF, _HIGH_QUALITY)),  # AlternatePrimary (white), PrintQuality
    ):
        struct.pack_into(f">{len(values)}I", head, at, *values)
    name = b"iso_a4_210x297mm"
    head[1732 : 1732 + len(name)] = name
    return bytes(head)


def _lines(page: PageRaster, kind: str) -> list[bytes]:
    width_bytes = (page.width + 7) // 8
    out: list[bytes] = []
    start, end = 0, len(page.rows)
    while start < end:
        row = page.rows[start : start + width_bytes]
        repeats = 1
        after = start + width_bytes
        while repeats < _REPEAT_MOST and page.rows[after : after + width_bytes] == row:
            repeats, after = repeats + 1, after + width_bytes
        out.append(bytes([repeats - 1]))
        out.append(_packed(row if kind == "black_1" else _grey(row, page.width)))
        start = after
    return out


def _grey(row: bytes, width: int) -> bytes:
    return b"".join([_GREY[byte] for byte in row])[:width]


def _packed(row: bytes) -> bytes:
    """PackBits of PWG: 0 to 127 repeats the next byte so often plus one; 129 to 255 copies."""
    out = bytearray()
    at = 0
    for run in _RUNS.finditer(row):
        _literal(out, row[at : run.start()])
        out += bytes([run.end() - run.start() - 1, row[run.start()]])
        at = run.end()
    _literal(out, row[at:])
    return bytes(out)


def _literal(out: bytearray, data: bytes) -> None:
    for start in range(0, len(data), _RUN_MOST):
        piece = data[start : start + _RUN_MOST]
        # One byte alone cannot be "copied" (256 has no code): it is a run of one.
        out.append(257 - len(piece) if len(piece) > 1 else 0)
        out += piece
