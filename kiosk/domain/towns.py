"""The ward's towns (町丁目): one table for the touch screen and for reading the ledger.

Source: assets/towns/edogawa_towns.csv, see the README beside it.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass

from kiosk.domain.assets import asset_path

WARD = "江戸川区"
PREFECTURE = "東京都"


@dataclass(frozen=True, slots=True)
class Town:
    """One town. ``chome`` is 0 where the base name has none; ``kana`` is katakana or empty."""

    name: str  # 中央一丁目
    base: str  # 中央
    chome: int  # 1
    kana: str  # チュウオウ
    postal_codes: tuple[str, ...]
    latitude: float
    longitude: float


@functools.lru_cache(maxsize=1)
def ward_towns() -> tuple[Town, ...]:
    """All towns in the table's order. Raises AssetMissingError when it is not installed."""
    with asset_path("towns", "edogawa_towns.csv").open(encoding="utf-8", newline="") as table:
        return tuple(
            Town(
                name=row["town"],
                base=row["base"],
                chome=int(row["chome"] or 0),
                kana=row["kana"],
                postal_codes=tuple(row["postal_codes"].split()),
                latitude=float(row["lat"]),
                longitude=float(row["lng"]),
            )
            for row in csv.DictReader(table)
        )


@functools.lru_cache(maxsize=1)
def towns_by_name() -> dict[str, Town]:
    return {town.name: town for town in ward_towns()}


@functools.lru_cache(maxsize=1)
def chomes_by_base() -> dict[str, tuple[int, ...]]:
    """Base name -> its 丁目 in order; an empty tuple where it has none."""
    bases: dict[str, list[int]] = {}
    for town in ward_towns():
        chomes = bases.setdefault(town.base, [])
        if town.chome:
            chomes.append(town.chome)
    return {base: tuple(sorted(chomes)) for base, chomes in bases.items()}


_KANJI = "〇一二三四五六七八九"


def town_name(base: str, chome: int) -> str:
    """``中央``, 1 -> ``中央一丁目``; without a 丁目 the base alone. 1..9 only, as in the ward."""
    return f"{base}{_KANJI[chome]}丁目" if 1 <= chome <= 9 else base
