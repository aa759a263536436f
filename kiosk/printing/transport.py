"""Bytes to and from a printer, with every count checked and every wait bounded.

What goes wrong on USB becomes a value. Two silent losses of common practice are closed here: the
count that a bulk write returns is looked at (a slow device takes part of it), and no wait is
endless (pyusb's timeout 0 waits for ever on a printer that holds us off).
"""

from __future__ import annotations

import errno
import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

import usb.core
import usb.util

_LOG = logging.getLogger(__name__)

WRITE_PIECE: Final = 16 * 1024  # bytes per bulk transfer
#: One transfer's patience. A transfer that moved nothing in it is reported, and may be repeated.
WRITE_TIMEOUT_S: Final = 1.0
#: Transfers of one write that may end short, a second each, before the caller looks at its clock.
SHORT_TRANSFERS: Final = 4
READ_SIZE: Final = 512  # one high-speed bulk packet; shorter answers end earlier
PRINTER_CLASS: Final = 7  # USB device class of printers
VENDOR_CLASS: Final = 0xFF


class LinkFault(StrEnum):
    """What can be wrong between us and the device. Closed."""

    TIMED_OUT = "timed-out"  # nothing moved in the time given; what was counted stays true
    STALLED = "stalled"  # the endpoint halted; it was cleared, how much arrived is not known
    DISCONNECTED = "disconnected"
    AMBIGUOUS = "ambiguous"  # several devices fit, and none is named by its serial number
    IN_USE = "in-use"  # another program has the device
    DENIED = "denied"  # no permission
    FAILED = "failed"  # any other error of the bus; how much arrived is not known


@dataclass(frozen=True, slots=True)
class Written:
    """``count`` bytes are known to have arrived; with a fault it is fewer than asked."""

    count: int
    fault: LinkFault | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """``data`` may be empty: nothing came in the time given, which is not a fault by itself."""

    data: bytes
    fault: LinkFault | None = None


@dataclass(frozen=True, slots=True)
class DeviceNames:
    model: str
    serial: str = ""


class Transport(Protocol):
    """A two-way pipe to one printer. Times in seconds, always finite and above zero."""

    def open(self) -> LinkFault | None:
        """Connect unless connected. None when connected."""
        ...

    @property
    def connected(self) -> bool:
        """Whether the connection that ``open`` made is still thought to stand. Asks nothing."""
        ...

    def names(self) -> DeviceNames: ...
    def write(self, data: bytes) -> Written: ...
    def read(self, timeout_s: float) -> Received: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class UsbSelector:
    """Which device. ``serial`` empty: the only one of this vendor and product."""

    vendor: int
    product: int
    serial: str = ""


class UsbTransport:
    """``Transport`` by pyusb. ``backend`` is for tests; None is libusb.

    The device is never reset and a configuration that is active is left alone: both would throw
    away what a printer holds without telling whether there was anything.
    """

    def __init__(self, selector: UsbSelector, backend: Any = None) -> None:
        self._selector = selector
        self._backend = backend
        self._device: Any = None
        self._in: Any = None
        self._out: Any = None
        self._names = DeviceNames(f"{selector.vendor:04x}:{selector.product:04x}")

    def open(self) -> LinkFault | None:
        if self._device is not None:
            return None
        try:
            found = self._find()
            if len(found) != 1:
                return LinkFault.AMBIGUOUS if found else LinkFault.DISCONNECTED
            self._device = found[0]
            self._claim()
        except (usb.core.USBError, usb.core.NoBackendError, NotImplementedError) as error:
            fault = link_fault(error)
            self.close()
            return fault
        if self._in is None or self._out is None:
            self.close()
            return LinkFault.FAILED
        return None

    @property
    def connected(self) -> bool:
        return self._device is not None

    def names(self) -> DeviceNames:
        return self._names

    def write(self, data: bytes) -> Written:
        """Pieces of at most 16 KiB, one after the other, until a fault or the end.

        A device that takes only a little of each transfer is timed out, with what it took.
        """
        done = short = 0
        while done < len(data):
            piece = data[done : done + WRITE_PIECE]
            count, fault = self._write_piece(piece)
            done += count
            short += count < len(piece)
            if fault is None and short >= SHORT_TRANSFERS and done < len(data):
                fault = LinkFault.TIMED_OUT
            if fault is not None:
                return Written(done, fault)
        return Written(done)

    def read(self, timeout_s: float) -> Received:
        if self._device is None:
            return Received(b"", LinkFault.DISCONNECTED)
        try:
            return Received(bytes(self._in.read(READ_SIZE, _milliseconds(timeout_s))))
        except usb.core.USBTimeoutError:
            return Received(b"")
        except usb.core.USBError as error:
            return Received(b"", self._after(error, self._in))

    def close(self) -> None:
        device, self._device = self._device, None
        self._in = self._out = None
        if device is not None:
            try:
                usb.util.dispose_resources(device)
            except usb.core.USBError:
                _LOG.info("printer was gone when it was let go")

    def _find(self) -> list[Any]:
        """Every device that fits: with two of a kind, the sheet must not come out of the other."""
        wanted = self._selector

        def serial_fits(device: Any) -> bool:
            return not wanted.serial or _text(device, device.iSerialNumber) == wanted.serial

        found = usb.core.find(
            find_all=True,
            idVendor=wanted.vendor,
            idProduct=wanted.product,
            backend=self._backend,
            custom_match=serial_fits,
        )
        return list(found)

    def _claim(self) -> None:
        device = self._device
        interface = _printer_interface(_active_configuration(device))
        if interface is None:
            return
        number = interface.bInterfaceNumber
        try:
            if device.is_kernel_driver_active(number):
                device.detach_kernel_driver(number)
        except NotImplementedError:
            pass  # a platform without kernel drivers to detach
        usb.util.claim_interface(device, number)
        self._out = _endpoint(interface, usb.util.ENDPOINT_OUT)
        self._in = _endpoint(interface, usb.util.ENDPOINT_IN)
        self._names = DeviceNames(
            _text(device, device.iProduct) or self._names.model,
            _text(device, device.iSerialNumber),
        )

    def _write_piece(self, piece: bytes) -> tuple[int, LinkFault | None]:
        if self._device is None:
            return 0, LinkFault.DISCONNECTED
        try:
            count = int(self._out.write(piece, _milliseconds(WRITE_TIMEOUT_S)))
        except usb.core.USBTimeoutError:
            # pyusb returns the count when part of a transfer went through, and raises only when
            # nothing did: it is safe to offer the same bytes again.
            return 0, LinkFault.TIMED_OUT
        except usb.core.USBError as error:
            return 0, self._after(error, self._out)
        return count, None if count else LinkFault.TIMED_OUT

    def _after(self, error: Any, endpoint: Any) -> LinkFault:
        fault = link_fault(error)
        if fault is LinkFault.STALLED:
            try:
                endpoint.clear_halt()
            except usb.core.USBError as second:
                fault = link_fault(second)
        if fault in (LinkFault.DISCONNECTED, LinkFault.FAILED):
            self.close()  # looked for anew at the next open
        return fault


_FAULTS: Final[dict[int | None, LinkFault]] = {
    errno.ETIMEDOUT: LinkFault.TIMED_OUT,
    errno.EPIPE: LinkFault.STALLED,
    errno.ENODEV: LinkFault.DISCONNECTED,
    errno.ENOENT: LinkFault.DISCONNECTED,
    errno.EBUSY: LinkFault.IN_USE,
    errno.EACCES: LinkFault.DENIED,
    errno.EPERM: LinkFault.DENIED,
}


def link_fault(error: BaseException) -> LinkFault:
    """The closed name of what pyusb raised (errno of usb.core.USBError)."""
    return _FAULTS.get(getattr(error, "errno", None), LinkFault.FAILED)


def _milliseconds(seconds: float) -> int:
    """pyusb takes 0 for "for ever", so the least is 1."""
    return max(1, round(seconds * 1000))


def _active_configuration(device: Any) -> Any:
    try:
        return device.get_active_configuration()
    except usb.core.USBError:
        device.set_configuration()
        return device.get_active_configuration()


def _printer_interface(configuration: Any) -> Any:
    """The first interface of the printer class, else of a vendor's own, with both directions."""
    found = [
        interface
        for wanted in (PRINTER_CLASS, VENDOR_CLASS)
        for interface in configuration
        if interface.bInterfaceClass == wanted
        and interface.bAlternateSetting == 0
        and _endpoint(interface, usb.util.ENDPOINT_IN) is not None
        and _endpoint(interface, usb.util.ENDPOINT_OUT) is not None
    ]
    return found[0] if found else None


def _endpoint(interface: Any, direction: int) -> Any:
    for endpoint in interface:
        if (
            usb.util.endpoint_direction(endpoint.bEndpointAddress) == direction
            and usb.util.endpoint_type(endpoint.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
        ):
            return endpoint
    return None


def _text(device: Any, index: int) -> str:
    """A string descriptor, or empty: some printers have none, some refuse to say."""
    if not index:
        return ""
    try:
        return str(usb.util.get_string(device, index) or "")
    except (usb.core.USBError, ValueError):
        return ""
