"""What an asked place means: the places meant first, and those it may mean as well."""

from __future__ import annotations

import re
from dataclasses import dataclass

from admin.ledger.folding import glyphs, hiragana, plain
from admin.ledger.lots import (
    CHOME_UNITS,
    Place,
    Step,
    address_fold,
    match_town,
    read_steps,
    readings,
)
from kiosk.domain.towns import chomes_by_base, town_name, towns_by_name, ward_towns

#: Towns offered at most where the one asked for is not in the ward.
MAX_SIMILAR = 8
_HEAD = re.compile(r"[^0-9〇零一二三四五六七八九十百千\s-]+|.")
_TAIL = re.compile(r"[0-9〇零一二三四五六七八九十百千]")


@dataclass(frozen=True, slots=True)
class Meaning:
    """``first``: what the words say. ``other``: what they may say too (町 or 丁目 left out).

    ``rest`` is what follows the numbers; ``glued`` when a rest follows the bare town's name without
    a blank, as in 中央不動産, which is hardly a place.
    """

    first: tuple[Place, ...]
    other: tuple[Place, ...] = ()
    rest: str = ""
    glued: bool = False

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
        flat = flat[match.length :]
    steps, rest = read_steps(flat)
    if not steps:
        return Meaning((Place(base, chome or None),), rest=rest.strip())
    if steps[0].unit in CHOME_UNITS or chome is None:
        first = tuple(readings(base, steps))
        return Meaning(first, _any_chome(base, steps, first) if chome is None else (), rest.strip())
    return Meaning((Place(base, chome, tuple(step.number for step in steps)),), rest=rest.strip())


def read_place(text: str, town: str | None = None) -> Meaning | None:
    """The places that typed words (and a tapped town) mean; None when they name no town."""
    flat = address_fold(text)
    if town:
        split = _split_town(town)
        if split is not None:
            return _in_town(*split, flat)
        flat = address_fold(town + text)
    match = match_town(flat)
    if match is None:
        return None
    after = flat[match.length :]
    steps, rest = read_steps(after)
    glued = not steps and bool(after) and not after[0].isspace()

    def meant(bases: tuple[str, ...]) -> tuple[Place, ...]:
        return tuple(place for base in bases for place in readings(base, steps))

    if match.whole:
        return Meaning(meant(match.whole), meant(match.short), rest.strip(), glued)
    return Meaning(meant(match.short), (), rest.strip(), glued)


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


def _near(one: str, other: str) -> bool:
    """Whether one letter more, less or other makes one text the other."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return one == other
    for at in range(min(len(one), len(other))):
        if one[at] != other[at]:
            return one[at + 1 :] == other[at + 1 :] or one[at:] == other[at + 1 :] or (
                one[at + 1 :] == other[at:]
            )  # fmt: skip
    return True


def similar_towns(text: str) -> tuple[str, ...]:
    """The words with their town replaced by towns of the ward that look alike.

    篠崎2-3 -> 上篠崎2-3, 西篠崎2-3 ...; a town named rightly is not among them.
    """
    flat = address_fold(text)
    head_match = _HEAD.match(flat)
    if head_match is None or _TAIL.match(flat):
        return ()
    head = head_match.group()
    tail = flat[len(head) :].strip()
    named = match_town(flat)
    exact = set(named.whole + named.short) if named else set()
    found: dict[str, None] = {}
    for town in ward_towns():
        spellings = [glyphs(town.base), hiragana(plain(town.kana))]
        alike = any(
            one and ((len(head) > 1 and head in one) or (len(one) > 1 and _near(head, one)))
            for one in spellings
        )
        if alike and town.base not in exact:
            found[town.base] = None
    return tuple(base + tail for base in found)[:MAX_SIMILAR]
