"""Japanese eras (元号): a date in 和暦 for paper and screen, and recorded text read back.

Source: 元号法 and the imperial edicts of each change; the five rows below.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Era:
    name: str  # 令和
    letter: str  # R
    first_day: date


ERAS: tuple[Era, ...] = (
    Era("令和", "R", date(2019, 5, 1)),
    Era("平成", "H", date(1989, 1, 8)),
    Era("昭和", "S", date(1926, 12, 25)),
    Era("大正", "T", date(1912, 7, 30)),
    Era("明治", "M", date(1868, 10, 23)),
)


def wareki_year(day: date) -> tuple[Era, int]:
    """Era and year in it. Raises ValueError before 明治."""
    for era in ERAS:
        if day >= era.first_day:
            return era, day.year - era.first_day.year + 1
    raise ValueError(f"{day.isoformat()} is before 明治")


def wareki(day: date) -> str:
    """``令和元年5月1日``: half-width digits, 元年 for the first year."""
    era, year = wareki_year(day)
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def fiscal_year(day: date) -> int:
    """年度 of a day: April to March, named by its April."""
    return day.year if day.month >= 4 else day.year - 1
