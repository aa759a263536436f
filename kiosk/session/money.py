"""Making the acceptor follow the section's ledger: what the runner does for the fee's effects.

Every step asks the machine, tells the server, and may be repeated: sums only rise, and the server
says what is to be taken and what to be given back. What the machine does not do stays in the
ledger, where staff see it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from kiosk.domain.acceptor import ACCEPTOR_UNKNOWN, AcceptorStatus
from kiosk.domain.fees import FeeMode, Payment
from kiosk.domain.ports import CoinAcceptor, SectionServer, ServerFault
from kiosk.session.failpoints import reach

log = logging.getLogger("kiosk.session.money")

Answer = tuple[Payment | ServerFault, AcceptorStatus | None]


@dataclass(frozen=True, slots=True)
class MoneyHand:
    """``acceptor`` None: the terminal has none, and fees are paid at the counter."""

    server: SectionServer
    acceptor: CoinAcceptor | None

    def status(self) -> AcceptorStatus | None:
        if self.acceptor is None:
            return None
        try:
            return self.acceptor.status()
        except Exception as error:
            log.error("acceptor raised: %s", type(error).__name__)
            return ACCEPTOR_UNKNOWN

    def count(self, payment_id: str, mode: FeeMode, due: int) -> Answer:
        """Let coins in, and tell the server what is there."""
        if mode is not FeeMode.ACCEPTOR or self.acceptor is None:
            return self.server.read_payment(payment_id), self.status()
        status = self.acceptor.begin(payment_id, due)
        reach("count.before")
        answer = self.server.count_payment(payment_id, status, False)
        reach("count.after")
        return answer, status

    def take(self, payment_id: str) -> Answer:
        """What is earned or held goes into the cash box."""
        payment = self.server.read_payment(payment_id)
        if self.acceptor is None or isinstance(payment, ServerFault):
            return payment, self.status()
        reach("take.before")
        status = self.acceptor.take(payment_id, payment.take)
        reach("take.after")
        return self.server.count_payment(payment_id, status, False), status

    def close(self, payment_id: str) -> Answer:
        """No further copy: the ledger first, then the machine, then the ledger again."""
        before = self.status()
        reach("close.before")
        payment = self.server.count_payment(payment_id, before, True)
        reach("close.counted")
        if isinstance(payment, ServerFault) or self.acceptor is None:
            return payment, before
        escrow = before.escrow if before is not None else None
        if escrow is None or escrow.payment_id != payment_id:
            return payment, before
        after = self._follow(self.acceptor, payment)
        reach("close.given_back")
        return self.server.count_payment(payment_id, after, True), after

    @staticmethod
    def _follow(acceptor: CoinAcceptor, payment: Payment) -> AcceptorStatus:
        status = acceptor.take(payment.payment_id, payment.take)
        reach("close.taken")
        taken = status.escrow.taken if status.heard and status.escrow else -1
        if taken < payment.take or not payment.give_back:
            return status  # what is not taken would fall out with the rest
        after = acceptor.give_back(payment.payment_id)
        return _emptied(acceptor, after)

    def recover(self, payments: tuple[str, ...]) -> ServerFault | None:
        """At boot: end what the server names and what the machine knows of."""
        status = self.status()
        held = status.escrow if status is not None and status.heard else None
        left = dict.fromkeys(payments)
        if held is not None:  # empty too: it may have given back what nobody could record
            left[held.payment_id] = None
        for payment_id in left:
            answer, _ = self.close(payment_id)
            if not isinstance(answer, ServerFault):
                log.info("payment %s ended as %s", payment_id, answer.state.value)
            elif answer.code != "unknown_payment":
                return answer
            else:
                log.error("payment %s: the server does not know it", payment_id)
        return None


def _emptied(acceptor: CoinAcceptor, status: AcceptorStatus) -> AcceptorStatus:
    """What there was no change for goes into the cash box, so that the next person can pay: the
    ledger still owes it to this one, and staff hand it out."""
    escrow = status.escrow
    if not status.ready or escrow is None or not escrow.held:
        return status
    return acceptor.take(escrow.payment_id, escrow.inserted - escrow.returned)
