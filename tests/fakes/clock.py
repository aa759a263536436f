"""A clock that moves only when it is told to, or when somebody sleeps on it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

#: 2026-04-01 09:00 Japan time: the first morning of a fiscal year.
START = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)


class FakeClock:
    """``ports.Clock``; safe to share between threads."""

    def __init__(self, start: datetime = START, monotonic: float = 1000.0) -> None:
        self._lock = threading.Lock()
        self._now = start
        self._monotonic = monotonic
        self.slept: list[float] = []

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def monotonic(self) -> float:
        with self._lock:
            return self._monotonic

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)
            self._monotonic += seconds

    def set_wall(self, now: datetime) -> None:
        """The wall clock is put right or wrong; monotonic time does not move."""
        with self._lock:
            self._now = now
