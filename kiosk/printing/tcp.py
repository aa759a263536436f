"""ESC/POS over TCP (port 9100): a ``Transport`` on a socket that never waits without a limit.

Bytes counted as written were taken by this machine's network, not yet by the printer: what proves
that they arrived is the printer's own answer after them, as with every driver. The send buffer is
kept small, so that a printer which stops reading is felt after a few bands. A connection that
broke is made anew, but never in the middle of a job: the run ends UNKNOWN first.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from kiosk.domain.ports import Clock, Rasterizer
from kiosk.printing.escpos_printer import ANSWER_WAIT_S, EscposPrinter
from kiosk.printing.models import ModelProfile
from kiosk.printing.names import CONNECT_S, connected
from kiosk.printing.transport import (
    READ_SIZE,
    SHORT_TRANSFERS,
    WRITE_PIECE,
    WRITE_TIMEOUT_S,
    DeviceNames,
    LinkFault,
    Received,
    Written,
)

DRIVER: Final = "escpos-tcp"
PORT: Final = 9100

#: Kernel's send buffer; Linux doubles it. About two bands.
SEND_BUFFER: Final = 32 * 1024
#: Unacknowledged data this old means that the other end is gone (Linux TCP_USER_TIMEOUT).
USER_TIMEOUT_MS: Final = 20_000
#: A quiet connection is tried after this long, so that a pulled cable is noticed between visits.
KEEPALIVE_S: Final = 10


class Link(Protocol):
    """What of a socket is used; tests bring one whose time is a fake clock's."""

    def settimeout(self, value: float | None, /) -> None: ...
    def send(self, data: bytes, /) -> int: ...
    def recv(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


Connect = Callable[["TcpAddress", float], Link]


@dataclass(frozen=True, slots=True)
class TcpAddress:
    host: str
    port: int = PORT


def connect(address: TcpAddress, timeout_s: float) -> socket.socket:
    """A connected socket.

    Raises:
        OSError: no such host, refused, or nobody answered in time.
    """
    link = connected(address.host, address.port, timeout_s)
    try:
        _tune(link)
    except OSError:
        link.close()
        raise
    return link


def _tune(link: socket.socket) -> None:
    link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", KEEPALIVE_S),
        ("TCP_KEEPINTVL", 3),
        ("TCP_KEEPCNT", 3),
        ("TCP_USER_TIMEOUT", USER_TIMEOUT_MS),
    ):
        if hasattr(socket, name):  # Linux has all four
            link.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


_FAULTS: Final[dict[int | None, LinkFault]] = {
    errno.EACCES: LinkFault.DENIED,
    errno.EPERM: LinkFault.DENIED,
}


class TcpTransport:
    """``Transport`` to one address. Every fault of the connection but slowness is DISCONNECTED."""

    def __init__(self, address: TcpAddress, connect_by: Connect = connect) -> None:
        self._address = address
        self._connect = connect_by
        self._link: Link | None = None

    def open(self) -> LinkFault | None:
        if self._link is not None:
            return None
        try:
            self._link = self._connect(self._address, CONNECT_S)
        except OSError as error:
            return _FAULTS.get(error.errno, LinkFault.DISCONNECTED)
        return None

    @property
    def connected(self) -> bool:
        return self._link is not None

    def names(self) -> DeviceNames:
        return DeviceNames(f"{self._address.host}:{self._address.port}")

    def write(self, data: bytes) -> Written:
        done = short = 0
        while done < len(data):
            if self._link is None:
                return Written(done, LinkFault.DISCONNECTED)
            piece = data[done : done + WRITE_PIECE]
            try:
                self._link.settimeout(WRITE_TIMEOUT_S)
                count = self._link.send(piece)
            except TimeoutError:
                return Written(done, LinkFault.TIMED_OUT)
            except OSError:
                self.close()
                return Written(done, LinkFault.DISCONNECTED)
            done += count
            short += count < len(piece)
            if short >= SHORT_TRANSFERS and done < len(data):
                return Written(done, LinkFault.TIMED_OUT)
        return Written(done)

    def read(self, timeout_s: float) -> Received:
        if self._link is None:
            return Received(b"", LinkFault.DISCONNECTED)
        try:
            self._link.settimeout(timeout_s)
            said = self._link.recv(READ_SIZE)
        except TimeoutError:
            return Received(b"")
        except OSError:
            said = b""
        if not said:  # the other end closed
            self.close()
            return Received(b"", LinkFault.DISCONNECTED)
        return Received(said)

    def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            with suppress(OSError):
                link.close()


def escpos_tcp_printer(
    profile: ModelProfile,
    address: TcpAddress,
    rasterizer: Rasterizer,
    clock: Clock,
    connect_by: Connect = connect,
    answer_s: float = ANSWER_WAIT_S,
) -> EscposPrinter:
    """The printer at an address; connected to when it is first asked."""
    transport = TcpTransport(address, connect_by)
    return EscposPrinter(DRIVER, profile, transport, rasterizer, clock, answer_s)
