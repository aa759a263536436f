"""PDF to a folder, for development: the sheet itself, under the issue's UUID, never overwritten.

The file stays where it is; this driver has no place on a terminal that serves the public.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from kiosk.domain.ports import Rasterizer
from kiosk.domain.printer import (
    OFFLINE,
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
from kiosk.printing.jobs import Device, JobGuard, Progress, SheetSet

DRIVER: Final = "folder"
#: Below this much free space the "paper" is low, below the next it is empty.
LOW_BYTES: Final = 200 * 1024 * 1024
EMPTY_BYTES: Final = 20 * 1024 * 1024


class FolderPrinter:
    """Every sheet set becomes ``<issue id>.pdf`` in ``folder``, which must exist."""

    def __init__(self, folder: Path, rasterizer: Rasterizer) -> None:
        self._folder = folder
        self._guard = JobGuard(rasterizer, Device(self._ready, self._send))

    def identity(self) -> PrinterIdentity:
        return PrinterIdentity(DRIVER, "PDF")

    def status(self) -> PrinterStatus:
        """Folder missing: offline. Not writable: hardware error. Disk full: media empty."""
        try:
            if not self._folder.is_dir():
                return OFFLINE
            free = shutil.disk_usage(self._folder).free
        except OSError:
            return OFFLINE
        if not os.access(self._folder, os.W_OK | os.X_OK):
            return _stopped(PrinterReason.HARDWARE_ERROR)
        if free < EMPTY_BYTES:
            return _stopped(PrinterReason.MEDIA_EMPTY)
        low = {PrinterReason.MEDIA_LOW} if free < LOW_BYTES else set()
        return PrinterStatus(PrinterState.IDLE, frozenset(low))

    def print(
        self,
        job: PrintJob,
        progress: Callable[[PrintProgress], None],
        spooling: Callable[[Sequence[str]], bool],
    ) -> PrintOutcome:
        return self._guard.run(job, progress, spooling)

    def clear(self) -> ClearState:
        """A file is complete or not there: a half-written one has another name and is removed."""
        try:
            for rest in self._folder.glob(".*.part"):
                rest.unlink()
        except OSError:
            return ClearState.UNKNOWN
        return ClearState.CLEAR

    def confirm(self) -> Confirmation:
        """Every folder is a folder; whether it can be written to is its status."""
        fit = ModelFit.FITS if self.status().ready else ModelFit.NOT_ASKED
        return Confirmation(fit, DRIVER)

    def power_cycled(self) -> None:
        """A folder holds nothing that could come out later."""

    def close(self) -> None:
        """Nothing is held open."""

    def _ready(self) -> NotStarted | None:
        status = self.status()
        return None if status.ready else NotStarted(PrintFault.NOT_READY, status)

    def _send(self, sheets: SheetSet, progress: Progress) -> PrintOutcome:
        final = self._folder / f"{sheets.issue_id}.pdf"
        part = self._folder / f".{sheets.issue_id}.part"
        try:
            _write_new(part, sheets.pdf)
            try:
                os.link(part, final)  # fails if there is one; a rename would overwrite it
            finally:
                part.unlink()
        except FileExistsError:
            # Printed before this process began: this refusal proves nothing about that sheet.
            return PrintUnknown(PrintFault.MISMATCH, self._evidence(sheets, 0))
        except OSError:
            return NotStarted(PrintFault.NOT_READY, self.status())
        return self._prove(sheets, final, progress)

    def _prove(self, sheets: SheetSet, final: Path, progress: Progress) -> PrintOutcome:
        total = len(sheets.pdf)
        try:
            _sync_folder(self._folder)
            kept = final.read_bytes()
        except OSError:
            return PrintUnknown(
                PrintFault.NO_COMPLETION, self._evidence(sheets, total), self.status()
            )
        same = hashlib.sha256(kept).digest() == hashlib.sha256(sheets.pdf).digest()
        evidence = self._evidence(sheets, total, pages=len(sheets.pages) if same else None)
        if not same:
            return PrintUnknown(PrintFault.COUNTER_MISMATCH, evidence, self.status())
        progress(PrintProgress(len(sheets.pages), len(sheets.pages), total, total))
        return Printed(evidence)

    def _evidence(self, sheets: SheetSet, written: int, pages: int | None = None) -> PrintEvidence:
        return PrintEvidence(
            bytes_written=written,
            bytes_total=len(sheets.pdf),
            raster_sha256=sheets.hashes,
            pages_completed=pages,
            completion_mark=pages is not None,
            status_after=self.status(),
        )


def _stopped(reason: PrinterReason) -> PrinterStatus:
    return PrinterStatus(PrinterState.STOPPED, frozenset({reason}))


def _write_new(path: Path, data: bytes) -> None:
    """Create, write, flush to the disk; on failure nothing is left."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
