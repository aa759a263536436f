"""A person's hands on a simulated device: one word a line over a Unix socket, one answer each.

Printer, card reader and coin acceptor can be played with while the terminal runs; what their words
mean is theirs, how they are heard is the same.
"""

from __future__ import annotations

import argparse
import os
import socket
import socketserver
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol, cast

#: A request is one short word; a longer line is not ours.
LINE_LIMIT: Final = 64
ANSWER_TIMEOUT_S: Final = 5.0


class Control(Protocol):
    """What a device does at a word. May be called from any thread."""

    def do(self, line: str) -> str:
        """The answer, one line: it begins with ok, refused or error, or is the state."""


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    control: Control


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        control = cast(_Server, self.server).control
        for line in iter(lambda: self.rfile.readline(LINE_LIMIT), b""):
            answer = control.do(line.decode("ascii", "replace"))
            self.wfile.write(answer.encode() + b"\n")


class ControlServer:
    """The socket. Readable and writable by the terminal's own user only."""

    def __init__(self, path: Path, control: Control, name: str) -> None:
        path.unlink(missing_ok=True)  # left by a process that was killed
        before = os.umask(0o177)
        try:
            self._server = _Server(str(path), _Handler)
        finally:
            os.umask(before)
        self._server.control = control
        self._path = path
        self._thread = threading.Thread(target=self._server.serve_forever, name=name, daemon=True)
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


def command(
    arguments: Sequence[str] | None, *, program: str, description: str | None, device: str,
    example: str,
) -> int:  # fmt: skip
    """Command line. Exit 0 when every word was done, 1 if not, 2 without a simulator."""
    parser = argparse.ArgumentParser(prog=program, description=description)
    parser.add_argument("socket", type=Path)
    parser.add_argument("words", nargs="+", metavar="word", help=example)
    chosen = parser.parse_args(arguments)
    try:
        answers = ask(chosen.socket, chosen.words)
    except OSError as error:
        sys.stderr.write(f"no simulated {device} at {chosen.socket}: {error.strerror}\n")
        return 2
    sys.stdout.write("\n".join(answers) + "\n")
    done = all(answer and not answer.startswith(("error", "refused")) for answer in answers)
    return 0 if done else 1
