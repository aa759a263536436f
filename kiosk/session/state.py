"""What the terminal knows at one moment: an immutable value, and nothing personal outside Visit.

``step(session, event) -> (session, effects)`` in machine.py makes the next one; screens only read.
Dropping ``visit`` drops everything that a person typed or was shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from kiosk.domain.acceptor import AcceptorStatus
from kiosk.domain.applicant import Applicant, ApplicantDraft, FieldFault
from kiosk.domain.card import CardSeen, SignInMethod, StaffCard
from kiosk.domain.certificate import CertificateContent, DrawnCertificate
from kiosk.domain.fees import NO_FEE, FeeRate, Payment
from kiosk.domain.issuance import IssueState
from kiosk.domain.ledger import LedgerEntry
from kiosk.domain.near import Neighbours, SiteHistory
from kiosk.domain.ports import Application, CheckResult, Recovered
from kiosk.domain.printer import PrinterStatus, PrintOutcome, PrintProgress
from kiosk.domain.query import QueryKind, SearchResult

MAX_COPIES = 5
#: Seconds without a touch until a screen asks whether somebody is there, unless it is configured:
#: reading a legal notice takes about half of this; VVSG-style machines warn after 45 to 60 s.
WARN_AFTER_S = 60.0


class Phase(StrEnum):
    """Which screen is up. One at a time."""

    STARTING = "starting"  # before the first answer of the server
    SIGN_IN = "sign_in"  # staff open the terminal
    SELF_TEST = "self_test"
    STAFF_MENU = "staff_menu"  # staff signed in for it: test print, then back to work
    OUT_OF_ORDER = "out_of_order"  # 係員へ; staff can sign in again from here
    CLOSED = "closed"  # a stop order, or the server cannot be heard
    ATTRACT = "attract"
    CONSENT = "consent"
    APPLICANT = "applicant"
    SEARCH = "search"
    RESULTS = "results"
    ENTRY = "entry"
    HISTORY = "history"  # all entries of the entry's site
    NEIGHBOURS = "neighbours"  # the lots beside it
    PREVIEW = "preview"
    CONFIRM = "confirm"
    PAYMENT = "payment"  # where a fee is set: at the counter, or into the acceptor
    PRINTING = "printing"
    TAKE_PAPER = "take_paper"
    END = "end"
    SORRY = "sorry"  # this visit cannot go on; sentence and the counter


#: Phases in which a member of the public may be standing there with data on the screen.
VISIT_PHASES = frozenset(
    {
        Phase.CONSENT, Phase.APPLICANT, Phase.SEARCH, Phase.RESULTS, Phase.ENTRY, Phase.HISTORY,
        Phase.NEIGHBOURS, Phase.PREVIEW, Phase.CONFIRM, Phase.PAYMENT, Phase.PRINTING,
        Phase.TAKE_PAPER, Phase.END, Phase.SORRY,
    }
)  # fmt: skip


class Overlay(StrEnum):
    """What lies over the screen. The screen under it takes no touch."""

    NONE = "none"
    IDLE_WARNING = "idle_warning"
    CANCEL_CONFIRM = "cancel_confirm"


class Stage(StrEnum):
    """Where one copy's issuance is, as the person is told."""

    RESERVING = "reserving"
    RELEASING = "releasing"
    DRAWING = "drawing"
    PRINTING = "printing"
    SETTLING = "settling"
    DONE = "done"


class Trouble(StrEnum):
    """Why the terminal is OUT_OF_ORDER, and so who or what brings it back."""

    NONE = "none"
    SERVER = "server"  # never heard since the start; asked again by itself
    STAFF = "staff"  # staff must look and open the terminal again
    SETTLING = "settling"  # the last sheet's end is not acknowledged yet; retried by itself
    CLEARING = "clearing"  # the server and the printer are asked what is left of the last issue
    SELF_TEST = "self_test"  # a check failed; もう一度, or staff
    PRINTER = "printer"  # not ready; comes back by itself when it is
    ACCEPTOR = "acceptor"  # the fee cannot be taken; comes back by itself when it can


@dataclass(frozen=True, slots=True)
class SearchDraft:
    """What is being asked. ``town`` is tapped, ``text`` typed, ``year`` tapped.

    ``area``: None while towns are chosen from the list; on the map the part of the ward that is
    looked at, empty for all of it.
    """

    kind: QueryKind = QueryKind.LOT
    town_base: str = ""  # 中央
    town: str = ""  # 中央一丁目; empty while only the base is chosen
    text: str = field(default="", repr=False)
    year: int | None = None
    area: str | None = None


@dataclass(frozen=True, slots=True)
class CopyJob:
    """The copy that is being issued now. ``copy`` counts from 1."""

    copy: int
    copies: int
    idempotency_key: str
    stage: Stage = Stage.RESERVING
    issue_id: str = ""
    number: str = ""
    issued_on: date | None = None
    expected_pdf_sha256: str = ""
    expected_pages: int = 0
    drawn: DrawnCertificate | None = None
    progress: PrintProgress | None = None
    started: bool = False  # the printer has been handed the job
    moved_at: float = 0.0  # monotonic seconds of the last thing heard of it


@dataclass(frozen=True, slots=True)
class IssuedCopy:
    """One copy's end, for the last screen: its number and state."""

    number: str
    state: IssueState


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's visit. Its repr says nothing but its id."""

    visit_id: str
    draft: ApplicantDraft = field(default_factory=ApplicantDraft, repr=False)
    faults: tuple[tuple[str, FieldFault], ...] = field(default=(), repr=False)
    focus: str = "name"  # the item that is being typed
    number_asked: bool = False  # the address names no number, and the person was asked about it
    applicant: Applicant | None = field(default=None, repr=False)
    application: Application | None = field(default=None, repr=False)
    search: SearchDraft = field(default_factory=SearchDraft, repr=False)
    result: SearchResult | None = field(default=None, repr=False)
    entry: LedgerEntry | None = field(default=None, repr=False)
    shown: LedgerEntry | None = field(default=None, repr=False)  # the entry, as screens may show it
    history: SiteHistory | None = field(default=None, repr=False)
    neighbours: Neighbours | None = field(default=None, repr=False)
    from_history: bool = False  # the entry was opened there, and 戻る leads there
    content: CertificateContent | None = field(default=None, repr=False)
    preview_pages: tuple[bytes, ...] = field(default=(), repr=False)  # PNG
    preview_page: int = 0  # page shown, from 0
    copies: int = 1
    job: CopyJob | None = field(default=None, repr=False)
    issued: tuple[IssuedCopy, ...] = field(default=(), repr=False)
    payment: Payment | None = None  # of the copies in work; None where no fee is set
    refund: Payment | None = None  # how the payment ended, for the last screens
    unsettled: bool = False  # the server has not yet acknowledged a sheet's end


@dataclass(frozen=True, slots=True)
class Facts:
    """What the terminal was told by the server and its own checks; nothing personal."""

    terminal: str = ""
    label: str = ""
    production: bool = False
    data_as_of: str = ""
    accepting: bool = False
    stop_reason: str = ""
    printer: PrinterStatus | None = None
    fee: FeeRate = NO_FEE
    acceptor: AcceptorStatus | None = None
    checks: tuple[CheckResult, ...] = ()
    recovered: Recovered | None = None
    power_cycle_needed: bool = False
    staff_name: str = ""
    need_staff: bool = False  # after the present visit the terminal closes until staff reopen it
    opened: bool = False  # staff opened it and their session lives
    tested: bool = False  # the last self-test passed and was reported
    recover_needed: bool = False  # an issue may be open, or the printer may hold a sheet
    menu_wanted: bool = False  # staff signed in for their menu
    methods: tuple[SignInMethod, ...] = (SignInMethod.STAFF_ID,)  # as configured
    card: CardSeen | None = None  # what lies on the card reader; None: nobody has looked
    signing: StaffCard | None = None  # the card that the sign-in, or the staff's menu, stands on
    power_cycled: bool = False  # staff said so at the sign-in that is under way


@dataclass(frozen=True, slots=True)
class PendingSettle:
    """A sheet's end that the server has not acknowledged. Outlives the visit; nothing personal."""

    issue_id: str
    outcome: PrintOutcome
    attempt: int = 1
    retry_at: float | None = None  # monotonic seconds; None while a try is under way


@dataclass(frozen=True, slots=True)
class PendingPayment:
    """A payment's end that the server has not acknowledged. Outlives the visit."""

    payment_id: str
    attempt: int = 0
    retry_at: float | None = None  # monotonic seconds; None while a try is under way


@dataclass(frozen=True, slots=True)
class Session:
    """The whole terminal.

    ``generation`` rises whenever a visit ends or an awaited answer is given up: older answers are
    dropped.
    """

    phase: Phase = Phase.STARTING
    overlay: Overlay = Overlay.NONE
    generation: int = 0
    waiting: str = ""  # name of the effect whose answer is awaited; "" when none
    notice: str = ""  # catalogue key of a sentence to show on this screen; "" when none
    notice_detail: str = ""  # e.g. a glyph's code for staff; never personal
    facts: Facts = field(default_factory=Facts)
    visit: Visit | None = None
    now: float = 0.0  # monotonic seconds of the last event
    touched_at: float = 0.0  # monotonic seconds of the last touch or phase change
    entered_at: float = 0.0  # monotonic seconds when this phase began
    countdown: int = 0  # seconds left, while a warning or an end screen counts
    last_heartbeat: float = 0.0  # monotonic seconds of the server's last answer
    trouble: Trouble = Trouble.NONE
    pending: PendingSettle | None = None
    closing: PendingPayment | None = None
    paid: bool = False  # the payment is complete and its first copy may begin
    counted_at: float = 0.0  # monotonic seconds when the payment was last asked for
    retry_at: float | None = None  # monotonic seconds of the next try to get out of a trouble
    looked_at: float = 0.0  # monotonic seconds when the printer was last asked
    warn_after_s: float = WARN_AFTER_S  # as configured; reading screens wait longer (idle.py)
    seed: str = field(default="", repr=False)  # random, once per process: ids derive from it
    serial: int = 0  # rises with every id made
