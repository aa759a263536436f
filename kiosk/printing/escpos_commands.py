"""ESC/POS as bytes: raster bands of our own, and the few commands around them.

Sources: Epson ESC/POS Application Programming Guide (GS v 0, GS V, GS ( H fn 48, GS g 2, DLE EOT,
DLE DC4 fn 8); constants that python-escpos has are taken from there.
"""

from __future__ import annotations

import hashlib
from typing import Final

from escpos.constants import DLE, EOT, GS, HW_INIT

#: Largest band in bytes of dots: small enough for a status between bands several times per page.
BAND_BYTES: Final = 16 * 1024

INIT: Final[bytes] = HW_INIT
#: GS V 65 0: feed to the cutting position, full cut.
FEED_AND_CUT: Final[bytes] = GS + b"VA\x00"
#: DLE DC4 fn 8: drop receive and print buffer at once; answered by CLEAR_ANSWER.
CLEAR_BUFFERS: Final[bytes] = DLE + b"\x14\x08\x01\x03\x14\x01\x06\x02\x08"
CLEAR_ANSWER: Final = b"\x37\x25\x00"
#: DLE DC4 fn 2: power off. Never sent; named because dots that look like it must not be sent.
POWER_OFF: Final[bytes] = DLE + b"\x14\x02\x01\x08"
#: GS g 2, counter 178: cuts since the printer was made (cumulative, cannot be reset).
ASK_CUT_COUNTER: Final[bytes] = GS + b"g2\x00\xb2\x00"
#: GS I 1: model id. Answered in order, so the answer proves that all before it was consumed.
ASK_MODEL_ID: Final[bytes] = GS + b"I\x01"

MARK_LENGTH: Final = 4
#: Dots may look like real-time commands, which printers obey even within a picture.
REAL_TIME: Final = (b"\x10\x04", b"\x10\x05", b"\x10\x14")


def raster_band(width_bytes: int, dots: bytes) -> bytes:
    """GS v 0, normal size. ``dots`` is a whole number of rows of ``width_bytes`` bytes.

    Raises:
        ValueError: not whole rows, no rows, or more than two bytes of length can say.
    """
    rows, rest = divmod(len(dots), width_bytes)
    if rest or not 0 < rows <= 0xFFFF or not 0 < width_bytes <= 0xFFFF:
        raise ValueError("band is not a whole number of rows")
    header = width_bytes.to_bytes(2, "little") + rows.to_bytes(2, "little")
    return bytes(GS + b"v0\x00" + header + dots)


def ask_status(n: int) -> bytes:
    """DLE EOT n, answered in real time: it says nothing about data still in the buffer."""
    return bytes(DLE + EOT + bytes([n]))


def mark(word: bytes) -> bytes:
    """GS ( H fn 48: "send this back when all printing before it is done".

    Raises:
        ValueError: not four printable ASCII characters.
    """
    if len(word) != MARK_LENGTH or not all(32 <= byte <= 126 for byte in word):
        raise ValueError("a process id has four printable characters")
    return bytes(GS + b"(H\x06\x00\x30\x30" + word)


def mark_answer(word: bytes) -> bytes:
    """What the printer sends for ``mark(word)``."""
    return b"\x37\x22" + word + b"\x00"


def mark_word(*parts: str) -> bytes:
    """Four printable characters that differ from job to job and from step to step."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return bytes(33 + byte % 94 for byte in digest[:MARK_LENGTH])
