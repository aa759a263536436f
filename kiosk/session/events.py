"""Everything that can happen to the terminal: touches, answers of the lanes, and time."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.domain.acceptor import AcceptorStatus
from kiosk.domain.applicant import ApplicantKind
from kiosk.domain.card import CardRefusal, CardSeen
from kiosk.domain.certificate import CertificateContent, DrawnCertificate, DrawRefusal
from kiosk.domain.fees import Payment
from kiosk.domain.ledger import LedgerEntry
from kiosk.domain.near import Neighbours, SiteHistory
from kiosk.domain.ports import (
    Application,
    CheckResult,
    Heartbeat,
    Recovered,
    Released,
    Reserved,
    ServerFault,
    ServerHello,
    Settled,
    StaffOpened,
)
from kiosk.domain.printer import PrinterStatus, PrintOutcome, PrintProgress
from kiosk.domain.query import Query, QueryKind, SearchResult


@dataclass(frozen=True, slots=True)
class At:
    """Every event carries the monotonic second at which it happened."""

    t: float


# --- a person's touches -------------------------------------------------------------------------


class Touched(At):
    """Any touch at all: somebody is there."""


class Begin(At):
    """The attract screen was touched."""


class ConsentGiven(At):
    """The purpose notice was accepted."""


@dataclass(frozen=True, slots=True)
class KindChosen(At):
    kind: ApplicantKind


@dataclass(frozen=True, slots=True)
class FieldFocused(At):
    name: str


@dataclass(frozen=True, slots=True)
class FieldEdited(At):
    name: str
    text: str = field(repr=False)


class ApplicantDone(At):
    """次へ on the applicant screen."""


@dataclass(frozen=True, slots=True)
class SearchKindChosen(At):
    kind: QueryKind


@dataclass(frozen=True, slots=True)
class TownChosen(At):
    """``base`` tapped (中央), then ``town`` with its 丁目 (中央一丁目); both empty clears."""

    base: str
    town: str


class MapOpened(At):
    """地図からさがす pressed."""


@dataclass(frozen=True, slots=True)
class AreaChosen(At):
    """A part of the ward on the map; empty for all of it."""

    area: str


class MapClosed(At):
    """Back to the list of towns."""


@dataclass(frozen=True, slots=True)
class SearchTextEdited(At):
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class YearChosen(At):
    year: int | None


class SearchPressed(At):
    """検索 pressed."""


@dataclass(frozen=True, slots=True)
class NarrowingChosen(At):
    """One of the result's choices."""

    query: Query


@dataclass(frozen=True, slots=True)
class HitChosen(At):
    entry_id: int


class HistoryPressed(At):
    """この敷地の履歴 pressed on the entry screen."""


class NeighboursPressed(At):
    """となりの地番 pressed on the entry screen."""


@dataclass(frozen=True, slots=True)
class BesideChosen(At):
    """One of the lots beside the entry's."""

    query: Query


class CertifyPressed(At):
    """この建物の証明書 pressed on the entry screen."""


@dataclass(frozen=True, slots=True)
class PreviewPageTurned(At):
    page: int  # from 0


class PreviewAccepted(At):
    """The preview is right: on to number of copies."""


@dataclass(frozen=True, slots=True)
class CopiesChosen(At):
    copies: int


class IssuePressed(At):
    """発行する pressed: the only touch that leads to paper."""


class PaperTaken(At):
    """受け取りました pressed."""


class AnotherBuilding(At):
    """続けて別の建物: the applicant stays."""


class Finished(At):
    """終了 pressed."""


class BackPressed(At):
    """戻る pressed."""


class CancelPressed(At):
    """中止 pressed."""


class CancelConfirmed(At):
    """Yes, stop."""


class CancelDismissed(At):
    """No, go on."""


class StillHere(At):
    """続ける pressed on the idle warning."""


# --- slips --------------------------------------------------------------------------------------


class ReceiptPressed(At):
    """控えを印刷する pressed on the last screen."""


@dataclass(frozen=True, slots=True)
class CounterSlipPressed(At):
    """窓口の案内票を印刷する pressed; ``reason`` is the sentence that the screen shows."""

    reason: str


# --- staff --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StaffSignIn(At):
    staff_id: str
    pin: str = field(repr=False)
    power_cycled: bool = False  # staff confirm: the printer was switched off and on
    menu: bool = False  # for the staff's menu, and not only to open the terminal


@dataclass(frozen=True, slots=True)
class StaffCardSignIn(At):
    """The PIN that goes with the card on the reader."""

    pin: str = field(repr=False)
    power_cycled: bool = False
    menu: bool = False


class ClosePressed(At):
    """受付を終える pressed in the staff's menu."""


class StaffWanted(At):
    """The staff corner was pressed on a screen that waits, out of order, or closed."""


class TestPrintPressed(At):
    """試し刷り pressed in the staff's menu."""

    __test__ = False  # no test of pytest's


class MenuLeft(At):
    """端末をひらく pressed in the staff's menu."""


class SelfTestAgain(At):
    """もう一度 pressed after a self-test that failed."""


# --- answers; ``generation`` is the session's when the effect was started ------------------------


@dataclass(frozen=True, slots=True)
class Answer(At):
    generation: int


@dataclass(frozen=True, slots=True)
class HelloAnswered(Answer):
    answer: ServerHello | ServerFault


@dataclass(frozen=True, slots=True)
class HeartbeatAnswered(Answer):
    answer: Heartbeat | ServerFault


@dataclass(frozen=True, slots=True)
class StaffAnswered(Answer):
    answer: StaffOpened | ServerFault


@dataclass(frozen=True, slots=True)
class CardLooked(Answer):
    """What lies on the card reader has changed."""

    seen: CardSeen


@dataclass(frozen=True, slots=True)
class CardOpened(Answer):
    """Heard in any generation: the server may have opened for a card that is gone."""

    answer: StaffOpened | ServerFault | CardRefusal


@dataclass(frozen=True, slots=True)
class RecoverAnswered(Answer):
    answer: Recovered | ServerFault


@dataclass(frozen=True, slots=True)
class SelfTestEnded(Answer):
    """All checks ran and the report was sent (``reported`` False: it could not be)."""

    checks: tuple[CheckResult, ...]
    reported: bool


@dataclass(frozen=True, slots=True)
class PrinterSeen(Answer):
    """``acceptor``: None where the terminal has none."""

    status: PrinterStatus
    acceptor: AcceptorStatus | None = None


@dataclass(frozen=True, slots=True)
class ApplyAnswered(Answer):
    answer: Application | ServerFault


@dataclass(frozen=True, slots=True)
class SearchAnswered(Answer):
    result: SearchResult = field(repr=False)


@dataclass(frozen=True, slots=True)
class EntryAnswered(Answer):
    """``shown``: the entry as the screens may show it; None where there is none."""

    answer: LedgerEntry | ServerFault = field(repr=False)
    shown: LedgerEntry | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HistoryAnswered(Answer):
    answer: SiteHistory | ServerFault = field(repr=False)


@dataclass(frozen=True, slots=True)
class NeighboursAnswered(Answer):
    answer: Neighbours | ServerFault = field(repr=False)


@dataclass(frozen=True, slots=True)
class PreviewMade(Answer):
    """``pages`` are PNG; a refusal sends the person to the counter with its reason."""

    answer: CertificateContent | DrawRefusal = field(repr=False)
    pages: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ReserveAnswered(Answer):
    answer: Reserved | ServerFault


@dataclass(frozen=True, slots=True)
class ReleaseAnswered(Answer):
    answer: Released | ServerFault


@dataclass(frozen=True, slots=True)
class SheetDrawn(Answer):
    answer: DrawnCertificate | DrawRefusal


@dataclass(frozen=True, slots=True)
class PrintProgressed(Answer):
    progress: PrintProgress


@dataclass(frozen=True, slots=True)
class PrintEnded(Answer):
    outcome: PrintOutcome


@dataclass(frozen=True, slots=True)
class SlipEnded(Answer):
    """``shared``: it went to the printer that certificates come out of."""

    outcome: PrintOutcome | DrawRefusal
    shared: bool = True


@dataclass(frozen=True, slots=True)
class SettleAnswered(Answer):
    answer: Settled | ServerFault


@dataclass(frozen=True, slots=True)
class PaymentAnswered(Answer):
    answer: Payment | ServerFault


@dataclass(frozen=True, slots=True)
class PaymentCounted(Answer):
    """``status``: the machine's own word; None without a machine."""

    answer: Payment | ServerFault
    status: AcceptorStatus | None = None


@dataclass(frozen=True, slots=True)
class PaymentClosed(Answer):
    payment_id: str
    answer: Payment | ServerFault
    status: AcceptorStatus | None = None


# --- time ---------------------------------------------------------------------------------------


class Tick(At):
    """Once a second while anything counts."""


Event = At  # every event is an At; machine.py dispatches on the exact class
