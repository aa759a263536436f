"""What was changed under an authority: each entry, old and new, from the rows that loads leave."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.db.change_tables import LedgerChange, What
from admin.db.ledger_tables import LedgerEntryRow, LedgerEntryVersion, LedgerImport
from admin.ledger.words import DISPOSITIONS, NOT_CERTIFIABLE
from kiosk.domain.ledger import STANDARD_HEADINGS

#: Entries fetched at a time.
AT_ONCE = 500
#: What a version says beyond the recorded columns, with the word for it.
_FURTHER = {
    "dispositions": "計画変更・検査など", "source_page": "頁", "extra": "そのほか",
    "not_certifiable": "証明の可否",
}  # fmt: skip
_PARTS = ("date", "number", "issuer", "detail")
Version = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangedEntry:
    """One entry in one load. ``old`` is None for a created one; ``new`` for a removed one."""

    at: datetime
    ledger_no: str
    what: What
    old: Version | None
    new: Version | None

    def differences(self) -> list[tuple[str, str, str]]:
        """(heading, old, new) of every column that is not the same."""
        old, new = self.old or {}, self.new or {}
        names = [(field, heading) for heading, field in STANDARD_HEADINGS]
        found = []
        for field, heading in [*names, *_FURTHER.items()]:
            said = _text if field in _FURTHER else _recorded
            before, after = said(old.get(field)), said(new.get(field))
            if before != after:
                found.append((heading, before, after))
        return found


def _recorded(value: Any) -> str:
    return str(value or "")


def _text(value: Any) -> str:
    """As a person reads it: a list of dispositions and what is kept beside are lines."""
    if not value:
        return ""
    if isinstance(value, list):
        return "\n".join(map(_disposition, value))
    if isinstance(value, dict):
        return "\n".join(f"{heading}: {text}" for heading, text in sorted(value.items()))
    return NOT_CERTIFIABLE.get(str(value), str(value))


def _disposition(said: Mapping[str, str]) -> str:
    words = (DISPOSITIONS[said["kind"]], *(said[part] for part in _PARTS))
    return " ".join(filter(None, words))


def counts(session: Session, work_id: str) -> dict[What, int]:
    """How many entries were created, updated, removed under the authority."""
    query = (
        select(LedgerChange.what, func.count())
        .join(LedgerImport, LedgerImport.id == LedgerChange.import_id)
        .where(LedgerImport.work_id == work_id)
        .group_by(LedgerChange.what)
    )
    found = {str(what): int(many) for what, many in session.execute(query)}
    return {what: found.get(what.value, 0) for what in What}


def loads(session: Session, work_id: str) -> list[LedgerImport]:
    query = select(LedgerImport).where(LedgerImport.work_id == work_id).order_by(LedgerImport.id)
    return list(session.scalars(query))


def changes(session: Session, work_id: str) -> Iterator[ChangedEntry]:
    """Every change under the authority in the order of loads and entries."""
    for load in loads(session, work_id):
        last = (0, 0)
        while True:
            batch = session.execute(
                select(LedgerChange.entry_id, LedgerChange.version, LedgerChange.what)
                .where(
                    LedgerChange.import_id == load.id,
                    (LedgerChange.entry_id > last[0])
                    | ((LedgerChange.entry_id == last[0]) & (LedgerChange.version > last[1])),
                )
                .order_by(LedgerChange.entry_id, LedgerChange.version)
                .limit(AT_ONCE)
            ).all()
            if not batch:
                break
            versions = _versions(session, {row.entry_id for row in batch})
            for row in batch:
                yield _changed(load.at, row.entry_id, row.version, What(row.what), versions)
            last = (batch[-1].entry_id, batch[-1].version)


def _versions(session: Session, ids: set[int]) -> dict[tuple[int, int], Version]:
    """Every version of the entries: those they had, and the one they have."""
    found: dict[tuple[int, int], Version] = {}
    kept = select(
        LedgerEntryVersion.entry_id, LedgerEntryVersion.version, LedgerEntryVersion.canonical
    ).where(LedgerEntryVersion.entry_id.in_(ids))
    for entry_id, version, canonical in session.execute(kept):
        found[entry_id, version] = json.loads(canonical)
    table = LedgerEntryRow.__table__
    for row in session.execute(select(table).where(table.c.id.in_(ids))).mappings():
        found[row["id"], row["version"]] = dict(row)
    return found


def _changed(
    at: datetime,
    entry_id: int,
    version: int,
    what: What,
    versions: Mapping[tuple[int, int], Version],
) -> ChangedEntry:
    new = versions[entry_id, version]
    old = versions.get((entry_id, version - 1))
    return ChangedEntry(at, new["ledger_no"], what, old, None if what is What.REMOVED else new)
