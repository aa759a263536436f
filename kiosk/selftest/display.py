"""The display is large enough to be read and touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.domain.checks import CheckCode, CheckName
from kiosk.selftest.check import Finding


@dataclass(frozen=True, slots=True)
class DisplaySize:
    """Pixels of the window as it is, not as it was asked for."""

    width: int
    height: int


#: Below this the smallest text of the screens, laid out for 1080 x 1920, is under 13 pixels high.
MIN_SHORT_SIDE = 720
MIN_LONG_SIDE = 1280


class DisplayCheck:
    """``size`` asks the window; None when there is none."""

    name = CheckName.DISPLAY

    def __init__(self, size: Callable[[], DisplaySize | None]) -> None:
        self._size = size

    def run(self) -> Finding:
        size = self._size()
        if size is None:
            return Finding(CheckCode.DISPLAY_UNKNOWN)
        detail = f"{size.width}x{size.height}"
        short, long = sorted((size.width, size.height))
        small = short < MIN_SHORT_SIDE or long < MIN_LONG_SIDE
        return Finding(CheckCode.DISPLAY_SMALL if small else None, detail)
