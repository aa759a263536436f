"""Fees in memory: the same payments, refusals and rows as the server's own.

For flow tests and for playing without a server. The rules are kiosk/domain/fees.py's.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.domain.acceptor import AcceptorStatus
from kiosk.domain.fees import (
    LIVE_PAYMENTS,
    NO_FEE,
    PAYMENT_MOVES,
    Counted,
    FeeMode,
    FeeRate,
    Money,
    Payment,
    PaymentState,
    Pot,
    Transfer,
    balances,
    counted,
    following,
    known_of,
    lost,
    to_take,
)
from kiosk.domain.issuance import OPEN_STATES, IssueState
from kiosk.domain.ports import ServerFault


def refused(code: str, detail: str = "") -> ServerFault:
    """The server heard and said no."""
    return ServerFault(code, sent=True, detail=detail)


@dataclass(frozen=True, slots=True)
class PaidFor:
    """What a payment is for, and what its idempotency key was given with."""

    application_id: str
    entry_id: int
    content_sha256: str
    copies: int


@dataclass(frozen=True, slots=True)
class CopyOf:
    """An issue that a payment pays: its state is asked, never kept twice."""

    issue_id: str
    copy: int
    state: Callable[[], IssueState]


@dataclass(slots=True)
class PaymentBook:
    """One payment and its rows. The fee is what it was when the person was asked."""

    payment_id: str
    serial: int
    key: str
    paid_for: PaidFor
    rate: FeeRate
    state: PaymentState = PaymentState.AWAITING
    taken: int = 0
    rows: list[Transfer] = field(default_factory=list)
    copies: list[CopyOf] = field(default_factory=list)

    def known(self) -> Counted:
        in_work = sum(copy.state() in OPEN_STATES for copy in self.copies)
        return known_of(self.rows, self.taken, in_work * self.rate.yen)

    def book(self, one: Transfer) -> None:
        """Raises RuntimeError if the pot does not hold so much."""
        if one.source not in {Pot.PERSON, Pot.SHORT} and balances(self.rows)[one.source] < one.yen:
            raise RuntimeError(f"{one.source} does not hold {one.yen}")
        self.rows.append(one)

    def move(self, new: PaymentState) -> None:
        """Raises RuntimeError on a move that is not allowed."""
        if new not in PAYMENT_MOVES[self.state]:
            raise RuntimeError(f"{self.state} -> {new} is not allowed")
        self.state = new

    @property
    def owed(self) -> bool:
        pots = balances(self.rows)
        return any(pots[pot] for pot in (Pot.DEPOSIT, Pot.HELD, Pot.MISSING))

    def restate(self) -> None:
        if self.state is PaymentState.CLOSED and self.owed:
            self.move(PaymentState.OWING)
        elif self.state is PaymentState.OWING and not self.owed:
            self.move(PaymentState.CLOSED)

    def end(self) -> None:
        self.move(PaymentState.OWING if self.owed else PaymentState.CLOSED)

    def told(self) -> Payment:
        now, paid_for = self.known(), self.paid_for
        return Payment(
            self.payment_id, f"F-{self.serial:05d}", self.state, self.rate.mode, self.rate.yen,
            paid_for.copies, now.deposit, now.give_back, to_take(now), now.returned,
        )  # fmt: skip


class FeeDesk:
    """The payments of one terminal. Not thread-safe: the section locks around each call."""

    def __init__(self) -> None:
        self.rate = NO_FEE
        self.books: list[PaymentBook] = []

    def book_of(self, payment_id: str) -> PaymentBook | None:
        return next((book for book in self.books if book.payment_id == payment_id), None)

    def live(self) -> tuple[str, ...]:
        return tuple(book.payment_id for book in self.books if book.state in LIVE_PAYMENTS)

    # --- the terminal -------------------------------------------------------------------------

    def request(self, paid_for: PaidFor, rate: FeeRate, key: str) -> Payment | ServerFault:
        made = next((book for book in self.books if book.key == key), None)
        if made is not None:
            return made.told() if made.paid_for == paid_for else refused("key_conflict")
        if not rate.charged or rate != self.rate:
            return refused("fee_differs")
        if self.live():
            return refused("open_payment")
        book = PaymentBook(str(uuid.uuid4()), len(self.books) + 1, key, paid_for, rate)
        self.books.append(book)
        return book.told()

    def read(self, payment_id: str) -> Payment | ServerFault:
        book = self.book_of(payment_id)
        return book.told() if book else refused("unknown_payment")

    def count(
        self, payment_id: str, status: AcceptorStatus | None, *, closing: bool
    ) -> Payment | ServerFault:
        book = self.book_of(payment_id)
        if book is None:
            return refused("unknown_payment")
        if book.rate.mode is FeeMode.ACCEPTOR and status is not None and status.heard:
            self._machine_rows(book, status)
        if closing and book.state in LIVE_PAYMENTS:
            if book.known().reserved:
                return refused("open_issue")
            book.end()
        elif book.state is PaymentState.AWAITING and book.known().deposit >= book.told().due:
            book.move(PaymentState.PAID)
        book.restate()
        return book.told()

    @staticmethod
    def _machine_rows(book: PaymentBook, status: AcceptorStatus) -> None:
        before, escrow = book.known(), status.escrow
        whole = escrow is not None and escrow.payment_id == book.payment_id
        if whole and escrow and escrow.inserted >= before.inserted and escrow.taken >= before.taken:
            found = counted(before, escrow)
            book.taken = max(book.taken, escrow.taken)
        else:
            found = lost(before)
        for one in found:
            book.book(one)

    # --- staff --------------------------------------------------------------------------------

    def receive(self, payment_id: str, yen: int) -> None:
        """入金 at the counter. Raises RuntimeError if it is not awaited or not what is due."""
        book = self.book_of(payment_id)
        if book is None or book.state is not PaymentState.AWAITING or yen != book.told().due:
            raise RuntimeError("not awaited")
        book.book(Transfer(Money.RECEIVED, Pot.PERSON, Pot.DEPOSIT, yen))
        book.move(PaymentState.PAID)

    def cancel(self, payment_id: str) -> None:
        """Staff end a live payment. Raises RuntimeError if it is not live."""
        book = self.book_of(payment_id)
        if book is None or book.state not in LIVE_PAYMENTS:
            raise RuntimeError("not live")
        book.end()

    # --- paper --------------------------------------------------------------------------------

    def cover(self, payment_id: str, paid_for: PaidFor, copy: int) -> ServerFault | None:
        """Whether a copy may be numbered."""
        if not payment_id:
            return refused("fee_unpaid", "no payment") if self.rate.charged else None
        book = self.book_of(payment_id)
        if book is None or book.paid_for != paid_for:
            return refused("fee_unpaid", "other")
        if book.state is not PaymentState.PAID or book.known().give_back < book.rate.yen:
            return refused("fee_unpaid", book.state.value)
        again = any(
            one.copy == copy and one.state() is not IssueState.FAILED for one in book.copies
        )
        return refused("fee_unpaid", "copy") if again else None

    def link(self, payment_id: str, copy: CopyOf) -> None:
        book = self.book_of(payment_id)
        if book is not None:
            book.copies.append(copy)

    def _paying(self, issue_id: str) -> PaymentBook | None:
        for book in self.books:
            if any(copy.issue_id == issue_id for copy in book.copies):
                return book
        return None

    def covered(self, issue_id: str) -> bool:
        """Whether a numbered copy may be released."""
        book = self._paying(issue_id)
        if book is None:
            return not self.rate.charged
        now = book.known()
        return book.state is PaymentState.PAID and now.deposit >= now.reserved

    def follow(self, issue_id: str, old: IssueState, new: IssueState) -> None:
        book = self._paying(issue_id)
        one = following(old, new, book.rate.yen, issue_id) if book else None
        if book and one:
            book.book(one)
