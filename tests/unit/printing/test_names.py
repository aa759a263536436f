"""A resolver that hangs, fails or answers: a printer with a name is asked in bounded time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from kiosk.clock import SystemClock
from kiosk.domain.printer import PrinterState
from kiosk.printing import names
from kiosk.printing.ipp_printer import IppPrinter
from kiosk.printing.models import GENERIC_EPSON
from kiosk.printing.tcp import TcpAddress, escpos_tcp_printer
from tests.unit.printing.sheets import SmallSheets

NAME = "printer.example"


class Resolver:
    """In place of the system's. ``known`` is where the name leads to."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.asked = 0
        self.known: list[tuple[str, int]] | OSError = []

    def ask(self, host: str, port: int, *_: Any, **__: Any) -> list[names.Found]:
        if host != NAME:
            return self.real(host, port, type=socket.SOCK_STREAM)
        self.asked += 1
        self.released.wait(30)
        if isinstance(self.known, OSError):
            raise self.known
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, number or port))
            for address, number in self.known
        ]

    real = staticmethod(socket.getaddrinfo)


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Resolver]:
    made = Resolver()
    monkeypatch.setattr("socket.getaddrinfo", made.ask)
    monkeypatch.setattr(names, "RESOLVE_S", 0.3)
    monkeypatch.setattr(names.addresses, "__defaults__", (0.3,))
    yield made
    made.released.set()
    end = time.monotonic() + 10
    while names._under_way and time.monotonic() < end:
        time.sleep(0.01)
    assert not names._under_way


def test_a_resolver_that_hangs_is_offline_in_time_and_is_asked_once(resolver: Resolver) -> None:
    wires = [
        escpos_tcp_printer(GENERIC_EPSON, TcpAddress(NAME, 9100), SmallSheets(), SystemClock()),
        IppPrinter(f"ipp://{NAME}:9100/ipp/print", "daicho-1", SmallSheets(), SystemClock()),
    ]
    for printer in wires:
        for _ in range(2):
            begun = time.monotonic()
            assert printer.status().state is PrinterState.OFFLINE
            assert time.monotonic() - begun < 3  # 0.3 on a machine that has the time
        printer.close()
    assert resolver.asked == 1, "a thread for every status would pile up"


def test_when_the_resolver_answers_again_the_printer_is_found(resolver: Resolver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        resolver.known = [("127.0.0.1", server.getsockname()[1])]
        with pytest.raises(TimeoutError):
            names.connected(NAME, 9100, 1.0)
        resolver.released.set()
        link = names.connected(NAME, 9100, 1.0)
        met, _ = server.accept()
        link.close()
        met.close()


def test_a_name_that_nobody_knows_is_offline(resolver: Resolver) -> None:
    resolver.released.set()
    resolver.known = socket.gaierror(socket.EAI_NONAME, "unknown")
    with pytest.raises(socket.gaierror):
        names.connected(NAME, 9100, 1.0)


def test_every_address_of_a_name_is_tried(resolver: Resolver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        dead = gone.getsockname()[1]
    with socket.create_server(("127.0.0.1", 0)) as server:
        resolver.released.set()
        resolver.known = [("127.0.0.1", dead), ("127.0.0.1", server.getsockname()[1])]
        link = names.connected(NAME, 9100, 1.0)
        met, _ = server.accept()
        link.close()
        met.close()
        resolver.known = [("127.0.0.1", dead)]
        with pytest.raises(ConnectionRefusedError):
            names.connected(NAME, 9100, 1.0)
        resolver.known = []
        with pytest.raises(TimeoutError):
            names.connected(NAME, 9100, 1.0)


@pytest.mark.parametrize("name", ["a..b", "\u3042" * 80, "printer."])
def test_what_is_no_name_is_a_fault_and_no_crash(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(host: str, *_: Any, **__: Any) -> list[names.Found]:
        host.encode("idna")
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr("socket.getaddrinfo", ask)
    printer = escpos_tcp_printer(GENERIC_EPSON, TcpAddress(name), SmallSheets(), SystemClock())
    assert printer.status().state is PrinterState.OFFLINE


def test_an_address_needs_no_resolver(resolver: Resolver) -> None:
    assert names.addresses("127.0.0.1", 9100)[0][4] == ("127.0.0.1", 9100)
    assert names.addresses("::1", 9100)[0][4][:2] == ("::1", 9100)
    assert resolver.asked == 0
