"""The lots beside a site, in the order of their numbers, the one looked at among them."""

from __future__ import annotations

from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.present.near import BesideView, NeighboursView
from kiosk.screens.strings import tr
from kiosk.screens.widgets.kit import Gap, Panel, Say, press, tap
from kiosk.screens.widgets.palette import BLUE, INK, NAVY, SOFT_INK, WHITE, Rgba
from kiosk.screens.widgets.screen import Screen, Tools
from kiosk.session import events as ev

ROW_HEIGHT = 92
LABEL_FONT = 38


class NeighboursScreen(Screen):
    """Each row but one is a button that makes the search for its lot."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, spacing=10)
        self._view: NeighboursView | None = None

    def show(self, view: NeighboursView) -> None:
        if view == self._view:
            return
        self._view = view
        self.clear_widgets()
        self.add_widget(Say(words=view.words, font_size=36, bold=True))
        if view.lots:
            self.add_widget(Say(words=tr("screen.neighbours.order"), font_size=28, color=SOFT_INK))
        for lot in view.lots:
            self.add_widget(self._row(lot))
        self.add_widget(Gap())
        if view.whole is not None and view.whole.query is not None:
            words = tr("screen.neighbours.whole", label=view.whole.label)
            self.add_widget(
                press(
                    f"{words}　{view.whole.count}",
                    self.teller(ev.BesideChosen, view.whole.query),
                    font_size=34, size_hint_y=None, height=ROW_HEIGHT,
                )
            )  # fmt: skip

    def _row(self, lot: BesideView) -> BoxLayout:
        here = lot.query is None
        padding = (28, 0, 28, 0)
        row: BoxLayout
        if here:
            row = Panel(orientation="horizontal", size_hint_y=None, face=NAVY, edge=NAVY,
                        padding=padding)  # fmt: skip
            row.bind(minimum_height=row.setter("height"))
        else:
            row = tap(
                self.teller(ev.BesideChosen, lot.query), words=lot.label, orientation="horizontal",
                size_hint_y=None, height=ROW_HEIGHT, padding=padding,
            )  # fmt: skip
        self._fill(row, lot, WHITE if here else INK, WHITE if here else BLUE)
        return row

    @staticmethod
    def _fill(row: BoxLayout, lot: BesideView, label: Rgba, count: Rgba) -> None:
        middle = {"center_y": 0.5}
        pad = (0, 14, 0, 14) if lot.query is None else (0, 0, 0, 0)
        row.add_widget(
            Say(words=lot.label, font_size=LABEL_FONT, bold=True, color=label, pos_hint=middle,
                padding=pad)
        )  # fmt: skip
        row.add_widget(
            Say(words=lot.count, font_size=32, bold=True, color=count, halign="right",
                size_hint_x=None, width=300, pos_hint=middle)
        )  # fmt: skip

    def forget(self) -> None:
        self._view = None
        super().forget()
