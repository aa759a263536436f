"""Hands on the simulated printer: pull the paper, open the cover, jam it, unplug it, at any time.

From the program: ``SimulatorControl``. From outside, one word a line over a Unix socket:
``python -m kiosk.printing.simulator_control SOCKET jam@12`` (``@12``: at the 12th band from now,
counted from 0).
"""

from __future__ import annotations

import argparse
import os
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, cast

from kiosk.printing.simulator import SimulatedDevice

#: A request is one short word; a longer line is not ours.
LINE_LIMIT: Final = 64
ANSWER_TIMEOUT_S: Final = 5.0


class SimulatorControl:
    """What a person can do to the printer. Every method may be called from any thread."""

    def __init__(self, device: SimulatedDevice) -> None:
        self.device = device
        self.fired: list[str] = []  # words that were armed for a band and have happened
        self._words: dict[str, Callable[[], None]] = {
            "paper-empty": self.paper_empty,
            "paper-low": self.paper_low,
            "refill": self.refill,
            "open-cover": self.open_cover,
            "close-cover": self.close_cover,
            "jam": self.jam,
            "clear-jam": self.clear_jam,
            "unplug": self.unplug,
            "plug": self.plug,
            "mute": self.mute,
            "unmute": self.unmute,
            "slow": self.slow,
            "normal-speed": self.normal_speed,
            "lie": self.lie,
            "honest": self.honest,
            "power-cycle": self.device.power_cycle,
        }

    @property
    def words(self) -> tuple[str, ...]:
        return (*self._words, "status")

    def paper_empty(self) -> None:
        self.device.change(paper=False)

    def paper_low(self) -> None:
        self.device.change(paper_low=True)

    def refill(self) -> None:
        """A new roll; the end of the old one, with what is on it, is taken out."""
        self.device.remove_paper_path()
        self.device.change(paper=True, paper_low=False)

    def open_cover(self) -> None:
        self.device.change(cover_open=True)

    def close_cover(self) -> None:
        self.device.change(cover_open=False)

    def jam(self) -> None:
        self.device.change(jam=True)

    def clear_jam(self) -> None:
        self.device.remove_paper_path()
        self.device.change(jam=False)

    def unplug(self) -> None:
        self.device.change(plugged=False)

    def plug(self) -> None:
        self.device.change(plugged=True)

    def mute(self) -> None:
        self.device.change(muted=True)

    def unmute(self) -> None:
        self.device.change(muted=False)

    def slow(self) -> None:
        self.device.change(slow=True)

    def normal_speed(self) -> None:
        self.device.change(slow=False)

    def lie(self) -> None:
        self.device.change(lying=True)

    def honest(self) -> None:
        self.device.change(lying=False)

    def do(self, line: str) -> str:
        """One word, with ``@N`` at the N-th band from now. The answer begins with ok or error."""
        word, at, band = line.strip().partition("@")
        if word == "status" and not at:
            return self.describe()
        if word not in self._words or (at and not band.isdecimal()):
            return "error: one of " + ", ".join(self.words) + ", with @BAND for later"
        if at:
            self.at_band(int(band), word)
            return f"ok {word} armed"
        self._words[word]()
        return "ok " + self.describe()

    def at_band(self, band: int, word: str) -> None:
        """Arm a word for the moment the ``band``-th band from now (0: the next) begins.

        Raises:
            KeyError: no such word.
        """
        action = self._words[word]

        def fire() -> None:
            self.fired.append(word)
            action()

        self.device.at_band(band, fire)

    def describe(self) -> str:
        """Conditions and counters in one line; nothing of what was printed."""
        now, count = self.device.conditions, self.device.counters
        return (
            f"paper={'low' if now.paper and now.paper_low else 'yes' if now.paper else 'no'} "
            f"cover={'open' if now.cover_open else 'closed'} jam={_yes(now.jam)} "
            f"plugged={_yes(now.plugged)} muted={_yes(now.muted)} slow={_yes(now.slow)} "
            f"lying={_yes(now.lying)} bands={count.bands} sheets={count.sheets} "
            f"held_bytes={self.device.held_bytes} armed={self.device.armed}"
        )


def _yes(value: bool) -> str:
    return "yes" if value else "no"


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    control: SimulatorControl


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        control = cast(_Server, self.server).control
        for line in iter(lambda: self.rfile.readline(LINE_LIMIT), b""):
            answer = control.do(line.decode("ascii", "replace"))
            self.wfile.write(answer.encode() + b"\n")


class SimulatorControlServer:
    """The socket. Readable and writable by the terminal's own user only."""

    def __init__(self, path: Path, control: SimulatorControl) -> None:
        path.unlink(missing_ok=True)  # left by a process that was killed
        before = os.umask(0o177)
        try:
            self._server = _Server(str(path), _Handler)
        finally:
            os.umask(before)
        self._server.control = control
        self._path = path
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="printer-simulator", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._path.unlink(missing_ok=True)


def ask(path: Path, words: Sequence[str]) -> list[str]:
    """Send the words to a running simulator and return its answers, one each.

    Raises:
        OSError: no simulator listens there.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(ANSWER_TIMEOUT_S)
        link.connect(str(path))
        with link.makefile("rw", encoding="utf-8", newline="\n") as lines:
            answers = []
            for word in words:
                lines.write(word + "\n")
                lines.flush()
                answers.append(lines.readline().rstrip("\n"))
            return answers


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line. Exit 0 when every word was understood, 1 if not, 2 without a simulator."""
    parser = argparse.ArgumentParser(
        prog="python -m kiosk.printing.simulator_control", description=__doc__
    )
    parser.add_argument("socket", type=Path)
    parser.add_argument("words", nargs="+", metavar="word", help="e.g. paper-empty, jam@5, status")
    chosen = parser.parse_args(arguments)
    try:
        answers = ask(chosen.socket, chosen.words)
    except OSError as error:
        sys.stderr.write(f"no simulated printer at {chosen.socket}: {error.strerror}\n")
        return 2
    sys.stdout.write("\n".join(answers) + "\n")
    return 0 if all(not answer.startswith("error") for answer in answers) else 1


if __name__ == "__main__":
    sys.exit(main())
