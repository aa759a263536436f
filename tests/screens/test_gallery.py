"""Every screen in every state that looks different: drawn, photographed, and measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kiosk.session.state import Overlay, Phase, Session
from tests.factories.sessions import GALLERY
from tests.screens.glass import Glass

PICTURES = Path(__file__).resolve().parents[2] / "out" / "pictures"


def test_every_phase_and_overlay_has_a_picture() -> None:
    assert {session.phase for session in GALLERY.values()} == set(Phase)
    assert {session.overlay for session in GALLERY.values()} == set(Overlay)


def _walk(widget: Any) -> Iterator[Any]:
    yield widget
    for child in widget.children:
        yield from _walk(child)


def _cut_off(glass: Glass) -> list[str]:
    """Sentences that are wider or higher than the place they stand in, or off the glass."""
    from kivy.core.window import Window
    from kivy.uix.label import Label

    found = []
    for widget in _walk(glass.host):
        words = str(getattr(widget, "words", ""))
        if not isinstance(widget, Label) or not words or widget.opacity == 0:
            continue
        width, height = widget.texture_size
        if width > widget.width + 1 or height > widget.height + 1:
            found.append(f"{words} {width}x{height} in {widget.width:.0f}x{widget.height:.0f}")
        left, bottom = widget.to_window(widget.x, widget.y)
        right, top = widget.to_window(widget.right, widget.top)
        scrolled = _in_scroll(widget)
        inside = left >= -1 and bottom >= -1 and right <= Window.width + 1
        if not scrolled and not (inside and top <= Window.height + 1):
            found.append(f"{words} off the glass at {left:.0f},{bottom:.0f} {right:.0f},{top:.0f}")
    return found


def _in_scroll(widget: Any) -> bool:
    from kivy.uix.scrollview import ScrollView

    parent = widget.parent
    while parent is not None and parent is not widget.get_root_window():
        if isinstance(parent, ScrollView):
            return True
        parent = parent.parent
    return False


def _run_over(glass: Glass) -> list[str]:
    """Parts of the screen that stand outside the room between title and bottom bar."""
    body = glass.host._body
    screen = body.children[0]
    return [
        f"{type(part).__name__} {getattr(part, 'words', '')} {part.y:.0f}..{part.top:.0f}"
        for part in screen.children
        if part.height > 1 and (part.top > body.top + 1 or part.y < body.y - 1)
    ]


def _covered(glass: Glass) -> list[str]:
    """Pairs of buttons that lie over each other on one layer."""
    from kivy.uix.behaviors import ButtonBehavior

    boxes = []
    for widget in _walk(glass.host._body):
        if isinstance(widget, ButtonBehavior) and widget.width > 1:
            left, bottom = widget.to_window(widget.x, widget.y)
            right, top = widget.to_window(widget.right, widget.top)
            boxes.append((str(widget.words), left, bottom, right, top))
    found = []
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            apart = (
                one[3] <= other[1] + 1 or other[3] <= one[1] + 1
                or one[4] <= other[2] + 1 or other[4] <= one[2] + 1
            )  # fmt: skip
            if not apart:
                found.append(f"{one[0]} over {other[0]}")
    return found


@pytest.mark.parametrize("name", GALLERY)
def test_screen(glass: Glass, name: str) -> None:
    """Nothing is cut off, nothing lies over a button, and the picture is not empty."""
    session: Session = GALLERY[name]
    glass.show(Session())
    glass.show(session)
    glass.frames(4)
    path = glass.picture(PICTURES / f"screen-{name}.png")
    with Image.open(path) as picture:
        assert picture.size == (1080, 1920)
        assert len(picture.convert("L").getcolors() or []) > 8
    assert _cut_off(glass) == []
    assert _covered(glass) == []
    assert _run_over(glass) == []


def test_the_measure_finds_what_is_cut_off(glass: Glass) -> None:
    """The check above must be able to fail."""
    glass.show(GALLERY["attract"])
    from kiosk.screens.widgets.kit import Say

    glass.host._body.children[0].add_widget(
        Say(words="はみ出す" * 40, wrap=False, size_hint=(None, None), width=100)
    )
    glass.frames()
    assert _cut_off(glass) != []
    glass.host._screens.pop(Phase.ATTRACT)
    glass.show(Session())
