"""Staff open the terminal: number, PIN, and what they did to the printer."""

from __future__ import annotations

from functools import partial

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout

from kiosk.screens.present.terminal import SignInView
from kiosk.screens.strings import tr
from kiosk.screens.widgets.kit import Gap, Press, Say, Tap, press, tap
from kiosk.screens.widgets.palette import SOFT_INK
from kiosk.screens.widgets.screen import Screen, Tools
from kiosk.session import events as ev

MAX_STAFF_ID = 40
MAX_PIN = 12
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
        for name in self._typed:
            self._add_line(name)
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
        self.add_widget(line)

    def _keys(self) -> None:
        keys = BoxLayout(orientation="vertical", spacing=8, size_hint_y=None, height=5 * 100)
        for row in _LETTERS:
            line = GridLayout(cols=len(row), spacing=8)
            for letter in row:
                line.add_widget(
                    press(letter, partial(self._type, letter), kind="key", font_size=42)
                )
            keys.add_widget(line)
        foot = BoxLayout(spacing=8)
        foot.add_widget(press(tr("screen.keyboard.clear"), self._clear, kind="quiet"))
        foot.add_widget(press(tr("screen.keyboard.erase"), self._erase, kind="quiet"))
        keys.add_widget(foot)
        self.add_widget(keys)
        menu = press(tr("screen.sign_in.menu"), self._menu, size_hint_y=None, height=100)
        self.add_widget(menu)

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
            mark = "☑" if self._power_cycled else "☐"
            self._tick.words = f"{mark} {tr('screen.sign_in.power_cycle')}"
            self._tick.kind = "chosen" if self._power_cycled else "secondary"

    # --- the screen's side --------------------------------------------------------------------

    def show(self, view: SignInView) -> None:
        self._public.words, self._words.words = view.public, view.words
        if view.power_cycle and self._tick is None:
            self._tick = press(view.power_cycle, self._toggle)
            self._cycle.add_widget(self._tick)
            self._cycle.height = 100
        elif not view.power_cycle and self._tick is not None:
            self._cycle.clear_widgets()
            self._cycle.height, self._tick, self._power_cycled = 0, None, False
        self._draw()

    def primary(self) -> None:
        """端末をひらく."""
        self._sign_in(menu=False)

    def _menu(self) -> None:
        """係員メニュー: opens the terminal too, after the menu."""
        self._sign_in(menu=True)

    def _sign_in(self, menu: bool) -> None:
        """What was typed leaves the screen at once."""
        staff_id, pin = self._typed["staff_id"], self._typed["pin"]
        if not staff_id or not pin:
            self._to("pin" if staff_id else "staff_id")
            return
        self._typed["pin"] = ""
        self._draw()
        self.tell(ev.StaffSignIn, staff_id, pin, self._power_cycled, menu)

    def forget(self) -> None:
        self._typed = {"staff_id": "", "pin": ""}
        self._focus, self._power_cycled = "staff_id", False
        self._draw()
