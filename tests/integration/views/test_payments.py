"""入金: what staff see and do, and what each deed leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from admin.services import fees, issuing
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
