"""Printing: what is done, how far it truly is."""

from __future__ import annotations

from kivy.graphics import Color, RoundedRectangle
from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk.screens.present.issue import PrintingView
from kiosk.screens.strings import tr
from kiosk.screens.widgets.kit import Gap, Say
from kiosk.screens.widgets.palette import BLUE, LINE, SOFT_INK
from kiosk.screens.widgets.screen import Screen, Tools


class Progress(Widget):
    """A bar; ``done`` is 0..1."""

    done = NumericProperty(0.0)

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        with self.canvas:
            Color(*LINE)
            self._track = RoundedRectangle(radius=[20])
            Color(*BLUE)
            self._bar = RoundedRectangle(radius=[20])
        self.bind(pos=self._draw, size=self._draw, done=self._draw)

    def _draw(self, *_: object) -> None:
        self._track.pos = self._bar.pos = self.pos
        self._track.size = self.size
        self._bar.size = (max(40.0, self.width * self.done), self.height)


class PrintingScreen(Screen):
    """Nothing to press: what has begun ends by itself."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, spacing=40)
        self._words = Say(font_size=60, bold=True, halign="center")
        self._detail = Say(font_size=42, halign="center")
        self._bar = Progress(size_hint_y=None, height=48)
        wait = Say(words=tr("screen.printing.wait"), font_size=40, halign="center", color=SOFT_INK)
        for part in (Gap(), self._words, self._bar, self._detail, Gap(), wait, Gap()):
            self.add_widget(part)

    def show(self, view: PrintingView) -> None:
        self._words.words, self._detail.words = view.words, view.detail
        self._bar.done = view.done

    def forget(self) -> None:
        self._words.words = self._detail.words = ""
        self._bar.done = 0.0
