"""Addresses in Latin letters."""

from __future__ import annotations

import pytest

from admin.ledger.romaji import from_romaji


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("1-4-1 Chuo, Edogawa-ku, Tokyo", "中央1-4-1"),
        ("Chūō 1-4-1, Edogawa", "中央1-4-1"),
        ("Ｃｈｕｏ　１－４－１", "中央1-4-1"),
        ("4-1 Chuo 1-chome, Edogawa-ku, Tokyo 132-8501, Japan", "中央1丁目4-1"),
        ("6-15-20 NISHI-KASAI, Edogawa City", "西葛西6-15-20"),
        ("Ichinoe-cho 2987", "一之江町2987"),
        ("Shinozakimachi 7-20-19", "篠崎町7-20-19"),
    ],
)
def test_read(words: str, said: str) -> None:
    assert from_romaji(words) == said


@pytest.mark.parametrize(
    "words",
    ["ERI-17051659", "ABC", "Chuo", "1-4-1", "MIHON Chuodo 3", "中央1-4 3rdビル", "", "H15 123"],
)
def test_anything_else_stays(words: str) -> None:
    assert from_romaji(words) == words
