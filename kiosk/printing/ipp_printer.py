"""A page printer over IPP. Jobs are named after the terminal and the issue's UUID; only they are
ever cancelled, anybody else's are waited for."""

from __future__ import annotations

import uuid
from typing import Final

from kiosk.domain.ports import Clock, Rasterizer
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
    PrintFault,
    PrintOutcome,
)
from kiosk.printing import ipp_documents
from kiosk.printing.escpos_printer import ANSWER_WAIT_S
from kiosk.printing.ipp_client import Attributes, Failure, Http, IppClient
from kiosk.printing.ipp_http import RequestsHttp
from kiosk.printing.ipp_run import CANCEL_S, POLL_S, REQUEST_S, IppRun
from kiosk.printing.ipp_status import ASKED, failure_status, first_int, first_text, read_ipp_status
from kiosk.printing.jobs import Progress, SheetSet, refusal_of, wait_while_busy
from kiosk.printing.one_job import OneJobPrinter, with_own_job

DRIVER: Final = "ipp"
#: So much of the issue's UUID a printer has to keep in a job's name.
UUID_LEAST: Final = 8
_ANY_UUID: Final = "00000000-0000-4000-8000-000000000000"


class IppPrinter(OneJobPrinter):
    """One printer at one address. ``owner`` names this terminal and no other.

    ``dpi`` is the rasterizer's, for a printer that takes pictures only.
    """

    def __init__(
        self,
        uri: str,
        owner: str,
        rasterizer: Rasterizer,
        clock: Clock,
        http: Http | None = None,
        dpi: int = 300,
        answer_s: float = ANSWER_WAIT_S,
        any_media: bool = False,
    ) -> None:
        super().__init__(rasterizer)
        self._client = IppClient(uri, owner, http or RequestsHttp(uri))
        self._owner = owner
        self._dpi = dpi
        self._answer_s = answer_s
        self._any_media = any_media
        self._clock = clock
        self._held = False  # a job of ours ended without proof since the last ``clear``
        self._model = "IPP"

    def identity(self) -> PrinterIdentity:
        return PrinterIdentity(DRIVER, self._model)

    def power_cycled(self) -> None:
        """A page printer may keep its spool without power, so ``clear`` still has to look."""

    def close(self) -> None:
        self._client.close()

    def _ready(self) -> NotStarted | None:
        status = wait_while_busy(self.status, self._clock)
        if status.ready:
            jobs = self._jobs(REQUEST_S)
            status = _with_jobs(status, jobs) if jobs is not None else _DOUBT
        return refusal_of(status)

    def _send(self, sheets: SheetSet, progress: Progress) -> PrintOutcome:
        said = self._client.printer(ipp_documents.ASKED, REQUEST_S)
        if isinstance(said, Failure):
            return NotStarted(PrintFault.NOT_READY, failure_status(said))
        why = ipp_documents.unfit(said, sheets.pages[0].dpi)
        if why and why != "document-format":
            return NotStarted(PrintFault.NOT_READY, PrinterStatus(PrinterState.STOPPED, raw=why))
        document = ipp_documents.make(said, sheets.pdf, sheets.pages)
        if document is None:
            return NotStarted(PrintFault.RASTER_FAILED)
        run = IppRun(
            sheets, f"{self._owner} {sheets.issue_id}", document, said, self._client,
            self._clock, self._said, self._impressions, progress,
        )  # fmt: skip
        self._held = True  # until proven otherwise, even if this raises
        outcome = run.run()
        if isinstance(outcome, Printed) or (isinstance(outcome, NotStarted) and run.gone):
            self._held = False
        return outcome

    def _confirm(self) -> Confirmation:
        """It takes a document that we can make, on A4, on one side."""
        said = self._client.printer(ipp_documents.ASKED, REQUEST_S)
        if isinstance(said, Failure):
            return Confirmation(ModelFit.NOT_ASKED, failure_status(said).raw)
        why = ipp_documents.unfit(said, self._dpi)
        if why:
            return Confirmation(ModelFit.DIFFERS, why)
        format_ = ipp_documents.choose(said, self._dpi) or ""
        return Confirmation(ModelFit.FITS, f"{self._model} {format_}")

    def _said(self) -> PrinterStatus:
        """The printer alone, without its queue: while a job of ours runs, it is no fault there."""
        said = self._client.printer(ASKED, self._answer_s)
        return failure_status(said) if isinstance(said, Failure) else read_ipp_status(said)

    def _ask(self) -> PrinterStatus:
        said = self._client.printer(ASKED, self._answer_s)
        if isinstance(said, Failure):
            return failure_status(said)
        self._model = first_text(said, "printer-make-and-model") or self._model
        status = read_ipp_status(said)
        if not self._any_media:
            status = ipp_documents.with_media(status, said)
        if status.state is not PrinterState.BUSY and first_int(said, "queued-job-count") == 0:
            return status
        jobs = self._jobs(self._answer_s)
        return status if jobs is None else _with_jobs(status, jobs)

    def _impressions(self) -> int | None:
        """The printer's own count since it was made, where it keeps one."""
        name = "printer-impressions-completed"
        said = self._client.printer((name,), REQUEST_S)
        return None if isinstance(said, Failure) else first_int(said, name)

    def _jobs(self, timeout_s: float) -> tuple[list[int], int] | None:
        """Ids of our jobs, and how many of others; None if it did not say."""
        found = self._client.jobs(timeout_s)
        if isinstance(found, Failure):
            return None
        ids = [first_int(job, "job-id") for job in found if self._ours(job)]
        return [job_id for job_id in ids if job_id is not None], len(found) - len(ids)

    def _ours(self, job: Attributes) -> bool:
        """By its name alone: printers may not keep the user of a request as it was said.

        Some keep only the beginning of a name.
        """
        owner, _, issue = first_text(job, "job-name").rpartition(" ")
        whole = issue + _ANY_UUID[len(issue) :]
        try:
            good = len(issue) >= UUID_LEAST and str(uuid.UUID(whole)) == whole
        except ValueError:
            return False
        return good and owner == self._owner

    def _holds_ours(self) -> bool:
        return self._held

    def _is_clear(self) -> None:
        self._held = False

    def _is_not_clear(self) -> None:
        self._held = True

    def _clear(self) -> ClearState:
        """Cancel every job of ours, look until none is left; anybody else's are left alone."""
        until = self._clock.monotonic() + CANCEL_S
        while True:
            jobs = self._jobs(REQUEST_S)
            if jobs is None:
                return ClearState.UNKNOWN
            if not jobs[0]:
                return ClearState.CLEAR
            if self._clock.monotonic() >= until:
                return ClearState.HOLDS_OWN
            for job_id in jobs[0]:
                self._client.cancel(job_id, REQUEST_S)
            self._clock.sleep(POLL_S)


_DOUBT: Final = PrinterStatus(PrinterState.UNKNOWN, frozenset({PrinterReason.NO_ANSWER}))


def _with_jobs(status: PrinterStatus, jobs: tuple[list[int], int]) -> PrinterStatus:
    """Jobs in the queue: ours should not be there, anybody else's makes it busy."""
    ours, others = jobs
    if ours:
        return with_own_job(status)
    if not others:
        return status
    state = PrinterState.BUSY if status.state is PrinterState.IDLE else status.state
    return PrinterStatus(state, status.reasons | {PrinterReason.OTHER_JOB}, status.raw)
