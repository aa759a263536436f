"""One ledger entry from JSON, for looking at a form: the headings are the standard profile's.

What ``python -m admin search --json`` prints can be read back: a date in which no day can be read
is kept in its words, as the ledger keeps it. Plan changes and intermediate
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
)
from kiosk.domain.recorded_dates import parse_recorded_date

_KINDS = {"計画変更": DispositionKind.PLAN_CHANGE, "中間検査": DispositionKind.INTERMEDIATE}
_PARTS = {"番号": "number", "年月日": "date", "交付者": "issuer", "内容": "detail"}
_FIELDS = dict(STANDARD_HEADINGS)


@dataclass(frozen=True, slots=True)
class EntryFault:
    """Why the file is no entry. ``code``: missing, unreadable, unknown_heading, twice, not_text,
    category; ``detail`` names the heading, or the line that is no JSON."""

    code: str
    detail: str = ""


class _BadEntry(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, code: str, heading: str) -> None:
        super().__init__(code)
        self.fault = EntryFault(code, heading)


def read_entry(raw: bytes) -> LedgerEntry | EntryFault:
    """The entry; headings that are not there are not recorded. Its id and version are 0."""
    try:
        record = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_once)
    except _BadEntry as error:
        return error.fault
    except json.JSONDecodeError as error:
        return EntryFault("unreadable", f"{error.lineno}行目")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return EntryFault("unreadable", f"{line}行目")
    except (ValueError, RecursionError):
        return EntryFault("unreadable")
    if not isinstance(record, dict):
        return EntryFault("unreadable")
    try:
        return _entry(record)
    except _BadEntry as error:
        return error.fault


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON would quietly take the last of two."""
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise _BadEntry("twice", name)
    return dict(pairs)


def _entry(record: dict[str, Any]) -> LedgerEntry:
    dispositions: list[Disposition] = []
    for heading, kind in _KINDS.items():
        parts = _list(heading, record.pop(heading, []))
        dispositions += [
            _disposition(heading, n, kind, part) for n, part in enumerate(parts, start=1)
        ]
    values: dict[str, Any] = dict.fromkeys(_FIELDS.values(), "")
    for heading, value in record.items():
        if heading not in _FIELDS:
            raise _BadEntry("unknown_heading", heading)
        values[_FIELDS[heading]] = _text(heading, value)
    for field in ("confirmation_date", "inspection_date"):
        values[f"{field}_text"] = values[field]
        values[field] = parse_recorded_date(values[field])
    try:
        values["category"] = Category(values["category"] or "建築物")
    except ValueError:
        raise _BadEntry("category", "区分") from None
    return LedgerEntry(entry_id=0, version=0, **values, dispositions=tuple(dispositions))


def _disposition(heading: str, n: int, kind: DispositionKind, part: Any) -> Disposition:
    where = f"{heading}の{n}件目"
    if not isinstance(part, dict):
        raise _BadEntry("unknown_heading", where)
    unknown = sorted(part.keys() - _PARTS.keys())
    if unknown:
        raise _BadEntry("unknown_heading", f"{where} {'、'.join(unknown)}")
    texts = {
        name: _text(f"{where} {heading}", part.get(heading, "")) for heading, name in _PARTS.items()
    }
    day = parse_recorded_date(texts["date"])
    return Disposition(kind, texts["number"], day, texts["issuer"], texts["detail"], texts["date"])


def _list(heading: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _BadEntry("unknown_heading", heading)
    return value


def _text(heading: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _BadEntry("not_text", heading)
    return value
