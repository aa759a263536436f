"""Screens that say something: starting, self-test, out of order, closed, and the last ones."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.present.issue import EndingView
from kiosk.screens.present.terminal import (
    CheckView,
    MessageView,
    SelfTestView,
    StaffMenuView,
)
from kiosk.screens.widgets.kit import Gap, Panel, Say, press
from kiosk.screens.widgets.palette import (
    AMBER,
    GREEN,
    PALE_GREEN,
    PALE_RED,
    RED,
    SOFT_INK,
)
from kiosk.screens.widgets.screen import Screen, Tools
from kiosk.session import events as ev


class MessageScreen(Screen):
    """One large sentence for the public, a small one for staff, and the staff's corner."""

    def show(self, view: MessageView) -> None:
        self.clear_widgets()
        self.add_widget(Gap(size_hint_y=0.6))
        self.add_widget(Say(words=view.headline, font_size=76, bold=True, halign="center"))
        if view.words:
            self.add_widget(Say(words=view.words, font_size=46, halign="center"))
        self.add_widget(Gap())
        if view.small:
            note = Panel(size_hint_y=None, face=AMBER)
            note.bind(minimum_height=note.setter("height"))
            note.add_widget(Say(words=view.small, font_size=30, color=SOFT_INK))
            self.add_widget(note)
        row = BoxLayout(size_hint_y=None, height=110, spacing=20)
        if view.again:
            row.add_widget(press(view.again, self.teller(ev.SelfTestAgain), kind="primary"))
        row.add_widget(Gap())
        if view.staff:
            corner = press(
                view.staff, self.teller(ev.StaffWanted), kind="quiet", font_size=30,
                size_hint_x=None, width=220,
            )  # fmt: skip
            row.add_widget(corner)
        self.add_widget(row)


class SelfTestScreen(Screen):
    """The checks, each with its mark and what to do."""

    def show(self, view: SelfTestView) -> None:
        self.clear_widgets()
        self.add_widget(Say(words=view.words, font_size=40))
        self._list(view.checks)
        self.add_widget(Gap())

    def _list(self, checks: tuple[CheckView, ...]) -> None:
        for check in checks:
            line = Panel(
                orientation="horizontal", size_hint_y=None, padding=20,
                face=PALE_GREEN if check.ok else PALE_RED, edge=GREEN if check.ok else RED,
            )  # fmt: skip
            line.bind(minimum_height=line.setter("height"))
            line.add_widget(
                Say(words=check.name, bold=True, size_hint_x=0.32, pos_hint={"center_y": 0.5})
            )
            line.add_widget(Say(words=check.words, font_size=34, pos_hint={"center_y": 0.5}))
            self.add_widget(line)


class StaffMenuScreen(SelfTestScreen):
    """What the checks found, and the test print."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._shown: StaffMenuView | None = None

    def show(self, view: StaffMenuView) -> None:  # type: ignore[override]
        if view == self._shown:
            return  # a button that is rebuilt under a finger would lose it
        self._shown = view
        self.clear_widgets()
        self.add_widget(Say(words=view.words, font_size=36))
        row = BoxLayout(size_hint_y=None, height=130, spacing=20)
        row.add_widget(press(view.test_print, self.teller(ev.TestPrintPressed)))
        row.add_widget(press(view.close, self.teller(ev.ClosePressed), kind="quiet", font_size=32))
        self.add_widget(row)
        self._list(view.checks)
        self.add_widget(Gap())

    def forget(self) -> None:
        self._shown = None
        super().forget()


class EndingScreen(Screen):
    """Taking the paper, the end, or why it did not work: with the numbers to remember."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._shown: EndingView | None = None
        self._countdown = Say(font_size=32, halign="center", color=SOFT_INK)

    def show(self, view: EndingView) -> None:
        self._countdown.words = view.countdown
        still = replace(view, countdown="")
        if still == self._shown:
            return
        self._shown = still
        self.clear_widgets()
        self.add_widget(Gap(size_hint_y=0.5))
        tint, edge = (PALE_GREEN, GREEN) if view.good else (PALE_RED, RED)
        panel = Panel(size_hint_y=None, padding=48, spacing=30, face=tint, edge=edge)
        panel.bind(minimum_height=panel.setter("height"))
        panel.add_widget(Say(words=view.headline, font_size=68, bold=True, halign="center"))
        panel.add_widget(Say(words=view.words, font_size=42, halign="center"))
        for number in view.numbers:
            panel.add_widget(Say(words=number, font_size=46, bold=True, halign="center"))
        self.add_widget(panel)
        self.add_widget(Gap())
        for label, event in ((view.receipt, ev.ReceiptPressed), (view.another, ev.AnotherBuilding)):
            if label:
                row = AnchorLayout(size_hint_y=None, height=120)
                row.add_widget(press(label, partial(self.tell, event), size_hint_x=0.7))
                self.add_widget(row)
        self.add_widget(self._countdown)
        self.add_widget(Gap(size_hint_y=0.2))

    def forget(self) -> None:
        self._shown = None
        super().forget()
