"""Staff open the terminal: number, PIN, and what they did to the printer."""

from __future__ import annotations

from functools import partial

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout

from kiosk.screens.present.terminal import SignInView
from kiosk.screens.strings import tr
from kiosk.screens.widgets.kit import Gap, Panel, Press, Say, Tap, press, tap
from kiosk.screens.widgets.palette import BLUE, GREEN, NAVY, PALE, PALE_GREEN, SOFT_INK
from kiosk.screens.widgets.screen import Screen, Tools
from kiosk.session import events as ev

MAX_STAFF_ID = 40
MAX_PIN = 12
_KEY_HEIGHT = 94
_LETTERS = ("1234567890", "qwertyuiop", "asdfghjkl-", "zxcvbnm_.")


class SignInScreen(Screen):
    """The PIN is shown as dots and leaves with the press of 端末をひらく."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._typed = {"staff_id": "", "pin": ""}
        self._focus = "staff_id"
        self._power_cycled = False
        self._public = Say(font_size=34, color=SOFT_INK)
        self._words = Say(font_size=38, bold=True)
        self._lines: dict[str, tuple[Tap, Say]] = {}
        self._tick: Press | None = None
        self.add_widget(self._public)
        self.add_widget(self._words)
        self._by_id, self._insertion = True, 0
        self._card_ready = False
        self._card = Panel(size_hint_y=None, padding=24, face=PALE, edge=BLUE)
        self._card.bind(minimum_height=self._card.setter("height"))
        self._card_words = Say(font_size=36, bold=True, halign="center", color=NAVY)
        self._card.add_widget(self._card_words)
        self._top = BoxLayout(orientation="vertical", spacing=20, size_hint_y=None)
        self._top.bind(minimum_height=self._top.setter("height"))
        self.add_widget(self._top)
        for name in self._typed:
            self._add_line(name)
        self.add_widget(self._lines["pin"][0])
        self._cycle = BoxLayout(size_hint_y=None, height=0)
        self.add_widget(self._cycle)
        self._keys()
        self.add_widget(Gap())

    def _add_line(self, name: str) -> None:
        label = tr(f"screen.sign_in.{name}")
        line = tap(
            lambda: self._to(name), words=label, orientation="horizontal",
            size_hint_y=None, height=100,
        )  # fmt: skip
        line.add_widget(Say(words=label, font_size=32, size_hint_x=0.3, color=SOFT_INK))
        value = Say(font_size=44, bold=True)
        line.add_widget(value)
        self._lines[name] = (line, value)

    def _keys(self) -> None:
        """Digits, letters where a staff ID is typed, and what takes typing back."""
        self._letters = BoxLayout(orientation="vertical", spacing=8, size_hint_y=None, height=0)
        foot = BoxLayout(spacing=8, size_hint_y=None, height=_KEY_HEIGHT)
        foot.add_widget(press(tr("screen.keyboard.clear"), self._clear, kind="quiet"))
        foot.add_widget(press(tr("screen.keyboard.erase"), self._erase, kind="quiet"))
        keys = BoxLayout(orientation="vertical", spacing=8, size_hint_y=None)
        keys.bind(minimum_height=keys.setter("height"))
        for part in (self._row(_LETTERS[0]), self._letters, foot):
            keys.add_widget(part)
        self.add_widget(keys)
        menu = press(tr("screen.sign_in.menu"), self._menu, size_hint_y=None, height=100)
        self.add_widget(menu)

    def _row(self, letters: str) -> GridLayout:
        line = GridLayout(cols=len(letters), spacing=8, size_hint_y=None, height=_KEY_HEIGHT)
        for letter in letters:
            line.add_widget(press(letter, partial(self._type, letter), kind="key", font_size=42))
        return line

    # --- typing -------------------------------------------------------------------------------

    def _to(self, name: str) -> None:
        self._focus = name
        self._draw()

    def _type(self, key: str) -> None:
        limit = MAX_PIN if self._focus == "pin" else MAX_STAFF_ID
        self._typed[self._focus] = (self._typed[self._focus] + key)[:limit]
        self._draw()

    def _erase(self) -> None:
        self._typed[self._focus] = self._typed[self._focus][:-1]
        self._draw()

    def _clear(self) -> None:
        self._typed[self._focus] = ""
        self._draw()

    def _toggle(self) -> None:
        self._power_cycled = not self._power_cycled
        self._draw()

    def _draw(self) -> None:
        for name, (line, value) in self._lines.items():
            typed = self._typed[name]
            value.words = "●" * len(typed) if name == "pin" else typed
            line.look = "focused" if name == self._focus else "plain"
        if self._tick is not None:
            mark = "✓" if self._power_cycled else "□"
            self._tick.words = f"{mark} {tr('screen.sign_in.power_cycle')}"
            self._tick.kind = "chosen" if self._power_cycled else "secondary"

    # --- the screen's side --------------------------------------------------------------------

    def show(self, view: SignInView) -> None:
        self._public.words, self._words.words = view.public, view.words
        self._show_card(view)
        if view.power_cycle and self._tick is None:
            self._tick = press(view.power_cycle, self._toggle)
            self._cycle.add_widget(self._tick)
            self._cycle.height = 100
        elif not view.power_cycle and self._tick is not None:
            self._cycle.clear_widgets()
            self._cycle.height, self._tick, self._power_cycled = 0, None, False
        self._draw()

    def _show_card(self, view: SignInView) -> None:
        """A card that comes or goes takes what was typed for the one before with it."""
        if view.insertion != self._insertion:
            self._typed = {"staff_id": "", "pin": ""}
            self._focus = "pin" if view.card_ready else "staff_id"
        self._by_id = view.by_id
        self._insertion, self._card_ready = view.insertion, view.card_ready
        self._card_words.words = view.card
        look = (PALE_GREEN, GREEN) if view.card_ready else (PALE, BLUE)
        self._card.face, self._card.edge = look
        wanted = [self._card] if view.card else []
        wanted += [self._lines["staff_id"][0]] if view.by_id else []
        if self._top.children[::-1] != wanted:
            self._top.clear_widgets()
            for widget in wanted:
                self._top.add_widget(widget)
        if not view.by_id:
            self._focus = "pin"
        if bool(self._letters.children) is not view.by_id:
            self._letters.clear_widgets()
            for row in _LETTERS[1:] if view.by_id else ():
                self._letters.add_widget(self._row(row))
            count = len(self._letters.children)
            self._letters.height = count * (_KEY_HEIGHT + 8) - 8 if count else 0

    def primary(self) -> None:
        """端末をひらく."""
        self._sign_in(menu=False)

    def _menu(self) -> None:
        """係員メニュー: opens the terminal too, after the menu."""
        self._sign_in(menu=True)

    def _sign_in(self, menu: bool) -> None:
        """What was typed leaves the screen at once."""
        staff_id, pin = self._typed["staff_id"], self._typed["pin"]
        if self._card_ready and pin:
            self._typed["pin"] = ""
            self._draw()
            self.tell(ev.StaffCardSignIn, pin, self._power_cycled, menu)
            return
        if not staff_id or not pin:
            self._to("pin" if staff_id or not self._by_id else "staff_id")
            return
        self._typed["pin"] = ""
        self._draw()
        self.tell(ev.StaffSignIn, staff_id, pin, self._power_cycled, menu)

    def forget(self) -> None:
        self._typed = {"staff_id": "", "pin": ""}
        self._focus, self._power_cycled = "staff_id", False
        self._draw()
