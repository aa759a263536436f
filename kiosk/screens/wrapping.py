"""Breaking Japanese lines (禁則処理): Kivy breaks anywhere, people do not.

Rules after JIS X 4051: what may not begin a line is taken down with its neighbour, what may not end
one is taken along; a number or Latin word stays whole when it fits on a line.
"""

from __future__ import annotations

from collections.abc import Callable

NOT_FIRST = frozenset(
    "、。，．・：；？！ー々ゝゞヽヾ）〕］｝〉》」』】’”ぁぃぅぇぉっゃゅょァィゥェォッャュョヶ%％,.!?)]}〜～"
)
NOT_LAST = frozenset("（〔［｛〈《「『【‘“([{〒￥¥")


def _joined(before: str, after: str) -> bool:
    """Whether a line may not break between these two characters."""
    if after[0] in NOT_FIRST or before[-1] in NOT_LAST:
        return True
    word = before.isascii() and after.isascii() and before != " " and after != " "
    return (
        word and (before.isalnum() or before in "-/.,:") and (after.isalnum() or after in "-/.,:")
    )


def _pieces(glyphs: list[str]) -> list[list[str]]:
    """Runs that must stay together."""
    pieces: list[list[str]] = []
    for glyph in glyphs:
        if pieces and _joined(pieces[-1][-1], glyph):
            pieces[-1].append(glyph)
        else:
            pieces.append([glyph])
    return pieces


def balanced_lines(glyphs: list[str], width: float, advance: Callable[[str], float]) -> list[str]:
    """As ``break_lines``, but of about equal length, for centred text: no lonely last word."""
    lines = break_lines(glyphs, width, advance)
    narrowest, widest = width / 2, width
    while len(lines) > 1 and widest - narrowest > width / 40:
        middle = (narrowest + widest) / 2
        if len(break_lines(glyphs, middle, advance)) == len(lines):
            widest = middle
        else:
            narrowest = middle
    return break_lines(glyphs, widest, advance)


def break_lines(glyphs: list[str], width: float, advance: Callable[[str], float]) -> list[str]:
    """Lines no wider than ``width`` where that is possible at all; the text's own breaks stay."""
    lines: list[str] = []
    line, used = "", 0.0
    for piece in _pieces(glyphs):
        if piece == ["\n"]:
            lines.append(line)
            line, used = "", 0.0
            continue
        size = sum(map(advance, piece))
        if line and used + size > width:
            lines.append(line.rstrip(" "))
            line, used = "", 0.0
        for glyph in piece:
            step = advance(glyph)
            if line and used + step > width:  # a piece longer than a line: break it anywhere
                lines.append(line)
                line, used = "", 0.0
            line, used = line + glyph, used + step
    return [*lines, line]
