"""Real connections on loopback: a peer that closes, resets, says nothing or takes nothing."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from kiosk.clock import SystemClock
from kiosk.domain.printer import NotStarted, Printed, PrinterState, PrintUnknown
from kiosk.printing.escpos_printer import EscposPrinter
from kiosk.printing.models import GENERIC_EPSON
from kiosk.printing.tcp import TcpAddress, escpos_tcp_printer
from tests.fakes.usb_backend import FakeUsbPrinter
from tests.unit.printing.sheets import small_job
from tests.unit.printing.test_fault_table import BANDS, SHEETS, pages_of

Peer = Callable[[socket.socket, FakeUsbPrinter], None]


def well(link: socket.socket, device: FakeUsbPrinter) -> None:
    while said := link.recv(65536):
        device.accept(said)
        link.sendall(device.answers(4096))


def closes(link: socket.socket, _: FakeUsbPrinter) -> None:
    link.close()


def half_closes(link: socket.socket, _: FakeUsbPrinter) -> None:
    link.shutdown(socket.SHUT_WR)
    while link.recv(65536):
        pass


def resets(link: socket.socket, _: FakeUsbPrinter) -> None:
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    link.close()


def mute(link: socket.socket, _: FakeUsbPrinter) -> None:
    while link.recv(65536):
        pass


def deaf(link: socket.socket, _: FakeUsbPrinter) -> None:
    time.sleep(5)


def half_an_answer(link: socket.socket, device: FakeUsbPrinter) -> None:
    link.recv(3)
    link.sendall(b"\x12")
    link.recv(3)
    resets(link, device)


class Network:
    """One address; ``peer`` is what the next connection meets."""

    def __init__(self, server: socket.socket) -> None:
        self.peer: Peer = well
        self.device = FakeUsbPrinter()
        self._server = server

    def serve(self) -> None:
        while True:
            try:
                link, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._meet, args=(link,), daemon=True).start()

    def _meet(self, link: socket.socket) -> None:
        with link:
            try:
                self.peer(link, self.device)
            except OSError:
                return


@contextmanager
def network() -> Iterator[tuple[Network, EscposPrinter]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Network(server)
        thread = threading.Thread(target=found.serve, daemon=True)
        thread.start()
        address = TcpAddress("127.0.0.1", server.getsockname()[1])
        printer = escpos_tcp_printer(GENERIC_EPSON, address, SHEETS, SystemClock())
        try:
            yield found, printer
        finally:
            printer.close()
            server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


PEERS: list[Peer] = [closes, half_closes, resets, mute, deaf, half_an_answer]


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: str(peer.__name__))
def test_a_peer_that_misbehaves_is_not_ready_in_time_and_forgiven_afterwards(peer: Peer) -> None:
    with network() as (net, printer):
        net.peer = peer
        begun = time.monotonic()
        status = printer.status()
        assert time.monotonic() - begun < 3  # 2 on a machine that has the time
        assert status.state in (PrinterState.OFFLINE, PrinterState.UNKNOWN)
        assert isinstance(
            printer.print(small_job(), lambda _: None, lambda _: pytest.fail("not now")), NotStarted
        )
        net.peer = well
        printer.close()
        assert printer.status().ready
        assert net.device.bands_begun == 0


@pytest.mark.parametrize("band", [0, BANDS // 2, BANDS - 1])
@pytest.mark.parametrize("peer", [closes, half_closes, resets], ids=lambda p: str(p.__name__))
def test_a_connection_that_breaks_in_mid_job_is_unknown(peer: Peer, band: int) -> None:
    with network() as (net, printer):
        assert printer.status().ready
        broken = threading.Event()

        def breaking(link: socket.socket, device: FakeUsbPrinter) -> None:
            device.at_band(band, broken.set)
            while not broken.is_set():
                device.accept(link.recv(4096))
                link.sendall(device.answers(4096))
            peer(link, device)

        net.peer = breaking
        printer.close()
        outcome = printer.print(small_job(2), lambda _: None, lambda _: True)
        assert broken.is_set()
        assert isinstance(outcome, PrintUnknown)
        assert outcome.evidence is not None
        assert outcome.evidence.completion_mark is None


def test_over_a_real_connection_every_dot_arrives() -> None:
    with network() as (net, printer):
        outcome = printer.print(small_job(2), lambda _: None, lambda _: True)
        assert isinstance(outcome, Printed)
        assert [rows for _, rows in net.device.sheets] == pages_of(2)
