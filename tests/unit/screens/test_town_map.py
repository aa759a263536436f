"""The own map: every town on it, in one piece, to be read and to be touched."""

from __future__ import annotations

import pytest

from kiosk.domain.towns import chomes_by_base, ward_towns
from kiosk.input.areas import area_of_base, ward_areas
from kiosk.screens.present.plane import OUTSIDE, Box, Cell, apart, cells, circle, clip, to_km
from kiosk.screens.present.search import CHOME_MAP_HEIGHT
from kiosk.screens.present.town_map import (
    HEIGHT,
    TARGET,
    WIDTH,
    MapView,
    area_map,
    chome_map,
    ward_cells,
    ward_map,
)
from kiosk.screens.widgets.palette import INK, MAP_TINTS
from tests.unit.screens.test_sentences import _contrast

WITH_CHOME = [base for base, chomes in chomes_by_base().items() if chomes]


def views() -> list[tuple[MapView, float]]:
    drawn = [(ward_map(), HEIGHT)]
    drawn += [(area_map(area), HEIGHT) for area in ward_areas()]
    return drawn + [(chome_map(base, CHOME_MAP_HEIGHT), CHOME_MAP_HEIGHT) for base in WITH_CHOME]


def test_every_town_is_in_exactly_one_part_of_the_ward() -> None:
    named = [base for bases in ward_areas().values() for base in bases]
    assert len(named) == len(set(named))
    assert set(named) == set(chomes_by_base())
    assert set(area_of_base().values()) == set(ward_areas())


def _in_one_piece(members: set[int]) -> bool:
    reached, todo = set[int](), [min(members)]
    while todo:
        number = todo.pop()
        if number in reached:
            continue
        reached.add(number)
        todo += [one for one in ward_cells()[number].beyond if one in members]
    return reached == members


@pytest.mark.parametrize("area", ward_areas())
def test_each_part_is_in_one_piece(area: str) -> None:
    members = {n for n, town in enumerate(ward_towns()) if town.base in ward_areas()[area]}
    assert _in_one_piece(members)
    assert not _in_one_piece({0, len(ward_towns()) - 1})  # the check can fail


def test_a_cell_holds_its_own_town_and_no_other() -> None:
    points = [to_km(town.latitude, town.longitude, (35.7, 139.87)) for town in ward_towns()]
    made = cells(points, 0.62)
    for number, point in enumerate(points):
        assert [n for n, cell in enumerate(made) if cell.holds(point)] == [number]
    assert all(OUTSIDE in cell.beyond for cell in cells([(0.0, 0.0), (0.1, 0.0)], 1.0))


@pytest.mark.parametrize(("view", "height"), views())
def test_labels_are_large_apart_and_on_the_drawing(view: MapView, height: float) -> None:
    boxes = [label.box for label in view.labels]
    for number, box in enumerate(boxes):
        assert min(box.width, box.height) >= TARGET
        assert box.width / 2 <= box.x <= WIDTH - box.width / 2
        assert box.height / 2 <= box.y <= height - box.height / 2
        for other in boxes[number + 1 :]:
            assert min(box.overlap(other, 0)) <= 0, view.labels[number].words
    assert {label.name for label in view.labels} == {p.name for p in view.patches} - {""}


@pytest.mark.parametrize(("view", "height"), views())
def test_a_label_stands_on_its_own_cells_or_is_tied_to_them(view: MapView, height: float) -> None:
    assert height <= HEIGHT
    for label in view.labels:
        x, y = label.tied or (label.box.x, label.box.y)
        assert view.name_at(x, y) == label.name


@pytest.mark.parametrize(("view", "height"), views())
def test_neighbours_differ_in_tint_and_all_lies_on_the_drawing(
    view: MapView, height: float
) -> None:
    for patch in view.patches:
        assert all(-1 <= x <= WIDTH + 1 and -1 <= y <= height + 1 for x, y in patch.corners)
    tints = {patch.name: patch.tint for patch in view.patches if patch.name}
    for one in view.patches:
        for other in view.patches:
            if one.name and other.name and one.name != other.name and _touch(one, other):
                assert tints[one.name] != tints[other.name], (one.name, other.name)


def _touch(one: object, other: object) -> bool:
    """Whether two patches share an edge: two corners of one are corners of the other."""
    near = [
        (x, y)
        for x, y in one.corners  # type: ignore[attr-defined]
        if any(abs(x - a) + abs(y - b) < 0.01 for a, b in other.corners)  # type: ignore[attr-defined]
    ]
    return len(near) > 1 and max(
        abs(x - a) + abs(y - b) for x, y in near for a, b in near
    ) > 1  # fmt: skip


def test_a_touch_means_the_town_below_it() -> None:
    view = area_map("葛西")
    for patch in view.patches:
        middle = (
            sum(x for x, _ in patch.corners) / len(patch.corners),
            sum(y for _, y in patch.corners) / len(patch.corners),
        )
        assert view.name_at(*middle) == patch.name
    assert view.name_at(-5, -5) == ""


def test_no_such_part_is_the_whole_ward() -> None:
    assert area_map("見本") is ward_map()


def test_words_on_every_tint_can_be_read() -> None:
    assert all(_contrast(INK, tint) >= 7 for tint in MAP_TINTS)
    assert len(set(MAP_TINTS)) == len(MAP_TINTS)


def test_boxes_are_pushed_apart_and_no_farther_than_needed() -> None:
    boxes = [Box(100, 100, 80, 40), Box(110, 105, 80, 40), Box(500, 300, 80, 40)]
    placed = apart(boxes, 10, 1000, 1000)
    assert min(placed[0].overlap(placed[1], 9)) <= 0
    assert placed[2] == boxes[2]
    assert abs(placed[0].x - 100) + abs(placed[0].y - 100) < 60


def test_clipping() -> None:
    square = Cell(((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)), (1, 2, 3, 4))
    half = clip(square, (1.0, 0.0), (1.0, 0.0), 9)
    assert set(half.corners) == {(0.0, 0.0), (1.0, 0.0), (1.0, 2.0), (0.0, 2.0)}
    assert sorted(half.beyond) == [1, 3, 4, 9]
    assert half.beyond[half.corners.index((1.0, 0.0))] == 9
    assert clip(square, (-1.0, 0.0), (1.0, 0.0), 9).corners == ()
    assert half.holds((0.5, 1.0))
    assert not half.holds((1.5, 1.0))
    assert circle((0.0, 0.0), 1.0).holds((0.7, 0.7))
