"""The own map of the ward: its parts, the towns of one part, the 丁目 of one town.

Drawn from the towns' positions alone, offline. Rivers, roads and true borders are not in that data
and are not hinted at.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import dist

from kiosk.domain.towns import Town, chomes_by_base, town_name, ward_towns
from kiosk.input.areas import area_of_base, ward_areas
from kiosk.screens.present.plane import OUTSIDE, Box, Cell, Point, apart, cells, clip, to_km

#: Design units of the drawing.
WIDTH, HEIGHT = 1000, 1090
#: A target's least height: 84 units are 15 mm on the smallest display in use for this (15.6 inch,
#: full HD, 141 dots per inch) and more on any other.
TARGET = 84
#: Labels of the ward's parts, and of towns and 丁目.
AREA_FONT, TOWN_FONT = 38, 36
LABEL_PADDING = 44
LABEL_GAP = 12
#: A cell reaches at most so far from its town's position, in kilometres.
REACH_KM = 0.62
#: Room around what is looked at, in kilometres.
MARGIN_KM = 0.35
#: Tints for neighbours that must differ.
TINTS = 5
#: Tint of what lies around the part looked at.
AROUND = -1


@dataclass(frozen=True, slots=True)
class Patch:
    """A town's cell in design units: its corners one after the other, and whose it is.

    ``name``: what a touch on it chooses; empty for what lies around.
    """

    corners: tuple[Point, ...]
    tint: int
    name: str


@dataclass(frozen=True, slots=True)
class Border:
    """A line between two groups of cells; ``outer`` where the ward's towns end."""

    points: tuple[float, float, float, float]
    outer: bool


@dataclass(frozen=True, slots=True)
class Label:
    """A button: ``name`` is what it chooses. ``tied``: the place that it names, if it had to move
    out of its own cells."""

    words: str
    name: str
    box: Box
    font: int
    tied: Point | None


@dataclass(frozen=True, slots=True)
class MapView:
    """``step``: area, town or chome: what a touch chooses. ``kilometre``: its length in units."""

    step: str
    patches: tuple[Patch, ...]
    borders: tuple[Border, ...]
    labels: tuple[Label, ...]
    kilometre: float

    def name_at(self, x: float, y: float) -> str:
        """What a touch means there; empty where there is nothing to choose."""
        for patch in self.patches:
            if patch.name and Cell(patch.corners, ()).holds((x, y)):
                return patch.name
        return ""


@functools.lru_cache(maxsize=1)
def _positions() -> tuple[Point, ...]:
    towns = ward_towns()
    origin = (
        sum(town.latitude for town in towns) / len(towns),
        sum(town.longitude for town in towns) / len(towns),
    )
    return tuple(to_km(town.latitude, town.longitude, origin) for town in towns)


@functools.lru_cache(maxsize=1)
def ward_cells() -> tuple[Cell, ...]:
    """The cell of each of ward_towns(), in kilometres."""
    return cells(_positions(), REACH_KM)


@dataclass(frozen=True, slots=True)
class Scale:
    """Kilometres to design units."""

    left: float
    bottom: float
    unit: float
    x: float
    y: float

    def at(self, point: Point) -> Point:
        return (
            self.x + (point[0] - self.left) * self.unit,
            self.y + (point[1] - self.bottom) * self.unit,
        )


def _scale(shown: Sequence[Cell], height: float) -> Scale:
    """So that all of ``shown`` is in the middle, as large as it can be."""
    corners = [corner for cell in shown for corner in cell.corners]
    left = min(x for x, _ in corners) - MARGIN_KM / 2
    right = max(x for x, _ in corners) + MARGIN_KM / 2
    bottom = min(y for _, y in corners) - MARGIN_KM / 2
    top = max(y for _, y in corners) + MARGIN_KM / 2
    unit = min(WIDTH / (right - left), height / (top - bottom))
    x, y = (WIDTH - (right - left) * unit) / 2, (height - (top - bottom) * unit) / 2
    return Scale(left, bottom, unit, x, y)


def _framed(cell: Cell, height: float) -> Cell:
    """What of a cell lies on the drawing."""
    for at, normal in (
        ((0.0, 0.0), (-1.0, 0.0)), ((0.0, 0.0), (0.0, -1.0)),
        ((float(WIDTH), height), (1.0, 0.0)), ((float(WIDTH), height), (0.0, 1.0)),
    ):  # fmt: skip
        cell = clip(cell, at, normal, OUTSIDE)
    return cell


def _tints(groups: Sequence[str], names: Sequence[str]) -> dict[str, int]:
    """A tint for each name, so that no two that border on each other have the same."""
    touching: dict[str, set[str]] = {name: set() for name in names}
    for cell, group in zip(ward_cells(), groups, strict=True):
        if group in touching:
            touching[group] |= {groups[other] for other in cell.beyond if other != OUTSIDE}
    tints: dict[str, int] = {}
    for name in names:
        taken = {tints[other] for other in touching[name] if other in tints and other != name}
        tints[name] = next((tint for tint in range(TINTS) if tint not in taken), 0)
    return tints


def _drawn(
    step: str, group_of: Callable[[Town], str], names: Sequence[str], words: Callable[[str], str],
    height: float, font: int,
) -> MapView:  # fmt: skip
    """Towns in groups, those of ``names`` to be chosen, the others around them."""
    groups = [group_of(town) for town in ward_towns()]
    tints = _tints(groups, names)
    chosen = [cell for cell, group in zip(ward_cells(), groups, strict=True) if group in tints]
    scale = _scale(chosen, height)
    patches, borders = [], []
    for number, cell in enumerate(ward_cells()):
        corners = tuple(map(scale.at, cell.corners))
        framed = _framed(Cell(corners, cell.beyond), height)
        if len(framed.corners) < 3:
            continue
        name = groups[number] if groups[number] in tints else ""
        patches.append(Patch(framed.corners, tints.get(name, AROUND), name))
        borders += _borders(Cell(corners, cell.beyond), number, groups, height)
    return MapView(
        step, tuple(patches), tuple(borders),
        _labels(groups, names, words, scale, height, font), scale.unit,
    )  # fmt: skip


def _borders(cell: Cell, number: int, groups: Sequence[str], height: float) -> list[Border]:
    """Edges at which another group or nothing lies beyond; each once, and only whole ones."""
    found = []
    for place, beyond in enumerate(cell.beyond):
        (x, y), (to_x, to_y) = cell.corners[place], cell.corners[(place + 1) % len(cell.corners)]
        if not all(0 <= at <= WIDTH for at in (x, to_x)):
            continue
        if not all(0 <= at <= height for at in (y, to_y)):
            continue
        outer = beyond == OUTSIDE
        if outer or (beyond > number and groups[beyond] != groups[number]):
            found.append(Border((x, y, to_x, to_y), outer))
    return found


def _labels(
    groups: Sequence[str], names: Sequence[str], words: Callable[[str], str], scale: Scale,
    height: float, font: int,
) -> tuple[Label, ...]:  # fmt: skip
    """One for each name, amid its own cells, pushed apart where they would touch."""
    own: dict[str, list[Cell]] = {name: [] for name in names}
    places: dict[str, list[Point]] = {name: [] for name in names}
    for cell, place, group in zip(ward_cells(), _positions(), groups, strict=True):
        if group in own:
            own[group].append(Cell(tuple(map(scale.at, cell.corners)), ()))
            places[group].append(scale.at(place))
    homes = [_home(own[name], places[name]) for name in names]
    boxes = [
        Box(*home, max(TARGET, len(words(name)) * font + LABEL_PADDING), TARGET)
        for name, home in zip(names, homes, strict=True)
    ]
    labels = []
    placed = apart(boxes, LABEL_GAP, WIDTH, height)
    for name, home, box in zip(names, homes, placed, strict=True):
        inside = any(cell.holds((box.x, box.y)) for cell in own[name])
        labels.append(Label(words(name), name, box, font, None if inside else home))
    return tuple(labels)


def _home(own: Sequence[Cell], places: Sequence[Point]) -> Point:
    """Where a name is best written: amid its towns, or, where another town lies there, at the one
    of its towns that is nearest."""
    middle = sum(x for x, _ in places) / len(places), sum(y for _, y in places) / len(places)
    if any(cell.holds(middle) for cell in own):
        return middle
    return min(places, key=lambda place: dist(place, middle))


# --- the three steps ----------------------------------------------------------------------------


@functools.lru_cache(maxsize=1)
def ward_map() -> MapView:
    """The parts of the ward."""
    areas = area_of_base()
    return _drawn(
        "area", lambda town: areas.get(town.base, ""), tuple(ward_areas()), str, HEIGHT, AREA_FONT
    )


@functools.lru_cache(maxsize=16)
def area_map(area: str) -> MapView:
    """The towns of one part; of the whole ward where there is no such part."""
    bases = ward_areas().get(area)
    if bases is None:
        return ward_map()
    return _drawn("town", lambda town: town.base, bases, str, HEIGHT, TOWN_FONT)


@functools.lru_cache(maxsize=64)
def chome_map(base: str, height: float) -> MapView:
    """The 丁目 of one town that has some."""
    names = [town_name(base, chome) for chome in chomes_by_base()[base]]
    return _drawn(
        "chome", lambda town: town.name, names, lambda name: name.removeprefix(base), height,
        AREA_FONT,
    )  # fmt: skip
