"""A section whose server is a process that can be killed, and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kiosk.domain.ports import StaffOpened
from kiosk.ledger_client.client import HttpSectionServer
from tests.faults.server.serve import world_of
from tests.fixtures.http_section import PIN, STAFF, cheap_hashes
from tests.fixtures.section import World

__all__ = ["cheap_hashes"]


class Nursery:
    """The process that servers are forked from: what they import is imported once."""

    def __init__(self) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("DAICHO_")}
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.server.serve"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, env=kept,
        )  # fmt: skip

    def ask(self, *words: str) -> str:
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._popen.stdin.write("\t".join(words) + "\n")
        self._popen.stdin.flush()
        answer = self._popen.stdout.readline().strip()
        assert answer, "the nursery is gone"
        return answer

    def close(self) -> None:
        self._popen.communicate(timeout=30)


@dataclass
class Process:
    """One life of the server."""

    nursery: Nursery
    pid: int
    url: str
    ended: str = ""

    def died_by_kill(self) -> bool:
        """Whether it ended by SIGKILL, which nothing but the failpoint or the test sends."""
        self.ended = self.ended or self.nursery.ask("wait", str(self.pid))
        return self.ended == str(-signal.SIGKILL)

    def kill(self) -> None:
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)
            assert self.died_by_kill()


@dataclass
class Mortal:
    """The section, its database looked at from outside, and its server's lives."""

    world: World
    url: str
    folder: Path
    nursery: Nursery
    lives: list[Process] = field(default_factory=list)

    def start(self, failpoint: str = "") -> Process:
        pid, port = self.nursery.ask(failpoint, self.url, str(self.folder)).split()
        life = Process(self.nursery, int(pid), f"http://127.0.0.1:{port}")
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


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def mortal(
    database_url: str, tmp_path: Path, cheap_hashes: None, nursery: Nursery
) -> Iterator[Mortal]:
    world = world_of(database_url, tmp_path)
    world.clock.set(world.services.now())  # the test's own rows are of today too
    world.staff(STAFF, pin=PIN)
    world.terminal()
    section = Mortal(world, database_url, tmp_path, nursery)
    yield section
    for life in section.lives:
        life.kill()
    world.database.dispose()
