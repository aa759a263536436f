"""One entry in full, as recorded, in pages that need no scrolling."""

from __future__ import annotations

from kivy.uix.boxlayout import BoxLayout

from kiosk.domain.graphemes import graphemes
from kiosk.screens.present.entry import ConfirmView, EntryView, RowView
from kiosk.screens.strings import tr
from kiosk.screens.widgets.kit import Gap, Panel, Say, advance, press
from kiosk.screens.widgets.paged import PagedScreen
from kiosk.screens.widgets.palette import AMBER, PALE, SOFT_INK, WHITE
from kiosk.screens.widgets.screen import Screen, Tools
from kiosk.screens.wrapping import break_lines
from kiosk.session import events as ev

LABEL_WIDTH = 250
VALUE_WIDTH = 690
FONT = 33
ROW_PADDING, ROW_SPACING = 18, 6
#: Height for the rows, in design units: where they all fit, and where pages must be turned.
WHOLE_HEIGHT = 1172
PAGE_HEIGHT = 950
NEAR_HEIGHT = 100
#: The button for the counter's slip, above the rows.
SLIP_HEIGHT = 120


def row_height(row: RowView) -> float:
    """What a row will take, before it is made."""
    lines = break_lines(
        graphemes(row.value), VALUE_WIDTH, lambda glyph: advance(glyph, FONT, False)
    )
    return len(lines) * FONT * 1.25 + ROW_PADDING / 2 + ROW_SPACING


def pages_of(rows: tuple[RowView, ...], height: float) -> list[tuple[RowView, ...]]:
    """Rows cut into pages; a row is never cut."""
    pages: list[tuple[RowView, ...]] = []
    page: list[RowView] = []
    used = 0.0
    for row in rows:
        need = row_height(row)
        if page and used + need > height:
            pages.append(tuple(page))
            page, used = [], 0.0
        page.append(row)
        used += need
    return [*pages, tuple(page)]


def row_widget(row: RowView, shaded: bool) -> Panel:
    line = Panel(
        orientation="horizontal", size_hint_y=None, padding=(16, ROW_PADDING / 2, 16, 0),
        spacing=16, face=PALE if shaded else WHITE, edge=PALE,
    )  # fmt: skip
    line.bind(minimum_height=line.setter("height"))
    label = Say(
        words=row.label, font_size=29, color=SOFT_INK, size_hint_x=None, width=LABEL_WIDTH,
        pos_hint={"top": 1},
    )  # fmt: skip
    line.add_widget(label)
    line.add_widget(Say(words=row.value, font_size=FONT, size_hint_x=None, width=VALUE_WIDTH))
    return line


class EntryScreen(PagedScreen):
    """Every recorded item, and 記載なし where it means something."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, spacing=10)

    def draw(self, view: EntryView) -> None:
        if view.warning:
            note = Panel(size_hint_y=None, face=AMBER, padding=24)
            note.bind(minimum_height=note.setter("height"))
            note.add_widget(Say(words=view.warning, font_size=36, bold=True))
            self.add_widget(note)
        if view.slip:
            act = self.teller(ev.CounterSlipPressed, view.reason)
            self.add_widget(press(view.slip, act, size_hint_y=None, height=SLIP_HEIGHT))
        below = SLIP_HEIGHT + 20 if view.slip else 0
        pages = pages_of(view.rows, WHOLE_HEIGHT - below)
        if len(pages) > 1 or view.warning:
            pages = pages_of(view.rows, PAGE_HEIGHT - below)
        rows = BoxLayout(orientation="vertical", spacing=ROW_SPACING, size_hint_y=None)
        rows.bind(minimum_height=rows.setter("height"))
        for number, row in enumerate(pages[self.page]):
            rows.add_widget(row_widget(row, number % 2 == 0))
        self.add_widget(rows)
        self.add_widget(Gap())
        if len(pages) > 1:
            place = tr("screen.entry.page", page=self.page + 1, pages=len(pages))
            self.add_page_bar(
                tr("screen.entry.previous"), place, tr("screen.entry.following"), len(pages)
            )
        self.add_widget(self._near(view))

    def _near(self, view: EntryView) -> BoxLayout:
        """The ways to the site's other entries and to the lots beside it."""
        row = BoxLayout(size_hint_y=None, height=NEAR_HEIGHT, spacing=20)
        row.add_widget(press(view.history, self.teller(ev.HistoryPressed)))
        row.add_widget(press(view.neighbours, self.teller(ev.NeighboursPressed)))
        return row


class ConfirmScreen(Screen):
    """What will be issued, how many, and that it cannot be taken back."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, spacing=24)
        self._view: ConfirmView | None = None

    def show(self, view: ConfirmView) -> None:
        if view == self._view:
            return
        self._view = view
        self.clear_widgets()
        rows = Panel(size_hint_y=None, spacing=6)
        rows.bind(minimum_height=rows.setter("height"))
        for number, row in enumerate(view.rows):
            rows.add_widget(row_widget(row, number % 2 == 0))
        self.add_widget(rows)
        self.add_widget(Gap(size_hint_y=0.3))
        self.add_widget(self._stepper(view))
        self.add_widget(
            Say(words=tr("screen.confirm.each"), font_size=32, halign="center", color=SOFT_INK)
        )
        if view.fee:
            self.add_widget(Say(words=view.fee, font_size=44, bold=True, halign="center"))
        self.add_widget(Gap())
        self.add_widget(Say(words=view.words, font_size=40, bold=True))

    def _stepper(self, view: ConfirmView) -> BoxLayout:
        row = BoxLayout(size_hint_y=None, height=150, spacing=30)
        row.add_widget(
            Say(
                words=tr("screen.confirm.copies"), font_size=48, bold=True,
                pos_hint={"center_y": 0.5},
            )
        )  # fmt: skip
        fewer = self.teller(ev.CopiesChosen, view.copies - 1)
        more = self.teller(ev.CopiesChosen, view.copies + 1)
        row.add_widget(
            press(tr("screen.confirm.fewer"), fewer, font_size=72, disabled=view.copies <= 1)
        )
        row.add_widget(
            Say(
                words=tr("screen.confirm.unit", copies=view.copies), font_size=72, bold=True,
                halign="center", pos_hint={"center_y": 0.5},
            )
        )  # fmt: skip
        row.add_widget(
            press(tr("screen.confirm.more"), more, font_size=72, disabled=view.copies >= view.most)
        )
        return row

    def forget(self) -> None:
        self._view = None
        self.clear_widgets()
