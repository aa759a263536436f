"""The site of an entry: the lots it names, and which other entries name the same ones.

The question is asked of the index with the very keys that the search uses (``lx中央/1/4/1/2``): a
site's history is what a search for its lots finds, no more and no less.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.db.ledger_tables import LedgerEntryRow
from admin.ledger.aliases import Alias, alias_at
from admin.ledger.folding import query_grams, term
from admin.ledger.index import Detail
from admin.ledger.lots import Place, address_text, read_recorded
from admin.ledger.plan_parts import Tier, exact_clause

#: A lot written as text: a town's name, left out where it is that of the lot before, and numbers.
_LOT = re.compile(r"(?P<name>[^0-9-]*)-?(?P<number>[0-9]+(?:-[0-9]+)*)")
_SEPARATORS = "、，,;；・/／()（） \u3000"
#: No town's name is shorter; 外2筆 names none.
_SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class Site:
    """``kind``: l for lots, r where only a 住居表示 is recorded. ``said``: as recorded.

    ``places`` are those with a number. ``texts``: addresses of towns that are not the ward's (any
    more), as admin.ledger.lots.address_text writes them.
    """

    kind: str
    said: str
    places: tuple[Place, ...]
    texts: tuple[str, ...] = ()

    @property
    def named(self) -> bool:
        return bool(self.places or self.texts)


def read_site(kind: str, said: str, aliases: tuple[Alias, ...]) -> Site:
    """The site that one recorded cell names; a former town's name leads to today's as well."""
    recorded = read_recorded(said)
    places = [place for place in recorded.places if place.numbers]
    texts = _texts(recorded.unread)
    if texts:
        for alias, steps in alias_at(said, aliases):
            places += [place for place in alias.places(steps) if place.numbers]
    return Site(kind, said, tuple(dict.fromkeys(places)), texts)


def _lots(unread: str) -> Iterator[tuple[str, str]]:
    """Names and numbers of a cell whose town is not read: 小岩町12-3、5 is two lots of 小岩町."""
    before = ""
    for lot in _LOT.finditer(unread):
        name = lot["name"].strip(_SEPARATORS) or before
        if len(name) >= _SHORTEST_NAME:
            yield name, lot["number"]
            before = name


def _texts(unread: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name + number for name, number in _lots(unread)))


def site_of(session: Session, entry_id: int, aliases: tuple[Alias, ...]) -> Site | None:
    """The site of an entry: by its lot, else by its 住居表示; None when there is no such entry."""
    c = LedgerEntryRow.__table__.c
    row = session.execute(
        select(c.lot, c.residential_address).where(c.id == entry_id)
    ).one_or_none()
    if row is None:
        return None
    if row.lot.strip():
        return read_site("l", row.lot, aliases)
    return read_site("r", row.residential_address, aliases)


def _text_tier(kind: str, wanted: str) -> list[Tier]:
    """Entries that name exactly this lot of a town that is not read: nothing within it."""
    named = next(_lots(wanted), None)
    if named is None:
        return []
    name, number = (term("", part) for part in named)
    # Name and number apart: a second lot of a cell does not follow its town's name.
    pieces = query_grams(f"{kind}a", name)
    pieces += query_grams(f"{kind}a", number) if len(number) > 1 else []

    def check(one: Detail) -> bool:
        return any(wanted in _texts(part) for part in one.address_key.split("\n"))

    return [Tier(tuple((gram,) for gram in dict.fromkeys(pieces)), check)]


def _former(site: Site, aliases: tuple[Alias, ...]) -> list[str]:
    """The site's lots under the names that their towns had before."""
    return [
        address_text(alias.old) + "-".join(map(str, alias.old_numbers(place)))
        for alias in aliases
        for place in site.places
        if place.base == alias.base and alias.covers(place)
    ]


def site_tiers(site: Site, aliases: tuple[Alias, ...]) -> list[Tier]:
    """Questions whose answers together are the entries of the site."""
    clause = exact_clause(site.kind, site.places)
    tiers = [Tier((clause,))] if clause else []
    for text in dict.fromkeys((*site.texts, *_former(site, aliases))):
        tiers += _text_tier(site.kind, text)
    return tiers


# --- readings that are not the only one ---------------------------------------------------------


def _either(one: Place, other: Place) -> bool:
    """Whether both may be readings of the same written numbers: 上篠崎3-2 is 三丁目2 or 3番地2; in
    1番2、3 the 3 is 1番3 or 3番; 鹿骨 may stand for 鹿骨町."""
    if one == other:
        return False
    if one.base != other.base:
        return (one.chome, one.numbers) == (other.chome, other.numbers) and (
            one.base.startswith(other.base) or other.base.startswith(one.base)
        )
    if one.chome != other.chome:
        return bool(one.chome) and other.numbers == (one.chome, *one.numbers)
    return len(one.numbers) > 1 and other.numbers == one.numbers[-1:]


def sure_places(places: Iterable[Place]) -> frozenset[Place]:
    """The places that are not one of two readings."""
    known = list(places)
    return frozenset(
        one
        for one in known
        if not any(_either(one, other) or _either(other, one) for other in known)
    )


def surely_same(site: Site, other: Site) -> bool:
    """Whether two cells name a lot in common whatever way they are read."""
    if set(site.texts) & set(other.texts):
        return True
    return bool(sure_places(site.places) & sure_places(other.places))
