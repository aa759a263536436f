"""What a plan of questions for the index is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from admin.ledger.folding import term
from admin.ledger.index import Clauses, Detail
from admin.ledger.lots import Place
from admin.ledger.places import town_places
from kiosk.domain.query import Query, QueryKind

KINDS = {QueryKind.LOT: "l", QueryKind.RESIDENTIAL: "r", QueryKind.ANY: "lr"}


@dataclass(frozen=True, slots=True)
class Tier:
    """One question. ``check`` sorts out what only looks alike to the index.

    A ``fallback`` is asked only if nothing was found before it. A check that looks at the entry's
    number is ``numbered``.
    """

    clauses: Clauses
    check: Callable[[Detail], bool] | None = None
    fallback: bool = False
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Guess:
    """What to try where nothing was found. Every place of it is offered as a button, even a single
    one: nothing is taken for another silently. ``owner``: names of which one character differs.
    ``former``: for each place the name it had, as typed, and until when."""

    tiers: tuple[Tier, ...]
    places: tuple[Place, ...] = ()
    owner: bool = False
    former: tuple[str, ...] = ()


def no_guess() -> Guess:
    return Guess(())


@dataclass(frozen=True, slots=True)
class Plan:
    """``alternatives`` are places that the words can mean; ``related`` ones of which a part of the
    name was left out; ``asks_year`` for a bare number."""

    tiers: tuple[Tier, ...]
    alternatives: tuple[Place, ...] = ()
    shorter: tuple[Place, ...] = ()
    asks_year: bool = False
    related: tuple[Place, ...] = ()
    guesses: tuple[Callable[[], Guess], ...] = ()


def place_clause(kinds: str, places: Iterable[Place]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term(kind, p.path()) for p in places for kind in kinds))


def exact_clause(kinds: str, places: Iterable[Place]) -> tuple[str, ...]:
    """Nothing within the places: 4番 without 4番1."""
    return tuple(
        dict.fromkeys(term(f"{kind}x", p.exact()) for p in places if p.numbers for kind in kinds)
    )


def place_tiers(
    kinds: str, places: tuple[Place, ...], limits: Clauses, *, fallback: bool = False
) -> list[Tier]:
    """The places themselves first, then what lies within them."""
    clauses = (exact_clause(kinds, places), place_clause(kinds, places))
    return [Tier((clause, *limits), fallback=fallback) for clause in clauses if clause]


def year_clause(year: int) -> tuple[str, ...]:
    """A year as a term; no year before the first is one, and none bears a sign."""
    return (f"y{max(0, year)}",)


def limits_of(query: Query, *, town: bool) -> Clauses:
    """What holds whatever the words are: the year, and the town where it is not in the place."""
    limits: list[tuple[str, ...]] = []
    if query.year is not None:
        limits.append(year_clause(query.year))
    if town and query.town:
        limits.append(place_clause("lr", town_places(query.town)) or (term("l", query.town),))
    return tuple(limits)
