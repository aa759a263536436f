"""A printer's name to a connection, bounded in time: the system's resolver alone is not.

``getaddrinfo`` has no limit of its own (resolv.conf: five seconds a try, twice, each server). It
runs in a thread that is waited for; while one hangs, nobody asks for the same name in another.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from typing import Any, Final

#: A name server in the office answers in milliseconds.
RESOLVE_S: Final = 1.0
#: A printer on the same network answers in milliseconds; a lost first packet is sent again after
#: one second.
CONNECT_S: Final = 1.5

Found = tuple[Any, ...]  # of getaddrinfo


class _Lookup:
    """One question to the resolver, under way or answered."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self.done = threading.Event()
        self.found: list[Found] = []
        self.error: OSError | None = None
        threading.Thread(target=self._ask, name="printer-name", daemon=True).start()

    def _ask(self) -> None:
        try:
            self.found = list(socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM))
        except OSError as error:
            self.error = error
        except UnicodeError as error:  # a name that is none, e.g. with an empty label
            self.error = socket.gaierror(socket.EAI_NONAME, str(error))
        finally:
            with _lock:
                _under_way.pop((self._host, self._port), None)
            self.done.set()


_under_way: dict[tuple[str, int], _Lookup] = {}
_lock = threading.Lock()


def addresses(host: str, port: int, timeout_s: float = RESOLVE_S) -> list[Found]:
    """What ``getaddrinfo`` says of a name; of an address, at once.

    Raises:
        TimeoutError: nobody said in time.
        OSError: there is no such name.
    """
    if _is_address(host):
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    with _lock:
        asked = _under_way.get((host, port))
        if asked is None:
            asked = _under_way[host, port] = _Lookup(host, port)
    if not asked.done.wait(timeout_s):
        raise TimeoutError(f"no answer about the name {host}")
    if asked.error is not None:
        raise asked.error
    return asked.found


def connected(host: str, port: int, timeout_s: float) -> socket.socket:
    """A connection to the first of its addresses that answers; ``timeout_s`` is for all of them.

    Raises:
        OSError: no such name, refused, or nobody answered in time.
    """
    found = addresses(host, port)
    end = time.monotonic() + timeout_s
    last: OSError = TimeoutError(f"{host} has no address")
    for family, kind, protocol, _, address in found:
        left = end - time.monotonic()
        if left <= 0:
            break
        link = socket.socket(family, kind, protocol)
        try:
            link.settimeout(left)
            link.connect(address)
        except OSError as error:
            link.close()
            last = error
            continue
        return link
    raise last


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
