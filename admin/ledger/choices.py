"""Buttons beside an answer: what else the words can mean, what narrows, what may help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from admin.ledger.index import year as year_of
from admin.ledger.lots import Place
from admin.ledger.numbers import says_number
from admin.ledger.places import like_places, other_chomes, place_label
from admin.ledger.plan_parts import KINDS, Guess, Plan, Tier, place_clause, year_clause
from admin.ledger.words import label
from kiosk.domain.eras import wareki_year
from kiosk.domain.query import COUNT_CAP, Narrowing, Query, QueryKind
from kiosk.domain.towns import town_name

#: Buttons on one list at most.
MAX_CHOICES = 12


def place_query(query: Query, place: Place) -> Query:
    """The query that means this place and no other."""
    if place.chome:
        text = "-".join(map(str, place.numbers))
        return replace(query, text=text, town=town_name(place.base, place.chome))
    if not place.numbers:
        return replace(query, text="", town=place.base)
    return replace(query, text=place_label(place), town=None)


def alternatives(
    query: Query, plan: Plan, ids: Callable[[tuple[Tier, ...]], frozenset[int]]
) -> tuple[Narrowing, ...]:
    """The places that the words can mean, when they lead to different entries.

    中央4-39-2 as recorded may itself mean two places: a place that leads only where another one
    leads as well is no choice.
    """
    if len(plan.alternatives) < 2 or query.kind not in KINDS:
        return ()
    led = _leading(query, plan.alternatives, ids)
    return _buttons(query, led) if len(led) > 1 else ()


Ids = Callable[[tuple[Tier, ...]], frozenset[int]]


def _leading(query: Query, places: Sequence[Place], ids: Ids) -> list[Place]:
    """The places that lead to entries, each to some of its own."""
    kinds = KINDS[query.kind]
    year = (year_clause(query.year),) if query.year is not None else ()
    led: list[tuple[Place, frozenset[int]]] = []
    for place in places[:MAX_CHOICES]:
        found = ids((Tier((place_clause(kinds, [place]), *year)),))
        if found and not any(found <= other for _, other in led):
            led = [(one, other) for one, other in led if not other < found]
            led.append((place, found))
    return [place for place, _ in led]


def _buttons(query: Query, places: Sequence[Place]) -> tuple[Narrowing, ...]:
    return tuple(Narrowing(place_label(one), place_query(query, one)) for one in places)


def guessed(query: Query, guess: Guess, ids: Ids) -> tuple[Narrowing, ...]:
    """Every place that was guessed and has entries, even if it is only one."""
    if guess.owner:  # no name is said that was not typed; the button asks for the same again
        return (Narrowing(label("owner_guess"), replace(query, kind=QueryKind.OWNER)),)
    former = dict(zip(guess.places, guess.former, strict=False))
    return tuple(
        Narrowing(_guess_label(one, former.get(one, "")), place_query(query, one))
        for one in _leading(query, guess.places, ids)
    )


def _guess_label(place: Place, former: str) -> str:
    said = place_label(place)
    return label("former", place=said, former=former) if former else label("guess", place=said)


def related(query: Query, plan: Plan, ids: Ids) -> tuple[Narrowing, ...]:
    """Besides the place as named, towns of which the typed name is a part: 小松川, 東小松川."""
    others = _leading(query, plan.related, ids) if query.kind in KINDS else []
    if not others:
        return ()
    return _buttons(query, [*plan.alternatives[:1], *others])


def _year_label(year: int) -> str:
    first, last = wareki_year(date(year, 1, 1)), wareki_year(date(year, 12, 31))
    names = [f"{era.name}{'元' if n == 1 else n}年" for era, n in dict.fromkeys((first, last))]
    return label("year", year=year, wareki="・".join(names))


def by_town(query: Query) -> bool:
    """Whether towns tell its hits apart: not if the words name a place, or a town was tapped."""
    bare_place = query.kind in KINDS and not says_number(query.text)
    return not query.town and (query.kind is QueryKind.OWNER or bare_place)


def narrower(
    query: Query, found: Sequence[int], towns: Sequence[str], *, whole: bool
) -> tuple[Narrowing, ...]:
    """Buttons by town where ``towns`` are given (``whole``: of all hits), otherwise by year."""
    if len(set(towns)) > 1:
        text = "" if query.kind in {QueryKind.LOT, QueryKind.RESIDENTIAL} else query.text
        return tuple(
            Narrowing(town, replace(query, text=text, town=town), count if whole else None)
            for town, count in Counter(towns).most_common(MAX_CHOICES)
        )
    years = Counter(filter(None, map(year_of, found)))
    if query.year is not None or len(years) < 2:
        return ()
    common = sorted((year for year, _ in years.most_common(MAX_CHOICES)), reverse=True)
    counted = len(found) < COUNT_CAP
    return tuple(
        Narrowing(_year_label(year), replace(query, year=year), years[year] if counted else None)
        for year in common
    )


#: A button's words, its query, and the place that it leads to if it is one.
_Wider = tuple[str, Query, Place | None]


def _wider_places(query: Query, plan: Plan) -> list[_Wider]:
    places: list[_Wider] = [
        (place_label(one), place_query(query, one), one) for one in plan.shorter
    ]
    if not query.town:
        near = (*like_places(query.text), *other_chomes(query.text, plan.alternatives))
        places += [
            (label("place", place=place_label(one)), place_query(query, one), one)
            for one in near[:MAX_CHOICES]
        ]
    return places


def _wider_queries(query: Query, plan: Plan) -> list[_Wider]:
    queries: list[_Wider] = []
    if query.year is not None:
        queries.append((label("any_year"), replace(query, year=None), None))
    if query.kind in {QueryKind.OWNER, QueryKind.CONFIRMATION} and query.town:
        queries.append((label("any_town"), replace(query, town=None), None))
    if query.kind is QueryKind.LOT:
        queries.append((label("residential"), replace(query, kind=QueryKind.RESIDENTIAL), None))
    if query.kind is QueryKind.RESIDENTIAL:
        queries.append((label("lot"), replace(query, kind=QueryKind.LOT), None))
    if query.kind in KINDS:
        queries += _wider_places(query, plan)
        if not any(map(str.isdigit, query.text)) and query.text and query.kind is not QueryKind.ANY:
            owner = Query(QueryKind.OWNER, query.text, None, query.year)
            queries.append((label("owner"), owner, None))
    return queries[:MAX_CHOICES]


def wider(
    query: Query, plan: Plan, ids: Ids, tiers_of: Callable[[Query], tuple[Tier, ...]]
) -> tuple[Narrowing, ...]:
    """What may help where nothing was found; only buttons that lead to something.

    A place is asked for by itself: the rest of what its button asks need not be asked to know it.
    """
    year = (year_clause(query.year),) if query.year is not None else ()
    buttons = []
    for text, other, place in _wider_queries(query, plan):
        kinds = KINDS.get(other.kind, "")
        of_place = (Tier((place_clause(kinds, [place]), *year)),) if place else None
        if ids(of_place or tiers_of(other)):
            buttons.append(Narrowing(text, other))
    return tuple(buttons)
