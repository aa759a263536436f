"""Breaking Japanese lines (禁則処理): Kivy breaks anywhere, people do not.

Rules after JIS X 4051: what may not begin a line is taken down with its neighbour, what may not end
one is taken along; a number or Latin word stays whole when it fits on a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

NOT_FIRST = frozenset(
    "、。，．・：；？！ー々ゝゞヽヾ）〕］｝〉》」』】’”ぁぃぅぇぉっゃゅょァィゥェォッャュョヶ%％,.!?)]}〜～"
)
#: A phrase longer than this share of a line is not kept whole: the line before would be ragged.
LONGEST_PHRASE = 0.5
NOT_LAST = frozenset("（〔［｛〈《「『【‘“([{〒￥¥")


def _joined(before: str, after: str) -> bool:
    """Whether a line may not break between these two characters."""
    if after[0] in NOT_FIRST or before[-1] in NOT_LAST:
        return True
    word = before.isascii() and after.isascii() and before != " " and after != " "
    return (
        word and (before.isalnum() or before in "-/.,:") and (after.isalnum() or after in "-/.,:")
    )


def _script(glyph: str) -> str:
    """kanji, katakana, hiragana, or "" for what belongs to no word."""
    point = ord(glyph[0])
    if 0x3041 <= point <= 0x3096:
        return "hiragana"
    if 0x30A1 <= point <= 0x30FA or glyph[0] == "ー":
        return "katakana"
    kanji = 0x3400 <= point <= 0x9FFF or 0xF900 <= point <= 0xFAFF or point >= 0x20000
    return "kanji" if kanji or glyph[0] in "々ヶ〇" else ""


def _one_word(before: str, after: str) -> bool:
    """Whether two characters are likely of one phrase (文節): a word with its endings."""
    first, second = _script(before), _script(after)
    return bool(first and second) and (second == "hiragana" or first == second)


def _pieces(glyphs: list[str], joined: Callable[[str, str], bool]) -> list[list[str]]:
    """Runs that must stay together."""
    pieces: list[list[str]] = []
    for glyph in glyphs:
        if pieces and joined(pieces[-1][-1], glyph):
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


def _fitting(
    glyphs: list[str], width: float, advance: Callable[[str], float]
) -> Iterator[list[str]]:
    """Phrases; one that would fill most of a line is cut where 禁則 allows."""
    for phrase in _pieces(glyphs, lambda a, b: _joined(a, b) or _one_word(a, b)):
        if sum(map(advance, phrase)) <= width * LONGEST_PHRASE:
            yield phrase
        else:
            yield from _pieces(phrase, _joined)


def break_lines(glyphs: list[str], width: float, advance: Callable[[str], float]) -> list[str]:
    """Lines no wider than ``width`` where that is possible at all; the text's own breaks stay."""
    lines: list[str] = []
    line, used = "", 0.0
    for piece in _fitting(glyphs, width, advance):
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
