"""The real server in a process of its own, on a sample ledger: made to be killed.

``python -m tests.faults.server.serve`` imports everything once and then makes a server for every
line it is given: ``failpoint<TAB>database url<TAB>folder`` is answered by ``pid port``, and
``wait<TAB>pid`` by how that process ended (as ``subprocess`` says it: minus the signal).
"""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import replace
from pathlib import Path

import uvicorn

from admin.db.engine import Database
from admin.services.context import utc_now
from admin.services.failpoints import VARIABLE
from admin.services.field_cipher import KeyRing
from tests.fixtures.http_section import section_app
from tests.fixtures.section import World, make_world


def world_of(url: str, folder: Path) -> World:
    """The section on this database with the keys of this folder and the true clock."""
    world = make_world(Database(url))
    keys = KeyRing.load_or_make(folder / "keys.json")
    world.services = replace(world.services, keys=keys, now=utc_now)
    return world


def serve(failpoint: str, url: str, folder: Path, listener: socket.socket, ready: int) -> None:
    """One life of the server, in the process that it is called in."""
    if failpoint:
        os.environ[VARIABLE] = failpoint
    app = section_app(world_of(url, folder), folder)
    # Only now may anybody call: a request signed before the server began is refused.
    listener.listen(32)
    os.write(ready, b"1")
    os.close(ready)
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


def start(failpoint: str, url: str, folder: str) -> str:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    told, ready = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.close(told)
            serve(failpoint, url, Path(folder), listener, ready)
        finally:
            os._exit(1)
    listener.close()
    os.close(ready)
    os.read(told, 1)
    os.close(told)
    return f"{pid} {port}"


def wait(pid: str) -> str:
    return str(os.waitstatus_to_exitcode(os.waitpid(int(pid), 0)[1]))


def main() -> None:
    for line in sys.stdin:
        words = line.rstrip("\n").split("\t")
        answer = wait(words[1]) if words[0] == "wait" else start(*words)
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
