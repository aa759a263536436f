"""The check of the coin acceptor: asked only where a fee is put into one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.coins.simulator import SimulatedAcceptor
from kiosk.domain.checks import CheckCode
from kiosk.domain.fees import NO_FEE, FeeMode, FeeRate
from kiosk.selftest.acceptor import AcceptorCheck
from kiosk.selftest.check import Finding
from tests.unit.selftest.test_checks import FAULT, HELLO, greeting

MACHINE = replace(HELLO, fee=FeeRate(FeeMode.ACCEPTOR, 400))


@pytest.mark.parametrize("fee", [NO_FEE, FeeRate(FeeMode.COUNTER, 400)])
@pytest.mark.parametrize("acceptor", [None, "broken"])
def test_where_no_fee_is_put_into_it_nothing_is_asked_of_it(
    fee: FeeRate, acceptor: str | None
) -> None:
    machine = SimulatedAcceptor() if acceptor else None
    if machine is not None:
        machine.set(plugged=False)
    found = AcceptorCheck(greeting(replace(HELLO, fee=fee)), machine).run()
    assert found == Finding(detail="not used")


def test_a_fee_for_a_machine_that_the_terminal_does_not_have() -> None:
    assert AcceptorCheck(greeting(MACHINE), None).run().code is CheckCode.ACCEPTOR_MISSING


def test_a_server_that_is_not_heard_says_nothing_about_fees() -> None:
    machine = SimulatedAcceptor()
    assert AcceptorCheck(greeting(FAULT), machine).run().code is CheckCode.ACCEPTOR_UNASKED


@pytest.mark.parametrize(
    ("trouble", "code", "detail"),
    [
        ({}, None, "ready"),
        ({"change": False}, None, "no-change"),  # the exact amount can be paid
        ({"jammed": True}, CheckCode.ACCEPTOR_NOT_READY, "jammed"),
        ({"full": True}, CheckCode.ACCEPTOR_NOT_READY, "full"),
        ({"plugged": False}, CheckCode.ACCEPTOR_NOT_READY, "offline"),
        ({"mute": True}, CheckCode.ACCEPTOR_NOT_READY, "unknown"),
    ],
)
def test_a_machine_as_it_is(trouble: dict[str, bool], code: CheckCode | None, detail: str) -> None:
    machine = SimulatedAcceptor()
    machine.set(**trouble)
    assert AcceptorCheck(greeting(MACHINE), machine).run() == Finding(code, detail)
