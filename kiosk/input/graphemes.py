"""Characters as people count them: a base and the selector or mark that belongs to it."""

from __future__ import annotations

import unicodedata


def _belongs(ch: str) -> bool:
    return (
        0xFE00 <= ord(ch) <= 0xFE0F
        or 0xE0100 <= ord(ch) <= 0xE01EF
        or unicodedata.combining(ch) != 0
    )


def graphemes(text: str) -> list[str]:
    cut: list[str] = []
    for ch in text:
        if cut and _belongs(ch):
            cut[-1] += ch
        else:
            cut.append(ch)
    return cut


def without_last(text: str) -> str:
    """``text`` without its last character, selectors and marks going with it."""
    return "".join(graphemes(text)[:-1])
