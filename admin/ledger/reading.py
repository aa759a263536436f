"""A row of the ledger read from its recorded text: dates, years, what it is found by, its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import rfc8785

from admin.db.ledger_tables import ORDER_KEY_ID_BITS, RECORDED_FIELDS
from admin.ledger.folding import (
    dashes,
    glyphs,
    grams,
    has_variants,
    hiragana,
    owner_plain,
    plain,
    term,
)
from admin.ledger.lots import Place, Recorded, read_recorded
from admin.ledger.numbers import number_terms, plan_key, read_number
from kiosk.domain.eras import fiscal_year
from kiosk.domain.ledger import NotCertifiable, RecordedDate
from kiosk.domain.towns import chomes_by_base, town_name, towns_by_name

#: A date that may lie in more years than this says nothing to a search by year.
MAX_YEARS = 3
_ADDRESS_GRAMS = 60
_WORD_SPLIT = str.maketrans(dict.fromkeys("、,，・/／()（）\n\r+＋", " "))


@dataclass(frozen=True, slots=True)
class Read:
    """One row as recorded (``fields``) with what its text means."""

    fields: Mapping[str, str]
    confirmation: RecordedDate | None
    inspection: RecordedDate | None
    not_certifiable: NotCertifiable | None
    notes: tuple[str, ...] = ()  # sentences: taken as written, but worth a look
    dispositions: tuple[Mapping[str, str], ...] = ()  # recorded in its own or further rows
    source_page: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


def content_sha256(read: Read) -> str:
    """SHA-256 of everything recorded as canonical JSON (RFC 8785).

    What an entry does not have is not in it, so entries of before it could be had keep theirs.
    """
    said: dict[str, Any] = {name: read.fields[name] for name in RECORDED_FIELDS}
    if read.dispositions:
        said["dispositions"] = [dict(one) for one in read.dispositions]
    if read.source_page:
        said["source_page"] = read.source_page
    if read.extra:
        said["extra"] = dict(read.extra)
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()


def years_of(day: RecordedDate | None) -> set[int]:
    """Calendar and fiscal years that a recorded date can lie in; empty when too many."""
    if day is None:
        return set()
    low = min(day.earliest.year, fiscal_year(day.earliest))
    high = max(day.latest.year, fiscal_year(day.latest))
    return set(range(low, high + 1)) if high - low < MAX_YEARS else set()


def single(low: int, high: int) -> int | None:
    return low if low == high else None


def order_key(entry_id: int, read: Read) -> int:
    """Newest last: the last day that the confirmation can have been, then the id."""
    when = read.confirmation or read.inspection
    return ((when.latest.toordinal() if when else 0) << ORDER_KEY_ID_BITS) | entry_id


def _facet_town(places: tuple[Place, ...]) -> str | None:
    """The town of the first lot as the touch screen names it."""
    for place in places[:1]:
        chomes = chomes_by_base().get(place.base)
        if chomes is None:
            continue
        name = town_name(place.base, place.chome or 0)
        return name if name in towns_by_name() else place.base
    return None


def _place_terms(kind: str, recorded: Recorded) -> list[str]:
    terms = [term(kind, path) for place in recorded.places for path in place.wider()]
    terms += [term(f"{kind}x", place.exact()) for place in recorded.places if place.numbers]
    if recorded.unread:
        terms += grams(f"{kind}a", term("", recorded.unread))[:_ADDRESS_GRAMS]
    return terms


def _owner_terms(key: str, exact: str) -> list[str]:
    """Pieces of the folded name; pieces whose glyph has variants once more as they are."""
    return grams("o", key) + [piece for piece in grams("e", exact) if has_variants(piece[1:])]


def use_words(text: str) -> list[str]:
    """Whole words of 主要用途 and 構造, folded."""
    flat = glyphs(hiragana(dashes(plain(text)))).translate(_WORD_SPLIT)
    return [term("u", word) for word in flat.split() if word]


@dataclass(frozen=True, slots=True)
class SearchParts:
    owner_key: str
    owner_plain: str
    address_key: str
    town: str | None
    terms: list[str]


def search_parts(read: Read) -> SearchParts:
    """Everything one entry is found by."""
    fields = read.fields
    lot = read_recorded(fields["lot"])
    residential = read_recorded(fields["residential_address"])
    exact = owner_plain(fields["owner"])
    key = glyphs(exact)
    years = years_of(read.confirmation)
    said = read_number(fields["confirmation_no"]).year
    if said:
        years.add(said)
    terms = [
        term("k", fields["category"]),
        *(f"y{year}" for year in sorted(years)),
        *_place_terms("l", lot),
        *_place_terms("r", residential),
        *(term("", one) for one in number_terms(fields["confirmation_no"])),
        *(term("i", read_number(fields["inspection_no"]).compact),) * bool(fields["inspection_no"]),
        *_owner_terms(key, exact),
        *use_words(fields["main_use"]),
        *use_words(fields["structure"]),
    ]
    unread = "\n".join(filter(None, (lot.unread, residential.unread)))
    return SearchParts(
        key, exact, unread, _facet_town(lot.places or residential.places),
        list(dict.fromkeys(terms)),
    )  # fmt: skip


def row_values(read: Read) -> dict[str, Any]:
    """The columns of ``ledger_entry`` that follow from the recorded text."""
    fields, day = read.fields, read.confirmation
    lot = read_recorded(fields["lot"])
    path = _lot_path(lot.places[0]) if lot.places else ""
    key, change = plan_key(fields["confirmation_no"], fields["remarks"], fields["work_kind"], path)
    return {
        **{name: fields[name] for name in RECORDED_FIELDS},
        "content_sha256": content_sha256(read),
        "recorded_dispositions": [dict(one) for one in read.dispositions] or None,
        "source_page": read.source_page or None,
        "extra": dict(read.extra) or None,
        "confirmation_earliest": day.earliest if day else None,
        "confirmation_latest": day.latest if day else None,
        "inspection_earliest": read.inspection.earliest if read.inspection else None,
        "inspection_latest": read.inspection.latest if read.inspection else None,
        "calendar_year": single(day.earliest.year, day.latest.year) if day else None,
        "fiscal_year": single(fiscal_year(day.earliest), fiscal_year(day.latest)) if day else None,
        "not_certifiable": read.not_certifiable.value if read.not_certifiable else None,
        "plan_key": f"{fields['category']}:{key}"[:200] if key else None,
        "is_plan_change": change,
    }


def _lot_path(place: Place) -> str:
    """Town and first number: a lot's 枝番 may differ between a confirmation and its change."""
    return "/".join(place.path().split("/")[:3])


def recorded_date(text: str, low: date | None, high: date | None) -> RecordedDate | None:
    """A date from its columns."""
    return RecordedDate(text, low, high) if low and high else None
