"""What lies near an entry: its site's history on an axis of years, and the lots beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kiosk.domain.eras import ERAS, wareki_year
from kiosk.domain.ledger import RecordedDate
from kiosk.domain.near import BesideLot, HappeningKind, Neighbours, SiteEntry, SiteHistory
from kiosk.domain.query import MAX_HITS, Query
from kiosk.screens.present.frame import Frame, visit_frame
from kiosk.screens.strings import tr
from kiosk.session.state import Session, Visit

#: Cards beside the axis on one page.
HISTORY_PER_PAGE = 4
#: What is written of one entry beside its confirmation; the rest is counted.
EVENTS_SAID = 4
#: Years beyond the first and the last entry, so that no mark stands at the very end of the axis.
MARGIN_YEARS = 2
#: What a date can be at all, with a year to spare for its end.
FIRST_YEAR, LAST_YEAR = 1, 9998
#: Years between two figures on the axis, the first that needs no more than MOST_TICKS.
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
MOST_TICKS = 8
DAYS_IN_YEAR = 365.2425


@dataclass(frozen=True, slots=True)
class EntryMark:
    """One entry: its card, and where on the axis its years are (0 oldest .. 1 newest).

    ``first``/``last``: the days that its confirmation can mean; None where none is recorded.
    ``happenings``: kind and place of each mark. ``here``: it is the entry looked at.
    """

    entry_id: int
    headline: str
    words: str
    events: str
    badges: tuple[str, ...]
    here: bool
    first: float | None
    last: float | None
    happenings: tuple[tuple[HappeningKind, float], ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A year's figure on the axis, in both calendars."""

    at: float
    western: str
    wareki: str


@dataclass(frozen=True, slots=True)
class EraBand:
    """An era's stretch of the axis."""

    name: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class HistoryView:
    site: str
    words: str
    marks: tuple[EntryMark, ...]
    ticks: tuple[Tick, ...]
    bands: tuple[EraBand, ...]
    legend: tuple[tuple[HappeningKind, str], ...]


@dataclass(frozen=True, slots=True)
class BesideView:
    label: str
    count: str
    query: Query | None  # None: the lot that is looked at


@dataclass(frozen=True, slots=True)
class NeighboursView:
    """``lots`` in the order of their numbers, the one looked at among them."""

    site: str
    words: str
    lots: tuple[BesideView, ...]
    whole: BesideView | None


# --- the axis -----------------------------------------------------------------------------------


def _year_of(day: date) -> float:
    """A day as a year with its fraction: 2000-07-01 is about 2000.5."""
    begun = date(day.year, 1, 1)
    return day.year + (day - begun).days / DAYS_IN_YEAR


@dataclass(frozen=True, slots=True)
class Axis:
    """Years ``first`` to ``last``; ``at`` gives 0..1."""

    first: int
    last: int

    def at(self, year: float) -> float:
        return min(1.0, max(0.0, (year - self.first) / (self.last - self.first)))

    def day(self, day: date) -> float:
        return self.at(_year_of(day))

    def ticks(self) -> tuple[Tick, ...]:
        span = self.last - self.first
        step = next((one for one in _STEPS if span / one <= MOST_TICKS), _STEPS[-1])
        years = range(-(-self.first // step) * step, self.last + 1, step)
        return tuple(Tick(self.at(year), str(year), _wareki(year)) for year in years)

    def bands(self) -> tuple[EraBand, ...]:
        """Eras that the axis touches, the oldest first."""
        begins = sorted((era.first_day, era.name) for era in ERAS)
        bands = []
        for number, (day, name) in enumerate(begins):
            until = begins[number + 1][0] if number + 1 < len(begins) else date(self.last + 1, 1, 1)
            first, last = self.day(day), self.day(until)
            if last > first:
                bands.append(EraBand(name, first, last))
        return tuple(bands)


def _wareki(year: int) -> str:
    """The era's year in which a Western year ends: 1989 -> 平成元; before 明治 nothing."""
    if year < min(era.first_day for era in ERAS).year:
        return ""
    era, number = wareki_year(date(year, 12, 31))
    return f"{era.name}{'元' if number == 1 else number}"


def axis_of(entries: tuple[SiteEntry, ...]) -> Axis | None:
    """The years of everything dated; None where nothing is."""
    days = [
        day
        for entry in entries
        for what in entry.happenings
        if what.date is not None
        for day in (what.date.earliest, what.date.latest)
    ]
    if not days:
        return None
    first = max(FIRST_YEAR, min(days).year - MARGIN_YEARS)
    return Axis(first, min(LAST_YEAR, max(days).year + 1 + MARGIN_YEARS))


def _middle(day: RecordedDate) -> date:
    return day.earliest + (day.latest - day.earliest) / 2


def spread(wanted: list[float], size: float, gap: float, room: float) -> list[float]:
    """Places from the top for things ``size`` high, as near to ``wanted`` (their middles, from the
    top, rising) as they can lie without touching and within ``room``."""
    tops: list[float] = []
    for middle in wanted:
        least = tops[-1] + size + gap if tops else 0.0
        tops.append(max(least, middle - size / 2))
    limit = room - size
    for at in range(len(tops) - 1, -1, -1):
        tops[at] = max(0.0, min(tops[at], limit))
        limit = tops[at] - size - gap
    return tops


# --- the cards ----------------------------------------------------------------------------------


def _events(entry: SiteEntry) -> str:
    """What was recorded after the confirmation, in words."""
    said = [
        f"{tr(f'screen.history.kind.{what.kind.value}')} {what.said}".rstrip()
        for what in entry.happenings[1:]
    ]
    if len(said) > EVENTS_SAID:
        rest = tr("screen.history.further", count=len(said) - EVENTS_SAID + 1)
        said = [*said[: EVENTS_SAID - 1], rest]
    return "　".join(said) or tr("screen.history.nothing_more")


def _mark(entry: SiteEntry, here: bool, axis: Axis | None) -> EntryMark:
    hit, first = entry.hit, entry.happenings[0]
    number = "　".join(filter(None, (first.said, hit.confirmation_no))) or tr("screen.none")
    kind = tr("screen.history.kind.plan_change") + "　" if _changes(entry) else ""
    badges = [
        tr(f"screen.history.badge.{name}")
        for name, shown in (
            ("here", here), ("counter", hit.not_certifiable), ("doubtful", entry.doubtful)
        )
        if shown
    ]  # fmt: skip
    days = [(what.kind, what.date) for what in entry.happenings if what.date]
    return EntryMark(
        entry_id=hit.entry_id,
        headline=f"【{hit.category.value}】{kind}{number}",
        words="　".join(filter(None, (hit.main_use, hit.work_kind, hit.structure, hit.storeys))),
        events=_events(entry),
        badges=tuple(badges),
        here=here,
        first=axis.day(first.date.earliest) if axis and first.date else None,
        last=axis.day(first.date.latest) if axis and first.date else None,
        happenings=tuple((kind, axis.day(_middle(day))) for kind, day in days) if axis else (),
    )


def _changes(entry: SiteEntry) -> bool:
    return entry.happenings[0].kind is HappeningKind.PLAN_CHANGE


def _history_words(found: SiteHistory) -> str:
    count = len(found.entries)
    if not found.site and count < 2:
        return tr("screen.history.no_site")
    if found.more:
        return tr("screen.history.more", count=MAX_HITS)
    return tr("screen.history.only" if count == 1 else "screen.history.words", count=count)


def history(session: Session) -> Frame:
    visit = session.visit or Visit("")
    found = visit.history or SiteHistory(0, "", ())
    here = visit.entry.entry_id if visit.entry else found.entry_id
    axis = axis_of(found.entries)
    kinds = dict.fromkeys(what.kind for entry in found.entries for what in entry.happenings)
    body = HistoryView(
        site=_one_line(found.site),
        words=_history_words(found),
        marks=tuple(_mark(one, one.hit.entry_id == here, axis) for one in found.entries),
        ticks=axis.ticks() if axis else (),
        bands=axis.bands() if axis else (),
        legend=tuple(
            (kind, tr(f"screen.history.kind.{kind.value}"))
            for kind in HappeningKind
            if kind in kinds
        ),
    )
    return visit_frame(session, tr("screen.history.title"), body)


# --- beside -------------------------------------------------------------------------------------


def _one_line(site: str) -> str:
    return "、".join(part.strip() for part in site.splitlines() if part.strip())


def _beside(lot: BesideLot) -> BesideView:
    many = lot.count > MAX_HITS
    count = tr("screen.neighbours.many" if many else "screen.neighbours.count",
               count=min(lot.count, MAX_HITS))  # fmt: skip
    return BesideView(lot.label, count, lot.query)


def neighbours(session: Session) -> Frame:
    visit = session.visit or Visit("")
    found = visit.neighbours or Neighbours(0, "", (), ())
    site = _one_line(found.site)
    here = BesideView(site, tr("screen.neighbours.here"), None)
    lots = (*map(_beside, reversed(found.before)), here, *map(_beside, found.after))
    key = "none" if len(lots) == 1 else "words"
    body = NeighboursView(
        site=site,
        words=tr(f"screen.neighbours.{key}" if site else "screen.neighbours.no_site"),
        lots=lots if site else (),
        whole=_beside(found.whole) if found.whole else None,
    )
    return visit_frame(session, tr("screen.neighbours.title"), body)
