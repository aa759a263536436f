"""Plane geometry of the own map: towns' positions to kilometres, and a cell about each of them.

A town's cell is every place that is nearer to its position than to any other town's and not
farther from it than a radius. The towns' true borders are not known here; the cells show where a
town lies among its neighbours, and nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, radians, sin

Point = tuple[float, float]

#: Kilometres of a degree of latitude, and of longitude at the equator (GRS 80, mean).
KM_LATITUDE, KM_LONGITUDE = 110.95, 111.32
#: Corners of the circle that a cell begins as.
CORNERS = 40
#: Owner of an edge that is no border with another town.
OUTSIDE = -1


@dataclass(frozen=True, slots=True)
class Cell:
    """A convex polygon, counterclockwise. ``beyond[i]``: whose cell lies behind the edge from
    corner i to the next, OUTSIDE where none does."""

    corners: tuple[Point, ...]
    beyond: tuple[int, ...]

    def holds(self, at: Point) -> bool:
        """Whether a point lies in it."""
        for here, after in zip(self.corners, (*self.corners[1:], self.corners[0]), strict=True):
            across = (after[0] - here[0]) * (at[1] - here[1])
            if across < (after[1] - here[1]) * (at[0] - here[0]):
                return False
        return bool(self.corners)


def to_km(latitude: float, longitude: float, origin: Point) -> Point:
    """East and north of ``origin`` (latitude, longitude) in kilometres; for a ward's extent."""
    east = (longitude - origin[1]) * KM_LONGITUDE * cos(radians(origin[0]))
    return east, (latitude - origin[0]) * KM_LATITUDE


def clip(cell: Cell, at: Point, normal: Point, beyond: int) -> Cell:
    """What of a cell lies where ``normal`` does not point, seen from ``at``."""

    def side(corner: Point) -> float:
        return (corner[0] - at[0]) * normal[0] + (corner[1] - at[1]) * normal[1]

    corners: list[Point] = []
    owners: list[int] = []
    count = len(cell.corners)
    for place in range(count):
        here, after = cell.corners[place], cell.corners[(place + 1) % count]
        one, other = side(here), side(after)
        if one <= 0:
            corners.append(here)
            owners.append(cell.beyond[place])
        if (one < 0) != (other < 0) and one != other:
            part = one / (one - other)
            corners.append((here[0] + part * (after[0] - here[0]),
                            here[1] + part * (after[1] - here[1])))  # fmt: skip
            owners.append(beyond if one < 0 else cell.beyond[place])
    return Cell(tuple(corners), tuple(owners))


def circle(middle: Point, radius: float) -> Cell:
    corners = tuple(
        (
            middle[0] + radius * cos(2 * pi * n / CORNERS),
            middle[1] + radius * sin(2 * pi * n / CORNERS),
        )
        for n in range(CORNERS)
    )
    return Cell(corners, (OUTSIDE,) * CORNERS)


def cells(points: Sequence[Point], radius: float) -> tuple[Cell, ...]:
    """The cell of each point."""
    found = []
    for number, here in enumerate(points):
        cell = circle(here, radius)
        for other, there in enumerate(points):
            apart = there[0] - here[0], there[1] - here[1]
            if other != number and 0 < hypot(*apart) < 2 * radius:
                middle = (here[0] + there[0]) / 2, (here[1] + there[1]) / 2
                cell = clip(cell, middle, apart, other)
        found.append(cell)
    return tuple(found)


# --- labels -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its middle."""

    x: float
    y: float
    width: float
    height: float

    def overlap(self, other: Box, gap: float) -> tuple[float, float]:
        """How far two boxes, ``gap`` apart at least, run into each other; 0 or less: not."""
        return (
            (self.width + other.width) / 2 + gap - abs(self.x - other.x),
            (self.height + other.height) / 2 + gap - abs(self.y - other.y),
        )

    def within(self, width: float, height: float) -> Box:
        x = min(max(self.x, self.width / 2), width - self.width / 2)
        y = min(max(self.y, self.height / 2), height - self.height / 2)
        return Box(x, y, self.width, self.height)


#: Rounds of pushing labels apart; a ward's labels come to rest in a few dozen.
ROUNDS = 400


def apart(boxes: Sequence[Box], gap: float, width: float, height: float) -> list[Box]:
    """The boxes pushed away from each other until none touch, inside ``width`` x ``height``."""
    placed = [box.within(width, height) for box in boxes]
    for _ in range(ROUNDS):
        moved = False
        for one in range(len(placed)):
            for other in range(one + 1, len(placed)):
                moved = _push(placed, one, other, gap, width, height) or moved
        if not moved:
            break
    return placed


def _push(placed: list[Box], one: int, other: int, gap: float, width: float, height: float) -> bool:
    """Push two boxes apart the shorter way, half each; whether they touched."""
    first, second = placed[one], placed[other]
    across, along = first.overlap(second, gap)
    if across <= 0 or along <= 0:
        return False
    way = 1.0 if (first.x, first.y) >= (second.x, second.y) else -1.0
    up = 1.0 if (first.y, first.x) >= (second.y, second.x) else -1.0
    dx, dy = (way * (across / 2 + 0.1), 0.0) if across < along else (0.0, up * (along / 2 + 0.1))
    placed[one] = Box(first.x + dx, first.y + dy, first.width, first.height).within(width, height)
    placed[other] = Box(second.x - dx, second.y - dy, second.width, second.height).within(
        width, height
    )
    return True
