"""The purpose notice."""

from __future__ import annotations

from kiosk.screens.present.applicant import ConsentView
from kiosk.screens.widgets.kit import Gap, Panel, Say
from kiosk.screens.widgets.screen import Screen


class ConsentScreen(Screen):
    """Four sentences, and one question that the primary button answers."""

    def show(self, view: ConsentView) -> None:
        if self.children:
            return
        self.add_widget(Say(words=view.lead, font_size=40))
        for number, words in enumerate(view.items, start=1):
            panel = Panel(orientation="horizontal", size_hint_y=None, padding=30, spacing=24)
            panel.bind(minimum_height=panel.setter("height"))
            panel.add_widget(
                Say(
                    words=str(number), font_size=52, bold=True, size_hint=(None, None), width=60,
                    pos_hint={"top": 1},
                )
            )  # fmt: skip
            panel.add_widget(Say(words=words, font_size=38))
            self.add_widget(panel)
        self.add_widget(Gap())
        self.add_widget(Say(words=view.question, font_size=44, bold=True, halign="center"))
        self.add_widget(Gap(size_hint_y=0.2))
