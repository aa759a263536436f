"""What every screen is: a body that shows a view, tells events, and forgets when it is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kivy.uix.boxlayout import BoxLayout

from kiosk.domain.ports import KanaKanji, PostalCodes
from kiosk.session import events as ev

Dispatch = Callable[[ev.At], None]


@dataclass(frozen=True, slots=True)
class Tools:
    """What screens may use besides their view."""

    dispatch: Dispatch
    kanji: KanaKanji
    postal: PostalCodes
    now: Callable[[], float] = time.monotonic


class Screen(BoxLayout):
    """One phase's body. ``show`` is called after each change while the screen is up."""

    def __init__(self, tools: Tools, **options: Any) -> None:
        options.setdefault("orientation", "vertical")
        options.setdefault("padding", (40, 12, 40, 12))
        options.setdefault("spacing", 20)
        super().__init__(**options)
        self.tools = tools

    def show(self, view: Any) -> None:
        """Bring the body up to date with its view model."""
        raise NotImplementedError

    def warm(self) -> Iterator[bool]:
        """Make ready, one piece a step, what takes long to make and says nothing of anybody."""
        yield from ()

    def forget(self) -> None:
        """Drop everything a visitor typed or saw. Called when the screen is left."""
        self.clear_widgets()

    def tell(self, event: type[ev.At], *values: object) -> None:
        """Dispatch an event of this moment."""
        self.tools.dispatch(event(self.tools.now(), *values))

    def teller(self, event: type[ev.At], *values: object) -> Callable[[], None]:
        return lambda: self.tell(event, *values)
