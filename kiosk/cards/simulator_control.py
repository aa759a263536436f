"""Hands on the simulated card reader: lay a card down, take it away, pull the reader's cable.

One word a line over a Unix socket: ``python -m kiosk.cards.simulator_control SOCKET insert-piv``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from kiosk.cards.simulated import KINDS, SAMPLE_PIN, SimulatedReader, load_key
from kiosk.domain import hands
from kiosk.domain.card import FelicaCard, NoCard, NoReader, OtherCard, PivCard


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


class PlayableReader(SimulatedReader):
    """The simulated reader with its control socket."""

    def __init__(self, control_socket: Path, key_file: Path | None = None) -> None:
        super().__init__(load_key(key_file))
        self._server = hands.ControlServer(control_socket, CardControl(self), "card-simulator")

    def close(self) -> None:
        self._server.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; see ``hands.command``."""
    return hands.command(
        arguments, program="python -m kiosk.cards.simulator_control",
        description=f"{__doc__} The PIV card's PIN is {SAMPLE_PIN}.",
        device="card reader", example="e.g. insert-felica, remove",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
