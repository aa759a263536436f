"""One sheet set on its way to an ESC/POS printer, from the empty buffer to the proof."""

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
from kiosk.printing.dialects import STAR_ETB, Band, job_bands
from kiosk.printing.escpos_commands import (
    ASK_CUT_COUNTER,
    ASK_MODEL_ID,
    mark,
    mark_answer,
    mark_word,
)
from kiosk.printing.jobs import Progress, SheetSet
from kiosk.printing.models import Completion, ModelProfile
from kiosk.printing.replies import ReplyStream
from kiosk.printing.status import star_counter
from kiosk.printing.transport import LinkFault

#: A whole job: a slow 300 dpi kiosk head needs about 8 s per A4 page; five times that is stuck.
JOB_BASE_S: Final = 30.0
JOB_PER_PAGE_S: Final = 40.0
#: An answer to something the printer has nothing to print for.
ANSWER_S: Final = 3.0
#: The rest of the last page, the cut and the presenter, after the last byte was taken.
COMPLETION_S: Final = 30.0
#: While waiting for the proof, how often the status is asked as well.
POLL_S: Final = 0.5
#: How long a sheet in the presenter is watched for being taken. Whoever stands there
#: takes it at once, or is told to on the next screen; the visit does not wait longer for evidence.
TAKEN_S: Final = 2.0
COUNTER_WRAPS: Final = 32
#: A job's time is prolonged by what a printer takes for its answers between the bands, up to this:
#: a printer that is late with each of them still moves paper, and half a sheet helps nobody.
LATE_MOST_S: Final = 180.0
#: A printer that is busy may miss a question; it is asked this often before it counts as mute.
STATUS_TRIES: Final = 3

_LINK: Final = {
    LinkFault.TIMED_OUT: PrintFault.TIMED_OUT,
    LinkFault.STALLED: PrintFault.STALLED,
    LinkFault.DISCONNECTED: PrintFault.DISCONNECTED,
}


def status_fault(status: PrinterStatus, fine: frozenset[PrinterReason]) -> PrintFault | None:
    """None if a job may go on under this status."""
    if status.state is PrinterState.OFFLINE:
        return PrintFault.DISCONNECTED
    if PrinterReason.NO_ANSWER in status.reasons:
        return PrintFault.TIMED_OUT
    if status.state in (PrinterState.IDLE, PrinterState.BUSY) and status.reasons <= fine:
        return None
    return PrintFault.STATUS_CHANGED


class EscposRun:
    """State of one job."""

    def __init__(
        self,
        sheets: SheetSet,
        profile: ModelProfile,
        replies: ReplyStream,
        clock: Clock,
        ask_status: Callable[[bool], PrinterStatus],
        abandon: Callable[[], PrinterStatus],
        progress: Progress,
    ) -> None:
        self._sheets = sheets
        self._profile = profile
        self._replies = replies
        self._clock = clock
        self._ask = ask_status
        self._abandon = abandon
        self._progress = progress
        self._deadline = clock.monotonic() + JOB_BASE_S + JOB_PER_PAGE_S * len(sheets.pages)
        self._late_left = LATE_MOST_S
        self._queue: list[Band] = []
        self._total = self._written = self._synced = 0
        self._cuts_before: int | None = None
        self._cuts: int | None = None
        self._freed_for = 1  # the page whose beginning found the output empty
        self._count_before: int | None = None
        self._mark: bool | None = None
        self._taken: bool | None = None
        self._status: PrinterStatus | None = None
        self.cut_short = False  # only part of a command went out before the first band

    def run(self) -> PrintOutcome:
        """Everything, in order; the first fault ends it."""
        try:
            self._queue = list(job_bands(self._sheets.pages, self._profile.dialect))
        except ValueError:
            return NotStarted(PrintFault.RASTER_FAILED)
        self._total = sum(len(piece.data) for piece in self._queue)
        fault = self._prepare()
        if fault is not None:
            return NotStarted(fault, self._ask(False))
        for piece in self._queue:
            fault = self._hand_over(piece)
            if fault is not None:
                return self._unknown(fault)
        fault = self._prove()
        return self._unknown(fault) if fault is not None else Printed(self._evidence())

    def _prepare(self) -> PrintFault | None:
        """Inkless: initialise, and see that the printer has nothing left to do before us."""
        self._replies.forget()
        start = self._profile.dialect.init
        if self._profile.completion is Completion.PRESENTER:
            start += ASK_MODEL_ID
        fault = self._send(start)
        if fault is None and self._profile.completion is Completion.PRESENTER:
            answer = self._replies.loose(1, self._until(ANSWER_S))
            fault = None if answer else PrintFault.NO_COMPLETION
        if fault is None and self._profile.completion is Completion.PROCESS_ID:
            fault = self._sync("start", ANSWER_S)
        if fault is None and self._profile.completion is Completion.COUNTER:
            fault = self._start_count()
        if fault is None and self._profile.cut_counter:
            self._cuts_before = self._count_cuts()
            fault = PrintFault.NO_COMPLETION if self._cuts_before is None else None
        return fault

    def _hand_over(self, piece: Band) -> PrintFault | None:
        """One band, counted, and then the printer's own word that all is well."""
        if self._clock.monotonic() >= self._deadline:
            return PrintFault.TIMED_OUT
        written = self._replies.send(piece.data, self._deadline)
        self._written += written.count
        if written.fault is not None:
            return _LINK.get(written.fault, PrintFault.SHORT_WRITE)
        self._progress(
            PrintProgress(piece.page, len(self._sheets.pages), self._written, self._total)
        )
        fault = None
        if piece.looks_real_time:
            fault = self._settle_echoes()
        if self._cuts and piece.page > self._freed_for:  # only where pages are seen when cut
            fault = fault or self._output_freed()
            self._freed_for = piece.page
        if piece.ends_page and self._profile.completion is Completion.PRESENTER:
            fault = fault or self._presented()
            if fault is None:
                self._cuts = piece.page
        return fault or self._look()

    def _settle_echoes(self) -> PrintFault | None:
        """Dots that look like DLE EOT make printers answer unasked: let those answers pass."""
        fault = None
        if self._profile.completion is Completion.PROCESS_ID:
            self._synced += 1
            fault = self._sync(f"echo {self._synced}", COMPLETION_S)
            if fault is PrintFault.NO_COMPLETION:
                # In the middle of a job a missing echo is no missing proof: the printer says what
                # is wrong with it, or it is late.
                fault = self._look() or PrintFault.TIMED_OUT
        self._replies.forget()
        return fault

    def _look(self) -> PrintFault | None:
        """A printer that is busy may be late with its answer: it is asked again, patiently."""
        begun = self._clock.monotonic()
        for attempt in range(STATUS_TRIES):
            self._status = self._ask(attempt > 0)
            if self._status.state is not PrinterState.UNKNOWN:
                took = min(self._clock.monotonic() - begun, self._late_left)
                self._late_left -= took
                self._deadline += took
                break
        assert self._status is not None
        return status_fault(self._status, self._profile.fine_while_printing)

    def _prove(self) -> PrintFault | None:
        fault = PrintFault.NO_COMPLETION
        if self._profile.completion is Completion.PROCESS_ID:
            found = self._sync("end", COMPLETION_S)
        elif self._profile.completion is Completion.PRESENTER:
            found = None  # every page was seen in the output when it was cut
        elif self._profile.completion is Completion.COUNTER:
            found = self._counted()
        else:
            return fault
        self._mark = found is None or found is PrintFault.COUNTER_MISMATCH
        if found is None and self._profile.cut_counter:
            found = self._compare_cuts()
        # The status is asked last in any case: it is evidence, and it may name a better reason.
        seen = self._look()
        if found is None and seen is None and self._profile.completion is Completion.PRESENTER:
            self._watch_taken()
        if found is PrintFault.NO_COMPLETION and seen is not None:
            return seen
        return found or seen

    def _compare_cuts(self) -> PrintFault | None:
        after = self._count_cuts()
        if after is None or self._cuts_before is None:
            return PrintFault.NO_COMPLETION
        self._cuts = after - self._cuts_before
        return None if self._cuts == len(self._sheets.pages) else PrintFault.COUNTER_MISMATCH

    def _count_cuts(self) -> int | None:
        if self._send(ASK_CUT_COUNTER) is not None:
            return None
        return self._replies.counter(self._until(ANSWER_S))

    def _sync(self, step: str, limit_s: float) -> PrintFault | None:
        """A mark, and its echo when all before it has been printed."""
        word = mark_word(self._sheets.issue_id, step)
        fault = self._send(mark(word))
        if fault is not None:
            return fault
        until = self._until(limit_s)
        while not self._replies.frame(
            mark_answer(word), min(until, self._clock.monotonic() + POLL_S)
        ):
            if self._replies.fault is not None:
                return _LINK.get(self._replies.fault, PrintFault.NO_COMPLETION)
            if self._clock.monotonic() >= until:
                return PrintFault.NO_COMPLETION
            if self._hopeless():
                return PrintFault.STATUS_CHANGED
        return None

    def _hopeless(self) -> bool:
        """The printer itself says that it cannot go on; silence alone is not that."""
        self._status = self._ask(False)
        fault = status_fault(self._status, self._profile.fine_while_printing)
        return fault is PrintFault.STATUS_CHANGED and self._status.state is PrinterState.STOPPED

    def _presented(self) -> PrintFault | None:
        """The buffer was worked off, the motor stands, and a sheet lies in the output."""
        fault = self._send(ASK_MODEL_ID)
        if fault is not None:
            return fault
        until = self._until(COMPLETION_S)
        if not self._replies.loose(1, until):
            return PrintFault.NO_COMPLETION
        while self._clock.monotonic() < until:
            self._status = self._ask(False)
            fault = status_fault(self._status, self._profile.fine_while_printing)
            if fault is not None:
                return fault
            if PrinterReason.PRESENTER_OCCUPIED in self._status.reasons:
                return None
            self._clock.sleep(POLL_S)
        return PrintFault.NO_COMPLETION

    def _output_freed(self) -> PrintFault | None:
        """The page before has left the output: else its sheet would be taken for this page's."""
        until = self._until(COMPLETION_S)
        while True:
            fault = self._look()
            if fault is not None or self._status is None:
                return fault
            if PrinterReason.PRESENTER_OCCUPIED not in self._status.reasons:
                return None
            if self._clock.monotonic() >= until:
                return PrintFault.NO_COMPLETION
            self._clock.sleep(POLL_S)

    def _watch_taken(self) -> None:
        """True if it was taken, False if it still lay there. Either way it was printed."""
        until = self._clock.monotonic() + TAKEN_S
        self._taken = False
        while not self._taken and self._clock.monotonic() < until:
            self._clock.sleep(POLL_S)
            now = self._ask(False)
            if status_fault(now, self._profile.fine_while_printing) is None:
                self._taken = PrinterReason.PRESENTER_OCCUPIED not in now.reasons

    def _start_count(self) -> PrintFault | None:
        """An ETB of its own: the counter moves, so all that was sent before is worked off."""
        first = star_counter(self._ask(False).raw)
        fault = PrintFault.NO_COMPLETION if first is None else self._send(STAR_ETB)
        until = self._until(ANSWER_S)
        while fault is None and self._clock.monotonic() < until:
            now = star_counter(self._ask(False).raw)
            if now is not None and now != first:
                self._count_before = now
                return None
            self._clock.sleep(POLL_S)
        return fault or PrintFault.NO_COMPLETION

    def _counted(self) -> PrintFault | None:
        """The counter rose by the pages; or the printer is idle, says so, and it did not."""
        until = self._until(COMPLETION_S)
        while True:
            self._status = self._ask(False)
            fault = status_fault(self._status, self._profile.fine_while_printing)
            now = star_counter(self._status.raw)
            if fault is not None:
                return fault
            if now is not None and self._count_before is not None:
                self._cuts = (now - self._count_before) % COUNTER_WRAPS
            if self._cuts == len(self._sheets.pages):
                return None
            if self._clock.monotonic() >= until:
                return PrintFault.COUNTER_MISMATCH
            self._clock.sleep(POLL_S)

    def _send(self, command: bytes) -> PrintFault | None:
        written = self._replies.send(command, self._deadline)
        self.cut_short = self.cut_short or 0 < written.count < len(command)
        return None if written.fault is None else _LINK.get(written.fault, PrintFault.SHORT_WRITE)

    def _until(self, seconds: float) -> float:
        return min(self._deadline, self._clock.monotonic() + seconds)

    def _unknown(self, fault: PrintFault) -> PrintUnknown:
        now = self._abandon()
        if self._status is None or fault is not PrintFault.STATUS_CHANGED:
            self._status = now  # else the status that ended it says more
        return PrintUnknown(fault, self._evidence(), self._status)

    def _evidence(self) -> PrintEvidence:
        return PrintEvidence(
            bytes_written=self._written,
            bytes_total=self._total,
            raster_sha256=self._sheets.hashes,
            pages_completed=self._cuts,
            completion_mark=self._mark,
            presenter_taken=self._taken,
            status_after=self._status,
        )
