"""Converters: what other systems write in a cell, as the ledger's text.

A converter changes only what it knows; everything else it leaves as it is. What a cell said before
is kept beside the entry (``layout.py``), so that nothing recorded is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from kiosk.domain.eras import ERAS, wareki

#: Era digits of mainframe files. Source: JIS X 0301, annex; 1 明治 ... 5 令和.
_ERA_DIGITS: Final = {str(number): era for number, era in enumerate(reversed(ERAS), start=1)}
_ERA_CODE = re.compile(
    r"(?P<era>[1-5])[-./ ]?(?P<year>\d\d)[-./ ]?(?P<month>\d\d)[-./ ]?(?P<day>\d\d)"
)
#: Day 60 of Excel's calendar is 1900-02-29, which never was; days after it count from here.
_EXCEL_ZERO: Final = date(1899, 12, 30)
_EXCEL_FIRST, _EXCEL_LAST = 61, 109_574  # 1900-03-01 .. 2199-12-30
_UNIT = re.compile(
    r"\s*(?:m2|㎡|m²|平方メートル|平米|坪|m|メートル|階|階建|t|トン|kg)$", re.IGNORECASE
)
#: 1坪 in m2. Source: 計量法施行法 (1尺 = 10/33 m; 坪 = 36 平方尺).
_TSUBO: Final = Decimal(400) / Decimal(121)
_WIDTH: Final = {0xFEE0 + code: code for code in range(0x21, 0x7F)} | {0x3000: " "}
_CENT: Final = Decimal("0.01")


def _flat(text: str) -> str:
    """Full-width forms as ASCII, and no more: NFKC would make 12² into 122."""
    return text.translate(_WIDTH).strip()


def _number(text: str) -> Decimal | None:
    flat = _flat(text).replace(",", "")
    if not re.fullmatch(r"-?\d{1,15}(?:\.\d{1,10})?", flat, re.ASCII):
        return None
    try:
        return Decimal(flat)
    except InvalidOperation:
        return None


def era_code(text: str) -> str:
    """``4150601`` -> ``平成15年6月1日``. Zeros for day or month are a part that is not known."""
    match = _ERA_CODE.fullmatch(_flat(text))
    if match is None:
        return text
    era, year = _ERA_DIGITS[match["era"]], int(match["year"])
    said = f"{era.name}{'元' if year == 1 else year}年"
    month, day = int(match["month"]), int(match["day"])
    if month == 0:
        return said
    return f"{said}{month}月{day}日" if day else f"{said}{month}月"


def excel_day(text: str) -> str:
    """``37773`` -> ``平成15年6月1日``: a day as Excel counts them."""
    number = _number(text)
    if number is None or number != int(number) or not _EXCEL_FIRST <= number <= _EXCEL_LAST:
        return text
    return wareki(_EXCEL_ZERO + timedelta(days=int(number)))


def whole_number(text: str) -> str:
    """``２.0`` -> ``2``, ``0012`` -> ``12``."""
    number = _number(text)
    return text if number is None or number != int(number) else str(int(number))


def decimal_number(text: str) -> str:
    """``１,２３４.50`` -> ``1234.50``: width and commas only; the digits stay."""
    number = _number(text)
    return text if number is None else _flat(text).replace(",", "")


def hundredths(text: str) -> str:
    """``0012345`` -> ``123.45``: digits with two decimals understood."""
    flat = _flat(text)
    if not re.fullmatch(r"\d{1,15}", flat, re.ASCII):
        return text
    return str((Decimal(flat) / 100).quantize(_CENT))


def without_unit(text: str) -> str:
    """``120.5㎡`` -> ``120.5``."""
    bare = _UNIT.sub("", _flat(text))
    return bare if _number(bare) is not None else text


def tsubo(text: str) -> str:
    """``30坪`` -> ``99.17``: 坪 as m2, to a hundredth."""
    number = _number(re.sub(r"\s*坪$", "", _flat(text)))
    if number is None:
        return text
    return str((number * _TSUBO).quantize(_CENT, ROUND_HALF_UP))


def blank_zero(text: str) -> str:
    """Nothing for ``0``, ``000`` and ``0.00``, which some systems write where nothing is known."""
    number = _number(text)
    return "" if number is not None and number == 0 else text


#: Names that a profile may give.
CONVERTERS: Final[dict[str, Callable[[str], str]]] = {
    "era_code": era_code,
    "excel_day": excel_day,
    "whole_number": whole_number,
    "decimal_number": decimal_number,
    "hundredths": hundredths,
    "without_unit": without_unit,
    "tsubo": tsubo,
    "blank_zero": blank_zero,
}
