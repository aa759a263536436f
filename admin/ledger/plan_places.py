"""Questions for a place: as read, in towns of former names, and guesses where nothing was found."""

from __future__ import annotations

import re
from collections.abc import Callable

from admin.ledger.address_fold import asked_fold
from admin.ledger.aliases import Alias, alias_at
from admin.ledger.folding import query_grams, term
from admin.ledger.index import Clauses, Detail
from admin.ledger.lots import Place, address_text
from admin.ledger.places import (
    Meaning,
    like_places,
    misnamed,
    read_place,
    related_places,
    several_places,
    shortened,
    without_room,
)
from admin.ledger.plan_parts import KINDS, Guess, Plan, Tier, limits_of, place_tiers
from kiosk.domain.query import Query


def _text_tier(wanted: str, kinds: str, limits: Clauses, *, fallback: bool) -> list[Tier]:
    """Addresses recorded as this text, of a town that the ward does not have (any more)."""
    key = term("", wanted)
    if len(key) < 2:
        return []
    ends = re.compile(re.escape(wanted) + (r"(?![0-9])" if wanted[-1].isdigit() else ""))

    def check(one: Detail) -> bool:
        return any(ends.search(part) for part in one.address_key.split("\n"))

    pieces = [query_grams(f"{kind}a", key) for kind in kinds]
    clauses = tuple(dict.fromkeys(zip(*pieces, strict=True)))
    return [Tier((*clauses, *limits), check, fallback=fallback)]


def old_address(query: Query, kinds: str) -> list[Tier]:
    """What was typed as recorded text."""
    wanted = address_text((query.town or "") + query.text)
    return _text_tier(wanted, kinds, limits_of(query, town=False), fallback=True)


def alias_guess(query: Query, kinds: str, aliases: tuple[Alias, ...]) -> Callable[[], Guess]:
    """The towns that bear another name today than the one typed."""

    def guess() -> Guess:
        named = alias_at((query.town or "") + query.text, aliases)
        meant = {place: alias for alias, steps in named for place in alias.places(steps)}
        places = tuple(meant)
        return Guess(
            tuple(place_tiers(kinds, places, limits_of(query, town=False))),
            places,
            former=tuple(f"{one.old} {one.period()}".strip() for one in meant.values()),
        )

    return guess


def alias_tiers(
    meaning: Meaning, kinds: str, aliases: tuple[Alias, ...], limits: Clauses
) -> list[Tier]:
    """The same numbers under the names that the town had before."""
    tiers: list[Tier] = []
    for alias in aliases:
        for place in meaning.first:
            if place.base == alias.base and place.numbers and alias.covers(place):
                wanted = address_text(alias.old) + "-".join(map(str, alias.old_numbers(place)))
                tiers += _text_tier(wanted, kinds, limits, fallback=False)
    return tiers


def place_guesses(query: Query, kinds: str) -> tuple[Callable[[], Guess], ...]:
    """A room's number hung on; lots in a row; a town written nearly. In a tapped town nothing."""
    limits = limits_of(query, town=False)

    def guess(places: tuple[Place, ...]) -> Guess:
        return Guess(tuple(place_tiers(kinds, places, limits)), places)

    def roomless() -> Guess:
        meaning = read_place(query.text, query.town)
        return (
            guess(without_room(meaning.first, asked_fold(query.text)[0])) if meaning else Guess(())
        )

    def alike() -> Guess:
        if query.town or not misnamed(query.text):
            return Guess(())
        return guess(like_places(query.text))

    def several() -> Guess:
        return Guess(()) if query.town else guess(several_places(query.text))

    return roomless, several, alike


def plan_place(query: Query, aliases: tuple[Alias, ...]) -> Plan:
    kinds = KINDS[query.kind]
    meaning = read_place(query.text, query.town)
    guesses = (alias_guess(query, kinds, aliases), *place_guesses(query, kinds))
    if meaning is None or (meaning.glued and not query.town):
        return Plan(tuple(old_address(query, kinds)), guesses=guesses)
    limits = limits_of(query, town=False)
    wanted = [places for places in (meaning.first, meaning.other) if places]
    tiers = [tier for places in wanted for tier in place_tiers(kinds, places, limits)]
    tiers += alias_tiers(meaning, kinds, aliases, limits)
    shorter = tuple(filter(None, map(shortened, meaning.first)))
    related = () if query.town else related_places(meaning.first)
    return Plan(tuple(tiers), meaning.places, shorter, related=related, guesses=guesses)
