"""Setting Kivy up before any of it is imported: no settings panel, no files, no animation.

``configure`` must run first in the process; Kivy reads its environment at import.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from kiosk.screens.display import display_size
from kiosk.screens.ui_home import make_home

#: The screens are laid out in these units and scaled as a whole to the real window.
DESIGN_WIDTH = 1080
DESIGN_HEIGHT = 1920

#: Looks at the glass a second while somebody uses it, and while nobody does. A first touch is
#: noticed within 40 ms; 60 looks cost a resting terminal half as much again.
FPS = 60
RESTING_FPS = 25

_home: Path | None = None


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """``headless`` draws without a display (tests, pictures); production forces X11."""

    width: int = DESIGN_WIDTH
    height: int = DESIGN_HEIGHT
    fullscreen: bool = False
    headless: bool = False


def configure(settings: WindowSettings) -> None:
    """Prepare the environment and Kivy's configuration. Calling it twice changes nothing."""
    global _home
    if _home is not None:
        return
    _home = make_home()
    os.environ.update(
        KIVY_NO_ARGS="1",
        KIVY_HOME=str(_home),
        KIVY_NO_FILELOG="1",
        KIVY_LOG_MODE="PYTHON",  # otherwise a traceback can vanish in Kivy's own log
        KIVY_NO_ENV_CONFIG="1",
        KIVY_CLIPBOARD="dummy",  # a public terminal has no clipboard
        KIVY_AUDIO="sdl2",
        KIVY_WINDOW="sdl2",
        KIVY_TEXT="sdl2",
    )
    # Without a display SDL would fall back to drawing nowhere, with no picture and no error.
    os.environ["SDL_VIDEODRIVER"] = "offscreen" if settings.headless else "x11"
    from kivy.config import Config  # after the environment

    logging.getLogger("kivy").setLevel(logging.WARNING)

    width, height = settings.width, settings.height
    if settings.fullscreen and not settings.headless:
        # Without a window manager nobody makes a window larger: it must be born as the display.
        width, height = display_size() or (width, height)
    options = {
        "kivy": {"exit_on_escape": "0", "keyboard_mode": "", "log_level": "warning"},
        "graphics": {
            "width": str(width),
            "height": str(height),
            "position": "custom" if settings.fullscreen else "auto",
            "left": "0",
            "top": "0",
            "fullscreen": "auto" if settings.fullscreen and not settings.headless else "0",
            "borderless": "1" if settings.fullscreen else "0",
            "resizable": "0" if settings.fullscreen else "1",
            "show_cursor": "0" if settings.fullscreen else "1",
            "multisamples": "0",
            "maxfps": str(FPS),
        },
        "input": {},
    }
    for section, values in options.items():
        for key, value in values.items():
            Config.set(section, key, value)
    # One provider only: a touch that two of them report fires twice.
    for key in [key for key, _ in Config.items("input")]:
        Config.remove_option("input", key)
    Config.set("input", "mouse", "mouse,disable_multitouch")


def pace(*, resting: bool) -> None:
    """How often the glass is looked at from now on. On Kivy's thread, after ``configure``."""
    from kivy.clock import Clock

    Clock._max_fps = float(RESTING_FPS if resting else FPS)  # "maxfps" is read once, at import
