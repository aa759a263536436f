"""Folding text for search: width, kana, glyph variants, dashes. Keys only; never what is shown.

Unicode NFKC (UAX #15) unifies width and compatibility forms and leaves four things that are done
here: variation selectors, the many dashes that input methods type, small kana, glyph variants.
"""

from __future__ import annotations

import functools
import re
import unicodedata

import yaml

from kiosk.domain.assets import asset_path

#: VS1..VS16 and the ideographic selectors VS17..VS256.
_SELECTORS = dict.fromkeys([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
#: What people and input methods use as a hyphen. U+FF0D is one to NFKC already.
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−⁃﹣➖─━ーｰ〜～~"), "-")
_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_SMALL_KANA = str.maketrans("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ")

#: What every owner of the sample ledger bears in the name.
SAMPLE_MARK = "見本"
#: Words for the legal form of a company; where they stand in a name does not matter to a search.
_COMPANY = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|合名会社|\((?:株|有|同|資|名|かぶ|ゆう)\)|かぶしきがいしや|ゆうげんがいしや"
)
#: Categories that a name's key keeps: letters, digits, private use (外字).
_KEPT = ("L", "N", "Co")


@functools.lru_cache(maxsize=1)
def variant_table() -> dict[int, str]:
    """Glyph -> the glyph that stands for its group (assets/towns/variants.yaml)."""
    with asset_path("towns", "variants.yaml").open(encoding="utf-8") as source:
        groups: list[str] = yaml.safe_load(source)["groups"]
    return {ord(glyph): group[0] for group in groups for glyph in group[1:]}


@functools.lru_cache(maxsize=1)
def variant_glyphs() -> frozenset[str]:
    """Every glyph of every group."""
    table = variant_table()
    return frozenset(map(chr, table)) | frozenset(table.values())


def has_variants(text: str) -> bool:
    """Whether another glyph could stand for one of these."""
    return not variant_glyphs().isdisjoint(text)


def plain(text: str) -> str:
    """Width, case and selectors folded; glyphs stay as they are."""
    return unicodedata.normalize("NFKC", text).translate(_SELECTORS).casefold()


def glyphs(text: str) -> str:
    """Variants folded on top of what ``plain`` gave."""
    return text.translate(variant_table())


def dashes(text: str) -> str:
    return text.translate(_DASHES)


def hiragana(text: str) -> str:
    """Katakana to hiragana, small kana to large ones."""
    return text.translate(_KATAKANA).translate(_SMALL_KANA)


def _letters(text: str) -> str:
    return "".join(one for one in text if unicodedata.category(one).startswith(_KEPT))


def owner_plain(text: str) -> str:
    """A name without spaces, punctuation, long marks and the legal form; its glyphs as they are."""
    flat = hiragana(plain(text))
    return _letters(_COMPANY.sub("", flat)).replace("ー", "")


def owner_key(text: str) -> str:
    """``owner_plain`` with the glyph variants folded."""
    return glyphs(owner_plain(text))


def term(kind: str, text: str) -> str:
    """One search term: ``kind`` and what is left of ``text`` that an index keeps as one word."""
    kept = "".join(
        one
        for one in text
        if one == "/" or one.isalnum() or (ord(one) > 0x7F and not one.isspace())
    )
    return kind + kept[:100]


def grams(kind: str, key: str) -> list[str]:
    """Single characters and pairs, each once: a name is found by any piece of it."""
    pieces = dict.fromkeys(key)
    pieces.update(dict.fromkeys(key[at : at + 2] for at in range(len(key) - 1)))
    return [kind + piece for piece in pieces]


def query_grams(kind: str, key: str, limit: int = 12) -> list[str]:
    """The terms that all must be there: the one character, or pairs (at most ``limit``, spread)."""
    if len(key) == 1:
        return [kind + key]
    pairs = list(dict.fromkeys(key[at : at + 2] for at in range(len(key) - 1)))
    # A piece that every row has sorts nothing out, and its long list is what takes the time.
    pairs = [pair for pair in pairs if pair != SAMPLE_MARK] or pairs
    if len(pairs) > limit:
        pairs = [pairs[at * (len(pairs) - 1) // (limit - 1)] for at in range(limit)]
    return [kind + pair for pair in pairs]
