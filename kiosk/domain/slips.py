"""Slips: what else comes out of the terminal beside certificates. None has a field for a person.

A slip has no number that must not be lost and no row: it repeats what the server already knows.
The pure machine reads no clock, so it leaves ``at`` at ``UNTIMED``; whoever draws puts the time in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

UNTIMED = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Receipt:
    """控え: what the visitor takes along. ``numbers``: of the certificates that came out."""

    at: datetime  # aware
    terminal: str
    application: str  # the application's number, as the section finds it
    user_id: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CounterSlip:
    """窓口案内票: what cannot be issued here. ``reason``: the sentence the screen gave."""

    at: datetime
    terminal: str
    user_id: str
    ledger_no: str  # where staff find it; no name, no place
    reason: str


@dataclass(frozen=True, slots=True)
class FeeSlip:
    """手数料の票. ``yen``: of one copy; ``number``: the payment's, which staff look for."""

    at: datetime
    terminal: str
    user_id: str
    copies: int
    yen: int
    number: str = ""


@dataclass(frozen=True, slots=True)
class TestPrint:
    """The staff's test print. ``number``: what the QR code says besides the terminal."""

    __test__ = False  # no test of pytest's

    at: datetime
    terminal: str
    number: str


Slip = Receipt | CounterSlip | FeeSlip | TestPrint
