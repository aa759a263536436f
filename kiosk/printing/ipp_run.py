"""One sheet set on its way to an IPP printer: created, handed over, watched to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kiosk.domain.ports import Clock
from kiosk.domain.printer import (
    NotStarted,
    Printed,
    PrinterReason,
    PrinterState,
    PrinterStatus,
    PrintEvidence,
    PrintFault,
    PrintOutcome,
    PrintProgress,
    PrintUnknown,
)
from kiosk.printing.ipp_client import (
    BROKEN,
    CREATE_JOB,
    SEND_DOCUMENT,
    VALIDATE_JOB,
    Attributes,
    Failure,
    IppClient,
    IppFault,
)
from kiosk.printing.ipp_documents import Document, ticket
from kiosk.printing.ipp_status import first_int, first_text
from kiosk.printing.jobs import Progress, SheetSet

#: A page printer that has to warm up takes up to a minute for the first page.
JOB_BASE_S: Final = 90.0
JOB_PER_PAGE_S: Final = 20.0
#: One request without a document.
REQUEST_S: Final = 5.0
#: The document: between two pieces a printer may be busy warming up, but not this long.
SEND_S: Final = 30.0
POLL_S: Final = 0.5
#: Questions in a row without an answer until a printer counts as mute or gone.
SILENT_TRIES: Final = 4
#: Seconds a cancelled job may take to say that it is.
CANCEL_S: Final = 15.0

PENDING, HELD, PROCESSING, JOB_STOPPED, CANCELED, ABORTED, COMPLETED = range(3, 10)
ENDED: Final = frozenset({CANCELED, ABORTED, COMPLETED})
_WATCHED: Final = (
    "job-state",
    "job-state-reasons",
    "job-impressions-completed",
    "job-media-sheets-completed",
)
_FAULTS: Final = {
    IppFault.OFFLINE: PrintFault.DISCONNECTED,
    IppFault.TIMED_OUT: PrintFault.TIMED_OUT,
    IppFault.BUSY: PrintFault.BUSY,
    IppFault.NOT_FOUND: PrintFault.NO_COMPLETION,
    IppFault.GARBLED: PrintFault.STATUS_CHANGED,
    IppFault.REFUSED: PrintFault.STATUS_CHANGED,
}


class IppRun:
    """State of one job. ``gone`` after ``run``: the printer said that the job has ended."""

    def __init__(
        self,
        sheets: SheetSet,
        name: str,
        document: Document,
        said: Attributes,
        client: IppClient,
        clock: Clock,
        ask_status: Callable[[], PrinterStatus],
        impressions: Callable[[], int | None],
        progress: Progress,
    ) -> None:
        self._sheets = sheets
        self._name = name
        self._document = document
        self._said = said
        self._client = client
        self._clock = clock
        self._ask = ask_status
        self._impressions = impressions
        self._progress = progress
        self._deadline = clock.monotonic() + JOB_BASE_S + JOB_PER_PAGE_S * len(sheets.pages)
        self._job_id: int | None = None
        self._handed = 0
        self._before: int | None = None
        self._pages: int | None = None
        self._mark: bool | None = None
        self._status: PrinterStatus | None = None
        self.gone = False

    def run(self) -> PrintOutcome:
        """Everything, in order; the first fault cancels the job and ends it."""
        self._before = self._impressions()
        operations = self._said.get("operations-supported", ())
        if CREATE_JOB in operations and SEND_DOCUMENT in operations:
            refusal = self._create()
            if refusal is not None:
                return refusal
            fault = self._send()
        else:
            refusal = self._validate() if VALIDATE_JOB in operations else None
            if refusal is not None:
                return refusal
            fault = self._print_job()
            if fault is not None and not self._handed:
                return NotStarted(fault, self._ask())
        fault = fault or self._watch() or self._prove()
        if fault is None:
            return Printed(self._evidence())
        self._cancel()
        return PrintUnknown(fault, self._evidence(), self._status)

    def _create(self) -> NotStarted | None:
        """A job that holds nothing yet: whatever fails here, no dot can come out."""
        made = self._client.create(self._name, ticket(self._said), REQUEST_S)
        if not isinstance(made, Failure):
            self._job_id = first_int(made, "job-id")
            return None if self._job_id is not None else NotStarted(PrintFault.NOT_READY)
        # A lost answer may leave an empty job behind; ``clear`` finds it by its name.
        lost = made.fault in (IppFault.TIMED_OUT, IppFault.GARBLED) or made.detail == BROKEN
        self.gone = not lost
        return self._refused(made)

    def _validate(self) -> NotStarted | None:
        """Without Create-Job: the printer is asked whether it would take it before it is given."""
        failure = self._client.validate(
            self._name, self._document.mime_type, ticket(self._said), REQUEST_S
        )
        self.gone = failure is not None  # nothing was made
        return self._refused(failure) if failure is not None else None

    def _refused(self, failure: Failure) -> NotStarted:
        refused = failure.fault is IppFault.REFUSED
        fault = PrintFault.NOT_READY if refused else _FAULTS[failure.fault]
        return NotStarted(fault, self._ask())

    def _send(self) -> PrintFault | None:
        assert self._job_id is not None
        answer = self._client.send(
            self._job_id, self._document.mime_type, self._document.data, self._leaving, SEND_S
        )
        return self._after_document(answer)

    def _print_job(self) -> PrintFault | None:
        answer = self._client.print_job(
            self._name, self._document.mime_type, ticket(self._said), self._document.data,
            self._leaving, SEND_S,
        )  # fmt: skip
        if not isinstance(answer, Failure):
            self._job_id = first_int(answer, "job-id")
        return self._after_document(answer)

    def _after_document(self, answer: Attributes | Failure) -> PrintFault | None:
        if not isinstance(answer, Failure):
            if self._job_id is None:
                return PrintFault.NO_COMPLETION  # nobody can ask after it
            if self._handed != len(self._document.data):
                return PrintFault.SHORT_WRITE
            self._show(self._handed)
            return None
        self._status = self._ask()
        return _FAULTS[answer.fault]

    def _leaving(self, handed: int) -> None:
        """About to leave, and counted as gone; shown is only what the connection took before."""
        before, self._handed = self._handed, handed
        if before:
            self._show(before)

    def _show(self, taken: int) -> None:
        """The page is the share of the document, not of the paper."""
        total, pages = len(self._document.data), len(self._sheets.pages)
        page = min(pages, 1 + taken * pages // (total + 1))
        self._progress(PrintProgress(page, pages, taken, total))

    def _watch(self) -> PrintFault | None:
        """Until the printer says how the job ended, or that it cannot go on, or time is over."""
        silent = 0
        while True:
            said = self._look()
            if isinstance(said, Failure):
                silent += 1
                certain = said.fault in (IppFault.NOT_FOUND, IppFault.REFUSED)
                if certain or silent >= SILENT_TRIES:
                    return self._lost(said)
            else:
                silent = 0
                ended = self._ended(said)
                if ended is not None:
                    return None if ended == COMPLETED else self._stopped()
                self._status = self._ask()
                if self._status.state is PrinterState.STOPPED:
                    return PrintFault.STATUS_CHANGED
            if self._clock.monotonic() >= self._deadline:
                return PrintFault.TIMED_OUT
            self._clock.sleep(POLL_S)

    def _lost(self, failure: Failure) -> PrintFault:
        self._status = self._ask()
        self.gone = failure.fault is IppFault.NOT_FOUND  # switched off and on meanwhile
        return _FAULTS[failure.fault]

    def _stopped(self) -> PrintFault:
        self._status = self._ask()
        return PrintFault.STATUS_CHANGED

    def _look(self) -> Attributes | Failure:
        assert self._job_id is not None
        said = self._client.job(self._job_id, _WATCHED, REQUEST_S)
        if not isinstance(said, Failure) and first_int(said, "job-state") is None:
            return Failure(IppFault.GARBLED, "no job-state")
        return said

    def _ended(self, said: Attributes) -> int | None:
        state = first_int(said, "job-state")
        if state not in ENDED:
            return None
        self.gone = "processing-to-stop-point" not in said.get("job-state-reasons", ())
        self._pages = _counted(said)
        if state == COMPLETED:
            reasons = said.get("job-state-reasons", ())
            self._mark = "job-completed-with-errors" not in reasons
        return state

    def _prove(self) -> PrintFault | None:
        """Completed, without errors, and a counter that agrees: the job's, else the printer's."""
        self._status = self._ask()
        if self._pages is None:
            after = self._impressions()
            if after is not None and self._before is not None:
                self._pages = after - self._before
        if self._pages is not None and self._pages != len(self._sheets.pages):
            return PrintFault.COUNTER_MISMATCH
        if not self._mark:
            return PrintFault.STATUS_CHANGED
        reasons = self._status.reasons - {PrinterReason.OTHER_JOB, PrinterReason.OWN_JOB}
        if self._status.state in (PrinterState.OFFLINE, PrinterState.UNKNOWN):
            return None  # it had said all that counts before it fell silent
        stuck = reasons & {PrinterReason.MEDIA_JAM, PrinterReason.COVER_OPEN}
        return PrintFault.STATUS_CHANGED if stuck else None

    def _cancel(self) -> None:
        """Nothing of it may come out later; ``gone`` if the printer says that nothing can."""
        if self._job_id is None:
            self._job_id = self._found()  # the answer that had its number was lost
        if self._job_id is None or self.gone:
            return
        until = self._clock.monotonic() + CANCEL_S
        while not self._cancelled(self._job_id) and self._clock.monotonic() < until:
            self._clock.sleep(POLL_S)

    def _found(self) -> int | None:
        """The job by its name, which is this issue's alone."""
        jobs = self._client.jobs(REQUEST_S)
        for job in [] if isinstance(jobs, Failure) else jobs:
            if first_text(job, "job-name") == self._name:
                return first_int(job, "job-id")
        return None

    def _cancelled(self, job_id: int) -> bool:
        """True when there is no more to do: it ended, it is not known, or nobody is there."""
        self._client.cancel(job_id, REQUEST_S)
        said = self._look()
        if isinstance(said, Failure):
            self.gone = said.fault is IppFault.NOT_FOUND
            return self.gone or said.fault is IppFault.OFFLINE
        return self._ended(said) is not None and self.gone

    def _evidence(self) -> PrintEvidence:
        return PrintEvidence(
            bytes_written=self._handed,
            bytes_total=len(self._document.data),
            raster_sha256=self._sheets.hashes,
            pages_completed=self._pages,
            completion_mark=self._mark,
            status_after=self._status,
        )


def _counted(said: Attributes) -> int | None:
    """Sheets on paper, by the job's own counters; None if the printer keeps none."""
    for name in ("job-media-sheets-completed", "job-impressions-completed"):
        count = first_int(said, name)
        if count is not None:
            return count
    return None
