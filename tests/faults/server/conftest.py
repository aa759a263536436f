"""A section whose server is a process that can be killed, and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from admin.services.failpoints import VARIABLE
from kiosk.domain.ports import StaffOpened
from kiosk.ledger_client.client import HttpSectionServer
from tests.faults.server.serve import world_of
from tests.fixtures.http_section import PIN, STAFF, cheap_hashes
from tests.fixtures.section import World

__all__ = ["cheap_hashes"]

#: How long a killed process may take to be gone, in seconds.
GONE_S = 30.0


@dataclass
class Process:
    """One life of the server."""

    popen: subprocess.Popen[bytes]
    url: str

    def died_by_kill(self) -> bool:
        """Whether it ended by SIGKILL, which nothing but the failpoint or the test sends."""
        return self.popen.wait(GONE_S) == -signal.SIGKILL

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait(GONE_S)


@dataclass
class Mortal:
    """The section, its database looked at from outside, and its server's lives."""

    world: World
    url: str
    folder: Path
    lives: list[Process] = field(default_factory=list)

    def start(self, failpoint: str = "") -> Process:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DAICHO_")}
        if failpoint:
            environment[VARIABLE] = failpoint
        popen = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.server.serve", self.url, str(self.folder)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        assert popen.stdout is not None
        port = int(popen.stdout.readline())
        life = Process(popen, f"http://127.0.0.1:{port}")
        self.lives.append(life)
        return life

    def client(self, life: Process, terminal: str = "terminal-1") -> HttpSectionServer:
        """A terminal's process: new, and so not open."""
        key = self.world.keys[terminal]
        return HttpSectionServer(life.url, key, "test-build", sleep=lambda _seconds: None)

    def opened(self, life: Process, terminal: str = "terminal-1") -> HttpSectionServer:
        client = self.client(life, terminal)
        assert isinstance(client.open_terminal(STAFF, PIN, False), StaffOpened)
        return client


@pytest.fixture
def mortal(database_url: str, tmp_path: Path, cheap_hashes: None) -> Iterator[Mortal]:
    world = world_of(database_url, tmp_path)
    world.clock.set(world.services.now())  # the test's own rows are of today too
    world.staff(STAFF, pin=PIN)
    world.terminal()
    section = Mortal(world, database_url, tmp_path)
    yield section
    for life in section.lives:
        with contextlib.suppress(ProcessLookupError):
            life.kill()
        assert life.popen.stdout is not None
        life.popen.stdout.close()
    world.database.dispose()
