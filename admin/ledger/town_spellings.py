"""How a town of the ward may be written: glyphs, kana, both mixed, its 之 and its 町."""

from __future__ import annotations

from collections.abc import Iterator

from admin.ledger.folding import glyphs, hiragana

#: Kanji that many towns begin with, as they are read; 西かさい and にし葛西 are written as well.
_READINGS = {
    "東": "ひがし", "西": "にし", "南": "みなみ", "北": "きた", "中": "なか", "上": "かみ",
    "下": "しも", "本": "ほん",
}  # fmt: skip
_CHO = ("ちよう", "まち")


def spellings(base: str, kana: str) -> Iterator[tuple[str, bool]]:
    """Folded spellings, and whether each is the whole name (False: its 町 is left out)."""
    name, reading = glyphs(base), hiragana(kana)
    names = {name, *(name.replace("之", one) for one in ("の", "乃", ""))}
    stem = next((reading.removesuffix(one) for one in _CHO if reading.endswith(one)), "")
    readings = {reading} if reading else set()
    if stem:
        readings |= {stem + one for one in _CHO}
        yield stem, False
    for one in {*names, *readings, *_mixed(name, reading, stem)}:
        yield one, True
    if name.endswith("町"):
        for one in {*names, *_mixed(name.removesuffix("町"), stem, "")} - {""}:
            yield one.removesuffix("町"), False


def _mixed(name: str, reading: str, stem: str) -> set[str]:
    """Part in kana, part in kanji."""
    mixed = set()
    first = _READINGS.get(name[:1])
    if first and reading.startswith(first) and len(name) > 1:
        mixed |= {name[0] + reading.removeprefix(first), first + name[1:]}
    if stem and name.endswith("町"):
        mixed |= {stem + "町", *(name.removesuffix("町") + one for one in _CHO)}
        mixed |= {
            one.removesuffix(end) + "町" for one in mixed for end in _CHO if one.endswith(end)
        }
    return mixed
