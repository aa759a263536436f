"""Raw status bytes to ``PrinterStatus``: one pure function and one table per model.

Sources: Epson ESC/POS guide, DLE EOT n = 1 to 4; Custom KPM210/216 user manual, DLE EOT n = 20
(six bytes), with the bits that its sibling KPM150H documents; Star Line Mode Command
Specifications, ESC ACK SOH (nine bytes, "ASB"). A reply that is empty, short or not
of the documented shape is UNKNOWN with a reason, never OK.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from kiosk.domain.printer import PrinterReason, PrinterState, PrinterStatus
from kiosk.printing.escpos_commands import ask_status


@dataclass(frozen=True, slots=True)
class StatusBit:
    """If any bit of ``mask`` is set in byte ``byte`` of a reply, ``reason`` holds."""

    byte: int
    mask: int
    reason: PrinterReason


@dataclass(frozen=True, slots=True)
class StatusQuery:
    """One question, the shape of its answer and what its bits mean.

    Attributes:
        request: bytes to send; must be a real-time command.
        length: bytes of the answer.
        fixed: (byte, mask, value): bits which the manual says never change.
        bits: reasons.
        busy: (byte, mask): set while the printer moves paper.
        offline: (byte, mask): set while the printer does not print, for whatever cause.
    """

    request: bytes
    length: int
    fixed: tuple[tuple[int, int, int], ...]
    bits: tuple[StatusBit, ...] = ()
    busy: tuple[int, int] | None = None
    offline: tuple[int, int] | None = None

    def well_formed(self, reply: bytes) -> bool:
        return len(reply) == self.length and all(
            reply[byte] & mask == value for byte, mask, value in self.fixed
        )


@dataclass(frozen=True, slots=True)
class StatusTable:
    """All questions of one model, asked in this order."""

    queries: tuple[StatusQuery, ...] = field(default=())


#: Every one-byte DLE EOT answer: bits 1 and 4 set, bits 0 and 7 clear.
_EPSON_FIXED: Final = ((0, 0x93, 0x12),)

EPSON: Final = StatusTable(
    queries=(
        StatusQuery(ask_status(1), 1, _EPSON_FIXED, offline=(0, 0x08)),
        StatusQuery(
            ask_status(2),
            1,
            _EPSON_FIXED,
            # Bit 6, "error", has its cause in n = 3; bit 5 is the stop at the paper's end.
            (
                StatusBit(0, 0x04, PrinterReason.COVER_OPEN),
                StatusBit(0, 0x20, PrinterReason.MEDIA_EMPTY),
            ),
            busy=(0, 0x08),
            offline=(0, 0x40),
        ),
        StatusQuery(
            ask_status(3),
            1,
            _EPSON_FIXED,
            (
                StatusBit(0, 0x04, PrinterReason.MEDIA_JAM),  # mechanical error
                StatusBit(0, 0x08, PrinterReason.CUTTER_ERROR),
                StatusBit(0, 0x60, PrinterReason.HARDWARE_ERROR),
            ),
        ),
        StatusQuery(
            ask_status(4),
            1,
            _EPSON_FIXED,
            (
                StatusBit(0, 0x0C, PrinterReason.MEDIA_LOW),
                StatusBit(0, 0x60, PrinterReason.MEDIA_EMPTY),
            ),
        ),
    )
)

CUSTOM_FULL: Final = StatusTable(
    queries=(
        StatusQuery(
            ask_status(20),
            6,
            ((0, 0xFF, 0x10), (1, 0xFF, 0x0F)),
            (
                StatusBit(2, 0x01, PrinterReason.MEDIA_EMPTY),
                StatusBit(2, 0x44, PrinterReason.MEDIA_LOW),  # near end, virtual end
                StatusBit(2, 0x20, PrinterReason.PRESENTER_OCCUPIED),  # ticket in output
                StatusBit(3, 0x03, PrinterReason.COVER_OPEN),  # head up, cover open
                StatusBit(4, 0x40, PrinterReason.MEDIA_JAM),
                StatusBit(4, 0xAD, PrinterReason.HARDWARE_ERROR),
                StatusBit(5, 0x01, PrinterReason.CUTTER_ERROR),
                StatusBit(5, 0xFE, PrinterReason.HARDWARE_ERROR),
            ),
            busy=(3, 0x08),  # drag motor on
        ),
    )
)


#: Byte 1 says nine bytes (0x23); bits 0 and 4 of every further byte are clear.
STAR_LENGTH: Final = 9
STAR_REQUEST: Final = b"\x1b\x06\x01"
STAR: Final = StatusTable(
    queries=(
        StatusQuery(
            STAR_REQUEST,
            STAR_LENGTH,
            ((0, 0xFF, 0x23), *((byte, 0x91, 0x00) for byte in range(1, STAR_LENGTH))),
            (
                StatusBit(2, 0x20, PrinterReason.COVER_OPEN),
                StatusBit(3, 0x08, PrinterReason.CUTTER_ERROR),
                StatusBit(3, 0x04, PrinterReason.MEDIA_JAM),  # mechanical error
                StatusBit(3, 0x60, PrinterReason.HARDWARE_ERROR),  # head too hot, unrecoverable
                StatusBit(4, 0x04, PrinterReason.MEDIA_JAM),  # in the presenter
                StatusBit(4, 0x02, PrinterReason.COVER_OPEN),  # head up
                StatusBit(4, 0x48, PrinterReason.HARDWARE_ERROR),  # overflow, black mark
                StatusBit(5, 0x08, PrinterReason.MEDIA_EMPTY),
                StatusBit(5, 0x06, PrinterReason.MEDIA_LOW),
                StatusBit(8, 0x0E, PrinterReason.PRESENTER_OCCUPIED),  # its paper's position
            ),
            offline=(2, 0x08),
        ),
    )
)


def star_counter(raw: str) -> int | None:
    """The ETB counter, 0 to 31, in ``PrinterStatus.raw`` of a Star printer; None if it is not one.

    Bits 1, 2, 3, 5 and 6 of the eighth byte.
    """
    try:
        reply = bytes.fromhex(raw)
    except ValueError:
        return None
    if not STAR.queries[0].well_formed(reply):
        return None
    return (reply[7] & 0x60) >> 2 | (reply[7] & 0x0E) >> 1


def read_status(table: StatusTable, replies: Sequence[bytes]) -> PrinterStatus:
    """What the replies to ``table.queries``, in that order, say together.

    Fewer replies than questions, or an empty one, is NO_ANSWER; a reply of another shape is
    GARBLED_ANSWER. Reasons that well-formed replies gave are kept beside them.
    """
    reasons: set[PrinterReason] = set()
    offline = busy = False
    doubt: PrinterReason | None = None
    padded = [*replies, *[b""] * (len(table.queries) - len(replies))]
    for query, reply in zip(table.queries, padded, strict=False):
        if not query.well_formed(reply):
            doubt = doubt or (PrinterReason.GARBLED_ANSWER if reply else PrinterReason.NO_ANSWER)
            continue
        reasons |= {bit.reason for bit in query.bits if reply[bit.byte] & bit.mask}
        offline = offline or _is_set(query.offline, reply)
        busy = busy or _is_set(query.busy, reply)
    if not table.queries or len(replies) > len(table.queries):
        doubt = PrinterReason.GARBLED_ANSWER
    raw = " ".join(reply.hex() or "-" for reply in replies)
    return _settle(reasons, doubt, offline, busy, raw)


def _is_set(place: tuple[int, int] | None, reply: bytes) -> bool:
    return place is not None and bool(reply[place[0]] & place[1])


def _settle(
    reasons: set[PrinterReason],
    doubt: PrinterReason | None,
    offline: bool,
    busy: bool,
    raw: str,
) -> PrinterStatus:
    if doubt is not None:
        return PrinterStatus(PrinterState.UNKNOWN, frozenset(reasons | {doubt}), raw)
    stopping = reasons - {PrinterReason.MEDIA_LOW}
    if offline and not stopping:
        reasons.add(PrinterReason.OFFLINE)  # it says "not now" and no cause
        stopping = {PrinterReason.OFFLINE}
    if stopping - {PrinterReason.PRESENTER_OCCUPIED}:
        state = PrinterState.STOPPED
    else:
        state = PrinterState.BUSY if busy or stopping else PrinterState.IDLE
    return PrinterStatus(state, frozenset(reasons), raw)
