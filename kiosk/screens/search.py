"""Asking the ledger: by place (town, 丁目, number), by confirmation number and year, by owner."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout

from kiosk.domain.query import QueryKind
from kiosk.screens.present.search import CHOME_MAP_HEIGHT, ERA_KEYS, SearchView, western_year
from kiosk.screens.present.town_map import HEIGHT, MapView
from kiosk.screens.strings import tr
from kiosk.screens.town_map import MapSheet
from kiosk.screens.widgets.keyboard import Keyboard
from kiosk.screens.widgets.kit import Gap, Press, Say, Tap, press, tap
from kiosk.screens.widgets.palette import INK, SOFT_INK
from kiosk.screens.widgets.screen import Screen, Tools
from kiosk.session import events as ev

TOWN_COLUMNS = 4
CHOME_COLUMNS = 2
#: The button to the other way of choosing a town.
WAY_HEIGHT = 100
_LAYOUT_OF = {"number": "digits", "confirmation": "digits", "owner": "kana"}


class SearchScreen(Screen):
    """Four ways as tabs; each way one thing at a time."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, spacing=16)
        self._tabs = BoxLayout(size_hint_y=None, height=96, spacing=12)
        self._guide = Say(font_size=40, bold=True)
        self._body = BoxLayout(orientation="vertical", spacing=14)
        self._buttons: dict[QueryKind, Press] = {}
        self._built: tuple[object, ...] = ()
        self._text = ""
        self._value: Say | None = None
        self._line: Tap | None = None
        self._year: YearLine | None = None
        self._keyboard = Keyboard(tools.kanji, self._typed)
        for part in (self._tabs, self._guide, self._body):
            self.add_widget(part)

    # --- view -> widgets ----------------------------------------------------------------------

    def show(self, view: SearchView) -> None:
        if not self._buttons:
            for kind, label in view.kinds:
                button = press(label, self.teller(ev.SearchKindChosen, kind), font_size=36)
                self._buttons[kind] = button
                self._tabs.add_widget(button)
        for kind, button in self._buttons.items():
            button.kind = "chosen" if kind is view.kind else "secondary"
        self._guide.words, self._text = view.guide, view.text
        drawn = (view.map.step, view.map.labels) if view.map else None
        shape = (view.kind, view.stage, view.place, drawn)
        if shape != self._built:
            self._built = shape
            self._build(view)
        if self._value is not None:
            self._value.words = view.text + "｜" if view.text else view.hint
            self._value.color = INK if view.text else SOFT_INK
            self._value.font_size = 48 if view.text else 34
            if self._year is None or not self._year.focused:
                self._keyboard.follow(view.text)
        if self._year is not None:
            self._year.show(view.year)

    def warm(self) -> Iterator[bool]:
        return self._keyboard.warm()

    def _build(self, view: SearchView) -> None:
        self._body.clear_widgets()
        self._value = self._year = self._line = None
        if view.map is not None:
            self._build_map(view, view.map)
            return
        if view.stage in {"base", "chome"}:
            self._build_towns(view)
            return
        if view.stage == "number":
            self._build_place(view)
        line = tap(self._to_text, words=view.guide, size_hint_y=None, height=110, look="focused")
        self._line, self._value = line, Say(font_size=34, wrap=False)
        line.add_widget(self._value)
        self._body.add_widget(line)
        if view.stage in {"confirmation", "owner"}:
            self._year = YearLine(self)
            self._body.add_widget(self._year)
        self._body.add_widget(Gap())
        self._body.add_widget(self._keyboard)
        self._keyboard.begin(view.text, _LAYOUT_OF[view.stage])
        self._keyboard.offer(())

    def _build_towns(self, view: SearchView) -> None:
        base = view.stage == "base"
        columns = TOWN_COLUMNS if base else CHOME_COLUMNS
        grid = GridLayout(cols=columns, spacing=10, size_hint_y=None)
        height = 84 if base else 120
        for town in view.towns:
            grid.add_widget(
                press(
                    town.label, self.teller(ev.TownChosen, town.base, town.town), kind="key",
                    font_size=34 if base else 44, size_hint_y=None, height=height,
                )
            )  # fmt: skip
        grid.bind(minimum_height=grid.setter("height"))
        if not base:
            self._build_place(view)
        self._body.add_widget(grid)
        self._body.add_widget(Gap())
        self._add_way(view, ev.MapOpened)

    def _build_map(self, view: SearchView, drawn: MapView) -> None:
        """The map, and under it the way back to the list or on without a 丁目."""
        if drawn.step == "chome":
            self._build_place(view)
        height = CHOME_MAP_HEIGHT if drawn.step == "chome" else HEIGHT
        self._body.add_widget(MapSheet(drawn, height, partial(self._chosen, view, drawn.step)))
        self._body.add_widget(Gap())
        self._body.add_widget(Say(words=tr("screen.map.sketch"), font_size=26, color=SOFT_INK))
        for town in view.towns:
            self._body.add_widget(
                press(town.label, self.teller(ev.TownChosen, town.base, town.town),
                      size_hint_y=None, height=WAY_HEIGHT)
            )  # fmt: skip
        self._add_way(view, ev.MapClosed)

    def _chosen(self, view: SearchView, step: str, name: str) -> None:
        if step == "area":
            self.tell(ev.AreaChosen, name)
        elif step == "town":
            self.tell(ev.TownChosen, name, "")
        else:
            self.tell(ev.TownChosen, view.place, name)

    def _add_way(self, view: SearchView, event: type[ev.At]) -> None:
        if view.way:
            way = press(view.way, self.teller(event), size_hint_y=None, height=WAY_HEIGHT)
            self._body.add_widget(way)

    def _build_place(self, view: SearchView) -> None:
        row = BoxLayout(size_hint_y=None, height=96, spacing=20)
        row.add_widget(Say(words=view.place, font_size=52, bold=True, pos_hint={"center_y": 0.5}))
        row.add_widget(
            press(
                tr("screen.search.change_town"), self.teller(ev.TownChosen, "", ""),
                size_hint_x=None, width=300, font_size=34,
            )
        )  # fmt: skip
        self._body.add_widget(row)

    # --- touches ------------------------------------------------------------------------------

    def _typed(self, text: str) -> None:
        if self._year is not None and self._year.focused:
            self._year.typed(text)
        else:
            self.tell(ev.SearchTextEdited, text)

    def _to_text(self) -> None:
        if self._year is not None and self._line is not None:
            self._year.leave()
            self._line.look = "focused"
            stage = str(self._built[1])
            self._keyboard.begin(self._text, _LAYOUT_OF[stage])

    def to_year(self, typed: str) -> None:
        """The year's digits are typed now."""
        if self._line is not None:
            self._line.look = "plain"
        self._keyboard.begin(typed, "digits", ("digits",))

    def forget(self) -> None:
        self._keyboard.forget()
        self._body.clear_widgets()
        self._tabs.clear_widgets()
        self._buttons.clear()
        self._built, self._text = (), ""
        self._value = self._year = self._line = None


class YearLine(BoxLayout):
    """Era and year, of which the session only knows the Western year."""

    def __init__(self, screen: SearchScreen) -> None:
        super().__init__(orientation="vertical", size_hint_y=None, height=200, spacing=12)
        self._screen = screen
        self._era = "reiwa"
        self._digits = ""
        self.focused = False
        top = BoxLayout(size_hint_y=None, height=90, spacing=12)
        self._box = tap(self._enter, words=tr("screen.search.year"), orientation="horizontal")
        label = tr("screen.search.year")
        self._box.add_widget(Say(words=label, font_size=32, color=SOFT_INK, size_hint_x=0.5))
        self._said = Say(font_size=42, bold=True, wrap=False)
        self._box.add_widget(self._said)
        top.add_widget(self._box)
        clear = press(
            tr("screen.search.year_clear"), self._clear, kind="quiet", font_size=30,
            size_hint_x=None, width=200,
        )  # fmt: skip
        top.add_widget(clear)
        self.add_widget(top)
        eras = BoxLayout(size_hint_y=None, height=84, spacing=12)
        self._eras = {
            era: press(tr(f"screen.search.era.{era}"), partial(self._choose, era))
            for era in ERA_KEYS
        }
        for button in self._eras.values():
            eras.add_widget(button)
        self.add_widget(eras)

    def _enter(self) -> None:
        self.focused = True
        self._screen.to_year(self._digits)
        self._draw()

    def leave(self) -> None:
        self.focused = False
        self._draw()

    def typed(self, text: str) -> None:
        self._digits = "".join(ch for ch in text if ch in "0123456789")[:4]
        if self._digits != text:
            self._screen.to_year(self._digits)
        self._tell()

    def _choose(self, era: str) -> None:
        self._era = era
        if not self.focused:
            self._enter()
        self._tell()

    def _clear(self) -> None:
        self._digits = ""
        if self.focused:
            self._screen.to_year("")
        self._tell()

    def _tell(self) -> None:
        year = western_year(self._era, int(self._digits)) if self._digits else None
        self._screen.tell(ev.YearChosen, year)
        self._draw()

    def show(self, year: int | None) -> None:
        """The session's year; one that a choice of the results set has no digits here yet."""
        if year is not None and not self._digits:
            self._era, self._digits = "western", str(year)
        self._draw()

    def _draw(self) -> None:
        for era, button in self._eras.items():
            button.kind = "chosen" if era == self._era else "secondary"
        era = tr(f"screen.search.era.{self._era}")
        unit = tr("screen.search.year_unit")
        self._said.words = f"{era} {self._digits}{unit}" if self._digits else ""
        self._box.look = "focused" if self.focused else "plain"
