"""The applicant's items, and the keyboard they are typed on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kivy.uix.boxlayout import BoxLayout

from kiosk.domain.applicant import ApplicantKind
from kiosk.screens.present.applicant import ApplicantView, FieldView
from kiosk.screens.strings import tr
from kiosk.screens.widgets.keyboard import Keyboard
from kiosk.screens.widgets.kit import Gap, Press, Say, Tap, press
from kiosk.screens.widgets.palette import GREEN, INK, RED, SOFT_INK
from kiosk.screens.widgets.screen import Screen, Tools
from kiosk.session import events as ev

LINE_HEIGHT = 104
#: A value longer than this is shown smaller, so that its end, where one types, stays visible.
LONG_VALUE = 20


class FieldLine(Tap):
    """Label, value, and under it the hint or what is wrong."""

    def __init__(self, name: str) -> None:
        super().__init__(
            orientation="horizontal", size_hint_y=None, height=LINE_HEIGHT, padding=(20, 6, 20, 6)
        )
        self.name = name
        self._label = Say(font_size=32, bold=True, size_hint_x=None, width=180)
        self._label.pos_hint = {"center_y": 0.5}
        right = BoxLayout(orientation="vertical")
        self._value = Say(font_size=40, wrap=False, size_hint_y=0.56, shorten=True, line_height=1.0)
        self._value.shorten_from = "left"
        self._value.bind(size=lambda label, size: setattr(label, "text_size", size))
        self._under = Say(
            font_size=28, wrap=False, size_hint_y=0.44, color=SOFT_INK, line_height=1.0
        )
        self._under.bind(size=lambda label, size: setattr(label, "text_size", size))
        right.add_widget(self._value)
        right.add_widget(self._under)
        self.add_widget(self._label)
        self.add_widget(right)

    def show(self, view: FieldView) -> None:
        self.words = view.label
        self._label.words = view.label
        self._value.font_size = 40 if len(view.value) <= LONG_VALUE else 30
        self._value.words = view.value + ("｜" if view.focused else "")
        self._under.words = view.fault or ("✓" if view.good else view.hint)
        self._under.color = RED if view.fault else (GREEN if view.good else SOFT_INK)
        self._value.color = INK
        self.look = "faulty" if view.fault else ("focused" if view.focused else "plain")


class ApplicantScreen(Screen):
    """個人 or 法人, the items of either, one keyboard."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, spacing=12)
        self._kinds = BoxLayout(size_hint_y=None, height=84, spacing=16)
        self._lines = BoxLayout(orientation="vertical", spacing=8, size_hint_y=None)
        self._lines.bind(minimum_height=self._lines.setter("height"))
        self._keyboard = Keyboard(tools.kanji, self._typed)
        self._fields: dict[str, FieldLine] = {}
        self._buttons: dict[ApplicantKind, Press] = {}
        self._view: ApplicantView | None = None
        self._focus = ""
        self._filled = ""  # the address that the postal code put there
        for part in (self._kinds, self._lines, Gap(), self._keyboard):
            self.add_widget(part)

    # --- view -> widgets ----------------------------------------------------------------------

    def show(self, view: ApplicantView) -> None:
        self._view = view
        if not self._buttons:
            self._make_kinds(view)
        for kind, button in self._buttons.items():
            button.kind = "chosen" if kind is view.kind else "secondary"
        names = [line.name for line in view.fields]
        if names != list(self._fields):
            self._make_lines(names)
        for line in view.fields:
            self._fields[line.name].show(line)
        self._show_keyboard(view)

    def warm(self) -> Iterator[bool]:
        return self._keyboard.warm()

    def _make_kinds(self, view: ApplicantView) -> None:
        self._kinds.add_widget(Say(words=view.kind_words, font_size=34, pos_hint={"center_y": 0.5}))
        for kind, label in view.kinds:
            button = press(label, self.teller(ev.KindChosen, kind), size_hint_x=0.45)
            self._buttons[kind] = button
            self._kinds.add_widget(button)

    def _make_lines(self, names: list[str]) -> None:
        self._lines.clear_widgets()
        self._fields.clear()
        for name in names:
            line = FieldLine(name)
            line.bind(on_release=lambda area: self.tell(ev.FieldFocused, area.name))
            self._fields[name] = line
            self._lines.add_widget(line)

    def _value(self, name: str) -> str:
        lines = self._view.fields if self._view else ()
        return next((line.value for line in lines if line.name == name), "")

    def _show_keyboard(self, view: ApplicantView) -> None:
        layouts = (
            ("digits",) if view.keyboard == "digits" else ("kana", "latin", "digits", "symbols")
        )
        if view.focus != self._focus:
            self._focus = view.focus
            self._keyboard.begin(self._value(view.focus), view.keyboard, layouts)
        else:
            self._keyboard.follow(self._value(view.focus))
        self._keyboard.offer(self._extra(view))

    def _extra(self, view: ApplicantView) -> tuple[tuple[str, Callable[[], None]], ...]:
        """Buttons over the keys: addresses of the postal code, 株式会社, the next item."""
        found: list[tuple[str, Callable[[], None]]] = []
        if view.focus == "corporation_name":
            company = tr("screen.keyboard.company")
            found.append((company, lambda: self._put(self._value("corporation_name") + company)))
        if view.focus in {"postal_code", "address"} and not self._value("address"):
            for address in self.tools.postal.addresses(self._value("postal_code"))[:2]:
                found.append((address, self._address(address)))
        names = [line.name for line in view.fields]
        if view.focus != names[-1]:
            following = names[names.index(view.focus) + 1]
            found.append(
                (tr("screen.applicant.next_field"), self.teller(ev.FieldFocused, following))
            )
        return tuple(found)

    # --- touches ------------------------------------------------------------------------------

    def _put(self, text: str) -> None:
        self.tell(ev.FieldEdited, self._focus, text)

    def _address(self, address: str) -> Callable[[], None]:
        def use() -> None:
            self.tell(ev.FieldEdited, "address", address)
            self.tell(ev.FieldFocused, "address")

        return use

    def _typed(self, text: str) -> None:
        name = self._focus
        self._put(text)
        # An address that somebody typed is theirs; one that a code filled in follows the code.
        if name == "postal_code" and self._value("address") in {"", self._filled}:
            found = self.tools.postal.addresses(text)
            if len(found) == 1:
                self._filled = found[0]
                self.tell(ev.FieldEdited, "address", found[0])

    def forget(self) -> None:
        self._view, self._focus, self._filled = None, "", ""
        self._keyboard.forget()
        self._lines.clear_widgets()
        self._fields.clear()
        self._kinds.clear_widgets()
        self._buttons.clear()
