"""A lane: one worker thread and the tasks that wait for it, in order.

The terminal has two of them, print and calls, besides the heartbeat's own thread and Kivy's. A
lane never dies of a task; what a task may leave behind is dropped with ``drop``.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger("kiosk.session.lanes")


@dataclass(frozen=True, slots=True)
class Task:
    """``keep`` tasks are debts (settle, end of visit): ``drop`` leaves them."""

    run: Callable[[], None]
    keep: bool = False


class Lane:
    """A daemon thread: a device that hangs does not keep the process from ending."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._tasks: deque[Task] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._working = False
        self._thread = threading.Thread(target=self._work, name=f"lane-{name}", daemon=True)
        self._thread.start()

    def submit(self, run: Callable[[], None], *, keep: bool = False) -> None:
        """Run it after everything submitted before. Nothing is accepted any more once closed."""
        with self._changed:
            if not self._closing:
                self._tasks.append(Task(run, keep))
                self._changed.notify_all()

    def drop(self) -> int:
        """Forget what has not begun and is no debt; returns how many."""
        with self._changed:
            kept = deque(task for task in self._tasks if task.keep)
            dropped = len(self._tasks) - len(kept)
            self._tasks = kept
            return dropped

    def wait_idle(self, timeout_s: float) -> bool:
        """True when nothing waits or runs; False if that takes longer than ``timeout_s``."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._tasks and not self._working, timeout_s)

    def close(self, timeout_s: float) -> bool:
        """Finish the running task and the debts, then end; False if the thread still runs."""
        with self._changed:
            self._closing = True
            self._tasks = deque(task for task in self._tasks if task.keep)
            self._changed.notify_all()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _next(self) -> Task | None:
        with self._changed:
            self._working = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: bool(self._tasks) or self._closing)
            if not self._tasks:
                return None
            self._working = True
            return self._tasks.popleft()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            try:
                task.run()
            except Exception as error:
                # A task answers its own faults; this is the last net, so that the lane lives on.
                log.error("lane %s: task failed: %s", self.name, type(error).__name__)
            del task  # its closure may hold personal data: not while the lane waits
