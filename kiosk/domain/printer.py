"""What a printer can say and what a print job can end in: closed types, nothing else.

Names are the IPP / PWG keywords of RFC 8011 section 5.4.12 and PWG 5100.x where there is one.
A printer that does not answer is ``UNKNOWN`` or ``OFFLINE``, and neither is ready.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class PrinterState(StrEnum):
    """Closed. Only ``IDLE`` can take a job."""

    IDLE = "idle"
    BUSY = "busy"  # prints, or holds a job of another program: wait, never cancel
    STOPPED = "stopped"  # answers, and says it cannot print
    OFFLINE = "offline"  # not there: unplugged, switched off
    UNKNOWN = "unknown"  # there, but does not answer or answers nonsense


class PrinterReason(StrEnum):
    """Closed list of printer-state-reasons this product distinguishes."""

    MEDIA_EMPTY = "media-empty"
    MEDIA_LOW = "media-low"
    MEDIA_JAM = "media-jam"
    COVER_OPEN = "cover-open"
    CUTTER_ERROR = "cutter-error"
    PRESENTER_OCCUPIED = "presenter-occupied"  # a sheet waits to be taken
    OTHER_JOB = "other-job"  # a job that is not ours
    OWN_JOB = "own-job"  # a job of ours that should not be there any more
    OFFLINE = "offline"
    NO_ANSWER = "no-answer"
    GARBLED_ANSWER = "garbled-answer"
    HARDWARE_ERROR = "hardware-error"


#: In ``PrinterStatus.raw`` before what is loaded, where there is paper but none of it is A4.
OTHER_MEDIA = "media-ready="
#: Reasons that leave a printer able to print.
HARMLESS = frozenset({PrinterReason.MEDIA_LOW})


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """One reading. ``raw`` is for staff and the log: hex of what the device said, never content."""

    state: PrinterState
    reasons: frozenset[PrinterReason] = frozenset()
    raw: str = ""

    @property
    def ready(self) -> bool:
        """True only when the printer said, itself, that it can print now."""
        return self.state is PrinterState.IDLE and self.reasons <= HARMLESS

    def blocking(self) -> tuple[PrinterReason, ...]:
        """Reasons why not, in a stable order."""
        return tuple(sorted(self.reasons - HARMLESS))


OFFLINE = PrinterStatus(PrinterState.OFFLINE, frozenset({PrinterReason.OFFLINE}))
NO_ANSWER = PrinterStatus(PrinterState.UNKNOWN, frozenset({PrinterReason.NO_ANSWER}))


@dataclass(frozen=True, slots=True)
class PrinterIdentity:
    """Who the device is. ``serial`` may be empty. ``driver`` is the word of the configuration."""

    driver: str
    model: str
    serial: str = ""


@dataclass(frozen=True, slots=True)
class PageRaster:
    """One page as the head prints it: 1 bit per dot, row-major, MSB first, 1 = black.

    ``len(rows) == height * ((width + 7) // 8)``; unused low bits of each row's last byte are 0.
    """

    width: int  # dots
    height: int  # dots
    dpi: int
    rows: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.rows) != self.height * ((self.width + 7) // 8):
            raise ValueError("raster size does not fit its rows")


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One issuance's sheet set. The job's name is the issue's UUID and nothing else."""

    issue_id: str
    pdf: bytes = field(repr=False)
    page_count: int


@dataclass(frozen=True, slots=True)
class PrintProgress:
    """True progress: what the driver has handed over so far."""

    page: int  # 1-based page being printed
    pages: int
    bytes_written: int
    bytes_total: int


@dataclass(frozen=True, slots=True)
class PrintEvidence:
    """What proves, or fails to prove, that sheets came out. None means the device cannot tell."""

    bytes_written: int
    bytes_total: int
    raster_sha256: tuple[str, ...]  # one per page, lower-case hex over PageRaster.rows
    pages_completed: int | None = None  # page counter's rise, or the job's completed sheets
    completion_mark: bool | None = None  # the device acknowledged the end of this job
    presenter_taken: bool | None = None
    status_after: PrinterStatus | None = None


class PrintFault(StrEnum):
    """Why a job was not started or its end is not known. Closed."""

    NOT_READY = "not-ready"
    BUSY = "busy"
    RASTER_FAILED = "raster-failed"
    SHORT_WRITE = "short-write"
    TIMED_OUT = "timed-out"
    DISCONNECTED = "disconnected"
    STALLED = "stalled"
    STATUS_CHANGED = "status-changed"
    NO_COMPLETION = "no-completion"
    COUNTER_MISMATCH = "counter-mismatch"
    RESTARTED = "restarted"  # the terminal's process died meanwhile
    MISMATCH = "mismatch"  # number, entry, application or terminal did not agree before spooling
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Printed:
    """The device proved it: everything written, nothing amiss afterwards, completion seen."""

    evidence: PrintEvidence


@dataclass(frozen=True, slots=True)
class NotStarted:
    """Proof that no ink left: not one byte of the job was handed to the device."""

    fault: PrintFault
    status: PrinterStatus | None = None


@dataclass(frozen=True, slots=True)
class PrintUnknown:
    """Anything else. Never an automatic reprint; staff decide."""

    fault: PrintFault
    evidence: PrintEvidence | None = None
    status: PrinterStatus | None = None


PrintOutcome = Printed | NotStarted | PrintUnknown


class ClearState(StrEnum):
    """Is the printer provably free of anything of ours?"""

    CLEAR = "clear"
    HOLDS_OWN = "holds-own"
    NEEDS_POWER_CYCLE = "needs-power-cycle"  # it may still hold data, and cannot say
    UNKNOWN = "unknown"


class ModelFit(StrEnum):
    """Is the device what the configuration says it is? Closed."""

    FITS = "fits"
    DIFFERS = "differs"  # it answered, and not as that model would
    NOT_ASKED = "not-asked"  # not ready, busy, or it may hold a job: its status says why


@dataclass(frozen=True, slots=True)
class Confirmation:
    """``detail`` is for staff and the log: what was asked for, or what is missing."""

    fit: ModelFit
    detail: str = ""
