"""Confirmation numbers folded for reading: width, kanji numerals, eras however they are written.

The same is done to what is recorded and to what is typed; what is shown stays as it was.
"""

from __future__ import annotations

import re

from admin.ledger.folding import dashes, glyphs, plain
from kiosk.domain.recorded_dates import kanji_number

_NUMERALS = "〇零一二三四五六七八九十百千"
#: 大字 of deeds and old ledgers: 第壱弐参号. Other glyphs of the same were folded before.
FORMAL_GLYPHS = "壱壹弌弐貳弍参參弎肆伍陸漆捌玖拾佰阡仟"
FORMAL = str.maketrans(FORMAL_GLYPHS, "一一一二二二三三三四五六七八九十百千千")
_FORMAL_RUN = re.compile(rf"[{FORMAL_GLYPHS}{_NUMERALS}]+")
#: Numerals count where a number can stand, never in a name: 三田建築 keeps its 三.
_KANJI_RUN = re.compile(
    rf"(?<![^\s第号年度月日変更の和成昭正平令大回0-9a-z.,:(/-])[{_NUMERALS}]+"
    r"(?=$|[\s第号年度月日変の回).,/-])"
    rf"|[{_NUMERALS}]+(?=号(?!室|棟|館))"
)
_ERA_WORDS = (
    (re.compile("れいわ|レイワ"), "令和"),
    (re.compile("へいせい|ヘイセイ"), "平成"),
    (re.compile("しょうわ|ショウワ|しようわ"), "昭和"),
    (re.compile("たいしょう|タイショウ"), "大正"),
)
_ERA_GAP = re.compile(r"(令和|平成|昭和|大正|(?<![^\W\d_])[rhst令平昭大])[\s.]+(?=[0-9元])")
_YEAR_GAP = re.compile(r"(?<=[0-9元])\s+(?=年)|(?<=年)\s+(?=度)")


def _digits(run: re.Match[str]) -> str:
    return str(kanji_number(run.group()))


def number_fold(text: str) -> str:
    """``平成十五年第百二十三号`` -> ``平成15年第123号``; full width and ``平成 15 年`` as well."""
    flat = dashes(plain(text))
    flat = _FORMAL_RUN.sub(lambda run: run.group().translate(FORMAL), flat)
    for word, era in _ERA_WORDS:
        flat = word.sub(era, flat)
    flat = _KANJI_RUN.sub(_digits, glyphs(flat)).strip()
    return _YEAR_GAP.sub("", _ERA_GAP.sub(r"\1", flat)).replace("江戸川区", "江戸川")
