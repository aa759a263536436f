"""From a query to questions for the index: tiers, the better one first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from admin.ledger.folding import (
    has_variants,
    owner_key,
    owner_plain,
    query_grams,
    term,
)
from admin.ledger.index import Clauses, Detail
from admin.ledger.lots import Place, address_text
from admin.ledger.numbers import Number, leading_year, number_groups, read_number
from admin.ledger.places import read_place, shortened, town_places
from admin.ledger.reading import use_words
from kiosk.domain.eras import ERAS
from kiosk.domain.query import Query, QueryKind

_LETTER = re.compile(r"[^\W\d_]")
_SHORT_YEAR = re.compile(r"(?P<year>[0-9]{1,2})/(?P<serial>[0-9]+)")
_KINDS = {QueryKind.LOT: "l", QueryKind.RESIDENTIAL: "r", QueryKind.ANY: "lr"}


@dataclass(frozen=True, slots=True)
class Tier:
    """One question. ``check`` sorts out what only looks alike to the index.

    A ``fallback`` is asked only if nothing was found before it.
    """

    clauses: Clauses
    check: Callable[[Detail], bool] | None = None
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """``alternatives`` are places that the words can mean; ``asks_year`` for a bare number."""

    tiers: tuple[Tier, ...]
    alternatives: tuple[Place, ...] = ()
    shorter: tuple[Place, ...] = ()
    asks_year: bool = False


def place_clause(kinds: str, places: Iterable[Place]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term(kind, p.path()) for p in places for kind in kinds))


def _limits(query: Query, *, town: bool) -> Clauses:
    """What holds whatever the words are: the year, and the town where it is not in the place."""
    limits: list[tuple[str, ...]] = []
    if query.year is not None:
        limits.append((f"y{query.year}",))
    if town and query.town:
        limits.append(place_clause("lr", town_places(query.town)) or (term("l", query.town),))
    return tuple(limits)


# --- places -------------------------------------------------------------------------------------


def _old_address(query: Query, kinds: str) -> list[Tier]:
    """Addresses that name no town of the ward (any more), compared as text."""
    wanted = address_text((query.town or "") + query.text)
    key = term("", wanted)
    if len(key) < 2:
        return []
    ends = re.compile(re.escape(wanted) + (r"(?![0-9])" if wanted[-1].isdigit() else ""))

    def check(one: Detail) -> bool:
        return any(ends.search(part) for part in one.address_key.split("\n"))

    pieces = [query_grams(f"{kind}a", key) for kind in kinds]
    clauses = tuple(dict.fromkeys(zip(*pieces, strict=True)))
    return [Tier((*clauses, *_limits(query, town=False)), check, fallback=True)]


def plan_place(query: Query) -> Plan:
    kinds = _KINDS[query.kind]
    meaning = read_place(query.text, query.town)
    if meaning is None or (meaning.glued and not query.town):
        return Plan(tuple(_old_address(query, kinds)))
    limits = _limits(query, town=False)
    tiers = [
        Tier((place_clause(kinds, places), *limits))
        for places in (meaning.first, meaning.other)
        if places
    ]
    shorter = tuple(filter(None, map(shortened, meaning.first)))
    return Plan(tuple(tiers), meaning.places, shorter)


# --- numbers ------------------------------------------------------------------------------------


def groups_follow(asked: Number, recorded: Number) -> bool:
    """Whether the groups asked for stand in the recorded number, in their order."""
    groups = iter(number_groups(recorded.compact))
    return all(
        any(want == have if want[0].isdigit() else want in have for have in groups)
        for want in number_groups(asked.compact)
    )


def _serial(number: Number, limits: Clauses) -> Clauses:
    """By the last group of digits and the letters; the whole is compared afterwards."""
    words = tuple((term("w", word),) for word in number.words)
    return ((term("s", number.serial),), *words, *limits) if number.serial else ()


def _number_check(number: Number, names_year: int | None = None) -> Callable[[Detail], bool]:
    """The groups asked for are there; a year that the recorded number names is ``names_year``."""

    def check(one: Detail) -> bool:
        recorded = read_number(one.confirmation_no)
        if names_year and recorded.year not in {None, names_year}:
            return False
        return groups_follow(number, recorded)

    return check


def _within_year(year: int, number: Number, limits: Clauses) -> list[Tier]:
    """``平成15年 123``. A number of 平成15年度 may be dated 平成16年: it is looked at last."""
    clauses = _serial(number, ((f"y{year}",), *limits))
    if not clauses:
        clauses = ((term("n", number.compact),), (f"y{year}",), *limits)
    return [
        Tier(clauses, _number_check(number, year)),
        Tier(clauses, _number_check(number), fallback=True),
    ]


def _short_years(number: Number, limits: Clauses, today: date) -> list[Tier]:
    """``15-123``: the year of an era that is not said; eras in which it lies ahead are left out."""
    match = _SHORT_YEAR.fullmatch(number.compact)
    if match is None or limits:
        return []
    years = (era.first_day.year + int(match["year"]) - 1 for era in ERAS)
    clause = tuple(f"y{year}" for year in years if year <= today.year)
    return [Tier((clause, (term("s", match["serial"]),)), fallback=True)] if clause else []


def plan_number(query: Query, today: date) -> Plan:
    number = read_number(query.text)
    if not number.compact:
        return Plan(())
    limits = _limits(query, town=True)
    tiers = [Tier(((term("n", number.compact),), *limits))]
    if not number.plan:
        tiers.append(Tier(((term("m", number.stem),), *limits)))
    leading = leading_year(query.text)
    if leading is not None:
        said = read_number(leading[1])
        if said.compact:
            tiers += _within_year(leading[0], said, limits)
    if number.serial:
        tiers.append(Tier(_serial(number, limits), None if number.bare else _number_check(number)))
    tiers += _short_years(number, limits, today)
    tiers.append(Tier(((term("i", number.compact),), *limits), fallback=number.bare))
    return Plan(tuple(tiers), asks_year=number.bare and query.year is None)


# --- owners -------------------------------------------------------------------------------------


def owner_tiers(text: str, limits: Clauses) -> list[Tier]:
    """A name or any piece of one. Glyphs as typed go before their variants."""
    exact, key = owner_plain(text), owner_key(text)
    if not key:
        return []
    tiers = []
    if has_variants(exact):
        pieces = [gram[1:] for gram in query_grams("e", exact)]
        clauses = tuple((("e" if has_variants(piece) else "o") + piece,) for piece in pieces)
        as_typed = (lambda one: exact in one.owner_plain) if len(exact) > 2 else None
        tiers.append(Tier((*clauses, *limits), as_typed))
    folded = tuple((gram,) for gram in query_grams("o", key))
    check = (lambda one: key in one.owner_key) if len(key) > 2 else None
    tiers.append(Tier((*folded, *limits), check))
    return tiers


def plan_owner(query: Query) -> Plan:
    return Plan(tuple(owner_tiers(query.text, _limits(query, town=True))))


# --- whatever it looks like ---------------------------------------------------------------------


def _extra_clauses(words: str) -> Clauses:
    """What is said beside a place: pieces of the owner's name, or a use or structure."""
    clauses: list[tuple[str, ...]] = []
    for word in words.split():
        uses = tuple(use_words(word))
        key = owner_key(word)
        clauses += [tuple(dict.fromkeys((gram, *uses))) for gram in query_grams("o", key) if key]
    return tuple(clauses)


def _place_in_words(query: Query) -> tuple[str, str]:
    """Words before a place that is not at the start, and the text from the place on."""
    words = query.text.split()
    for at in range(len(words)):
        rest = " ".join(words[at:])
        meaning = read_place(rest)
        if meaning is not None and not meaning.glued:
            return " ".join(words[:at]), rest
    return "", query.text


def _any_place(query: Query) -> Plan:
    before, text = ("", query.text) if query.town else _place_in_words(query)
    meaning = read_place(text, query.town)
    if meaning is None or meaning.glued:
        return Plan(())
    limits = _limits(query, town=False)
    extra = _extra_clauses(f"{before} {meaning.rest}")
    wanted = [places for places in (meaning.first, meaning.other) if places]
    tiers = [Tier((place_clause("lr", places), *extra, *limits)) for places in wanted]
    if extra:  # a building's name is recorded nowhere: the place alone then
        tiers += [Tier((place_clause("lr", places), *limits), fallback=True) for places in wanted]
    shorter = tuple(filter(None, map(shortened, meaning.first)))
    return Plan(tuple(tiers), () if extra else meaning.places, shorter)


def plan_any(query: Query, today: date) -> Plan:
    place = _any_place(query)
    named = bool(place.tiers) and not (query.town and not query.text)
    numbered = bool(re.search(r"\d", query.text)) and not (place.tiers and not query.town)
    number = plan_number(query, today) if numbered else Plan(())
    tiers = [*number.tiers, *place.tiers] if query.town else [*place.tiers, *number.tiers]
    limits = _limits(query, town=True)
    if _LETTER.search(query.text):
        tiers += owner_tiers(query.text, limits)
        if not named:
            tiers += _old_address(query, "lr")
    return Plan(
        tuple(tiers), place.alternatives, place.shorter, number.asks_year and not place.tiers
    )


def plan_query(query: Query, today: date) -> Plan:
    """What to ask for a query; no tiers when there is nothing in it to search by."""
    if query.kind is QueryKind.ANY:
        return plan_any(query, today)
    if query.kind is QueryKind.CONFIRMATION:
        return plan_number(query, today)
    if query.kind is QueryKind.OWNER:
        return plan_owner(query)
    return plan_place(query)
