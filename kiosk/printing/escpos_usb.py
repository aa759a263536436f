"""ESC/POS over USB: the driver word ``escpos-usb``."""

from __future__ import annotations

from typing import Any, Final

from kiosk.domain.ports import Clock, Rasterizer
from kiosk.printing.escpos_printer import ANSWER_WAIT_S, EscposPrinter
from kiosk.printing.models import ModelProfile
from kiosk.printing.transport import UsbSelector, UsbTransport

DRIVER: Final = "escpos-usb"


def escpos_usb_printer(
    profile: ModelProfile,
    selector: UsbSelector,
    rasterizer: Rasterizer,
    clock: Clock,
    backend: Any = None,
    answer_s: float = ANSWER_WAIT_S,
) -> EscposPrinter:
    """The device is looked for when it is first asked, and again after it was unplugged.

    ``backend`` is a ``usb.backend.IBackend``; None is libusb.
    """
    transport = UsbTransport(selector, backend)
    return EscposPrinter(DRIVER, profile, transport, rasterizer, clock, answer_s)
