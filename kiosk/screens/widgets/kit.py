"""The few widgets every screen is made of: a sentence, a button, a panel, a picture."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from kivy.core.text import Label as CoreLabel
from kivy.lang import Builder
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label

from kiosk.domain.graphemes import graphemes
from kiosk.screens.fonts import FALLBACK, UI, in_ui_font, marked
from kiosk.screens.widgets.palette import BLUE, INK, LINE, PALE, PALE_RED, PALETTE, RED, WHITE
from kiosk.screens.wrapping import balanced_lines, break_lines


@functools.lru_cache(maxsize=512)
def _pen(font: str, size: int, bold: bool) -> CoreLabel:
    return CoreLabel(font_name=font, font_size=size, bold=bold)


@functools.lru_cache(maxsize=8192)
def advance(glyph: str, size: int, bold: bool) -> float:
    """Width of one glyph in design units."""
    font = UI if in_ui_font(glyph) else FALLBACK
    return float(_pen(font, size, bold).get_extents(glyph)[0])


class Ink(Label):
    """A label whose changed words come on a picture of their own.

    Painting over the old one would wait until the frame that shows it has been drawn: with OpenGL
    in software that is longer than a person takes an answer for immediate.
    """

    def texture_update(self, *args: object) -> None:
        if self._label is not None:
            self._label.texture = None
        super().texture_update(*args)


class Say(Ink):
    """Text that wraps as Japanese does and is as high as it needs; ``words`` is what it says."""

    words = StringProperty("")
    wrap = BooleanProperty(True)

    def __init__(self, **options: Any) -> None:
        options.setdefault("font_name", UI)
        options.setdefault("font_size", 40)
        options.setdefault("color", INK)
        options.setdefault("markup", True)
        options.setdefault("size_hint_y", None)
        options.setdefault("halign", "left")
        options.setdefault("valign", "middle")
        options.setdefault("line_height", 1.25)
        super().__init__(**options)
        for name in ("words", "width", "font_size", "bold"):
            self.fbind(name, self._lay_out)
        self.fbind("texture_size", self._grow)
        self._lay_out()

    def _lay_out(self, *_: object) -> None:
        width = self.width - self.padding[0] - self.padding[2]
        if not self.wrap or width < self.font_size:
            self.text = marked(self.words)
            return
        size, bold = int(self.font_size), bool(self.bold)
        cut = graphemes(self.words)
        broken = balanced_lines if self.halign == "center" else break_lines
        lines = broken(cut, width, lambda glyph: advance(glyph, size, bold))
        self.text_size = (self.width, None)
        self.text = marked("\n".join(lines))

    def _grow(self, *_: object) -> None:
        if self.size_hint_y is None:
            self.height = max(self.texture_size[1], self.font_size * 1.25)


class Framed:
    """A rounded face with an edge around it; drawn by the one rule below. Design units."""

    face = ColorProperty(WHITE)
    edge = ColorProperty(LINE)
    rounding = NumericProperty(18)
    thick = NumericProperty(2)
    inset = NumericProperty(1)


class Press(Framed, ButtonBehavior, Ink):
    """A button: acts on release inside it, nothing while disabled. ``kind`` is its weight."""

    words = StringProperty("")
    kind = OptionProperty(
        "secondary", options=["primary", "secondary", "quiet", "danger", "key", "chosen", "dark"]
    )

    def __init__(self, **options: Any) -> None:
        options.setdefault("font_name", UI)
        options.setdefault("font_size", 40)
        options.setdefault("bold", True)
        options.setdefault("markup", True)
        options.setdefault("halign", "center")
        options.setdefault("valign", "middle")
        super().__init__(**options)
        for name in ("words", "width", "height", "font_size"):
            self.fbind(name, self._lay_out)
        for name in ("kind", "state", "disabled"):
            self.fbind(name, self._paint)
        self._lay_out()
        self._paint()

    def _lay_out(self, *_: object) -> None:
        room = max(1.0, self.width - 24)
        self.text_size = (self.width - 12, self.height)
        size = int(self.font_size)
        lines = break_lines(graphemes(self.words), room, lambda glyph: advance(glyph, size, True))
        self.text = marked("\n".join(lines))

    def _paint(self, *_: object) -> None:
        look = PALETTE["disabled" if self.disabled else self.kind]
        self.face = look.pressed if self.state == "down" else look.face
        self.edge = look.edge
        self.color = self.disabled_color = look.text


class Panel(Framed, BoxLayout):
    """A rounded area that holds other things."""

    rounding = NumericProperty(20)
    thick = NumericProperty(1.5)

    def __init__(self, **options: Any) -> None:
        options.setdefault("orientation", "vertical")
        options.setdefault("padding", 32)
        options.setdefault("spacing", 20)
        super().__init__(**options)


class Gap(BoxLayout):
    """Empty room that stretches."""


def press(words: str, act: Callable[[], None], **options: Any) -> Press:
    """A button that calls ``act`` when a finger lets go of it."""
    button = Press(words=words, **options)
    button.bind(on_release=lambda *_: act() if live(button) else None)
    return button


#: Edge, face and line width of an area, by its look.
TAP_LOOKS = {
    "plain": (LINE, WHITE, 1.5),
    "focused": (BLUE, PALE, 3.0),
    "faulty": (RED, PALE_RED, 3.0),
}


class Tap(Framed, ButtonBehavior, BoxLayout):
    """An area with several things in it that acts as one button; ``words`` names it."""

    words = StringProperty("")
    rounding = NumericProperty(16)
    inset = NumericProperty(2)
    look = OptionProperty("plain", options=["plain", "focused", "faulty"])

    def __init__(self, **options: Any) -> None:
        options.setdefault("orientation", "vertical")
        options.setdefault("padding", 20)
        options.setdefault("spacing", 6)
        super().__init__(**options)
        for name in ("state", "look", "disabled"):
            self.fbind(name, self._paint)
        self._paint()

    def _paint(self, *_: object) -> None:
        edge, face, thick = TAP_LOOKS[self.look]
        self.face = PALETTE["key"].pressed if self.state == "down" else face
        self.edge, self.thick = edge, thick


Builder.load_string("""
<Press, Panel, Tap>:
    canvas.before:
        Color:
            rgba: self.face
        RoundedRectangle:
            pos: self.pos
            size: self.size
            radius: [self.rounding]
        Color:
            rgba: self.edge
        Line:
            width: self.thick
            rounded_rectangle:
                (self.x + self.inset, self.y + self.inset, self.width - 2 * self.inset,
                self.height - 2 * self.inset, self.rounding)
""")


def live(widget: Any) -> bool:
    """Whether a finger could mean it: on the screen, and it and all around it are enabled."""
    return not widget.disabled and widget.get_root_window() is not None


def tap(act: Callable[[], None], **options: Any) -> Tap:
    """A ``Tap`` that calls ``act`` when a finger lets go of it."""
    area = Tap(**options)
    area.bind(on_release=lambda *_: act() if live(area) else None)
    return area
