"""The kana keyboard's letters and what ゛゜小 does to them. Pure."""

from __future__ import annotations

#: Columns as people know them from banks' machines, each from top to bottom.
COLUMNS: tuple[str, ...] = (
    "あいうえお", "かきくけこ", "さしすせそ", "たちつてと", "なにぬねの",
    "はひふへほ", "まみむめも", "や　ゆ　よ", "らりるれろ", "わをんー・",
)  # fmt: skip
LATIN = ("ABCDEFGHIJ", "KLMNOPQRST", "UVWXYZ.-&'", "abcdefghij", "klmnopqrst", "uvwxyz　,／")
DIGITS = ("123", "456", "789", "－0　")
SYMBOLS = ("ー－・、。（）「」々", "＆／．，：〇〆ヶ＃＊", "①②③④⑤ⅠⅡⅢ㈱㈲")

_CYCLES = (
    "かが", "きぎ", "くぐ", "けげ", "こご", "さざ", "しじ", "すず", "せぜ", "そぞ", "ただ", "ちぢ",
    "つっづ", "てで", "とど", "はばぱ", "ひびぴ", "ふぶぷ", "へべぺ", "ほぼぽ", "あぁ", "いぃ",
    "うぅゔ", "えぇ", "おぉ", "やゃ", "ゆゅ", "よょ", "わゎ",
)  # fmt: skip
_NEXT = {
    letter: cycle[(place + 1) % len(cycle)]
    for cycle in _CYCLES
    for place, letter in enumerate(cycle)
}


def marked_kana(letter: str) -> str:
    """The next form of a letter: か→が→か, は→ば→ぱ→は, つ→っ→づ→つ; others unchanged."""
    return _NEXT.get(letter, letter)


def katakana(text: str) -> str:
    return "".join(chr(ord(ch) + 0x60) if "ぁ" <= ch <= "ゖ" else ch for ch in text)


def is_kana(ch: str) -> bool:
    return "ぁ" <= ch <= "ゖ" or ch == "ー"
