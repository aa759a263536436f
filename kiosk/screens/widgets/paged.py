"""A screen that turns pages of its own: the page is nobody else's affair and ends with the view."""

from __future__ import annotations

from functools import partial
from typing import Any

from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.widgets.kit import Say, press
from kiosk.screens.widgets.screen import Screen, Tools
from kiosk.session import events as ev

BAR_HEIGHT = 96
FONT = 36


class PagedScreen(Screen):
    """Subclasses ``draw`` a view that is never None; ``self.page`` counts from 0."""

    def __init__(self, tools: Tools, **options: Any) -> None:
        super().__init__(tools, **options)
        self._view: Any = None
        self.page = 0

    def show(self, view: Any) -> None:
        if view != self._view:
            self._view, self.page = view, 0
            self._redraw()

    def draw(self, view: Any) -> None:
        """Fill the empty body with the present page."""
        raise NotImplementedError

    def add_page_bar(self, before: str, place: str, after: str, pages: int) -> None:
        """Back, where one is, and on; what leads nowhere is disabled."""
        row = BoxLayout(size_hint_y=None, height=BAR_HEIGHT, spacing=20)
        back, on = partial(self._turn, -1), partial(self._turn, 1)
        row.add_widget(press(before, back, font_size=FONT, disabled=self.page == 0))
        row.add_widget(Say(words=place, halign="center", pos_hint={"center_y": 0.5}))
        row.add_widget(press(after, on, font_size=FONT, disabled=self.page + 1 == pages))
        self.add_widget(row)

    def _turn(self, by: int) -> None:
        self.page += by
        self.tell(ev.Touched)
        self._redraw()

    def _redraw(self) -> None:
        self.clear_widgets()
        if self._view is not None:
            self.draw(self._view)

    def forget(self) -> None:
        self._view, self.page = None, 0
        super().forget()
