"""The history of a site: every entry of its lots, as the list of hits would show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from admin.db.ledger_tables import LedgerEntryRow
from admin.ledger.aliases import Alias, load_aliases
from admin.ledger.index import entry_id as id_of
from admin.ledger.index import is_stale, plan_each_question
from admin.ledger.masking import listed_past
from admin.ledger.reading import recorded_date
from admin.ledger.search import LISTED, collect, recorded_hit
from admin.ledger.sites import Site, read_site, site_of, site_tiers, surely_same
from kiosk.domain.near import Happening, HappeningKind, SiteEntry, SiteHistory
from kiosk.domain.query import MAX_HITS, SearchUnavailable
from kiosk.domain.recorded_dates import parse_recorded_date

_SHOWN = [
    getattr(LedgerEntryRow, name)
    for name in (
        *LISTED, "is_plan_change", "dispositions", "confirmation_earliest", "confirmation_latest",
        "inspection_earliest", "inspection_latest",
    )
]  # fmt: skip


def history(
    session: Session,
    entry_id: int,
    *,
    data_as_of: str,
    listed: Callable[[SiteEntry], SiteEntry] = listed_past,
) -> SiteHistory | SearchUnavailable:
    """All entries of the lots of one entry; ``data_as_of`` is passed on (ISO date).

    ``listed`` makes of an entry what a list may show (the form's disclosure); without a form a
    person's name is masked. A site that the list may not name is not said either.
    """
    if is_stale(session):
        return SearchUnavailable("index_stale")
    plan_each_question(session)
    aliases = load_aliases(session)
    site = site_of(session, entry_id, aliases)
    if site is None:
        return SearchUnavailable("unknown_entry")
    keys = _keys(session, site, aliases)
    ids = [id_of(key) for key in keys[:MAX_HITS]]
    if entry_id not in ids:  # beyond the newest, or of a site that has no number
        ids = [*ids[: MAX_HITS - 1], entry_id]
    rows = {
        row.id: row for row in session.execute(select(*_SHOWN).where(LedgerEntryRow.id.in_(ids)))
    }
    entries = tuple(
        listed(_entry(rows[one], doubtful=one != entry_id and not _same(site, rows[one], aliases)))
        for one in ids
        if one in rows
    )
    here = next(one.hit for one in entries if one.hit.entry_id == entry_id)
    said = here.lot if site.kind == "l" else here.residential_address
    return SiteHistory(
        entry_id, said if site.named else "", entries, len(keys) > MAX_HITS, data_as_of
    )


def _keys(session: Session, site: Site, aliases: tuple[Alias, ...]) -> list[int]:
    """Order keys of the site's entries, newest first: one more than is shown at most.

    Each question is asked for no more than that, so that each answer has passed its check.
    """
    found: set[int] = set()
    for tier in site_tiers(site, aliases):
        found.update(collect(session, (tier,), MAX_HITS + 1))
    return sorted(found, reverse=True)[: MAX_HITS + 1]


def _same(site: Site, row: Row[Any], aliases: tuple[Alias, ...]) -> bool:
    cell = row.lot if site.kind == "l" else row.residential_address
    return surely_same(site, read_site(site.kind, cell, aliases))


def _entry(row: Row[Any], *, doubtful: bool) -> SiteEntry:
    confirmed = recorded_date(
        row.confirmation_date, row.confirmation_earliest, row.confirmation_latest
    )
    kind = HappeningKind.PLAN_CHANGE if row.is_plan_change else HappeningKind.CONFIRMATION
    later = [_disposition(one) for one in row.dispositions]
    if row.inspection_no.strip() or row.inspection_date.strip():
        day = recorded_date(row.inspection_date, row.inspection_earliest, row.inspection_latest)
        later.append(Happening(HappeningKind.INSPECTION, row.inspection_date, day))
    later.sort(key=lambda one: one.date.earliest if one.date else date.max)
    first = Happening(kind, row.confirmation_date, confirmed)
    return SiteEntry(recorded_hit(row[: len(LISTED)]), (first, *later), doubtful)


def _disposition(stored: Mapping[str, Any]) -> Happening:
    day = parse_recorded_date(stored["date"]) if stored["date"] else None
    return Happening(HappeningKind(stored["kind"]), stored["date"], day)
