"""What a coin acceptor can say: closed types. One that does not answer is not ready.

The three sums of an escrow only rise; what the machine holds for the person is their difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AcceptorState(StrEnum):
    """Closed. Only ``READY`` takes money; ``NO_CHANGE`` takes the exact amount only."""

    READY = "ready"
    NO_CHANGE = "no-change"
    JAMMED = "jammed"
    FULL = "full"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Escrow:
    """Money of one payment in the machine, in yen. ``payment_id`` is the server's id."""

    payment_id: str
    inserted: int
    taken: int = 0  # gone into the cash box
    returned: int = 0  # given back

    @property
    def held(self) -> int:
        return self.inserted - self.taken - self.returned


@dataclass(frozen=True, slots=True)
class AcceptorStatus:
    """One reading. ``escrow``: of the newest payment; None when the machine knows of none."""

    state: AcceptorState
    escrow: Escrow | None = None

    @property
    def heard(self) -> bool:
        """The machine answered, so what it says of its escrow is to be believed."""
        return self.state not in {AcceptorState.OFFLINE, AcceptorState.UNKNOWN}

    @property
    def ready(self) -> bool:
        """It can take a payment now."""
        return self.state in {AcceptorState.READY, AcceptorState.NO_CHANGE}


ACCEPTOR_OFFLINE = AcceptorStatus(AcceptorState.OFFLINE)
ACCEPTOR_UNKNOWN = AcceptorStatus(AcceptorState.UNKNOWN)
