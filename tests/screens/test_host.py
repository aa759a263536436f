"""The door for touches: what is settled, covered, disabled or gone takes none."""

from __future__ import annotations

import gc
from dataclasses import replace

import pytest

from kiosk.input.kanji import MozcKanaKanji
from kiosk.input.postal import WardPostalCodes
from kiosk.session import events as ev
from kiosk.session.state import Overlay, Phase, Session
from tests.factories.sessions import GALLERY, at, visit
from tests.screens import finger
from tests.screens.glass import Glass

from kiosk.screens import memory  # isort: skip - Kivy reads its settings at import, in glass
from kiosk.screens.host import Host  # isort: skip
from kiosk.screens.widgets.screen import Tools  # isort: skip


def _heard(glass: Glass) -> list[type[ev.At]]:
    return [type(event) for event in glass.events if type(event) is not ev.Touched]


def test_a_button_acts_when_the_finger_lets_go_inside(glass: Glass) -> None:
    glass.show(GALLERY["consent"])
    x, y = finger.place_of("同意して進む")
    finger.down(x, y)
    glass.frames(2)
    assert _heard(glass) == []
    finger.up(x, y)
    glass.frames(2)
    assert _heard(glass) == [ev.ConsentGiven]


def test_letting_go_beside_the_button_does_nothing(glass: Glass) -> None:
    glass.show(GALLERY["consent"])
    x, y = finger.place_of("同意して進む")
    finger.down(x, y)
    glass.frames(2)
    finger.up(x, y + 600)
    glass.frames(2)
    assert _heard(glass) == []


def test_a_new_screen_takes_no_touch_of_the_finger_before(glass: Glass) -> None:
    glass.show(GALLERY["consent"])
    glass.host.show(GALLERY["end"])  # without the pause that Glass.show makes
    glass.frames()
    glass.tap("終了")
    assert glass.events == []
    glass.seconds += 1
    glass.tap("終了")
    assert _heard(glass) == [ev.Finished]


def test_a_touch_beside_all_buttons_says_that_somebody_is_there(glass: Glass) -> None:
    glass.show(GALLERY["consent"])
    finger.down(540, 1700)
    finger.up(540, 1700)
    glass.frames(2)
    assert [type(event) for event in glass.events] == [ev.Touched]


def test_an_overlay_takes_every_touch(glass: Glass) -> None:
    glass.show(at(Phase.CONSENT, visit()))
    glass.show(at(Phase.CONSENT, visit(), overlay=Overlay.IDLE_WARNING, countdown=20))
    with pytest.raises(finger.NotTouchableError, match="covered"):
        finger.place_of("同意して進む")
    glass.tap("続ける")
    assert _heard(glass) == [ev.StillHere]


def test_a_button_that_waits_is_disabled(glass: Glass) -> None:
    glass.show(at(Phase.ENTRY, visit(entry=GALLERY["entry"].visit.entry), waiting="MakePreview"))  # type: ignore[union-attr]
    with pytest.raises(finger.NotTouchableError):
        finger.place_of("この建物の証明書")
    assert finger.sees("証明書を作っています")


def test_a_countdown_moves_no_button_under_the_finger(glass: Glass) -> None:
    end = GALLERY["end"]
    glass.show(end)
    x, y = finger.place_of("続けて別の建物")
    finger.down(x, y)
    glass.frames(2)
    glass.show(replace(end, countdown=9))
    finger.up(x, y)
    glass.frames(2)
    assert finger.sees("9秒")
    assert _heard(glass) == [ev.AnotherBuilding]


def _said_anywhere(marker: str) -> bool:
    """Whether any widget that Python still holds says it, on the glass or off it."""
    from kivy.uix.label import Label

    gc.collect()
    return any(
        marker in str(getattr(one, "words", "")) + str(one.text)
        for one in gc.get_objects()
        if isinstance(one, Label)
    )


def test_after_a_visit_no_widget_knows_the_visitor(glass: Glass) -> None:
    marker = "見本目印"
    who = visit()
    marked = replace(who, draft=who.draft.with_field("name", marker), focus="name")
    glass.show(at(Phase.APPLICANT, marked))
    assert _said_anywhere(marker)  # the search finds what is there
    glass.show(at(Phase.SEARCH, replace(marked)))
    glass.show(at(Phase.ATTRACT))
    glass.host.wipe()
    glass.frames(6)
    assert not _said_anywhere(marker)
    glass.show(Session())


@pytest.mark.parametrize(
    ("words", "exact", "event"),
    [
        ("係員用", True, ev.StaffWanted),
        ("画面にふれて", False, ev.Begin),
    ],
)
def test_a_button_of_the_waiting_screen_means_one_thing(
    glass: Glass, words: str, exact: bool, event: type[ev.At]
) -> None:
    """The screen itself is a button too: it must not speak for the staff corner."""
    glass.show(Session())
    glass.show(GALLERY["attract"])
    glass.tap(words, exact=exact)
    assert [type(one) for one in glass.events if not isinstance(one, ev.Touched)] == [event]


def test_a_touch_anywhere_on_the_waiting_screen_begins(glass: Glass) -> None:
    glass.show(Session())
    glass.show(GALLERY["attract"])
    finger.down(540, 1500)
    glass.frames(2)
    finger.up(540, 1500)
    glass.frames(3)
    assert [type(one) for one in glass.events if not isinstance(one, ev.Touched)] == [ev.Begin]


def test_a_card_signs_in_with_its_pin_and_one_that_goes_takes_the_pin_along(glass: Glass) -> None:
    glass.show(Session())
    glass.show(GALLERY["sign-in-felica"])
    for digit in "48":
        glass.tap(digit)
    away = GALLERY["sign-in-card-wanted"]
    glass.show(away)
    glass.show(GALLERY["sign-in-felica"])
    glass.events.clear()
    glass.tap("端末をひらく")
    assert not any(isinstance(one, ev.StaffCardSignIn) for one in glass.events), "nothing typed"
    for digit in "482913":
        glass.tap(digit)
    glass.tap("係員メニュー")
    [said] = [one for one in glass.events if isinstance(one, ev.StaffCardSignIn)]
    assert (said.pin, said.menu, said.power_cycled) == ("482913", True, False)
    assert "482913" not in repr(said)


def test_what_the_first_visitor_would_wait_for_is_made_before(glass: Glass) -> None:
    host = Host(Tools(glass._dispatch, MozcKanaKanji(), WardPostalCodes()))
    steps = 0
    while host.warm():
        steps += 1
        assert steps < 100, "no end"
    assert set(host._screens) == set(Phase)
    assert not host.warm()
    keyboard = host._screens[Phase.APPLICANT]._keyboard  # type: ignore[attr-defined]
    keys = keyboard._made["kana"]
    keyboard.begin("", "kana")
    keyboard.begin("", "digits", ("digits",))
    keyboard.begin("", "kana")
    assert keyboard._keys.children[-1] is keys[0]


def test_no_collection_of_everything_happens_under_a_finger() -> None:
    frozen, thresholds = gc.get_freeze_count(), gc.get_threshold()
    begun: list[int] = []

    def collected(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            begun.append(info["generation"])

    try:
        memory.settle()
        assert gc.get_freeze_count() > frozen
        gc.callbacks.append(collected)
        kept = [[number] for number in range(90_000)]  # what many screens of a visit leave alive
        assert kept
        assert 1 in begun
        assert 2 not in begun
        assert not memory.breathe(memory.PAUSE_S / 2)
        assert memory.breathe(memory.PAUSE_S)  # a pause does collect
        assert begun[-1] == 2
        assert not memory.breathe(memory.PAUSE_S)  # once
    finally:
        gc.callbacks.remove(collected)
        gc.unfreeze()
        gc.set_threshold(*thresholds)
