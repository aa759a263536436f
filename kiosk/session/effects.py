"""What the machine wants done. The runner does it on a lane and posts the answering event.

``generation`` comes back with the answer; an answer of an older generation is dropped, except that
of a settle, which must be heard whoever stands there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.domain.applicant import Applicant
from kiosk.domain.card import StaffCard
from kiosk.domain.certificate import CertificateContent, DrawnCertificate, Stamp
from kiosk.domain.fees import FeeMode, FeeRate
from kiosk.domain.ledger import LedgerEntry
from kiosk.domain.printer import PrintJob, PrintOutcome
from kiosk.domain.query import Query
from kiosk.domain.slips import Slip


@dataclass(frozen=True, slots=True)
class Effect:
    generation: int


class SayHello(Effect):
    """-> HelloAnswered"""


@dataclass(frozen=True, slots=True)
class OpenTerminal(Effect):
    """-> StaffAnswered"""

    staff_id: str
    pin: str = field(repr=False)
    power_cycled: bool


@dataclass(frozen=True, slots=True)
class OpenByCard(Effect):
    """The card's proof, then the server's word -> CardOpened"""

    card: StaffCard
    pin: str = field(repr=False)
    power_cycled: bool


@dataclass(frozen=True, slots=True)
class CloseTerminal(Effect):
    """End the staff session; no answer is awaited."""

    reason: str  # staff, card_removed


@dataclass(frozen=True, slots=True)
class Recover(Effect):
    """Printer.clear(), then the server's recover -> RecoverAnswered"""

    power_cycled: bool


class RunSelfTest(Effect):
    """All checks, then the report -> SelfTestEnded"""


@dataclass(frozen=True, slots=True)
class Apply(Effect):
    """-> ApplyAnswered"""

    visit_id: str
    applicant: Applicant = field(repr=False)


@dataclass(frozen=True, slots=True)
class Search(Effect):
    """-> SearchAnswered"""

    application_id: str
    query: Query


@dataclass(frozen=True, slots=True)
class OpenEntry(Effect):
    """-> EntryAnswered"""

    application_id: str
    entry_id: int


@dataclass(frozen=True, slots=True)
class AskHistory(Effect):
    """-> HistoryAnswered"""

    application_id: str
    entry_id: int


@dataclass(frozen=True, slots=True)
class AskNeighbours(Effect):
    """-> NeighboursAnswered"""

    application_id: str
    entry_id: int


@dataclass(frozen=True, slots=True)
class MakePreview(Effect):
    """-> PreviewMade"""

    entry: LedgerEntry = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reserve(Effect):
    """-> ReserveAnswered"""

    application_id: str
    content: CertificateContent = field(repr=False)
    copy: int
    copies: int
    idempotency_key: str
    payment_id: str = ""  # of the payment that holds this copy's fee


@dataclass(frozen=True, slots=True)
class Release(Effect):
    """-> ReleaseAnswered; never sent twice"""

    issue_id: str


@dataclass(frozen=True, slots=True)
class DrawSheet(Effect):
    """-> SheetDrawn"""

    content: CertificateContent = field(repr=False)
    stamp: Stamp = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintSheet(Effect):
    """Compares the PDF's marks with ``marks``, spools at the server, prints.

    -> PrintProgressed*, PrintEnded
    """

    job: PrintJob = field(repr=False)
    marks: tuple[tuple[str, str], ...]  # number, entry, user_id, terminal, issue_id
    drawn: DrawnCertificate = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settle(Effect):
    """Retried until the server answers -> SettleAnswered (one per try)"""

    issue_id: str
    outcome: PrintOutcome
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class EndVisit(Effect):
    """Tell the server how the visit ended; no answer is awaited."""

    visit_id: str
    ending: str  # done, cancelled, timed_out, fault, stopped


class Wipe(Effect):
    """Drop everything personal outside the session: textures, caches, keyboard, lanes' results."""


@dataclass(frozen=True, slots=True)
class LookAtPrinter(Effect):
    """-> PrinterSeen"""


@dataclass(frozen=True, slots=True)
class PrintSlip(Effect):
    """A slip or the staff's test print; the runner puts the time in -> SlipEnded"""

    slip_id: str  # UUID, the job's name at the printer
    slip: Slip


# --- fees ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RequestPayment(Effect):
    """-> PaymentAnswered"""

    application_id: str
    content: CertificateContent = field(repr=False)
    copies: int
    rate: FeeRate
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class CountPayment(Effect):
    """Let the acceptor take up to ``due`` yen and tell the server its sums -> PaymentCounted"""

    payment_id: str
    mode: FeeMode
    due: int


@dataclass(frozen=True, slots=True)
class TakeFee(Effect):
    """What the server says is earned or held goes into the cash box -> PaymentCounted"""

    payment_id: str


@dataclass(frozen=True, slots=True)
class ClosePayment(Effect):
    """No further copy: take what is the ward's, give back the rest -> PaymentClosed"""

    payment_id: str
    attempt: int = 1
