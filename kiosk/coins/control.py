"""Playing with the simulated coin acceptor: ``python -m kiosk.coins.control SOCKET WORD...``

Words: insert-10 … insert-1000, lever, jam, clear-jam, full, empty-box, no-change, fill-change,
unplug, plug, mute, unmute, forget, status.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from kiosk.coins.simulator import DENOMINATIONS, SimulatedAcceptor
from kiosk.domain import hands


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; see ``hands.command``."""
    return hands.command(
        arguments, program="python -m kiosk.coins.control",
        description=__doc__, device="acceptor", example="例 insert-100, jam, status",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
