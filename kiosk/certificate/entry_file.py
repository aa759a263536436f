"""One ledger entry from JSON, for looking at a form: the headings are the standard profile's.

What ``python -m admin search --json`` prints can be read back. Plan changes and intermediate
inspections are lists under 計画変更 and 中間検査 with 番号, 年月日, 交付者, 内容.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from kiosk.domain.ledger import (
    STANDARD_HEADINGS,
    Category,
    Disposition,
    DispositionKind,
    LedgerEntry,
    RecordedDate,
)
from kiosk.domain.recorded_dates import parse_recorded_date

_KINDS = {"計画変更": DispositionKind.PLAN_CHANGE, "中間検査": DispositionKind.INTERMEDIATE}
_PARTS = {"番号": "number", "年月日": "date", "交付者": "issuer", "内容": "detail"}
_FIELDS = dict(STANDARD_HEADINGS)


@dataclass(frozen=True, slots=True)
class EntryFault:
    """Why the file is no entry. ``code``: missing, unreadable, unknown_heading, not_text,
    category, date; ``detail`` names the heading."""

    code: str
    detail: str = ""


class _BadEntry(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, code: str, heading: str) -> None:
        super().__init__(code)
        self.fault = EntryFault(code, heading)


def read_entry(raw: bytes) -> LedgerEntry | EntryFault:
    """The entry; headings that are not there are not recorded. Its id and version are 0."""
    try:
        record = json.loads(raw.decode("utf-8-sig"))
    except ValueError:
        return EntryFault("unreadable")
    if not isinstance(record, dict):
        return EntryFault("unreadable")
    try:
        return _entry(record)
    except _BadEntry as error:
        return error.fault


def _entry(record: dict[str, Any]) -> LedgerEntry:
    dispositions: list[Disposition] = []
    for heading, kind in _KINDS.items():
        dispositions += [_disposition(kind, part) for part in _list(record.pop(heading, []))]
    values: dict[str, Any] = dict.fromkeys(_FIELDS.values(), "")
    for heading, value in record.items():
        if heading not in _FIELDS:
            raise _BadEntry("unknown_heading", heading)
        values[_FIELDS[heading]] = _text(heading, value)
    for field in ("confirmation_date", "inspection_date"):
        values[field] = _date(values[field])
    try:
        values["category"] = Category(values["category"] or "建築物")
    except ValueError:
        raise _BadEntry("category", "区分") from None
    return LedgerEntry(entry_id=0, version=0, **values, dispositions=tuple(dispositions))


def _disposition(kind: DispositionKind, part: Any) -> Disposition:
    if not isinstance(part, dict) or not part.keys() <= _PARTS.keys():
        raise _BadEntry("unknown_heading", "計画変更・中間検査")
    texts = {name: _text(heading, part.get(heading, "")) for heading, name in _PARTS.items()}
    return Disposition(
        kind, texts["number"], _date(texts["date"]), texts["issuer"], texts["detail"]
    )


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _BadEntry("unknown_heading", "計画変更・中間検査")
    return value


def _text(heading: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _BadEntry("not_text", heading)
    return value


def _date(text: str) -> RecordedDate | None:
    if not text.strip():
        return None
    parsed = parse_recorded_date(text)
    if parsed is None:
        raise _BadEntry("date", text)
    return parsed
