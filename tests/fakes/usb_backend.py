"""A printer on pyusb's backend seam, with the semantics of libusb 1.0.

The real pyusb runs on top of it: ``usb.core.find(backend=FakeUsbBackend(...))``. As in libusb: a
transfer that times out after part of it went through returns the count, one that moved nothing
raises errno 110; a halted endpoint raises 32 until ``clear_halt``; a device that is gone raises 19
and is no longer found; timeout 0 would wait for ever, so it fails the test at once.

The device is an ESC/POS printer written for the tests: it shares no code with the program.
"""

from __future__ import annotations

import errno
from array import array
from collections.abc import Callable, Generator
from types import SimpleNamespace
from typing import Any, Protocol

import usb.backend
import usb.core

VENDOR, PRODUCT = 0x04B8, 0x0E28
OUT_ENDPOINT, IN_ENDPOINT = 0x02, 0x81
PACKET = 512  # bytes; a high-speed bulk packet
STRINGS = {1: "MIHON", 2: "A4 Kiosk (fake)", 3: "F0001"}
CLEAR_REQUEST = bytes((0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8))


class Waits(Protocol):
    def sleep(self, seconds: float) -> None: ...


class FakeUsbPrinter:
    """Prints rows as they come, holds what it cannot print in a small buffer, then NAKs."""

    def __init__(self, buffer_bytes: int = 64 * 1024) -> None:
        self.buffer_bytes = buffer_bytes
        self.plugged = True
        self.paper = True
        self.cover_open = False
        self.jammed = False
        self.muted = False
        self.lying = False
        self.strict = True  # fail the test on a byte that this model does not know
        self.garbled = False
        self.seconds_per_kib = 0.0
        self.take_at_most: int | None = None  # a transfer ends short after so many bytes
        self.halted = False
        self.kernel_driver = True
        self.claimed_elsewhere = False
        self.cycles = 0  # switched off and on so often; a connection does not survive it
        self.cuts = 41  # it has a past
        self.sheets: list[tuple[int, bytes]] = []  # (width in bytes, rows) of cut sheets with rows
        self.received = bytearray()
        self.bands_begun = 0
        self.fired: list[int] = []
        self._hooks: dict[int, Callable[[], None]] = {}
        self._fifo = bytearray()
        self._answers = bytearray()
        self._page = bytearray()
        self._width = 0
        self._restart()

    def at_band(self, band: int, action: Callable[[], None]) -> None:
        """When the header of the ``band``-th band (from 0) was read."""
        self._hooks[band] = action

    @property
    def able(self) -> bool:
        return self.paper and not self.cover_open and not self.jammed

    @property
    def held(self) -> int:
        return len(self._fifo)

    def refill(self) -> None:
        """New paper; the printer goes on with what it holds, on what is in the path."""
        self.paper = True
        self._pump()

    def take_out_paper(self) -> None:
        self._page.clear()

    def power_cycle(self) -> None:
        self.cycles += 1
        self._fifo.clear()
        self._answers.clear()
        self._restart()

    def accept(self, data: bytes) -> int:
        """Bytes taken from the bus; fewer when the buffer is full."""
        taken, cycles = 0, self.cycles
        while taken < len(data) and len(self._fifo) < self.buffer_bytes:
            piece = data[taken : taken + self.buffer_bytes - len(self._fifo)]
            taken += len(piece)
            self.received += piece
            self._fifo += piece
            self._obey_real_time(len(piece))
            self._pump()
            if self.halted or not self.plugged or self.cycles != cycles:
                break
        return taken

    def answers(self, most: int) -> bytes:
        said = bytes(self._answers[:most])
        del self._answers[:most]
        if self.muted:
            return b""
        return bytes(0xFF for _ in said) if self.garbled else said

    def _obey_real_time(self, fresh: int) -> None:
        """Real-time requests are seen as they arrive, also in the middle of dots."""
        end = len(self.received)
        at = max(0, end - fresh - len(CLEAR_REQUEST) + 1)
        while at < end:
            at = self.received.find(b"\x10", at)
            if at < 0:
                return
            if at + 2 < end and at + 2 >= end - fresh and self.received[at + 1] == 4:
                self._tell_status(self.received[at + 2])
            if self.received[at : at + 10] == CLEAR_REQUEST and at + 9 >= end - fresh:
                self._answers += b"7%\x00"
                self._fifo[:] = self.received[at + 10 : end]
                self._restart()
            at += 1

    def _tell_status(self, n: int) -> None:
        if n == 1:
            self._answers.append(0x12 + (0 if self.able else 8))
        elif n == 2:
            cover, out = 4 * self.cover_open, 32 * (not self.paper)
            self._answers.append(0x12 + cover + out + 64 * self.jammed)
        elif n == 3:
            self._answers.append(0x12 + 4 * self.jammed)
        elif n == 4:
            self._answers.append(0x12 + (0 if self.paper else 0x6C))

    def _restart(self) -> None:
        self._program = self._run()
        self._needs = next(self._program)

    def _pump(self) -> None:
        while self.able and len(self._fifo) >= self._needs:
            piece = bytes(self._fifo[: self._needs])
            del self._fifo[: self._needs]
            program = self._program
            needs = program.send(piece)
            if program is self._program:  # else it was switched off by what it just did
                self._needs = needs

    def _run(self) -> Generator[int, bytes, None]:
        """The printer's program: yields how many bytes it needs next, gets them."""
        while True:
            lead = yield 1
            if lead == b"\x1b":
                assert (yield 1) == b"@" or not self.strict
            elif lead == b"\x10":
                assert (yield 1) == b"\x04" or not self.strict
                yield 1
            elif lead == b"\x1d":
                yield from self._group((yield 1))
            else:
                assert not self.strict, f"stray byte {lead.hex()}"

    def _group(self, letter: bytes) -> Generator[int, bytes, None]:
        if letter == b"v":
            head = yield 6
            yield from self._band(head[2] + 256 * head[3], head[4] + 256 * head[5])
        elif letter == b"V":
            yield 2
            self._cut()
        elif letter == b"(":
            body = yield 9
            self._answers += b'7"' + body[5:] + b"\x00"
        elif letter == b"g":
            yield 4
            self._answers += b"_%d\x00" % self.cuts
        else:
            assert not self.strict, f"GS {letter!r} is not known here"

    def _band(self, width: int, rows: int) -> Generator[int, bytes, None]:
        number = self.bands_begun
        self.bands_begun += 1
        if number in self._hooks:
            self.fired.append(number)
            self._hooks.pop(number)()
        for _ in range(rows):
            dots = yield width
            if not self.lying:
                self._width = width
                self._page += dots

    def _cut(self) -> None:
        if self.lying:
            return
        self.cuts += 1
        if self._page:
            self.sheets.append((self._width, bytes(self._page)))
            self._page.clear()


class FakeUsbBackend(usb.backend.IBackend):  # type: ignore[misc]
    """One device on the bus. ``clock`` passes the time that transfers take."""

    def __init__(self, printer: FakeUsbPrinter, clock: Waits) -> None:
        super().__init__()
        self.printer = printer
        self._clock = clock
        self.transfers: list[tuple[int, int]] = []  # (offered, taken) of every bulk write
        self.claimed: set[int] = set()
        self.halts_cleared = 0
        self._opened_in: int | None = None

    def enumerate_devices(self) -> Any:
        return iter([self.printer] if self.printer.plugged else [])

    def get_device_descriptor(self, dev: Any) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=64, idVendor=VENDOR, idProduct=PRODUCT,
            bcdDevice=0x0100, iManufacturer=1, iProduct=2, iSerialNumber=3,
            bNumConfigurations=1, address=5, bus=1, port_number=1, port_numbers=(1,), speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: Any, config: int) -> Any:
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1,
            bConfigurationValue=1, iConfiguration=0, bmAttributes=0xC0, bMaxPower=1,
            extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: Any, intf: int, alt: int, config: int) -> Any:
        if intf or alt or config:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0,
            bNumEndpoints=2, bInterfaceClass=7, bInterfaceSubClass=1, bInterfaceProtocol=2,
            iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: Any, ep: int, intf: int, alt: int, config: int) -> Any:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(OUT_ENDPOINT, IN_ENDPOINT)[ep],
            bmAttributes=2, wMaxPacketSize=512, bInterval=0, bRefresh=0, bSynchAddress=0,
            extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: Any) -> Any:
        self._present()
        self._opened_in = self.printer.cycles
        return dev

    def close_device(self, dev_handle: Any) -> None:
        self.claimed.clear()

    def get_configuration(self, dev_handle: Any) -> int:
        self._present()
        return 1

    def set_configuration(self, dev_handle: Any, config_value: int) -> None:
        raise AssertionError("an active configuration must be left alone")

    def reset_device(self, dev_handle: Any) -> None:
        raise AssertionError("a reset throws away what the printer holds")

    def claim_interface(self, dev_handle: Any, intf: int) -> None:
        self._present()
        if self.printer.claimed_elsewhere or self.printer.kernel_driver:
            raise usb.core.USBError("Resource busy", -6, errno.EBUSY)
        self.claimed.add(intf)

    def release_interface(self, dev_handle: Any, intf: int) -> None:
        self._present()
        self.claimed.discard(intf)

    def is_kernel_driver_active(self, dev_handle: Any, intf: int) -> bool:
        self._present()
        return self.printer.kernel_driver

    def detach_kernel_driver(self, dev_handle: Any, intf: int) -> None:
        self.printer.kernel_driver = False

    def clear_halt(self, dev_handle: Any, ep: int) -> None:
        self._present()
        self.halts_cleared += 1
        self.printer.halted = False

    def bulk_write(self, dev_handle: Any, ep: int, intf: int, data: Any, timeout: int) -> int:
        assert timeout > 0, "timeout 0 waits for ever"
        assert ep == OUT_ENDPOINT
        assert intf in self.claimed
        self._present()
        self._running()
        taken = self._transfer(bytes(data), timeout / 1000)
        self.transfers.append((len(data), taken))
        self._present()
        self._running()
        if taken == 0:
            raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        return taken

    def _transfer(self, data: bytes, seconds: float) -> int:
        """Packet by packet until the end or the time is over: the count is what went through."""
        most = len(data) if self.printer.take_at_most is None else self.printer.take_at_most
        taken, left = 0, seconds
        while taken < len(data) and left > 0:
            packet = data[taken : min(taken + PACKET, most)]
            got = self.printer.accept(packet)
            took = got / 1024 * self.printer.seconds_per_kib
            if got < len(packet) or not packet:
                took = left  # it says NAK until the time is over
            self._clock.sleep(took)
            taken, left = taken + got, left - took
            if (
                self.printer.halted
                or not self.printer.plugged
                or self._opened_in != self.printer.cycles
            ):
                break
        return taken

    def bulk_read(self, dev_handle: Any, ep: int, intf: int, buff: Any, timeout: int) -> int:
        assert timeout > 0, "timeout 0 waits for ever"
        assert ep == IN_ENDPOINT
        self._present()
        self._running()
        said = self.printer.answers(len(buff))
        if not said:
            self._clock.sleep(timeout / 1000)
            raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        buff[: len(said)] = array("B", said)
        return len(said)

    def ctrl_transfer(
        self, dev_handle: Any, bmRequestType: int, bRequest: int, wValue: int, wIndex: int,  # noqa: N803
        data: Any, timeout: int,
    ) -> int:  # fmt: skip
        self._present()
        assert (bmRequestType, bRequest, wValue >> 8) == (0x80, 6, 3), "only string descriptors"
        index = wValue & 0xFF
        text = b"\x09\x04" if index == 0 else STRINGS[index].encode("utf-16-le")
        answer = bytes((len(text) + 2, 3)) + text
        answer = answer[: len(data)]
        data[: len(answer)] = array("B", answer)
        return len(answer)

    def _present(self) -> None:
        if not self.printer.plugged:
            raise usb.core.USBError("No such device", -4, errno.ENODEV)

    def _running(self) -> None:
        if self._opened_in != self.printer.cycles:
            raise usb.core.USBError("No such device", -4, errno.ENODEV)
        if self.printer.halted:
            raise usb.core.USBError("Pipe error", -9, errno.EPIPE)
