"""A terminal without a window, all else real: HTTP, form and fonts, driver, simulated printer.

``python -m tests.faults.terminal.child issue|reopen CONFIG STAFF_ID PIN LOT``
``issue`` opens the terminal and issues one certificate; ``reopen`` only opens it, with the printer
power-cycled. Prints the last phase; exit 0 when it got there.
"""

from __future__ import annotations

import contextlib
import queue
import sys
import time
from collections.abc import Callable
from pathlib import Path

from kiosk.app import equip, make_parts, start_logging
from kiosk.config import Config, load_config
from kiosk.domain.query import Found
from kiosk.selftest.display import DisplaySize
from kiosk.session import events as ev
from kiosk.session.runner import Runner
from kiosk.session.state import Phase, Session
from kiosk.session.terminal import Terminal

PATIENCE_S = 60.0
PERSON = {
    "name": "見本　目印花子",
    "postal_code": "132-0021",
    "address": "東京都江戸川区中央目印1-4-1",
    "phone": "03-1234-9876",
}


class Windowless:
    """The session and its lanes; a queue stands where the window's clock is."""

    def __init__(self, config: Config) -> None:
        self._inbox: queue.SimpleQueue[ev.At] = queue.SimpleQueue()
        parts = make_parts(config, equip(config), lambda: DisplaySize(1080, 1920), lambda: None)
        self._runner = Runner(parts, self._inbox.put)
        self.terminal = Terminal(self._runner)
        self.terminal.start(time.monotonic())
        self._runner.start_heartbeat()

    @property
    def session(self) -> Session:
        return self.terminal.session

    def touch(self, event: type[ev.At], *values: object) -> None:
        self.terminal.dispatch(event(time.monotonic(), *values))

    def until(self, there: Callable[[Session], bool]) -> bool:
        """Take answers and seconds until ``there``; False when patience ends."""
        deadline, tick = time.monotonic() + PATIENCE_S, time.monotonic()
        while not there(self.session):
            if time.monotonic() > deadline:
                return False
            with contextlib.suppress(queue.Empty):
                self.terminal.dispatch(self._inbox.get(timeout=0.1))
            if time.monotonic() - tick > 1:
                tick = time.monotonic()
                self.touch(ev.Tick)
        return True

    def to(self, *phases: Phase) -> bool:
        return self.until(lambda now: now.phase in phases and not now.waiting)


def open_terminal(kiosk: Windowless, staff_id: str, pin: str, power_cycled: bool) -> bool:
    if not kiosk.to(Phase.SIGN_IN):
        return False
    kiosk.touch(ev.StaffSignIn, staff_id, pin, power_cycled)
    return kiosk.to(Phase.ATTRACT)


def issue(kiosk: Windowless, lot: str) -> bool:
    """From the first touch to the paper."""
    kiosk.touch(ev.Begin)
    kiosk.touch(ev.ConsentGiven)
    for name, text in PERSON.items():
        kiosk.touch(ev.FieldEdited, name, text)
    kiosk.touch(ev.ApplicantDone)
    if not kiosk.to(Phase.SEARCH):
        return False
    kiosk.touch(ev.SearchTextEdited, lot)
    kiosk.touch(ev.SearchPressed)
    if not kiosk.to(Phase.RESULTS):
        return False
    result = kiosk.session.visit.result if kiosk.session.visit else None
    if not isinstance(result, Found):
        return False
    certifiable = next(hit for hit in result.hits if hit.not_certifiable is None)
    kiosk.touch(ev.HitChosen, certifiable.entry_id)
    if not kiosk.to(Phase.ENTRY):
        return False
    kiosk.touch(ev.CertifyPressed)
    if not kiosk.to(Phase.PREVIEW):
        return False
    kiosk.touch(ev.PreviewAccepted)
    kiosk.touch(ev.IssuePressed)
    return kiosk.to(Phase.TAKE_PAPER)


def main(how: str, config_path: str, staff_id: str, pin: str, lot: str) -> int:
    start_logging()
    config = load_config(Path(config_path))
    if not isinstance(config, Config):
        sys.stderr.write(config.sentence)
        return 2
    kiosk = Windowless(config)
    good = open_terminal(kiosk, staff_id, pin, power_cycled=how == "reopen")
    if good and how == "issue":
        good = issue(kiosk, lot)
    sys.stdout.write(f"{kiosk.session.phase.value}\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:6]))
