"""How large the display is, asked of X itself: SDL opens its window before it knows."""

from __future__ import annotations

import ctypes
import ctypes.util


def display_size() -> tuple[int, int] | None:
    """Pixels of the default screen of ``DISPLAY``; None where it cannot be asked.

    Source: Xlib, XOpenDisplay(3), DisplayOfScreen(3).
    """
    name = ctypes.util.find_library("X11") or "libX11.so.6"
    try:
        xlib = ctypes.CDLL(name)
    except OSError:
        return None
    xlib.XOpenDisplay.restype = ctypes.c_void_p
    xlib.XOpenDisplay.argtypes = [ctypes.c_char_p]
    for function in (xlib.XDefaultScreen, xlib.XCloseDisplay):
        function.argtypes = [ctypes.c_void_p]
    for function in (xlib.XDisplayWidth, xlib.XDisplayHeight):
        function.argtypes = [ctypes.c_void_p, ctypes.c_int]
    display = xlib.XOpenDisplay(None)
    if not display:
        return None
    screen = xlib.XDefaultScreen(display)
    size = int(xlib.XDisplayWidth(display, screen)), int(xlib.XDisplayHeight(display, screen))
    xlib.XCloseDisplay(display)
    return size if min(size) > 0 else None
