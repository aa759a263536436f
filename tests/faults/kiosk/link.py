"""One object's methods called from another process, so that a killed terminal leaves its section,
its printer and its clock behind. Pickle over a Unix socket between a test and its own child."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

KEY = b"between a test and its child"


class World:
    """Serves named objects until ``close``."""

    def __init__(self, path: Path, objects: dict[str, object]) -> None:
        self._objects = objects
        self._listener = Listener(str(path), "AF_UNIX", authkey=KEY)
        self._path = path
        self._open = True
        self._thread = threading.Thread(target=self._accept, name="world", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._open = False
        # Wakes the thread if it accepts. Nothing is awaited: it may have left already.
        with socket.socket(socket.AF_UNIX) as waker, contextlib.suppress(OSError):
            waker.connect(str(self._path))
        self._thread.join(10)
        self._listener.close()

    def _accept(self) -> None:
        while self._open:
            try:
                connection = self._listener.accept()
            except (OSError, EOFError, AuthenticationError):
                continue  # the waker, or a child that was killed on the way in
            with connection:
                self._serve(connection)

    def _serve(self, connection: Connection[Any, Any]) -> None:
        """One child at a time: what it called is done whole, whether or not it lives to hear."""
        while True:
            try:
                name, method, arguments = connection.recv()
                connection.send(getattr(self._objects[name], method)(*arguments))
            except (EOFError, OSError):
                return


class Far:
    """An object of the other process. Calls come from several threads, one after the other."""

    def __init__(self, connection: Connection[Any, Any], lock: threading.Lock, name: str) -> None:
        self._connection = connection
        self._lock = lock
        self._name = name

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(*arguments: object) -> Any:
            with self._lock:
                self._connection.send((self._name, method, arguments))
                return self._connection.recv()

        return call


def reach(path: str) -> Callable[[str], Any]:
    connection, lock = Client(path, "AF_UNIX", authkey=KEY), threading.Lock()
    return lambda name: Far(connection, lock, name)
