"""The protocols that the middle rooms of the house know each other by.

Every port has the real thing, a fake for tests and a simulator a person can play with; one
contract test runs on all. Ports return faults as values; they do not raise for what can happen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from kiosk.domain.acceptor import AcceptorStatus
from kiosk.domain.applicant import Applicant
from kiosk.domain.card import CardProof, CardRefusal, CardSeen, PivCard, PivKey
from kiosk.domain.certificate import (
    CertificateContent,
    DrawnCertificate,
    DrawRefusal,
    FormIdentity,
    Stamp,
)
from kiosk.domain.fees import NO_FEE, FeeRate, Payment
from kiosk.domain.issuance import IssueState
from kiosk.domain.ledger import Category, LedgerEntry
from kiosk.domain.near import Neighbours, SiteEntry, SiteHistory
from kiosk.domain.printer import (
    ClearState,
    Confirmation,
    PageRaster,
    PrinterIdentity,
    PrinterStatus,
    PrintJob,
    PrintOutcome,
    PrintProgress,
)
from kiosk.domain.query import Hit, Query, SearchResult
from kiosk.domain.slips import Slip


class Clock(Protocol):
    """Wall and monotonic time. ``now`` is aware (UTC); ``monotonic`` in seconds."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...


class Printer(Protocol):
    """One output device. Calls come from the print lane only, one at a time."""

    def identity(self) -> PrinterIdentity: ...

    def status(self) -> PrinterStatus:
        """Ask now. Bounded in time (a few answers of the configured patience); never raises."""
        ...

    def print(
        self,
        job: PrintJob,
        progress: Callable[[PrintProgress], None],
        spooling: Callable[[Sequence[str]], bool],
    ) -> PrintOutcome:
        """Render, then call ``spooling(raster_sha256 per page)`` once, before the first byte.

        If ``spooling`` returns False nothing is sent and the outcome is ``NotStarted``. After it
        the outcome is Printed only with proof, NotStarted only if not one byte was handed over.
        Never raises for what a device does.
        """
        ...

    def clear(self) -> ClearState:
        """Cancel what is ours and say whether the device is provably empty of it."""
        ...

    def confirm(self) -> Confirmation:
        """Whether the device answers as the configured model does. Prints nothing; never raises.

        For the self-test: it may take some seconds.
        """
        ...

    def power_cycled(self) -> None:
        """Staff say that the device was switched off and on since; ``clear`` is asked next."""
        ...

    def close(self) -> None: ...


class CoinAcceptor(Protocol):
    """Takes coins into an escrow. Calls come from the print lane only; none of them raises.

    Every call answers with a reading and may be repeated: ``begin`` goes on with the payment that
    is there, ``take`` brings the sum in the cash box up to ``total``, ``give_back`` empties the
    escrow as far as it can. Money that the machine holds of another payment is not touched.
    """

    def status(self) -> AcceptorStatus:
        """Ask now. Bounded in time (at most 2 s)."""
        ...

    def begin(self, payment_id: str, due: int) -> AcceptorStatus:
        """Take coins until ``due`` yen are in; from then on nothing goes in, nothing comes out by
        the machine's own lever."""
        ...

    def take(self, payment_id: str, total: int) -> AcceptorStatus:
        """No more coins; ``total`` yen of what came in belong in the cash box."""
        ...

    def give_back(self, payment_id: str) -> AcceptorStatus:
        """No more coins; the rest of the escrow to the tray, less what there is no change for."""
        ...

    def close(self) -> None: ...


class CardReader(Protocol):
    """A reader of staff's IC cards. Any thread may call; every call is bounded and never raises."""

    def look(self) -> CardSeen:
        """What lies on the reader now. Cheap: it is asked several times a second."""
        ...

    def piv_key(self, card: PivCard) -> PivKey | CardRefusal:
        """The key that ``sign`` will use: of slot 9A, else of 9E. No PIN is needed for it."""
        ...

    def sign(self, card: PivCard, key: PivKey, pin: str, message: bytes) -> bytes | CardRefusal:
        """VERIFY the card's PIN, then sign SHA-256 of ``message``: ECDSA (DER) or PKCS #1 v1.5.

        Only the card that was seen signs: another insertion is ``GONE``. The PIN goes to the card
        and nowhere else, and the card forgets that it was given.
        """
        ...

    def close(self) -> None: ...


class Rasterizer(Protocol):
    """PDF to the head's dots. Raises ValueError if a page does not fit or cannot be read."""

    def pages(self, pdf: bytes) -> list[PageRaster]: ...


class SheetMaker(Protocol):
    """Draws the certificate (kiosk.certificate behind a port)."""

    def form(self) -> FormIdentity:
        """The identity of all that it draws with: what server and terminal compare."""
        ...

    def form_for(self, category: Category) -> FormIdentity:
        """The form that an entry of this 区分 is certified with."""
        ...

    def heads(self) -> frozenset[int]:
        """Resolutions (dots per inch) that the form's ground and code are made for; none: any."""
        ...

    def content(self, entry: LedgerEntry) -> CertificateContent | DrawRefusal: ...
    def listed(self, hit: Hit) -> Hit:
        """A hit with its owner as recorded, as the list may show it."""
        ...

    def past(self, entry: SiteEntry) -> SiteEntry:
        """An entry of a site's history with its owner as recorded, as a list may show it."""
        ...

    def shown(self, entry: LedgerEntry) -> LedgerEntry:
        """The entry as the screens before the sheet may show it."""
        ...

    def draw(
        self, content: CertificateContent, stamp: Stamp | None, day: date | None = None
    ) -> DrawnCertificate | DrawRefusal:
        """``stamp=None`` is the preview: no number, date or seal, and not a certificate.

        ``day`` is the preview's: what is in force on it (legal basis, signatory) is shown.
        """
        ...

    def preview_png(self, pdf: bytes, width: int) -> list[bytes]:
        """Pages as PNG, ``width`` pixels wide."""
        ...


class SlipDrawer(Protocol):
    """Draws slips for the paper of the printer that slips come out of."""

    def draw(self, slip: Slip) -> DrawnCertificate | DrawRefusal: ...


@dataclass(frozen=True, slots=True)
class ServerFault:
    """A call that did not succeed. ``sent`` is False when the server cannot have acted on it."""

    code: str  # catalogue key, e.g. "offline", "timeout", "stopped", "stale_content", "conflict"
    sent: bool
    detail: str = ""  # for the log; never personal


@dataclass(frozen=True, slots=True)
class ServerHello:
    """The handshake's answer. ``now`` is the server's clock, aware UTC."""

    contract: int
    build: str
    form: FormIdentity
    now: datetime
    terminal: str
    terminal_label: str
    accepting: bool  # no stop order
    production: bool
    data_as_of: str
    open_issue: bool
    fee: FeeRate = NO_FEE


@dataclass(frozen=True, slots=True)
class Heartbeat:
    now: datetime
    accepting: bool
    reason: str = ""  # sentence of the stop order for the public, may be empty
    staff_session: bool = True  # False: the terminal must be opened by staff again
    fee: FeeRate = NO_FEE
    data_as_of: str = ""  # 台帳データ基準日, ISO date; a load may have changed it


@dataclass(frozen=True, slots=True)
class StaffOpened:
    """Staff opened the terminal. ``display_name`` is shown on the staff screen only."""

    staff_id: str
    display_name: str


@dataclass(frozen=True, slots=True)
class CardChallenge:
    """Good once, for this terminal, for a minute. ``message`` is what the card signs; it is made
    on the terminal: a card signs nothing that somebody else composed."""

    nonce: bytes = field(repr=False)
    message: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of issues that were open when the terminal's process died."""

    failed: tuple[str, ...] = ()  # issue ids
    unknown: tuple[str, ...] = ()
    power_cycle_needed: bool = False
    payments: tuple[str, ...] = ()  # ids of payments that this terminal has to end


@dataclass(frozen=True, slots=True)
class Application:
    """One application (申請): the server's id and the user ID printed and logged."""

    application_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Reserved:
    issue_id: str


@dataclass(frozen=True, slots=True)
class Released:
    """Once per issue. ``pdf_sha256`` is of the sheet the server drew itself."""

    issue_id: str
    number: str
    issued_on: date
    seal_png: bytes = field(repr=False)
    pdf_sha256: str
    page_count: int
    code: str = field(default="", repr=False)  # the signed QR code's text; empty: none


@dataclass(frozen=True, slots=True)
class Settled:
    issue_id: str
    state: IssueState


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of the self-test. ``code`` names the staff sentence; no personal ``detail``."""

    check: str  # printer, paper, server, form, clock, fonts, display, disk, recovery
    ok: bool
    code: str = ""
    detail: str = ""
    milliseconds: int = 0


class SectionServer(Protocol):
    """The section server as the terminal sees it. Every call is bounded and answers a value."""

    def hello(self) -> ServerHello | ServerFault: ...
    def heartbeat(self, phase: str, printer: PrinterStatus | None) -> Heartbeat | ServerFault: ...
    def open_terminal(
        self, staff_id: str, pin: str, power_cycled: bool
    ) -> StaffOpened | ServerFault: ...
    def card_challenge(self) -> CardChallenge | ServerFault: ...
    def open_by_card(self, proof: CardProof, power_cycled: bool) -> StaffOpened | ServerFault: ...
    def close_terminal(self, reason: str) -> ServerFault | None:
        """End the staff session: ``staff`` (they closed it) or ``card_removed``."""
        ...

    def recover(self, clear: ClearState, power_cycled: bool) -> Recovered | ServerFault: ...
    def report_self_test(self, results: Sequence[CheckResult]) -> ServerFault | None: ...
    def apply(self, applicant: Applicant, visit: str) -> Application | ServerFault: ...
    def search(self, application_id: str, query: Query) -> SearchResult: ...
    def open_entry(self, application_id: str, entry_id: int) -> LedgerEntry | ServerFault: ...
    def history(self, application_id: str, entry_id: int) -> SiteHistory | ServerFault: ...
    def neighbours(self, application_id: str, entry_id: int) -> Neighbours | ServerFault: ...
    def reserve(
        self,
        application_id: str,
        content: CertificateContent,
        copy: int,
        copies: int,
        idempotency_key: str,
        payment_id: str = "",
    ) -> Reserved | ServerFault:
        """``payment_id``: the payment that holds this copy's fee; "" where there is none."""
        ...

    def request_payment(
        self,
        application_id: str,
        content: CertificateContent,
        copies: int,
        rate: FeeRate,
        idempotency_key: str,
    ) -> Payment | ServerFault:
        """Ask the person for the fees of all copies, at the rate that the screen showed."""
        ...

    def read_payment(self, payment_id: str) -> Payment | ServerFault: ...
    def count_payment(
        self, payment_id: str, status: AcceptorStatus | None, closing: bool
    ) -> Payment | ServerFault:
        """What the acceptor says (None: there is none) becomes rows; may be repeated.

        ``closing``: no further copy will be made; refused with ``open_issue`` while one is in work.
        """
        ...

    def release(self, issue_id: str) -> Released | ServerFault: ...
    def spool(self, issue_id: str, raster_sha256: Sequence[str]) -> ServerFault | None: ...
    def settle(self, issue_id: str, outcome: PrintOutcome) -> Settled | ServerFault: ...
    def end_visit(self, visit: str, ending: str) -> ServerFault | None: ...


class KanaKanji(Protocol):
    """Kana to kanji. Keeps nothing of what it was asked."""

    def candidates(self, kana: str, limit: int) -> list[str]: ...


class PostalCodes(Protocol):
    """``132-0021`` to the addresses it stands for, ward first; empty when not known."""

    def addresses(self, postal_code: str) -> list[str]: ...
