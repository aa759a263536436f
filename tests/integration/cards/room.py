"""A pcscd of our own with vpcd's virtual reader, in a room of its own: nobody else's is touched.

The room is a Linux mount, network and process namespace. pcscd's socket, whose path is built in,
lies there on a folder of the test; vpcd's port 35963 is open in the room only, so that any number
of runs have one each; a door (a Unix socket in the same folder) leads to it.

Inside: ``unshare ... python -m tests.integration.cards.room FOLDER``.
"""

from __future__ import annotations

import atexit
import fcntl
import importlib.util
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType

import pytest

from tests.integration.cards.virtual_card import Hand

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
PORT = 35963
START_S = 30.0
READER = "Mihon"
CONFIG = f"""\
FRIENDLYNAME "{READER}"
DEVICENAME   /dev/null:0x{PORT:X}
LIBPATH      {DRIVER}
CHANNELID    0x{PORT:X}
"""
#: libpcsclite reads it at its first use and keeps it: one path for each process of tests.
VARIABLE = "PCSCLITE_CSOCK_NAME"
_ROOT = Path(__file__).parents[3]
_FOLDERS: list[Path] = []


def missing() -> str:
    """Why no room can be had here; empty when one can."""
    for name in ("pcscd", "unshare", "mount"):
        if shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None:
            return f"{name} is not installed (make test installs it)"
    if importlib.util.find_spec("smartcard") is None:
        return "pyscard is not installed (make test installs it)"
    if not DRIVER.exists():
        return "vsmartcard-vpcd is not installed (make test installs it)"
    tried = subprocess.run([*_unshare(), "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "no namespaces for this user: " + tried.stderr.decode()


def _unshare() -> list[str]:
    own = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *own, "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]


def _folder() -> Path:
    """Short, for a Unix socket's path has 107 characters; the same for the whole process."""
    if not _FOLDERS:
        _FOLDERS.append(Path(tempfile.mkdtemp(prefix="card-")))
        atexit.register(shutil.rmtree, _FOLDERS[0], ignore_errors=True)
        os.environ[VARIABLE] = str(_FOLDERS[0] / "pcscd.comm")
    return _FOLDERS[0]


def prepare() -> None:
    """Call before the first use of pyscard in this process: skips the module where no card can be
    had, and fails where the run requires them (``DAICHO_REQUIRE_CARDS=1``, as make test does)."""
    if reason := missing():
        assert os.environ.get("DAICHO_REQUIRE_CARDS") != "1", f"virtual cards: {reason}"
        pytest.skip(f"no virtual cards: {reason}", allow_module_level=True)
    _folder()


class Room:
    """``with Room() as room``: pcscd runs; ``room.hand`` lays cards into its reader."""

    def __init__(self, *, readers: bool = True) -> None:
        self.folder = _folder()
        self.readers = readers
        self.hand = Hand(self.folder / "door")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        for old in self.folder.iterdir():
            old.unlink()
        (self.folder / "reader.conf").write_text(CONFIG if self.readers else "", encoding="ascii")
        command = [*_unshare(), sys.executable, "-m", "tests.integration.cards.room"]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, str(self.folder)], cwd=_ROOT, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        end = time.monotonic() + START_S
        while not (self.folder / "ready").exists():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < end, "pcscd does not start"
            time.sleep(0.02)

    def stop(self) -> None:
        """pcscd ends, as when the service is stopped."""
        self.hand.close()
        if self._process is not None:
            self._process.kill()  # the room's first process: all in it ends with it
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """pcscd lives and answers nothing."""
        os.kill(self._pcscd(), signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self._pcscd(), signal.SIGCONT)

    def _pcscd(self) -> int:
        """As this machine numbers it: the room's own grandchild by that name."""
        assert self._process is not None
        found = _below(self._process.pid)
        (pid,) = [pid for pid in found if Path(f"/proc/{pid}/comm").read_text().strip() == "pcscd"]
        return pid

    def __enter__(self) -> Room:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.stop()


def _below(pid: int) -> list[int]:
    """A process's children, and theirs."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in children for found in (int(child), *_below(int(child)))]


# --- inside -------------------------------------------------------------------------------------

_SIOCSIFFLAGS, _UP_RUNNING = 0x8914, 0x41


def _wait_for(path: Path) -> None:
    end = time.monotonic() + START_S
    while not path.exists():
        if time.monotonic() > end:
            raise SystemExit("pcscd does not open its socket")
        time.sleep(0.02)


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while part := source.recv(65536):
            target.sendall(part)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue


def inside(folder: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        fcntl.ioctl(link, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _UP_RUNNING))
    # Only this room sees the folder there; what lies on the machine's own /run stays as it is.
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    Path("/run/pcscd").mkdir()
    subprocess.run(["mount", "--bind", str(folder), "/run/pcscd"], check=True)
    config = folder / "reader.conf"
    pcscd = shutil.which("pcscd", path="/usr/sbin:/usr/bin") or "pcscd"
    subprocess.Popen([pcscd, "--foreground", "--config", str(config)])
    _wait_for(folder / "pcscd.comm")
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(folder / "door"))
    door.listen()
    (folder / "ready").touch()
    while True:
        card, _ = door.accept()
        vpcd = socket.create_connection(("127.0.0.1", PORT))
        for ends in ((card, vpcd), (vpcd, card)):
            threading.Thread(target=_pump, args=ends, daemon=True).start()


if __name__ == "__main__":
    inside(Path(sys.argv[1]))
