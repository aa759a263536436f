"""Breaking Japanese lines (禁則処理): Kivy breaks anywhere, people do not.

Rules after JIS X 4051: what may not begin a line is taken down with its neighbour, what may not end
one is taken along; a number or Latin word stays whole when it fits on a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

NOT_FIRST = frozenset(
    "、。，．・：；？！ー々ゝゞヽヾ）〕］｝〉》」』】’”ぁぃぅぇぉっゃゅょァィゥェォッャュョヶ%％,.!?)]}〜～"
)
#: A phrase longer than this share of a line is not kept whole: the line before would be ragged.
LONGEST_PHRASE = 0.5
#: After these, お or ご before a kanji begins a word (お取りください, ご案内) and ends none.
PARTICLES = frozenset("をへにがはのでともや")
HONORIFICS = frozenset("おご")
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
    pieces = list(_fitting(glyphs, width, advance))  # none of them longer than half a line
    lines = _filled(pieces, width, advance)
    narrowest, widest = width / 2, width
    while len(lines) > 1 and widest - narrowest > width / 40:
        middle = (narrowest + widest) / 2
        if len(_filled(pieces, middle, advance)) == len(lines):
            widest = middle
        else:
            narrowest = middle
    return _filled(pieces, widest, advance)


def _phrases(glyphs: list[str]) -> list[list[str]]:
    """Runs that are likely to be read as one."""
    following = dict(enumerate(glyphs[1:]))
    polite = {
        at for at, glyph in enumerate(glyphs)
        if glyph in HONORIFICS and at in following and _script(following[at]) == "kanji"
    }  # fmt: skip
    phrases: list[list[str]] = []
    for at, glyph in enumerate(glyphs):
        before = glyphs[at - 1] if at else ""
        begins = not at or (at in polite and before in PARTICLES)
        if begins or not (
            at - 1 in polite or _joined(before, glyph) or _one_word(before, glyph)
        ):  # fmt: skip
            phrases.append([])
        phrases[-1].append(glyph)
    return phrases


def _fitting(
    glyphs: list[str], width: float, advance: Callable[[str], float]
) -> Iterator[list[str]]:
    """Phrases; one that would fill most of a line is cut where 禁則 allows."""
    for phrase in _phrases(glyphs):
        if sum(map(advance, phrase)) <= width * LONGEST_PHRASE:
            yield phrase
        else:
            yield from _pieces(phrase, _joined)


def break_lines(glyphs: list[str], width: float, advance: Callable[[str], float]) -> list[str]:
    """Lines no wider than ``width`` where that is possible at all; the text's own breaks stay."""
    return _filled(_fitting(glyphs, width, advance), width, advance)


def _filled(
    pieces: Iterable[list[str]], width: float, advance: Callable[[str], float]
) -> list[str]:
    """Line after line, each filled with as many pieces as it takes."""
    lines: list[str] = []
    line, used = "", 0.0
    for piece in pieces:
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
