"""The lots beside a site: the next numbers of which the ledger has entries.

No map of parcels is known here. Lots are numbered along streets and split into 枝番, so the next
number is what a person who is unsure of theirs will try next, and that is all that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from sqlalchemy.orm import Session

from admin.ledger.aliases import Alias, load_aliases
from admin.ledger.choices import place_query
from admin.ledger.index import is_stale, keys, plan_each_question
from admin.ledger.lots import Place
from admin.ledger.masking import listed_hit
from admin.ledger.places import place_label
from admin.ledger.plan import plan_query
from admin.ledger.plan_parts import place_clause
from admin.ledger.search import collect, recorded_hits
from admin.ledger.sites import Site, site_of
from kiosk.domain.near import MAX_BESIDE, BesideLot, Neighbours
from kiosk.domain.query import COUNT_CAP, MAX_HITS, Hit, Query, QueryKind, SearchUnavailable

#: Numbers tried on each side before it is said that there is none.
TRIED = 60
#: So many of them are asked of the index at once; only where one exists they are asked singly.
AT_ONCE = 12
#: Lots offered of one 番, so that the next 番 is among those offered too.
OF_ONE_LOT = 3

Numbers = tuple[int, ...]


def neighbours(
    session: Session,
    entry_id: int,
    *,
    today: date,
    data_as_of: str,
    listed: Callable[[Hit], Hit] = listed_hit,
) -> Neighbours | SearchUnavailable:
    """Lots before and after that of an entry. ``today`` and ``data_as_of`` as for the search.

    ``listed`` as for the search: of a lot that the list may not show no neighbours are said.
    """
    if is_stale(session):
        return SearchUnavailable("index_stale")
    plan_each_question(session)
    aliases = load_aliases(session)
    site = site_of(session, entry_id, aliases)
    if site is None:
        return SearchUnavailable("unknown_entry")
    if not site.places or not _may_be_said(session, entry_id, site, listed):
        return Neighbours(entry_id, "", (), (), data_as_of=data_as_of)
    beside = _Beside(session, site, today, aliases)
    return Neighbours(
        entry_id, site.said, beside.lots(-1), beside.lots(1), beside.whole(), data_as_of
    )


def _may_be_said(session: Session, entry_id: int, site: Site, listed: Callable[[Hit], Hit]) -> bool:
    hit = listed(recorded_hits(session, [entry_id])[entry_id])
    return site.said == (hit.lot if site.kind == "l" else hit.residential_address)


class _Beside:
    """The lots of the town and 丁目 that the site's first lot is in."""

    def __init__(
        self, session: Session, site: Site, today: date, aliases: tuple[Alias, ...]
    ) -> None:
        self._session, self._site, self._today, self._aliases = session, site, today, aliases
        first = site.places[0]
        self._base, self._chome = first.base, first.chome
        self._own = sorted(
            place.numbers
            for place in site.places
            if (place.base, place.chome) == (self._base, self._chome)
        )

    def lots(self, way: int) -> tuple[BesideLot, ...]:
        """The nearest ones, ``way`` -1 before the site's first lot, 1 after its last."""
        numbers = self._own[0 if way < 0 else -1]
        found: list[Numbers] = []
        for depth in range(len(numbers) - (way < 0), -1, -1):
            room = MAX_BESIDE if depth == 0 else min(OF_ONE_LOT, MAX_BESIDE - 1)
            wanted = min(room, MAX_BESIDE - len(found))
            for one in self._existing(_series(numbers, depth, way)):
                if wanted <= 0:
                    break
                found.append(one)
                wanted -= 1
        return tuple(self._lot(one) for one in found)

    def whole(self) -> BesideLot | None:
        """The 番 of the first lot with all its 枝番."""
        numbers = self._own[0]
        return self._lot(numbers[:1]) if len(numbers) > 1 else None

    def _existing(self, series: list[Numbers]) -> Iterator[Numbers]:
        """Those of which there are entries, other than the site's own lots."""
        tried = [one for one in series if one not in self._own]
        for at in range(0, len(tried), AT_ONCE):
            part = tried[at : at + AT_ONCE]
            if self._any(part):
                yield from (one for one in part if self._any([one]))

    def _any(self, numbers: list[Numbers]) -> bool:
        # Asked for many, not for one: PostgreSQL would look for a first one from the newest entry
        # on, and where there is none that is the whole table.
        clause = place_clause(self._site.kind, map(self._place, numbers))
        return bool(keys(self._session, (clause,), COUNT_CAP))

    def _place(self, numbers: Numbers) -> Place:
        return Place(self._base, self._chome, numbers)

    def _lot(self, numbers: Numbers) -> BesideLot:
        place = self._place(numbers)
        kind = QueryKind.LOT if self._site.kind == "l" else QueryKind.RESIDENTIAL
        query = place_query(Query(kind), place)
        plan = plan_query(query, self._today, self._aliases)
        count = len(collect(self._session, plan.tiers, MAX_HITS + 1))
        return BesideLot(place_label(place), query, count)


def _series(numbers: Numbers, depth: int, way: int) -> list[Numbers]:
    """Lots that differ at one place of the number, the nearest first: 4-1 -> 4-2, 4-3 ... at
    depth 1, 5, 6 ... at depth 0. One deeper than the lot itself are the parts that it may have."""
    at = numbers[depth] if depth < len(numbers) else 0
    tried = [at + way * step for step in range(1, TRIED + 1)]
    return [(*numbers[:depth], one) for one in tried if one > 0]
