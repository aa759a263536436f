"""From the words of the configuration to a ``CoinAcceptor``, or to none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.coins.control import AcceptorControl
from kiosk.coins.simulator import SimulatedAcceptor
from kiosk.domain.hands import ControlServer
from kiosk.domain.ports import CoinAcceptor

NONE: Final = "none"
SIMULATED: Final = "simulated"
DRIVERS: Final = (NONE, SIMULATED)


@dataclass(frozen=True, slots=True)
class AcceptorConfig:
    """``memory``: the file in which the simulator keeps its escrow over a killed process."""

    driver: str = NONE
    control_socket: Path | None = None
    memory: Path | None = None


class PlayedAcceptor(SimulatedAcceptor):
    """The simulator with its control socket."""

    def __init__(self, config: AcceptorConfig) -> None:
        super().__init__(config.memory)
        socket = config.control_socket
        self._server = (
            ControlServer(socket, AcceptorControl(self), "acceptor-simulator") if socket else None
        )

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def make_acceptor(config: AcceptorConfig) -> CoinAcceptor | None:
    """The acceptor of this terminal. Raises ValueError: an unknown driver."""
    if config.driver == NONE:
        return None
    if config.driver == SIMULATED:
        return PlayedAcceptor(config)
    raise ValueError(f"acceptor driver {config.driver!r}: one of {', '.join(DRIVERS)}")
