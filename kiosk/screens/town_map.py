"""The own map on the glass: tinted cells, a label to touch for each name, and a scale.

A touch on a cell chooses what the label on it would. Tints only part neighbours; what is meant is
always written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.graphics import Color, Ellipse, Line, Mesh
from kivy.uix.relativelayout import RelativeLayout

from kiosk.screens.present.town_map import AROUND, Label, MapView
from kiosk.screens.strings import tr
from kiosk.screens.widgets.kit import Say, live, press
from kiosk.screens.widgets.palette import MAP_TINTS, NAVY, SOFT_INK, WHITE

#: Lines in design units: where towns end, between groups, and from a label to its place.
OUTER, INNER, TIE = 2.0, 2.5, 2.0
SCALE_FONT = 24


class MapSheet(RelativeLayout):
    """``choose`` is called with the name of what was touched."""

    def __init__(self, view: MapView, height: float, choose: Callable[[str], None]) -> None:
        super().__init__(size_hint=(None, None), size=(1000, height))
        self._view, self._choose = view, choose
        self._touched = ""
        with self.canvas.before:
            self._draw()
        for label in view.labels:
            self.add_widget(self._button(label))
        self._add_scale()

    def _draw(self) -> None:
        for patch in self._view.patches:
            Color(*MAP_TINTS[patch.tint if patch.tint != AROUND else -1])
            corners = patch.corners
            vertices = [number for x, y in corners for number in (x, y, 0, 0)]
            Mesh(vertices=vertices, indices=list(range(len(corners))), mode="triangle_fan")
        for border in self._view.borders:
            Color(*(SOFT_INK if border.outer else WHITE))
            Line(points=border.points, width=OUTER / 2 if border.outer else INNER, cap="round")
        Color(*NAVY)
        for label in self._view.labels:
            if label.tied is not None:
                x, y = label.tied
                Line(points=(x, y, label.box.x, label.box.y), width=TIE / 2)
                Ellipse(pos=(x - 8, y - 8), size=(16, 16))

    def _button(self, label: Label) -> Any:
        box = label.box
        return press(
            label.words, lambda: self._choose(label.name), font_size=label.font,
            size_hint=(None, None), size=(box.width, box.height),
            pos=(box.x - box.width / 2, box.y - box.height / 2),
        )  # fmt: skip

    def _add_scale(self) -> None:
        """North, and how long a kilometre is, where the ward leaves room at the bottom left."""
        length = self._view.kilometre
        part = 1.0 if length <= 260 else 0.5
        with self.canvas.before:
            Color(*SOFT_INK)
            Line(points=(14, 34, 14, 24, 14 + length * part, 24, 14 + length * part, 34), width=1.5)
        words = tr("screen.map.kilometre" if part == 1.0 else "screen.map.half_kilometre")
        self.add_widget(
            Say(words=words, font_size=SCALE_FONT, color=SOFT_INK, wrap=False,
                size_hint=(None, None), size=(240, 32), pos=(14, 38), text_size=(240, None))
        )  # fmt: skip

    # --- touches on cells ---------------------------------------------------------------------

    def _name_at(self, touch: Any) -> str:
        x, y = self.to_local(*touch.pos)
        return self._view.name_at(x, y)

    def on_touch_down(self, touch: Any) -> bool:
        if super().on_touch_down(touch):
            return True
        self._touched = self._name_at(touch) if live(self) else ""
        if self._touched:
            touch.grab(self)
        return bool(self._touched)

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return bool(super().on_touch_up(touch))
        touch.ungrab(self)
        touched, self._touched = self._touched, ""
        # As a button: only where the finger lets go on what it came down on.
        if touched and live(self) and self._name_at(touch) == touched:
            self._choose(touched)
        return True
