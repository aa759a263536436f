"""A printer behind a TCP connection on a fake clock: what a socket does, and how it breaks."""

from __future__ import annotations

from tests.fakes.usb_backend import FakeUsbPrinter, Waits


class FakeTcpNetwork:
    """One printer at one address. ``connect`` is what the transport is given."""

    def __init__(self, printer: FakeUsbPrinter, clock: Waits) -> None:
        self.printer = printer
        self.clock = clock
        self.connections = 0

    def connect(self, address: object, timeout_s: float) -> FakeTcpLink:
        if not self.printer.plugged:
            self.clock.sleep(timeout_s)
            raise TimeoutError
        self.connections += 1
        return FakeTcpLink(self, self.printer.cycles)


class FakeTcpLink:
    def __init__(self, network: FakeTcpNetwork, cycles: int) -> None:
        self._network = network
        self._cycles = cycles
        self._timeout = 0.0

    def settimeout(self, value: float | None) -> None:
        assert value is not None
        assert value > 0, "no wait is endless"
        self._timeout = value

    def send(self, data: bytes) -> int:
        printer, clock = self._network.printer, self._network.clock
        self._alive()
        most = len(data) if printer.take_at_most is None else printer.take_at_most
        taken = printer.accept(bytes(data[:most]))
        clock.sleep(taken / 1024 * printer.seconds_per_kib)
        self._alive()
        if taken == 0:
            clock.sleep(self._timeout)
            raise TimeoutError
        return taken

    def recv(self, size: int) -> bytes:
        self._alive()
        said = self._network.printer.answers(size)
        if not said:
            self._network.clock.sleep(self._timeout)
            raise TimeoutError
        return said

    def close(self) -> None:
        pass

    def _alive(self) -> None:
        printer = self._network.printer
        if not printer.plugged or printer.cycles != self._cycles:
            raise ConnectionResetError
