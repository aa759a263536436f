"""Runs in the guest: the real driver, pyusb, libusb and Linux, to a device on a real bus."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable

from kiosk.clock import SystemClock
from kiosk.domain.printer import (
    ClearState,
    NotStarted,
    Printed,
    PrinterReason,
    PrinterState,
    PrintFault,
    PrintUnknown,
)
from kiosk.printing.escpos_usb import escpos_usb_printer
from kiosk.printing.models import GENERIC_EPSON
from kiosk.printing.raster import HEADS, PdfiumRasterizer
from kiosk.printing.transport import UsbSelector
from tests.fakes.usb_backend import PRODUCT, STRINGS, VENDOR, FakeUsbPrinter
from tests.unit.printing.sheets import job, sheet_pdf
from tests.usb_kernel.gadget import Cable, build

WAIT_S = 20.0


def say(words: str) -> None:
    sys.stdout.write(f"usb-kernel: {words}\n")
    sys.stdout.flush()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


class Checks:
    def __init__(self) -> None:
        self.device = FakeUsbPrinter()
        self.cable = Cable(self.device)
        self.sheets = PdfiumRasterizer(HEADS["a4-203"])
        selector = UsbSelector(VENDOR, PRODUCT)
        self.printer = escpos_usb_printer(GENERIC_EPSON, selector, self.sheets, SystemClock())

    def send(self, pages: int = 1) -> object:
        return self.printer.print(job(sheet_pdf(pages), pages), lambda _: None, lambda _: True)

    def whole(self, pages: int) -> list[bytes]:
        return [page.rows for page in self.sheets.pages(sheet_pdf(pages))]

    def not_there(self) -> None:
        assert self.printer.status().state is PrinterState.OFFLINE

    def plugged_in(self) -> None:
        build()
        self.cable.plug()
        until(lambda: self.printer.status().ready)
        assert self.printer.identity().model == STRINGS[2]
        assert self.printer.identity().serial == STRINGS[3]
        assert self.printer.clear() is ClearState.CLEAR

    def two_pages_dot_by_dot(self) -> None:
        outcome = self.send(2)
        assert isinstance(outcome, Printed), outcome
        assert outcome.evidence.pages_completed == 2
        assert [rows for _, rows in self.device.sheets] == self.whole(2)

    def paper_out_in_mid_job(self) -> None:
        band = self.device.bands_begun + 5
        self.device.at_band(band, lambda: setattr(self.device, "paper", False))
        outcome = self.send()
        assert self.device.fired[-1:] == [band]
        assert isinstance(outcome, PrintUnknown), outcome
        assert outcome.fault is PrintFault.STATUS_CHANGED
        sheets = len(self.device.sheets)
        self.device.refill()
        time.sleep(1)
        assert len(self.device.sheets) == sheets
        assert isinstance(self.send(), NotStarted)
        assert self.printer.clear() is ClearState.CLEAR
        assert isinstance(self.send(), Printed)
        assert self.device.sheets[-1][1] == self.whole(1)[0]

    def unplugged_in_mid_job(self) -> None:
        band = self.device.bands_begun + 5
        self.device.at_band(band, self.cable.unplug)
        outcome = self.send()
        assert self.device.fired[-1:] == [band]
        assert isinstance(outcome, PrintUnknown), outcome
        assert outcome.fault is PrintFault.DISCONNECTED
        assert self.printer.status().state is PrinterState.OFFLINE

    def plugged_in_again(self) -> None:
        self.device.power_cycle()
        self.device.take_out_paper()
        self.cable.plug()
        until(lambda: self.printer.status().state is not PrinterState.OFFLINE)
        assert PrinterReason.OWN_JOB in self.printer.status().reasons
        until(lambda: self.printer.clear() is ClearState.CLEAR)
        assert isinstance(self.send(), Printed)
        assert self.device.sheets[-1][1] == self.whole(1)[0]


def main() -> int:
    checks = Checks()
    for check in (
        checks.not_there,
        checks.plugged_in,
        checks.two_pages_dot_by_dot,
        checks.paper_out_in_mid_job,
        checks.unplugged_in_mid_job,
        checks.plugged_in_again,
    ):
        begun = time.monotonic()
        try:
            check()
        except Exception:
            traceback.print_exc(file=sys.stdout)
            say(f"failed {check.__name__}")
            return 1
        say(f"ok {check.__name__} {time.monotonic() - begun:.1f} s")
    say("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
