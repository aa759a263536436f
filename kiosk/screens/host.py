"""The window's content: bars, the present screen, what lies over it. The only door for touches.

Everything is laid out on 1080 x 1920 units and scaled as a whole to the window, so that each
terminal shows the same sheet of glass.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

from kivy.core.window import Window
from kivy.graphics import Color, Rectangle
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.scatter import Scatter

from kiosk.screens import fonts
from kiosk.screens.applicant import ApplicantScreen
from kiosk.screens.attract import AttractScreen
from kiosk.screens.bars import BottomBar, NoticeBar, Overlay, Steps, TopBar
from kiosk.screens.consent import ConsentScreen
from kiosk.screens.entry import ConfirmScreen, EntryScreen
from kiosk.screens.history import HistoryScreen
from kiosk.screens.message import EndingScreen, MessageScreen, SelfTestScreen, StaffMenuScreen
from kiosk.screens.neighbours import NeighboursScreen
from kiosk.screens.payment import PaymentScreen
from kiosk.screens.present.frame import Frame
from kiosk.screens.present.issue import overlay
from kiosk.screens.present.screens import present
from kiosk.screens.preview import PreviewScreen
from kiosk.screens.printing import PrintingScreen
from kiosk.screens.results import ResultsScreen
from kiosk.screens.search import SearchScreen
from kiosk.screens.sign_in import SignInScreen
from kiosk.screens.widgets.kit import Say
from kiosk.screens.widgets.palette import NAVY, PAPER
from kiosk.screens.widgets.screen import Screen, Tools
from kiosk.screens.window import DESIGN_HEIGHT, DESIGN_WIDTH
from kiosk.session import events as ev
from kiosk.session.state import Phase, Session

#: A finger that is still coming down from the screen before does not press on the new one.
SETTLE_S = 0.3

_SCREENS: dict[Phase, type[Screen]] = {
    Phase.STARTING: MessageScreen,
    Phase.SIGN_IN: SignInScreen,
    Phase.SELF_TEST: SelfTestScreen,
    Phase.STAFF_MENU: StaffMenuScreen,
    Phase.OUT_OF_ORDER: MessageScreen,
    Phase.CLOSED: MessageScreen,
    Phase.ATTRACT: AttractScreen,
    Phase.CONSENT: ConsentScreen,
    Phase.APPLICANT: ApplicantScreen,
    Phase.SEARCH: SearchScreen,
    Phase.RESULTS: ResultsScreen,
    Phase.ENTRY: EntryScreen,
    Phase.HISTORY: HistoryScreen,
    Phase.NEIGHBOURS: NeighboursScreen,
    Phase.PREVIEW: PreviewScreen,
    Phase.CONFIRM: ConfirmScreen,
    Phase.PAYMENT: PaymentScreen,
    Phase.PRINTING: PrintingScreen,
    Phase.TAKE_PAPER: EndingScreen,
    Phase.END: EndingScreen,
    Phase.SORRY: EndingScreen,
}


class Host(FloatLayout):
    """The window's root. ``show`` is called after every change, on Kivy's thread."""

    def __init__(self, tools: Tools) -> None:
        super().__init__()
        fonts.register()
        self.tools = tools
        self.phase: Phase | None = None
        self._entered_at = self._touched_at = float("-inf")
        self._screens: dict[Phase, Screen] = {}
        self._screen: Screen | None = None
        self._overlay: Overlay | None = None
        self._scatter = Scatter(
            size_hint=(None, None), size=(DESIGN_WIDTH, DESIGN_HEIGHT), do_rotation=False,
            do_scale=False, do_translation=False, auto_bring_to_front=False,
        )  # fmt: skip
        self._glass = FloatLayout(size=(DESIGN_WIDTH, DESIGN_HEIGHT), size_hint=(None, None))
        self._column = BoxLayout(
            orientation="vertical", size=(DESIGN_WIDTH, DESIGN_HEIGHT), size_hint=(None, None)
        )
        self._top, self._steps, self._notice = TopBar(), Steps(), NoticeBar()
        self._title = Say(
            font_size=54, bold=True, color=NAVY, padding=(40, 18, 40, 4), size_hint_y=None
        )
        self._body = BoxLayout()
        self._bottom = BottomBar(tools, self._primary)
        for part in (
            self._top, self._steps, self._title, self._notice, self._body, self._bottom
        ):  # fmt: skip
            self._column.add_widget(part)
        self._glass.add_widget(self._column)
        self._scatter.add_widget(self._glass)
        self.add_widget(self._scatter)
        with self.canvas.before:
            Color(*PAPER)
            self._ground = Rectangle()
        self.bind(size=self._fit, pos=self._fit)
        self._frame: Frame | None = None
        self._warming = self._warm()

    def _fit(self, *_: object) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size
        scale = min(self.width / DESIGN_WIDTH, self.height / DESIGN_HEIGHT)
        self._scatter.scale = scale
        self._scatter.pos = (
            self.x + (self.width - DESIGN_WIDTH * scale) / 2,
            self.y + (self.height - DESIGN_HEIGHT * scale) / 2,
        )

    # --- session -> glass ---------------------------------------------------------------------

    def show(self, session: Session) -> None:
        frame = present(session)
        self._top.show(session)
        self._lay_over(session)
        if session.phase is not self.phase:
            self._enter(session.phase)
        elif frame == self._frame:
            return  # a button that is rebuilt under a finger would lose it
        self._frame = frame
        self._steps.show(frame.step)
        self._title.words = frame.title
        self._title.opacity = 1 if frame.title else 0
        if not frame.title:
            self._title.height = 0
        self._notice.show(frame.notice)
        self._bottom.show(frame)
        if self._screen is not None:
            self._screen.show(frame.body)

    def _enter(self, phase: Phase) -> None:
        if self._screen is not None:
            self._screen.forget()
            self._screen.disabled = True
            self._body.remove_widget(self._screen)
        self.phase, self._screen = phase, self._screen_of(phase)
        self._screen.disabled = False
        self._body.add_widget(self._screen)
        self._entered_at = self.tools.now()

    def _screen_of(self, phase: Phase) -> Screen:
        if phase not in self._screens:
            self._screens[phase] = _SCREENS[phase](self.tools)
        return self._screens[phase]

    def warm(self) -> bool:
        """Make one thing ready that the first visitor would wait for; False when all is.

        Called while nobody is there: each takes up to a tenth of a second.
        """
        return next(self._warming, False)

    def _warm(self) -> Iterator[bool]:
        fonts.in_ui_font("｜")  # reads the tables of the fonts
        yield True
        self.tools.kanji.candidates("み", 1)
        yield True
        for phase in _SCREENS:
            screen = self._screen_of(phase)
            yield True
            yield from screen.warm()

    def _lay_over(self, session: Session) -> None:
        view = overlay(session)
        if view is None:
            if self._overlay is not None:
                self._glass.remove_widget(self._overlay)
                self._overlay = None
            return
        if self._overlay is None:
            self._overlay = Overlay(self.tools)
            self._glass.add_widget(self._overlay)
        self._overlay.show(view)

    def untouched_s(self) -> float:
        """Seconds since a finger came down."""
        return self.tools.now() - self._touched_at

    # --- touches ------------------------------------------------------------------------------

    def on_touch_down(self, touch: Any) -> bool:
        """Each touch says that somebody is there; then it goes to what lies on top."""
        self._touched_at = self.tools.now()
        if self.tools.now() - self._entered_at < SETTLE_S:
            return True
        taken = self._touched(touch)
        # After the widgets: what this changes must not move a button from under the finger.
        self.tools.dispatch(ev.Touched(self.tools.now()))
        return taken

    def _touched(self, touch: Any) -> bool:
        if self._overlay is not None:
            touch.push()
            touch.apply_transform_2d(self._scatter.to_local)
            self._overlay.on_touch_down(touch)
            touch.pop()
            return True
        return bool(super().on_touch_down(touch))

    def _primary(self) -> None:
        screen, frame = self._screen, self._frame
        if frame is None or not frame.primary_enabled:
            return
        if frame.primary_event is not None:
            self.tools.dispatch(frame.primary_event(self.tools.now()))
        elif isinstance(screen, SignInScreen):
            screen.primary()

    # --- the end of a visit -------------------------------------------------------------------

    def wipe(self) -> None:
        """Drop what any screen holds; the present one is drawn again from the session."""
        for screen in self._screens.values():
            if screen is not self._screen:
                screen.forget()
        gc.collect()


def build(tools: Tools) -> Host:
    """The root for ``App.build``; follows the window's size."""
    host = Host(tools)
    host.size = Window.size
    return host
