"""``emupos``: an ESC/POS printer on TCP that nobody here wrote, in an environment of its own.

It needs Python 3.13. Where one is found (``DAICHO_EMUPOS`` may name an environment that has it
already) ``deploy/bootstrap.sh test`` installs it once into ``.venv-emupos`` by
``python -m tests.integration.printing.emulator``; where none is, the tests say so and skip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from functools import cache
from pathlib import Path

import requests

from tests.fixtures.ports import free_port

ROOT = Path(__file__).parents[3]
VERSION = "0.4.0"
START_S = 90.0  # on a machine that runs everything else at the same time
STOP_S = 20.0
PROFILE = """\
type: printer
name: Mihon A4
dpi: 203
width_dots: {width}
font_a: {{ width: 12, height: 24 }}
font_b: {{ width: 9, height: 17 }}
code_pages: {{ 0: PC437 }}
default_code_page: 0
drawer_sensor_open_level: high
printer_id: {{ model: 0x63, autocutter: true, maker: EPSON, name: MIHON }}
serial: {{ baud: 9600, data_bits: 8, parity: none, stop_bits: 1 }}
"""
CONFIG = """\
schema: 1
api: {{ host: 127.0.0.1, port: {api} }}
devices:
  - id: front
    type: printer
    profile: {profile}
    connections:
      - tcp: {{ host: 127.0.0.1, port: {port} }}
    receipts_dir: {folder}/receipts
"""


def _python() -> str | None:
    """A Python that the emulator runs on."""
    versions = Path.home() / ".pyenv/versions"
    found = [shutil.which(f"python3.{minor}") for minor in (13, 14)]
    found += [str(path) for path in sorted(versions.glob("3.1[34]*/bin/python"))]
    for name in found:
        if (
            name
            and not subprocess.run([name, "-c", "import venv, ensurepip"], check=False).returncode
        ):
            return name
    return None


def _command() -> Path:
    return Path(os.environ.get("DAICHO_EMUPOS") or ROOT / ".venv-emupos") / "bin/emupos"


@cache
def program() -> Path | None:
    """The emulator's command; None where no Python 3.13 is found.

    Raises:
        RuntimeError: there is a Python for it, and nobody has installed it.
    """
    command = _command()
    if command.exists():
        return command
    if _python() is None:
        return None
    raise RuntimeError("emupos is not installed: sh deploy/bootstrap.sh test")


def install() -> None:
    """Once, before any test: no test opens a socket beyond loopback."""
    command, python = _command(), _python()
    if python is not None and not command.exists():
        _install(python, command.parents[1])


def _install(python: str, folder: Path) -> None:
    subprocess.run([python, "-m", "venv", "--clear", str(folder)], check=True)
    made = subprocess.run(
        [str(folder / "bin/python"), "-m", "pip", "install", "-q", f"emupos=={VERSION}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        shutil.rmtree(folder)
        raise RuntimeError(f"emupos could not be installed: {made.stderr[-500:]}")


class Emulator:
    """Context of one running emulator. ``port`` is the printer's, raw ESC/POS."""

    def __init__(self, command: Path, folder: Path, width: int) -> None:
        self._command = command
        self._folder = folder
        self._width = width
        self.port, api = free_port(), free_port()
        self._api = f"http://127.0.0.1:{api}/api/v1"
        profile, self._config = folder / "a4.yaml", folder / "emupos.yaml"
        profile.write_text(PROFILE.format(width=width))
        self._config.write_text(
            CONFIG.format(api=api, profile=profile, port=self.port, folder=folder)
        )

    def __enter__(self) -> Emulator:
        with (self._folder / "emupos.log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(self._command), "run", "--config", str(self._config)],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self._folder,
            )  # fmt: skip
        end = time.monotonic() + START_S
        while not self._up():
            said = (self._folder / "emupos.log").read_text()
            assert time.monotonic() < end, said
            assert self._process.poll() is None, said
            time.sleep(0.1)
        return self

    def _up(self) -> bool:
        try:
            return requests.get(f"{self._api}/health", timeout=2).ok
        except requests.RequestException:
            return False

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:  # it waits for its connections to end
            self._process.kill()
            self._process.wait()

    def fault(self, name: str, active: bool = True) -> None:
        url = f"{self._api}/devices/front/faults/{name}"
        answer = requests.put(url, timeout=5) if active else requests.delete(url, timeout=5)
        answer.raise_for_status()

    def receipts(self) -> list[str]:
        """Ids of the cut pieces, oldest first."""
        found = requests.get(f"{self._api}/devices/front/receipts", timeout=5)
        found.raise_for_status()
        rows = found.json()
        rows = rows["receipts"] if isinstance(rows, dict) else rows
        return [str(row["id"]) for row in rows][::-1]

    def picture(self, receipt: str) -> bytes:
        """PNG of a piece."""
        found = requests.get(f"{self._api}/devices/front/receipts/{receipt}/image", timeout=10)
        found.raise_for_status()
        return found.content


if __name__ == "__main__":
    install()
