"""Fees (手数料): what a copy costs, where its money is, and how money follows paper.

The payment ledger is double entry: each row moves yen from one pot to another, so money is never
lost or made, it is only somewhere. Both sides share these rules, as they share the issue's moves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.acceptor import Escrow
from kiosk.domain.issuance import IssueState

#: Yen of one copy at most: a mistyped fee must not ask for a fortune.
MAX_YEN = 10_000
#: Yen of the smallest coin that acceptors take and give back: a fee below it never comes out even.
SMALLEST_COIN = 10


class FeeMode(StrEnum):
    OFF = "off"
    COUNTER = "counter"  # paid at the section's counter, released by staff
    ACCEPTOR = "acceptor"  # a coin acceptor with escrow at the terminal


@dataclass(frozen=True, slots=True)
class FeeRate:
    """What is in force. ``yen``: of one copy; 0 when the mode is off."""

    mode: FeeMode = FeeMode.OFF
    yen: int = 0

    def __post_init__(self) -> None:
        low = 0 if self.mode is FeeMode.OFF else 1
        if not low <= self.yen <= (0 if self.mode is FeeMode.OFF else MAX_YEN):
            raise ValueError("no fee can be this")

    @property
    def charged(self) -> bool:
        return self.mode is not FeeMode.OFF


NO_FEE = FeeRate()


class Pot(StrEnum):
    """Where money is."""

    PERSON = "person"  # outside: it came from there, or went back there
    DEPOSIT = "deposit"  # with us, and still the person's
    HELD = "held"  # of an issue that waits for a decision
    EARNED = "earned"  # the ward's: its sheet is printed
    MISSING = "missing"  # the machine does not have what it should: waits for staff
    UNCLAIMED = "unclaimed"  # with us; its owner is gone
    SHORT = "short"  # what left the machine without a claim, as a sum below nothing


class Money(StrEnum):
    """What a row of the payment ledger is."""

    INSERTED = "inserted"  # the machine saw it go in
    RECEIVED = "received"  # staff took it at the counter
    VENDED = "vended"  # its sheet is printed
    HELD = "held"  # nobody knows yet whether its sheet is
    KEPT = "kept"  # staff decided: its sheet is printed
    OWED = "owed"  # staff decided: there is no sheet; to be handed out
    RETURNED = "returned"  # the machine gave it back
    REFUNDED = "refunded"  # staff handed it out
    MISSING = "missing"  # the machine's escrow is gone
    UNCLAIMED = "unclaimed"  # staff: nobody is there to take it
    SHORT = "short"  # the machine gave out, or lost, what was not the person's


_P = Pot
#: Every way that money may ever go; a check in the database is made of it.
WAYS: dict[Money, frozenset[tuple[Pot, Pot]]] = {
    Money.INSERTED: frozenset({(_P.PERSON, _P.DEPOSIT)}),
    Money.RECEIVED: frozenset({(_P.PERSON, _P.DEPOSIT)}),
    Money.VENDED: frozenset({(_P.DEPOSIT, _P.EARNED)}),
    Money.HELD: frozenset({(_P.DEPOSIT, _P.HELD)}),
    Money.KEPT: frozenset({(_P.HELD, _P.EARNED)}),
    Money.OWED: frozenset({(_P.HELD, _P.DEPOSIT), (_P.EARNED, _P.DEPOSIT)}),
    Money.RETURNED: frozenset({(_P.DEPOSIT, _P.PERSON)}),
    Money.REFUNDED: frozenset(
        {
            (_P.DEPOSIT, _P.PERSON), (_P.HELD, _P.PERSON), (_P.EARNED, _P.PERSON),
            (_P.MISSING, _P.PERSON),
        }
    ),
    Money.MISSING: frozenset({(_P.DEPOSIT, _P.MISSING)}),
    Money.UNCLAIMED: frozenset({(_P.DEPOSIT, _P.UNCLAIMED), (_P.MISSING, _P.UNCLAIMED)}),
    Money.SHORT: frozenset({(_P.SHORT, _P.PERSON), (_P.SHORT, _P.MISSING)}),
}  # fmt: skip
#: Pots that may stand below nothing.
BOTTOMLESS = frozenset({Pot.PERSON, Pot.SHORT})


@dataclass(frozen=True, slots=True)
class Transfer:
    """One row: ``yen`` > 0 from a pot to a pot. ``issue_id``: the copy that it is about, or ""."""

    money: Money
    source: Pot
    target: Pot
    yen: int
    issue_id: str = ""

    def __post_init__(self) -> None:
        if self.yen <= 0 or (self.source, self.target) not in WAYS[self.money]:
            raise ValueError(f"money does not go this way: {self.money} {self.source}")


def balances(transfers: Iterable[Transfer]) -> dict[Pot, int]:
    """Yen in every pot after these rows."""
    pots = dict.fromkeys(Pot, 0)
    for one in transfers:
        pots[one.source] -= one.yen
        pots[one.target] += one.yen
    return pots


class PaymentState(StrEnum):
    AWAITING = "AWAITING"
    PAID = "PAID"  # the deposit holds all copies' fees
    OWING = "OWING"  # over for the person's visit, but money or a decision is owed
    CLOSED = "CLOSED"


#: A sheet may be voided long after: then its money is owed again.
PAYMENT_MOVES: dict[PaymentState, frozenset[PaymentState]] = {
    PaymentState.AWAITING: frozenset(
        {PaymentState.PAID, PaymentState.OWING, PaymentState.CLOSED}
    ),
    PaymentState.PAID: frozenset({PaymentState.OWING, PaymentState.CLOSED}),
    PaymentState.OWING: frozenset({PaymentState.CLOSED}),
    PaymentState.CLOSED: frozenset({PaymentState.OWING}),
}  # fmt: skip
#: One of these at most for each terminal.
LIVE_PAYMENTS = frozenset({PaymentState.AWAITING, PaymentState.PAID})


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the terminal is told of it. Nothing personal. All amounts in yen.

    ``deposit`` is with us and still the person's; ``give_back`` the part of it that no copy in work
    needs; ``take`` what must be in the cash box for good, as a sum; ``returned`` what the machine
    has given back. The deposit of an OWING payment is handed out by staff.
    """

    payment_id: str
    number: str
    state: PaymentState
    mode: FeeMode
    yen: int  # of one copy
    copies: int
    deposit: int = 0
    give_back: int = 0
    take: int = 0
    returned: int = 0

    @property
    def due(self) -> int:
        return self.yen * self.copies


def following(
    old: IssueState, new: IssueState, yen: int, issue_id: str, refunded: bool = False
) -> Transfer | None:
    """Where a copy's fee goes when its issue moves. ``refunded``: staff handed it out at once."""
    if new is IssueState.PRINTED:
        if old is IssueState.UNKNOWN:
            return Transfer(Money.KEPT, Pot.HELD, Pot.EARNED, yen, issue_id)
        return Transfer(Money.VENDED, Pot.DEPOSIT, Pot.EARNED, yen, issue_id)
    if new is IssueState.UNKNOWN:
        return Transfer(Money.HELD, Pot.DEPOSIT, Pot.HELD, yen, issue_id)
    if new is IssueState.VOIDED:
        source = Pot.HELD if old is IssueState.UNKNOWN else Pot.EARNED
        if refunded:
            return Transfer(Money.REFUNDED, source, Pot.PERSON, yen, issue_id)
        return Transfer(Money.OWED, source, Pot.DEPOSIT, yen, issue_id)
    return None  # FAILED leaves it in the deposit; the steps before an end move nothing


def misplaced(state: IssueState, yen: int, transfers: Iterable[Transfer]) -> bool:
    """Whether the money of one issue is not where its state says. ``transfers``: of this issue."""
    pots = balances(transfers)
    earned = yen if state is IssueState.PRINTED else 0
    held = yen if state is IssueState.UNKNOWN else 0
    return (pots[Pot.EARNED], pots[Pot.HELD]) != (earned, held)


# --- the machine's word -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counted:
    """What the ledger knows of a payment before the machine is counted again. Yen.

    ``inserted``, ``returned``, ``lost``: sums of the rows; ``taken``: as last reported;
    ``deposit``: now; ``reserved``: fees of the copies in work.
    """

    inserted: int
    returned: int
    lost: int
    taken: int
    deposit: int
    reserved: int

    @property
    def give_back(self) -> int:
        """Of the deposit: what no copy in work needs."""
        return max(0, self.deposit - self.reserved)


def known_of(transfers: Iterable[Transfer], taken: int, reserved: int) -> Counted:
    """What the rows say. ``taken``: as the machine last reported it."""
    rows = tuple(transfers)

    def came(money: Money, target: Pot) -> int:
        return sum(row.yen for row in rows if (row.money, row.target) == (money, target))

    return Counted(
        inserted=came(Money.INSERTED, Pot.DEPOSIT),
        returned=came(Money.RETURNED, Pot.PERSON) + came(Money.SHORT, Pot.PERSON),
        lost=came(Money.MISSING, Pot.MISSING) + came(Money.SHORT, Pot.MISSING),
        taken=taken,
        deposit=balances(rows)[Pot.DEPOSIT],
        reserved=reserved,
    )


def counted(known: Counted, escrow: Escrow) -> list[Transfer]:
    """The rows that bring the ledger up to what the machine says. Sums never fall."""
    rows = []
    came = max(0, escrow.inserted - known.inserted)
    if came:
        rows.append(Transfer(Money.INSERTED, Pot.PERSON, Pot.DEPOSIT, came))
    left = max(0, escrow.returned - known.returned)
    theirs = min(left, max(0, known.deposit + came - known.reserved))
    if theirs:
        rows.append(Transfer(Money.RETURNED, Pot.DEPOSIT, Pot.PERSON, theirs))
    if left > theirs:
        rows.append(Transfer(Money.SHORT, Pot.SHORT, Pot.PERSON, left - theirs))
    return rows


def lost(known: Counted) -> list[Transfer]:
    """The machine answers and has no such escrow any more: what it should hold waits for staff."""
    should_hold = max(0, known.inserted - known.returned - known.taken - known.lost)
    theirs = min(should_hold, known.give_back)
    rows = []
    if theirs:
        rows.append(Transfer(Money.MISSING, Pot.DEPOSIT, Pot.MISSING, theirs))
    if should_hold > theirs:
        rows.append(Transfer(Money.SHORT, Pot.SHORT, Pot.MISSING, should_hold - theirs))
    return rows


def to_take(known: Counted) -> int:
    """The sum that belongs in the cash box: all that came in but what is, or was, given back."""
    return max(known.taken, known.inserted - known.returned - known.deposit)


def yen_text(yen: int) -> str:
    """``1,200円``"""
    return f"{yen:,}円"
