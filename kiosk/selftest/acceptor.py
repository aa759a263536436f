"""The coin acceptor can take a fee, where the section says that it is paid there."""

from __future__ import annotations

from kiosk.domain.checks import CheckCode, CheckName
from kiosk.domain.fees import FeeMode
from kiosk.domain.ports import CoinAcceptor
from kiosk.selftest.check import Finding
from kiosk.selftest.greeting import Greeting


class AcceptorCheck:
    """Nothing is asked of it where no fee is put into one."""

    name = CheckName.ACCEPTOR

    def __init__(self, greeting: Greeting, acceptor: CoinAcceptor | None) -> None:
        self._greeting = greeting
        self._acceptor = acceptor

    def run(self) -> Finding:
        hello = self._greeting.hello()
        if hello is None:
            return Finding(CheckCode.ACCEPTOR_UNASKED)
        if hello.fee.mode is not FeeMode.ACCEPTOR:
            return Finding(detail="not used")
        if self._acceptor is None:
            return Finding(CheckCode.ACCEPTOR_MISSING)
        status = self._acceptor.status()
        if not status.ready:
            return Finding(CheckCode.ACCEPTOR_NOT_READY, status.state.value)
        return Finding(detail=status.state.value)
