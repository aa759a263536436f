"""Runs the checks one after the other, each within its time, and makes the report's rows of them.

Unknown is not OK: a check that raises, or does not answer in time, has failed.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence

from kiosk.domain.checks import CheckCode
from kiosk.domain.ports import CheckResult, Clock
from kiosk.selftest.check import Check, Finding

log = logging.getLogger("kiosk.selftest")

#: The slowest honest check is a greeting that is tried three times at 10 s each, and its pauses.
CHECK_S = 35.0


class Suite:
    """``Parts.self_test`` of the session's runner: call it, and it answers one row a check.

    ``make`` gives fresh checks for each run, so that nothing is believed from the last one.
    """

    def __init__(
        self, make: Callable[[], Sequence[Check]], clock: Clock, limit_s: float = CHECK_S
    ) -> None:
        self._make = make
        self._clock = clock
        self._limit_s = limit_s

    def __call__(self) -> tuple[CheckResult, ...]:
        results = tuple(self._checked(check) for check in self._make())
        for line in report_lines(results):
            log.info("%s", line)
        return results

    def _checked(self, check: Check) -> CheckResult:
        begun = self._clock.monotonic()
        finding = _bounded(check, self._limit_s)
        took = int((self._clock.monotonic() - begun) * 1000)
        code = finding.code.value if finding.code else ""
        return CheckResult(check.name.value, finding.ok, code, finding.detail, took)


def _bounded(check: Check, limit_s: float) -> Finding:
    """On a thread of its own: a device that hangs must not hang the terminal's boot."""
    answers: queue.SimpleQueue[Finding] = queue.SimpleQueue()
    threading.Thread(
        target=lambda: answers.put(_finding(check)), name=f"check-{check.name}", daemon=True
    ).start()
    try:
        return answers.get(timeout=limit_s)
    except queue.Empty:
        return Finding(CheckCode.TIMED_OUT, f"{limit_s:g} s")


def _finding(check: Check) -> Finding:
    try:
        return check.run()
    except Exception as error:
        # The text of an error may hold a path or a value: its kind is enough to look for it.
        return Finding(CheckCode.RAISED, type(error).__name__)


def report_lines(results: Sequence[CheckResult]) -> list[str]:
    """The report for the terminal's own log, one line a check."""
    return [
        f"check {row.check} {'ok' if row.ok else row.code} ms={row.milliseconds}"
        + (f" ({row.detail})" if row.detail else "")
        for row in results
    ]
