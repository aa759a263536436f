"""The device's side: the kernel's printer gadget (configfs, f_printer), fed to the fake printer.

The gadget is the kernel's; what it prints is decided by the same ESC/POS printer that the tests on
pyusb's seam use. It reads without blocking: a blocked read does not wake after the host's reset.
"""

from __future__ import annotations

import os
import select
import threading
import time
from contextlib import suppress
from pathlib import Path

from tests.fakes.usb_backend import PRODUCT, STRINGS, VENDOR, FakeUsbPrinter

GADGET = Path("/sys/kernel/config/usb_gadget/mihon")
NODE = Path("/dev/g_printer0")
READ_BYTES = 8192


def build() -> None:
    """Describe the device; nothing is on the bus yet."""
    (GADGET / "strings/0x409").mkdir(parents=True)
    (GADGET / "configs/c.1/strings/0x409").mkdir(parents=True)
    printer = GADGET / "functions/printer.0"
    printer.mkdir()
    for name, value in (
        ("idVendor", f"{VENDOR:#x}"),
        ("idProduct", f"{PRODUCT:#x}"),
        ("strings/0x409/manufacturer", STRINGS[1]),
        ("strings/0x409/product", STRINGS[2]),
        ("strings/0x409/serialnumber", STRINGS[3]),
        ("functions/printer.0/pnp_string", "MFG:MIHON;MDL:A4;CLS:PRINTER;"),
        ("functions/printer.0/q_len", "2"),
    ):
        (GADGET / name).write_text(value)
    (GADGET / "configs/c.1/printer.0").symlink_to(printer)


class Cable:
    """Plugged and unplugged; while plugged a thread carries bytes both ways."""

    def __init__(self, printer: FakeUsbPrinter) -> None:
        self._printer = printer
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def plug(self) -> None:
        controller = min(path.name for path in Path("/sys/class/udc").iterdir())
        (GADGET / "UDC").write_text(controller)
        self._stop.clear()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """May be called from the carrying thread itself, in the middle of a band."""
        self._stop.set()
        (GADGET / "UDC").write_text("\n")
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5)

    def _carry(self) -> None:
        """The node can be opened once the host has configured the device, and again after that."""
        while not self._stop.is_set():
            try:
                node = os.open(NODE, os.O_RDWR | os.O_NONBLOCK)
            except OSError:
                time.sleep(0.05)
                continue
            try:
                self._bytes(node)
            finally:
                os.close(node)

    def _bytes(self, node: int) -> None:
        """Both ways, until the cable is pulled or the host lets the device go."""
        left = b""
        while not self._stop.is_set():
            select.select([node], [], [], 0.02)
            try:
                left = left or os.read(node, READ_BYTES)
            except BlockingIOError:
                pass
            except OSError:
                return
            left = left[self._printer.accept(left) :]
            said = self._printer.answers(64)
            if said and not self._stop.is_set():
                with suppress(OSError):
                    os.write(node, said)
