"""Judging one row of a file: what it says, or every reason why it is not taken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from admin.ledger.profile import Profile
from admin.ledger.reading import Read
from admin.ledger.words import refusal
from kiosk.domain.ledger import NotCertifiable, RecordedDate
from kiosk.domain.recorded_dates import parse_recorded_date

LEDGER_NO_LIMIT = 100
TEXT_LIMIT = 2000
_NUMERIC = ("storeys_above", "storeys_below", "site_area", "building_area", "total_floor_area")
#: A number, or a word that says there is none.
_NUMBER_OR_NONE = re.compile(
    r"^[^-−]*[0-9〇一二三四五六七八九十百千]|^[-−―‐ー]*$|不明|不詳|なし|無|平屋"
)
_LINE_ENDS = "\r\n\t"


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not taken: the line it begins on (from 1) and why, as sentences."""

    line: int
    reason: str


def _broken(text: str) -> bool:
    """Whether text holds what no ledger does: control characters, U+FFFD, half a character."""
    if text.isprintable():
        return "\ufffd" in text
    return any(
        one == "\ufffd" or (unicodedata.category(one) in {"Cc", "Cs"} and one not in _LINE_ENDS)
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

    def read(self, fields: Mapping[str, str]) -> Read | list[str]:
        """The row with its meaning, or the reasons why it is refused."""
        reasons = [*self._text_faults(fields), *self._missing(fields)]
        category = self._profile.categories.get(unicodedata.normalize("NFKC", fields["category"]))
        if category is None:
            known = "、".join(dict.fromkeys(one.value for one in self._profile.categories.values()))
            reasons.append(refusal("category", known=known))
        dates = {}
        for field in ("confirmation_date", "inspection_date"):
            dates[field], fault = self._day(field, fields[field])
            reasons += [fault] if fault else []
        reasons += [
            refusal("number", heading=self._profile.heading(field))
            for field in _NUMERIC
            if fields[field] and not _NUMBER_OR_NONE.search(_flat(fields[field]))
        ]
        if reasons or category is None:
            return reasons
        return Read(
            {**fields, "category": category.value},
            dates["confirmation_date"],
            dates["inspection_date"],
            self._not_certifiable(fields, dates["confirmation_date"]),
        )

    def _text_faults(self, fields: Mapping[str, str]) -> list[str]:
        heading = self._profile.heading
        faults = [refusal("broken_text", heading=heading(f)) for f in fields if _broken(fields[f])]
        for field, text in fields.items():
            limit = LEDGER_NO_LIMIT if field == "ledger_no" else TEXT_LIMIT
            if len(text) > limit:
                faults.append(refusal("too_long", heading=heading(field), limit=limit))
        return faults

    def _missing(self, fields: Mapping[str, str]) -> list[str]:
        missing = []
        if not fields["ledger_no"]:
            missing.append(refusal("required", heading=self._profile.heading("ledger_no")))
        if not fields["lot"] and not fields["residential_address"]:
            missing.append(refusal("no_place"))
        return missing

    def _day(self, field: str, text: str) -> tuple[RecordedDate | None, str]:
        if not text or text in self._no_date:
            return None, ""
        day = _date(text)
        if day is None:
            return None, refusal("date", heading=self._profile.heading(field))
        if day.earliest > self._last:
            return None, refusal("future", heading=self._profile.heading(field))
        return day, ""

    def _not_certifiable(
        self, fields: Mapping[str, str], confirmation: RecordedDate | None
    ) -> NotCertifiable | None:
        said = f"{fields['remarks']}\n{fields['work_kind']}"
        for reason, words in self._profile.not_certifiable.items():
            if any(word in said for word in words):
                return reason
        if not fields["confirmation_no"] and confirmation is None:
            return NotCertifiable.NOT_RECORDED
        return None


@lru_cache(maxsize=8192)
def _flat(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
