"""The section's server for one visit: a real sibling process on loopback, and its own commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from deploy.one_machine import HOST, answers, stop
from tests.fixtures.ports import free_port

START_S = 60.0


class Section:
    """``python -m admin`` on a data folder; started here unless it runs already."""

    def __init__(
        self, data: Path, port: int | None = None, running: bool = False, database: str = ""
    ) -> None:
        self.data = data
        self.port = port or free_port()
        self._running = running
        self._place = ["--data-dir", str(data)] + (["--database", database] if database else [])
        self._process: subprocess.Popen[bytes] | None = None
        self.facts: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def command(
        self, *words: str, timeout_s: float = 300, progress: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """One of the server's own commands; its output is returned, its complaint is ours.

        ``progress``: what it says while it works goes to the person who waits, not to us.
        """
        return subprocess.run(
            [sys.executable, "-m", "admin", *words, *self._place],
            stdout=subprocess.PIPE, stderr=None if progress else subprocess.PIPE, text=True,
            timeout=timeout_s, check=False, env=self._environment(),
        )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("DAICHO_")}
        assets = os.environ.get("DAICHO_ASSETS")
        return {**kept, "DAICHO_ASSETS": assets} if assets else kept

    def __enter__(self) -> Section:
        if not self._running:
            made = self.command("demo", "--port", str(self.port))
            if made.returncode:
                raise RuntimeError(f"demo failed:\n{made.stdout}\n{made.stderr}")
        self.facts = json.loads((self.data / "demo.json").read_text(encoding="utf-8"))
        if self._running:
            self._place += ["--database", self.facts["database"]]
        else:
            self.start()
        return self

    def start(self) -> None:
        log = (self.data / "server.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "admin", "serve", *self._place,
             "--host", HOST, "--port", str(self.port)],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            env=self._environment(),
        )  # fmt: skip
        log.close()
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            if answers(self.port):
                return
            time.sleep(0.05)
        text = (self.data / "server.log").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"the server did not start:\n{text[-2000:]}")

    def kill(self) -> None:
        """As a power cut would: SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
