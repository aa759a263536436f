"""The payment ledger on both databases: deeds of staff, triggers, and what an audit finds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from admin.db.fee_tables import PaymentEntry, PaymentRow
from admin.db.issue_tables import Issue
from admin.services import fees, issuing, payment_ledger, payment_list, row_audit
from admin.services.fees import FeeRefusal
from kiosk.domain.acceptor import AcceptorState, AcceptorStatus, Escrow
from kiosk.domain.fees import FeeMode, FeeRate, Money, Payment, PaymentState, Pot, balances
from kiosk.domain.issuance import IssueState
from kiosk.domain.ports import Released, Reserved, Settled
from kiosk.domain.printer import ClearState
from tests.fixtures.section import BY_TEST, NOT_STARTED, PRINTED, RASTERS, UNKNOWN, World

COUNTER, MACHINE = FeeRate(FeeMode.COUNTER, 400), FeeRate(FeeMode.ACCEPTOR, 400)
P, U, V = IssueState.PRINTED, IssueState.UNKNOWN, IssueState.VOIDED
ENDS = {"printed": PRINTED, "unknown": UNKNOWN, "failed": NOT_STARTED}


def pots(world: World, payment_id: str) -> dict[Pot, int]:
    with world.database.read() as session:
        rows = payment_ledger.transfers(session, payment_id)
    return {pot: yen for pot, yen in balances(rows).items() if yen}


def state(world: World, payment_id: str) -> PaymentState:
    with world.database.read() as session:
        return PaymentState(session.get_one(PaymentRow, payment_id).state)


def audited(world: World) -> str:
    with world.database.read() as session:
        found = row_audit.audit(session)
    return found.code if found else ""


def issued(world: World, end: str = "printed") -> tuple[str, str]:
    """A copy that was paid at the counter and ended so; payment and issue."""
    world.charge(COUNTER)
    application = world.application()
    payment = world.payment(application)
    world.receive(payment.payment_id, 400)
    issue_id = world.spooled(world.paid_order(payment, application))
    world.settled(issue_id, ENDS[end])
    fees.count(world.services, payment.payment_id, "terminal-1", None, closing=True)
    return payment.payment_id, issue_id


# --- staff decide about paper and money in one deed -----------------------------------------------


@pytest.mark.parametrize(
    ("end", "new", "refunded", "left", "stands"),
    [
        ("unknown", P, False, {Pot.EARNED: 400}, PaymentState.CLOSED),
        ("unknown", V, True, {}, PaymentState.CLOSED),
        ("unknown", V, False, {Pot.DEPOSIT: 400}, PaymentState.OWING),
        ("printed", V, True, {}, PaymentState.CLOSED),
        ("printed", V, False, {Pot.DEPOSIT: 400}, PaymentState.OWING),
    ],
)
def test_a_decision_moves_paper_and_money(
    world: World, end: str, new: IssueState, refunded: bool, left: dict[Pot, int],
    stands: PaymentState,
) -> None:  # fmt: skip
    payment_id, issue_id = issued(world, end)
    answer = issuing.decide(
        world.services, issue_id, "chief", new, "端末を見て決めた", refunded=refunded
    )
    assert isinstance(answer, Settled)
    now = pots(world, payment_id)
    now.pop(Pot.PERSON, None)
    assert (now, state(world, payment_id)) == (left, stands)
    assert audited(world) == ""


def test_what_is_owed_is_handed_out_once(world: World) -> None:
    payment_id, issue_id = issued(world, "failed")
    assert state(world, payment_id) is PaymentState.OWING
    assert fees.hand_out(world.services, payment_id, "chief", "短い") == FeeRefusal("reason_needed")
    made = fees.hand_out(world.services, payment_id, "chief", "窓口で返した")
    assert isinstance(made, Payment)
    assert (pots(world, payment_id), made.state) == ({}, PaymentState.CLOSED)
    again = fees.hand_out(world.services, payment_id, "chief", "窓口で返した")
    assert again == FeeRefusal("nothing_owed")
    assert world.state(issue_id) is IssueState.FAILED


def test_nobody_is_there_to_take_it(world: World) -> None:
    payment_id, _ = issued(world, "failed")
    fees.hand_out(world.services, payment_id, "chief", "だれもいない", unclaimed=True)
    assert pots(world, payment_id) == {Pot.PERSON: -400, Pot.UNCLAIMED: 400}


def test_the_amount_is_what_is_due_and_only_at_the_counter(world: World) -> None:
    world.charge(COUNTER)
    payment = world.payment()
    for yen in (399, 401, 0, -400):
        answer = fees.receive(world.services, payment.payment_id, "chief", yen, "")
        assert answer == FeeRefusal("amount_differs")
    world.receive(payment.payment_id, 400)
    answer = fees.receive(world.services, payment.payment_id, "chief", 400, "")
    assert answer == FeeRefusal("not_awaiting")
    assert pots(world, payment.payment_id) == {Pot.PERSON: -400, Pot.DEPOSIT: 400}


def test_staff_do_not_hand_out_what_the_machine_is_giving_back(world: World) -> None:
    world.charge(MACHINE)
    payment = world.payment()
    status = AcceptorStatus(AcceptorState.JAMMED, Escrow(payment.payment_id, 300))
    fees.count(world.services, payment.payment_id, "terminal-1", status, closing=True)
    answer = fees.hand_out(world.services, payment.payment_id, "chief", "窓口で返した")
    assert answer == FeeRefusal("machine_returning")
    world.clock.set(world.clock.now() + timedelta(seconds=61))
    answer = fees.hand_out(world.services, payment.payment_id, "chief", "窓口で返した")
    assert answer == FeeRefusal("look_first")  # its terminal may have died before it could say so
    made = fees.hand_out(
        world.services, payment.payment_id, "chief", "窓口で返した", looked=True
    )  # fmt: skip
    assert isinstance(made, Payment)
    assert made.take == 300  # what lies in the machine is the ward's now: it paid it out


def test_a_fee_from_a_later_day_is_not_charged_today(world: World) -> None:
    later = world.services.today() + timedelta(days=1)
    assert fees.set_rate(world.services, later, COUNTER, BY_TEST) is None
    with world.database.read() as session:
        assert not fees.rate_on(session, world.services.today()).charged
        assert fees.rate_on(session, later) == COUNTER
    past = world.services.today() - timedelta(days=1)
    assert fees.set_rate(world.services, past, COUNTER, BY_TEST) == FeeRefusal("fee_past")


@pytest.mark.parametrize("yen", [1, 405, 9_999])
def test_a_fee_that_coins_cannot_pay_is_not_set_for_a_machine(world: World, yen: int) -> None:
    today = world.services.today()
    machine, counter = FeeRate(FeeMode.ACCEPTOR, yen), FeeRate(FeeMode.COUNTER, yen)
    assert fees.set_rate(world.services, today, machine, BY_TEST) == FeeRefusal("fee_coins")
    assert fees.set_rate(world.services, today, counter, BY_TEST) is None


def test_the_day_is_summed_by_terminal(world: World) -> None:
    issued(world)
    issued(world, "failed")
    with world.database.read() as session:
        sums = payment_list.day_sums(session, world.services.today())
        tomorrow = payment_list.day_sums(session, world.services.today() + timedelta(days=1))
    assert [(one.terminal, one.earned) for one in sums] == [("terminal-1", 400)]
    assert (sums[0].sums[Money.RECEIVED], sums[0].sums[Money.VENDED]) == (800, 400)
    assert tomorrow == []


# --- the database refuses -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE issue SET state = 'VOIDED' WHERE id = '{issue}'",
        "DELETE FROM payment_entry",
        "UPDATE payment_entry SET yen = 1",
        "DELETE FROM issue_fee",
        "UPDATE issue_fee SET payment_id = 'x'",
        "UPDATE payment SET yen = 1",
        "UPDATE payment SET state = 'PAID'",
        "DELETE FROM payment",
        "DELETE FROM fee_rate",
    ],
)
def test_nothing_is_changed_behind_the_program(world: World, deed: str) -> None:
    payment_id, issue_id = issued(world)
    with pytest.raises(DBAPIError), world.database.write() as session:
        session.execute(text(deed.format(issue=issue_id, payment=payment_id)))


def test_no_pot_goes_below_nothing(world: World) -> None:
    payment_id, _ = issued(world)
    with pytest.raises(DBAPIError, match="does not hold"), world.database.write() as session:
        session.add(
            PaymentEntry(
                payment_id=payment_id, issue_id=None, at=world.clock.now(), actor="x",
                money="returned", source="deposit", target="person", yen=1, remark="",
            )
        )  # fmt: skip


def test_paper_without_its_money_is_refused_by_the_database(world: World) -> None:
    world.charge(COUNTER)
    application = world.application()
    payment = world.payment(application)
    world.receive(payment.payment_id, 400)
    issue_id = world.spooled(world.paid_order(payment, application))
    for new in ("PRINTED", "UNKNOWN"):
        with pytest.raises(DBAPIError, match="elsewhere"), world.database.write() as session:
            session.execute(text(f"UPDATE issue SET state = '{new}' WHERE id = '{issue_id}'"))


# --- the audit ------------------------------------------------------------------------------------


def unguarded(world: World, deed: str) -> None:
    """As somebody with the database's own rights would: without its triggers."""
    with world.database.write() as session:
        if world.database.is_sqlite:
            names = session.scalars(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).all()
            for name in names:
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            session.execute(text("SET session_replication_role = replica"))
        session.execute(text(deed))
        if not world.database.is_sqlite:
            session.execute(text("SET session_replication_role = DEFAULT"))


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        ("UPDATE payment_entry SET yen = 300 WHERE money = 'received'", "payment_rows"),
        ("UPDATE payment_entry SET remark = 'x'", "payment_rows"),
        ("DELETE FROM payment_entry WHERE money = 'vended'", "payment_rows"),
        ("UPDATE payment SET state = 'OWING'", "payment_state"),
        ("UPDATE payment SET taken = 400", "payment_state"),
        ("UPDATE payment SET yen = 300", "payment"),
        ("UPDATE fee_rate SET yen = 300", "fee_rate"),
        ("DELETE FROM issue_fee", "payment_link"),
    ],
)
def test_the_audit_finds(world: World, deed: str, code: str) -> None:
    issued(world)
    assert audited(world) == ""
    unguarded(world, deed)
    assert audited(world) == code


# --- any order ------------------------------------------------------------------------------------

STEPS = (
    "coin", "count", "reserve", "release", "spool", "printed", "unknown", "failed", "close",
    "recover", "decide_printed", "decide_voided", "decide_refunded", "hand_out", "take", "lever",
)  # fmt: skip


class Machine:
    """Sums that rise, as a machine has them, and the last answer of the section."""

    def __init__(self) -> None:
        self.inserted = self.taken = self.returned = 0

    def status(self, payment_id: str) -> AcceptorStatus:
        escrow = Escrow(payment_id, self.inserted, self.taken, self.returned)
        return AcceptorStatus(AcceptorState.READY, escrow)

    @property
    def held(self) -> int:
        return self.inserted - self.taken - self.returned


@settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(steps=st.lists(st.sampled_from(STEPS), min_size=8, max_size=24))
def test_money_and_paper_agree_after_every_step(world: World, steps: list[str]) -> None:
    """Whatever is asked, in whatever order, refused or not: nothing is ever out of place."""
    world.charge(MACHINE)
    issuing.recover(world.services, world.terminal(), ClearState.CLEAR, power_cycled=True)
    if left := _live(world):  # of the example before
        fees.cancel(world.services, left, "chief", "前の例の残り")
    application = world.application()
    payment = world.payment(application, copies=3)
    machine, issues = Machine(), [""]
    for number, step in enumerate(["coin"] * 3 + ["count", *steps]):
        order = world.paid_order(payment, application, 1 + number % 3)
        _do(world, step, payment, order, machine, issues)
        _agree(world)
    assert audited(world) == ""


def _live(world: World) -> str:
    world.terminal()
    with world.database.read() as session:
        return next(iter(fees.live_payments(session, "terminal-1")), "")


def _do(
    world: World, step: str, payment: Payment, order: issuing.ReserveOrder, machine: Machine,
    issues: list[str],
) -> None:  # fmt: skip
    services, terminal, issue_id, pay = world.services, "terminal-1", issues[-1], payment.payment_id
    told = fees.read(services, pay, terminal)
    assert isinstance(told, Payment)
    if step == "coin":
        machine.inserted += 500
    elif step == "lever":
        machine.returned += machine.held
    elif step == "take":
        machine.taken += max(0, min(told.take - machine.taken, machine.held))
    elif step == "count":
        fees.count(services, pay, terminal, machine.status(pay), closing=False)
    elif step == "close":
        fees.count(services, pay, terminal, machine.status(pay), closing=True)
    elif step == "reserve":
        made = issuing.reserve(services, order)
        if isinstance(made, Reserved):
            issues.append(made.issue_id)
    elif step == "release":
        assert not isinstance(issuing.release(services, issue_id, terminal), Released) or issue_id
    elif step == "spool":
        issuing.spool(services, issue_id, terminal, RASTERS)
    elif step in ENDS:
        issuing.settle(services, issue_id, terminal, ENDS[step])
    elif step == "recover":
        issuing.recover(services, terminal, ClearState.CLEAR, power_cycled=False)
    elif step == "hand_out":
        world.clock.set(world.clock.now() + timedelta(seconds=61))
        fees.hand_out(services, pay, "chief", "窓口で返した", looked=True)
    else:
        new = P if step == "decide_printed" else V
        issuing.decide(
            services, issue_id, "chief", new, "端末を見て決めた", refunded=step == "decide_refunded"
        )


def _agree(world: World) -> None:
    with world.database.read() as session:
        states = list(session.scalars(select(Issue.state)))
        rows = [payment_ledger.transfer_of(one) for one in session.scalars(select(PaymentEntry))]
    now = balances(rows)
    assert now[Pot.EARNED] == 400 * states.count(P.value)
    assert now[Pot.HELD] == 400 * states.count(U.value)
    assert sum(now.values()) == 0
