"""Reading a date as the ledger wrote it: 和暦 or Western, whole or in part.

Strict about days that cannot have been (平成元年1月7日 was still 昭和64年), with one leniency:
papers of spring 2019 were printed ahead as 平成31年5月, so that year runs to its end.
Source of the borders: kiosk.domain.eras. Days before 1873 were counted by another calendar
(太政官布告 第337号) and are not read.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from kiosk.domain.eras import ERAS, Era
from kiosk.domain.ledger import RecordedDate

#: First day of the Gregorian calendar in Japan.
GREGORIAN = date(1873, 1, 1)
LAST_WESTERN_YEAR = 2199
#: The one era whose last year was written on after the change was known.
_OVERRUN = ("平成", 31)

_NUMERALS = {numeral: value for value, numeral in enumerate("〇一二三四五六七八九")} | {"零": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_KANJI_NUMBER = re.compile(r"[〇零一二三四五六七八九十百千]+")

_ERA_NAMES: dict[str, Era] = {}
for _era in ERAS:
    _ERA_NAMES[_era.name] = _ERA_NAMES[_era.name[0]] = _ERA_NAMES[_era.letter] = _era

_ERA = "|".join(sorted(_ERA_NAMES, key=len, reverse=True))
_SEP = r"[./・-]"
#: 年 is followed by month and day, by a fiscal year's 度, or by what says that no more is known.
_ERA_DATE = re.compile(
    rf"(?P<era>{_ERA})\.?(?P<year>元|\d{{1,2}})"
    rf"(?:(?:年|{_SEP})(?P<rest>.*)|(?P<bare>))"
)
_COMPACT_ERA = re.compile(r"(?P<era>[RHSTM])(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)")
_WESTERN_DATE = re.compile(rf"(?:西暦)?(?P<year>\d{{4}})(?:(?:年|{_SEP})(?P<rest>.*)|(?P<bare>))")
_COMPACT_WESTERN = re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)")
#: 平成15年(2003年)4月1日, 平成15(2003)年4月1日: the Western year said beside the era's.
_BESIDE = re.compile(r"\((?P<western>\d{4})年?\)")
#: The time of day that other systems write behind a day, in Japan's time or in none (ISO 8601).
_TIME = re.compile(
    r"(?<=\d)(?:T|\s+)(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:\+09:?00)?$"
)

_UNKNOWN = r"(?:不明|不詳|不記載|記載なし|[?]+|[*]+|-+)"
_NO_MONTH = re.compile(rf"(?:月?日?{_UNKNOWN}?|{_UNKNOWN}?月{_UNKNOWN}?日?{_UNKNOWN}?)")
_MONTH = re.compile(
    rf"(?P<month>\d{{1,2}})(?:月|{_SEP})?(?:(?P<third>[上中下])旬|日?{_UNKNOWN}?|{_UNKNOWN}日)"
)
_DAY = re.compile(rf"(?P<month>\d{{1,2}})(?:月|{_SEP})(?P<day>\d{{1,2}})日?")


@dataclass(frozen=True, slots=True)
class _Year:
    """A year as written: its Western number and the days the era allows in it."""

    number: int
    first: date
    last: date
    from_era: bool


def kanji_number(text: str) -> int:
    """``三十二``, ``二〇``, ``千三百`` -> 32, 20, 1300. The text holds numerals only."""
    if not any(unit in text for unit in _UNITS):
        return int("".join(str(_NUMERALS[one]) for one in text))
    total, digit = 0, 0
    for one in text:
        if one in _UNITS:
            total += (digit or 1) * _UNITS[one]
            digit = 0
        else:
            digit = digit * 10 + _NUMERALS[one]
    return total + digit


def digits_for_kanji(text: str) -> str:
    """Every run of kanji numerals as digits; nothing else changes."""
    return _KANJI_NUMBER.sub(lambda match: str(kanji_number(match.group())), text)


def _normalise(text: str) -> str:
    flat = unicodedata.normalize("NFKC", text).strip().upper()
    flat = flat.translate(dict.fromkeys(map(ord, "‐‑‒–—―−ーｰ"), "-"))
    flat = _TIME.sub("", flat)
    flat = re.sub(r"\s+", "", flat)
    return digits_for_kanji(flat)


def _era_year(era: Era, year: int) -> _Year | None:
    """The year's days that belong to the era. None for year 0 and for years after its end."""
    if year < 1:
        return None
    number = era.first_day.year + year - 1
    first, last = max(era.first_day, date(number, 1, 1)), date(number, 12, 31)
    position = ERAS.index(era)
    if position and (era.name, year) != _OVERRUN:
        last = min(last, ERAS[position - 1].first_day - timedelta(days=1))
    if first > last or last < GREGORIAN:
        return None
    return _Year(number, max(first, GREGORIAN), last, from_era=True)


def _western_year(number: int) -> _Year | None:
    if not GREGORIAN.year <= number <= LAST_WESTERN_YEAR:
        return None
    return _Year(number, date(number, 1, 1), date(number, 12, 31), from_era=False)


def _span(text: str, year: _Year, first: date, last: date) -> RecordedDate | None:
    """The days meant, cut to what the era allows; None when nothing is left."""
    first, last = max(first, year.first), min(last, year.last)
    return RecordedDate(text, first, last) if first <= last else None


def _whole_year(text: str, year: _Year) -> RecordedDate | None:
    last = year.last
    if year.from_era and (year.number, last) == (2019, date(2019, 12, 31)) and year.first.month < 5:
        last = date(2019, 4, 30)  # a bare 平成31年 is the era's own; only a month says otherwise
    return _span(text, year, year.first, last)


def _fiscal(text: str, year: _Year) -> RecordedDate | None:
    """年度: April to March. There was no 昭和64年度, for it had no April."""
    first = date(year.number, 4, 1)
    if year.from_era and year.last < first:
        return None
    return RecordedDate(text, first, date(year.number + 1, 3, 31))


def _month(text: str, year: _Year, match: re.Match[str]) -> RecordedDate | None:
    month = int(match["month"])
    if not 1 <= month <= 12:
        return None
    end = calendar.monthrange(year.number, month)[1]
    thirds = {"上": (1, 10), "中": (11, 20), "下": (21, end)}
    first, last = thirds.get(match["third"] or "", (1, end))
    return _span(text, year, date(year.number, month, first), date(year.number, month, last))


def _day(text: str, year: _Year, month: int, day: int) -> RecordedDate | None:
    try:
        exact = date(year.number, month, day)
    except ValueError:
        return None
    return _span(text, year, exact, exact)


def _within(text: str, year: _Year, rest: str) -> RecordedDate | None:
    """What follows the year."""
    if rest == "度":
        return _fiscal(text, year)
    if match := _DAY.fullmatch(rest):
        return _day(text, year, int(match["month"]), int(match["day"]))
    if match := _MONTH.fullmatch(rest):
        return _month(text, year, match)
    return _whole_year(text, year) if _NO_MONTH.fullmatch(rest) else None


def parse_recorded_date(text: str) -> RecordedDate | None:
    """A date as recorded, or None when the text is not one. ``text`` is kept letter by letter.

    Reads 令和元年5月1日, R1.5.1, ㍻十五年四月一日, H150401, 2019-05-01, 2019/5/1, 20190501,
    2019-05-01T09:30:00+09:00,
    昭和42年, 昭和42年度, 昭和42年5月, 昭和42年5月上旬, 昭和42年 月不明, 昭和42年  月  日.
    """
    flat = _normalise(text)
    year: _Year | None
    beside = _BESIDE.search(flat)
    if beside:
        flat = flat[: beside.start()] + flat[beside.end() :]
    if match := _COMPACT_ERA.fullmatch(flat):
        year = _era_year(_ERA_NAMES[match["era"]], int(match["year"]))
        return _day(text, year, int(match["month"]), int(match["day"])) if year else None
    if match := _COMPACT_WESTERN.fullmatch(flat):
        year = _western_year(int(match["year"]))
        return _day(text, year, int(match["month"]), int(match["day"])) if year else None
    if match := _ERA_DATE.fullmatch(flat):
        number = 1 if match["year"] == "元" else int(match["year"])
        year = _era_year(_ERA_NAMES[match["era"]], number)
        if year and beside and int(beside["western"]) != year.number:
            return None
    elif match := _WESTERN_DATE.fullmatch(flat):
        year = _western_year(int(match["year"]))
    else:
        return None
    return _within(text, year, match["rest"] or "") if year else None
