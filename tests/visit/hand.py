"""A visitor's hand and eye as steps between frames: wait until it can be touched, touch, look."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from kivy.core.window import Window

from kiosk.input.kana import marked_kana
from tests.screens import finger

Steps = Iterator[None]

#: How long a visitor waits for something before it counts as not there.
PATIENCE_S = 20.0
#: A finger stays down this long.
PRESS_S = 0.04
#: Between two touches of an unhurried hand on keys, beyond what the screen itself needs.
FRAMES_BETWEEN = 2
#: Bytes that a driver may send before a sheet: status and identity questions.
LONGEST_QUESTION = 512


class VisitFailedError(AssertionError):
    """The visit cannot go on; the message says what was looked for and what was there."""


class Hand:
    """All methods are generators: each ``yield`` lets the window draw one frame."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._now = now
        self._pictures = 0
        self._at_printer = 0
        self.rest_s = 0.0  # seconds without a single frame's work of the script
        self.times: dict[str, float] = {}

    def mark(self, name: str) -> None:
        """Remember when something happened, in monotonic seconds."""
        self.times[name] = self._now()

    def watch_printer(self, record: Path) -> None:
        """Marks when the first byte of a sheet is at the printer; a status question is shorter."""
        if "issue_pressed" not in self.times:
            self._at_printer = record.stat().st_size
            return
        begun = record.stat().st_size > self._at_printer + LONGEST_QUESTION
        if begun and "first_byte" not in self.times:
            self.mark("first_byte")

    def frames(self, count: int = FRAMES_BETWEEN) -> Steps:
        for _ in range(count):
            yield

    def see(self, *words: str, patience_s: float = PATIENCE_S) -> Steps:
        """Wait until any of the words stand on the glass."""
        deadline = self._now() + patience_s
        while not any(map(finger.sees, words)):
            if self._now() > deadline:
                raise VisitFailedError(f"{words} never came; seen: {finger.written()}")
            yield

    def tap(
        self, words: str, *, exact: bool = True, nth: int = 0, patience_s: float = PATIENCE_S
    ) -> Steps:
        """Touch what is written, once it can be touched. Covered or disabled for long: failed."""
        deadline = self._now() + patience_s
        while True:
            try:
                x, y = finger.place_of(words, exact=exact, nth=nth)
                break
            except finger.NotTouchableError as error:
                if self._now() > deadline:
                    raise VisitFailedError(str(error)) from error
                yield
        finger.down(x, y)
        let_go = self._now() + PRESS_S
        while self._now() < let_go:
            yield
        finger.up(x, y)
        yield from self.frames()

    def settle(self) -> Steps:
        """The moment that a new screen needs before it takes a finger, and that an eye needs."""
        until = self._now() + 0.4
        while self._now() < until:
            yield

    def arrive(self, words: str, name: str) -> Steps:
        """A new screen: wait for its words, let it settle, photograph it."""
        yield from self.see(words)
        yield from self.settle()
        yield from self.picture(name)

    def picture(self, name: str) -> Steps:
        """``screens/NN-name.png``: the glass as it is."""
        yield from self.frames(3)
        self._pictures += 1
        path = self._folder / f"{self._pictures:02d}-{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        made = Window.screenshot(name=str(path))
        Path(made).replace(path)

    # --- typing -------------------------------------------------------------------------------

    def kana(self, text: str) -> Steps:
        """Tap kana; ゛ ゜ and small letters by their key."""
        for letter in text:
            base, presses = _key_of(letter)
            yield from self.tap(base)
            for _ in range(presses):
                yield from self.tap("濁点・小")

    def keys(self, text: str) -> Steps:
        for letter in text:
            yield from self.tap(letter)


def _key_of(letter: str) -> tuple[str, int]:
    """The key of a kana and how often its mark is pressed: が -> か, 1; ぱ -> は, 2."""
    base = unicodedata.normalize("NFD", letter)[0]
    base = {"ゃ": "や", "ゅ": "ゆ", "ょ": "よ", "っ": "つ"}.get(base, base)
    presses, now = 0, base
    while now != letter:
        now = marked_kana(now)
        presses += 1
        if presses > 3:
            raise VisitFailedError(f"no key types {letter}")
    return base, presses
