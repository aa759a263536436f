"""By fingers on the real window: the map to a building, its site's history, the lot beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.ports import Application
from kiosk.domain.query import Query, QueryKind
from kiosk.ledger_client.memory import InMemorySectionServer, MemorySection
from kiosk.screens.present.town_map import area_map, ward_map
from kiosk.session import effects as ef
from kiosk.session import events as ev
from kiosk.session.machine import step
from kiosk.session.state import Phase, Session
from tests.factories.sessions import at, visit
from tests.fakes.clock import FakeClock
from tests.fakes.sheet_maker import FakeSheetMaker
from tests.fixtures.section import sample_applicant
from tests.flows.people import entry
from tests.screens import finger
from tests.screens.glass import Glass

PICTURES = Path(__file__).resolve().parents[2] / "out" / "pictures"
BOOK = (
    entry(1, lot="中葛西三丁目12番3"),
    entry(2, lot="中葛西三丁目12番3", work_kind="増築"),
    entry(3, lot="中葛西三丁目12番4"),
)


class Visitor:
    """A session at the search, the machine behind the glass, a section in memory behind that."""

    def __init__(self, glass: Glass) -> None:
        self.glass = glass
        section = MemorySection(BOOK, FakeSheetMaker(), FakeClock())
        self.server = InMemorySectionServer(section)
        self.server.open_terminal("opener", "482913", False)
        made = self.server.apply(sample_applicant(), "visit-1")
        assert isinstance(made, Application)
        self.asked: list[ef.Effect] = []
        self.session: Session = at(Phase.SEARCH, visit(application=made))
        glass.show(Session())
        glass.show(self.session)
        glass.follow = self.take

    def take(self, event: ev.At) -> None:
        self.session, effects = step(self.session, event)
        self.glass.host.show(self.session)
        for effect in effects:
            self.asked.append(effect)
            self._answer(effect)

    def _answer(self, effect: ef.Effect) -> None:
        now, server = self.glass.seconds, self.server
        if isinstance(effect, ef.Search):
            found = server.search(effect.application_id, effect.query)
            self.take(ev.SearchAnswered(now, effect.generation, found))
        elif isinstance(effect, ef.OpenEntry):
            opened = server.open_entry(effect.application_id, effect.entry_id)
            self.take(ev.EntryAnswered(now, effect.generation, opened))
        elif isinstance(effect, ef.AskHistory):
            past = server.history(effect.application_id, effect.entry_id)
            self.take(ev.HistoryAnswered(now, effect.generation, past))
        elif isinstance(effect, ef.AskNeighbours):
            beside = server.neighbours(effect.application_id, effect.entry_id)
            self.take(ev.NeighboursAnswered(now, effect.generation, beside))

    def tap(self, words: str, *, exact: bool = True, nth: int = 0) -> None:
        self.glass.tap(words, exact=exact, nth=nth)
        self.settle()

    def settle(self) -> None:
        self.glass.frames(3)
        self.glass.seconds += 1

    def tap_at(self, x: float, y: float) -> None:
        """A place of the drawing, in its own units from its bottom left."""
        sheet = next(one for one in _all(self.glass.host) if type(one).__name__ == "MapSheet")
        at_x, at_y = sheet.to_window(*sheet.to_parent(x, y))
        finger.down(at_x, at_y)
        self.glass.frames(2)
        finger.up(at_x, at_y)
        self.settle()

    @property
    def questions(self) -> list[Query]:
        return [one.query for one in self.asked if isinstance(one, ef.Search)]


def _all(widget: object) -> Iterator[object]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _all(child)


@pytest.fixture
def visitor(glass: Glass) -> Visitor:
    return Visitor(glass)


def test_from_the_map_to_the_history_and_the_lot_beside(visitor: Visitor) -> None:
    visitor.tap("地図からさがす")
    assert finger.sees("どのあたりですか")
    visitor.tap("葛西")
    visitor.tap("中葛西")
    visitor.tap("三丁目")
    assert finger.sees("番地を入れて")
    for key in "12":
        visitor.tap(key)
    visitor.tap("検索")
    assert visitor.questions == [Query(QueryKind.LOT, "12", "中葛西三丁目")]
    visitor.tap("第1号", exact=False)
    assert visitor.session.phase is Phase.ENTRY
    visitor.tap("この敷地の履歴")
    assert finger.sees("2件あります")
    assert finger.sees("いま見ている台帳")
    visitor.glass.picture(PICTURES / "journey-history.png")
    visitor.tap("第2号", exact=False)
    assert visitor.session.phase is Phase.ENTRY
    assert visitor.session.visit is not None
    assert visitor.session.visit.entry == BOOK[1]
    visitor.tap("となりの地番")
    visitor.glass.picture(PICTURES / "journey-neighbours.png")
    visitor.tap("中葛西三丁目12番4")
    assert visitor.session.phase is Phase.RESULTS
    assert finger.sees("1件あります")
    visitor.tap("第3号", exact=False)
    assert visitor.session.visit.entry == BOOK[2]


def test_a_touch_on_the_colour_is_a_touch_on_the_name(visitor: Visitor) -> None:
    visitor.tap("地図からさがす")
    area = next(patch for patch in ward_map().patches if patch.name == "葛西")
    x, y = _free_spot(area.corners, [label.box for label in ward_map().labels])
    visitor.tap_at(x, y)
    assert finger.sees("町にふれてください")
    drawn = area_map("葛西")
    town = next(patch for patch in drawn.patches if patch.name == "東葛西")
    visitor.tap_at(*_free_spot(town.corners, [label.box for label in drawn.labels]))
    assert finger.sees("丁目にふれてください")
    assert finger.sees("東葛西")


def _free_spot(
    corners: tuple[tuple[float, float], ...], boxes: list[object]
) -> tuple[float, float]:
    """The middle of a cell; it must not lie under a label, or the test would prove nothing."""
    x = sum(x for x, _ in corners) / len(corners)
    y = sum(y for _, y in corners) / len(corners)
    for box in boxes:
        assert abs(box.x - x) > box.width / 2 or abs(box.y - y) > box.height / 2
    return x, y


def test_a_touch_beside_all_cells_and_one_that_slides_away_choose_nothing(visitor: Visitor) -> None:
    visitor.tap("地図からさがす")
    visitor.tap_at(980, 1080)
    assert finger.sees("どのあたりですか")
    sheet = next(one for one in _all(visitor.glass.host) if type(one).__name__ == "MapSheet")
    area = next(patch for patch in ward_map().patches if patch.name == "葛西")
    spot = _free_spot(area.corners, [label.box for label in ward_map().labels])
    finger.down(*sheet.to_window(*sheet.to_parent(*spot)))  # type: ignore[attr-defined]
    visitor.glass.frames(2)
    finger.up(*sheet.to_window(*sheet.to_parent(980, 1080)))  # type: ignore[attr-defined]
    visitor.settle()
    assert finger.sees("どのあたりですか")


def test_back_and_forth_on_the_map(visitor: Visitor) -> None:
    visitor.tap("地図からさがす")
    visitor.tap("船堀")
    visitor.tap("宇喜田町")
    assert finger.sees("番地を入れて")  # a town without 丁目
    visitor.tap("戻る")
    visitor.tap("船堀")
    visitor.tap("丁目なし・わからない")
    assert finger.sees("番地を入れて")
    visitor.tap("町名を変える")
    assert finger.sees("町にふれてください")
    visitor.tap("戻る")
    assert finger.sees("どのあたりですか")
    visitor.tap("町名の一覧からさがす")
    assert finger.sees("町名をえらんでください")
    visitor.tap("地図からさがす")
    visitor.tap("中止")
    visitor.tap("中止する")
    assert visitor.session.visit is None
