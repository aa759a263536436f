"""Questions for an owner: a name or any piece of one, and names of which one character differs."""

from __future__ import annotations

from collections.abc import Callable

from admin.ledger.folding import SAMPLE_MARK, has_variants, owner_key, owner_plain, query_grams
from admin.ledger.index import Clauses, Detail
from admin.ledger.near_towns import near
from admin.ledger.plan_parts import Guess, Plan, Tier, limits_of
from kiosk.domain.query import Query

#: Shorter names are not guessed at: one character of two is half a name.
SHORTEST_GUESSED, LONGEST_GUESSED = 3, 12


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
    limits = limits_of(query, town=True)
    return Plan(tuple(owner_tiers(query.text, limits)), guesses=(owner_guess(query.text, limits),))


# --- one character missing, too many or wrong ---------------------------------------------------


def _without(key: str, at: int) -> Clauses:
    """What must be there if the character at ``at`` is not trusted."""
    pieces: list[str] = []
    for part in (key[:at], key[at + 1 :]):
        if part:
            pieces += query_grams("o", part)
    return tuple((piece,) for piece in dict.fromkeys(pieces))


def _holds_nearly(key: str) -> Callable[[Detail], bool]:
    """Whether some stretch of the recorded name is near ``key``."""
    size = len(key)

    def check(one: Detail) -> bool:
        name = one.owner_key
        return any(
            near(key, name[at : at + length])
            for length in (size, size + 1, size - 1)
            for at in range(max(1, len(name) - length + 1))
        )

    return check


def owner_guess(text: str, limits: Clauses) -> Callable[[], Guess]:
    """Names that differ in one character. A digit is never taken for another."""

    def guess() -> Guess:
        key = owner_key(text)
        telling = key.replace(SAMPLE_MARK, "")
        if not len(telling) >= SHORTEST_GUESSED or len(key) > LONGEST_GUESSED:
            return Guess(())
        if any(map(str.isdigit, key)):
            return Guess(())
        check = _holds_nearly(key)
        asked = dict.fromkeys(_without(key, at) for at in range(len(key)))
        marks = {"o" + SAMPLE_MARK, *("o" + one for one in SAMPLE_MARK)}
        return Guess(
            tuple(
                Tier((*clauses, *limits), check)
                for clauses in asked
                if any(clause[0] not in marks for clause in clauses)
            ),
            owner=True,
        )

    return guess
