"""A coin acceptor of sums only: no pieces, no change, no faults but a pulled cable."""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.acceptor import (
    ACCEPTOR_OFFLINE,
    AcceptorState,
    AcceptorStatus,
    Escrow,
)


class FakeAcceptor:
    def __init__(self) -> None:
        self._escrow: Escrow | None = None
        self._due = 0
        self._open = False
        self._plugged = True

    def insert(self, yen: int) -> bool:
        escrow = self._escrow
        if not self._plugged or not self._open or escrow is None or escrow.held >= self._due:
            return False
        self._escrow = replace(escrow, inserted=escrow.inserted + yen)
        return True

    def plug(self, on: bool) -> None:
        self._plugged = on

    def status(self) -> AcceptorStatus:
        if not self._plugged:
            return ACCEPTOR_OFFLINE
        return AcceptorStatus(AcceptorState.READY, self._escrow)

    def begin(self, payment_id: str, due: int) -> AcceptorStatus:
        old = self._escrow
        if self._plugged and (old is None or (old.payment_id != payment_id and not old.held)):
            self._escrow, self._due, self._open = Escrow(payment_id, 0), due, True
        return self.status()

    def take(self, payment_id: str, total: int) -> AcceptorStatus:
        escrow = self._escrow
        if self._plugged and escrow is not None and escrow.payment_id == payment_id:
            more = max(0, min(total - escrow.taken, escrow.held))
            self._escrow, self._open = replace(escrow, taken=escrow.taken + more), False
        return self.status()

    def give_back(self, payment_id: str) -> AcceptorStatus:
        escrow = self._escrow
        if self._plugged and escrow is not None and escrow.payment_id == payment_id:
            back = escrow.returned + escrow.held
            self._escrow, self._open = replace(escrow, returned=back), False
        return self.status()

    def close(self) -> None:
        pass
