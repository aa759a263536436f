"""The terminal put together: the only place that picks its real or simulated parts."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kiosk.cards.registry import make_reader
from kiosk.certificate.check import read_marks
from kiosk.certificate.form import FormFault
from kiosk.certificate.maker import CertificateMaker
from kiosk.clock import SystemClock
from kiosk.coins.registry import make_acceptor
from kiosk.config import Config, WindowConfig
from kiosk.domain.build import build_id
from kiosk.domain.ports import (
    CardReader,
    Clock,
    CoinAcceptor,
    Printer,
    SectionServer,
    SheetMaker,
    SlipDrawer,
)
from kiosk.input.kanji import MozcKanaKanji
from kiosk.input.postal import WardPostalCodes
from kiosk.ledger_client.client import HttpSectionServer
from kiosk.ledger_client.signing import TerminalKey
from kiosk.ledger_client.wire import CONTRACT_VERSION
from kiosk.printing.raster import HEADS
from kiosk.printing.registry import make_printer
from kiosk.screens.window import WindowSettings, configure, pace
from kiosk.selftest.boot import Tested, boot_self_test
from kiosk.selftest.display import DisplaySize
from kiosk.selftest.server import Own
from kiosk.selftest.unusable_form import UnusableForm
from kiosk.session.events import At, Tick
from kiosk.session.runner import Parts, Runner
from kiosk.session.state import Phase, Session
from kiosk.session.terminal import Terminal

log = logging.getLogger("kiosk.app")

#: The machine's clock: countdowns show whole seconds.
TICK_S = 1.0
#: Between two things made ready before the first visitor comes, and when there is time for it.
WARM_S = 0.05
WARM_PHASES = frozenset({Phase.SIGN_IN, Phase.SELF_TEST, Phase.OUT_OF_ORDER, Phase.ATTRACT})
#: Nothing moves, nobody types.
RESTING_PHASES = frozenset({Phase.ATTRACT, Phase.OUT_OF_ORDER, Phase.CLOSED})
#: A frame that takes longer than this means the window hangs: the process ends and is restarted.
WATCHDOG_S = 30.0
WATCHDOG_EXIT = 70


class StartFault(RuntimeError):  # noqa: N818 - a sentence for staff, not a bug
    """The terminal cannot start; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """The parts that differ between a real terminal, a demo and a test."""

    server: SectionServer
    printer: Printer
    maker: SheetMaker
    clock: Clock
    slips: SlipDrawer | None = None
    cards: CardReader | None = None
    slip_printer: Printer | None = None  # None: slips come out of ``printer``
    acceptor: CoinAcceptor | None = None


def equip(config: Config) -> Equipment:
    """Real parts by configuration. Raises StartFault with a sentence."""
    clock = SystemClock()
    try:
        key = TerminalKey.load(config.terminal, config.key_file)
    except (OSError, ValueError) as error:
        sentence = f"端末の鍵 {config.key_file} を読めません。登録し直してください。"
        raise StartFault(sentence) from error
    try:
        printer = make_printer(config.printer, clock)
        slip_config = config.slip_printer or config.printer
        own = None if config.slip_printer is None else make_printer(slip_config, clock)
    except (OSError, ValueError) as error:
        raise StartFault(f"プリンターの設定を使えません: {error}") from error
    cards = _card_reader(config)
    acceptor = make_acceptor(config.acceptor)
    maker = CertificateMaker.load(config.form)
    if isinstance(maker, FormFault):
        log.error("form %s: %s", config.form, maker)
        unusable = UnusableForm(config.form, maker.code)
        return Equipment(_server(config, key), printer, unusable, clock, None, cards, own, acceptor)
    head = HEADS[slip_config.head]
    slips = maker.slips(head.dpi, head.paper_mm[0], HEADS[config.printer.head].dpi)
    return Equipment(_server(config, key), printer, maker, clock, slips, cards, own, acceptor)


def _card_reader(config: Config) -> CardReader | None:
    try:
        return make_reader(config.sign_in)
    except ImportError as error:
        raise StartFault(
            "カードリーダーを使うには pyscard が要ります。pip install 'daicho-kiosk[card]' を"
            "実行してから、もう一度ひらいてください。"
        ) from error
    except (OSError, ValueError) as error:
        raise StartFault(f"カードリーダーの設定を使えません: {error}") from error


def _server(config: Config, key: TerminalKey) -> HttpSectionServer:
    return HttpSectionServer(config.server_url, key, build_id())


def window_settings(window: WindowConfig, headless: bool) -> WindowSettings:
    return WindowSettings(window.width, window.height, window.fullscreen, headless)


def make_parts(
    config: Config,
    equipment: Equipment,
    display: Callable[[], DisplaySize | None],
    wipe: Callable[[], None],
) -> Parts:
    """What the session's runner works with."""
    tested = Tested(
        own=Own(config.terminal, CONTRACT_VERSION, build_id()),
        server=equipment.server,
        printer=equipment.printer,
        maker=equipment.maker,
        clock=equipment.clock,
        display=display,
        production=config.production,
        dpi=HEADS[config.printer.head].dpi,
        cards=equipment.cards,
        card_needed=config.sign_in.needs_reader,
        acceptor=equipment.acceptor,
    )
    return Parts(
        server=equipment.server,
        printer=equipment.printer,
        maker=equipment.maker,
        clock=equipment.clock,
        self_test=boot_self_test(tested),
        read_marks=read_marks,
        wipe=wipe,
        cards=equipment.cards,
        slips=equipment.slips,
        slip_printer=equipment.slip_printer,
        acceptor=equipment.acceptor,
    )


def start_logging() -> None:
    """Phases, effects, codes and times to standard error; nothing personal is ever given to it."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )  # fmt: skip
    for name in ("urllib3", "PIL", "fontTools", "kivy", "reportlab"):
        logging.getLogger(name).setLevel(logging.WARNING)


def make_app(config: Config, equipment: Equipment, *, headless: bool = False) -> Any:
    """The Kivy application, ready to ``run``. The first import of Kivy happens in here."""
    configure(window_settings(config.window, headless))
    asked_to_end = threading.Event()
    # Before Kivy imports SDL: otherwise SDL takes the signal for a closed window, which is refused.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_end.set())

    from kivy.app import App
    from kivy.clock import Clock as Frames
    from kivy.core.window import Window

    from kiosk.screens import memory
    from kiosk.screens.host import Host
    from kiosk.screens.widgets.screen import Tools

    class KioskApp(App):
        """Window, session and lanes; answers of the lanes come in through ``_inbox``."""

        title = "台帳記載事項証明書"

        def __init__(self) -> None:
            super().__init__()
            self._inbox: deque[At] = deque()
            self._drain = Frames.create_trigger(self._take, 0)
            self._last_frame = time.monotonic()
            self.terminal: Terminal
            self.host: Host
            self.printer = equipment.printer

        def build(self) -> Host:
            Window.bind(on_request_close=lambda *_a, **_k: True)
            tools = Tools(self._dispatch, MozcKanaKanji(), WardPostalCodes())
            self.host = Host(tools)
            self.runner = Runner(
                make_parts(config, equipment, self._display, self.host_wipe), self._post
            )
            self.terminal = Terminal(self.runner, self._changed)
            return self.host

        def _display(self) -> DisplaySize:
            return DisplaySize(*map(int, Window.system_size))

        def host_wipe(self) -> None:
            self.host.wipe()

        def on_start(self) -> None:
            self.terminal.start(
                equipment.clock.monotonic(), warn_after_s=config.idle_s,
                methods=config.sign_in.methods,
            )  # fmt: skip
            self.host.show(self.terminal.session)
            self.runner.start_heartbeat()
            self.runner.start_cards()
            Frames.schedule_interval(self._tick, TICK_S)
            Frames.schedule_interval(self._end_if_asked, 0.2)
            Frames.schedule_interval(self._warm, WARM_S)
            self._watch()

        def open_settings(self, *_: object) -> bool:
            """F1 opens nothing on a public terminal."""
            return False

        # --- events ---------------------------------------------------------------------------

        def _post(self, event: At) -> None:
            """From any thread: the event is taken on Kivy's, in the order it came."""
            self._inbox.append(event)
            self._drain()

        def _take(self, *_: object) -> None:
            while self._inbox:
                self.terminal.dispatch(self._inbox.popleft())

        def _dispatch(self, event: At) -> None:
            self.terminal.dispatch(event)

        def _tick(self, *_: object) -> None:
            self._last_frame = time.monotonic()
            self.terminal.dispatch(Tick(equipment.clock.monotonic()))
            memory.breathe(self.host.untouched_s())

        def _warm(self, *_: object) -> bool:
            """While staff open the terminal, or later while nobody is there; False ends it."""
            if self.host.phase not in WARM_PHASES or self.host.warm():
                return True
            if self.host.phase is not Phase.ATTRACT:
                return True  # what staff typed to open is still on the glass
            memory.settle()
            return False

        def _changed(self, before: Session, after: Session) -> None:
            if after.phase is not before.phase:
                pace(resting=after.phase in RESTING_PHASES)
            self.host.show(after)

        # --- the end --------------------------------------------------------------------------

        def _end_if_asked(self, *_: object) -> None:
            if asked_to_end.is_set():
                self.stop()

        def _watch(self) -> None:
            """A window that hangs would leave somebody's name on the glass."""

            def watch() -> None:
                while True:
                    time.sleep(1.0)
                    if time.monotonic() - self._last_frame > WATCHDOG_S:
                        log.error("the window hangs: the process ends")
                        os._exit(WATCHDOG_EXIT)

            threading.Thread(target=watch, name="watchdog", daemon=True).start()

        def on_stop(self) -> None:
            self.runner.close()
            equipment.printer.close()
            if equipment.cards is not None:
                equipment.cards.close()
            if equipment.slip_printer is not None:
                equipment.slip_printer.close()
            if equipment.acceptor is not None:
                equipment.acceptor.close()

    return KioskApp()


def run(config: Config, *, headless: bool = False) -> int:
    """Open the terminal and serve until told to stop. Returns the exit code."""
    start_logging()
    app = make_app(config, equip(config), headless=headless)
    app.run()
    return 0
