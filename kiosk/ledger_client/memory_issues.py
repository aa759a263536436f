"""The issue in memory: the same moves, refusals and idempotence as the server's own.

For flow tests and for playing without a server. Nothing here is kept beyond the process.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from kiosk.domain.certificate import (
    CertificateContent,
    DrawnCertificate,
    DrawRefusal,
    Stamp,
)
from kiosk.domain.eras import fiscal_year
from kiosk.domain.issuance import (
    MAX_COPIES,
    OPEN_STATES,
    IssueNumber,
    IssueState,
    believed,
    may_move,
    recovered_state,
    state_after,
)
from kiosk.domain.ledger import LedgerEntry
from kiosk.domain.ports import Recovered, Released, Reserved, ServerFault, Settled, SheetMaker
from kiosk.domain.printer import ClearState, Printed, PrintFault, PrintOutcome
from kiosk.ledger_client.memory_fees import CopyOf, FeeDesk, PaidFor, refused

__all__ = ["IssueDesk", "IssueRow", "Ledger", "Order", "refused"]


@dataclass(frozen=True, slots=True)
class Order:
    """What the terminal asks to certify; ``request`` is all of it but the key."""

    application_id: str
    content: CertificateContent
    copy: int
    copies: int
    key: str
    payment_id: str = ""

    @property
    def request(self) -> tuple[object, ...]:
        return (
            self.application_id, self.content.content_sha256(), self.copy, self.copies,
            self.payment_id,
        )  # fmt: skip

    @property
    def paid_for(self) -> PaidFor:
        content = self.content
        return PaidFor(self.application_id, content.entry_id, content.content_sha256(), self.copies)


@dataclass(slots=True)
class IssueRow:
    """One issuance as the server's journal has it."""

    issue_id: str
    number: IssueNumber
    order: Order = field(repr=False)
    state: IssueState = IssueState.NUMBERED
    page_count: int = 0
    pdf_sha256: str = ""
    raster_sha256: tuple[str, ...] = ()
    fault: str = ""
    history: list[IssueState] = field(default_factory=lambda: [IssueState.NUMBERED])

    def move(self, new: IssueState) -> None:
        """Raises RuntimeError on a move that is not allowed."""
        if not may_move(self.state, new):
            raise RuntimeError(f"{self.state} -> {new} is not allowed")
        self.state = new
        self.history.append(new)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the desk asks of the section around it."""

    maker: SheetMaker
    entry: Callable[[int], LedgerEntry | None]
    was_found: Callable[[str, int], bool]
    user_id: Callable[[str], str | None]  # of an application
    accepting: Callable[[], bool]
    today: Callable[[], date]


class IssueDesk:
    """The issues of one terminal. Not thread-safe: the section holds its lock around each call."""

    def __init__(self, ledger: Ledger, terminal: str, seal_png: bytes) -> None:
        self._ledger = ledger
        self._terminal = terminal
        self._seal = seal_png
        self._serials: dict[int, int] = {}
        self.rows: list[IssueRow] = []
        self.fees = FeeDesk()
        self.power_cycle_needed = False

    def open_issues(self) -> list[IssueRow]:
        return [row for row in self.rows if row.state in OPEN_STATES]

    def _row(self, issue_id: str) -> IssueRow | None:
        return next((row for row in self.rows if row.issue_id == issue_id), None)

    def _move(self, row: IssueRow, new: IssueState) -> None:
        """The issue's move and its money's."""
        self.fees.follow(row.issue_id, row.state, new)
        row.move(new)

    # --- reserve and release ------------------------------------------------------------------

    def reserve(self, order: Order) -> Reserved | ServerFault:
        known = next((row for row in self.rows if row.order.key == order.key), None)
        if known is not None:
            same = known.order.request == order.request
            return Reserved(known.issue_id) if same else refused("key_conflict")
        refusal = self._refusal(order)
        if refusal is not None:
            return refusal
        year = fiscal_year(self._ledger.today())
        self._serials[year] = self._serials.get(year, 0) + 1
        row = IssueRow(str(uuid.uuid4()), IssueNumber(year, self._serials[year]), order)
        self.rows.append(row)
        self.fees.link(order.payment_id, CopyOf(row.issue_id, order.copy, lambda: row.state))
        return Reserved(row.issue_id)

    def _refusal(self, order: Order) -> ServerFault | None:
        if not 1 <= order.copy <= order.copies <= MAX_COPIES:
            return refused("too_many_copies")
        if self._ledger.user_id(order.application_id) is None:
            return refused("unknown_application")
        if not self._ledger.accepting():
            return refused("stopped")
        if self.open_issues():
            return refused("open_issue")
        entry = self._ledger.entry(order.content.entry_id)
        if entry is None or not self._ledger.was_found(order.application_id, entry.entry_id):
            return refused("unknown_entry")
        if order.content.form != self._ledger.maker.form_for(entry.category):
            return refused("form_differs")
        if entry.not_certifiable is not None:
            return refused("not_certifiable", entry.not_certifiable.value)
        content = self._ledger.maker.content(entry)
        if isinstance(content, DrawRefusal):
            return refused(content.code)
        if content.content_sha256() != order.content.content_sha256():
            return refused("stale_content")
        return self.fees.cover(order.payment_id, order.paid_for, order.copy)

    def release(self, issue_id: str) -> Released | ServerFault:
        """Once. A refusal other than the first two ends the issue as FAILED."""
        row = self._row(issue_id)
        if row is None:
            return refused("unknown_issue")
        if row.state is not IssueState.NUMBERED:
            return refused("already_released")
        made = self._drawn(row)
        if not self._ledger.accepting():
            made = refused("stopped")
        elif not isinstance(made, ServerFault) and not self.fees.covered(issue_id):
            made = refused("fee_unpaid")
        if isinstance(made, ServerFault):
            row.fault = made.code
            self._move(row, IssueState.FAILED)
            return made
        stamp, drawn = made
        row.pdf_sha256, row.page_count = drawn.pdf_sha256, drawn.page_count
        row.move(IssueState.RELEASED)
        return Released(
            row.issue_id, stamp.number, stamp.issued_on, stamp.seal_png, drawn.pdf_sha256,
            drawn.page_count,
        )  # fmt: skip

    def _drawn(self, row: IssueRow) -> tuple[Stamp, DrawnCertificate] | ServerFault:
        entry = self._ledger.entry(row.order.content.entry_id)
        content = self._ledger.maker.content(entry) if entry else DrawRefusal("not_certifiable")
        if isinstance(content, DrawRefusal):
            return refused(content.code)
        if content.content_sha256() != row.order.content.content_sha256():
            return refused("stale_content")
        user_id = self._ledger.user_id(row.order.application_id) or ""
        stamp = Stamp(
            row.issue_id, str(row.number), self._ledger.today(), user_id, self._terminal, self._seal
        )
        drawn = self._ledger.maker.draw(content, stamp)
        return refused(drawn.code) if isinstance(drawn, DrawRefusal) else (stamp, drawn)

    # --- spool, settle, recover ---------------------------------------------------------------

    def spool(self, issue_id: str, raster_sha256: Sequence[str]) -> ServerFault | None:
        row = self._row(issue_id)
        if row is None:
            return refused("unknown_issue")
        if row.state is IssueState.SPOOLED and row.raster_sha256 == tuple(raster_sha256):
            return None
        if row.state is not IssueState.RELEASED:
            return refused("not_released")
        if len(raster_sha256) != row.page_count:
            return refused("mismatch", "pages")
        row.raster_sha256 = tuple(raster_sha256)
        row.move(IssueState.SPOOLED)
        return None

    def settle(self, issue_id: str, outcome: PrintOutcome) -> Settled | ServerFault:
        """Idempotent: an issue that is settled stays as it is."""
        row = self._row(issue_id)
        if row is None:
            return refused("unknown_issue")
        if row.state in OPEN_STATES:
            self._end(row, believed(outcome, row.state, row.page_count, row.raster_sha256))
        return Settled(issue_id, row.state)

    def _end(self, row: IssueRow, outcome: PrintOutcome) -> None:
        if isinstance(outcome, Printed) and row.state is IssueState.RELEASED:
            row.raster_sha256 = outcome.evidence.raster_sha256
            row.move(IssueState.SPOOLED)
        if not isinstance(outcome, Printed):
            row.fault = outcome.fault.value
        self._move(row, state_after(outcome))
        if row.state is IssueState.UNKNOWN:
            self.power_cycle_needed = True

    def recover(self, clear: ClearState, *, power_cycled: bool) -> Recovered:
        failed: list[str] = []
        unknown: list[str] = []
        for row in self.open_issues():
            row.fault = PrintFault.RESTARTED.value
            self._move(row, recovered_state(row.state))
            (failed if row.state is IssueState.FAILED else unknown).append(row.issue_id)
        self.power_cycle_needed = self.power_cycle_needed or bool(unknown)
        if power_cycled or clear is ClearState.CLEAR:
            self.power_cycle_needed = False
        return Recovered(tuple(failed), tuple(unknown), self.power_cycle_needed, self.fees.live())
