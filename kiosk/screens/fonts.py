"""The screen's fonts: BIZ UDPGothic, and another one for each glyph that it lacks."""

from __future__ import annotations

import functools
from pathlib import Path

from fontTools.ttLib import TTFont
from kivy.core.text import LabelBase
from kivy.utils import escape_markup

from kiosk.domain.graphemes import graphemes, is_selector

UI = "ui"
FALLBACK = "rare"
_FOLDERS = (Path("/usr/share/fonts/truetype"), Path("/usr/local/share/fonts"))
_FILES = {
    "regular": "bizud-gothic/BIZUDPGothic-Regular.ttf",
    "bold": "bizud-gothic/BIZUDPGothic-Bold.ttf",
    "rare": "ipamj/ipamjm.ttf",
}


class FontsMissingError(RuntimeError):
    """A font package is not installed; the message names it."""


def _file(name: str) -> Path:
    for folder in _FOLDERS:
        path = folder / _FILES[name]
        if path.exists():
            return path
    raise FontsMissingError(
        f"フォント {_FILES[name]} がありません。"
        "fonts-morisawa-bizud-gothic と fonts-ipamj-mincho を入れてください。"
    )


def register() -> None:
    """Make the fonts known to Kivy, also under its default's name."""
    regular, bold = str(_file("regular")), str(_file("bold"))
    for name in (UI, "Roboto"):
        LabelBase.register(name, regular, fn_bold=bold)
    LabelBase.register(FALLBACK, str(_file("rare")))


@functools.lru_cache(maxsize=1)
def _ui_glyphs() -> tuple[frozenset[int], frozenset[tuple[int, int]]]:
    """Code points and (base, selector) pairs of the UI font."""
    with TTFont(_file("regular"), lazy=True) as font:
        points = frozenset(font.getBestCmap())
        pairs: set[tuple[int, int]] = set()
        for table in font["cmap"].tables:
            if table.format == 14:
                for selector, entries in table.uvsDict.items():
                    pairs.update((base, selector) for base, _ in entries)
    return points, frozenset(pairs)


def _plain(text: str) -> bool:
    """Whether every character is one that the UI font surely has (Windows-31J)."""
    try:
        text.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


def in_ui_font(glyph: str) -> bool:
    if _plain(glyph):
        return True
    points, pairs = _ui_glyphs()
    if len(glyph) == 2 and is_selector(glyph[1]):
        return (ord(glyph[0]), ord(glyph[1])) in pairs
    return all(ord(ch) in points for ch in glyph)


def marked(text: str) -> str:
    """``text`` as Kivy markup: escaped, rare glyphs in the fallback font."""
    if _plain(text):
        return str(escape_markup(text))
    parts: list[str] = []
    for glyph in graphemes(text):
        plain = str(escape_markup(glyph))
        parts.append(plain if in_ui_font(glyph) else f"[font={FALLBACK}]{plain}[/font]")
    return "".join(parts)
