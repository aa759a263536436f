"""The command languages as data: how a page begins, how rows are sent, how a sheet is cut off.

Sources: Epson ESC/POS guide; Custom KPM216H manual (GS e ejector); Star Line Mode Command
Specifications (ESC * r A/B/P/E raster mode, ``b`` rows, ESC d cut, ETB counter, ESC ACK SOH).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from kiosk.domain.printer import PageRaster
from kiosk.printing.escpos_commands import (
    BAND_BYTES,
    CLEAR_BUFFERS,
    FEED_AND_CUT,
    INIT,
    POWER_OFF,
    REAL_TIME,
    raster_band,
)


@dataclass(frozen=True, slots=True)
class Band:
    """Some rows of one page, or the end of it, as bytes for the wire."""

    page: int  # 1-based
    data: bytes
    looks_real_time: bool  # dots a printer may take for a command it obeys at once
    ends_page: bool = False


@dataclass(frozen=True, slots=True)
class Dialect:
    """One command language.

    Attributes:
        init: without ink; sent once before a job.
        begin_page, end_page: around the rows of every page; the end feeds and cuts.
        next_page: before every page but the first, where the last one has to leave the presenter.
        cut_off: puts out whatever lies in the paper path, uncut, of an earlier job.
        rows: whole rows of so many bytes as one command.
        auto_status: it has Epson's automatic status, which may come unasked.
        answers_in_dots: dots that look like this make a printer answer unasked.
        forbidden_in_dots: dots that look like this would switch it off or empty it.
    """

    init: bytes
    begin_page: bytes
    rows: Callable[[int, bytes], bytes]
    end_page: bytes
    next_page: bytes
    cut_off: bytes
    answers_in_dots: tuple[bytes, ...]
    forbidden_in_dots: tuple[bytes, ...]
    auto_status: bool = False


def star_rows(width_bytes: int, dots: bytes) -> bytes:
    """``b n1 n2`` and a row, for each row (Star raster mode, automatic line feed).

    Raises:
        ValueError: not whole rows, no rows, or a row longer than two bytes can say.
    """
    if not 0 < width_bytes <= 0xFFFF or not dots or len(dots) % width_bytes:
        raise ValueError("band is not a whole number of rows")
    head = b"b" + width_bytes.to_bytes(2, "little")
    return b"".join(
        head + dots[start : start + width_bytes] for start in range(0, len(dots), width_bytes)
    )


EPSON_DIALECT: Final = Dialect(
    INIT, b"", raster_band, FEED_AND_CUT, b"", FEED_AND_CUT, REAL_TIME,
    (CLEAR_BUFFERS, POWER_OFF), auto_status=True,
)  # fmt: skip
#: GS e 5: what is in the presenter is put out entirely, so that the next page finds room.
EJECT: Final = b"\x1de\x05"
CUSTOM_DIALECT: Final = Dialect(
    INIT, b"", raster_band, FEED_AND_CUT, EJECT, FEED_AND_CUT + EJECT, REAL_TIME,
    (CLEAR_BUFFERS, POWER_OFF),
)  # fmt: skip

#: ETB: the counter in the status rises when all before it has been worked off.
STAR_ETB: Final = b"\x17"
#: ESC @, and ESC RS a 0: no status unasked, for an asked one must not meet it on the way.
_STAR_INIT: Final = b"\x1b@\x1b\x1ea0"
#: Raster mode, page length continuous, nothing fed or cut when raster mode ends.
_STAR_BEGIN: Final = b"\x1b*rA\x1b*rP0\x00\x1b*rE1\x00"
#: Out of raster mode, ESC d 2: feed to the knife and cut off, then count.
_STAR_END: Final = b"\x1b*rB\x1bd2" + STAR_ETB
STAR_DIALECT: Final = Dialect(
    _STAR_INIT, _STAR_BEGIN, star_rows, _STAR_END, b"", _STAR_END,
    (b"\x1b\x06\x01",), (b"\x1b\x06\x18",),
)  # fmt: skip


def bands(page: PageRaster, number: int, dialect: Dialect = EPSON_DIALECT) -> Iterator[Band]:
    """The rows of a page, top to bottom, nothing skipped, without its end.

    Raises:
        ValueError: the dots hold a command that would switch the printer off or empty its buffer.
    """
    width_bytes = (page.width + 7) // 8
    if any(command in page.rows for command in dialect.forbidden_in_dots):
        raise ValueError(f"the dots of page {number} contain a printer command")
    step = max(1, BAND_BYTES // width_bytes) * width_bytes
    before = (dialect.next_page if number > 1 else b"") + dialect.begin_page
    for start in range(0, len(page.rows), step):
        # The header counts too: a command may begin in it and end in the dots.
        data = before + dialect.rows(width_bytes, page.rows[start : start + step])
        before = b""
        yield Band(number, data, any(word in data for word in dialect.answers_in_dots))


def job_bands(pages: tuple[PageRaster, ...], dialect: Dialect) -> Iterator[Band]:
    """A whole sheet set: every page's rows and its end. Raises ValueError as ``bands`` does."""
    for number, page in enumerate(pages, start=1):
        yield from bands(page, number, dialect)
        yield Band(number, dialect.end_page, looks_real_time=False, ends_page=True)
