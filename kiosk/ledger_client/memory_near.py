"""Lists, histories and neighbours of the section in memory: recorded text compared, nothing folded.

Pure over entries; the real section's ways are admin.ledger.history and admin.ledger.neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from kiosk.domain.ledger import LedgerEntry, field_text
from kiosk.domain.near import (
    MAX_BESIDE,
    BesideLot,
    Happening,
    HappeningKind,
    Neighbours,
    SiteEntry,
    SiteHistory,
)
from kiosk.domain.query import Hit, Query, QueryKind

#: The last number of a lot: what its neighbours differ in.
_LAST = re.compile(r"^(?P<head>.*?)(?P<number>[0-9]+)(?P<tail>[^0-9]*)$")


def hit_of(entry: LedgerEntry) -> Hit:
    return Hit(
        entry_id=entry.entry_id,
        version=entry.version,
        ledger_no=entry.ledger_no,
        category=entry.category,
        confirmation_no=entry.confirmation_no,
        confirmation_date=field_text(entry, "confirmation_date"),
        lot=entry.lot,
        residential_address=entry.residential_address,
        owner="＊＊",
        main_use=entry.main_use,
        work_kind=entry.work_kind,
        structure=entry.structure,
        storeys=f"地上{entry.storeys_above}階" if entry.storeys_above else "",
        total_floor_area=entry.total_floor_area,
        inspected=bool(entry.inspection_no),
        not_certifiable=entry.not_certifiable,
    )


def _entry(entry: LedgerEntry) -> SiteEntry:
    said = field_text(entry, "confirmation_date")
    happenings = [Happening(HappeningKind.CONFIRMATION, said, entry.confirmation_date)]
    if entry.inspection_no or entry.inspection_date:
        said = field_text(entry, "inspection_date")
        happenings.append(Happening(HappeningKind.INSPECTION, said, entry.inspection_date))
    happenings += [
        Happening(HappeningKind(one.kind.value), one.date_said, one.date)
        for one in entry.dispositions
    ]
    return SiteEntry(hit_of(entry), tuple(happenings))


def _day(entry: LedgerEntry) -> tuple[date, int]:
    confirmed = entry.confirmation_date
    return (confirmed.latest if confirmed else date.min, entry.entry_id)


def history_of(entry: LedgerEntry, entries: Iterable[LedgerEntry], as_of: str) -> SiteHistory:
    same = [one for one in entries if one.lot == entry.lot or one.entry_id == entry.entry_id]
    same.sort(key=_day, reverse=True)
    return SiteHistory(entry.entry_id, entry.lot, tuple(map(_entry, same)), data_as_of=as_of)


def beside_of(entry: LedgerEntry, entries: Iterable[LedgerEntry], as_of: str) -> Neighbours:
    lot = _LAST.match(entry.lot)
    if lot is None:
        return Neighbours(entry.entry_id, "", (), (), data_as_of=as_of)
    known = [one.lot for one in entries]
    here = int(lot["number"])

    def lots(numbers: Iterable[int]) -> tuple[BesideLot, ...]:
        texts = [f"{lot['head']}{number}{lot['tail']}" for number in numbers if number > 0]
        found = [BesideLot(t, Query(QueryKind.LOT, t), known.count(t)) for t in texts]
        return tuple(one for one in found if one.count)[:MAX_BESIDE]

    before = lots(range(here - 1, here - 60, -1))
    return Neighbours(entry.entry_id, entry.lot, before, lots(range(here + 1, here + 60)),
                      data_as_of=as_of)  # fmt: skip
