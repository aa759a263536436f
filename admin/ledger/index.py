"""The index of search terms: FTS5 on SQLite, ``text[]`` with GIN on PostgreSQL, same answers.

A question is a list of clauses that must all hold; a clause is a list of terms of which one must be
there. Both databases answer it from their index, newest entry first; nothing is ever scanned.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from admin.db.ledger_tables import ORDER_KEY_ID_BITS, LedgerIndexState
from admin.ledger.common_terms import NEWEST_OF, is_common, is_year
from kiosk.domain.assets import AssetMissingError, asset_path

#: Raise it when folding, terms or order keys change: the search rows are made anew then.
INDEX_VERSION = 6
_TABLES = ("variants.yaml", "edogawa_towns.csv", "aliases.csv")

Clauses = tuple[tuple[str, ...], ...]
#: Above every order key.
NEWEST = (1 << 62) - 1

#: Rows whose details are fetched at a time.
DETAILS_AT_ONCE = 100


def entry_id(key: int) -> int:
    return key & ((1 << ORDER_KEY_ID_BITS) - 1)


def year(key: int) -> int | None:
    """The latest calendar year its confirmation can lie in; None when no date is known."""
    day = key >> ORDER_KEY_ID_BITS
    return date.fromordinal(day).year if day else None


@dataclass(frozen=True, slots=True)
class Detail:
    """What a search row holds beside its terms, and the number of its entry where asked for."""

    owner_key: str
    owner_plain: str
    address_key: str
    town: str | None
    confirmation_no: str


def _quoted(term: str) -> str:
    return '"' + term.replace('"', "") + '"'


def fts_question(clauses: Clauses) -> str:
    """The clauses in FTS5's language (sqlite.org/fts5.html#full_text_query_syntax)."""
    return " AND ".join("(" + " OR ".join(map(_quoted, clause)) + ")" for clause in clauses)


def plan_each_question(session: Session) -> None:
    """PostgreSQL: plan for the very terms asked for, until the transaction ends.

    The driver prepares what it sends often, and a plan for terms unknown would read the whole
    table from its newest end wherever there is a LIMIT. A ledger lies in memory, where a row out
    of order costs little more than the next; by the usual costs, which are a turning disk's, that
    same reading from the newest end looks cheap. Compiling a plan or starting workers for it takes
    longer than a keystroke may. Source: PostgreSQL manual, PREPARE and Query Planning.
    """
    if not _is_sqlite(session):
        session.execute(_PLANNING)


_PLANNING = text(
    "SELECT "
    + ", ".join(
        f"set_config('{name}', '{value}', true)"
        for name, value in {
            "plan_cache_mode": "force_custom_plan",
            "random_page_cost": "1.1",
            "max_parallel_workers_per_gather": "0",
            "jit": "off",
        }.items()
    )
)


def keys(session: Session, clauses: Clauses, limit: int, before: int = NEWEST) -> list[int]:
    """Order keys of at most ``limit`` rows that satisfy ``clauses``: newest first, below
    ``before``."""
    if not clauses or not all(clauses):
        return []
    if _is_sqlite(session):
        return [row[0] for row in send(session, _MATCHING, (fts_question(clauses), before, limit))]
    common = [one for one in clauses[0] if is_common(one)] if len(clauses) == 1 else []
    if not common:
        return _having(session, clauses, limit, before)
    # The newest of a whole are among the newest of its parts.
    found = {row[0] for row in send(session, NEWEST_OF, (common, before, limit, limit))}
    rare = tuple(one for one in clauses[0] if one not in common)
    if rare:
        found.update(_having(session, (rare,), limit, before))
    return sorted(found, reverse=True)[:limit]


def _having(session: Session, clauses: Clauses, limit: int, before: int) -> list[int]:
    """PostgreSQL's rows that satisfy ``clauses``."""
    for clause in clauses:
        if len(clause) == 1 and is_year(clause[0]):
            # Entries of an old year stand together, far from the newest: begin where they do.
            newest = send(session, NEWEST_OF, ([clause[0]], before, 1, 1))
            if not newest:
                return []
            before = newest[0][0] + 1
    every = [clause[0] for clause in clauses if len(clause) == 1]
    some = [list(clause) for clause in clauses if len(clause) > 1]
    asked = ["terms @> %s::text[]"] * bool(every) + ["terms && %s::text[]"] * len(some)
    values = ([every] if every else []) + some
    return [
        row[0]
        for row in send(session, _HAVING.format(" AND ".join(asked)), (*values, before, limit))
    ]


#: Statements are sent as they are: a keystroke asks several, and putting each together anew from
#: its parts took longer than the database did.
_MATCHING = (
    "SELECT rowid FROM ledger_fts WHERE ledger_fts MATCH ? AND rowid < ? "
    "ORDER BY rowid DESC LIMIT ?"
)
_HAVING = (
    "SELECT order_key FROM ledger_search WHERE {} AND order_key < %s "
    "ORDER BY order_key DESC LIMIT %s"
)
_DETAILS = (
    "SELECT order_key, owner_key, owner_plain, address_key, town, '' FROM ledger_search "
    "WHERE order_key"
)
_NUMBERED = (
    "SELECT s.order_key, s.owner_key, s.owner_plain, s.address_key, s.town, e.confirmation_no "
    "FROM ledger_search AS s JOIN ledger_entry AS e ON e.id = s.entry_id WHERE s.order_key"
)
_TOWNS = "SELECT order_key, town FROM ledger_search WHERE order_key"


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def send(session: Session, statement: str, values: tuple[Any, ...] = ()) -> Sequence[Any]:
    """The rows of one statement in the database's own language."""
    return session.connection().exec_driver_sql(statement, values).all()


def among(session: Session, statement: str, wanted: Sequence[int]) -> Sequence[Any]:
    """The rows of a statement that ends with the column whose numbers are wanted."""
    if not wanted:
        return []
    if _is_sqlite(session):
        marks = ",".join("?" * len(wanted))
        return send(session, f"{statement} IN ({marks})", tuple(wanted))
    return send(session, f"{statement} = ANY(%s::bigint[])", (list(wanted),))


def details(session: Session, wanted: Sequence[int], *, numbered: bool) -> dict[int, Detail]:
    """The details of rows by their order keys; with the entries' numbers if ``numbered``, which
    takes a page of each entry from the disk where nobody has asked before."""
    statement = _NUMBERED if numbered else _DETAILS
    return {one[0]: Detail(*one[1:]) for one in among(session, statement, wanted)}


def towns(session: Session, wanted: Sequence[int]) -> list[str]:
    """The towns of rows, in the order of their keys; rows without one are left out."""
    by_key = {key: town for key, town in among(session, _TOWNS, wanted) if town}
    return [by_key[key] for key in wanted if key in by_key]


@functools.lru_cache(maxsize=1)
def fingerprint() -> str:
    """SHA-256 of what search rows are made with: this code's version and the folding tables."""
    digest = hashlib.sha256(str(INDEX_VERSION).encode())
    for name in _TABLES:
        try:
            content = asset_path("towns", name).read_bytes()
        except AssetMissingError:
            content = b""
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


def is_stale(session: Session) -> bool:
    """Whether the search rows were made with other tables than these; a miss would be a lie."""
    made_with = send(session, "SELECT fingerprint FROM ledger_index_state")
    return bool(made_with) and made_with[0][0] != fingerprint()


def mark_fresh(session: Session) -> None:
    session.merge(LedgerIndexState(id=1, fingerprint=fingerprint()))
    session.flush()


def tell_planner(session: Session) -> None:
    """After a load: PostgreSQL empties GIN's waiting list and counts anew; SQLite needs nothing."""
    if _is_sqlite(session):
        return
    session.execute(text("SELECT gin_clean_pending_list('ix_ledger_search_terms')"))
    # Ten times the usual: a term beyond the counted ones is taken for half as common as the rarest
    # of them, and ten lots that nobody has would look like a town, worth a walk from the newest on.
    session.execute(text("ALTER TABLE ledger_search ALTER COLUMN terms SET STATISTICS 1000"))
    for table in ("ledger_search", "ledger_entry", "ledger_common_term"):
        session.execute(text(f"ANALYZE {table}"))
