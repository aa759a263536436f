"""Drives the pure machine by hand: one event, one look. No lanes, no time but what a test gives."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from kiosk.domain.acceptor import AcceptorState, AcceptorStatus
from kiosk.domain.certificate import CertificateContent, DrawnCertificate, Stamp
from kiosk.domain.fees import FeeMode, FeeRate, Payment, PaymentState
from kiosk.domain.issuance import IssueState
from kiosk.domain.near import (
    BesideLot,
    Happening,
    HappeningKind,
    Neighbours,
    SiteEntry,
    SiteHistory,
)
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
from kiosk.domain.printer import Printed, PrinterStatus, PrintEvidence
from kiosk.domain.query import Found, Query, QueryKind
from kiosk.ledger_client.memory_near import hit_of
from kiosk.session import effects as ef
from kiosk.session import events as ev
from kiosk.session.machine import boot, step
from kiosk.session.state import Overlay, Phase, Session
from tests.fakes.printer import READY
from tests.fakes.sheet_maker import FORM, FakeSheetMaker, draw
from tests.flows.people import HOUSE, OTHER_HOUSE, PERSON

NOW = datetime(2026, 4, 1, tzinfo=UTC)
OFFLINE = ServerFault("offline", sent=False)
TIMEOUT = ServerFault("timeout", sent=True)
SEED = "mihon"
ISSUE, NUMBER = "issue-1", "2026-000001"


def hello(**changes: Any) -> ServerHello:
    fields: dict[str, Any] = {
        "contract": 1, "build": "b", "form": FORM, "now": NOW, "terminal": "terminal-1",
        "terminal_label": "見本の端末", "accepting": True, "production": False,
        "data_as_of": "2026-04-01", "open_issue": False,
    }  # fmt: skip
    return ServerHello(**{**fields, **changes})


def content_of() -> CertificateContent:
    made = FakeSheetMaker().content(HOUSE)
    assert isinstance(made, CertificateContent)
    return made


def hits() -> Found:
    return Found((hit_of(HOUSE),))


def past() -> SiteHistory:
    """The history of HOUSE's site: with OTHER_HOUSE, which the search did not find."""
    first = (Happening(HappeningKind.CONFIRMATION),)
    entries = tuple(SiteEntry(hit_of(one), first) for one in (HOUSE, OTHER_HOUSE))
    return SiteHistory(HOUSE.entry_id, HOUSE.lot, entries)


def beside() -> Neighbours:
    lots = [
        BesideLot(f"中央一丁目{n}", Query(QueryKind.LOT, str(n), "中央一丁目"), 1)
        for n in (100, 102, 103)
    ]
    return Neighbours(HOUSE.entry_id, HOUSE.lot, (lots[0],), (lots[1],), lots[2])


COUNTER = FeeRate(FeeMode.COUNTER, 400)
MACHINE = FeeRate(FeeMode.ACCEPTOR, 400)
MACHINE_READY = AcceptorStatus(AcceptorState.READY)


def payment(**changes: Any) -> Payment:
    fields: dict[str, Any] = {
        "payment_id": "payment-1", "number": "F-00001", "state": PaymentState.AWAITING,
        "mode": FeeMode.COUNTER, "yen": 400, "copies": 1,
    }  # fmt: skip
    return Payment(**{**fields, **changes})


GOOD_CHECKS = (CheckResult("printer", True),)
BAD_CHECKS = (CheckResult("printer", False, "printer_offline"),)


class Play:
    """A session, its second, and the effects of the last event."""

    def __init__(self, t: float = 1000.0) -> None:
        self.t = t
        self.session: Session
        self.effects: tuple[ef.Effect, ...]
        self.session, self.effects = boot(t, SEED)
        self.all: list[ef.Effect] = list(self.effects)

    def at(self, phase: Phase, notice: str | None = None) -> bool:
        same = notice is None or self.session.notice == notice
        return self.session.phase is phase and same

    def shows(self, overlay: Overlay) -> bool:
        return self.session.overlay is overlay

    def take(self, event: ev.At) -> None:
        self.session, self.effects = step(self.session, event)
        self.all.extend(self.effects)

    def do(self, kind: type[ev.At], **values: Any) -> None:
        self.take(kind(self.t, **values))

    def answer(self, kind: type[ev.Answer], generation: int | None = None, **values: Any) -> None:
        chosen = self.session.generation if generation is None else generation
        self.take(kind(self.t, chosen, **values))

    def wait(self, seconds: float, beat: bool = True) -> None:
        """Second by second; the server is heard unless told otherwise."""
        for _ in range(int(seconds)):
            self.t += 1
            if beat:
                self.beat()
            self.do(ev.Tick)

    def beat(self, **changes: Any) -> None:
        self.answer(ev.HeartbeatAnswered, answer=Heartbeat(NOW, **{"accepting": True, **changes}))

    def asked(self, kind: type[ef.Effect]) -> Any:
        """The one effect of this kind that the last event asked for."""
        found = [effect for effect in self.effects if type(effect) is kind]
        assert len(found) == 1, self.effects
        return found[0]

    def count(self, kind: type[ef.Effect]) -> int:
        return sum(type(effect) is kind for effect in self.all)

    # --- the usual way ------------------------------------------------------------------------

    def sees(self, status: PrinterStatus = READY) -> None:
        self.answer(ev.PrinterSeen, status=status)

    def to_sign_in(self) -> Play:
        self.answer(ev.HelloAnswered, answer=hello())
        return self

    def to_self_test(self) -> Play:
        self.to_sign_in().do(ev.StaffSignIn, staff_id="opener", pin="482913")
        self.answer(ev.StaffAnswered, answer=StaffOpened("opener", "見本 係員"))
        self.answer(ev.RecoverAnswered, answer=Recovered())
        return self

    def to_attract(self) -> Play:
        self.to_self_test().answer(ev.SelfTestEnded, checks=GOOD_CHECKS, reported=True)
        self.sees()
        return self

    def to_consent(self) -> Play:
        self.to_attract().do(ev.Begin)
        return self

    def to_applicant(self) -> Play:
        self.to_consent().do(ev.ConsentGiven)
        return self

    def to_search(self) -> Play:
        self.to_applicant()
        for name, text in PERSON.items():
            self.do(ev.FieldEdited, name=name, text=text)
        self.do(ev.ApplicantDone)
        self.answer(ev.ApplyAnswered, answer=Application("a-1", "U000001"))
        return self

    def to_results(self) -> Play:
        self.to_search().do(ev.SearchTextEdited, text="101")
        self.do(ev.SearchPressed)
        self.answer(ev.SearchAnswered, result=hits())
        return self

    def to_entry(self) -> Play:
        self.to_results().do(ev.HitChosen, entry_id=HOUSE.entry_id)
        self.answer(ev.EntryAnswered, answer=HOUSE)
        return self

    def to_history(self) -> Play:
        self.to_entry().do(ev.HistoryPressed)
        self.answer(ev.HistoryAnswered, answer=past())
        return self

    def to_neighbours(self) -> Play:
        self.to_entry().do(ev.NeighboursPressed)
        self.answer(ev.NeighboursAnswered, answer=beside())
        return self

    def to_preview(self) -> Play:
        self.to_entry().do(ev.CertifyPressed)
        self.answer(ev.PreviewMade, answer=content_of(), pages=(b"png", b"png"))
        return self

    def to_confirm(self, copies: int = 1) -> Play:
        self.to_preview().do(ev.PreviewAccepted)
        if copies > 1:
            self.do(ev.CopiesChosen, copies=copies)
        return self

    def to_payment(self, rate: FeeRate = COUNTER, copies: int = 1) -> Play:
        """The payment is asked for and nothing is paid."""
        self.to_confirm(copies).beat(fee=rate)
        self.do(ev.IssuePressed)
        self.answer(ev.PrinterSeen, status=READY, acceptor=MACHINE_READY)
        self.answer(ev.PaymentAnswered, answer=payment(mode=rate.mode, copies=copies))
        return self

    def to_reserve(self, copies: int = 1) -> Play:
        self.to_confirm(copies).do(ev.IssuePressed)
        self.sees()
        return self

    def to_release(self, copies: int = 1, issue: str = ISSUE) -> Play:
        self.to_reserve(copies).answer(ev.ReserveAnswered, answer=Reserved(issue))
        return self

    def sheet(self, issue: str = ISSUE, number: str = NUMBER) -> DrawnCertificate:
        """What both sides draw for the present copy."""
        stamp = Stamp(issue, number, date(2026, 4, 1), "U000001", "terminal-1", b"seal")
        return draw(content_of(), stamp)

    def to_draw(self, copies: int = 1) -> Play:
        self.to_release(copies)
        self.released()
        return self

    def released(self, issue: str = ISSUE, number: str = NUMBER) -> None:
        drawn = self.sheet(issue, number)
        self.answer(
            ev.ReleaseAnswered,
            answer=Released(issue, number, date(2026, 4, 1), b"seal", drawn.pdf_sha256, 1),
        )

    def to_print(self, copies: int = 1) -> Play:
        self.to_draw(copies).answer(ev.SheetDrawn, answer=self.sheet())
        return self

    def to_settle(self, copies: int = 1) -> Play:
        self.to_print(copies).answer(ev.PrintEnded, outcome=printed())
        return self

    def to_take_paper(self) -> Play:
        self.to_settle().answer(ev.SettleAnswered, answer=Settled(ISSUE, IssueState.PRINTED))
        return self

    def to_end(self) -> Play:
        self.to_take_paper().do(ev.PaperTaken)
        return self

    def to_staff_menu(self) -> Play:
        self.to_sign_in().do(ev.StaffSignIn, staff_id="opener", pin="482913", menu=True)
        self.answer(ev.StaffAnswered, answer=StaffOpened("opener", "見本 係員"))
        self.answer(ev.RecoverAnswered, answer=Recovered())
        self.answer(ev.SelfTestEnded, checks=GOOD_CHECKS, reported=True)
        self.sees()
        return self

    def to_sorry(self) -> Play:
        self.to_search().beat(accepting=False)
        return self

    def to_out_of_order(self) -> Play:
        self.answer(ev.HelloAnswered, answer=OFFLINE)
        return self

    def to_closed(self) -> Play:
        self.to_attract().beat(accepting=False)
        return self


def printed(pages: int = 1) -> Printed:
    return Printed(PrintEvidence(10, 10, ("0" * 64,) * pages, pages, True))


#: A session in every phase there is.
WAYS = {
    Phase.STARTING: lambda: Play(),
    Phase.SIGN_IN: lambda: Play().to_sign_in(),
    Phase.SELF_TEST: lambda: Play().to_self_test(),
    Phase.STAFF_MENU: lambda: Play().to_staff_menu(),
    Phase.OUT_OF_ORDER: lambda: Play().to_out_of_order(),
    Phase.CLOSED: lambda: Play().to_closed(),
    Phase.ATTRACT: lambda: Play().to_attract(),
    Phase.CONSENT: lambda: Play().to_consent(),
    Phase.APPLICANT: lambda: Play().to_applicant(),
    Phase.SEARCH: lambda: Play().to_search(),
    Phase.RESULTS: lambda: Play().to_results(),
    Phase.ENTRY: lambda: Play().to_entry(),
    Phase.HISTORY: lambda: Play().to_history(),
    Phase.NEIGHBOURS: lambda: Play().to_neighbours(),
    Phase.PREVIEW: lambda: Play().to_preview(),
    Phase.CONFIRM: lambda: Play().to_confirm(),
    Phase.PAYMENT: lambda: Play().to_payment(),
    Phase.PRINTING: lambda: Play().to_print(),
    Phase.TAKE_PAPER: lambda: Play().to_take_paper(),
    Phase.END: lambda: Play().to_end(),
    Phase.SORRY: lambda: Play().to_sorry(),
}
