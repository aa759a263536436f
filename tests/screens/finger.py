"""A finger on the glass: it finds what is written, comes down there, and lets go.

It knows nothing of the session: it reads widgets' ``words``, takes the middle of the one that is
meant, and sends the window a raw press and release. What is covered, disabled or off the glass
fails, as it would under a hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kivy.core.window import Window
from kivy.uix.behaviors import ButtonBehavior


class NotTouchableError(AssertionError):
    """Nothing with these words can be touched now; the message says why."""


def _walk(widget: Any) -> Iterator[Any]:
    yield widget
    for child in widget.children:
        yield from _walk(child)


def written() -> list[str]:
    """All sentences on the glass, for ``see`` and for messages."""
    found = []
    for root in Window.children:
        for widget in _walk(root):
            words = getattr(widget, "words", "")
            if words and widget.opacity > 0:
                found.append(str(words))
    return found


def sees(words: str) -> bool:
    """Whether ``words`` stand in some sentence on the glass."""
    return any(words in sentence for sentence in written())


def _middle(widget: Any) -> tuple[float, float]:
    """Window coordinates (pixels, from the bottom left) of the middle of a widget."""
    x, y = widget.to_window(widget.center_x, widget.center_y)
    return float(x), float(y)


def _holds(widget: Any, x: float, y: float) -> bool:
    inner = widget.to_widget(x, y)
    return bool(widget.collide_point(*inner))


def top_at(x: float, y: float) -> Any:
    """What a finger at this place would mean: the topmost button or blocking area."""

    def search(widget: Any) -> Any:
        for child in widget.children:  # the first child lies on top
            found = search(child)
            if found is not None:
                return found
        takes = isinstance(widget, ButtonBehavior) or getattr(widget, "blocks", False)
        return widget if takes and widget.opacity > 0 and _holds(widget, x, y) else None

    for root in Window.children:
        found = search(root)
        if found is not None:
            return found
    return None


def _buttons(words: str, exact: bool) -> list[Any]:
    found = []
    for root in Window.children:
        for widget in _walk(root):
            if isinstance(widget, ButtonBehavior):
                said = str(getattr(widget, "words", ""))
                if said == words or (not exact and words in said):
                    found.append(widget)
    return found


def place_of(words: str, *, exact: bool = True, nth: int = 0) -> tuple[float, float]:
    """Where to touch what is written. Raises NotTouchableError."""
    found = _buttons(words, exact)
    if len(found) <= nth:
        raise NotTouchableError(f"「{words}」 is not on the glass: {written()}")
    # Walked front to back, last child first: put into reading order.
    widget = sorted(found, key=lambda one: (-_middle(one)[1], _middle(one)[0]))[nth]
    if widget.disabled:
        raise NotTouchableError(f"「{words}」 is disabled")
    x, y = _middle(widget)
    if not (0 <= x < Window.width and 0 <= y < Window.height):
        raise NotTouchableError(f"「{words}」 is off the glass at {x:.0f},{y:.0f}")
    top = top_at(x, y)
    if top is not widget:
        raise NotTouchableError(f"「{words}」 is covered by {type(top).__name__}")
    return x, y


def down(x: float, y: float) -> None:
    Window.dispatch("on_mouse_down", x, Window.height - y, "left", [])


def up(x: float, y: float) -> None:
    Window.dispatch("on_mouse_move", x, Window.height - y, [])
    Window.dispatch("on_mouse_up", x, Window.height - y, "left", [])
