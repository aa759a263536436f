"""The terminal with a hand at it that does what it is told, line by line, on standard input.

``python -m tests.integration.cards.terminal --config kiosk.toml`` is the real application without a
display: its window, session, lanes, PC/SC reader and client. Words: ``see TEXT``, ``tap TEXT``,
``type DIGITS``, ``end``. Each line is answered by ``ok``, or by ``failed`` and why.
"""

from __future__ import annotations

import argparse
import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    chosen = parser.parse_args()

    from kiosk.app import equip, make_app, start_logging
    from kiosk.config import Config, load_config

    start_logging()
    config = load_config(chosen.config)
    assert isinstance(config, Config), config
    app = make_app(config, equip(config), headless=True)

    from kivy.clock import Clock

    from tests.visit.hand import Hand, VisitFailedError

    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(
        target=lambda: [lines.put(line.strip()) for line in sys.stdin], daemon=True
    ).start()
    hand = Hand(chosen.config.parent)
    under_way: list[Iterator[None]] = []

    def steps(line: str) -> Iterator[None]:
        word, _, rest = line.partition(" ")
        if word == "see":
            yield from hand.see(rest, patience_s=60.0)
        elif word == "tap":
            yield from hand.settle()
            yield from hand.tap(rest)
        elif word == "type":
            yield from hand.settle()
            for digit in rest:
                yield from hand.tap(digit)
        else:
            raise VisitFailedError(f"no word {word!r}")

    def play(_dt: float) -> None:
        if not under_way:
            if lines.empty():
                return
            line = lines.get()
            if line == "end":
                app.stop()
                return
            under_way.append(steps(line))
        try:
            next(under_way[0])
            return
        except StopIteration:
            said = "ok"
        except VisitFailedError as error:
            said = f"failed: {error}".replace("\n", " ")
        under_way.clear()
        print(said, flush=True)

    Clock.schedule_interval(play, 0)
    app.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
