"""``make run`` as a person meets it: both programs, a second start, a killed terminal, Ctrl-C."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from admin.__main__ import main
from admin.db.engine import Database
from admin.services import accounts
from admin.services.context import utc_now
from kiosk.config import ConfigFault, load_config
from tests.fixtures.ports import free_port
from tests.visit.display import virtual_display

START_S = 90.0
COMMAND = [sys.executable, "-m", "deploy.one_machine"]


@dataclass
class Running:
    """The demo under a display of its own."""

    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    data: Path
    port: int
    said: Path

    def text(self) -> str:
        return self.said.read_text(encoding="utf-8")

    def log(self) -> str:
        path = self.data / "terminal.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5) as page:
                return bool(page.status == 200)
        except OSError:
            return False

    def terminal_pid(self) -> int:
        """The terminal's process, found by the configuration that only it was given."""
        return self._pid(str(self.data / "kiosk.toml"), "kiosk")

    def server_pid(self) -> int:
        return self._pid("serve", "admin")

    def _pid(self, word: str, module: str) -> int:
        wanted, place = word.encode(), str(self.data).encode()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue
                here = any(place in one for one in words)
                if here and wanted in words and module.encode() in words:
                    return int(entry.name)
        return 0


def _until(what: str, true: object, seconds: float = START_S) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if callable(true) and true():
            return
        time.sleep(0.2)
    pytest.fail(f"not within {seconds} s: {what}")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    port = free_port()
    data = tmp_path / "demo"
    said = tmp_path / "said.txt"
    with virtual_display() as display, said.open("wb") as out:
        environment = {
            **os.environ, "DISPLAY": display, "DAICHO_DEMO": str(data), "DAICHO_PORT": str(port)
        }  # fmt: skip
        process = subprocess.Popen([*COMMAND, "run"], env=environment, stdout=out, stderr=out)
        yield Running(process, environment, data, port, said)
        process.terminate()
        process.wait(60)


def _again(running: Running, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "run"], env=running.environment | changes, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


def test_the_demo_from_start_to_ctrl_c(running: Running) -> None:
    opened = "phase starting -> sign_in"
    _until("the terminal waits for staff", lambda: opened in running.log())
    assert running.answers()
    assert re.search(r"最初のパスワード \S+", running.text())
    assert re.search(r"暗証番号 +\d{6}", running.text())

    second = _again(running)
    assert second.returncode == 2
    assert "すでに動いています" in second.stdout

    first_pid = running.terminal_pid()
    assert first_pid
    os.kill(first_pid, signal.SIGKILL)
    _until("it is opened again", lambda: running.log().count(opened) == 2)
    assert running.answers()
    assert running.terminal_pid() not in {0, first_pid}
    assert "もう一度ひらきます" in running.text()

    server_pid = running.server_pid()
    os.kill(server_pid, signal.SIGKILL)
    _until("the server is started again", lambda: running.server_pid() not in {0, server_pid})
    _until("it answers", running.answers)
    assert "サーバーが止まりました" in running.text()

    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(60) == 0
    assert not running.answers()
    assert running.terminal_pid() == 0


def test_a_changed_password_is_not_printed_again(tmp_path: Path) -> None:
    data = str(tmp_path / "demo")
    demo = ["demo", "--data-dir", data]
    assert main(demo) == 0
    facts = json.loads((tmp_path / "demo" / "demo.json").read_text(encoding="utf-8"))
    assert main(demo) == 0  # a second start, nothing changed yet
    again = json.loads((tmp_path / "demo" / "demo.json").read_text(encoding="utf-8"))
    assert again["first_password"] == facts["first_password"] != ""

    database = Database(facts["database"])
    with database.write() as session:
        changed = accounts.change_password(
            session,
            facts["staff_id"],
            facts["first_password"],
            "Mihon-no-aikotoba-2026",
            utc_now(),
        )
    database.dispose()
    assert changed is None
    assert main(demo) == 0
    after = json.loads((tmp_path / "demo" / "demo.json").read_text(encoding="utf-8"))
    assert after["first_password"] == ""


def test_every_machine_of_the_demo_can_be_played_with(tmp_path: Path) -> None:
    """A second start writes the configuration anew: what is tried must be in it from the first."""
    demo = tmp_path / "demo"
    for _ in range(2):
        assert main(["demo", "--data-dir", str(demo)]) == 0
        config = load_config(demo / "kiosk.toml")
        assert not isinstance(config, ConfigFault), config
        assert config.acceptor.driver == "simulated"
        assert config.acceptor.control_socket == demo / "coins.sock"
        assert config.acceptor.memory == demo / "coins.json"


@pytest.mark.parametrize("kind", [fcntl.LOCK_EX, fcntl.LOCK_SH], ids=["sqlite", "postgresql"])
def test_reset_leaves_the_data_of_a_running_server_alone(tmp_path: Path, kind: int) -> None:
    data = tmp_path / "demo"
    data.mkdir()
    with (data / "server.lock").open("a") as held:
        fcntl.flock(held, kind)
        made = subprocess.run(
            [*COMMAND, "reset"], env={**os.environ, "DAICHO_DEMO": str(data)},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert made.returncode == 2
    assert f"サーバーがまだ動いています。kill {os.getpid()} で止めて" in made.stdout
    assert data.exists()


def test_a_busy_port_gets_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = str(busy.getsockname()[1])
        environment = {**os.environ, "DAICHO_DEMO": str(tmp_path / "demo"), "DAICHO_PORT": port}
        made = subprocess.run(
            [*COMMAND, "run"], env=environment, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
    assert made.returncode == 2
    assert f"ポート {port} はほかのプログラムが使っています" in made.stdout
    assert "DAICHO_PORT" in made.stdout


def test_reset_forgets_the_demo(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    data.mkdir()
    (data / "demo.json").write_text("{}", encoding="utf-8")
    environment = {**os.environ, "DAICHO_DEMO": str(data)}
    made = subprocess.run(
        [*COMMAND, "reset"], env=environment, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert made.returncode == 0
    assert not data.exists()
