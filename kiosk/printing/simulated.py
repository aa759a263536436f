"""The simulated kiosk printer as a ``Printer``: the real ESC/POS driver, a device made of bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kiosk.domain.hands import ControlServer
from kiosk.domain.ports import Clock, Rasterizer
from kiosk.printing.escpos_printer import EscposPrinter
from kiosk.printing.models import GENERIC_EPSON, ModelProfile
from kiosk.printing.simulator import SimulatedDevice, SimulatedTransport
from kiosk.printing.simulator_control import SimulatorControl

DRIVER: Final = "simulated"


class SimulatedPrinter(EscposPrinter):
    """``control`` is the person's hand on it; ``control_socket`` the same from outside.

    Args:
        start: control words done before the first use, e.g. ``("paper-empty",)``, ``("jam@3",)``.

    Raises:
        ValueError: a word of ``start`` is not known.
    """

    def __init__(
        self,
        rasterizer: Rasterizer,
        clock: Clock,
        *,
        device: SimulatedDevice | None = None,
        profile: ModelProfile = GENERIC_EPSON,
        control_socket: Path | None = None,
        start: Sequence[str] = (),
    ) -> None:
        self.device = device or SimulatedDevice()
        super().__init__(DRIVER, profile, SimulatedTransport(self.device, clock), rasterizer, clock)
        self.control = SimulatorControl(self.device)
        for word in start:
            answer = self.control.do(word)
            if answer.startswith("error"):
                raise ValueError(answer)
        self._server = (
            ControlServer(control_socket, self.control, "printer-simulator")
            if control_socket
            else None
        )

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        super().close()
        self.device.close()
