"""The towns as they are tapped: kana row, town, 丁目."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from kiosk.domain.towns import Town, ward_towns

#: Headings of the rows, and the first kana that each holds.
KANA_ROWS: tuple[tuple[str, str], ...] = (
    ("あ", "アイウエオ"),
    ("か", "カキクケコガギグゲゴ"),
    ("さ", "サシスセソザジズゼゾ"),
    ("た", "タチツテトダヂヅデド"),
    ("な", "ナニヌネノ"),
    ("は", "ハヒフヘホバビブベボパピプペポ"),
    ("ま", "マミムメモ"),
    ("や", "ヤユヨ"),
    ("ら", "ラリルレロ"),
    ("わ", "ワヲン"),
)
#: Readings of towns that the postal table lacks. 堀江町 is read ほりえちょう.
_READINGS = {"堀江町": "ホリエチョウ"}


@dataclass(frozen=True, slots=True)
class TownChoice:
    """One button of the first step: a base name, its reading and its towns, one per 丁目."""

    base: str
    kana: str
    towns: tuple[Town, ...]

    @property
    def has_chome(self) -> bool:
        return bool(self.towns[0].chome)


@functools.lru_cache(maxsize=1)
def town_choices() -> tuple[TownChoice, ...]:
    """All base names in the order of their reading."""
    grouped: dict[str, list[Town]] = {}
    for town in ward_towns():
        grouped.setdefault(town.base, []).append(town)
    choices = [
        TownChoice(
            base,
            towns[0].kana or _READINGS.get(base, ""),
            tuple(sorted(towns, key=lambda town: town.chome)),
        )
        for base, towns in grouped.items()
    ]
    return tuple(sorted(choices, key=lambda choice: (choice.kana, choice.base)))


def kana_row(row: str) -> tuple[TownChoice, ...]:
    """The towns whose reading begins in one row of the kana table: ``か`` -> 上一色, 上篠崎, ..."""
    first = dict(KANA_ROWS)[row]
    return tuple(choice for choice in town_choices() if choice.kana and choice.kana[0] in first)


def filled_rows() -> tuple[str, ...]:
    """The rows that hold a town, in order."""
    return tuple(row for row, _ in KANA_ROWS if kana_row(row))
