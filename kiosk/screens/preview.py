"""The certificate as it will be printed, with 確認用 over it."""

from __future__ import annotations

import hashlib
import io

from kivy.core.image import Image as CoreImage
from kivy.effects.scroll import ScrollEffect
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.image import Image
from kivy.uix.label import Label
from kivy.uix.scrollview import ScrollView

from kiosk.screens.fonts import UI
from kiosk.screens.present.entry import PreviewView
from kiosk.screens.strings import tr
from kiosk.screens.widgets.kit import Say, press
from kiosk.screens.widgets.screen import Screen, Tools
from kiosk.session import events as ev

#: How much wider than the screen the sheet is when it is shown large: its margins, and no more,
#: are beyond the glass, so that a line is read without moving sideways.
ZOOM = 1.24
#: Part of what is hidden that one press of 上へ or 下へ moves.
SCROLL_STEP = 0.34


class Sheet(FloatLayout):
    """One page and the word over it. The word is drawn by the screen, so no print can have it."""

    def __init__(self, png: bytes, watermark: str) -> None:
        super().__init__(size_hint=(None, None))
        picture = CoreImage(io.BytesIO(png), ext="png", nocache=True)
        self.ratio = picture.height / picture.width
        self._picture = Image(texture=picture.texture, fit_mode="contain")
        self.add_widget(self._picture)
        for place in (0.22, 0.5, 0.78):
            self.add_widget(
                Label(
                    text=watermark, font_name=UI, font_size=120, bold=True,
                    color=(0.65, 0.1, 0.08, 0.16), pos_hint={"center_x": 0.5, "center_y": place},
                    size_hint=(1, None), height=150,
                )
            )  # fmt: skip

    def wide(self, width: float) -> None:
        self.size = (width, width * self.ratio)


class PreviewScreen(Screen):
    """Whole, or large enough to read every character."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, spacing=14)
        self._shown: tuple[str, int] = ("", 0)
        self._zoomed = False
        self._sheet: Sheet | None = None
        self._view: PreviewView | None = None
        self._words = Say(font_size=34)
        self._scroll = ScrollView(
            effect_cls=ScrollEffect, bar_width=14, scroll_type=["content"], do_scroll_x=True
        )
        self._scroll.bind(size=lambda *_: self._fit())
        self._bar = BoxLayout(size_hint_y=None, height=90, spacing=14)
        for part in (self._words, self._scroll, self._bar):
            self.add_widget(part)

    def show(self, view: PreviewView) -> None:
        shown = (hashlib.sha256(view.page_png).hexdigest(), view.page)
        self._view = view
        self._words.words = view.words
        if shown != self._shown:
            self._shown = shown
            self._scroll.clear_widgets()
            self._sheet = Sheet(view.page_png, view.watermark) if view.page_png else None
            if self._sheet is not None:
                self._scroll.add_widget(self._sheet)
            self._fit()
        self._draw_bar(view)

    def _fit(self) -> None:
        if self._sheet is None:
            return
        whole = min(self._scroll.width, self._scroll.height / self._sheet.ratio)
        self._sheet.wide(self._scroll.width * ZOOM if self._zoomed else whole)
        if not self._zoomed:
            self._sheet.width = self._scroll.width  # the picture stays in its middle
        self._scroll.scroll_y, self._scroll.scroll_x = 1.0, 0.5

    def _draw_bar(self, view: PreviewView) -> None:
        self._bar.clear_widgets()
        if view.pages > 1:
            back = self.teller(ev.PreviewPageTurned, view.page - 1)
            on = self.teller(ev.PreviewPageTurned, view.page + 1)
            self._bar.add_widget(
                press(tr("screen.entry.previous"), back, font_size=30, disabled=view.page == 0)
            )
            place = tr("screen.entry.page", page=view.page + 1, pages=view.pages)
            self._bar.add_widget(
                Say(words=place, font_size=30, halign="center", pos_hint={"center_y": 0.5})
            )
            self._bar.add_widget(
                press(
                    tr("screen.entry.following"), on, font_size=30,
                    disabled=view.page + 1 == view.pages,
                )
            )  # fmt: skip
        if self._zoomed:
            self._bar.add_widget(press(tr("screen.preview.up"), lambda: self._move(1)))
            self._bar.add_widget(press(tr("screen.preview.down"), lambda: self._move(-1)))
        key = "screen.preview.zoom_out" if self._zoomed else "screen.preview.zoom_in"
        self._bar.add_widget(press(tr(key), self._zoom, font_size=34))

    def _zoom(self) -> None:
        self._zoomed = not self._zoomed
        self.tell(ev.Touched)
        self._fit()
        if self._view is not None:
            self._draw_bar(self._view)

    def _move(self, way: int) -> None:
        self.tell(ev.Touched)
        place = self._scroll.scroll_y + way * SCROLL_STEP
        self._scroll.scroll_y = min(1.0, max(0.0, place))

    def forget(self) -> None:
        self._shown, self._zoomed, self._sheet, self._view = ("", 0), False, None, None
        self._scroll.clear_widgets()
        self._bar.clear_widgets()
