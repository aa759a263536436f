"""The list of hits: five cards a page, and what narrows a long list."""

from __future__ import annotations

from math import ceil

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout

from kiosk.screens.present.search import (
    PER_PAGE,
    PER_PAGE_WITH_CHOICES,
    CardView,
    ResultsView,
)
from kiosk.screens.strings import tr
from kiosk.screens.widgets.kit import Gap, Panel, Say, Tap, press, tap
from kiosk.screens.widgets.paged import PagedScreen
from kiosk.screens.widgets.palette import AMBER, SOFT_INK
from kiosk.screens.widgets.screen import Tools
from kiosk.session import events as ev

#: Narrowing buttons shown at most; more are not read.
CHOICES_SHOWN = 6


class ResultsScreen(PagedScreen):
    """Cards are buttons; the page is this screen's own affair."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, spacing=14)

    def draw(self, view: ResultsView) -> None:
        self.add_widget(Say(words=view.words, font_size=38, bold=True))
        if view.as_of:
            self.add_widget(Say(words=view.as_of, font_size=26, color=SOFT_INK))
        if view.help:
            self._add_help(view.help)
        if view.choices:
            self._add_choices(view)
        size = PER_PAGE_WITH_CHOICES if view.choices else PER_PAGE
        first, count = self.page * size, len(view.cards)
        for card in view.cards[first : first + size]:
            self.add_widget(self._card(card))
        self.add_widget(Gap())
        if count > size:
            last = min(first + size, count)
            place = tr("screen.results.page", first=first + 1, last=last, count=count)
            before = tr("screen.results.previous", count=size)
            after = tr("screen.results.following", count=size)
            self.add_page_bar(before, place, after, ceil(count / size))

    def _add_help(self, help_: tuple[str, ...]) -> None:
        panel = Panel(size_hint_y=None)
        panel.bind(minimum_height=panel.setter("height"))
        for words in help_:
            panel.add_widget(Say(words=f"・{words}", font_size=38))
        self.add_widget(panel)

    def _add_choices(self, view: ResultsView) -> None:
        self.add_widget(Say(words=view.choices_words, font_size=30, color=SOFT_INK))
        grid = GridLayout(cols=3, spacing=10, size_hint_y=None)
        grid.bind(minimum_height=grid.setter("height"))
        for label, query in view.choices[:CHOICES_SHOWN]:
            grid.add_widget(
                press(
                    label, self.teller(ev.NarrowingChosen, query), font_size=32,
                    size_hint_y=None, height=84,
                )
            )  # fmt: skip
        self.add_widget(grid)

    def _card(self, card: CardView) -> Tap:
        area = tap(
            self.teller(ev.HitChosen, card.entry_id), words=card.headline, size_hint_y=None,
            padding=(24, 14, 24, 14),
        )  # fmt: skip
        area.bind(minimum_height=area.setter("height"))
        head = BoxLayout(size_hint_y=None, spacing=16)
        head.bind(minimum_height=head.setter("height"))
        head.add_widget(Say(words=card.headline, font_size=35, bold=True))
        if card.mark:
            mark = Panel(
                size_hint=(None, None), size=(180, 50), padding=(4, 2, 4, 2), face=AMBER, edge=AMBER
            )
            mark.add_widget(
                Say(words=card.mark, font_size=28, bold=True, halign="center", wrap=False)
            )
            head.add_widget(mark)
        area.add_widget(head)
        for number, words in enumerate(card.lines):
            if words:
                area.add_widget(
                    Say(
                        words=words, font_size=32 if number == 0 else 29,
                        color=SOFT_INK if number else (0.1, 0.12, 0.15, 1),
                    )
                )  # fmt: skip
        return area
