"""Against harvesting: who has been shown very many entries is answered slowly, and it is recorded.

Nobody looking for one building needs a thousand entries. Kept in memory: a restart forgets, which
costs a harvester nothing more than it costs the section to restart its server.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

#: Different entries shown to one application without any delay: twenty full lists.
FREE_ENTRIES = 1000
#: New entries shown at one terminal within an hour: many visitors' worth.
TERMINAL_ENTRIES = 5000
TERMINAL_WINDOW_S = 3600.0
#: Beyond that, seconds between two searches, and between two rows in the log.
SLOW_S = 5.0
LOG_EVERY_S = 60.0
#: Applications remembered; the oldest is forgotten first.
REMEMBERED = 1000

#: Code of the answer that asks for patience.
TOO_FAST = "too_fast"


@dataclass
class _Shown:
    entries: set[int] = field(default_factory=set)
    searched_at: float = 0.0


class SearchGuard:
    """One per server process; times are seconds of any clock that does not run backwards."""

    def __init__(
        self, free_entries: int = FREE_ENTRIES, terminal_entries: int = TERMINAL_ENTRIES
    ) -> None:
        self._free, self._most = free_entries, terminal_entries
        self._lock = threading.Lock()
        self._applications: OrderedDict[str, _Shown] = OrderedDict()
        self._terminals: dict[str, deque[tuple[float, int]]] = {}
        self._logged: dict[str, float] = {}

    def must_wait(self, terminal: str, application: str, now: float) -> bool:
        """Whether this search comes too soon after the one before it."""
        with self._lock:
            shown = self._applications.get(application)
            recent = self._terminals.get(terminal, deque())
            while recent and recent[0][0] < now - TERMINAL_WINDOW_S:
                recent.popleft()
            many = sum(count for _, count in recent) > self._most
            if shown is None or not (many or len(shown.entries) > self._free):
                return False
            return now - shown.searched_at < SLOW_S

    def note(self, terminal: str, application: str, entries: Iterable[int], now: float) -> None:
        """Entries of one answer."""
        with self._lock:
            shown = self._applications.setdefault(application, _Shown())
            self._applications.move_to_end(application)
            while len(self._applications) > REMEMBERED:
                self._applications.popitem(last=False)
            before = len(shown.entries)
            shown.entries.update(entries)
            shown.searched_at = now
            if new := len(shown.entries) - before:
                self._terminals.setdefault(terminal, deque()).append((now, new))

    def to_log(self, application: str, now: float) -> bool:
        """Whether the slowing is to be recorded now: once a minute, not once a try."""
        with self._lock:
            if now - self._logged.get(application, -LOG_EVERY_S) < LOG_EVERY_S:
                return False
            if len(self._logged) > REMEMBERED:
                self._logged.clear()
            self._logged[application] = now
            return True
