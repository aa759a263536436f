"""What lies near one entry of the ledger: its site's other entries, and the lots beside it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.ledger import RecordedDate
from kiosk.domain.query import Hit, Query

#: Lots offered on each side of a site.
MAX_BESIDE = 5


class HappeningKind(StrEnum):
    """What can be recorded of an entry, each with a mark of its own on the timeline."""

    CONFIRMATION = "confirmation"  # 確認
    INSPECTION = "final_inspection"  # 完了検査
    PLAN_CHANGE = "plan_change"  # 計画変更
    INTERMEDIATE = "intermediate_inspection"  # 中間検査
    MINOR_CHANGE = "minor_change"  # 軽微な変更
    CANCELLATION = "cancellation"  # 取りやめ
    REMOVAL = "removal"  # 除却


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing recorded of an entry. ``said`` is its date as recorded, empty when none is;
    ``date`` the days that it can mean, None where no day can be read."""

    kind: HappeningKind
    said: str = ""
    date: RecordedDate | None = None


@dataclass(frozen=True, slots=True)
class SiteEntry:
    """One entry of a site, shown as the list of hits shows it.

    ``happenings`` begin with its confirmation (PLAN_CHANGE where the entry is itself a 計画変更);
    the others follow, the oldest first. ``doubtful``: its lot, or the lot asked for, can be read in
    another way (中央4-39-2), and only one of the readings makes them the same.
    """

    hit: Hit
    happenings: tuple[Happening, ...]
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class SiteHistory:
    """All entries of the lots of entry ``entry_id``, newest first, itself among them.

    ``site``: the lot as the entry records it, its 住居表示 where it records no lot, or empty where
    neither names a number: then no other entry can be said to be of the same site. ``more``: there
    are older ones that are not shown.
    """

    entry_id: int
    site: str
    entries: tuple[SiteEntry, ...]
    more: bool = False
    data_as_of: str = ""


@dataclass(frozen=True, slots=True)
class BesideLot:
    """A lot beside a site by its number: what a button says, the search it stands for and how many
    entries that finds, counted to one more than a list holds."""

    label: str
    query: Query
    count: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Lots before and after that of an entry in the order of lot numbers, the nearest first.

    Only lots of which the ledger has entries; MAX_BESIDE at most on each side. ``whole``: where the
    lot has a 枝番, the 番 that it is a part of, with all its parts. ``site`` as in SiteHistory.
    """

    entry_id: int
    site: str
    before: tuple[BesideLot, ...]
    after: tuple[BesideLot, ...]
    whole: BesideLot | None = None
    data_as_of: str = ""
