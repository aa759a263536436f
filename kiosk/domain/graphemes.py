"""Characters as people count them: a base with the selector or the marks that belong to it."""

from __future__ import annotations

import unicodedata


def is_selector(ch: str) -> bool:
    """VS1..VS16 and the ideographic selectors VS17..VS256."""
    return 0xFE00 <= ord(ch) <= 0xFE0F or 0xE0100 <= ord(ch) <= 0xE01EF


def graphemes(text: str) -> list[str]:
    """``text`` in pieces that are one glyph each: 葛 U+E0100 is one, か U+3099 is one."""
    cut: list[str] = []
    for ch in text:
        if cut and (is_selector(ch) or unicodedata.category(ch) in {"Mn", "Me"}):
            cut[-1] += ch
        else:
            cut.append(ch)
    return cut


def without_last(text: str) -> str:
    """``text`` without its last character, selectors and marks going with it."""
    return "".join(graphemes(text)[:-1])
