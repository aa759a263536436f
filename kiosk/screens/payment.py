"""Paying: the amount in large figures, the number for the counter, how much is in already."""

from __future__ import annotations

from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.present.payment import PaymentView
from kiosk.screens.printing import Progress
from kiosk.screens.widgets.kit import Gap, Panel, Say
from kiosk.screens.widgets.palette import NAVY, PALE, SOFT_INK
from kiosk.screens.widgets.screen import Screen, Tools


class PaymentScreen(Screen):
    """Nothing to press but 中止: the counter or the machine answers."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, spacing=36)
        self._shown: PaymentView | None = None

    def show(self, view: PaymentView) -> None:
        if view == self._shown:
            return
        self._shown = view
        self.clear_widgets()
        self.add_widget(Gap(size_hint_y=0.3))
        self.add_widget(Say(words=view.words, font_size=48, bold=True, halign="center"))
        if view.number:
            self._number(view.number)
        if view.rows:
            self._sums(view)
        self.add_widget(Gap())
        self.add_widget(Say(words=view.small, font_size=34, halign="center", color=SOFT_INK))

    def _number(self, number: str) -> None:
        panel = Panel(size_hint_y=None, padding=36, face=PALE, edge=PALE)
        panel.bind(minimum_height=panel.setter("height"))
        panel.add_widget(Say(words=number, font_size=84, bold=True, halign="center", color=NAVY))
        self.add_widget(panel)

    def _sums(self, view: PaymentView) -> None:
        panel = Panel(size_hint_y=None, padding=36, spacing=24)
        panel.bind(minimum_height=panel.setter("height"))
        for place, (label, amount) in enumerate(view.rows):
            last = place == len(view.rows) - 1
            row = BoxLayout(size_hint_y=None, height=110 if last else 80)
            size = 72 if last else 48
            middle = {"center_y": 0.5}
            row.add_widget(Say(words=label, font_size=40, pos_hint=middle))
            row.add_widget(
                Say(words=amount, font_size=size, bold=last, halign="right", pos_hint=middle)
            )
            panel.add_widget(row)
        self.add_widget(panel)
        if len(view.rows) > 1:
            bar = Progress(size_hint_y=None, height=40)
            bar.done = view.done
            self.add_widget(bar)

    def forget(self) -> None:
        self._shown = None
        super().forget()
