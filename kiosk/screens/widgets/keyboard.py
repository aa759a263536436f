"""The keyboard on the screen: kana with kanji candidates, Latin letters, digits, symbols."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from kiosk.domain.ports import KanaKanji
from kiosk.input import kana as letters
from kiosk.input import keyboard_model as model
from kiosk.input.keyboard_model import Typing
from kiosk.screens.strings import tr
from kiosk.screens.widgets.kit import Gap, Press, press

LAYOUTS = ("kana", "latin", "digits", "symbols")
#: Letters of a layout and how large they are.
_ROWS = {
    "latin": (letters.LATIN, 42),
    "digits": (letters.DIGITS, 56),
    "symbols": (letters.SYMBOLS, 42),
}
#: Candidates that fit beside each other; the rest is behind ほかの字.
CANDIDATES_SHOWN = 5
KEY_HEIGHT = 92
BAR_HEIGHT = 84


class Keyboard(BoxLayout):
    """Types into one line. ``changed(text)`` is told of each change, kana in work included.

    ``extra`` puts buttons of the screen's own (addresses, 株式会社) where candidates would be.
    """

    def __init__(self, kanji: KanaKanji, changed: Callable[[str], None], **options: Any) -> None:
        options.setdefault("orientation", "vertical")
        options.setdefault("spacing", 10)
        options.setdefault("size_hint_y", None)
        super().__init__(**options)
        self._kanji = kanji
        self._changed = changed
        self._typing = Typing()
        self._layout = ""
        self._layouts: tuple[str, ...] = LAYOUTS
        # Keys are made once: they say nothing of anybody, and making fifty of them is felt.
        self._made: dict[str, tuple[Widget, ...]] = {}
        self._made_foot: dict[tuple[str, tuple[str, ...]], tuple[Widget, ...]] = {}
        self._from = 0
        self._extra: tuple[tuple[str, Callable[[], None]], ...] = ()
        self._bar_shown: tuple[object, ...] = ()
        self._bar = BoxLayout(size_hint_y=None, height=BAR_HEIGHT, spacing=10)
        self._keys = BoxLayout(orientation="vertical", spacing=8, size_hint_y=None)
        self._foot = BoxLayout(size_hint_y=None, height=KEY_HEIGHT, spacing=8)
        for part in (self._bar, self._keys, self._foot):
            self.add_widget(part)
        self.bind(minimum_height=self.setter("height"))

    # --- what the screen says -----------------------------------------------------------------

    def begin(self, text: str, layout: str, layouts: tuple[str, ...] = LAYOUTS) -> None:
        """Type into another line, with another keyboard."""
        self._typing = model.starting_with(text)
        self._from = 0
        if (layout, layouts) != (self._layout, self._layouts):
            self._layouts = layouts
            self._lay_out(layout)
        self._show_candidates()

    def follow(self, text: str) -> None:
        """The line was changed by somebody else."""
        if text != self._typing.text:
            self._typing = model.starting_with(text)
            self._show_candidates()

    def offer(self, extra: tuple[tuple[str, Callable[[], None]], ...]) -> None:
        self._extra = extra
        self._show_candidates()

    def forget(self) -> None:
        self._typing = Typing()
        self._extra = ()
        self._show_candidates()

    # --- typing -------------------------------------------------------------------------------

    def _now(self, typing: Typing, *, tell: bool = True) -> None:
        self._typing = typing
        self._from = 0
        if typing.kana and not typing.candidates:
            self._typing = model.asked(typing, self._kanji)
        self._show_candidates()
        if tell:
            self._changed(self._typing.text)

    def _type(self, letter: str) -> None:
        self._now(model.typed(self._typing, letter))

    def _mark(self) -> None:
        self._now(model.marked(self._typing))

    def _erase(self) -> None:
        self._now(model.erased(self._typing))

    def _clear(self) -> None:
        self._now(Typing())

    def _convert(self) -> None:
        self._now(model.asked(self._typing, self._kanji), tell=False)

    def _settle(self) -> None:
        self._now(model.settled(self._typing))

    def _choose(self, candidate: str) -> None:
        self._now(model.chosen(self._typing, candidate))

    # --- keys ---------------------------------------------------------------------------------

    def _lay_out(self, layout: str) -> None:
        self._layout = layout
        if (layout, self._layouts) not in self._made_foot:
            self._made_foot[layout, self._layouts] = tuple(self._foot_keys())
        rows, foot = self._rows_of(layout), self._made_foot[layout, self._layouts]
        self._keys.height = len(rows) * KEY_HEIGHT + (len(rows) - 1) * 8
        for area, widgets in ((self._keys, rows), (self._foot, foot)):
            area.clear_widgets()
            for widget in widgets:
                area.add_widget(widget)

    def _rows_of(self, layout: str) -> tuple[Widget, ...]:
        if layout not in self._made:
            made = self._kana_keys() if layout == "kana" else self._rows(*_ROWS[layout])
            self._made[layout] = tuple(made)
        return self._made[layout]

    def warm(self) -> Iterator[bool]:
        """Makes the keys, one layout a step."""
        for layout in LAYOUTS:
            self._rows_of(layout)
            yield True

    def _kana_keys(self) -> Iterator[Widget]:
        for row in range(5):
            line = GridLayout(cols=len(letters.COLUMNS), spacing=8)
            for column in letters.COLUMNS:
                line.add_widget(self._key(column[row]))
            yield line

    def _rows(self, rows: tuple[str, ...], size: int) -> Iterator[Widget]:
        for row in rows:
            line = BoxLayout(spacing=8)
            for letter in row:
                line.add_widget(self._key(letter, size))
            yield line

    def _key(self, letter: str, size: int = 42) -> Press | Gap:
        if letter == "\u3000":
            return Gap()
        return press(letter, lambda: self._type(letter), kind="key", font_size=size)

    def _foot_keys(self) -> Iterator[Press]:
        for other in self._layouts:
            if other != self._layout:
                yield self._foot_key(f"screen.keyboard.{other}", self._switch(other), 1.0)
        if self._layout == "kana":
            yield self._foot_key("screen.keyboard.mark", self._mark, 1.5)
        if self._layout != "digits":
            yield self._foot_key("screen.keyboard.convert", self._convert, 1.1)
            yield self._foot_key("screen.keyboard.space", lambda: self._type("\u3000"), 1.0)
        yield self._foot_key("screen.keyboard.clear", self._clear, 1.4)
        yield self._foot_key("screen.keyboard.erase", self._erase, 1.4)

    def _foot_key(self, key: str, act: Callable[[], None], share: float) -> Press:
        return press(tr(key), act, kind="quiet", font_size=28, size_hint_x=share)

    def _switch(self, layout: str) -> Callable[[], None]:
        def switch() -> None:
            self._now(model.settled(self._typing))
            self._lay_out(layout)

        return switch

    # --- candidates ---------------------------------------------------------------------------

    def _show_candidates(self) -> None:
        """The bar over the keys. Rebuilt only when other words stand in it: a key must answer."""
        found = self._typing.candidates
        shown = found[self._from : self._from + CANDIDATES_SHOWN]
        words = shown or tuple(words for words, _ in self._extra)
        bar = (words, bool(found), bool(self._typing.kana), len(found) > CANDIDATES_SHOWN)
        if bar == self._bar_shown:
            return
        self._bar_shown = bar
        self._bar.clear_widgets()
        if found:
            self._add_candidates(shown)
            return
        for place, label in enumerate(words):
            button = press(label, partial(self._extra_pressed, place), font_size=32)
            self._bar.add_widget(button)

    def _extra_pressed(self, place: int) -> None:
        if place < len(self._extra):
            self._extra[place][1]()

    def _add_candidates(self, shown: tuple[str, ...]) -> None:
        for candidate in shown:
            self._bar.add_widget(
                press(
                    candidate, partial(self._choose, candidate), kind="secondary",
                    font_size=40 if len(candidate) < 8 else 30,
                    size_hint_x=max(2.0, float(len(candidate))),
                )
            )  # fmt: skip
        if self._typing.kana:
            self._bar.add_widget(self._narrow("screen.keyboard.settle", self._settle, 30, 110))
        if len(self._typing.candidates) > CANDIDATES_SHOWN:
            self._bar.add_widget(self._narrow("screen.keyboard.more", self._next, 26, 130))

    def _narrow(self, key: str, act: Callable[[], None], size: int, width: int) -> Press:
        return press(
            tr(key), act, kind="quiet", font_size=size, size_hint_x=None, width=width
        )  # fmt: skip

    def _next(self) -> None:
        last = self._from + CANDIDATES_SHOWN >= len(self._typing.candidates)
        self._from = 0 if last else self._from + CANDIDATES_SHOWN
        self._show_candidates()
