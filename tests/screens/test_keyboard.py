"""Typing on the glass: kana become names, glyphs are erased whole, codes become addresses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.session import events as ev
from kiosk.session.machine import step
from kiosk.session.state import Phase, Session, Visit
from tests.factories.sessions import at, visit
from tests.screens import finger
from tests.screens.glass import Glass

#: 葛 with the selector that asks for the form of 葛城市.
KATSURAGI = "葛\U000e0100"


class Form:
    """The applicant screen with the real machine behind it."""

    def __init__(self, glass: Glass, start: Visit) -> None:
        self.glass = glass
        self.session: Session = at(Phase.APPLICANT, start)
        glass.show(Session())
        glass.show(self.session)
        glass.follow = self._follow

    def _follow(self, event: ev.At) -> None:
        self.session, _ = step(self.session, event)
        self.glass.host.show(self.session)

    def value(self, name: str) -> str:
        assert self.session.visit is not None
        return str(getattr(self.session.visit.draft, name))


@pytest.fixture
def empty(glass: Glass) -> Form:
    return Form(glass, Visit("visit-1"))


def test_kana_become_a_name(empty: Form) -> None:
    for key in "たなか":
        empty.glass.tap(key)
    assert empty.value("name") == "たなか"
    empty.glass.tap("田中")
    assert empty.value("name") == "田中"


def test_marks_on_kana(empty: Form) -> None:
    for key in ("か", "濁点・小", "つ", "濁点・小", "は", "濁点・小", "濁点・小"):
        empty.glass.tap(key)
    assert empty.value("name") == "がっぱ"


def test_the_usual_glyph_becomes_the_rarer_one(empty: Form) -> None:
    for key in "たか":
        empty.glass.tap(key)
    empty.glass.tap("高")
    empty.glass.tap("変換")
    empty.glass.tap("髙")
    assert empty.value("name") == "髙"


def test_a_glyph_and_its_selector_are_erased_together(glass: Glass) -> None:
    start = visit(focus="name")
    form = Form(glass, replace(start, draft=start.draft.with_field("name", "見" + KATSURAGI)))
    glass.tap("1字消す")
    assert form.value("name") == "見"


def test_other_keyboards(empty: Form) -> None:
    empty.glass.tap("ABC")
    empty.glass.tap("K")
    empty.glass.tap("記号")
    empty.glass.tap("㈱")
    empty.glass.tap("かな")
    empty.glass.tap("空白")
    empty.glass.tap("あ")
    assert empty.value("name") == "K㈱\u3000あ"
    empty.glass.tap("全部消す")
    assert empty.value("name") == ""


def test_the_postal_code_fills_the_address(empty: Form) -> None:
    empty.glass.tap("郵便番号")
    for key in "1320021":
        empty.glass.tap(key)
    assert empty.value("address") == "東京都江戸川区中央"


def test_a_corrected_code_corrects_the_address_that_it_filled(empty: Form) -> None:
    empty.glass.tap("郵便番号")
    for key in "1320021":
        empty.glass.tap(key)
    empty.glass.tap("1字消す")
    empty.glass.tap("4")
    filled = empty.value("address")
    assert filled != "東京都江戸川区中央"
    assert filled.startswith("東京都江戸川区")


def test_a_typed_address_is_left_alone(glass: Glass) -> None:
    start = visit(focus="postal_code")
    form = Form(glass, start)
    before = form.value("address")
    glass.tap("全部消す")
    for key in "1320021":
        glass.tap(key)
    assert form.value("address") == before


def test_the_next_item_is_one_touch_away(empty: Form) -> None:
    empty.glass.tap("次の項目へ")
    assert empty.session.visit is not None
    assert empty.session.visit.focus == "postal_code"
    with pytest.raises(finger.NotTouchableError):
        finger.place_of("あ")  # digits only for a postal code


def test_a_corporation_is_asked_for_its_name(empty: Form) -> None:
    empty.glass.tap("法人")
    empty.glass.tap("法人名")
    empty.glass.tap("株式会社")
    assert empty.value("corporation_name") == "株式会社"
