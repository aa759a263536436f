"""Converters change what they know and leave the rest as it is."""

from __future__ import annotations

import pytest

from admin.ledger.converters import CONVERTERS


@pytest.mark.parametrize(
    ("name", "text", "result"),
    [
        ("era_code", "4150601", "平成15年6月1日"),
        ("era_code", "5-01-05-01", "令和元年5月1日"),
        ("era_code", "３４２００００", "昭和42年"),
        ("era_code", "3420500", "昭和42年5月"),
        ("era_code", "平成15年6月1日", "平成15年6月1日"),
        ("era_code", "9150601", "9150601"),
        ("excel_day", "37773", "平成15年6月1日"),
        ("excel_day", "61", "明治33年3月1日"),
        ("excel_day", "60", "60"),
        ("excel_day", "37773.5", "37773.5"),
        ("whole_number", "２.0", "2"),
        ("whole_number", "0012", "12"),
        ("whole_number", "2.5", "2.5"),
        ("whole_number", "平屋建", "平屋建"),
        ("decimal_number", "１,２３４.50", "1234.50"),
        ("decimal_number", "約120", "約120"),
        ("hundredths", "0012345", "123.45"),
        ("hundredths", "123.45", "123.45"),
        ("without_unit", "120.5㎡", "120.5"),
        ("without_unit", "約120㎡", "約120㎡"),
        ("tsubo", "30坪", "99.17"),
        ("tsubo", "百坪", "百坪"),
        ("blank_zero", "0.00", ""),
        ("blank_zero", "0.10", "0.10"),
    ],
)
def test_converted(name: str, text: str, result: str) -> None:
    assert CONVERTERS[name](text) == result


@pytest.mark.parametrize("name", CONVERTERS)
@pytest.mark.parametrize("text", ["不明", "-", "٣٣", "\ud800", "1" * 5000, "e", "NaN", "1e5", "²"])
def test_what_is_not_known_stays(name: str, text: str) -> None:
    assert CONVERTERS[name](text) == text
