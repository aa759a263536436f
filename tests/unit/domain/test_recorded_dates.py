"""Dates as ledgers write them: read to the days they can mean, or not read at all."""

from __future__ import annotations

from datetime import date

import pytest

from admin.ledger.date_words import impossible_date, no_words
from kiosk.certificate.dates import sheet_date
from kiosk.domain.recorded_dates import parse_recorded_date


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("平成15年4月1日", date(2003, 4, 1), date(2003, 4, 1)),
        ("平成１５年　４月　１日", date(2003, 4, 1), date(2003, 4, 1)),
        ("平成十五年四月一日", date(2003, 4, 1), date(2003, 4, 1)),
        ("H15.4.1", date(2003, 4, 1), date(2003, 4, 1)),
        ("H150401", date(2003, 4, 1), date(2003, 4, 1)),
        ("2003-04-01", date(2003, 4, 1), date(2003, 4, 1)),
        ("2003-4-1", date(2003, 4, 1), date(2003, 4, 1)),
        ("20030401", date(2003, 4, 1), date(2003, 4, 1)),
        ("2003-04-01T00:00:00", date(2003, 4, 1), date(2003, 4, 1)),
        ("2003-04-01 09:30:00.000", date(2003, 4, 1), date(2003, 4, 1)),
        ("2003-04-01T23:59:59+09:00", date(2003, 4, 1), date(2003, 4, 1)),
        ("昭和64年1月7日", date(1989, 1, 7), date(1989, 1, 7)),
        ("平成元年1月8日", date(1989, 1, 8), date(1989, 1, 8)),
        ("平成31年5月1日", date(2019, 5, 1), date(2019, 5, 1)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
        ("昭和42年", date(1967, 1, 1), date(1967, 12, 31)),
        ("昭和42年度", date(1967, 4, 1), date(1968, 3, 31)),
        ("昭和42年5月", date(1967, 5, 1), date(1967, 5, 31)),
        ("昭和42年5月上旬", date(1967, 5, 1), date(1967, 5, 10)),
        ("昭和元年", date(1926, 12, 25), date(1926, 12, 31)),
        ("平成31年", date(2019, 1, 1), date(2019, 4, 30)),
    ],
)
def test_what_is_read(text: str, low: date, high: date) -> None:
    read = parse_recorded_date(text)
    assert read is not None
    assert (read.text, read.earliest, read.latest) == (text, low, high)


@pytest.mark.parametrize(
    "text",
    [
        "平成15年2月30日", "昭和64年1月8日", "平成元年1月7日", "令和0年1月1日", "2023-02-29",
        "2003-13-01", "昭和99年1月1日", "慶応3年1月1日", "0003-04-01",
    ],
)  # fmt: skip
def test_days_that_never_were(text: str) -> None:
    assert parse_recorded_date(text) is None
    assert impossible_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "N/A",
        "37712",
        "#REF!",
        "2003-W14-2",
        "2003-04-01T09:00:00Z",
        "2003-04-01 24:00",
        "４",
    ],
)
def test_what_no_book_says(text: str) -> None:
    assert parse_recorded_date(text) is None
    assert no_words(text)


@pytest.mark.parametrize(
    "text", ["きのう", "台帳汚損", "昭和4?年5月 台帳汚損", "H1?.4.1", "?", "＊", "平成15年4月1日頃"]
)
def test_words_that_a_book_may_hold(text: str) -> None:
    assert parse_recorded_date(text) is None
    assert not impossible_date(text)
    assert not no_words(text)


def test_a_time_of_day_is_not_printed() -> None:
    read = parse_recorded_date("2003-04-01T09:30:00+09:00")
    assert read is not None
    assert sheet_date(read) == "平成15年4月1日"
