"""IPP's bytes over HTTP by requests: bounded in time and size, whatever the other end does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
)

from kiosk.printing.ipp_client import BROKEN, Failure, IppFault
from kiosk.printing.ipp_codec import MESSAGE_MOST
from kiosk.printing.names import CONNECT_S, connected

IPP_PORT: Final = 631
READ_SIZE: Final = 64 * 1024


class RequestsHttp:
    """``Http`` by requests: no proxy, no redirect, no cookie of the environment.

    ``timeout_s`` bounds the whole answer, not each of its bytes: requests' own limit starts anew
    with every byte that drips in.
    """

    def __init__(self, uri: str) -> None:
        self._url = http_url(uri)
        self._watch = _Watch()
        self._session = requests.Session()
        self._session.trust_env = False
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(self._watch))

    def post(self, body: Iterator[bytes], length: int, timeout_s: float) -> bytes | Failure:
        headers = {"Content-Type": "application/ipp", "Accept-Encoding": "identity"}
        with self._watch.over(timeout_s):
            try:
                answer = self._session.post(
                    self._url,
                    data=_Sized(self._watch.each(body, timeout_s), length),
                    headers=headers,
                    timeout=(min(CONNECT_S, timeout_s), timeout_s),
                    allow_redirects=False,
                    stream=True,
                )
            except requests.ConnectTimeout:
                return Failure(IppFault.OFFLINE)
            except requests.Timeout:
                return Failure(IppFault.TIMED_OUT)
            except (requests.RequestException, HTTPError, OSError) as error:
                return Failure(self._lost(IppFault.OFFLINE), BROKEN if _was_there(error) else "")
            with answer:
                return self._content(answer)

    def _content(self, answer: requests.Response) -> bytes | Failure:
        """The body as it came, no longer than an IPP message may be."""
        if self._watch.closed_it:  # its headers ended because the watch ended them
            return Failure(IppFault.TIMED_OUT)
        if answer.status_code != requests.codes.ok:
            return Failure(IppFault.GARBLED, f"HTTP {answer.status_code}")
        found = bytearray()
        try:
            while piece := answer.raw.read(READ_SIZE, decode_content=False):
                found += piece
                if len(found) > MESSAGE_MOST:
                    return Failure(IppFault.GARBLED, "too long")
        except ReadTimeoutError:
            return Failure(IppFault.TIMED_OUT)
        except (HTTPError, OSError):
            return Failure(self._lost(IppFault.GARBLED), "cut short")
        return Failure(IppFault.TIMED_OUT) if self._watch.closed_it else bytes(found)

    def _lost(self, fault: IppFault) -> IppFault:
        """A connection that the watch closed was too slow, not gone."""
        return IppFault.TIMED_OUT if self._watch.closed_it else fault

    def close(self) -> None:
        self._session.close()


def _was_there(error: BaseException) -> bool:
    """False if no connection could be made at all."""
    inner = error.args[0] if error.args else None
    return getattr(inner, "reason", None) is None  # a MaxRetryError has the reason of its connect


class _Sized:
    """A body that is read once, in pieces, with its length said before (not chunked)."""

    def __init__(self, pieces: Iterator[bytes], length: int) -> None:
        self._pieces = pieces
        self._length = length

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces


class _Watch:
    """Shuts the connection of the request under way when its time is over."""

    def __init__(self) -> None:
        self.socket: socket.socket | None = None
        self.closed_it = False
        self._until = 0.0
        self._timer: threading.Timer | None = None

    def over(self, seconds: float) -> _Watch:
        self.closed_it = False
        self._until = time.monotonic() + seconds
        self._arm(seconds)
        return self

    def each(self, pieces: Iterator[bytes], seconds: float) -> Iterator[bytes]:
        """Pieces of a body: time begins anew with each, for the connection took the one before."""
        for piece in pieces:
            self._until = time.monotonic() + seconds
            yield piece
        self._until = time.monotonic() + seconds

    def __enter__(self) -> _Watch:
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._look)
        self._timer.daemon = True
        self._timer.start()

    def _look(self) -> None:
        left = self._until - time.monotonic()
        if left > 0:
            self._arm(left)
            return
        self.closed_it = True
        if self.socket is not None:
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)


class _Adapter(HTTPAdapter):
    """Connections that tell the watch which socket is theirs."""

    def __init__(self, watch: _Watch) -> None:
        self._watch = watch
        super().__init__()

    def init_poolmanager(self, *words: Any, **more: Any) -> None:
        super().init_poolmanager(*words, **more)
        watch = self._watch

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return _made(self)

            def connect(self) -> None:
                super().connect()
                watch.socket = self.sock

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return _made(self)

            def connect(self) -> None:
                super().connect()
                watch.socket = self.sock

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def _made(connection: HTTPConnection) -> socket.socket:
    """In place of urllib3's own, which waits for the resolver as long as that likes."""
    name, seconds = connection.host.strip("[]"), connection.timeout
    try:
        link = connected(name, connection.port, seconds if seconds else CONNECT_S)
        for option in connection.socket_options or ():
            link.setsockopt(*option)
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, f"{name} does not answer") from error
    except OSError as error:
        raise NewConnectionError(connection, f"no connection to {name}: {error}") from error
    return link


def http_url(uri: str) -> str:
    """``ipp://host/ipp/print`` to the address that is really asked.

    Raises:
        ValueError: not an ipp or ipps address with a host.
    """
    parts = urlsplit(uri)
    if parts.scheme not in {"ipp", "ipps"} or not parts.hostname:
        raise ValueError(f"printer address {uri!r}: ipp://host:631/ipp/print")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    scheme = "https" if parts.scheme == "ipps" else "http"
    return f"{scheme}://{host}:{parts.port or IPP_PORT}{parts.path or '/'}"
