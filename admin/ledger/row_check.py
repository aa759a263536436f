"""Judging one row of a file: what it says, or every reason why it is not taken.

Refused is only what cannot be recorded truly: a row without its own 台帳番号, an unknown 区分, text
that is no text, a day that never was. What is odd but may well stand in the book so is taken as it
is written, and noted for the person who loads it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from admin.ledger.converters import excel_day
from admin.ledger.date_words import impossible_date, no_words
from admin.ledger.layout import Row
from admin.ledger.profile import Profile
from admin.ledger.reading import Read
from admin.ledger.words import DISPOSITIONS, refusal
from kiosk.domain.blanks import has_odd_blanks
from kiosk.domain.ledger import DispositionKind, NotCertifiable, RecordedDate
from kiosk.domain.recorded_dates import parse_recorded_date

LEDGER_NO_LIMIT = 100
#: U+FFFD, and what Python reads from the bytes A0, FD, FE and FF, which CP932 gives no character.
_NO_TEXT = frozenset("\ufffd\uf8f0\uf8f1\uf8f2\uf8f3")
TEXT_LIMIT = 10_000
_NUMERIC = ("storeys_above", "storeys_below", "site_area", "building_area", "total_floor_area")
#: Digits alone, as a cell has them that is shown as a day elsewhere.
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
#: A number, or a word that says there is none.
_NUMBER_OR_NONE = re.compile(
    r"^[^-−]*[0-9〇一二三四五六七八九十百千]|^[-−―‐ー]*$|不明|不詳|なし|無|平屋"
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not taken: the line it begins on (from 1; 0 is the file) and why, as sentences.

    ``sheet`` is named where a workbook has more than one.
    """

    line: int
    reason: str
    sheet: str = ""

    @property
    def said(self) -> str:
        """Place and reason, for a person."""
        place = where(self.line, self.sheet)
        return f"{place}: {self.reason}" if place else self.reason


def where(line: int, sheet: str) -> str:
    """``シート「H15」の 3 行目``."""
    of = f"シート「{sheet}」" if sheet else ""
    if not line:
        return of
    return f"{of}の {line} 行目" if of else f"{line} 行目"


def broken_text(text: str) -> bool:
    """Whether text holds what no ledger does: control characters, U+FFFD, half a character.

    Blanks of every kind are taken: tabs, line ends, form feeds.
    """
    if text.isprintable():
        return "\ufffd" in text
    return any(
        one in _NO_TEXT or (unicodedata.category(one) in {"Cc", "Cs"} and not one.isspace())
        for one in text
    )


@lru_cache(maxsize=8192)
def _date(text: str) -> RecordedDate | None:
    return parse_recorded_date(text)


class RowCheck:
    """Judges the rows of one file. ``today`` is Japan's: a recorded day cannot lie after it."""

    def __init__(self, profile: Profile, today: date) -> None:
        self._profile = profile
        self._last = today + timedelta(days=1)
        self._no_date = frozenset(profile.no_date)

    def read(self, row: Row) -> Read | list[str]:
        """The row with its meaning, or the reasons why it is refused."""
        fields = row.fields
        reasons = [
            *self._text_faults(fields), *self._missing(fields), *self._number_slips(fields),
        ]  # fmt: skip
        category = self._profile.categories.get(_flat(fields["category"]))
        if category is None:
            known = "、".join(dict.fromkeys(one.value for one in self._profile.categories.values()))
            reasons.append(refusal("category", known=known))
        dates: dict[str, RecordedDate | None] = {}
        notes = self._notes(fields)
        for field in ("confirmation_date", "inspection_date"):
            dates[field], fault, note = self._day(field, fields[field])
            reasons += [fault] if fault else []
            notes += [note] if note else []
        for said in row.dispositions:
            faults, odd = self.disposition(said)
            reasons += faults
            notes += odd
        reasons += [
            refusal("broken_text", heading=heading)
            for heading, text in (*row.extra.items(), ("頁", row.source_page))
            if broken_text(text)
        ]
        if reasons or category is None:
            return reasons
        return Read(
            {**fields, "category": category.value},
            dates["confirmation_date"],
            dates["inspection_date"],
            self._not_certifiable(row, dates["confirmation_date"]),
            tuple(notes),
            tuple(row.dispositions),
            row.source_page,
            row.extra,
        )

    def disposition(self, said: Mapping[str, str]) -> tuple[list[str], list[str]]:
        """Why a disposition is refused, and what is noted of it."""
        heading = DISPOSITIONS[said["kind"]]
        if any(broken_text(text) for text in said.values()):
            return [refusal("broken_text", heading=heading)], []
        if any(len(text) > TEXT_LIMIT for text in said.values()):
            return [refusal("too_long", heading=heading, limit=TEXT_LIMIT)], []
        _, fault, note = self._day_under(heading, said["date"])
        notes = [note] if note else []
        if any(has_odd_blanks(text) for text in said.values()):
            notes.append(refusal("odd_blank", heading=heading))
        return [fault] if fault else [], notes

    def _notes(self, fields: Mapping[str, str]) -> list[str]:
        """What is taken as it stands, and may be a column that slipped."""
        notes = [
            refusal("number", heading=self._profile.heading(field))
            for field in _NUMERIC
            if _no_number(fields[field]) and not _number_slip(field, fields[field])
        ]
        notes += [
            refusal("odd_blank", heading=self._profile.heading(field))
            for field, text in fields.items()
            if has_odd_blanks(text)
        ]
        if not fields["lot"] and not fields["residential_address"]:
            notes.append(refusal("no_place"))
        return notes

    def _number_slips(self, fields: Mapping[str, str]) -> list[str]:
        return [
            refusal("number_slip", heading=self._profile.heading(field))
            for field in _NUMERIC
            if _number_slip(field, fields[field])
        ]

    def _text_faults(self, fields: Mapping[str, str]) -> list[str]:
        heading = self._profile.heading
        faults = [
            refusal("broken_text", heading=heading(f)) for f in fields if broken_text(fields[f])
        ]
        for field, text in fields.items():
            limit = LEDGER_NO_LIMIT if field == "ledger_no" else TEXT_LIMIT
            if len(text) > limit:
                faults.append(refusal("too_long", heading=heading(field), limit=limit))
        return faults

    def _missing(self, fields: Mapping[str, str]) -> list[str]:
        if fields["ledger_no"]:
            return []
        return [refusal("required", heading=self._profile.heading("ledger_no"))]

    def _day(self, field: str, text: str) -> tuple[RecordedDate | None, str, str]:
        return self._day_under(self._profile.heading(field), text)

    def _day_under(self, heading: str, text: str) -> tuple[RecordedDate | None, str, str]:
        """The day, or why the row is refused, or what is noted of words that name no day."""
        if not text or text in self._no_date:
            return None, "", ""
        day = _date(text)
        if day is None:
            if impossible_date(text):
                return None, refusal("date", heading=heading), ""
            if _DIGITS.fullmatch(_flat(text)):
                return None, _digits_fault(heading, text), ""
            if no_words(text):
                return None, refusal("no_date", heading=heading), ""
            return None, "", refusal("date_words", heading=heading)
        if day.earliest > self._last:
            return None, refusal("future", heading=heading), ""
        return day, "", ""

    def _not_certifiable(
        self, row: Row, confirmation: RecordedDate | None
    ) -> NotCertifiable | None:
        names = self._profile.not_certifiable_in
        said = "\n".join(row.fields.get(name) or row.extra.get(name, "") for name in names)
        for reason, words in self._profile.not_certifiable.items():
            if any(word in said for word in words):
                return reason
        if any(one["kind"] == DispositionKind.CANCELLATION.value for one in row.dispositions):
            return NotCertifiable.CANCELLED
        if not row.fields["confirmation_no"] and confirmation is None:
            return NotCertifiable.NOT_RECORDED
        return None


def _no_number(text: str) -> bool:
    return bool(text) and not _NUMBER_OR_NONE.search(_flat(text))


def _number_slip(field: str, text: str) -> bool:
    """``abc`` and ``-5`` are a slip of the file, for no book says so; 広い is the book's word.

    -1 is how some count a cellar.
    """
    if not _no_number(text) or not no_words(text):
        return False
    return field != "storeys_below" or not any(one.isdigit() for one in _flat(text))


def _digits_fault(heading: str, text: str) -> str:
    """Digits in a date's place are a day in another program's counting, not the ledger's words."""
    day = excel_day(text)
    if day != text:
        return refusal("date_excel", heading=heading, day=day)
    return refusal("date_digits", heading=heading)


@lru_cache(maxsize=8192)
def _flat(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
