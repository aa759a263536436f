"""Invented people and buildings (見本)."""

from __future__ import annotations

from kiosk.domain.ledger import Category, LedgerEntry, NotCertifiable

#: What the person types; each must be found nowhere on the terminal afterwards.
PERSON = {
    "name": "見本 花子",
    "postal_code": "132-8501",
    "address": "東京都江戸川区見本一丁目2番3号",
    "phone": "03-0000-0000",
}


def entry(entry_id: int, **changes: object) -> LedgerEntry:
    """A whole entry; only what a flow looks at differs."""
    fields: dict[str, object] = {
        "entry_id": entry_id, "version": 1, "ledger_no": f"見本-{entry_id:03d}",
        "category": Category.BUILDING, "confirmation_no": f"第{entry_id}号",
        "confirmation_date": None, "confirmation_issuer": "見本建築主事", "inspection_no": "",
        "inspection_date": None, "inspection_issuer": "", "owner": "見本　太郎",
        "lot": f"中央一丁目{entry_id}番", "residential_address": "", "main_use": "一戸建ての住宅",
        "work_kind": "新築", "structure": "木造", "storeys_above": "2", "storeys_below": "",
        "site_area": "100", "building_area": "50", "total_floor_area": "90", "remarks": "",
    }  # fmt: skip
    return LedgerEntry(**{**fields, **changes})  # type: ignore[arg-type]


HOUSE = entry(101)
OTHER_HOUSE = entry(102)
SCANNED = entry(103, not_certifiable=NotCertifiable.SCAN_ONLY)
RARE = entry(104, owner="見本\U000e0fff")
LEDGER = (HOUSE, OTHER_HOUSE, SCANNED, RARE)
