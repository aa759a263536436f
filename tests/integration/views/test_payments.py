"""入金: what staff see and do, and what each deed leaves behind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from admin.db.fee_tables import PaymentRow
from admin.db.issue_tables import Terminal
from admin.services import fees, issuing
from admin.services.print_log import history
from kiosk.domain.acceptor import AcceptorState, AcceptorStatus, Escrow
from kiosk.domain.fees import FeeMode, FeeRate, Payment, PaymentState
from kiosk.domain.issuance import IssueState
from tests.fixtures.browser import Browser
from tests.fixtures.section import NOT_STARTED, PRINTED, UNKNOWN
from tests.integration.views.conftest import Office
from tests.integration.views.test_pictures import CHROMIUM, Album


def _state(office: Office, payment: Payment) -> PaymentState:
    told = fees.read(office.world.services, payment.payment_id, "terminal-1")
    assert isinstance(told, Payment)
    return told.state


def _charged(office: Office, copies: int = 3) -> Payment:
    office.world.charge(FeeRate(FeeMode.COUNTER, 400))
    return office.world.payment(copies=copies)


def test_a_payment_is_seen_and_released(office: Office, chief: Browser) -> None:
    payment = _charged(office)
    address = f"/payments/{payment.payment_id}"
    chief.request("GET", "/payments")
    assert payment.number in chief.words
    assert "1,200円" in chief.words
    chief.request("GET", address)
    chief.send(f"{address}/receive", amount="1,000", remark="")
    assert chief.page.status_code == 422
    assert "請求の額とちがいます" in chief.words
    assert _state(office, payment) is PaymentState.AWAITING
    chief.send(f"{address}/receive", amount="１，２００円", remark="領収書 12")
    assert "入金を記録しました" in chief.words
    assert "領収書 12" in chief.words
    assert _state(office, payment) is PaymentState.PAID
    rows = office.world.events(payment.payment_id)
    assert rows == ["payment.requested", "payment.money", "payment.moved"]


def test_what_is_owed_is_listed_and_handed_out(office: Office, chief: Browser) -> None:
    world = office.world
    world.charge(FeeRate(FeeMode.COUNTER, 400))
    application = world.application()
    payment = world.payment(application, copies=2)
    world.receive(payment.payment_id, 800)
    first = world.spooled(world.paid_order(payment, application, 1))
    world.settled(first, PRINTED)
    world.settled(world.reserved(world.paid_order(payment, application, 2)), NOT_STARTED)
    fees.count(world.services, payment.payment_id, "terminal-1", None, closing=True)
    chief.request("GET", f"/issues/{first}")
    assert "収納済み" in chief.words
    chief.request("GET", "/payments")
    assert "返金・確認待ち" in chief.words
    address = f"/payments/{payment.payment_id}"
    chief.request("GET", address)
    assert "お返しする額 400円" in chief.words
    chief.send(f"{address}/hand-out", remark="窓口で本人に返した")
    assert _state(office, payment) is PaymentState.CLOSED
    chief.request("GET", "/payments")
    assert "窓口で返金" in chief.words


def test_the_decision_about_paper_decides_about_money(office: Office, chief: Browser) -> None:
    world = office.world
    world.charge(FeeRate(FeeMode.COUNTER, 400))
    application = world.application()
    payment = world.payment(application)
    world.receive(payment.payment_id, 400)
    issue_id = world.spooled(world.paid_order(payment, application))
    world.settled(issue_id, UNKNOWN)
    fees.count(world.services, payment.payment_id, "terminal-1", None, closing=True)
    address = f"/issues/{issue_id}/decide"
    chief.request("GET", address)
    assert "手数料 400円" in chief.words
    chief.send(address, new="VOIDED", seen="yes", reason="紙は出ていなかった", refunded="yes")
    assert world.state(issue_id) is IssueState.VOIDED
    assert _state(office, payment) is PaymentState.CLOSED
    assert "返金済み" in chief.words
    again = issuing.decide(world.services, issue_id, "chief", IssueState.PRINTED, "もう一度決める")
    assert getattr(again, "code", "") == "not_allowed"


def _left_in_the_machine(office: Office, seen_ago_s: int) -> str:
    """300 yen were in when the visit ended, two minutes ago; the terminal was last heard then."""
    world = office.world
    world.charge(FeeRate(FeeMode.ACCEPTOR, 400))
    payment = world.payment()
    status = AcceptorStatus(AcceptorState.READY, Escrow(payment.payment_id, 300))
    fees.count(world.services, payment.payment_id, "terminal-1", status, closing=True)
    world.clock.set(world.clock.now() + timedelta(minutes=2))
    with world.database.write() as session:
        terminal = session.get_one(Terminal, "terminal-1")
        terminal.last_seen = world.clock.now() - timedelta(seconds=seen_ago_s)
    return payment.payment_id


def test_a_silent_terminal_may_have_given_it_back_already(office: Office, chief: Browser) -> None:
    """The machine may have given 300 yen back and its terminal died: nobody pays them again."""
    payment_id = _left_in_the_machine(office, 110)
    address = f"/payments/{payment_id}"
    chief.get(address)
    assert "応答がありません" in chief.words
    assert "先に、返却口と機械の中を確かめてください" in chief.words
    assert "二重に返す" in chief.words
    chief.send(f"{address}/hand-out", remark="窓口で本人に返した")
    assert chief.page.status_code == 422
    assert "返却口と機械の中を確かめて" in chief.words
    assert "窓口で本人に返した" in chief.page.text  # what was typed is still there
    chief.send(f"{address}/hand-out", looked="yes", remark="")
    assert chief.page.status_code == 422
    assert "理由を 5〜1,000 文字" in chief.words
    with office.world.database.read() as session:
        assert session.get_one(PaymentRow, payment_id).state == PaymentState.OWING.value
    chief.send(f"{address}/hand-out", looked="yes", remark="返却口は空。窓口で返した")
    assert "記録しました" in chief.words
    with office.world.database.read() as session:
        assert session.get_one(PaymentRow, payment_id).state == PaymentState.CLOSED.value
        said = history(session, payment_id)[-2].data
    assert (said["money"], said["looked"]) == ("refunded", True)


def test_a_terminal_that_is_heard_is_no_alarm_but_the_tray_is_looked_at(
    office: Office, chief: Browser
) -> None:
    address = f"/payments/{_left_in_the_machine(office, 3)}"
    chief.get(address)
    assert "応答がありません" not in chief.words
    assert "端末は応答しています" in chief.words
    chief.send(f"{address}/hand-out", remark="窓口で本人に返した")
    assert chief.page.status_code == 422


def test_what_was_paid_at_the_counter_has_no_tray(office: Office, chief: Browser) -> None:
    payment = _charged(office, 1)
    office.world.receive(payment.payment_id, 400)
    fees.count(office.world.services, payment.payment_id, "terminal-1", None, closing=True)
    chief.get(f"/payments/{payment.payment_id}")
    assert "返却口" not in chief.words


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: no pictures of the pages")
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_pictures(office: Office, chief: Browser, tmp_path: Path) -> None:
    world, album = office.world, Album(tmp_path / "album")
    world.charge(FeeRate(FeeMode.COUNTER, 400))
    application = world.application()
    owed = world.payment(application, copies=2)
    world.receive(owed.payment_id, 800)
    world.settled(world.spooled(world.paid_order(owed, application, 1)), PRINTED)
    fees.count(world.services, owed.payment_id, "terminal-1", None, closing=True)
    waiting = world.payment(copies=3)
    for name, path, height in (
        ("30-payments", "/payments", 1250),
        ("31-payment-waiting", f"/payments/{waiting.payment_id}", 1250),
        ("32-payment-owed", f"/payments/{owed.payment_id}", 1250),
    ):
        chief.get(path)
        album.add(name, chief, height)
    world.cancel_payment(waiting.payment_id)
    chief.get(f"/payments/{_left_in_the_machine(office, 110)}")
    album.add("33-payment-silent", chief, 1250)
