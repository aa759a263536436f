"""Ledger files for tests, and what a search found as 台帳番号."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from admin.db.engine import Database
from admin.ledger.entries import data_as_of
from admin.ledger.importer import Manner, import_ledger
from admin.ledger.judging import ImportReport
from admin.ledger.profile import Profile
from admin.ledger.search import search
from admin.services.operation_log import system_actor
from kiosk.domain.ledger import STANDARD_HEADINGS
from kiosk.domain.query import Found, Query, QueryKind, SearchResult, TooMany

NOW = datetime(2026, 6, 15, 1, 0, tzinfo=UTC)
TODAY = date(2026, 6, 15)
FIELDS = [field for _, field in STANDARD_HEADINGS]
HEADINGS = [heading for heading, _ in STANDARD_HEADINGS]
ACTOR = system_actor("test")

_GOOD = {
    "category": "建築物",
    "confirmation_no": "第H15確認建築江戸川00123号",
    "confirmation_date": "平成15年6月1日",
    "confirmation_issuer": "江戸川区建築主事",
    "owner": "見本　太郎",
    "lot": "中央一丁目4番1",
    "main_use": "一戸建ての住宅",
    "structure": "木造",
    "storeys_above": "2",
    "total_floor_area": "98.76",
}


def entry(ledger_no: str, **fields: str) -> dict[str, str]:
    """One row by the ledger's column names; what is not said is from a plain house."""
    return dict.fromkeys(FIELDS, "") | _GOOD | {"ledger_no": ledger_no} | fields


def write_book(
    path: Path,
    entries: Iterable[Mapping[str, str]],
    encoding: str = "utf-8",
    headings: list[str] = HEADINGS,
) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows([row[field] for field in FIELDS] for row in entries)
    return path


def load(
    database: Database,
    path: Path,
    *,
    as_of: date | None = None,
    profile: str | Profile = "standard",
    now: datetime = NOW,
    **manner: Any,
) -> ImportReport:
    return import_ledger(
        database, path, profile, now=now, actor=ACTOR, manner=Manner(data_as_of=as_of, **manner)
    )


def ask(
    database: Database,
    text: str,
    kind: QueryKind = QueryKind.ANY,
    *,
    town: str | None = None,
    year: int | None = None,
) -> SearchResult:
    return ask_query(database, Query(kind, text, town, year))


def ask_query(database: Database, query: Query) -> SearchResult:
    with database.read() as session:
        return search(session, query, today=TODAY, data_as_of=data_as_of(session))


def numbers(result: SearchResult) -> list[str]:
    """The hits by their 台帳番号, in order."""
    if isinstance(result, Found | TooMany):
        return [hit.ledger_no for hit in result.hits]
    return []
