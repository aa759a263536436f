"""A printer that does what its script says and remembers every byte that reached it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kiosk.domain.printer import (
    ClearState,
    Confirmation,
    ModelFit,
    NotStarted,
    Printed,
    PrinterIdentity,
    PrinterReason,
    PrinterState,
    PrinterStatus,
    PrintEvidence,
    PrintFault,
    PrintJob,
    PrintOutcome,
    PrintProgress,
    PrintUnknown,
)

READY = PrinterStatus(PrinterState.IDLE)
EMPTY = PrinterStatus(PrinterState.STOPPED, frozenset({PrinterReason.MEDIA_EMPTY}))
JAM = PrinterStatus(PrinterState.STOPPED, frozenset({PrinterReason.MEDIA_JAM}))
OCCUPIED = PrinterStatus(PrinterState.STOPPED, frozenset({PrinterReason.PRESENTER_OCCUPIED}))
OTHER_JOB = PrinterStatus(PrinterState.BUSY, frozenset({PrinterReason.OTHER_JOB}))


@dataclass
class FakePrinter:
    """``ports.Printer``. ``sheets`` are the issue ids whose sheets came out, oldest first.

    ``fail_after``: None prints; a number of bytes stops there with ``fault`` (0: after spooling but
    before the first byte). What was taken in and not printed stays in ``held`` until ``clear`` or
    a power cycle; ``refill`` prints it, as a thermal printer does.
    """

    state: PrinterStatus = READY
    fail_after: int | None = None
    fault: PrintFault = PrintFault.STATUS_CHANGED
    status_after_fault: PrinterStatus = EMPTY
    can_prove_clear: bool = True
    fit: ModelFit = ModelFit.FITS
    raises: Exception | None = None
    hold: threading.Event | None = None  # printing waits here in the middle of the job
    sheets: list[str] = field(default_factory=list)
    bytes_received: int = 0
    held: list[str] = field(default_factory=list)
    looks: int = 0
    clears: int = 0

    def identity(self) -> PrinterIdentity:
        return PrinterIdentity("fake", "fake", "0")

    def status(self) -> PrinterStatus:
        self.looks += 1
        return self.state

    def print(
        self,
        job: PrintJob,
        progress: Callable[[PrintProgress], None],
        spooling: Callable[[Sequence[str]], bool],
    ) -> PrintOutcome:
        if not self.state.ready:
            return NotStarted(PrintFault.NOT_READY, self.state)
        hashes = [hashlib.sha256(job.pdf + bytes([n])).hexdigest() for n in range(job.page_count)]
        if not spooling(hashes):
            return NotStarted(PrintFault.INTERNAL)
        return self._send(job, progress, tuple(hashes))

    def _send(
        self, job: PrintJob, progress: Callable[[PrintProgress], None], hashes: tuple[str, ...]
    ) -> PrintOutcome:
        total = len(job.pdf)
        if self.fail_after == 0:
            self.state = self.status_after_fault
            return NotStarted(self.fault, self.state)
        first = total // 2 if self.fail_after is None else min(self.fail_after, total)
        self.bytes_received += first
        progress(PrintProgress(1, job.page_count, first, total))
        if self.hold is not None:
            self.hold.wait(30)
        if self.raises is not None:
            raise self.raises
        if self.fail_after is not None:
            self.state = self.status_after_fault
            self.held.append(job.issue_id)
            evidence = PrintEvidence(first, total, hashes, completion_mark=False)
            return PrintUnknown(self.fault, evidence, self.state)
        self.bytes_received += total - first
        progress(PrintProgress(job.page_count, job.page_count, total, total))
        self.sheets.append(job.issue_id)
        return Printed(
            PrintEvidence(
                total, total, hashes, pages_completed=job.page_count, completion_mark=True,
                status_after=self.state,
            )
        )  # fmt: skip

    def clear(self) -> ClearState:
        self.clears += 1
        if not self.held:
            return ClearState.CLEAR
        if not self.can_prove_clear:
            return ClearState.NEEDS_POWER_CYCLE
        self.held.clear()
        return ClearState.CLEAR

    def confirm(self) -> Confirmation:
        return Confirmation(self.fit, "fake")

    def refill(self) -> None:
        """Paper goes in: what the printer still holds comes out."""
        self.state = READY
        self.sheets.extend(self.held)
        self.held.clear()

    def power_cycled(self) -> None:
        """Staff say so; ``power_cycle`` is what they do."""

    def power_cycle(self) -> None:
        self.held.clear()
        self.state = READY

    def close(self) -> None:
        self.held.clear()
