"""More kinds of sloppiness: as business lists, web pages, cards and old deeds write addresses.

Like tests.bench.sloppy seeded, and sharing nothing with the search but the ward's table of towns.
"""

from __future__ import annotations

import re
from random import Random

from tests.bench import sloppy
from tests.bench.sloppy import Premise, Writer

_FORMAL = str.maketrans("一二三四五六七八九十", "壱弐参四五六七八九拾")
_FIRST = {"東": "ひがし", "西": "にし", "南": "みなみ", "北": "きた", "中": "なか", "上": "かみ",
          "下": "しも", "本": "ほん"}  # fmt: skip
_TABLE = (
    "ア:a イ:i ウ:u エ:e オ:o カ:ka キ:ki ク:ku ケ:ke コ:ko サ:sa シ:shi ス:su セ:se ソ:so "
    "タ:ta チ:chi ツ:tsu テ:te ト:to ナ:na ニ:ni ネ:ne ノ:no ハ:ha ヒ:hi フ:fu ヘ:he ホ:ho "
    "マ:ma ミ:mi ム:mu メ:me モ:mo ヤ:ya ユ:yu ヨ:yo ラ:ra リ:ri ル:ru レ:re ロ:ro ワ:wa ン:n "
    "ガ:ga ギ:gi グ:gu ゲ:ge ゴ:go ザ:za ジ:ji ズ:zu ゼ:ze ゾ:zo ダ:da デ:de ド:do バ:ba ビ:bi "
    "ブ:bu ベ:be ボ:bo チョ:cho チュ:chu シュ:shu ショ:sho シャ:sha"
)
_HEPBURN = dict(pair.split(":") for pair in _TABLE.split())


def _latin(kana: str) -> str:
    said = re.sub("チョ|チュ|シュ|ショ|シャ|.", lambda one: _HEPBURN.get(one.group(), ""), kana)
    return said.replace("ou", "o").replace("uu", "u")


def _tail(one: Premise) -> str:
    return "-".join(map(str, one.rest))


def _latin_letters(one: Premise, dice: Random) -> str | None:
    """1-4-1 Chuo, Edogawa-ku, Tokyo."""
    if not one.kana or "ッ" in one.kana:
        return None
    town = _latin(one.kana).capitalize()
    ward = dice.choice(("Edogawa-ku, Tokyo", "Edogawa City, Tokyo", "Edogawa-ku, Tokyo, Japan"))
    return dice.choice((f"{_tail(one)} {town}, {ward}", f"Tokyo Edogawa-ku {town} {_tail(one)}"))


def _half_in_kana(one: Premise, dice: Random) -> str | None:
    """西かさい, にし葛西, りんかい町."""
    kana = one.kana.translate(sloppy.HIRAGANA)
    said = []
    first = _FIRST.get(one.base[0], "-")
    if kana.startswith(first):
        said += [one.base[0] + kana.removeprefix(first), first + one.base[1:]]
    if one.base.endswith("町") and kana.endswith("ちょう"):
        said += [kana.removesuffix("ちょう") + "町", one.base[:-1] + "ちょう"]
    return dice.choice(said) + _tail(one) if said else None


def _ward_in_kana(one: Premise, dice: Random) -> str | None:
    if not one.kana:
        return None
    ward = dice.choice(("エドガワク", "トウキョウトエドガワク"))
    said = ward + dice.choice(("", " ", "　")) + one.kana
    written = dice.choice((said, said.translate(sloppy.HIRAGANA), sloppy.half_width(said)))
    return written + dice.choice(("", " ")) + _tail(one)


def _ku_left_out(one: Premise, dice: Random) -> str:
    return dice.choice(("江戸川", "東京江戸川", "東京都江戸川")) + one.base + _tail(one)


def _tabs(one: Premise, dice: Random) -> str:
    """Cells copied from a table."""
    chome = f"{one.chome}丁目" if one.chome else ""
    gap = dice.choice(("\t", "\t\t", "　", "\u00a0"))
    return gap.join(("東京都", "江戸川区", f"{one.base}{chome}", "-".join(map(str, one.numbers))))


def _captions(one: Premise, dice: Random) -> str:
    words = ("住所：", "住所:", "所在地　", "【所在地】", "所在:", "■住所 ", "(住所)", "本店 ")
    return (
        dice.choice(words)
        + dice.choice(("東京都江戸川区", "江戸川区"))
        + sloppy.any_form(one, dice)
    )


def _postal_run_in(one: Premise, dice: Random) -> str:
    code = f"{dice.randint(132, 134)}{dice.choice(('-', '－', '‐', ''))}{dice.randint(1, 99):04}"
    return f"〒{code}東京都江戸川区{sloppy.any_form(one, dice)}"


def _formal_numerals(one: Premise, _dice: Random) -> str:
    """壱丁目弐番参号, as deeds write."""
    said = sloppy.RECORDED["all_kanji"](one).removeprefix(one.base)
    return one.base + said.translate(_FORMAL)


def _slashes(one: Premise, dice: Random) -> str:
    return one.base + dice.choice(("/", "・", "･", "_", "，", "、")).join(map(str, one.rest))


def _more_lots(one: Premise, dice: Random) -> str:
    """The first of several lots is the premise's own."""
    more = dice.choice(("、{0}番{1}", "・{0}番", ",{1}", "外{1}筆", " 他{1}筆", "、{0}番{1}の一部"))
    head = sloppy.RECORDED["chome_banchi"](one)
    return head + more.format(dice.randint(1, 40), dice.randint(2, 9))


def _old_glyphs(one: Premise, dice: Random) -> str:
    ward = dice.choice(("江戸川區", "江戶川區", "江戶川区", "東京都江戸川區"))
    return ward + sloppy.any_form(one, dice)


def _floors(one: Premise, dice: Random) -> str:
    house = dice.choice(("見本ビル", "第3見本ビル", "見本プラザ", "ＭＩＨＯＮ館", "見本第2ビル"))
    floor = dice.choice(("2・3F", "1階～3階", "B1階", "5階502", "7F 701号室", "2F-A", "(3F)"))
    return f"江戸川区{sloppy.any_form(one, dice)}{dice.choice((' ', '　'))}{house}{floor}"


def _room_with_letter(one: Premise, dice: Random) -> str:
    said = f"{one.base}{_tail(one)}"
    return said + dice.choice((" A棟203", "-B101", " #203", " 203号", " C-5", "A", " 2-203"))


def _mixed_digits(one: Premise, dice: Random) -> str | None:
    """丁目 in kanji, what follows full width, dashes of all kinds."""
    if not one.chome:
        return None
    bar = dice.choice(sloppy.DASHES)
    rest = bar.join(str(n).translate(sloppy.WIDE) for n in one.numbers)
    return f"{one.base}{sloppy.kanji(one.chome)}丁目{rest}"


def _in_front(one: Premise, dice: Random) -> str:
    """A name before the address."""
    name = dice.choice(("見本郵便局", "見本第二小学校", "株式会社見本", "見本クリニック", "見本店"))
    return f"{name}{dice.choice((' ', '　', '（', ' / '))}江戸川区{sloppy.any_form(one, dice)}"


KINDS: dict[str, Writer] = {
    "Latin letters": _latin_letters,
    "half in kana": _half_in_kana,
    "ward in kana": _ward_in_kana,
    "区 left out": _ku_left_out,
    "cells of a table": _tabs,
    "a caption before": _captions,
    "post code run in": _postal_run_in,
    "壱 弐 参": _formal_numerals,
    "slashes and dots": _slashes,
    "several lots": _more_lots,
    "old glyphs of the ward": _old_glyphs,
    "house and floors": _floors,
    "room with a letter": _room_with_letter,
    "kanji 丁目, wide numbers": _mixed_digits,
    "a name before": _in_front,
}
