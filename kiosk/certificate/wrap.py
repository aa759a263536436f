"""Line breaking for Japanese text: what may not begin or end a line (行頭・行末禁則).

Source: JIS X 4051:2004 4.3 and "Requirements for Japanese Text Layout" (W3C), 3.1.7 and 3.1.8.
"""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.certificate.fonts import Glyph

NOT_FIRST = frozenset(
    "、。，．・：；？！゛゜´｀¨ヽヾゝゞ々ー―‐’”）〕］｝〉》」』】〙〗°′″℃％‰㎡㎥"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ,.:;?!)]}%"
)
NOT_LAST = frozenset("‘“（〔［｛〈《「『【〘〖￥＄第([{")
_WORD = frozenset(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#&'*+,-./:;=@_~"
    "０１２３４５６７８９，．－"
)
_DIGITS = frozenset("0123456789０１２３４５６７８９")
_COUNTERS = frozenset("番号丁条項年月日階回目地戸棟台平㎡")  # stay with the number before them

_LAST_LINE = 3  # characters at least, so that no 会社 or 。 stands alone


def gap_count(line: Sequence[Glyph]) -> int:
    """Places where letter spacing opens a line: none within a number (第 10 回, not 第 1 0 回)."""
    return sum(not glued(line, i) for i in range(len(line) - 1))


def glued(line: Sequence[Glyph], i: int) -> bool:
    """Whether glyph ``i`` and the next are digits of one number. False for the last."""
    pair = line[i : i + 2]
    return len(pair) == 2 and all(glyph.sequence in _DIGITS for glyph in pair)


def line_width(line: Sequence[Glyph], size: float) -> float:
    """Points, without the blanks that hang at the end."""
    end = len(line)
    while end and line[end - 1].sequence.isspace():
        end -= 1
    return sum(glyph.advance for glyph in line[:end]) * size


def _may_break(before: Glyph, after: Glyph) -> bool:
    left, right = before.sequence, after.sequence
    if right.isspace() or right in NOT_FIRST or left in NOT_LAST:
        return False  # blanks hang at the end of a line
    if (left in _DIGITS and right in _COUNTERS) or (left == "番" and right in _DIGITS):
        return False  # 1234番5 is one lot
    return not (left in _WORD and right in _WORD)


def wrap(glyphs: Sequence[Glyph], size: float, width: float) -> list[list[Glyph]]:
    """The glyphs in lines of at most ``width`` points; nothing is dropped or changed.

    A word longer than a line is broken where the line is full. One or two characters are not left
    alone on the last line where the line before can spare some.
    """
    lines: list[list[Glyph]] = []
    start = 0
    while start < len(glyphs):
        end = _line_end(glyphs, start, size, width)
        lines.append(list(glyphs[start:end]))
        start = end
    if len(lines) > 1 and len(lines[-1]) < _LAST_LINE:
        _spare_some(lines, size, width)
    return lines or [[]]


def _line_end(glyphs: Sequence[Glyph], start: int, size: float, width: float) -> int:
    used = 0.0
    last_break = 0
    for i in range(start, len(glyphs)):
        if i > start and _may_break(glyphs[i - 1], glyphs[i]):
            last_break = i
        used += glyphs[i].advance * size
        if used > width + 0.001 and not glyphs[i].sequence.isspace() and i > start:
            return last_break if last_break > start else i
    return len(glyphs)


def _spare_some(lines: list[list[Glyph]], size: float, width: float) -> None:
    before, last = lines[-2], lines[-1]
    for cut in range(len(before) + len(last) - _LAST_LINE, len(before) // 2, -1):
        moved = before[cut:] + last
        if cut < len(before) and _may_break(before[cut - 1], before[cut]):
            if line_width(moved, size) <= width:
                lines[-2:] = [before[:cut], moved]
            return
