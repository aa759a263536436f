"""What frames every screen: top bar, steps, a sentence, the bottom buttons, and the overlay."""

from __future__ import annotations

from collections.abc import Callable

from kivy.graphics import Color, Rectangle
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout

from kiosk.domain.printer import PrinterReason
from kiosk.screens.present.frame import STEPS, Frame
from kiosk.screens.present.issue import OverlayView
from kiosk.screens.strings import tr
from kiosk.screens.widgets.kit import Gap, Panel, Press, Say, press
from kiosk.screens.widgets.palette import (
    AMBER,
    BLUE,
    LINE,
    NAVY,
    PALE,
    SOFT_INK,
    WHITE,
    Rgba,
)
from kiosk.screens.widgets.screen import Tools
from kiosk.session import events as ev
from kiosk.session.state import Phase, Session

TOP_HEIGHT = 96
STEPS_HEIGHT = 78
BOTTOM_HEIGHT = 168


class Ground(BoxLayout):
    """A row on a colour."""

    def __init__(self, colour: Rgba, **options: object) -> None:
        super().__init__(**options)
        with self.canvas.before:
            Color(*colour)
            self._rect = Rectangle()
        self.bind(pos=self._draw, size=self._draw)

    def _draw(self, *_: object) -> None:
        self._rect.pos, self._rect.size = self.pos, self.size


def printer_words(session: Session) -> str:
    """The printer in three words, for everybody."""
    status = session.facts.printer
    if session.phase is Phase.SORRY:
        return ""  # what was last heard of it is older than what has just happened
    if status is None:
        return tr("screen.printer.unknown") if session.facts.opened else ""
    if not status.ready:
        return tr("screen.printer.not_ready")
    low = PrinterReason.MEDIA_LOW in status.reasons
    return tr("screen.printer.low" if low else "screen.printer.ready")


class TopBar(Ground):
    def __init__(self) -> None:
        super().__init__(NAVY, size_hint_y=None, height=TOP_HEIGHT, padding=(40, 0, 40, 0))
        middle = {"center_y": 0.5}
        self._name = Say(
            words=f"{tr('screen.section')}　{tr('screen.service')}", font_size=31, bold=True,
            color=WHITE, pos_hint=middle, size_hint_x=0.7,
        )  # fmt: skip
        self._printer = Say(
            font_size=26, color=WHITE, halign="right", pos_hint=middle, size_hint_x=0.34
        )
        self.add_widget(self._name)
        self.add_widget(self._printer)

    def show(self, session: Session) -> None:
        self._printer.words = printer_words(session)


class Steps(Ground):
    """Five steps and where one is."""

    def __init__(self) -> None:
        super().__init__(PALE, size_hint_y=None, height=0, padding=(30, 12, 30, 12), spacing=10)
        self._step = 0
        self._marks: list[tuple[Panel, Say]] = []

    def show(self, step: int) -> None:
        if step == self._step:
            return
        self._step = step
        self.height = STEPS_HEIGHT if step else 0
        if not step:
            self.clear_widgets()
            return
        if not self._marks:
            self._marks = [self._mark(number) for number in range(1, STEPS + 1)]
        for number, (mark, words) in enumerate(self._marks, 1):
            here = number == step
            mark.face = BLUE if here else (WHITE if number > step else LINE)
            mark.edge = BLUE if here else LINE
            words.bold, words.color = here, WHITE if here else SOFT_INK
            if mark.parent is None:
                self.add_widget(mark)

    def _mark(self, number: int) -> tuple[Panel, Say]:
        mark = Panel(padding=(4, 0, 4, 0))
        words = Say(
            words=f"{number} {tr(f'screen.step.{number}')}", font_size=28, halign="center",
            size_hint_y=1, wrap=False,
        )  # fmt: skip
        mark.add_widget(words)
        return mark, words


class NoticeBar(BoxLayout):
    """One sentence that must be seen; takes no room when there is none."""

    def __init__(self) -> None:
        super().__init__(size_hint_y=None, height=0, padding=(40, 0, 40, 0))
        self._words = ""

    def show(self, words: str) -> None:
        if words == self._words:
            return
        self._words = words
        self.clear_widgets()
        self.height = 0
        if not words:
            return
        panel = Panel(face=AMBER, edge=AMBER, padding=(28, 16, 28, 16), size_hint_y=None)
        panel.bind(minimum_height=panel.setter("height"))
        panel.add_widget(Say(words=words, font_size=36, bold=True))
        panel.bind(height=lambda _panel, height: setattr(self, "height", height + 10))
        self.add_widget(panel)


class BottomBar(Ground):
    """戻る and 中止 at the left, the way on at the right; while something is awaited it says so."""

    def __init__(self, tools: Tools, primary: Callable[[], None]) -> None:
        super().__init__(WHITE, size_hint_y=None, height=0, padding=(40, 20, 40, 28), spacing=24)
        self._tools = tools
        self._act = primary
        self._shown: tuple[object, ...] = ()

    def show(self, frame: Frame) -> None:
        wanted = (frame.back, frame.cancel, frame.primary, frame.busy, frame.primary_enabled)
        if wanted == self._shown:
            return
        self._shown = wanted
        self.clear_widgets()
        self.height = BOTTOM_HEIGHT if any(wanted[:4]) else 0
        for label, event in ((frame.back, ev.BackPressed), (frame.cancel, ev.CancelPressed)):
            if label:
                self.add_widget(self._button(label, event))
        if frame.busy:
            self.add_widget(
                Say(words=frame.busy, font_size=38, halign="center", pos_hint={"center_y": 0.5})
            )
        elif frame.primary:
            self.add_widget(
                press(
                    frame.primary, self._act, kind="primary", font_size=50,
                    disabled=not frame.primary_enabled,
                )
            )  # fmt: skip
        else:
            self.add_widget(Gap())

    def _button(self, label: str, event: type[ev.At]) -> Press:
        kind = "danger" if event is ev.CancelPressed else "secondary"
        return press(
            label, lambda: self._tools.dispatch(event(self._tools.now())), kind=kind,
            size_hint_x=None, width=200,
        )  # fmt: skip


class Overlay(FloatLayout):
    """A question over the screen. It takes every touch."""

    blocks = True

    def __init__(self, tools: Tools) -> None:
        super().__init__(size_hint=(1, 1))
        self._tools = tools
        self._shown: OverlayView | None = None
        with self.canvas.before:
            Color(0.04, 0.08, 0.14, 0.72)
            self._rect = Rectangle()
        self.bind(pos=self._draw, size=self._draw)
        self._words = Say(font_size=50, bold=True, halign="center")
        self._panel = Panel(
            size_hint=(0.86, None), pos_hint={"center_x": 0.5, "center_y": 0.5}, padding=60,
            spacing=60,
        )  # fmt: skip
        self._panel.bind(minimum_height=self._panel.setter("height"))
        self._buttons = BoxLayout(size_hint_y=None, height=170, spacing=30)
        self._panel.add_widget(self._words)
        self._panel.add_widget(self._buttons)
        place = AnchorLayout()
        place.add_widget(self._panel)
        self.add_widget(place)

    def _draw(self, *_: object) -> None:
        self._rect.pos, self._rect.size = self.pos, self.size

    def show(self, view: OverlayView) -> None:
        self._words.words = view.words
        before = self._shown
        self._shown = view
        if before is not None and (before.yes, before.no) == (view.yes, view.no):
            return
        self._buttons.clear_widgets()
        for label, event, kind in (
            (view.no, view.no_event, "secondary"),
            (view.yes, view.yes_event, view.yes_kind),
        ):
            act = self._teller(event)
            self._buttons.add_widget(press(label, act, kind=kind, font_size=46))

    def _teller(self, event: type[ev.At]) -> Callable[[], None]:
        return lambda: self._tools.dispatch(event(self._tools.now()))
