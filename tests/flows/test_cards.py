"""The terminal opened by card: lanes, reader and section together, on a reader that is played."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kiosk.domain.card import SignInMethod
from kiosk.session import events as ev
from kiosk.session.state import Phase
from tests.fakes.card_reader import IDM, FakeReader
from tests.fakes.card_reader import PIN as CARD_PIN
from tests.fakes.soft_key import SoftKey
from tests.flows.bench import PIN, STAFF_ID, Kiosk, World

ALL = tuple(SignInMethod)


class CardKiosk(Kiosk):
    """``lay``: what the reader sees now is told, as its thread does."""

    def __init__(self, world: World, reader: FakeReader) -> None:
        super().__init__(world, cards=reader)
        self.reader = reader

    def lay(self) -> None:
        generation = self.session.generation
        self.dispatch(ev.CardLooked(self.now(), generation, self.reader.look()))

    def card_sign_in(self, pin: str, *, menu: bool = False) -> None:
        self.touch(ev.StaffCardSignIn, pin=pin, menu=menu)


@contextmanager
def at_sign_in(key: SoftKey | None = None) -> Iterator[CardKiosk]:
    world, reader = World(), FakeReader(key or SoftKey.ec())
    world.section.felica_cards[IDM] = STAFF_ID
    world.section.piv_cards[reader.key.sha256] = (STAFF_ID, reader.key.public_key)
    made = CardKiosk(world, reader)
    try:
        made.start(ALL)
        made.lay()
        assert made.at(Phase.SIGN_IN)
        yield made
    finally:
        made.close()


def test_felica_and_pin_open_the_terminal() -> None:
    with at_sign_in() as kiosk:
        kiosk.reader.felica()
        kiosk.lay()
        kiosk.card_sign_in("000000")
        assert kiosk.notice == "staff_refused"
        kiosk.card_sign_in(PIN)
        assert kiosk.at(Phase.ATTRACT), kiosk.seen
        assert "card" in [check.check for check in kiosk.checks]


@pytest.mark.parametrize("key", [SoftKey.ec(), SoftKey.rsa()], ids=str)
def test_a_piv_card_opens_the_terminal_and_its_pin_stays_here(key: SoftKey) -> None:
    with at_sign_in(key) as kiosk:
        kiosk.reader.piv()
        kiosk.lay()
        kiosk.card_sign_in("000000")
        assert kiosk.notice == "card_pin_wrong"
        assert "open_by_card" not in kiosk.wire.called, "a wrong PIN of a card is the card's affair"
        kiosk.card_sign_in(CARD_PIN)
        assert kiosk.at(Phase.ATTRACT), kiosk.seen
        assert kiosk.reader.pins == ["000000", CARD_PIN]


def test_a_stranger_is_refused_and_a_lost_server_is_told() -> None:
    with at_sign_in() as kiosk:
        kiosk.reader.felica(bytes(7) + b"\x09")
        kiosk.lay()
        kiosk.card_sign_in(PIN)
        assert kiosk.notice == "staff_refused"
        kiosk.reader.piv()
        kiosk.lay()
        for call in ("card_challenge", "open_by_card"):
            kiosk.wire.lose(call, after=False)
            kiosk.card_sign_in(CARD_PIN)
            assert kiosk.notice == "server_unheard"
        kiosk.card_sign_in(CARD_PIN)
        assert kiosk.at(Phase.ATTRACT), kiosk.seen


def test_a_card_that_is_gone_before_anybody_noticed_opens_nothing() -> None:
    with at_sign_in() as kiosk:
        for lay in (kiosk.reader.felica, kiosk.reader.piv):
            lay()
            kiosk.lay()
            kiosk.reader.remove()
            kiosk.card_sign_in(PIN)
            assert kiosk.notice == "card_removed"
        assert "open_by_card" not in kiosk.wire.called


def test_a_card_taken_away_while_the_server_answers_leaves_the_terminal_closed() -> None:
    with at_sign_in() as kiosk:
        kiosk.reader.felica()
        kiosk.lay()

        def snatched() -> None:
            kiosk.reader.remove()
            generation = kiosk.session.generation
            kiosk._posted.put(ev.CardLooked(kiosk.now(), generation, kiosk.reader.look()))

        kiosk.wire.before["open_by_card"] = snatched
        kiosk.card_sign_in(PIN)
        assert kiosk.at(Phase.SIGN_IN)
        assert kiosk.notice == "card_removed"
        assert kiosk.world.section.session == "", "what the server had opened is closed again"
        assert kiosk.world.section.closed == ["card_removed"]


def test_the_staffs_menu_lives_as_long_as_the_card_lies_there() -> None:
    with at_sign_in() as kiosk:
        kiosk.reader.piv()
        kiosk.lay()
        kiosk.card_sign_in(CARD_PIN, menu=True)
        assert kiosk.at(Phase.STAFF_MENU), kiosk.seen
        kiosk.wait(30)
        assert kiosk.at(Phase.STAFF_MENU)
        kiosk.reader.remove()
        kiosk.lay()
        assert kiosk.at(Phase.ATTRACT)


def test_without_its_reader_the_terminal_fails_its_self_test() -> None:
    with at_sign_in() as kiosk:
        kiosk.reader.felica()
        kiosk.lay()

        def pulled() -> None:
            kiosk.reader.unplug()

        kiosk.wire.after["recover"] = pulled
        kiosk.card_sign_in(PIN)
        assert kiosk.at(Phase.OUT_OF_ORDER), kiosk.seen
        assert [c.code for c in kiosk.checks if not c.ok] == ["card_reader_missing"]


def test_staff_end_the_service() -> None:
    with at_sign_in() as kiosk:
        kiosk.reader.piv()
        kiosk.lay()
        kiosk.card_sign_in(CARD_PIN, menu=True)
        kiosk.touch(ev.ClosePressed)
        assert kiosk.at(Phase.SIGN_IN)
        assert kiosk.world.section.closed == ["staff"]
        kiosk.wait(4)
        assert kiosk.at(Phase.SIGN_IN)
