"""What an asked place means: the places meant first, and those it may mean as well."""

from __future__ import annotations

import re
from dataclasses import dataclass

from admin.ledger.address_fold import address_fold, asked_fold, skip_after_town
from admin.ledger.lots import (
    CHOME_UNITS,
    LOT_UNITS,
    Place,
    Step,
    TownMatch,
    match_town,
    read_recorded,
    read_steps,
    readings,
)
from admin.ledger.near_towns import near_towns, relatives
from kiosk.domain.towns import WARD, chomes_by_base, town_name, towns_by_name

#: From this number on, one that follows 番 and 号 is a room's: 中央1-4-1-203.
FIRST_ROOM = 100


_HOUSE_AND_ROOM = re.compile(r"[0-9]\s[0-9]{1,2}\s*-\s*[0-9]{3,4}\D*$")
#: Of lots said one after the other so many are looked for.
MAX_SEVERAL = 12
_SEVERAL = re.compile(r"[、，,・／/〜～~;；]|から|及び|並びに")
_WAVES = re.compile(r"[〜～~](?=\s*[0-9０-９])")


@dataclass(frozen=True, slots=True)
class Meaning:
    """``first``: what the words say. ``other``: what they may say too (町 or 丁目 left out).

    ``rest`` is what follows the numbers, ``before`` what stood before the ward's name; ``glued``
    when a rest follows the bare town's name without a blank, as in 中央不動産, which is hardly a
    place.
    """

    first: tuple[Place, ...]
    other: tuple[Place, ...] = ()
    rest: str = ""
    glued: bool = False
    before: str = ""

    @property
    def places(self) -> tuple[Place, ...]:
        return self.first + self.other


def _split_town(town: str) -> tuple[str, int | None] | None:
    """A tapped town: its base and 丁目; None for a 丁目 that is not known."""
    known = towns_by_name().get(town)
    if known is not None and (known.chome or not chomes_by_base()[known.base]):
        return known.base, known.chome
    return (town, None) if town in chomes_by_base() else None


def town_places(town: str) -> tuple[Place, ...]:
    """Everything in one tapped town, or in all that its written name can mean."""
    split = _split_town(town)
    if split is None:
        meaning = read_place(town)
        return meaning.places if meaning else ()
    base, chome = split
    return (Place(base, chome),) if chome else (Place(base, None),)


def _any_chome(base: str, steps: list[Step], known: tuple[Place, ...]) -> tuple[Place, ...]:
    """The same numbers in every 丁目 of a town whose 丁目 the person does not know."""
    if not steps or steps[0].unit in CHOME_UNITS:
        return ()
    numbers = tuple(step.number for step in steps)
    places = (Place(base, chome, numbers) for chome in chomes_by_base().get(base, ()))
    return tuple(place for place in places if place not in known)


def _in_town(base: str, chome: int | None, flat: str) -> Meaning:
    match = match_town(flat)
    if match is not None and base in match.whole + match.short:
        flat = skip_after_town(flat[match.length :])
    steps, rest = read_steps(flat)
    if not steps:
        return Meaning((Place(base, chome or None),), rest=rest.strip())
    if steps[0].unit in CHOME_UNITS or chome is None:
        first = tuple(readings(base, steps))
        return Meaning(first, _any_chome(base, steps, first) if chome is None else (), rest.strip())
    return Meaning((Place(base, chome, tuple(step.number for step in steps)),), rest=rest.strip())


def _town_of_the_ward(match: TownMatch, flat: str) -> tuple[TownMatch, str]:
    """江戸川西葛西6-15: the ward with its 区 left out bears the name of one of its towns."""
    if match.whole != (WARD.removesuffix("区"),):
        return match, flat
    rest = flat[match.length :].lstrip()
    other = match_town(rest)
    if other is None or not read_steps(skip_after_town(rest[other.length :]))[0]:
        return match, flat
    return other, rest


def read_place(text: str, town: str | None = None) -> Meaning | None:
    """The places that typed words (and a tapped town) mean; None when they name no town."""
    flat, before = asked_fold(text)
    if town:
        split = _split_town(town)
        if split is not None:
            return _in_town(*split, flat)
        flat, before = address_fold(town + text), ""
    match = match_town(flat)
    if match is None:
        return None
    match, flat = _town_of_the_ward(match, flat)
    after = skip_after_town(flat[match.length :])
    steps, rest = read_steps(after)
    glued = not steps and bool(after) and not after[0].isspace()

    def meant(bases: tuple[str, ...]) -> tuple[Place, ...]:
        return tuple(place for base in bases for place in readings(base, steps))

    if match.whole:
        return Meaning(meant(match.whole), meant(match.short), rest.strip(), glued, before)
    return Meaning(meant(match.short), (), rest.strip(), glued, before)


def place_label(place: Place) -> str:
    """``上篠崎三丁目2-1``, ``上篠崎3番地2``, ``鹿骨町``."""
    if place.chome:
        return town_name(place.base, place.chome) + "-".join(map(str, place.numbers))
    if not place.numbers:
        return place.base
    first, *more = place.numbers
    return f"{place.base}{first}番地{'の'.join(map(str, more))}"


def shortened(place: Place) -> Place | None:
    """The place with its last number left out: a building's or a room's number typed along."""
    return Place(place.base, place.chome, place.numbers[:-1]) if len(place.numbers) > 1 else None


def without_room(places: tuple[Place, ...], text: str = "") -> tuple[Place, ...]:
    """The places whose last number can only be a room's, without it; where ``text`` sets it apart
    with the number of a house before it (中央1-4-1 2-203), without that one as well."""
    roomy = [
        one
        for one in places
        if len(one.numbers) > 2 + (not one.chome) and one.numbers[-1] >= FIRST_ROOM
    ]
    meant = [Place(one.base, one.chome, one.numbers[:-1]) for one in roomy]
    if _HOUSE_AND_ROOM.search(text):
        meant += [Place(one.base, one.chome, one.numbers[:-2]) for one in roomy]
    return tuple(dict.fromkeys(meant))


def several_places(text: str) -> tuple[Place, ...]:
    """Lots said one after the other or as a range: 中央一丁目4番9、4番1, 4番1～3."""
    if not _SEVERAL.search(text):
        return ()
    return read_recorded(asked_fold(_WAVES.sub("から", text))[0]).places[:MAX_SEVERAL]


def like_places(text: str) -> tuple[Place, ...]:
    """Places in towns that look like the one typed; the numbers are those typed."""
    bases, steps = near_towns(asked_fold(text)[0])
    return tuple(place for base in bases for place in readings(base, steps))


def misnamed(text: str) -> bool:
    """Whether the words name no town of the ward, so that another one must have been meant."""
    match = match_town(asked_fold(text)[0])
    if match is None:
        return True
    after = skip_after_town(asked_fold(text)[0][match.length :])
    return not read_steps(after)[0]


def related_places(first: tuple[Place, ...]) -> tuple[Place, ...]:
    """The same numbers in towns of which the named one is a part of the name: 小松川, 東小松川."""
    return tuple(
        Place(other, one.chome, one.numbers)
        for one in first
        if one.numbers
        for other in relatives(one.base)
        if not one.chome or one.chome in chomes_by_base()[other]
    )


def other_chomes(text: str, places: tuple[Place, ...]) -> tuple[Place, ...]:
    """``中央4-1`` where 一丁目 was left out: the numbers in every 丁目 of the town."""
    match = match_town(asked_fold(text)[0])
    if match is None or not match.whole:
        return ()
    steps, _ = read_steps(skip_after_town(asked_fold(text)[0][match.length :]))
    if steps and steps[0].unit not in (*CHOME_UNITS, *LOT_UNITS, ""):
        return ()
    return tuple(place for base in match.whole for place in _any_chome(base, steps, places))
