"""The terminal's clock goes with the server's."""

from __future__ import annotations

from datetime import timedelta

from kiosk.domain.checks import CheckCode, CheckName
from kiosk.domain.ports import ServerHello
from kiosk.selftest.check import Finding
from kiosk.selftest.greeting import Greeting

#: A third of what a signature may be old (wire.SIGNATURE_MAX_AGE): long before the server begins
#: to refuse this terminal's requests, staff hear of it.
MAX_OFFSET = timedelta(seconds=20)
#: A greeting that took longer says too little of what the time was when it was answered.
MAX_CALL_S = 10.0


class ClockCheck:
    """The date on the sheet is the server's; a wrong clock here refuses every request there."""

    name = CheckName.CLOCK

    def __init__(self, greeting: Greeting) -> None:
        self._greeting = greeting

    def run(self) -> Finding:
        heard = self._greeting.heard()
        if not isinstance(heard.answer, ServerHello):
            return Finding(CheckCode.CLOCK_NOT_COMPARED, heard.answer.code)
        if heard.took_s > MAX_CALL_S:
            return Finding(CheckCode.CLOCK_NOT_COMPARED, f"{heard.took_s:.0f} s")
        ahead = heard.at - heard.answer.now
        detail = f"{ahead.total_seconds():+.1f} s"
        return Finding(CheckCode.CLOCK_WRONG if abs(ahead) > MAX_OFFSET else None, detail)
