"""The search of the terminal: a query in, one of four answers out; newest first, nothing raised.

Only what the database itself refuses (it is locked, it is gone) is raised, as SQLAlchemy's errors.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from admin.ledger.aliases import Alias, load_aliases
from admin.ledger.choices import alternatives, by_town, guessed, narrower, related, wider
from admin.ledger.index import (
    DETAILS_AT_ONCE,
    NEWEST,
    among,
    details,
    entry_id,
    fingerprint,
    is_stale,
    keys,
    plan_each_question,
    towns,
)
from admin.ledger.masking import listed_hit
from admin.ledger.plan import plan_query
from admin.ledger.plan_parts import Guess, Plan, Tier, no_guess
from admin.ledger.romaji import from_romaji
from kiosk.domain.ledger import Category, NotCertifiable
from kiosk.domain.query import (
    COUNT_CAP,
    MAX_HITS,
    MAX_QUERY_LENGTH,
    Found,
    Hit,
    Narrowing,
    NoHits,
    Query,
    QueryKind,
    SearchResult,
    SearchUnavailable,
    TooMany,
)

#: Questions asked at most for one tier when its check sorts out much of what the index gives.
MAX_PAGES = 5
#: Hits whose town is looked at for the buttons that narrow.
TOWNS_LOOKED_AT = 100
#: What a line of the list is made of.
LISTED = (
    "id", "version", "ledger_no", "category", "confirmation_no", "confirmation_date", "lot",
    "residential_address", "owner", "main_use", "work_kind", "structure", "storeys_above",
    "storeys_below", "total_floor_area", "inspection_no", "inspection_date", "not_certifiable",
)  # fmt: skip
_BY_ID = f"SELECT {', '.join(LISTED)} FROM ledger_entry WHERE id"  # noqa: S608 - constants
#: How many years ahead of today a question may name.
YEARS_AHEAD = 1
FIRST_YEAR = 1868


def search(
    session: Session,
    query: Query,
    *,
    today: date,
    data_as_of: str,
    owner_needs_place: bool = False,
    listed: Callable[[Hit], Hit] = listed_hit,
) -> SearchResult:
    """Search the ledger. ``today`` is Japan's; ``data_as_of`` is passed on (ISO date).

    ``listed`` makes of a hit what the list may show (the form's disclosure); without a form a
    person's name is masked. ``owner_needs_place``: a name alone is not searched for, only beside a
    town or a year.
    """
    if is_stale(session):
        return SearchUnavailable("index_stale")
    plan_each_question(session)
    query = _cleaned(query)
    named = not owner_needs_place or query.town is not None or query.year is not None
    if query.kind is QueryKind.OWNER and not named:
        return SearchUnavailable("owner_needs_place")
    aliases = load_aliases(session)
    if query.year is not None and not FIRST_YEAR <= query.year <= today.year + YEARS_AHEAD:
        return NoHits(_counted_wider(session, query, Plan(()), today, aliases), data_as_of)
    plan = plan_query(query, today, aliases, owners=named)
    found = collect(session, plan.tiers, COUNT_CAP)
    guess = no_guess()
    if not found:
        guess, found = _guess(session, plan)
    if not found:
        return NoHits(_counted_wider(session, query, plan, today, aliases), data_as_of)
    answer = _answer(session, query, plan, guess, found, data_as_of)
    return replace(answer, hits=tuple(listed(hit) for hit in answer.hits))


def get_ready() -> None:
    """Read the tables of towns and glyphs, so that the first visitor does not wait for it."""
    fingerprint()
    plan = plan_query(Query(QueryKind.ANY, "Chuo 見本新田1-1"), date(2000, 1, 1))
    for make in plan.guesses:
        make()
    from_romaji("Chuo 1-1")


def _guess(session: Session, plan: Plan) -> tuple[Guess, list[int]]:
    """The first guess that leads to something."""
    for make in plan.guesses:
        guess = make()
        found = collect(session, guess.tiers, COUNT_CAP)
        if found:
            return guess, found
    return no_guess(), []


def _answer(
    session: Session, query: Query, plan: Plan, guess: Guess, found: list[int], data_as_of: str
) -> Found | TooMany:
    hits = _hits(session, found[:MAX_HITS])

    def ids(tiers: tuple[Tier, ...]) -> frozenset[int]:
        return _ids(session, tiers)

    choices = guessed(query, guess, ids) if guess.tiers else alternatives(query, plan, ids)
    if len(found) > MAX_HITS:
        return TooMany(len(found), hits, choices or _narrower(session, query, found), data_as_of)
    if plan.asks_year:
        choices += _narrower(session, query, found)
    return Found(hits, choices or related(query, plan, ids), data_as_of)


def _cleaned(query: Query) -> Query:
    """Without what no ledger holds and no database takes: NUL, lone surrogates, endless text."""

    def clean(text: str) -> str:
        kept = text[:MAX_QUERY_LENGTH].encode("utf-8", "ignore").decode("utf-8")
        return "".join(one if one.isprintable() or one == "\u3000" else " " for one in kept).strip()

    return replace(query, text=clean(query.text), town=clean(query.town or "") or None)


# --- asking the index ---------------------------------------------------------------------------


def collect(session: Session, tiers: tuple[Tier, ...], cap: int) -> list[int]:
    """Order keys of all tiers, each once, at most ``cap``, in the order of the hits.

    What is shown (the first MAX_HITS) has passed its check; what is only counted may not have.
    """
    found: dict[int, None] = {}
    for tier in tiers:
        if len(found) >= cap or (tier.fallback and found):
            continue
        found.update(dict.fromkeys(_tier_keys(session, tier, cap, found)))
    return list(found)[:cap]


def _tier_keys(session: Session, tier: Tier, cap: int, before_it: Container[int]) -> list[int]:
    """Keys of one tier, checked until one more than the list holds have passed."""
    before = NEWEST
    passed: list[int] = []
    for _ in range(MAX_PAGES):
        page = keys(session, tier.clauses, cap, before)
        if tier.check is None:
            return page
        for at in range(0, len(page), DETAILS_AT_ONCE):
            if len(passed) > MAX_HITS:
                return passed + page[at:]
            part = [key for key in page[at : at + DETAILS_AT_ONCE] if key not in before_it]
            about = details(session, part, numbered=tier.numbered)
            passed += [key for key in part if key in about and tier.check(about[key])]
        if len(page) < cap:
            break
        before = page[-1]
    return passed


def _ids(session: Session, tiers: tuple[Tier, ...]) -> frozenset[int]:
    """The entries a button leads to, looked at no further than one list."""
    return frozenset(map(entry_id, collect(session, tiers, MAX_HITS + 1)))


def _narrower(session: Session, query: Query, found: list[int]) -> tuple[Narrowing, ...]:
    looked_at = found[:TOWNS_LOOKED_AT]
    if not by_town(query):
        looked_at = []
    named = towns(session, looked_at)
    return narrower(query, found, named, whole=len(looked_at) == len(found))


def _counted_wider(
    session: Session, query: Query, plan: Plan, today: date, aliases: tuple[Alias, ...]
) -> tuple[Narrowing, ...]:
    return wider(
        query, plan, lambda tiers: _ids(session, tiers),
        lambda one: plan_query(one, today, aliases).tiers,
    )  # fmt: skip


# --- the lines of the list ----------------------------------------------------------------------


def _storeys(above: str, below: str) -> str:
    above, below = above.strip(), below.strip()
    parts = [f"地上{_counted(above)}" if above else ""]
    parts.append(f"地下{_counted(below)}" if below and below not in {"0", "０"} else "")
    return " ".join(filter(None, parts))


def _counted(storeys: str) -> str:
    return f"{storeys}階" if storeys[-1:].isdigit() else storeys


def recorded_hit(row: Sequence[Any]) -> Hit:
    """From the columns of ``LISTED``, in their order; its owner as recorded: what a list shows of
    it is ``listed``'s to say."""
    (entry, version, ledger_no, category, number, day, lot, residential, owner, use, work,
     structure, above, below, area, inspection_no, inspection_day, reason) = row  # fmt: skip
    return Hit(
        entry_id=entry,
        version=version,
        ledger_no=ledger_no,
        category=Category(category),
        confirmation_no=number,
        confirmation_date=day,
        lot=lot,
        residential_address=residential,
        owner=owner,
        main_use=use,
        work_kind=work,
        structure=structure,
        storeys=_storeys(above, below),
        total_floor_area=area,
        inspected=bool(inspection_no.strip() or inspection_day.strip()),
        not_certifiable=NotCertifiable(reason) if reason else None,
    )


def recorded_hits(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """The hits of entries by their numbers, with their owners as recorded."""
    return {row[0]: recorded_hit(row) for row in among(session, _BY_ID, ids)}


def _hits(session: Session, found: list[int]) -> tuple[Hit, ...]:
    ids = [entry_id(key) for key in found]
    by_id = recorded_hits(session, ids)
    return tuple(by_id[one] for one in ids)
