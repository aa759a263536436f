"""The gate at the release: a sheet leaves only while a PAID payment still holds its fee.

Reserving asks the same, so these are the ways in which the money can be gone between the two:
a machine that lost its escrow, a row that somebody removed, a payment that somebody ended.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from admin.services import fees, issuing
from admin.services.issuing import IssueRefusal
from kiosk.domain.acceptor import AcceptorState, AcceptorStatus, Escrow
from kiosk.domain.fees import FeeMode, FeeRate, Payment, PaymentState, Pot
from kiosk.domain.issuance import IssueState
from kiosk.domain.ports import Released
from tests.fixtures.section import BY_TEST, World
from tests.integration.fees.test_ledger import pots, state, unguarded

COUNTER, MACHINE = FeeRate(FeeMode.COUNTER, 400), FeeRate(FeeMode.ACCEPTOR, 400)


def numbered(world: World, rate: FeeRate, copies: int = 1) -> tuple[Payment, str]:
    """A paid copy with its number: payment and issue."""
    world.charge(rate)
    application = world.application()
    payment = world.payment(application, copies=copies)
    if rate is COUNTER:
        world.receive(payment.payment_id, payment.due)
    else:
        count(world, payment.payment_id, Escrow(payment.payment_id, payment.due))
    return payment, world.reserved(world.paid_order(payment, application))


def count(world: World, payment_id: str, escrow: Escrow | None) -> None:
    status = AcceptorStatus(AcceptorState.READY, escrow)
    answer = fees.count(world.services, payment_id, "terminal-1", status, closing=False)
    assert isinstance(answer, Payment), answer


def refused(world: World, issue_id: str, detail: str) -> None:
    """No seal, no date, no sheet left; the issue ended, and its row says why."""
    answer = issuing.release(world.services, issue_id, "terminal-1")
    assert answer == IssueRefusal("fee_unpaid", detail)
    issue = world.issue(issue_id)
    assert (issue.state, issue.fault) == (IssueState.FAILED.value, "fee_unpaid")
    assert (issue.sheet, issue.pdf_sha256, issue.issued_on) == (None, None, None)
    assert world.events(issue_id) == ["issue.numbered", "issue.failed"]
    assert world.chain().fault is None


@pytest.mark.parametrize("rate", [COUNTER, MACHINE])
def test_with_its_fee_it_is_released(world: World, rate: FeeRate) -> None:
    _, issue_id = numbered(world, rate)
    assert isinstance(issuing.release(world.services, issue_id, "terminal-1"), Released)


def test_free_is_released_without_a_payment(world: World) -> None:
    assert isinstance(issuing.release(world.services, world.reserved(), "terminal-1"), Released)


def test_a_payment_that_ended_meanwhile(world: World) -> None:
    """No deed of the program ends it under a copy in work; somebody with the database may."""
    payment, issue_id = numbered(world, COUNTER)
    unguarded(world, "UPDATE payment SET state = 'OWING'")
    refused(world, issue_id, "OWING")
    assert pots(world, payment.payment_id)[Pot.DEPOSIT] == 400  # staff hand it out


def test_a_payment_that_awaits_again(world: World) -> None:
    _, issue_id = numbered(world, COUNTER)
    unguarded(world, "UPDATE payment SET state = 'AWAITING'")
    refused(world, issue_id, "AWAITING")


def test_money_that_somebody_took_out_of_the_ledger(world: World) -> None:
    _, issue_id = numbered(world, COUNTER)
    unguarded(world, "DELETE FROM payment_entry")
    refused(world, issue_id, "PAID")


def test_a_copy_whose_payment_somebody_unlinked(world: World) -> None:
    """A fee was in force on the day of its number: without a payment it is not free."""
    _, issue_id = numbered(world, COUNTER)
    unguarded(world, "DELETE FROM issue_fee")
    refused(world, issue_id, "no payment")


def test_one_fee_does_not_cover_two_copies(world: World) -> None:
    """Two copies in work and one fee left: neither may go."""
    payment, issue_id = numbered(world, COUNTER, copies=2)
    unguarded(world, "UPDATE payment_entry SET yen = 399")
    refused(world, issue_id, "PAID")
    assert state(world, payment.payment_id) is PaymentState.PAID


def test_a_lost_escrow_is_short_and_the_copy_keeps_its_fee(world: World) -> None:
    """The machine forgot money that a numbered copy stands on: the person paid it, and gets the
    sheet; the ward is short of it, which a row says."""
    payment, issue_id = numbered(world, MACHINE, copies=2)
    count(world, payment.payment_id, None)
    left = pots(world, payment.payment_id)
    assert left == {Pot.PERSON: -800, Pot.DEPOSIT: 400, Pot.MISSING: 800, Pot.SHORT: -400}
    assert isinstance(issuing.release(world.services, issue_id, "terminal-1"), Released)


def test_the_day_of_the_number_decides_whether_it_is_free(world: World) -> None:
    """Numbered the evening before the fee began, released after midnight: still free."""
    issue_id = world.reserved()
    tomorrow = world.services.today() + timedelta(days=1)
    assert fees.set_rate(world.services, tomorrow, COUNTER, BY_TEST) is None
    world.clock.set(world.clock.now() + timedelta(days=1))
    assert isinstance(issuing.release(world.services, issue_id, "terminal-1"), Released)


def test_a_fee_set_on_the_very_day_holds_for_what_has_no_sheet_yet(world: World) -> None:
    """Free when it was numbered, an hour before the fee was set from that day on: no sheet."""
    issue_id = world.reserved()
    world.charge(COUNTER)
    refused(world, issue_id, "no payment")
