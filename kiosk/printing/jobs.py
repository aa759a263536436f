"""The guard around every driver: who may print, what is told before the first byte, and after.

One job at a time; a job is named by its issue's UUID; the same issue is not printed twice in one
process; the section server hears the hashes before the first byte leaves; an outcome says no more
than is known.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from kiosk.domain.ports import Clock, Rasterizer
from kiosk.domain.printer import (
    NotStarted,
    PageRaster,
    PrinterState,
    PrinterStatus,
    PrintEvidence,
    PrintFault,
    PrintJob,
    PrintOutcome,
    PrintProgress,
    PrintUnknown,
)

_LOG = logging.getLogger(__name__)

#: How long another program's job is waited for before a sheet is refused. Longer would leave a
#: person standing there; the section's own viewing prints a few pages.
OTHER_JOB_S: Final = 60.0
OTHER_JOB_POLL_S: Final = 1.0

Progress = Callable[[PrintProgress], None]
Spooling = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, slots=True)
class SheetSet:
    """A job that may go to the device: its pages as dots and their hashes."""

    issue_id: str  # canonical UUID
    pdf: bytes
    pages: tuple[PageRaster, ...]
    hashes: tuple[str, ...]

    @property
    def dots_bytes(self) -> int:
        return sum(len(page.rows) for page in self.pages)


@dataclass(frozen=True, slots=True)
class Device:
    """What the guard needs of a driver.

    Attributes:
        ready: None if a job may start now, else why not. Sends no byte of a job.
        send: hands the sheets over. Everything after its call is Printed or PrintUnknown, or
            NotStarted if it can show that no byte of the job was offered to the device.
    """

    ready: Callable[[], NotStarted | None]
    send: Callable[[SheetSet, Progress], PrintOutcome]


def wait_while_busy(ask: Callable[[], PrinterStatus], clock: Clock) -> PrinterStatus:
    """The first status that is not BUSY, or the last one when the patience is over."""
    until = clock.monotonic() + OTHER_JOB_S
    status = ask()
    while status.state is PrinterState.BUSY and clock.monotonic() < until:
        clock.sleep(OTHER_JOB_POLL_S)
        status = ask()
    return status


def refusal_of(status: PrinterStatus) -> NotStarted | None:
    """None if a job may start under this status, else why not."""
    if status.ready:
        return None
    if status.state is PrinterState.OFFLINE:
        return NotStarted(PrintFault.DISCONNECTED, status)
    fault = PrintFault.BUSY if status.state is PrinterState.BUSY else PrintFault.NOT_READY
    return NotStarted(fault, status)


class JobGuard:
    """One per driver. Holds issue ids (random UUIDs) and nothing of their content."""

    def __init__(self, rasterizer: Rasterizer, device: Device) -> None:
        self._rasterizer = rasterizer
        self._device = device
        self._busy = threading.Lock()
        self._handed_over: dict[str, bool] = {}

    def run(self, job: PrintJob, progress: Progress, spooling: Spooling) -> PrintOutcome:
        """``Printer.print`` for any driver."""
        if not self._busy.acquire(blocking=False):
            return NotStarted(PrintFault.BUSY)
        try:
            return self._run(job, progress, spooling)
        finally:
            self._busy.release()

    def _run(self, job: PrintJob, progress: Progress, spooling: Spooling) -> PrintOutcome:
        try:
            issue_id = str(uuid.UUID(job.issue_id))
        except ValueError:
            return NotStarted(PrintFault.MISMATCH)
        if issue_id in self._handed_over:
            # The answer is about the issue: if anything of it left us once, this refusal must
            # not read as proof that nothing came out.
            if self._handed_over[issue_id]:
                return PrintUnknown(PrintFault.MISMATCH)
            return NotStarted(PrintFault.MISMATCH)
        sheets = self._render(job, issue_id)
        if isinstance(sheets, NotStarted):
            return sheets
        refusal = self._device.ready()
        if refusal is not None:
            return refusal
        self._handed_over[issue_id] = False
        if not _agreed(spooling, sheets.hashes):
            return NotStarted(PrintFault.MISMATCH)
        outcome = self._send(sheets, progress)
        self._handed_over[issue_id] = not isinstance(outcome, NotStarted)
        return outcome

    def _render(self, job: PrintJob, issue_id: str) -> SheetSet | NotStarted:
        try:
            pages = tuple(self._rasterizer.pages(job.pdf))
        except ValueError as error:
            _LOG.warning("sheet cannot be rendered: %s", error)
            return NotStarted(PrintFault.RASTER_FAILED)
        if len(pages) != job.page_count:
            return NotStarted(PrintFault.MISMATCH)
        hashes = tuple(hashlib.sha256(page.rows).hexdigest() for page in pages)
        return SheetSet(issue_id, job.pdf, pages, hashes)

    def _send(self, sheets: SheetSet, progress: Progress) -> PrintOutcome:
        try:
            return self._device.send(sheets, _harmless(progress))
        except Exception:  # the device may have part of it: that is UNKNOWN, not a crash
            _LOG.exception("driver failed while printing")
            evidence = PrintEvidence(0, sheets.dots_bytes, sheets.hashes)
            return PrintUnknown(PrintFault.INTERNAL, evidence)


def _agreed(spooling: Spooling, hashes: tuple[str, ...]) -> bool:
    try:
        return spooling(hashes) is True
    except Exception:  # whatever went wrong, the server did not agree
        _LOG.exception("spooling was not agreed")
        return False


def _harmless(progress: Progress) -> Progress:
    """A progress bar that fails must not stop a sheet half way."""

    def report(step: PrintProgress) -> None:
        try:
            progress(step)
        except Exception:
            _LOG.exception("progress could not be shown")

    return report
