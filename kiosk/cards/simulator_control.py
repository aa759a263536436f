"""Hands on the simulated card reader: lay a card down, take it away, pull the reader's cable.

One word a line over a Unix socket: ``python -m kiosk.cards.simulator_control SOCKET insert-piv``.
"""

from __future__ import annotations

import argparse
import os
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, cast

from kiosk.cards.simulated import KINDS, SAMPLE_PIN, SimulatedReader, load_key
from kiosk.domain.card import FelicaCard, NoCard, NoReader, OtherCard, PivCard

#: A request is one short word; a longer line is not ours.
LINE_LIMIT: Final = 64
ANSWER_TIMEOUT_S: Final = 5.0


class CardControl:
    """What a person can do. Every method may be called from any thread."""

    def __init__(self, reader: SimulatedReader) -> None:
        self._reader = reader
        self._words: dict[str, Callable[[], None]] = {
            "insert": partial(reader.insert, "felica"),
            **{f"insert-{kind}": partial(reader.insert, kind) for kind in KINDS},
            "remove": reader.remove,
            "unplug": partial(reader.plug, False),
            "plug": partial(reader.plug, True),
            "new-card": reader.new_card,
        }

    @property
    def words(self) -> tuple[str, ...]:
        return (*self._words, "status")

    def do(self, line: str) -> str:
        """One word. The answer begins with ok or error, or is the state."""
        word = line.strip()
        if word == "status":
            return self.describe()
        if word not in self._words:
            return "error: one of " + ", ".join(self.words)
        self._words[word]()
        return "ok " + self.describe()

    def describe(self) -> str:
        """What lies there, in one line; no number of a card."""
        names = {
            NoReader: "no-reader", NoCard: "no-card", FelicaCard: "felica", PivCard: "piv",
            OtherCard: "other",
        }  # fmt: skip
        return f"card={names[type(self._reader.look())]} piv_pin_tries={self._reader.tries}"


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    control: CardControl


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        control = cast(_Server, self.server).control
        for line in iter(lambda: self.rfile.readline(LINE_LIMIT), b""):
            answer = control.do(line.decode("ascii", "replace"))
            self.wfile.write(answer.encode() + b"\n")


class CardControlServer:
    """The socket. Readable and writable by the terminal's own user only."""

    def __init__(self, path: Path, control: CardControl) -> None:
        path.unlink(missing_ok=True)  # left by a process that was killed
        before = os.umask(0o177)
        try:
            self._server = _Server(str(path), _Handler)
        finally:
            os.umask(before)
        self._server.control = control
        self._path = path
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="card-simulator", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._path.unlink(missing_ok=True)


class PlayableReader(SimulatedReader):
    """The simulated reader with its control socket."""

    def __init__(self, control_socket: Path, key_file: Path | None = None) -> None:
        super().__init__(load_key(key_file))
        self._server = CardControlServer(control_socket, CardControl(self))

    def close(self) -> None:
        self._server.close()


def ask(path: Path, words: Sequence[str]) -> list[str]:
    """Send the words to a running simulator and return its answers, one each. Raises OSError."""
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
        prog="python -m kiosk.cards.simulator_control",
        description=f"{__doc__} The PIV card's PIN is {SAMPLE_PIN}.",
    )
    parser.add_argument("socket", type=Path)
    parser.add_argument("words", nargs="+", metavar="word", help="e.g. insert-felica, remove")
    chosen = parser.parse_args(arguments)
    try:
        answers = ask(chosen.socket, chosen.words)
    except OSError as error:
        sys.stderr.write(f"no simulated card reader at {chosen.socket}: {error.strerror}\n")
        return 2
    sys.stdout.write("\n".join(answers) + "\n")
    return 0 if all(not answer.startswith("error") for answer in answers) else 1


if __name__ == "__main__":
    sys.exit(main())
