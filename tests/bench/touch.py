"""From a finger on the glass to the changed picture, with every screen's own buttons."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from tests.bench.figures import Figure

#: What is touched, by the screen it is on: keys, tabs, cards, steppers.
TOUCHES = {
    "applicant-empty": ("あ", "か", "さ", "法人", "次の項目へ"),
    "search-towns": ("中央", "平井", "確認番号"),
    "results-found": ("【建築物】平成12年5月1日　第H12-0003号",),
    "confirm": ("＋", "発行する"),
    "consent": ("同意して進む", "戻る"),
}
ROUNDS = 20


def measure(_folder: Path, _chosen: argparse.Namespace) -> list[Figure]:
    """Milliseconds from the press until the frame that shows it has been handed to the display."""
    from kivy.base import EventLoop

    from kiosk.screens import memory
    from kiosk.session.machine import step
    from kiosk.session.state import Session
    from tests.factories.sessions import GALLERY
    from tests.screens import finger
    from tests.screens.glass import Glass

    glass = Glass()
    while glass.host.warm():  # as the program does while nobody is there
        glass.frames(2)
    memory.settle()
    downs: list[float] = []
    ups: list[float] = []
    for _ in range(ROUNDS):
        for name, touches in TOUCHES.items():
            for words in touches:
                glass.show(Session())
                memory.breathe(memory.PAUSE_S)  # the pause before a touch
                glass.show(GALLERY[name])
                session = [GALLERY[name]]

                def follow(event: object, held: list[Session] = session) -> None:
                    held[0], _ = step(held[0], event)  # type: ignore[arg-type]
                    glass.host.show(held[0])

                glass.follow = follow
                x, y = finger.place_of(words)
                for act, times in ((finger.down, downs), (finger.up, ups)):
                    begun = time.perf_counter()
                    act(x, y)
                    EventLoop.idle()  # takes the touch, changes the widgets
                    EventLoop.idle()  # draws and flips them
                    times.append((time.perf_counter() - begun) * 1000)
                glass.follow = None
    return [
        Figure("touch to the pressed button's picture", "ms", tuple(downs), 0.95, 100),
        Figure("letting go to the answer's picture", "ms", tuple(ups), 0.95, 100),
    ]
