"""Addresses folded for reading: width, kana, glyphs and dashes, and what stands before the town.

Post code, prefecture, ward and 大字 say nothing to a ledger of one ward.
"""

from __future__ import annotations

import re

from admin.ledger.folding import dashes, glyphs, hiragana, plain
from admin.ledger.number_fold import FORMAL, FORMAL_GLYPHS
from admin.ledger.romaji import from_romaji

KANJI_DIGITS = "〇零一二三四五六七八九十百千"
_POSTAL = r"(?:(?:〒|郵便番号)[:\s]*[0-9]{3}-?[0-9]{4}|[0-9]{3}-[0-9]{4}(?=\D))[\s,、]*"
_PREFECTURE = r"(?:(?:東京都?|都)内?|とうきようと)"
_WARD = r"(?:江戸川区|えどがわく)(?!役所|長)"
_BEFORE_TOWN = re.compile(
    rf"(?:{_POSTAL})?(?:日本国?)?(?:{_PREFECTURE})?(?:{_WARD})?(?:大字|おおあざ)?"
)
_WARD_WITHIN = re.compile(rf"(?:{_PREFECTURE}\s*)?{_WARD}")
_TOWN_DISTRICT = re.compile(r"[\s、,]*(?:大字|おおあざ)\s*")
#: Behind a town: a 町 that it does not bear, and the 字 that it was once divided into.
_AFTER_TOWN = re.compile(
    rf"(?:町|ちよう|まち)(?=\s|$|[-0-9{KANJI_DIGITS}]|大?字)"
    rf"|\s*大?字[^-\s0-9{KANJI_DIGITS}]{{0,8}}?(?=[-\s0-9{KANJI_DIGITS}]|$)"
)
#: A part of a lot is searched as the lot.
_PARTS = re.compile(r"の?各?(?:一部|全部)|の内(?=$|\W)")
#: 大字 of deeds (壱丁目), and a thousand with its comma (2,987番).
_NUMERAL = rf"[0-9{FORMAL_GLYPHS}{KANJI_DIGITS}]"
_FORMAL_NUMERALS = re.compile(
    rf"[{FORMAL_GLYPHS}{KANJI_DIGITS}]+(?=丁目|番|号|の{_NUMERAL})"
    rf"|(?:(?<=番)|(?<=番地)|(?<=番の)|(?<=番地の)|(?<={_NUMERAL}の))"
    rf"[{FORMAL_GLYPHS}{KANJI_DIGITS}]+(?=$|[-\s番号の(、,])"
)
_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9]{3}番)")
_DOTS = re.compile(r"(?<=[0-9])\s*\.\s*(?=[0-9])")
_UNITS = re.compile(r"番|号|[0-9]\s*-\s*[0-9]")
_SEPARATORS = re.compile(rf"(?<=[0-9{KANJI_DIGITS}目])\s*[・/_、,]\s*(?=[0-9{KANJI_DIGITS}])")
_SPACES = re.compile(r"\s+")


def original_length(flat: str, squeezed: int) -> int:
    """Length in ``flat`` that holds the first ``squeezed`` characters which are not spaces."""
    position = 0
    while squeezed and position < len(flat):
        squeezed -= not flat[position].isspace()
        position += 1
    return position


def prefix_length(flat: str) -> int:
    """How much of folded text stands before the town. 江戸川 alone is a town of the ward."""
    squeezed = _SPACES.sub("", flat)
    match = _BEFORE_TOWN.match(squeezed)
    return original_length(flat, match.end() if match else 0)


def _folded(text: str) -> str:
    flat = glyphs(hiragana(dashes(plain(text))))
    flat = _FORMAL_NUMERALS.sub(lambda run: run.group().translate(FORMAL), _COMMA.sub("", flat))
    return _DOTS.sub("-", _PARTS.sub("", flat)).strip()


def address_fold(text: str) -> str:
    """Everything folded; what stands before the town dropped."""
    flat = _folded(text)
    return flat[prefix_length(flat) :].strip()


def _separated(flat: str) -> str:
    """中央1・4・1, 1、4、1, 1/4/1: what stands for dashes where no dash and no unit is."""
    return flat if _UNITS.search(flat) else _SEPARATORS.sub("-", flat)


def asked_fold(text: str) -> tuple[str, str]:
    """As ``address_fold`` for what somebody typed, and the words before a ward named within.

    見本商店 江戸川区中央1-4 -> (中央1-4, 見本商店).
    """
    flat = _separated(_folded(from_romaji(text)))
    within = _WARD_WITHIN.search(flat)
    if within is None:
        return flat[prefix_length(flat) :].strip(), ""
    before = flat[: within.start()]
    said = "" if prefix_length(before) == len(before) else before.strip()
    rest = flat[within.end() :].strip()
    district = _TOWN_DISTRICT.match(rest)
    return rest[district.end() if district else 0 :].strip(), said


def skip_after_town(flat: str) -> str:
    """What follows a town, from its numbers on."""
    while match := _AFTER_TOWN.match(flat):
        flat = flat[match.end() :]
    return flat
