"""From a query to questions for the index: tiers, the better one first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from admin.ledger.aliases import Alias
from admin.ledger.folding import owner_key, query_grams
from admin.ledger.index import Clauses
from admin.ledger.numbers import said_year, says_number
from admin.ledger.places import Meaning, read_place, related_places, shortened
from admin.ledger.plan_numbers import beside_place, plan_number
from admin.ledger.plan_owners import owner_guess, owner_tiers, plan_owner
from admin.ledger.plan_parts import Guess, Plan, limits_of, place_tiers
from admin.ledger.plan_places import (
    alias_guess,
    alias_tiers,
    old_address,
    place_guesses,
    plan_place,
)
from admin.ledger.reading import use_words
from kiosk.domain.query import Query, QueryKind

_LETTER = re.compile(r"[^\W\d_]")


def _extra_clauses(words: str) -> Clauses:
    """What is said beside a place: a year, a number with 第 or 号, pieces of the owner's name, or a
    use or structure."""
    clauses: list[tuple[str, ...]] = []
    numbers, words = beside_place(words)
    clauses += [(one,) for one in numbers]
    for word in words.split():
        uses = tuple(use_words(word))
        key = owner_key(word)
        clauses += [tuple(dict.fromkeys((gram, *uses))) for gram in query_grams("o", key) if key]
    return tuple(clauses)


def _place_in_words(query: Query) -> tuple[str, Meaning | None]:
    """Words before a place that is not at the start, and the place."""
    words = query.text.split()
    for at in range(len(words)):
        meaning = read_place(" ".join(words[at:]))
        if meaning is not None and not meaning.glued:
            return " ".join((*words[:at], meaning.before)), meaning
    return "", None


def _any_place(query: Query, aliases: tuple[Alias, ...]) -> Plan:
    if query.town:
        before, meaning = "", read_place(query.text, query.town)
    else:
        before, meaning = _place_in_words(query)
    if meaning is None or meaning.glued:
        return Plan(())
    limits = limits_of(query, town=False)
    extra = _extra_clauses(f"{before} {meaning.rest}")
    wanted = [places for places in (meaning.first, meaning.other) if places]
    tiers = [one for places in wanted for one in place_tiers("lr", places, (*extra, *limits))]
    tiers += alias_tiers(meaning, "lr", aliases, limits)
    if extra:  # a building's name is recorded nowhere: the place alone then
        for places in wanted:
            tiers += [replace(one, fallback=True) for one in place_tiers("lr", places, limits)]
    shorter = tuple(filter(None, map(shortened, meaning.first)))
    return Plan(
        tuple(tiers), () if extra else meaning.places, shorter,
        related=related_places(meaning.first),
    )  # fmt: skip


def plan_any(query: Query, today: date, aliases: tuple[Alias, ...], owners: bool) -> Plan:
    place = _any_place(query, aliases)
    named = bool(place.tiers) and not (query.town and not query.text)
    numbered = says_number(query.text) and not (place.tiers and not query.town)
    number = plan_number(query, today) if numbered else Plan(())
    tiers = [*number.tiers, *place.tiers] if query.town else [*place.tiers, *number.tiers]
    limits = limits_of(query, town=True)
    guesses: tuple[Callable[[], Guess], ...] = ()
    if _LETTER.search(query.text):
        if owners:
            tiers += owner_tiers(query.text, limits)
        if not named:
            tiers += old_address(query, "lr")
        if said_year(query.text) is None:
            guesses = (alias_guess(query, "lr", aliases), *place_guesses(query, "lr"))
            guesses += (owner_guess(query.text, limits),) if owners else ()
    return Plan(
        tuple(tiers), place.alternatives, place.shorter, number.asks_year and not place.tiers,
        place.related, guesses,
    )  # fmt: skip


def plan_query(
    query: Query, today: date, aliases: tuple[Alias, ...] = (), *, owners: bool = True
) -> Plan:
    """What to ask for a query; no tiers when there is nothing in it to search by.

    ``owners=False``: words of any kind are not taken for an owner's name alone.
    """
    if query.kind is QueryKind.ANY:
        return plan_any(query, today, aliases, owners)
    if query.kind is QueryKind.CONFIRMATION:
        return plan_number(query, today)
    if query.kind is QueryKind.OWNER:
        return plan_owner(query)
    return plan_place(query, aliases)
