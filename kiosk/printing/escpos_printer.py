"""``Printer`` for anything that speaks ESC/POS, whatever the bytes travel over."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from kiosk.domain.ports import Clock, Rasterizer
from kiosk.domain.printer import (
    NO_ANSWER,
    ClearState,
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

#: No new question is asked after this long, so that a status stays within the port's 2 s even if
#: the last question waits one transfer's timeout.
STATUS_LIMIT_S: Final = 0.9
#: A status byte is answered in real time, in a few milliseconds; this is generous.
STATUS_ANSWER_S: Final = 0.4
#: Feeding to the knife and cutting off what a fault left in the paper path.
CUT_OFF_S: Final = 10.0


class _Held(StrEnum):
    """What we know of the device's buffer and paper path."""

    UNSEEN = "unseen"  # this process has not looked yet
    CLEAR = "clear"
    OURS = "ours"  # a job of ours ended without proof


class EscposPrinter(OneJobPrinter):
    """One ESC/POS device."""

    def __init__(
        self,
        driver: str,
        profile: ModelProfile,
        transport: Transport,
        rasterizer: Rasterizer,
        clock: Clock,
    ) -> None:
        super().__init__(rasterizer)
        self._driver = driver
        self._profile = profile
        self._transport = transport
        self._clock = clock
        self._replies = ReplyStream(transport, clock)
        self._held = _Held.UNSEEN
        self._to_drop = False  # the device still has to be told to drop a job of ours
        self._clears = 0

    def identity(self) -> PrinterIdentity:
        names = self._transport.names()
        return PrinterIdentity(self._driver, names.model, names.serial)

    def power_cycled(self) -> None:
        """Staff confirmed that the printer was switched off and on: its buffers are empty.

        What lies in the paper path is not known by that; a model that can be told to cut it off
        still is, by ``clear``.
        """
        self._held = _Held.UNSEEN if self._profile.cancel else _Held.CLEAR
        self._to_drop = False

    def close(self) -> None:
        self._transport.close()

    def _ready(self) -> NotStarted | None:
        return refusal_of(wait_while_busy(self.status, self._clock))

    def _send(self, sheets: SheetSet, progress: Progress) -> PrintOutcome:
        run = EscposRun(
            sheets, self._profile, self._replies, self._clock, self._ask, self._abandon, progress
        )
        before = self._held
        self._held = _Held.OURS  # until proven otherwise, even if this raises
        outcome = run.run()
        if isinstance(outcome, NotStarted):
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
        return self._ask()

    def _ask(self) -> PrinterStatus:
        fault = self._transport.open()
        if fault is not None:
            return _link_status(fault)
        end = self._clock.monotonic() + STATUS_LIMIT_S
        if self._to_drop:
            self._drop(STATUS_ANSWER_S)
        self._replies.forget()
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
                else self._replies.loose(query.length, self._clock.monotonic() + STATUS_ANSWER_S)
            )
            replies.append(reply)
            if not reply:
                break
        if self._replies.fault is LinkFault.DISCONNECTED:
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

    def _clear(self) -> ClearState:
        """Drop the buffers where the model can (DLE DC4 fn 8), and free the paper path.

        Unless this process knows the paper path to be empty, what lies in it is cut off, so that no
        sheet begins below the rest of another. Where a model cannot, only switching off and on
        helps.
        """
        status = self._ask()
        if status.state in (PrinterState.OFFLINE, PrinterState.UNKNOWN):
            mute = status.state is PrinterState.UNKNOWN and self._held is _Held.OURS
            return ClearState.NEEDS_POWER_CYCLE if mute else ClearState.UNKNOWN
        if self._profile.cancel:
            return self._cancel(status)
        if self._held is _Held.OURS or self._profile.completion is Completion.NONE:
            known = self._held is _Held.CLEAR
            return ClearState.CLEAR if known else ClearState.NEEDS_POWER_CYCLE
        if not status.ready:
            return ClearState.UNKNOWN
        return ClearState.CLEAR if self._echoes() else ClearState.NEEDS_POWER_CYCLE

    def _cancel(self, status: PrinterStatus) -> ClearState:
        if not self._drop(ANSWER_S):
            return ClearState.NEEDS_POWER_CYCLE
        if self._held is _Held.CLEAR:
            return ClearState.CLEAR
        if not status.ready:
            # Nothing more can be printed, but part of a sheet may still be on the paper.
            return ClearState.HOLDS_OWN if self._held is _Held.OURS else ClearState.UNKNOWN
        self._clears += 1
        word = mark_word("clear", str(self._clears))
        dialect = self._profile.dialect
        cut = not self._write(dialect.init + dialect.end_page + mark(word)) and self._replies.frame(
            mark_answer(word), self._clock.monotonic() + CUT_OFF_S
        )
        return ClearState.CLEAR if cut else ClearState.NEEDS_POWER_CYCLE

    def _drop(self, answer_s: float) -> bool:
        """Empty the device's buffers; True if it said that it did."""
        self._replies.forget()
        dropped = self._transport.write(CLEAR_BUFFERS).fault is None and self._replies.frame(
            CLEAR_ANSWER, self._clock.monotonic() + answer_s
        )
        if dropped:
            self._to_drop = False
        return dropped

    def _echoes(self) -> bool:
        """An answer given in order: all that was sent before it has been worked off."""
        if self._profile.completion is Completion.COUNTER:
            return self._counts()
        if self._write(self._profile.dialect.init + ASK_MODEL_ID):
            return False
        return bool(self._replies.loose(1, self._clock.monotonic() + ANSWER_S))

    def _counts(self) -> bool:
        """Star: the counter moves when all before its ETB has been worked off."""
        before = star_counter(self._ask().raw)
        if before is None or self._write(self._profile.dialect.init + STAR_ETB):
            return False
        until = self._clock.monotonic() + ANSWER_S
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
