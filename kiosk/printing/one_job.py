"""A printer that is asked, fed and cleared by one thread at a time, and knows what it may hold.

After a job that ended without proof the status says ``own-job``, and so every further job is
refused, until ``clear`` has proven that nothing of it can come out any more.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from kiosk.domain.ports import Rasterizer
from kiosk.domain.printer import (
    ClearState,
    Confirmation,
    ModelFit,
    NotStarted,
    PrinterReason,
    PrinterState,
    PrinterStatus,
    PrintFault,
    PrintJob,
    PrintOutcome,
    PrintProgress,
)
from kiosk.printing.jobs import Device, JobGuard, Progress, SheetSet


class OneJobPrinter(ABC):
    """The part of ``Printer`` that is the same for every device with a memory of its own."""

    def __init__(self, rasterizer: Rasterizer) -> None:
        self._guard = JobGuard(rasterizer, Device(self._ready, self._send))
        self._lane = threading.RLock()

    def status(self) -> PrinterStatus:
        """BUSY while another thread is printing on it."""
        if not self._lane.acquire(blocking=False):
            return PrinterStatus(PrinterState.BUSY)
        try:
            status = self._ask()
        finally:
            self._lane.release()
        return with_own_job(status) if self._holds_ours() else status

    def print(
        self,
        job: PrintJob,
        progress: Callable[[PrintProgress], None],
        spooling: Callable[[Sequence[str]], bool],
    ) -> PrintOutcome:
        """As the port says; BUSY if another thread has the device."""
        if not self._lane.acquire(blocking=False):
            return NotStarted(PrintFault.BUSY)
        try:
            return self._guard.run(job, progress, spooling)
        finally:
            self._lane.release()

    def clear(self) -> ClearState:
        """CLEAR only with an answer of the device that nothing of ours is in it."""
        if not self._lane.acquire(blocking=False):
            return ClearState.UNKNOWN
        try:
            state = self._clear()
        finally:
            self._lane.release()
        if state is ClearState.CLEAR:
            self._is_clear()
        elif state in (ClearState.HOLDS_OWN, ClearState.NEEDS_POWER_CYCLE):
            self._is_not_clear()
        return state

    def confirm(self) -> Confirmation:
        """NOT_ASKED while another thread has the device."""
        if not self._lane.acquire(blocking=False):
            return Confirmation(ModelFit.NOT_ASKED)
        try:
            return self._confirm()
        finally:
            self._lane.release()

    @abstractmethod
    def _ask(self) -> PrinterStatus:
        """The device's status now, bounded in time."""

    @abstractmethod
    def _ready(self) -> NotStarted | None:
        """Whether a job may begin; see ``jobs.Device``."""

    @abstractmethod
    def _send(self, sheets: SheetSet, progress: Progress) -> PrintOutcome:
        """Hand the sheets over; see ``jobs.Device``."""

    @abstractmethod
    def _clear(self) -> ClearState:
        """Cancel what is ours and say what is left of it."""

    @abstractmethod
    def _confirm(self) -> Confirmation:
        """Whether the device is the one that the configuration says; prints nothing."""

    @abstractmethod
    def _holds_ours(self) -> bool:
        """Whether a job of ours ended without proof since the last ``clear``, or it failed."""

    @abstractmethod
    def _is_clear(self) -> None:
        """``clear`` has just proven that nothing of ours is left."""

    @abstractmethod
    def _is_not_clear(self) -> None:
        """``clear`` has just failed to prove it: no job until it does."""


def with_own_job(status: PrinterStatus) -> PrinterStatus:
    """A status that says so: something of ours may still come out."""
    state = PrinterState.STOPPED if status.state is PrinterState.IDLE else status.state
    return PrinterStatus(state, status.reasons | {PrinterReason.OWN_JOB}, status.raw)
