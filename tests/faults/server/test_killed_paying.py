"""kill -9 the server at every place where money or paper moves: afterwards they agree, whether the
terminal lived on or died with it, and the acceptor holds what the ledger says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest
from sqlalchemy import select

from admin.db.fee_tables import PaymentEntry, PaymentRow
from admin.db.issue_tables import Issue
from admin.services import payment_ledger, row_audit
from admin.services.failpoints import FEE_NAMES, NAMES
from kiosk.coins.simulator import SimulatedAcceptor
from kiosk.domain.fees import FeeMode, FeeRate, Payment, PaymentState, Pot, balances
from kiosk.domain.issuance import IssueState
from kiosk.domain.ports import Application, Recovered, Reserved, ServerFault, Settled
from kiosk.domain.printer import ClearState
from kiosk.domain.query import Found, Query, QueryKind
from kiosk.ledger_client.client import HttpSectionServer
from kiosk.session.money import MoneyHand
from tests.faults.server.conftest import Mortal
from tests.fixtures.browser import FarBrowser
from tests.fixtures.section import NOT_STARTED, PRINTED, RASTERS, sample_applicant

MACHINE, COUNTER = FeeRate(FeeMode.ACCEPTOR, 400), FeeRate(FeeMode.COUNTER, 400)
S = PaymentState
N, R, SP, P, F, U = (
    IssueState.NUMBERED, IssueState.RELEASED, IssueState.SPOOLED, IssueState.PRINTED,
    IssueState.FAILED, IssueState.UNKNOWN,
)  # fmt: skip
#: 500 yen are put in for one copy of 400.
PAID = {Pot.PERSON: -500, Pot.DEPOSIT: 500}
EARNED = {Pot.PERSON: -500, Pot.DEPOSIT: 100, Pot.EARNED: 400}


@dataclass
class Visit:
    """One copy of one visit with money in a real (simulated) acceptor, which outlives everybody."""

    mortal: Mortal
    client: HttpSectionServer
    acceptor: SimulatedAcceptor = field(default_factory=SimulatedAcceptor)
    application_id: str = ""
    payment_id: str = ""
    issue_id: str = ""
    rate: FeeRate = MACHINE

    @property
    def hand(self) -> MoneyHand:
        return MoneyHand(self.client, self.acceptor if self.rate is MACHINE else None)

    def apply(self) -> None:
        application = self.client.apply(sample_applicant(), "visit-1")
        assert isinstance(application, Application), application
        self.application_id = application.application_id
        found = self.client.search(self.application_id, Query(QueryKind.LOT, "一丁目1番"))
        assert isinstance(found, Found)

    def payment(self) -> object:
        content = self.mortal.world.maker.content(self.mortal.world.entries[1])
        answer = self.client.request_payment(
            self.application_id, content, 1, self.rate, "pay-of-this-visit",  # type: ignore[arg-type]
        )  # fmt: skip
        if isinstance(answer, Payment):
            self.payment_id = answer.payment_id
        return answer

    def count(self) -> object:
        self.acceptor.begin(self.payment_id, MACHINE.yen)
        if not (self.acceptor.drawer and self.acceptor.drawer.inserted):
            assert self.acceptor.insert(500)
        return self.hand.count(self.payment_id, FeeMode.ACCEPTOR, MACHINE.yen)[0]

    def reserve(self) -> object:
        content = self.mortal.world.maker.content(self.mortal.world.entries[1])
        answer = self.client.reserve(
            self.application_id, content, 1, 1, "key-of-this-issue", self.payment_id,  # type: ignore[arg-type]
        )  # fmt: skip
        if isinstance(answer, Reserved):
            self.issue_id = answer.issue_id
        return answer

    def release(self) -> object:
        return self.client.release(self.issue_id)

    def spool(self) -> object:
        return self.client.spool(self.issue_id, RASTERS)

    def settle(self) -> object:
        return self.client.settle(self.issue_id, PRINTED)

    def close(self) -> object:
        return self.hand.close(self.payment_id)[0]

    def steps(self) -> dict[str, Callable[[], object]]:
        return {
            "payment": self.payment, "count": self.count, "reserve": self.reserve,
            "release": self.release, "spool": self.spool, "settle": self.settle,
            "close": self.close,
        }  # fmt: skip

    def walk(self, first: str = "payment", last: str = "close") -> None:
        """From one step to another; each is acknowledged."""
        names = list(self.steps())
        for name in names[names.index(first) : names.index(last) + 1]:
            answer = self.steps()[name]()
            assert not isinstance(answer, ServerFault), (name, answer)


@dataclass(frozen=True)
class Left:
    """What the killed server left: payment, pots, issues; and how the issue of a terminal that
    lived on, and of one that died too, ends (None: there is none)."""

    payment: PaymentState | None
    pots: dict[Pot, int]
    issues: list[IssueState]
    lived: IssueState
    died: IssueState | None


#: By the step that it dies in and the failpoint. The last call of all is a count as well.
PLACES: dict[tuple[str, str], Left] = {
    ("payment", "payment.before_commit"): Left(None, {}, [], P, None),
    ("payment", "payment.after_commit"): Left(S.AWAITING, {}, [], P, None),
    ("count", "count.before_commit"): Left(S.AWAITING, {}, [], P, None),
    ("count", "count.after_commit"): Left(S.PAID, PAID, [], P, None),
    ("reserve", "reserve.begin"): Left(S.PAID, PAID, [], P, None),
    ("reserve", "reserve.before_commit"): Left(S.PAID, PAID, [], P, None),
    ("reserve", "reserve.after_commit"): Left(S.PAID, PAID, [N], P, F),
    # A release is never sent again: the terminal settles the issue as not started.
    ("release", "release.drawn"): Left(S.PAID, PAID, [N], F, F),
    ("release", "release.before_commit"): Left(S.PAID, PAID, [N], F, F),
    ("release", "release.after_commit"): Left(S.PAID, PAID, [R], F, U),
    ("spool", "spool.before_commit"): Left(S.PAID, PAID, [R], P, U),
    ("spool", "spool.after_commit"): Left(S.PAID, PAID, [SP], P, U),
    ("settle", "settle.before_commit"): Left(S.PAID, PAID, [SP], P, U),
    ("settle", "settle.after_commit"): Left(S.PAID, EARNED, [P], P, P),
    ("close", "count.before_commit"): Left(S.PAID, EARNED, [P], P, P),
    ("close", "count.after_commit"): Left(S.OWING, EARNED, [P], P, P),
}
RECEIVING = ("receive.before_commit", "receive.after_commit")


def test_every_failpoint_there_is_has_its_test() -> None:
    assert {*(name for _, name in PLACES), *RECEIVING} == {*NAMES, *FEE_NAMES}


# --- what the database says -----------------------------------------------------------------------


def issues(mortal: Mortal) -> list[IssueState]:
    with mortal.world.database.read() as session:
        return [IssueState(one) for one in session.scalars(select(Issue.state))]


def payments(mortal: Mortal) -> list[PaymentState]:
    with mortal.world.database.read() as session:
        return [PaymentState(one) for one in session.scalars(select(PaymentRow.state))]


def pots(mortal: Mortal) -> dict[Pot, int]:
    with mortal.world.database.read() as session:
        rows = [payment_ledger.transfer_of(one) for one in session.scalars(select(PaymentEntry))]
    return {pot: yen for pot, yen in balances(rows).items() if yen}


def intact(mortal: Mortal) -> None:
    """No row without its log row, no issue whose money is elsewhere, and the chain holds."""
    with mortal.world.database.read() as session:
        assert row_audit.audit(session) is None
    assert mortal.world.chain().fault is None


def agreed(visit: Visit, end: IssueState | None) -> None:
    """Paper, ledger and machine, when everything is over."""
    assert issues(visit.mortal) == ([] if end is None else [end])
    kept = 400 if end in {P, U} else 0
    there = {P: Pot.EARNED, U: Pot.HELD}.get(end) if end else None
    assert pots(visit.mortal) == ({Pot.PERSON: -kept, there: kept} if there else {})
    states = payments(visit.mortal)
    assert states in ([], [S.OWING if end is U else S.CLOSED])
    drawer = visit.acceptor.drawer
    assert drawer is None or drawer.held == 0
    inserted = drawer.inserted if drawer else 0
    assert (visit.acceptor.cash_box, visit.acceptor.tray) == (kept, inserted - kept)
    intact(visit.mortal)


# --- with money in the acceptor -------------------------------------------------------------------


def killed_at(mortal: Mortal, step: str, failpoint: str) -> Visit:
    """Walk until the server dies there; the death is asserted, and what it left."""
    mortal.world.charge(MACHINE)
    visit = Visit(mortal, mortal.opened(mortal.start()))
    visit.apply()
    before = list(visit.steps())[: list(visit.steps()).index(step)]
    if before:
        visit.walk(last=before[-1])
    life = mortal.start(failpoint)  # only this step meets the failpoint
    visit.client = mortal.opened(life)
    answer = visit.steps()[step]()
    assert isinstance(answer, ServerFault), answer
    assert life.died_by_kill(), "the failpoint did not fire"
    left = PLACES[step, failpoint]
    assert payments(mortal) == ([] if left.payment is None else [left.payment])
    assert (pots(mortal), issues(mortal)) == (left.pots, left.issues)
    intact(mortal)
    return visit


@pytest.mark.parametrize(("step", "failpoint"), PLACES)
def test_the_terminal_lived_on(mortal: Mortal, step: str, failpoint: str) -> None:
    visit = killed_at(mortal, step, failpoint)
    visit.client = mortal.opened(mortal.start())
    end = PLACES[step, failpoint].lived
    if end is F:
        assert isinstance(visit.client.settle(visit.issue_id, NOT_STARTED), Settled)
        visit.walk("close")
    else:
        visit.walk(step)
    agreed(visit, end)


@pytest.mark.parametrize(("step", "failpoint"), PLACES)
def test_the_terminal_died_too(mortal: Mortal, step: str, failpoint: str) -> None:
    visit = killed_at(mortal, step, failpoint)
    visit.client = mortal.client(mortal.start())  # nobody has opened it: money goes back first
    recovered = visit.client.recover(ClearState.CLEAR, True)
    assert isinstance(recovered, Recovered)
    assert visit.hand.recover(recovered.payments) is None
    agreed(visit, PLACES[step, failpoint].died)
    visit.client = mortal.opened(mortal.lives[-1])
    visit.apply()
    nobody_owes = visit.client.request_payment(
        visit.application_id, mortal.world.maker.content(mortal.world.entries[1]), 1,  # type: ignore[arg-type]
        MACHINE, "pay-of-the-next",
    )  # fmt: skip
    assert isinstance(nobody_owes, Payment)


# --- at the counter -------------------------------------------------------------------------------


NEW_PASSWORD = "Mihon-2026-hana"


def at_the_counter(mortal: Mortal, failpoint: str) -> tuple[Visit, FarBrowser]:
    """A person pays, staff press the button, and the server dies."""
    mortal.world.charge(COUNTER)
    first = mortal.world.staff("chief")
    life = mortal.start(failpoint)
    visit = Visit(mortal, mortal.opened(life), rate=COUNTER)
    visit.apply()
    visit.walk(last="payment")
    staff = FarBrowser(life.url)
    staff.sign_in("chief", first)
    staff.send("/password", old=first, new=NEW_PASSWORD, again=NEW_PASSWORD)
    address = f"/payments/{visit.payment_id}"
    staff.get(address)
    with pytest.raises(httpx.HTTPError):
        staff.send(f"{address}/receive", amount="400円", remark="領収書 見本")
    assert life.died_by_kill(), "the failpoint did not fire"
    written = failpoint.endswith("after_commit")
    assert payments(mortal) == [S.PAID if written else S.AWAITING]
    assert pots(mortal) == ({Pot.PERSON: -400, Pot.DEPOSIT: 400} if written else {})
    intact(mortal)
    return visit, staff


def again(mortal: Mortal, visit: Visit, staff: FarBrowser) -> FarBrowser:
    """The next life of the server, with the same browser, still signed in, before it."""
    life = mortal.start()
    visit.client, later = mortal.client(life), FarBrowser(life.url)
    later.cookies = staff.cookies
    later.get(f"/payments/{visit.payment_id}")
    return later


@pytest.mark.parametrize("failpoint", RECEIVING)
def test_staff_press_again_and_the_money_is_counted_once(mortal: Mortal, failpoint: str) -> None:
    visit, staff = at_the_counter(mortal, failpoint)
    staff = again(mortal, visit, staff)
    address = f"/payments/{visit.payment_id}/receive"
    if failpoint == RECEIVING[0]:
        staff.send(address, amount="400円", remark="領収書 見本")
        assert "入金を記録しました" in staff.words
    else:  # it was written: the page says so and has no button any more
        assert "入金を記録する" not in staff.words
    assert payments(mortal) == [S.PAID]
    visit.client = mortal.opened(mortal.lives[-1])
    visit.walk("reserve")
    assert (issues(mortal), payments(mortal)) == ([P], [S.CLOSED])
    assert pots(mortal) == {Pot.PERSON: -400, Pot.EARNED: 400}
    intact(mortal)


@pytest.mark.parametrize("failpoint", RECEIVING)
def test_the_terminal_died_while_staff_pressed(mortal: Mortal, failpoint: str) -> None:
    visit, staff = at_the_counter(mortal, failpoint)
    staff = again(mortal, visit, staff)
    recovered = visit.client.recover(ClearState.CLEAR, True)
    assert isinstance(recovered, Recovered)
    assert visit.hand.recover(recovered.payments) is None
    if failpoint == RECEIVING[0]:
        # Nothing is written; the money lies on the counter, and the page takes it no more.
        staff.get(f"/payments/{visit.payment_id}")
        assert "入金を記録する" not in staff.words
        assert payments(mortal) == [S.CLOSED]
    else:
        assert payments(mortal) == [S.OWING]
        staff.get(f"/payments/{visit.payment_id}")
        staff.send(f"/payments/{visit.payment_id}/hand-out", remark="窓口で本人に返した")
        assert payments(mortal) == [S.CLOSED]
    assert (issues(mortal), pots(mortal)) == ([], {})
    intact(mortal)
