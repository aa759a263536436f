"""The session that lives: events in, one step at a time, effects out. One thread owns it.

Screens read ``session`` and are told of each change; the lanes post from their own threads through
whatever brings an event to the owning thread (Kivy's clock, or a queue in tests).
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

from kiosk.domain.card import SignInMethod
from kiosk.session.effects import Effect
from kiosk.session.events import At
from kiosk.session.machine import Step, boot, step
from kiosk.session.state import WARN_AFTER_S, Session

log = logging.getLogger("kiosk.session.terminal")

Changed = Callable[[Session, Session], None]


class Performer(Protocol):
    """The runner, as the terminal sees it."""

    def observe(self, session: Session) -> None: ...
    def perform(self, effect: Effect) -> None: ...


class Terminal:
    """``changed(before, after)`` is called after each step that changed anything."""

    def __init__(self, runner: Performer, changed: Changed = lambda _before, _after: None) -> None:
        self._runner = runner
        self._changed = changed
        self._events: deque[At] = deque()
        self._busy = False
        self.session = Session()

    def start(
        self, t: float, seed: str | None = None, warn_after_s: float = WARN_AFTER_S,
        methods: tuple[SignInMethod, ...] = (SignInMethod.STAFF_ID,),
    ) -> None:  # fmt: skip
        """Boot: greet the server. ``seed`` is given by tests only; the rest: see boot."""
        self._take(boot(t, seed, warn_after_s, methods))

    def dispatch(self, event: At) -> None:
        """One event, on the owning thread. Events that a listener dispatches wait their turn."""
        self._events.append(event)
        if self._busy:
            return
        self._busy = True
        try:
            while self._events:
                self._take(step(self.session, self._events.popleft()))
        finally:
            self._busy = False

    def _take(self, taken: Step) -> None:
        before, (self.session, effects) = self.session, taken
        if before.phase is not self.session.phase:
            log.info("phase %s -> %s", before.phase.value, self.session.phase.value)
        self._runner.observe(self.session)
        for effect in effects:
            self._runner.perform(effect)
        if self.session != before:
            self._changed(before, self.session)
