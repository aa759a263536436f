"""The screen that waits: what can be had here, in three steps, and a touch anywhere begins."""

from __future__ import annotations

from typing import Any

from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.present.terminal import AttractView
from kiosk.screens.widgets.kit import Gap, Panel, Say, press
from kiosk.screens.widgets.palette import BLUE, NAVY, PALE, SOFT_INK, WHITE
from kiosk.screens.widgets.screen import Screen, Tools
from kiosk.session import events as ev


class AttractScreen(Screen):
    """Still, so that an idle terminal costs nothing."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, spacing=36)
        self._shown: AttractView | None = None

    def show(self, view: AttractView) -> None:
        if view == self._shown:
            return
        self._shown = view
        self.clear_widgets()
        self.add_widget(Gap(size_hint_y=0.35))
        self.add_widget(
            Say(words=view.headline, font_size=84, bold=True, halign="center", color=NAVY)
        )
        self.add_widget(Say(words=view.words, font_size=42, halign="center"))
        self.add_widget(Gap(size_hint_y=0.3))
        for number, words in enumerate(view.steps, start=1):
            self.add_widget(self._step(number, words))
        self.add_widget(Gap(size_hint_y=0.3))
        self.add_widget(Say(words=view.minutes, font_size=38, halign="center", color=SOFT_INK))
        begin = press(
            view.touch, self.teller(ev.Begin), kind="primary", font_size=64,
            size_hint_y=None, height=240,
        )  # fmt: skip
        self.add_widget(begin)
        self.add_widget(Say(words=view.facts, font_size=28, halign="center", color=SOFT_INK))
        corner = BoxLayout(size_hint_y=None, height=80)
        corner.add_widget(Gap())
        corner.add_widget(
            press(
                view.staff, self.teller(ev.StaffWanted), kind="quiet", font_size=26,
                size_hint_x=None, width=180,
            )
        )  # fmt: skip
        self.add_widget(corner)

    def _step(self, number: int, words: str) -> BoxLayout:
        line = Panel(
            orientation="horizontal", size_hint_y=None, height=140, face=PALE, edge=PALE,
            padding=(28, 20, 28, 20), spacing=28,
        )  # fmt: skip
        dot = Panel(
            size_hint=(None, None), size=(84, 84), padding=0, face=BLUE, edge=BLUE,
            pos_hint={"center_y": 0.5},
        )  # fmt: skip
        dot.add_widget(
            Say(
                words=str(number), font_size=48, bold=True, halign="center", color=WHITE,
                size_hint_y=1, wrap=False,
            )
        )  # fmt: skip
        line.add_widget(dot)
        line.add_widget(Say(words=words, font_size=40, pos_hint={"center_y": 0.5}))
        return line

    def on_touch_up(self, touch: Any) -> bool:
        """The whole screen is the button, but a finger that came down on one of its own is that
        one's: the staff corner begins no visit."""
        if super().on_touch_up(touch):
            return True
        if self.collide_point(*touch.pos) and not touch.grab_list:
            self.tell(ev.Begin)
            return True
        return False

    def forget(self) -> None:
        """Nothing here is anybody's."""
