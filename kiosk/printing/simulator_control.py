"""Hands on the simulated printer: pull the paper, open the cover, jam it, unplug it, at any time.

From the program: ``SimulatorControl``. From outside, one word a line over a Unix socket:
``python -m kiosk.printing.simulator_control SOCKET jam@12`` (``@12``: at the 12th band from now,
counted from 0).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from kiosk.domain import hands
from kiosk.printing.simulator import SimulatedDevice


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; see ``hands.command``."""
    return hands.command(
        arguments, program="python -m kiosk.printing.simulator_control",
        description=__doc__, device="printer", example="e.g. paper-empty, jam@5, status",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
