"""An issuance (発行): its states, its allowed moves, and how a print outcome ends it.

The server is the only journal; these rules are shared so that both sides mean the same.
FAILED needs proof that nothing came out; whatever is not known is UNKNOWN and waits for staff.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.printer import (
    NotStarted,
    Printed,
    PrintEvidence,
    PrintFault,
    PrintOutcome,
    PrintUnknown,
)

#: Copies of one sheet in one visit that the server numbers at most.
MAX_COPIES = 20


class IssueState(StrEnum):
    NUMBERED = "NUMBERED"  # row, log row and number exist; nothing left the server
    RELEASED = "RELEASED"  # number, date and seal left the server, once
    SPOOLED = "SPOOLED"  # the terminal hands the sheet to the printer
    PRINTED = "PRINTED"
    FAILED = "FAILED"  # 欠番: proven that no sheet exists
    UNKNOWN = "UNKNOWN"  # waits for a named staff decision
    VOIDED = "VOIDED"  # 無効: staff, with a reason


OPEN_STATES = frozenset({IssueState.NUMBERED, IssueState.RELEASED, IssueState.SPOOLED})

_N, _R, _S, _P, _F, _U, _V = IssueState  # definition order above

#: Every move that may ever happen. RELEASED -> PRINTED is only ever made through SPOOLED.
ALLOWED: dict[IssueState, frozenset[IssueState]] = {
    _N: frozenset({_R, _F}),
    _R: frozenset({_S, _F, _U}),
    _S: frozenset({_P, _F, _U}),
    _P: frozenset({_V}),
    _F: frozenset(),
    _U: frozenset({_P, _V}),
    _V: frozenset(),
}


def may_move(old: IssueState, new: IssueState) -> bool:
    return new in ALLOWED[old]


def state_after(outcome: PrintOutcome) -> IssueState:
    """The state a print outcome settles an issue in."""
    if isinstance(outcome, Printed):
        return IssueState.PRINTED
    if isinstance(outcome, NotStarted):
        return IssueState.FAILED
    return IssueState.UNKNOWN


def believed(
    outcome: PrintOutcome, state: IssueState, pages: int | None, rasters: Sequence[str]
) -> PrintOutcome:
    """A reported outcome as far as the journal can believe it.

    ``pages`` is what was released; ``rasters`` the hashes that were spooled, empty before that.
    """
    if state is IssueState.NUMBERED and not isinstance(outcome, NotStarted):
        return NotStarted(PrintFault.MISMATCH)  # nothing had left the server: there is no sheet
    if isinstance(outcome, Printed):
        fault = evidence_fault(outcome.evidence, pages, rasters)
        return PrintUnknown(fault, outcome.evidence) if fault else outcome
    return outcome


def evidence_fault(
    evidence: PrintEvidence, pages: int | None, rasters: Sequence[str]
) -> PrintFault | None:
    """Why this evidence does not prove the sheet set, or None if it does."""
    if evidence.bytes_total <= 0 or evidence.bytes_written != evidence.bytes_total:
        return PrintFault.SHORT_WRITE
    if rasters and list(evidence.raster_sha256) != list(rasters):
        return PrintFault.MISMATCH
    if len(evidence.raster_sha256) != pages:
        return PrintFault.MISMATCH
    if evidence.pages_completed not in (None, pages):
        return PrintFault.COUNTER_MISMATCH
    if evidence.completion_mark is False:
        return PrintFault.NO_COMPLETION
    proofs = (evidence.completion_mark, evidence.presenter_taken, evidence.pages_completed)
    return None if any(proofs) else PrintFault.NO_COMPLETION


def recovered_state(state: IssueState) -> IssueState:
    """What an open issue becomes when the terminal comes back without the printer's evidence."""
    if state is IssueState.NUMBERED:
        return IssueState.FAILED  # nothing had left the server
    if state in OPEN_STATES:
        return IssueState.UNKNOWN
    return state


@dataclass(frozen=True, slots=True)
class IssueNumber:
    """A certificate's number: fiscal year (April to March, Japan time) and a gapless serial."""

    fiscal_year: int
    serial: int

    def __post_init__(self) -> None:
        if self.serial < 1 or not 1900 < self.fiscal_year < 10000:
            raise ValueError("not an issue number")

    def __str__(self) -> str:
        return f"{self.fiscal_year}-{self.serial:06d}"

    @classmethod
    def parse(cls, text: str) -> IssueNumber:
        """Reads what ``str`` writes, e.g. ``2026-000123``. Raises ValueError."""
        year, dash, serial = text.partition("-")
        digits = year + serial
        if not (dash and year and serial and digits.isascii() and digits.isdigit()):
            raise ValueError("not an issue number")
        return cls(int(year), int(serial))
