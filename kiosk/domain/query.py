"""What a visitor asks the ledger, and the four answers there are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.ledger import Category, NotCertifiable

#: Hits shown at most. More than this is asked to be narrowed: the list is for finding one
#: building, not for reading the ledger.
MAX_HITS = 50
#: Counting stops here; beyond it the screen says "1,000件以上".
COUNT_CAP = 1001
MAX_QUERY_LENGTH = 200


class QueryKind(StrEnum):
    LOT = "lot"  # 地名地番
    CONFIRMATION = "confirmation"  # 確認番号と年
    RESIDENTIAL = "residential"  # 住居表示
    OWNER = "owner"  # 建築主
    ANY = "any"  # whatever it looks like


@dataclass(frozen=True, slots=True)
class Query:
    """``text`` as typed; ``town`` one of the ward's towns as tapped; ``year`` Western, 1900..2100.

    A year matches both the calendar year and the fiscal year of that number.
    """

    kind: QueryKind
    text: str = ""
    town: str | None = None  # e.g. 中央一丁目
    year: int | None = None

    def __repr__(self) -> str:  # an owner's name is personal: never into a log by accident
        return f"Query({self.kind.value}, {len(self.text)} characters)"


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the list: what tells entries apart. ``owner`` is already masked for the list."""

    entry_id: int
    version: int
    ledger_no: str
    category: Category
    confirmation_no: str
    confirmation_date: str
    lot: str
    residential_address: str
    owner: str
    main_use: str
    work_kind: str
    structure: str
    storeys: str  # e.g. 地上3階 地下1階
    total_floor_area: str
    inspected: bool  # a final inspection is recorded
    not_certifiable: NotCertifiable | None = None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A button that narrows: its label and the query it stands for."""

    label: str
    query: Query
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """1..MAX_HITS hits, best first. ``choices`` when the words can mean more than one place."""

    hits: tuple[Hit, ...]
    choices: tuple[Narrowing, ...] = ()
    data_as_of: str = ""  # 台帳データ基準日, ISO date


@dataclass(frozen=True, slots=True)
class NoHits:
    """Nothing, with what may help: towns that look alike, the same without the year."""

    choices: tuple[Narrowing, ...] = ()
    data_as_of: str = ""


@dataclass(frozen=True, slots=True)
class TooMany:
    """More than MAX_HITS. ``hits`` are the first MAX_HITS; ``choices`` narrow by year or town."""

    count: int  # capped at COUNT_CAP
    hits: tuple[Hit, ...]
    choices: tuple[Narrowing, ...] = ()
    data_as_of: str = ""


@dataclass(frozen=True, slots=True)
class SearchUnavailable:
    """The server did not answer, or cannot search now. ``code`` is for the log."""

    code: str


SearchResult = Found | NoHits | TooMany | SearchUnavailable
