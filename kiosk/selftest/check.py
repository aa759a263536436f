"""What a check is: one question, one finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kiosk.domain.checks import CheckCode, CheckName


@dataclass(frozen=True, slots=True)
class Finding:
    """``code`` None: all is well. ``detail`` is for the log and staff: never personal, and short
    enough for one line."""

    code: CheckCode | None = None
    detail: str = ""

    @property
    def ok(self) -> bool:
        return self.code is None


class Check(Protocol):
    """One check. It may take time and may raise: the suite bounds it and makes both a failure."""

    @property
    def name(self) -> CheckName: ...

    def run(self) -> Finding: ...
