"""Reading addresses of the ward: 地名地番 and 住居表示 as recorded, and as people type them.

A place is (base name, 丁目 or 0, numbers). ``上篠崎3-2`` is both 三丁目2 and, in an old ledger
without 丁目, 番地3の2: both readings are made, on the recorded side and on the asking side.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from admin.ledger.address_fold import (
    KANJI_DIGITS,
    address_fold,
    original_length,
    prefix_length,
    skip_after_town,
)
from admin.ledger.folding import glyphs, hiragana, plain
from admin.ledger.town_spellings import spellings
from kiosk.domain.assets import AssetMissingError, asset_path
from kiosk.domain.recorded_dates import kanji_number
from kiosk.domain.towns import chomes_by_base, ward_towns

#: A range such as 1番1~5 is spelled out up to this many lots.
MAX_RANGE = 30
#: Numbers of one lot that are read: 丁目, 番, 枝番 and one more.
MAX_NUMBERS = 5
#: No town of the ward ever had more 丁目.
MAX_CHOME = 9

#: Possessive: a number is read whole or not at all (101号室 is no lot 10).
_NUMBER = rf"[0-9]++|[{KANJI_DIGITS}]++"
#: Counts of something else than lots.
_COUNTED = r"階|号室|号棟|番館|号館|室|棟|f(?![a-z])|筆|名|枚|年|月|日|歳|番目"
_UNIT = r"丁目|丁|ちようめ|番地|番|ばんち|ばん|号|ごう|の|之|-"
#: A number after a blank is a lot's only if nothing else hangs on it: 中央1-4 3rdビル.
_STEP = re.compile(
    rf"(?:-\s*|(?P<gap>\s+-?\s*))?(?P<number>{_NUMBER})(?!\s*(?:{_COUNTED}))"
    rf"(?(gap)(?=\s|$|[^\w]|{_UNIT}))"
    rf"(?:\s*(?P<unit>{_UNIT}))?"
    rf"(?:\s*の(?=\s*[0-9{KANJI_DIGITS}]))?"
)
CHOME_UNITS = ("丁目", "丁", "ちようめ")
LOT_UNITS = ("番", "番地", "号", "ばん", "ばんち", "ごう")
_SPACES = re.compile(r"\s+")
_SPLIT = re.compile(
    r"[、,，;；・/／\n\r()（）「」｢｣\[\]【】]+|及び|および|並びに|ならびに|外(?=[0-9一二三四五六七八九十]+筆)"
)
_RANGE = re.compile(
    r"(?P<low>[0-9]+)(?P<unit>番地?|号)?(?:から|より|乃至|ないし|至|…|\.\.)同?(?P<high>[0-9]+)"
)
_ADDRESS_UNITS = re.compile(r"(?<=[0-9])(?:丁目|丁|番地の?|番の?|号|の)")
_KANJI_RUN = re.compile(rf"[{KANJI_DIGITS}]+")


@dataclass(frozen=True, slots=True)
class Place:
    """``numbers`` are 番, 枝番, ...; ``chome`` is 0 where none is meant, None where any is."""

    base: str
    chome: int | None
    numbers: tuple[int, ...] = ()

    def path(self) -> str:
        """The key of the place: ``中央/1/4/1``. A prefix of it is a wider place."""
        parts = [self.base]
        if self.chome is not None:
            parts += [str(self.chome), *map(str, self.numbers)]
        return "/".join(parts)

    def exact(self) -> str:
        """The key of the place itself and of nothing within it; it holds the numbers' count."""
        return f"{self.path()}/{len(self.numbers)}" if self.numbers else ""

    def wider(self) -> Iterator[str]:
        """The place and everything it lies in."""
        path = self.path()
        while path:
            yield path
            path = path.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Step:
    number: int
    unit: str


@dataclass(frozen=True, slots=True)
class TownMatch:
    """``whole``: towns of exactly this name; ``short``: towns that it names with 町 left out.

    ``length`` is in characters of the folded text.
    """

    whole: tuple[str, ...]
    short: tuple[str, ...]
    length: int


def _alias_rows() -> Iterator[tuple[str, str]]:
    """Former names kept by staff: assets/towns/aliases.csv, ``old,new,from,to``."""
    try:
        path = asset_path("towns", "aliases.csv")
    except AssetMissingError:
        return
    with path.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            yield row["old"], row["new"]


@functools.lru_cache(maxsize=1)
def _towns() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]], int]:
    """Spellings of whole names, spellings with 町 dropped, the longest spelling."""
    whole: dict[str, dict[str, None]] = {}
    short: dict[str, dict[str, None]] = {}
    for town in ward_towns():
        for spelling, exact in spellings(town.base, town.kana):
            (whole if exact else short).setdefault(spelling, {})[town.base] = None
    for old, new in _alias_rows():
        whole.setdefault(glyphs(hiragana(plain(old))), {})[new] = None
    longest = max(map(len, [*whole, *short]))
    return (
        {spelling: tuple(bases) for spelling, bases in whole.items()},
        {spelling: tuple(bases) for spelling, bases in short.items()},
        longest,
    )


def match_town(flat: str) -> TownMatch | None:
    """The longest town name at the start of folded text; with 町 dropped, all it may stand for."""
    whole, short, longest = _towns()
    squeezed = _SPACES.sub("", flat[: longest * 2])
    for length in range(min(longest, len(squeezed)), 0, -1):
        piece = squeezed[:length]
        named = whole.get(piece, ())
        meant = tuple(base for base in short.get(piece, ()) if base not in named)
        if named or meant:
            return TownMatch(named, meant, original_length(flat, length))
    return None


def read_steps(flat: str) -> tuple[list[Step], str]:
    """Numbers and their units from the start of ``flat``, and what follows them."""
    steps: list[Step] = []
    position = 0
    while len(steps) < MAX_NUMBERS:
        match = _STEP.match(flat, position)
        if match is None:
            break
        digits = match["number"]
        number = int(digits[:9]) if digits[0].isascii() else kanji_number(digits)
        steps.append(Step(number, match["unit"] or ""))
        position = match.end()
    return steps, flat[position:]


def readings(base: str, steps: list[Step]) -> list[Place]:
    """Every place that the numbers after a town can mean, the likelier one first."""
    if not steps:
        return [Place(base, None)]
    numbers = tuple(step.number for step in steps)
    if steps[0].unit in CHOME_UNITS:
        return [Place(base, numbers[0], numbers[1:])]
    without = Place(base, 0, numbers)
    if steps[0].unit in LOT_UNITS:
        return [without]
    known = chomes_by_base().get(base, ())
    if numbers[0] in known:
        return [Place(base, numbers[0], numbers[1:]), without]
    if known and len(numbers) > 1 and numbers[0] <= MAX_CHOME:  # a 丁目 that is no more
        return [without, Place(base, numbers[0], numbers[1:])]
    return [without]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recorded cell says: its places, and its text where no town of the ward was found."""

    places: tuple[Place, ...]
    unread: str


def _ranges(part: str) -> list[str]:
    match = _RANGE.search(part)
    if match is None:
        return [part]
    low, high = int(match["low"][:9]), int(match["high"][:9])
    if not low < high <= low + MAX_RANGE:
        return [part]
    return [part[: match.start()] + str(n) + part[match.end() :] for n in range(low, high + 1)]


def _inherited(previous: Place, part: str) -> list[Place]:
    """``3`` or ``1番3`` after ``中央一丁目1番2``: the same town; a bare number also the same 番."""
    steps, _ = read_steps(part.removeprefix("同所").removeprefix("同"))
    if not steps:
        return []
    numbers = tuple(step.number for step in steps)
    if steps[0].unit in CHOME_UNITS:
        return [Place(previous.base, numbers[0], numbers[1:])]
    places = [Place(previous.base, previous.chome, numbers)]
    if len(numbers) == 1 and steps[0].unit in ("", "号") and len(previous.numbers) > 1:
        places.append(Place(previous.base, previous.chome, (*previous.numbers[:-1], numbers[0])))
    return places


@functools.lru_cache(maxsize=4096)
def read_recorded(cell: str) -> Recorded:
    """Places named by one cell: several lots, parts of lots, ranges; 外n筆 names none."""
    text = re.sub(r"[〜～~](?=\s*[0-9０-９])", "から", cell)
    flat = address_fold(text)
    places: dict[Place, None] = {}
    previous: Place | None = None
    for piece in _SPLIT.split(flat):
        for part in _ranges(piece.strip()):
            rest = part[prefix_length(part) :].strip()
            town = match_town(rest)
            if town is not None:
                steps, _ = read_steps(skip_after_town(rest[town.length :]))
                found = [
                    place for base in town.whole or town.short for place in readings(base, steps)
                ]
            elif previous is not None and not re.match(r"\d+筆", rest):
                found = _inherited(previous, rest)
            else:
                found = []
            places.update(dict.fromkeys(found))
            previous = found[0] if found else previous
    return Recorded(tuple(places), "" if places else address_text(cell))


def address_text(cell: str) -> str:
    """An address as one comparable text, for towns the ward does not have (any more)."""
    flat = _KANJI_RUN.sub(lambda run: str(kanji_number(run.group())), address_fold(cell))
    flat = _ADDRESS_UNITS.sub("-", flat)
    return re.sub(r"-+(?=$|\D)|\s+", "", re.sub(r"-+", "-", flat))
