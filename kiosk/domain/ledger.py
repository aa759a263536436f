"""One row of the ledger (台帳) as recorded, and a date that may be known only in part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Category(StrEnum):
    """区分. Lifts, other equipment and structures have rows and numbers of their own.

    Source: 建築基準法施行規則 第6条の3 (separate ledgers for 建築物, 建築設備, 工作物).
    """

    BUILDING = "建築物"
    LIFT = "昇降機"
    STRUCTURE = "工作物"
    EQUIPMENT = "建築設備"  # other than lifts


@dataclass(frozen=True, slots=True)
class RecordedDate:
    """A date of the ledger: the text as recorded and the days it can mean, both ends included.

    ``昭和42年 月不明`` is 1967-01-01..1967-12-31. A day that is not recorded is never invented.
    """

    text: str
    earliest: date
    latest: date

    def __post_init__(self) -> None:
        if self.earliest > self.latest or not self.text:
            raise ValueError("not a recorded date")

    @property
    def exact(self) -> bool:
        return self.earliest == self.latest


class DispositionKind(StrEnum):
    PLAN_CHANGE = "plan_change"  # 計画変更
    INTERMEDIATE = "intermediate_inspection"  # 中間検査
    MINOR_CHANGE = "minor_change"  # 軽微な変更
    CANCELLATION = "cancellation"  # 取りやめ, 取下げ, 確認の取消し
    REMOVAL = "removal"  # 除却


@dataclass(frozen=True, slots=True)
class Disposition:
    """What is recorded with an entry beside its confirmation and its final inspection.

    ``date_text`` holds a date's recorded text where no day can be read from it.
    """

    kind: DispositionKind
    number: str
    date: RecordedDate | None
    issuer: str
    detail: str = ""  # 特定工程 and the like
    date_text: str = ""

    @property
    def date_said(self) -> str:
        """The date as recorded, whether a day can be read from it or not."""
        return self.date.text if self.date else self.date_text


class NotCertifiable(StrEnum):
    """Why an entry cannot be certified here; the person is sent to the counter."""

    SCAN_ONLY = "scan_only"  # the ledger holds a picture, not text
    CANCELLED = "cancelled"  # 工事取り止め, 取下げ
    WITHHELD = "withheld"  # staff set it aside, e.g. while it is corrected
    NOT_RECORDED = "not_recorded"  # no confirmation number or date at all
    HANDWRITTEN = "handwritten"  # only the handwritten book has it
    OTHER_AUTHORITY = "other_authority"  # confirmed by another 特定行政庁
    YEAR_LOST = "year_lost"  # that year's ledger has not survived
    REMOVED = "removed"  # the entry was taken out of the ledger under authority


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry, one version. Text fields are as recorded; empty means nothing is recorded.

    Several owners, lots or 住居表示 are lines of one field. ``entry_id`` and ``version`` are the
    server's; ``version`` rises with every change. A date whose text says no day is None, and its
    text is in ``confirmation_date_text`` or ``inspection_date_text``.
    """

    entry_id: int
    version: int
    ledger_no: str  # 台帳番号
    category: Category  # 区分
    confirmation_no: str  # 確認番号
    confirmation_date: RecordedDate | None  # 確認年月日
    confirmation_issuer: str  # 確認交付者
    inspection_no: str  # 検査済番号
    inspection_date: RecordedDate | None  # 検査済年月日
    inspection_issuer: str  # 検査済交付者
    owner: str  # 建築主
    lot: str  # 地名地番
    residential_address: str  # 住居表示
    main_use: str  # 主要用途
    work_kind: str  # 工事種別
    structure: str  # 構造
    storeys_above: str  # 地上階数
    storeys_below: str  # 地下階数
    site_area: str  # 敷地面積, m2 as recorded
    building_area: str  # 建築面積
    total_floor_area: str  # 延べ面積
    remarks: str  # 備考
    dispositions: tuple[Disposition, ...] = ()
    not_certifiable: NotCertifiable | None = None
    confirmation_date_text: str = ""
    inspection_date_text: str = ""
    source_page: str = ""  # 簿冊と頁: where the book can be opened

    @property
    def certifiable(self) -> bool:
        return self.not_certifiable is None


#: The headings of the ``standard`` import profile and of ``admin search --json``, in order.
STANDARD_HEADINGS: tuple[tuple[str, str], ...] = (
    ("台帳番号", "ledger_no"),
    ("区分", "category"),
    ("確認番号", "confirmation_no"),
    ("確認年月日", "confirmation_date"),
    ("確認交付者", "confirmation_issuer"),
    ("検査済番号", "inspection_no"),
    ("検査済年月日", "inspection_date"),
    ("検査済交付者", "inspection_issuer"),
    ("建築主", "owner"),
    ("地名地番", "lot"),
    ("住居表示", "residential_address"),
    ("主要用途", "main_use"),
    ("工事種別", "work_kind"),
    ("構造", "structure"),
    ("地上階数", "storeys_above"),
    ("地下階数", "storeys_below"),
    ("敷地面積", "site_area"),
    ("建築面積", "building_area"),
    ("延べ面積", "total_floor_area"),
    ("備考", "remarks"),
)


def field_text(entry: LedgerEntry, field: str) -> str:
    """One field as recorded, dates as their recorded text, nothing as ``""``."""
    value = getattr(entry, field)
    if value is None:
        return str(getattr(entry, f"{field}_text", ""))
    if isinstance(value, RecordedDate):
        return value.text
    return str(value)
