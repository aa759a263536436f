"""A window without a display, its host, and frames on demand: for tests of screens."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from kiosk.input.kanji import MozcKanaKanji
from kiosk.input.postal import WardPostalCodes
from kiosk.screens.window import WindowSettings, configure
from kiosk.session.events import At
from kiosk.session.state import Session

configure(WindowSettings(headless=True))

from kivy.base import EventLoop, runTouchApp  # noqa: E402 - Kivy reads its settings at import
from kivy.core.window import Window  # noqa: E402

from kiosk.screens.host import SETTLE_S, Host  # noqa: E402
from kiosk.screens.widgets.screen import Tools  # noqa: E402
from tests.screens import finger  # noqa: E402


class Glass:
    """Shows sessions; collects the events that touches make. ``now`` is a clock of its own."""

    def __init__(self) -> None:
        self.events: list[At] = []
        self.seconds = 100.0
        self.follow: Callable[[At], None] | None = None
        self.host = Host(Tools(self._dispatch, MozcKanaKanji(), WardPostalCodes(), self._now))
        runTouchApp(self.host, embedded=True)  # input providers and all, but frames on demand
        self.host.size = Window.size

    def _now(self) -> float:
        return self.seconds

    def _dispatch(self, event: At) -> None:
        self.events.append(event)
        if self.follow is not None:
            self.follow(event)

    def show(self, session: Session) -> None:
        self.host.show(session)
        self.frames()
        self.seconds += SETTLE_S * 2

    def frames(self, count: int = 4) -> None:
        for _ in range(count):
            EventLoop.idle()

    def tap(self, words: str, *, exact: bool = True, nth: int = 0) -> None:
        x, y = finger.place_of(words, exact=exact, nth=nth)
        finger.down(x, y)
        self.frames(2)
        self.seconds += 0.05
        finger.up(x, y)
        self.frames(3)
        time.sleep(0)

    def picture(self, path: Path) -> Path:
        """A PNG of the glass at exactly ``path``; Kivy numbers its files, so it is renamed."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.frames(2)
        made = Window.screenshot(name=str(path))
        Path(made).replace(path)
        return path

    def close(self) -> None:
        Window.remove_widget(self.host)
