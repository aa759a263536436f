"""The sample ledger holds every kind of difficulty, and nobody who exists."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from admin.ledger.folding import has_variants
from admin.ledger.sample import Row, sample_rows, write_sample
from kiosk.domain.recorded_dates import parse_recorded_date
from kiosk.domain.towns import ward_towns

ENTRIES = 2400


@pytest.fixture(scope="module")
def sample() -> list[Row]:
    return list(sample_rows(ENTRIES, 20261123))


def test_every_owner_is_marked(sample: list[Row]) -> None:
    assert all("見本" in row["owner"] for row in sample)


def test_every_town_has_entries(sample: list[Row]) -> None:
    text = "\n".join(row["lot"] + row["residential_address"] for row in sample)
    assert [town.base for town in ward_towns() if town.base not in text] == []


def test_several_generations_on_one_lot(sample: list[Row]) -> None:
    lots = Counter(row["lot"] for row in sample if row["category"] == "建築物")
    assert sum(count > 1 for count in lots.values()) > 50


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("confirmation_no", r"変1号$"),
        ("remarks", r"当初確認番号"),
        ("remarks", r"取り止め"),
        ("category", r"昇降機"),
        ("category", r"工作物"),
        ("inspection_no", r"^$"),
        ("confirmation_date", r"昭和2\d"),
        ("confirmation_date", r"月不明"),
        ("confirmation_date", r"元年"),
        ("confirmation_date", r"^\d{4}-\d\d-\d\d$"),
        ("confirmation_date", r"[０-９]"),
        ("owner", r"髙"),
        ("owner", r"﨑"),
        ("owner", r"𠮷"),
        ("owner", r"[\U000e0100-\U000e01ef]"),
        ("lot", r"番地の"),
        ("lot", r"外\d筆"),
        ("lot", r"の一部"),
    ],
)
def test_every_difficulty_is_there(sample: list[Row], what: str, pattern: str) -> None:
    assert sum(bool(re.search(pattern, row[what])) for row in sample) >= 3


def test_dates_are_all_readable_and_some_only_in_part(sample: list[Row]) -> None:
    dates = [parse_recorded_date(row["confirmation_date"]) for row in sample]
    assert None not in dates
    assert any(not day.exact for day in dates if day)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_sample(tmp_path / name, 300, 7)
    write_sample(tmp_path / "c", 300, 8)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()


def test_variants_are_of_both_kinds(sample: list[Row]) -> None:
    assert any(has_variants(row["owner"]) for row in sample)


def test_what_stands_tall_could_be_built(sample: list[Row]) -> None:
    tall = [row for row in sample if int(row["storeys_above"] or 0) > 3]
    assert len(tall) > 100
    assert [row for row in tall if row["structure"].startswith(("木", "軽", "コ"))] == []
    assert [row for row in tall if "一戸建て" in row["main_use"]] == []
