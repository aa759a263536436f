"""Playing with the simulated coin acceptor: ``python -m kiosk.coins.control SOCKET WORD...``

Words: insert-10 … insert-1000, lever, jam, clear-jam, full, empty-box, no-change, fill-change,
unplug, plug, mute, unmute, forget, status.
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
from typing import cast

from kiosk.coins.simulator import DENOMINATIONS, SimulatedAcceptor

#: A word is far shorter; a longer line is not for us.
LINE_LIMIT = 100
ANSWER_TIMEOUT_S = 5.0


class AcceptorControl:
    """A person's hand, one word at a time."""

    def __init__(self, machine: SimulatedAcceptor) -> None:
        self._machine = machine
        self._words: dict[str, Callable[[], object]] = {
            **{f"insert-{yen}": self._inserter(yen) for yen in DENOMINATIONS},
            "lever": machine.lever,
            "jam": lambda: machine.set(jammed=True),
            "clear-jam": lambda: machine.set(jammed=False),
            "full": lambda: machine.set(full=True),
            "empty-box": lambda: machine.set(full=False),
            "no-change": lambda: machine.set(change=False),
            "fill-change": lambda: machine.set(change=True),
            "unplug": lambda: machine.set(plugged=False),
            "plug": lambda: machine.set(plugged=True),
            "mute": lambda: machine.set(mute=True),
            "unmute": lambda: machine.set(mute=False),
            "forget": machine.forget,
        }

    def _inserter(self, yen: int) -> Callable[[], object]:
        return lambda: self._machine.insert(yen)

    @property
    def words(self) -> tuple[str, ...]:
        return (*self._words, "status")

    def do(self, line: str) -> str:
        """The answer begins with ok, refused (the coin fell through) or error."""
        word = line.strip()
        if word == "status":
            return self.describe()
        if word not in self._words:
            return "error: one of " + ", ".join(self.words)
        done = self._words[word]()
        return ("refused " if done is False else "ok ") + self.describe()

    def describe(self) -> str:
        """State and sums in one line."""
        machine, status = self._machine, self._machine.status()
        drawer = machine.drawer
        held, due = (drawer.held, drawer.due) if drawer else (0, 0)
        return (
            f"state={status.state.value} escrow={held} due={due} "
            f"accepting={'yes' if drawer and drawer.accepting else 'no'} "
            f"cash_box={machine.cash_box} tray={machine.tray}"
        )


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    control: AcceptorControl


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        control = cast(_Server, self.server).control
        for line in iter(lambda: self.rfile.readline(LINE_LIMIT), b""):
            answer = control.do(line.decode("ascii", "replace"))
            self.wfile.write(answer.encode() + b"\n")


class AcceptorControlServer:
    """The socket. Readable and writable by the terminal's own user only."""

    def __init__(self, path: Path, control: AcceptorControl) -> None:
        path.unlink(missing_ok=True)  # left by a process that was killed
        before = os.umask(0o177)
        try:
            self._server = _Server(str(path), _Handler)
        finally:
            os.umask(before)
        self._server.control = control
        self._path = path
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="acceptor-simulator", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._path.unlink(missing_ok=True)


def ask(path: Path, words: Sequence[str]) -> list[str]:
    """Send the words to a running simulator; its answers, one each. OSError: none listens."""
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
    """Exit 0 when every word was done, 1 if not, 2 without a simulator."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.coins.control", description=__doc__)
    parser.add_argument("socket", type=Path)
    parser.add_argument("words", nargs="+", metavar="word", help="例 insert-100, jam, status")
    chosen = parser.parse_args(arguments)
    try:
        answers = ask(chosen.socket, chosen.words)
    except OSError as error:
        sys.stderr.write(f"no simulated acceptor at {chosen.socket}: {error.strerror}\n")
        return 2
    sys.stdout.write("\n".join(answers) + "\n")
    return 0 if all(answer.startswith(("ok", "state=")) for answer in answers) else 1


if __name__ == "__main__":
    sys.exit(main())
