"""Addresses as people and business lists really write them: seeded, and sharing nothing with the
search that it judges (only the ward's table of towns).

A premise is a town, a 丁目 and numbers. ``RECORDED`` writes it as ledgers do, ``KINDS`` as somebody
asks for it: every kind is one sort of sloppiness, drawn independently of how it was recorded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from kiosk.domain.towns import ward_towns

_KANJI = "〇一二三四五六七八九"
WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_HALF = dict(
    zip(
        "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンャュョッ",
        "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｬｭｮｯ",
        strict=True,
    )
)
_VOICED = dict(
    zip(
        "ガギグゲゴザジズゼゾダヂヅデドバビブベボ",
        "カキクケコサシスセソタチツテトハヒフヘホ",
        strict=True,
    )
)
_VOICED |= {"ヴ": "ウ"}
_P = dict(zip("パピプペポ", "ハヒフヘホ", strict=True))
DASHES = ("－", "ー", "−", "‐", "‑", "‒", "–", "—", "―", "─", "━", "ｰ", "〜", "～", "﹣")
BUILDINGS = (
    "グリーンハイツ", "第2コーポ見本", "見本ビル", "パレス小岩", "メゾン一之江 二番館", "タワーズ",
    "都営住宅5号棟", "サンライズ", "ＡＢＣビル", "ﾒｿﾞﾝ見本", "3rdビル", "見本マンション",
)  # fmt: skip
_GLYPHS = (
    ("崎", "﨑"), ("篠崎", "篠﨑"), ("葛", "葛\U000e0100"), ("島", "嶋"), ("島", "嶌"),
    ("江戸川", "江戶川"), ("区", "區"), ("鹿骨", "鹿骨\ufe00"), ("辺", "邊"), ("小松", "小枩"),
    ("西", "西\U000e0101"), ("瑞", "瑞\U000e0100"), ("興宮", "興宫"), ("船", "舩"),
    ("東", "東\ufe00"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Premise:
    """Where something stands. ``chome`` is 0 where the town has none or the ledger knew none."""

    base: str
    kana: str
    chome: int
    numbers: tuple[int, ...]

    @property
    def rest(self) -> tuple[int, ...]:
        """Every number, the 丁目 first."""
        return (self.chome, *self.numbers) if self.chome else self.numbers


def kanji(number: int) -> str:
    """1..9999 as it is read: 二千三百四十五."""
    said = ""
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十")):
        count, number = divmod(number, unit)
        said += ("" if count == 1 else _KANJI[count]) + sign if count else ""
    return said + (_KANJI[number] if number else "")


def digits_in_kanji(number: int) -> str:
    """Digit by digit: 二三四五."""
    return "".join(_KANJI[int(one)] for one in str(number))


def half_width(katakana: str) -> str:
    said = ""
    for one in katakana:
        if one in _VOICED:
            said += _HALF[_VOICED[one]] + "ﾞ"
        elif one in _P:
            said += _HALF[_P[one]] + "ﾟ"
        else:
            said += _HALF.get(one, "ｰ" if one == "ー" else one)
    return said


def premises(dice: Random) -> Iterator[Premise]:
    """Endless: places in every town; numbers with one to three parts."""
    towns = list(ward_towns())
    while True:
        town = dice.choice(towns)
        high = 40 if town.chome else 3999
        parts = dice.choice((2, 2, 2, 2, 3, 1))
        numbers = (dice.randint(1, high), *(dice.randint(1, 45) for _ in range(parts - 1)))
        yield Premise(town.base, town.kana, town.chome, numbers)


# --- as recorded --------------------------------------------------------------------------------


def _formal(one: Premise) -> str:
    """中央一丁目4番地の1: how the register writes a lot."""
    head = one.base + (f"{_KANJI[one.chome]}丁目" if one.chome else "")
    first, *more = one.numbers
    return f"{head}{first}番" + (f"地の{'の'.join(map(str, more))}" if more else "地")


def _ban(one: Premise) -> str:
    head = one.base + (f"{_KANJI[one.chome]}丁目" if one.chome else "")
    first, *more = one.numbers
    return f"{head}{first}番" + "-".join(map(str, more))


def _ban_go(one: Premise) -> str:
    """中央一丁目4番1号: 住居表示."""
    head = one.base + (f"{_KANJI[one.chome]}丁目" if one.chome else "")
    first, *more = one.numbers
    return f"{head}{first}番" + (f"{'-'.join(map(str, more))}号" if more else "")


def _hyphens(one: Premise) -> str:
    return one.base + "-".join(map(str, one.rest))


def _chome_hyphens(one: Premise) -> str:
    chome = f"{one.chome}丁目" if one.chome else ""
    return one.base + chome + "-".join(map(str, one.numbers))


def _chome_banchi(one: Premise) -> str:
    chome = f"{one.chome}丁目" if one.chome else ""
    first, *more = one.numbers
    return f"{one.base}{chome}{first}番地" + "-".join(map(str, more))


def _all_kanji(one: Premise) -> str:
    head = one.base + (f"{_KANJI[one.chome]}丁目" if one.chome else "")
    first, *more = one.numbers
    said = f"{head}{kanji(first)}番"
    return said + (f"{'の'.join(map(kanji, more))}号" if more else "地")


RECORDED: dict[str, Callable[[Premise], str]] = {
    "formal": _formal,
    "ban": _ban,
    "ban_go": _ban_go,
    "hyphens": _hyphens,
    "chome_hyphens": _chome_hyphens,
    "chome_banchi": _chome_banchi,
    "all_kanji": _all_kanji,
    "ward": lambda one: "江戸川区" + _ban(one),
    "prefecture": lambda one: "東京都江戸川区" + _hyphens(one),
    "wide": lambda one: ("江戸川区" + _chome_hyphens(one)).translate(WIDE),
    "wide_formal": lambda one: _formal(one).translate(WIDE),
    "spaced": lambda one: f"江戸川区　{_chome_banchi(one)}",
}


def recorded(one: Premise, dice: Random) -> str:
    return RECORDED[dice.choice(list(RECORDED))](one)


# --- as asked -----------------------------------------------------------------------------------

Writer = Callable[[Premise, Random], str | None]


def any_form(one: Premise, dice: Random) -> str:
    return dice.choice((_formal, _ban_go, _hyphens, _chome_hyphens, _chome_banchi))(one)


def _no_bar(one: Premise, dice: Random) -> str:
    """What is typed after somebody has seen 4の1 or 4ノ1 on paper."""
    return one.base + dice.choice(("の", "ノ", "之", "ﾉ")).join(map(str, one.rest))


def _odd_dashes(one: Premise, dice: Random) -> str:
    said = one.base + str(one.rest[0])
    return said + "".join(dice.choice(DASHES) + str(n) for n in one.rest[1:])


def _kana(one: Premise, dice: Random) -> str | None:
    if not one.kana:
        return None
    said = dice.choice((one.kana.translate(HIRAGANA), one.kana, half_width(one.kana)))
    return said + _hyphens(one).removeprefix(one.base)


def _kana_chome(one: Premise, dice: Random) -> str | None:
    if not one.kana or not one.chome:
        return None
    name = one.kana.translate(HIRAGANA)
    return f"{name}{one.chome}ちょうめ" + dice.choice(("-", "の", "ばん")).join(
        map(str, one.numbers)
    )


def _spaces(one: Premise, dice: Random) -> str:
    said = any_form(one, dice)
    gap = dice.choice((" ", "　", "  "))
    said = re.sub(r"(丁目|番地の|番地|番|(?<=\d)-)", rf"\1{gap}", said)
    return f"江戸川区{gap}{one.base}{gap}" + said.removeprefix(one.base)


def _wide(one: Premise, dice: Random) -> str:
    return any_form(one, dice).translate(WIDE)


def _kanji_numbers(one: Premise, dice: Random) -> str:
    return _all_kanji(one) if dice.random() < 0.7 else "東京都江戸川区" + _all_kanji(one)


def _kanji_digits(one: Premise, dice: Random) -> str:
    """一丁目二三番地四五, as old papers count."""
    head = one.base + (f"{_KANJI[one.chome]}丁目" if one.chome else "")
    first, *more = (digits_in_kanji(n) for n in one.numbers)
    return f"{head}{first}番地" + "".join("ノ" + n for n in more)


def _kanji_bars(one: Premise, dice: Random) -> str:
    return one.base + dice.choice(("の", "ノ", "－")).join(map(kanji, one.rest))


def _postal(one: Premise, dice: Random) -> str:
    code = f"{dice.randint(132, 134)}-{dice.randint(1, 99):04}"
    mark = dice.choice(("〒", "〒 ", "", "郵便番号"))
    blank = dice.choice((" ", "　", "\n", "")) if mark else " "
    return mark + code + blank + dice.choice(("東京都江戸川区", "江戸川区")) + any_form(one, dice)


def _building(one: Premise, dice: Random) -> str:
    gap = dice.choice((" ", "　", ""))
    room = dice.choice(
        ("", "203", "203号室", " 3F", "3階", "-203", " 5F-1", "101号", "B1F", " 1・2階")
    )
    house = dice.choice(BUILDINGS)
    if not gap and (house[0].isdigit() or not one.numbers):
        gap = " "
    said = any_form(one, dice)
    return f"東京都江戸川区{said}{gap}{house}{room}"


def _room(one: Premise, dice: Random) -> str:
    """A room's number hung on with a dash: 中央1-4-1-203."""
    return f"{_hyphens(one)}-{dice.choice((101, 203, 1005))}"


def _floor(one: Premise, dice: Random) -> str:
    floor = dice.choice(("3階", "3F", "１Ｆ", "B1F", "2階A室"))
    return any_form(one, dice) + dice.choice((" ", "　")) + floor


def _in_brackets(one: Premise, dice: Random) -> str:
    word = dice.choice(("見本センター内", "旧庁舎", "住居表示", "都営"))
    return (
        f"江戸川区{any_form(one, dice)}{dice.choice(('（', '('))}{word}{dice.choice(('）', ')'))}"
    )


def _town_without_cho(one: Premise, _dice: Random) -> str | None:
    """町 left out: 西小松川1-2 for 西小松川町1-2."""
    if not one.base.endswith("町"):
        return None
    return one.base.removesuffix("町") + "-".join(map(str, one.rest))


def _town_with_cho(one: Premise, _dice: Random) -> str | None:
    """町 where the town has none any more: 平井町1-2."""
    if one.base.endswith("町"):
        return None
    return f"{one.base}町" + _hyphens(one).removeprefix(one.base)


def _no(one: Premise, dice: Random) -> str | None:
    """之 as の, ノ or nothing."""
    if "之" not in one.base:
        return None
    said = one.base.replace("之", dice.choice(("の", "ノ", "乃", "ﾉ")))
    return said + any_form(one, dice).removeprefix(one.base)


def _glyphs(one: Premise, dice: Random) -> str | None:
    said = "江戸川区" + any_form(one, dice)
    fitting = [(old, new) for old, new in _GLYPHS if old in said]
    if not fitting:
        return None
    for old, new in fitting:
        if dice.random() < 0.6:
            said = said.replace(old, new, 1)
    return said


def _missing(one: Premise, dice: Random) -> str | None:
    """One character of the town left out."""
    if len(one.base) < 3:
        return None
    at = dice.randrange(len(one.base))
    return one.base[:at] + one.base[at + 1 :] + _hyphens(one).removeprefix(one.base)


def _wrong(one: Premise, dice: Random) -> str | None:
    """One character of the town wrong: what a conversion or a bad hand makes."""
    if len(one.base) < 2:
        return None
    at = dice.randrange(len(one.base))
    other = dice.choice("条羽沼浅鳥塩谷丘奥幡")
    return one.base[:at] + other + one.base[at + 1 :] + any_form(one, dice).removeprefix(one.base)


def _swapped(one: Premise, _dice: Random) -> str | None:
    """小岩北 for 北小岩."""
    if one.base[0] not in "東西南北中上下":
        return None
    town = one.base.removesuffix("町")
    return town[1:] + town[0] + _hyphens(one).removeprefix(one.base)


def _kana_missing(one: Premise, dice: Random) -> str | None:
    if len(one.kana) < 4:
        return None
    kana = one.kana.translate(HIRAGANA)
    at = dice.randrange(len(kana))
    return kana[:at] + kana[at + 1 :] + _hyphens(one).removeprefix(one.base)


def _district(one: Premise, dice: Random) -> str:
    """大字 and 字, as before the war."""
    said = any_form(one, dice).removeprefix(one.base)
    return dice.choice(
        (
            f"江戸川区大字{one.base}{said}",
            f"大字{one.base}{said}",
            f"江戸川区大字{one.base}字{said}",
        )
    )


def _no_chome_word(one: Premise, dice: Random) -> str | None:
    """The word 丁目 left out: 中央1 4番1号."""
    if not one.chome:
        return None
    first, *more = one.numbers
    tail = f"{'-'.join(map(str, more))}号" if more else ""
    return f"{one.base}{one.chome}{dice.choice((' ', '-', '－', 'の'))}{first}番{tail}"


def _cho(one: Premise, dice: Random) -> str | None:
    """丁 for 丁目: 中央1丁4-1."""
    if not one.chome:
        return None
    return f"{one.base}{dice.choice((str(one.chome), _KANJI[one.chome]))}丁" + "-".join(
        map(str, one.numbers)
    )


def _phone(one: Premise, dice: Random) -> str:
    """A line of a business list."""
    return dice.choice(
        ("江戸川区{0} TEL03-3652-1151", "見本商店 東京都江戸川区{0}", "{0}（電話 03-3652-1151）",
         "東京都 江戸川区 {0}", "東京 江戸川区{0}", "都内江戸川区{0}")
    ).format(any_form(one, dice))  # fmt: skip


def _trailing(one: Premise, dice: Random) -> str:
    return any_form(one, dice) + dice.choice(
        ("付近", "の一部", "他", "ほか", "外2筆", "、", "。", "番", " 先")
    )


def _zeros(one: Premise, dice: Random) -> str:
    """Numbers filled with zeros, as tables write them: 中央1-04-01."""
    return one.base + "-".join([str(one.rest[0]), *(f"{n:02}" for n in one.rest[1:])])


def _dots(one: Premise, dice: Random) -> str:
    return one.base + dice.choice((" ", "　", ".")).join(map(str, one.rest))


KINDS: dict[str, Writer] = {
    "as a register writes": lambda one, _: _formal(one),
    "hyphens only": lambda one, _: _hyphens(one),
    "prefecture and ward": lambda one, dice: "東京都江戸川区" + any_form(one, dice),
    "の and ノ": _no_bar,
    "odd dashes": _odd_dashes,
    "kana": _kana,
    "kana with 丁目": _kana_chome,
    "blanks": _spaces,
    "full width": _wide,
    "kanji numerals": _kanji_numbers,
    "kanji digit by digit": _kanji_digits,
    "kanji with の": _kanji_bars,
    "postal code in front": _postal,
    "building behind": _building,
    "room hung on": _room,
    "floor behind": _floor,
    "brackets": _in_brackets,
    "町 left out": _town_without_cho,
    "町 too many": _town_with_cho,
    "之 otherwise": _no,
    "glyph variants": _glyphs,
    "one character missing": _missing,
    "one character wrong": _wrong,
    "direction behind": _swapped,
    "one kana missing": _kana_missing,
    "大字 and 字": _district,
    "丁目 unsaid": _no_chome_word,
    "丁": _cho,
    "a line of a list": _phone,
    "words behind": _trailing,
    "zeros in front": _zeros,
    "blanks for dashes": _dots,
}
