"""``Printer`` for anything that speaks ESC/POS, whatever the bytes travel over."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from kiosk.domain.ports import Clock, Rasterizer
from kiosk.domain.printer import (
    NO_ANSWER,
    ClearState,
    Confirmation,
    ModelFit,
    NotStarted,
    Printed,
    PrinterIdentity,
    PrinterReason,
    PrinterState,
    PrinterStatus,
    PrintOutcome,
)
from kiosk.printing.dialects import STAR_ETB
from kiosk.printing.escpos_commands import (
    ASK_CUT_COUNTER,
    ASK_MODEL_ID,
    CLEAR_ANSWER,
    CLEAR_BUFFERS,
    mark,
    mark_answer,
    mark_word,
)
from kiosk.printing.escpos_run import ANSWER_S, POLL_S, EscposRun
from kiosk.printing.jobs import Progress, SheetSet, refusal_of, wait_while_busy
from kiosk.printing.models import Completion, ModelProfile
from kiosk.printing.one_job import OneJobPrinter
from kiosk.printing.replies import ReplyStream
from kiosk.printing.status import read_status, star_counter
from kiosk.printing.transport import LinkFault, Transport

#: Usual patience with one answer, ``answer_s`` of the configuration. "Real time" is a few
#: milliseconds on a cable; a printer on the network that is moving paper takes one or two seconds.
#: A mute one is still known to be mute within two.
ANSWER_WAIT_S: Final = 1.8
#: In the middle of a job it may be later still: a second question is waited for so much longer.
PATIENT_TIMES: Final = 2
#: Feeding to the knife and cutting off what a fault left in the paper path.
CUT_OFF_S: Final = 10.0


class _Held(StrEnum):
    """What we know of the device's buffer and paper path."""

    UNSEEN = "unseen"  # this process has not looked yet
    CYCLED = "cycled"  # staff switched it off and on: the buffer is empty, the path is not known
    CLEAR = "clear"
    OURS = "ours"  # a job of ours ended without proof, or nothing shows that none is left


class EscposPrinter(OneJobPrinter):
    """One ESC/POS device."""

    def __init__(
        self,
        driver: str,
        profile: ModelProfile,
        transport: Transport,
        rasterizer: Rasterizer,
        clock: Clock,
        answer_s: float = ANSWER_WAIT_S,
    ) -> None:
        super().__init__(rasterizer)
        self._answer_s = answer_s
        self._driver = driver
        self._profile = profile
        self._transport = transport
        self._clock = clock
        self._replies = ReplyStream(transport, clock, profile.dialect.auto_status)
        self._held = _Held.UNSEEN
        self._to_drop = False  # the device still has to be told to drop a job of ours
        self._in_job = False  # no connection is made anew before the job has ended
        self._misfit = False  # just switched on, and it does not answer as its model would
        self._echo_number = 0

    def identity(self) -> PrinterIdentity:
        names = self._transport.names()
        return PrinterIdentity(self._driver, names.model, names.serial)

    def power_cycled(self) -> None:
        """Staff confirmed that the printer was switched off and on: its buffers are empty.

        What lies in the paper path is not known by that; it still is cut off, by ``clear``.
        """
        self._held = _Held.CYCLED
        self._to_drop = False
        self._transport.close()  # a connection does not survive that, whatever it still seems

    def _confirm(self) -> Confirmation:
        """Asks for what the model of the configuration must answer beside its status; inkless.

        Only when nothing can be in its buffer: the question would be taken for dots of the rest.
        """
        if self._misfit:
            return Confirmation(ModelFit.DIFFERS, self._profile.name)
        if self._held is not _Held.CLEAR or not self._ask().ready:
            return Confirmation(ModelFit.NOT_ASKED)
        if self._profile.completion is Completion.NONE:
            return Confirmation(ModelFit.FITS, f"{self._profile.name} (no proof)")
        fits = self._echoes() and (not self._profile.cut_counter or self._count_is_told())
        return Confirmation(ModelFit.FITS if fits else ModelFit.DIFFERS, self._profile.name)

    def _count_is_told(self) -> bool:
        if self._write(ASK_CUT_COUNTER):
            return False
        return self._replies.counter(self._clock.monotonic() + ANSWER_S) is not None

    def close(self) -> None:
        self._transport.close()

    def _ready(self) -> NotStarted | None:
        status = wait_while_busy(self.status, self._clock)
        if PrinterReason.NO_ANSWER in status.reasons:
            status = self.status()  # one missed question is no reason to send somebody away
        return refusal_of(status)

    def _send(self, sheets: SheetSet, progress: Progress) -> PrintOutcome:
        run = EscposRun(
            sheets, self._profile, self._replies, self._clock, self._look, self._abandon, progress
        )
        before = self._held
        self._held = _Held.OURS  # until proven otherwise, even if this raises
        self._in_job = True
        try:
            outcome = run.run()
        finally:
            self._in_job = False
        if isinstance(outcome, NotStarted) and not run.cut_short:
            self._held = before
        elif isinstance(outcome, Printed):
            self._held = _Held.CLEAR
        return outcome

    def _abandon(self) -> PrinterStatus:
        """A job ends without proof: drop the rest of it at once, then look.

        Refilled paper must not bring the rest out while staff are on their way; and a question
        asked before the rest of a band is dropped would be taken for its dots. A device that
        cannot be told now is told before the next question. ``clear`` still has to free the
        paper path.
        """
        self._to_drop = self._profile.cancel
        self._in_job = False
        return self._ask()

    def _look(self, patient: bool = False) -> PrinterStatus:
        """The status in the middle of a job; ``patient`` with a printer that was silent."""
        return self._ask(self._answer_s * (PATIENT_TIMES if patient else 1))

    def _ask(self, answer_s: float | None = None) -> PrinterStatus:
        """Asked a second time if there was more than the answers: one of them was not ours.

        No question is asked once each could have been answered as late as ``answer_s``.
        """
        answer_s = self._answer_s if answer_s is None else answer_s
        end = self._clock.monotonic() + answer_s * len(self._profile.status.queries)
        status = self._ask_once(end, answer_s)
        if PrinterReason.GARBLED_ANSWER in status.reasons and self._clock.monotonic() < end:
            status = self._ask_once(end, answer_s)
        return status

    def _ask_once(self, end: float, answer_s: float) -> PrinterStatus:
        # A device that was switched off and on answers as if nothing had been: the job must not
        # go on there.
        if self._in_job and not self._transport.connected:
            return _link_status(LinkFault.DISCONNECTED)
        fault = self._transport.open()
        if fault is not None:
            return _link_status(fault)
        if self._to_drop:
            self._drop(answer_s)
        self._replies.forget_status(min(end, self._clock.monotonic() + answer_s))
        replies: list[bytes] = []
        for query in self._profile.status.queries:
            if self._clock.monotonic() >= end:
                break
            fault = self._question(query.request)
            if fault is not None and fault is not LinkFault.TIMED_OUT:
                return _link_status(fault)
            reply = (
                b""
                if fault is not None
                else self._replies.loose(query.length, self._clock.monotonic() + answer_s)
            )
            replies.append(reply)
            if not reply:
                break
        surplus = self._replies.surplus()
        if surplus:
            replies.append(surplus)
        if self._replies.fault is LinkFault.DISCONNECTED or not self._transport.connected:
            return _link_status(LinkFault.DISCONNECTED)
        return read_status(self._profile.status, replies)

    def _question(self, request: bytes) -> LinkFault | None:
        """A question may be asked twice, so a halted endpoint gets a second chance."""
        for _ in range(2):
            fault = self._transport.write(request).fault
            if fault is not LinkFault.STALLED:
                break
        return fault

    def _holds_ours(self) -> bool:
        return self._held is _Held.OURS

    def _is_clear(self) -> None:
        self._held = _Held.CLEAR
        self._misfit = False

    def _is_not_clear(self) -> None:
        self._held = _Held.OURS

    def _clear(self) -> ClearState:
        """Drop the buffers where the model can (DLE DC4 fn 8), and free the paper path.

        Unless this process knows the paper path to be empty, what lies in it is cut off, so that no
        sheet begins below the rest of another. Where a model cannot, only switching off and on
        helps.
        """
        state = self._proven()
        # Just switched off and on, and still it does not answer in order: it is another model.
        if state is ClearState.NEEDS_POWER_CYCLE and self._held is _Held.CYCLED:
            self._misfit = True
        return state

    def _proven(self) -> ClearState:
        status = self._ask()
        if status.state is PrinterState.OFFLINE:  # perhaps only the old connection is gone
            status = self._ask()
        if status.state in (PrinterState.OFFLINE, PrinterState.UNKNOWN):
            mute = status.state is PrinterState.UNKNOWN and self._held is _Held.OURS
            return ClearState.NEEDS_POWER_CYCLE if mute else ClearState.UNKNOWN
        if self._profile.completion is Completion.NONE:
            return self._told_only()
        emptied = self._emptied(status)
        if emptied is not ClearState.CLEAR:
            return emptied
        if self._held is _Held.CLEAR:
            return ClearState.CLEAR
        if not status.ready:
            # Nothing more can be printed, but part of a sheet may still be on the paper.
            return ClearState.HOLDS_OWN if self._held is _Held.OURS else ClearState.UNKNOWN
        return ClearState.CLEAR if self._cut_off() else ClearState.NEEDS_POWER_CYCLE

    def _told_only(self) -> ClearState:
        """A model that proves nothing is clear by the word of staff."""
        if self._held is _Held.CYCLED:
            self._write(self._profile.dialect.init + self._profile.dialect.cut_off)
        known = self._held in (_Held.CLEAR, _Held.CYCLED)
        return ClearState.CLEAR if known else ClearState.NEEDS_POWER_CYCLE

    def _emptied(self, status: PrinterStatus) -> ClearState:
        """CLEAR if the device showed that its buffer is empty."""
        if self._profile.cancel:
            return ClearState.CLEAR if self._drop(ANSWER_S) else ClearState.NEEDS_POWER_CYCLE
        if self._held is _Held.OURS:
            return ClearState.NEEDS_POWER_CYCLE
        if not status.ready:
            return ClearState.UNKNOWN
        return ClearState.CLEAR if self._echoes() else ClearState.NEEDS_POWER_CYCLE

    def _cut_off(self) -> bool:
        """Whatever an earlier job left in the paper path is out, and the paper stands."""
        until = self._clock.monotonic() + CUT_OFF_S
        if not self._echoes(self._profile.dialect.cut_off, CUT_OFF_S):
            return False
        while self._ask().state is PrinterState.BUSY and self._clock.monotonic() < until:
            self._clock.sleep(POLL_S)
        return True

    def _drop(self, answer_s: float) -> bool:
        """Empty the device's buffers; True if it said that it did."""
        self._replies.forget()
        dropped = self._transport.write(CLEAR_BUFFERS).fault is None and self._replies.frame(
            CLEAR_ANSWER, self._clock.monotonic() + answer_s
        )
        if dropped:
            self._to_drop = False
        return dropped

    def _echoes(self, before: bytes = b"", answer_s: float = ANSWER_S) -> bool:
        """An answer given in order: ``before`` and all that was sent earlier is worked off."""
        data = self._profile.dialect.init + before
        self._replies.forget()
        if self._profile.completion is Completion.COUNTER:
            return self._counts(data, answer_s)
        until = self._clock.monotonic() + answer_s
        if self._profile.completion is Completion.PRESENTER:
            return not self._write(data + ASK_MODEL_ID) and bool(self._replies.loose(1, until))
        self._echo_number += 1
        word = mark_word("echo", str(self._echo_number))
        return not self._write(data + mark(word)) and self._replies.frame(mark_answer(word), until)

    def _counts(self, data: bytes, answer_s: float) -> bool:
        """Star: the counter moves when all before its ETB has been worked off."""
        etb = b"" if data.endswith(STAR_ETB) else STAR_ETB
        before = star_counter(self._ask().raw)
        if before is None or self._write(data + etb):
            return False
        until = self._clock.monotonic() + answer_s
        while self._clock.monotonic() < until:
            if star_counter(self._ask().raw) not in (None, before):
                return True
            self._clock.sleep(POLL_S)
        return False

    def _write(self, data: bytes) -> LinkFault | None:
        return self._replies.send(data, self._clock.monotonic() + ANSWER_S).fault


def _link_status(fault: LinkFault) -> PrinterStatus:
    """What a fault of the connection means as a status."""
    if fault is LinkFault.IN_USE:
        return PrinterStatus(
            PrinterState.BUSY, frozenset({PrinterReason.OTHER_JOB}), raw=fault.value
        )
    if fault in (LinkFault.TIMED_OUT, LinkFault.STALLED):
        return PrinterStatus(NO_ANSWER.state, NO_ANSWER.reasons, raw=fault.value)
    return PrinterStatus(PrinterState.OFFLINE, frozenset({PrinterReason.OFFLINE}), raw=fault.value)
