"""Addresses in Latin letters, as cards and foreign lists write them: 1-4-1 Chuo, Edogawa-ku, Tokyo.

Hepburn without long vowels: Chūō, Chuo and Chuou are one. Only a text that holds a town of the ward
and a number is taken for an address; anything else stays what it was.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from kiosk.domain.towns import ward_towns

_TABLE = (
    "ア:a イ:i ウ:u エ:e オ:o カ:ka キ:ki ク:ku ケ:ke コ:ko サ:sa シ:shi ス:su セ:se ソ:so "
    "タ:ta チ:chi ツ:tsu テ:te ト:to ナ:na ニ:ni ヌ:nu ネ:ne ノ:no ハ:ha ヒ:hi フ:fu ヘ:he "
    "ホ:ho マ:ma ミ:mi ム:mu メ:me モ:mo ヤ:ya ユ:yu ヨ:yo ラ:ra リ:ri ル:ru レ:re ロ:ro ワ:wa "
    "ン:n ガ:ga ギ:gi グ:gu ゲ:ge ゴ:go ザ:za ジ:ji ズ:zu ゼ:ze ゾ:zo ダ:da ヂ:ji ヅ:zu デ:de "
    "ド:do バ:ba ビ:bi ブ:bu ベ:be ボ:bo パ:pa ピ:pi プ:pu ペ:pe ポ:po チョ:cho チュ:chu "
    "シュ:shu ショ:sho シャ:sha チャ:cha ジュ:ju ジョ:jo キョ:kyo"
)
_SYLLABLES = dict(pair.split(":") for pair in _TABLE.split())
#: Marks of a long vowel: Chūō, Chûô.
_LONG_MARKS = "\u0304\u0302"
_NUMBERS = re.compile(r"[0-9]+(?:\s*-\s*[0-9]+)*")
_CHOME = re.compile(r"([0-9]+)\s*-?\s*ch[oō]u?me\b[\s,-]*")
_AROUND = re.compile(
    r"\b(?:japan|tokyo(?:-to)?|edogawa(?:\s*-?\s*ku|\s+city|\s+ward)|[0-9]{3}-[0-9]{4})\b"
)
_LETTER = re.compile("[a-zA-Zａ-ｚＡ-Ｚ]")
_LATIN = re.compile(r"[\x20-\x7e]+")


def _long(said: str) -> str:
    """Long vowels short, as most people write them."""
    for long, short in (("ou", "o"), ("oo", "o"), ("oh", "o"), ("uu", "u"), ("mb", "nb")):
        said = said.replace(long, short)
    return said


def _of_kana(kana: str) -> str:
    said, at = "", 0
    while at < len(kana):
        if kana[at] == "ッ":
            at += 1
            said += _SYLLABLES.get(kana[at : at + 1], "")[:1]
            continue
        size = 2 if kana[at : at + 2] in _SYLLABLES else 1
        said += _SYLLABLES.get(kana[at : at + size], "")
        at += size
    return _long(said)


@functools.lru_cache(maxsize=1)
def _towns() -> dict[str, str]:
    towns: dict[str, str] = {}
    for town in ward_towns():
        said = _of_kana(town.kana)
        stem = said.removesuffix("cho").removesuffix("machi")
        for one in (said, *((stem, stem + "cho", stem + "machi") if stem != said else ())):
            if one:
                towns.setdefault(one, town.base)
    return towns


def from_romaji(text: str) -> str:
    """The address in Japanese, or the text itself where it is none in Latin letters."""
    if not _LETTER.search(text):
        return text
    flat = "".join(one for one in unicodedata.normalize("NFKD", text) if one not in _LONG_MARKS)
    if not _LATIN.fullmatch(flat):
        return text
    flat = _AROUND.sub(" ", flat.lower())
    chome = _CHOME.search(flat)
    flat = _CHOME.sub(" ", flat)
    numbers = _NUMBERS.search(flat)
    town = _town(re.findall(r"[a-z']+", flat))
    if town is None or not (numbers or chome):
        return text
    said = "".join(numbers.group().split()) if numbers else ""
    return f"{town}{chome[1] + '丁目' if chome else ''}{said}"


def _town(words: list[str]) -> str | None:
    """The longest run of words that is a town: nishi kasai, nishikasai, rinkai cho."""
    for size in (3, 2, 1):
        for at in range(len(words) - size + 1):
            town = _towns().get(_long("".join(words[at : at + size]).replace("'", "")))
            if town is not None:
                return town
    return None
