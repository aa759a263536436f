"""The real server in a process of its own, on a sample ledger: made to be killed.

``python -m tests.faults.server.serve DATABASE-URL FOLDER`` prints its port and serves.
"""

from __future__ import annotations

import socket
import sys
from dataclasses import replace
from pathlib import Path

import uvicorn

from admin.db.engine import Database
from admin.services.context import utc_now
from admin.services.field_cipher import KeyRing
from tests.fixtures.http_section import section_app
from tests.fixtures.section import World, make_world


def world_of(url: str, folder: Path) -> World:
    """The section on this database with the keys of this folder and the true clock."""
    world = make_world(Database(url))
    keys = KeyRing.load_or_make(folder / "keys.json")
    world.services = replace(world.services, keys=keys, now=utc_now)
    return world


def main() -> None:
    url, folder = sys.argv[1], Path(sys.argv[2])
    app = section_app(world_of(url, folder), folder)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(32)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
