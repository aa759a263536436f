"""A site's history: an axis of years, each entry's years beside it, and a card to touch for each.

The newest is at the top. Kinds differ in shape, not only in colour.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from kivy.graphics import Color, Ellipse, Line, Quad, Rectangle, RoundedRectangle, Triangle
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.relativelayout import RelativeLayout
from kivy.uix.widget import Widget

from kiosk.domain.graphemes import graphemes
from kiosk.domain.near import HappeningKind
from kiosk.screens.present.near import (
    HISTORY_PER_PAGE,
    EntryMark,
    EraBand,
    HistoryView,
    spread,
)
from kiosk.screens.strings import tr
from kiosk.screens.widgets.kit import Gap, Panel, Say, Tap, advance, tap
from kiosk.screens.widgets.paged import PagedScreen
from kiosk.screens.widgets.palette import (
    AMBER,
    BLUE,
    GREEN,
    INK,
    LINE,
    NAVY,
    PALE,
    RED,
    SOFT_INK,
    WHITE,
    Rgba,
)
from kiosk.screens.widgets.screen import Tools
from kiosk.screens.wrapping import break_lines
from kiosk.session import events as ev

#: Design units: the whole drawing, its columns from the left, and a card.
WIDTH, HEIGHT = 1000, 1058
BAND_X, BAND_WIDTH = 0, 40
FIGURES_X, FIGURES_WIDTH = 52, 108
LANES_X, LANE_WIDTH = 180, 30
CARDS_X = LANES_X + HISTORY_PER_PAGE * LANE_WIDTH + 44
#: Lines to the cards turn here, each at a place of its own.
ELBOW_X, ELBOW_STEP = CARDS_X - 14, 8
CARD_WIDTH, CARD_HEIGHT, CARD_GAP = WIDTH - CARDS_X, 256, 11
#: The axis keeps away from the drawing's ends, so that a figure there is whole.
INSET = 34
CARD_PADDING = 12
HEAD_FONT, TEXT_FONT, BADGE_FONT = 30, 26, 24
BADGE_HEIGHT = 40
LINE_HEIGHT, SPACING = 1.25, 4
MARK = 22  # a mark's width

Draw = Callable[[float, float, float], None]


def _circle(x: float, y: float, size: float) -> None:
    Ellipse(pos=(x - size / 2, y - size / 2), size=(size, size))


def _ring(x: float, y: float, size: float) -> None:
    Line(circle=(x, y, size / 2 - 1.5), width=2.5)
    _circle(x, y, size * 0.36)


def _triangle(x: float, y: float, size: float) -> None:
    half = size / 2
    Triangle(points=(x - half, y - half * 0.8, x + half, y - half * 0.8, x, y + half))


def _diamond(x: float, y: float, size: float) -> None:
    half = size / 2
    Quad(points=(x - half, y, x, y - half, x + half, y, x, y + half))


def _square(x: float, y: float, size: float) -> None:
    side = size * 0.7
    Line(rectangle=(x - side / 2, y - side / 2, side, side), width=2.5)


def _cross(x: float, y: float, size: float) -> None:
    half = size * 0.38
    Line(points=(x - half, y - half, x + half, y + half), width=3)
    Line(points=(x - half, y + half, x + half, y - half), width=3)


def _bar(x: float, y: float, size: float) -> None:
    Rectangle(pos=(x - size / 2, y - size * 0.2), size=(size, size * 0.4))


#: Each kind's colour and shape.
MARKS: dict[HappeningKind, tuple[Rgba, Draw]] = {
    HappeningKind.CONFIRMATION: (NAVY, _circle),
    HappeningKind.INSPECTION: (GREEN, _ring),
    HappeningKind.PLAN_CHANGE: (BLUE, _triangle),
    HappeningKind.INTERMEDIATE: (SOFT_INK, _diamond),
    HappeningKind.MINOR_CHANGE: (SOFT_INK, _square),
    HappeningKind.CANCELLATION: (RED, _cross),
    HappeningKind.REMOVAL: (INK, _bar),
}


def draw_mark(kind: HappeningKind, x: float, y: float, size: float = MARK) -> None:
    """One kind's mark on the present canvas, on a white ground so that lines end at it."""
    colour, shape = MARKS[kind]
    Color(*WHITE)
    _circle(x, y, size * 1.25)
    Color(*colour)
    shape(x, y, size)


class LegendMark(Widget):
    """One mark by itself."""

    def __init__(self, kind: HappeningKind) -> None:
        super().__init__(size_hint=(None, None), size=(MARK + 8, 44))
        self._kind = kind
        self.bind(pos=self._draw)
        self._draw()

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        with self.canvas:
            draw_mark(self._kind, self.center_x, self.center_y)


def lines_of(words: str, width: float, font: int, *, bold: bool = False) -> list[str]:
    return break_lines(graphemes(words), width, lambda glyph: advance(glyph, font, bold))


def clipped(words: str, width: float, font: int, lines: int, *, bold: bool = False) -> str:
    """The words, cut with … where they need more lines."""
    if lines < 1:
        return ""
    broken = lines_of(words, width, font, bold=bold)
    if len(broken) <= lines:
        return words
    last = graphemes(broken[lines - 1])
    return "".join(broken[: lines - 1]) + "".join(last[:-1]) + "…"


class HistoryScreen(PagedScreen):
    """The axis shows all years of the site; cards and lanes are those of the page."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, spacing=12)

    def draw(self, view: HistoryView) -> None:
        if view.site:
            site = clipped(view.site, WIDTH, 40, 1, bold=True)
            self.add_widget(Say(words=site, font_size=40, bold=True))
        self.add_widget(Say(words=view.words, font_size=32))
        if view.legend:
            self._add_legend(view)
        first, count = self.page * HISTORY_PER_PAGE, len(view.marks)
        page = view.marks[first : first + HISTORY_PER_PAGE]
        self.add_widget(self._timeline(view, page))
        self.add_widget(Gap())
        if count > HISTORY_PER_PAGE:
            last = min(first + HISTORY_PER_PAGE, count)
            place = tr("screen.history.page", first=first + 1, last=last, count=count)
            newer, older = tr("screen.history.newer"), tr("screen.history.older")
            self.add_page_bar(newer, place, older, ceil(count / HISTORY_PER_PAGE))

    def _add_legend(self, view: HistoryView) -> None:
        row = BoxLayout(size_hint_y=None, height=44, spacing=4)
        for kind, words in view.legend:
            row.add_widget(LegendMark(kind))
            width = sum(advance(glyph, TEXT_FONT, False) for glyph in words) + 18
            row.add_widget(
                Say(words=words, font_size=TEXT_FONT, color=SOFT_INK, wrap=False,
                    size_hint_x=None, width=width, pos_hint={"center_y": 0.5})
            )  # fmt: skip
        row.add_widget(Gap())
        self.add_widget(row)

    # --- the drawing --------------------------------------------------------------------------

    def _timeline(self, view: HistoryView, page: tuple[EntryMark, ...]) -> RelativeLayout:
        sheet = RelativeLayout(size_hint=(None, None), size=(WIDTH, HEIGHT))
        tops = spread(
            [HEIGHT - _wanted(mark, not view.ticks) for mark in page], CARD_HEIGHT, CARD_GAP, HEIGHT
        )
        with sheet.canvas.before:
            self._draw_axis(view)
            for lane, mark in enumerate(page):
                middle = HEIGHT - tops[lane] - CARD_HEIGHT / 2
                # Lines that go down turn the sooner the lower their card, so that none cross.
                down = _wanted(mark) >= middle
                turn = lane if down else len(page) - 1 - lane
                lane_x = LANES_X + LANE_WIDTH * (lane + 0.5)
                _draw_lane(mark, lane_x, ELBOW_X - ELBOW_STEP * turn, middle)
        for band in view.bands:
            self._say_era(sheet, band)
        for tick in view.ticks:
            self._say(sheet, tick.western, FIGURES_X, _y(tick.at) - 2, 26, bold=True)
            self._say(sheet, tick.wareki, FIGURES_X, _y(tick.at) - 28, 21)
        for mark, top in zip(page, tops, strict=True):
            card = self._card(mark)
            card.pos = (CARDS_X, HEIGHT - top - CARD_HEIGHT)
            sheet.add_widget(card)
        return sheet

    @staticmethod
    def _draw_axis(view: HistoryView) -> None:
        for number, band in enumerate(view.bands):
            Color(*(PALE if number % 2 else LINE))
            low, high = _y(band.first), _y(band.last)
            RoundedRectangle(
                pos=(BAND_X, low + 1), size=(BAND_WIDTH, max(2.0, high - low - 2)), radius=[10]
            )
        Color(*LINE)
        for tick in view.ticks:
            Line(points=(BAND_WIDTH, _y(tick.at), CARDS_X - 24, _y(tick.at)), width=1)
        for mark in view.marks:  # where the other pages' entries are
            if mark.first is not None and mark.last is not None:
                Color(*SOFT_INK)
                _circle(LANES_X - 8, _y((mark.first + mark.last) / 2), 12)

    def _say(
        self,
        sheet: RelativeLayout,
        words: str,
        x: float,
        y: float,
        size: int,
        *,
        bold: bool = False,
    ) -> None:
        sheet.add_widget(
            Say(words=words, font_size=size, bold=bold, color=INK if bold else SOFT_INK, wrap=False,
                size_hint=(None, None), size=(FIGURES_WIDTH, size * 1.25), pos=(x, y),
                text_size=(FIGURES_WIDTH, None))
        )  # fmt: skip

    @staticmethod
    def _say_era(sheet: RelativeLayout, band: EraBand) -> None:
        """The era's name, upright, where its stretch has room for it."""
        low, high = _y(band.first), _y(band.last)
        if high - low < 76:
            return
        sheet.add_widget(
            Say(words="\n".join(band.name), font_size=26, bold=True, color=NAVY, halign="center",
                size_hint=(None, None), size=(BAND_WIDTH, 66), line_height=1.0,
                pos=(BAND_X, (low + high) / 2 - 33))
        )  # fmt: skip

    # --- a card -------------------------------------------------------------------------------

    def _card(self, mark: EntryMark) -> Tap:
        card = tap(
            self.teller(ev.HitChosen, mark.entry_id), words=mark.headline,
            size_hint=(None, None), size=(CARD_WIDTH, CARD_HEIGHT), spacing=SPACING,
            padding=(20, CARD_PADDING, 16, CARD_PADDING), look="focused" if mark.here else "plain",
        )  # fmt: skip
        width = CARD_WIDTH - 40
        head = clipped(mark.headline, width, HEAD_FONT, 2, bold=True)
        card.add_widget(Say(words=head, font_size=HEAD_FONT, bold=True))
        if mark.badges:
            card.add_widget(_badges(mark))
        for text, colour in zip(_texts(mark, head, width), (INK, SOFT_INK), strict=True):
            if text:
                card.add_widget(Say(words=text, font_size=TEXT_FONT, color=colour))
        card.add_widget(Gap())
        return card


def _y(at: float) -> float:
    """Design units from the drawing's bottom: the newest is at the top."""
    return INSET + at * (HEIGHT - 2 * INSET)


def _wanted(mark: EntryMark, alone: bool = False) -> float:
    """Where a card would best lie: beside its confirmation; undated ones at the bottom, unless
    there is no axis at all (``alone``)."""
    if mark.first is None or mark.last is None:
        return HEIGHT if alone else 0.0
    return _y((mark.first + mark.last) / 2)


def _draw_lane(mark: EntryMark, x: float, elbow: float, card_middle: float) -> None:
    """The years of one entry, its marks, and the line to its card."""
    if mark.first is None or mark.last is None:
        return
    places = [_y(at) for _, at in mark.happenings]
    begun = _y((mark.first + mark.last) / 2)
    Color(*(BLUE if mark.here else SOFT_INK))
    Line(points=(x, begun, elbow, begun, elbow, card_middle, CARDS_X, card_middle), width=1.3)
    Line(points=(x, min(places), x, max(places)), width=4 if mark.here else 2.5, cap="round")
    if mark.last > mark.first:  # the day is known in part: all that it can be
        low, high = _y(mark.first), _y(mark.last)
        Color(*NAVY)
        Line(points=(x - 8, low, x + 8, low), width=1.5)
        Line(points=(x - 8, high, x + 8, high), width=1.5)
        Line(points=(x, low, x, high), width=1.5)
    for kind, at in reversed(mark.happenings):  # the confirmation lies on top
        draw_mark(kind, x, _y(at))


def _texts(mark: EntryMark, head: str, width: float) -> tuple[str, str]:
    """The words and the events that a card has room for: the events first, they tell more."""
    room: float = CARD_HEIGHT - 2 * CARD_PADDING
    room -= len(lines_of(head, width, HEAD_FONT, bold=True)) * HEAD_FONT * LINE_HEIGHT
    room -= (BADGE_HEIGHT + SPACING) * bool(mark.badges) + 2 * SPACING
    lines = int(room / (TEXT_FONT * LINE_HEIGHT))
    events = min(lines - 1, len(lines_of(mark.events, width, TEXT_FONT)))
    return (
        clipped(mark.words, width, TEXT_FONT, lines - events),
        clipped(mark.events, width, TEXT_FONT, events),
    )


def _badges(mark: EntryMark) -> BoxLayout:
    row = BoxLayout(size_hint_y=None, height=BADGE_HEIGHT, spacing=10)
    for number, words in enumerate(mark.badges):
        here = mark.here and number == 0
        width = sum(advance(glyph, BADGE_FONT, True) for glyph in words) + 28
        panel = Panel(
            size_hint=(None, None), size=(width, BADGE_HEIGHT), padding=(6, 2, 6, 2), rounding=12,
            face=NAVY if here else AMBER, edge=NAVY if here else AMBER,
        )  # fmt: skip
        panel.add_widget(
            Say(words=words, font_size=BADGE_FONT, bold=True, halign="center", wrap=False,
                color=WHITE if here else INK)
        )  # fmt: skip
        row.add_widget(panel)
    row.add_widget(Gap())
    return row
