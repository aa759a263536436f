"""The folder of Kivy's configuration: one per process, and none is left by a killed one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

_HOLD = """
from kiosk.screens.ui_home import make_home
print(make_home(), flush=True)
input()
"""


def _start(folder: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD],
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def _end(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=30)


def test_the_next_start_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    alive, kept = _start(tmp_path)
    killed, left = _start(tmp_path)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert left.is_dir()
    (left / "config.ini").write_text("x", encoding="utf-8")
    (tmp_path / "kiosk-ui-file").write_text("not a folder", encoding="utf-8")
    following, own = _start(tmp_path)
    assert not left.exists()
    assert kept.is_dir()
    assert own.is_dir()
    _end(following)
    _end(alive)
    assert [path.name for path in tmp_path.iterdir()] == ["kiosk-ui-file"]
