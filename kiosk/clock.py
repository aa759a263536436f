"""The real clock: wall time in UTC, monotonic seconds, and sleep."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """``ports.Clock`` of a running terminal."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))
