"""The server's greeting, asked once for all checks that compare something with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.domain.ports import Clock, SectionServer, ServerFault, ServerHello


@dataclass(frozen=True, slots=True)
class Heard:
    """``at`` is the terminal's wall clock in the middle of the call; ``took_s`` its length."""

    answer: ServerHello | ServerFault
    at: datetime
    took_s: float


class Greeting:
    """Says hello at the first question and keeps the answer for this one self-test."""

    def __init__(self, server: SectionServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._heard: Heard | None = None

    def heard(self) -> Heard:
        if self._heard is None:
            before, since = self._clock.now(), self._clock.monotonic()
            answer = self._server.hello()
            took = self._clock.monotonic() - since
            # Half of the wall clock's own step: a clock that is set meanwhile shows as wrong.
            at = before + (self._clock.now() - before) / 2
            self._heard = Heard(answer, at, took)
        return self._heard

    def hello(self) -> ServerHello | None:
        """None when the server was not heard or did not accept this terminal."""
        answer = self.heard().answer
        return answer if isinstance(answer, ServerHello) else None
