"""How recorded dates read on the sheet."""

from __future__ import annotations

import pytest

from kiosk.certificate.dates import sheet_date
from tests.unit.certificate.papers import recorded


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("令和元年5月1日", "令和元年5月1日"),
        ("令和1年5月1日", "令和元年5月1日"),
        ("R1.5.1", "令和元年5月1日"),
        ("2019-05-01", "令和元年5月1日"),
        ("2019/5/1", "令和元年5月1日"),
        ("20190430", "平成31年4月30日"),
        ("H010108", "平成元年1月8日"),
        ("S64.1.7", "昭和64年1月7日"),
        ("昭和1年12月25日", "昭和元年12月25日"),
        ("平成１２年７月３日", "平成１２年７月３日"),
        ("平成21年1月11日", "平成21年1月11日"),
        ("昭和四十二年五月一日", "昭和42年5月1日"),
        # the ledger's own era, printed ahead in spring 2019, is not corrected
        ("平成31年5月7日", "平成31年5月7日"),
        ("H31.5.7", "H31.5.7"),
        # known in part: nothing is completed
        ("昭和42年 月不明", "昭和42年 月不明"),
        ("S42", "S42"),
        ("昭和42年5月", "昭和42年5月"),
        ("2000-04", "2000-04"),
    ],
)
def test_sheet_date(text: str, shown: str) -> None:
    assert sheet_date(recorded(text)) == shown
