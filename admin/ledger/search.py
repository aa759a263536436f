"""The search of the terminal: a query in, one of four answers out; newest first, nothing raised.

Only what the database itself refuses (it is locked, it is gone) is raised, as SQLAlchemy's errors.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.db.ledger_tables import LedgerEntryRow
from admin.ledger.choices import alternatives, narrower, wider
from admin.ledger.index import NEWEST, Candidate, candidates, is_stale
from admin.ledger.masking import listed_owner
from admin.ledger.numbers import read_number
from admin.ledger.plan import Plan, Tier, groups_follow, plan_query
from kiosk.domain.ledger import Category, NotCertifiable
from kiosk.domain.query import (
    COUNT_CAP,
    MAX_HITS,
    MAX_QUERY_LENGTH,
    Found,
    Hit,
    Narrowing,
    NoHits,
    Query,
    SearchResult,
    SearchUnavailable,
    TooMany,
)

#: Questions asked at most for one tier when its check sorts out much of what the index gives.
MAX_PAGES = 5
#: How many years ahead of today a question may name.
YEARS_AHEAD = 1
FIRST_YEAR = 1868


def search(session: Session, query: Query, *, today: date, data_as_of: str) -> SearchResult:
    """Search the ledger. ``today`` is Japan's; ``data_as_of`` is passed on (ISO date)."""
    if is_stale(session):
        return SearchUnavailable("index_stale")
    query = _cleaned(query)
    if query.year is not None and not FIRST_YEAR <= query.year <= today.year + YEARS_AHEAD:
        return NoHits(_counted_wider(session, query, Plan(()), today), data_as_of)
    plan = plan_query(query, today)
    found = collect(session, plan.tiers, COUNT_CAP)
    if not found:
        return NoHits(_counted_wider(session, query, plan, today), data_as_of)
    hits = _hits(session, found[:MAX_HITS])
    choices = alternatives(query, plan, lambda tiers: _count(session, tiers))
    if len(found) > MAX_HITS:
        return TooMany(len(found), hits, choices or narrower(query, found), data_as_of)
    if plan.asks_year:
        choices += narrower(query, found)
    return Found(hits, choices, data_as_of)


def _cleaned(query: Query) -> Query:
    """Without what no ledger holds and no database takes: NUL, lone surrogates, endless text."""

    def clean(text: str) -> str:
        kept = text[:MAX_QUERY_LENGTH].encode("utf-8", "ignore").decode("utf-8")
        return "".join(one if one.isprintable() or one == "\u3000" else " " for one in kept).strip()

    return replace(query, text=clean(query.text), town=clean(query.town or "") or None)


# --- asking the index ---------------------------------------------------------------------------


def collect(session: Session, tiers: tuple[Tier, ...], cap: int) -> list[Candidate]:
    """Rows of all tiers, each once, at most ``cap``; the order is the order of the hits."""
    found: dict[int, Candidate] = {}
    for tier in tiers:
        if len(found) >= cap or (tier.fallback and found):
            continue
        for one in _tier_rows(session, tier, cap):
            found.setdefault(one.entry_id, one)
    return list(found.values())[:cap]


def _tier_rows(session: Session, tier: Tier, cap: int) -> list[Candidate]:
    rows: list[Candidate] = []
    before = NEWEST
    for _ in range(MAX_PAGES):
        page = candidates(session, tier.clauses, cap, before)
        rows += _checked(session, tier, page)
        if len(page) < cap or len(rows) >= cap:
            break
        before = page[-1].order_key
    if tier.exact is not None:
        rows.sort(key=lambda one: not tier.exact(one) if tier.exact else False)  # stable
    return rows


def _checked(session: Session, tier: Tier, page: list[Candidate]) -> list[Candidate]:
    if tier.number is not None and page:
        entry = LedgerEntryRow.__table__.c
        wanted = select(entry.id, entry.confirmation_no).where(
            entry.id.in_([one.entry_id for one in page])
        )
        right = {
            row.id
            for row in session.execute(wanted)
            if groups_follow(tier.number, read_number(row.confirmation_no))
        }
        page = [one for one in page if one.entry_id in right]
    return page if tier.check is None else [one for one in page if tier.check(one)]


def _count(session: Session, tiers: tuple[Tier, ...]) -> int:
    """How many hits a button leads to, counted no further than one list."""
    return len(collect(session, tiers, MAX_HITS + 1))


def _counted_wider(
    session: Session, query: Query, plan: Plan, today: date
) -> tuple[Narrowing, ...]:
    return wider(query, plan, lambda one: _count(session, plan_query(one, today).tiers))


# --- the lines of the list ----------------------------------------------------------------------


def _storeys(row: LedgerEntryRow) -> str:
    above, below = row.storeys_above.strip(), row.storeys_below.strip()
    parts = [f"地上{_counted(above)}" if above else ""]
    parts.append(f"地下{_counted(below)}" if below and below not in {"0", "０"} else "")
    return " ".join(filter(None, parts))


def _counted(storeys: str) -> str:
    return f"{storeys}階" if storeys[-1:].isdigit() else storeys


def _hit(row: LedgerEntryRow) -> Hit:
    return Hit(
        entry_id=row.id,
        version=row.version,
        ledger_no=row.ledger_no,
        category=Category(row.category),
        confirmation_no=row.confirmation_no,
        confirmation_date=row.confirmation_date,
        lot=row.lot,
        residential_address=row.residential_address,
        owner=listed_owner(row.owner),
        main_use=row.main_use,
        work_kind=row.work_kind,
        structure=row.structure,
        storeys=_storeys(row),
        total_floor_area=row.total_floor_area,
        inspected=bool(row.inspection_no.strip() or row.inspection_date.strip()),
        not_certifiable=NotCertifiable(row.not_certifiable) if row.not_certifiable else None,
    )


def _hits(session: Session, found: list[Candidate]) -> tuple[Hit, ...]:
    ids = [one.entry_id for one in found]
    rows = session.scalars(select(LedgerEntryRow).where(LedgerEntryRow.id.in_(ids)))
    by_id = {row.id: row for row in rows}
    return tuple(_hit(by_id[entry_id]) for entry_id in ids)
