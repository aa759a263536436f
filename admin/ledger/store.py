"""Writing entries: new, changed and removed ones with the version they replace, what was done to
each, and their search rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import rfc8785
from sqlalchemy import Table, bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Session

from admin.db.change_tables import LedgerChange, What
from admin.db.ledger_tables import (
    ORDER_KEY_ID_BITS,
    RECORDED_FIELDS,
    LedgerEntryRow,
    LedgerEntryVersion,
    LedgerSearchRow,
)
from admin.ledger import common_terms
from admin.ledger.spool import Prepared
from kiosk.domain.ledger import NotCertifiable

ENTRY = cast(Table, LedgerEntryRow.__table__)
SEARCH = cast(Table, LedgerSearchRow.__table__)
_FTS_ADD = text("INSERT INTO ledger_fts (rowid, terms) VALUES (:order_key, :terms)")
_FTS_DELETE = text(
    "INSERT INTO ledger_fts (ledger_fts, rowid, terms) VALUES ('delete', :order_key, :terms)"
)


@dataclass(frozen=True, slots=True)
class Known:
    """An entry that is there already."""

    id: int
    version: int
    content_sha256: str
    plan_key: str | None
    dispositions: list[dict[str, Any]]
    recorded: list[dict[str, Any]] | None
    not_certifiable: str | None
    category: str

    def same(self, one: Prepared) -> bool:
        """Whether a row says what the entry says, and means as much for who may have it."""
        values = one.values
        said = (self.content_sha256, self.not_certifiable)
        return said == (values["content_sha256"], values["not_certifiable"])

    def tied(self) -> list[dict[str, Any]]:
        """The plan changes that other entries brought."""
        own = self.recorded or []
        return [one for one in self.dispositions if one not in own]


def together(
    recorded: Sequence[dict[str, Any]] | None, tied: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What an entry shows: its own dispositions, and tied ones that are not among them.

    The same change recorded in both ways has the same kind and number.
    """
    own = list(recorded or [])
    said = {(one["kind"], one["number"]) for one in own}
    return own + [one for one in tied if (one["kind"], one["number"]) not in said]


def known_entries(session: Session, ledger_nos: Sequence[str]) -> dict[str, Known]:
    c = ENTRY.c
    rows = session.execute(
        select(
            c.ledger_no,
            c.id,
            c.version,
            c.content_sha256,
            c.plan_key,
            c.dispositions,
            c.recorded_dispositions,
            c.not_certifiable,
            c.category,
        ).where(c.ledger_no.in_(ledger_nos))
    )
    return {row[0]: Known(*row[1:]) for row in rows}


class EntryWriter:
    """Writes the entries of one load inside its transaction.

    ``fresh``: the ledger was empty before, so the index of SQLite is built at once at the end.
    """

    def __init__(self, session: Session, import_id: int, *, fresh: bool, next_id: int) -> None:
        self._session = session
        self._import_id = import_id
        self._fresh = fresh
        self._next_id = next_id

    def create(self, prepared: Sequence[tuple[Prepared, list[dict[str, Any]]]]) -> None:
        """Insert new entries with the plan changes that belong to them."""
        rows, search = [], []
        for one, dispositions in prepared:
            entry_id, self._next_id = self._next_id, self._next_id + 1
            shown = together(one.values["recorded_dispositions"], dispositions)
            rows.append(
                {**one.values, "id": entry_id, "version": 1, "import_id": self._import_id,
                 "dispositions": shown}
            )  # fmt: skip
            search.append(_search_row(entry_id, one))
        if rows:
            self._session.execute(insert(ENTRY), rows)
            self._say([(row["id"], 1) for row in rows], What.CREATED)
            self._add_search(search)

    def change(self, prepared: Sequence[tuple[Prepared, Known]]) -> None:
        """Replace entries, keeping the version each had."""
        if not prepared:
            return
        self._keep_versions([known.id for _, known in prepared])
        rows = [
            {**one.values, "b_id": known.id, "version": known.version + 1,
             "import_id": self._import_id,
             "dispositions": together(one.values["recorded_dispositions"], known.tied())}
            for one, known in prepared
        ]  # fmt: skip
        self._session.execute(
            update(ENTRY).where(ENTRY.c.id == bindparam("b_id")),
            rows,
            execution_options={"synchronize_session": False},
        )
        drop_search(self._session, [known.id for _, known in prepared])
        self._add_search([_search_row(known.id, one) for one, known in prepared])
        self._say([(known.id, known.version + 1) for _, known in prepared], What.UPDATED)

    def set_dispositions(self, entry_id: int, dispositions: list[dict[str, Any]]) -> None:
        """Plan changes of an entry that is itself not in the file: a new version of it."""
        self._replace([entry_id], What.UPDATED, dispositions=dispositions)

    def remove(self, ids: Sequence[int]) -> None:
        """Take entries out of the ledger: found and certified no more, but kept with their past."""
        if ids:
            drop_search(self._session, ids)
            self._replace(ids, What.REMOVED, not_certifiable=NotCertifiable.REMOVED.value)

    def _replace(self, ids: Sequence[int], what: What, **values: Any) -> None:
        self._keep_versions(ids)
        changed = self._session.execute(
            update(ENTRY)
            .where(ENTRY.c.id.in_(ids))
            .values(version=ENTRY.c.version + 1, import_id=self._import_id, **values)
            .returning(ENTRY.c.id, ENTRY.c.version)
        ).all()
        self._say([(row.id, row.version) for row in changed], what)

    def _say(self, versions: Iterable[tuple[int, int]], what: What) -> None:
        """Put down what was done to each entry (第4号様式の2 is drawn from these rows)."""
        rows = [
            {"entry_id": entry_id, "version": version, "import_id": self._import_id,
             "what": what.value}
            for entry_id, version in versions
        ]  # fmt: skip
        self._session.execute(insert(LedgerChange), rows)

    def _keep_versions(self, ids: Sequence[int]) -> None:
        rows = self._session.execute(select(ENTRY).where(ENTRY.c.id.in_(ids))).mappings()
        kept = []
        for row in rows:
            canonical = canonical_entry(row)
            kept.append(
                {"entry_id": row["id"], "version": row["version"], "replaced_by": self._import_id,
                 "canonical": canonical, "sha256": hashlib.sha256(canonical).hexdigest()}
            )  # fmt: skip
        self._session.execute(insert(LedgerEntryVersion), kept)

    def _add_search(self, rows: Sequence[dict[str, Any]]) -> None:
        add_search(self._session, rows, index=not self._fresh)

    def finish(self) -> None:
        """Build the index of a first load."""
        if self._fresh:
            rebuild_index(self._session)


def _search_row(entry_id: int, one: Prepared) -> dict[str, Any]:
    order_key = (one.day << ORDER_KEY_ID_BITS) | entry_id
    return {**one.search, "order_key": order_key, "entry_id": entry_id}


def canonical_entry(row: Mapping[Any, Any]) -> bytes:
    """One version as RFC 8785 JSON: everything recorded and what was tied to it."""
    further = {
        name: row[name]
        for name in ("recorded_dispositions", "source_page", "extra")
        if row[name] is not None
    }
    return rfc8785.dumps(
        {
            **{name: row[name] for name in RECORDED_FIELDS},
            **further,
            "version": row["version"],
            "import_id": row["import_id"],
            "not_certifiable": row["not_certifiable"],
            "dispositions": row["dispositions"],
        }
    )


# --- search rows --------------------------------------------------------------------------------


def add_search(session: Session, rows: Sequence[dict[str, Any]], *, index: bool) -> None:
    """Add search rows; ``index=False`` leaves what is found by them to ``rebuild_index``."""
    session.execute(insert(SEARCH), rows)
    if not index:
        return
    if session.get_bind().dialect.name == "sqlite":
        terms = [{"order_key": row["order_key"], "terms": " ".join(row["terms"])} for row in rows]
        session.execute(_FTS_ADD, terms)
    else:
        common_terms.add(session, [row["order_key"] for row in rows])


def drop_search(session: Session, entry_ids: Iterable[int]) -> None:
    """Remove search rows; what is found by them needs the old terms to forget them."""
    ids = list(entry_ids)
    chosen = SEARCH.c.entry_id.in_(ids)
    if session.get_bind().dialect.name == "sqlite":
        old = session.execute(select(SEARCH.c.order_key, SEARCH.c.terms).where(chosen)).all()
        gone = [{"order_key": row.order_key, "terms": " ".join(row.terms)} for row in old]
        if gone:
            session.execute(_FTS_DELETE, gone)
    else:
        common_terms.drop(session, ids)
    session.execute(delete(SEARCH).where(chosen))


def rebuild_index(session: Session) -> None:
    """What is found by the search rows, made anew from all of them. PostgreSQL's GIN is its own."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("INSERT INTO ledger_fts (ledger_fts) VALUES ('rebuild')"))
    else:
        common_terms.rebuild(session)
