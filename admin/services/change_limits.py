"""Which entries a work ID is for, so that the server can refuse the others.

Source: 運用規程 第9条第7項: a permission names the data that are updated. The words of 第4号様式
stay; limits say the same for a machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.db.change_tables import ChangeAuthority, LedgerChange
from admin.db.ledger_tables import LedgerEntryRow, LedgerEntryVersion, LedgerImport

#: Entries named in a refusal.
NAMED = 5
PATTERNS = 50
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Limits:
    """Empty: no limit of that kind. ``ledger_nos`` are patterns: ``H15-*``."""

    categories: tuple[str, ...] = ()
    ledger_nos: tuple[str, ...] = ()
    at_most: int | None = None  # entries, over every load and edit of the work ID

    def stored(self) -> str | None:
        return json.dumps(asdict(self), ensure_ascii=False) if self != Limits() else None

    def allow(self, ledger_no: str, *categories: str) -> bool:
        named = not self.ledger_nos or any(fnmatchcase(ledger_no, one) for one in self.ledger_nos)
        return named and (not self.categories or set(categories) <= set(self.categories))

    def words(self) -> str:
        """For the form: what the server holds the work to; "" without limits."""
        said = [
            f"区分は {'、'.join(self.categories)}" if self.categories else "",
            f"台帳番号は {'、'.join(self.ledger_nos)}" if self.ledger_nos else "",
            f"{self.at_most:,} 件まで" if self.at_most is not None else "",
        ]
        return "。".join(filter(None, said))


NO_LIMITS = Limits()


def limits_of(authority: ChangeAuthority) -> Limits:
    said: dict[str, Any] = json.loads(authority.limits) if authority.limits else {}
    return Limits(
        tuple(said.get("categories", ())), tuple(said.get("ledger_nos", ())), said.get("at_most")
    )


@dataclass(frozen=True, slots=True)
class Beyond:
    """What a load did beyond the limits: entries outside of them, or more than so many."""

    outside: tuple[str, ...] = ()  # 台帳番号, the first few
    count: int = 0
    changed: int = 0


def beyond(session: Session, authority: ChangeAuthority, import_id: int) -> Beyond | None:
    """Asked inside the load's transaction, from the rows that say what it did."""
    tally = Tally(session, authority)
    if tally.bound and not tally.beyond():
        for ledger_no, categories in _changed(session, import_id):
            tally.add(ledger_no, *categories, counted=True)
    return tally.beyond()


class Tally:
    """Entries that a load touches, held against the limits of its work ID one by one."""

    def __init__(self, session: Session, authority: ChangeAuthority) -> None:
        self._limits = limits_of(authority)
        self._changed = 0 if self._limits.at_most is None else _changed_under(session, authority)
        self._named: list[str] = []
        self._outside = 0

    @property
    def bound(self) -> bool:
        """Whether it matters which entries they are."""
        return bool(self._limits.categories or self._limits.ledger_nos)

    def add(self, ledger_no: str, *categories: str, counted: bool = False) -> None:
        """``categories``: the 区分 that the entry has and the one it had. ``counted``: the
        database's own count has it already."""
        self._changed += not counted
        if not self._limits.allow(ledger_no, *categories):
            self._outside += 1
            self._named += [ledger_no] if self._outside <= NAMED else []

    def beyond(self) -> Beyond | None:
        if self._limits.at_most is not None and self._changed > self._limits.at_most:
            return Beyond(changed=self._changed)
        return Beyond(tuple(self._named), self._outside) if self._outside else None


def _changed_under(session: Session, authority: ChangeAuthority) -> int:
    """Changes that the work ID was used for, over every load and edit."""
    query = (
        select(func.count())
        .select_from(LedgerChange)
        .join(LedgerImport, LedgerImport.id == LedgerChange.import_id)
        .where(LedgerImport.work_id == authority.work_id)
    )
    return session.scalar(query) or 0


def _changed(session: Session, import_id: int) -> Iterator[tuple[str, set[str]]]:
    """Each changed entry with the 区分 it has and the one it had."""
    entry, version = LedgerEntryRow, LedgerEntryVersion
    rows = session.execute(
        select(entry.ledger_no, entry.category, version.canonical)
        .select_from(LedgerChange)
        .join(entry, entry.id == LedgerChange.entry_id)
        .outerjoin(
            version,
            (version.entry_id == LedgerChange.entry_id)
            & (version.version == LedgerChange.version - 1),
        )
        .where(LedgerChange.import_id == import_id)
        .order_by(entry.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for ledger_no, category, old in rows:
        yield ledger_no, {category, json.loads(old)["category"] if old else category}
