"""Signing in by card, on the pure machine: what a card that goes away takes with it."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.domain.card import (
    CardFault,
    CardRefusal,
    CardSeen,
    FelicaCard,
    NoCard,
    NoReader,
    NoReaderReason,
    OtherCard,
    PivCard,
    SignInMethod,
)
from kiosk.domain.ports import Recovered, ServerFault, StaffOpened
from kiosk.session import effects as ef
from kiosk.session import events as ev
from kiosk.session.machine import boot
from kiosk.session.state import Phase
from tests.unit.session.drive import GOOD_CHECKS, SEED, TIMEOUT, Play, hello

ALL = tuple(SignInMethod)
IDM = b"MIHON\x00\x00\x01"
FELICA, AGAIN, PIV = FelicaCard(1, IDM), FelicaCard(2, IDM), PivCard(3)
OPENED = StaffOpened("opener", "見本 係員")
PIN = "482913"


class CardPlay(Play):
    def __init__(self, *methods: SignInMethod) -> None:
        super().__init__()
        self.session, self.effects = boot(self.t, SEED, methods=methods or ALL)
        self.answer(ev.HelloAnswered, answer=hello())

    def lay(self, seen: CardSeen) -> None:
        self.answer(ev.CardLooked, generation=0, seen=seen)  # a reading of any generation

    def sign_in(self, card: FelicaCard | PivCard = FELICA, **more: Any) -> ef.OpenByCard:
        self.lay(card)
        self.do(ev.StaffCardSignIn, pin=PIN, **more)
        effect = self.asked(ef.OpenByCard)
        assert isinstance(effect, ef.OpenByCard)
        return effect

    def to_attract_by_id(self) -> None:
        self.do(ev.StaffSignIn, staff_id="opener", pin=PIN)
        self.answer(ev.StaffAnswered, answer=OPENED)
        self.answer(ev.RecoverAnswered, answer=Recovered())
        self.answer(ev.SelfTestEnded, checks=GOOD_CHECKS, reported=True)
        self.sees()
        assert self.at(Phase.ATTRACT)

    def to_menu(self) -> None:
        self.sign_in(menu=True)
        self.answer(ev.CardOpened, answer=OPENED)
        self.answer(ev.RecoverAnswered, answer=Recovered())
        self.answer(ev.SelfTestEnded, checks=GOOD_CHECKS, reported=True)
        self.sees()
        assert self.at(Phase.STAFF_MENU)


@pytest.mark.parametrize("card", [FELICA, PIV], ids=["felica", "piv"])
def test_a_card_and_its_pin_open_the_terminal(card: FelicaCard | PivCard) -> None:
    play = CardPlay()
    effect = play.sign_in(card, power_cycled=True)
    assert (effect.card, effect.pin, effect.power_cycled) == (card, PIN, True)
    assert PIN not in repr(effect)
    play.answer(ev.CardOpened, answer=OPENED)
    assert play.at(Phase.SELF_TEST)
    assert play.session.facts.opened
    assert play.asked(ef.Recover).power_cycled


@pytest.mark.parametrize(
    ("methods", "seen"),
    [
        (ALL, NoCard()), (ALL, OtherCard(1)), (ALL, NoReader(NoReaderReason.READER)),
        ((SignInMethod.PIV,), FELICA), ((SignInMethod.FELICA,), PIV),
        ((SignInMethod.STAFF_ID,), FELICA),
    ],
)  # fmt: skip
def test_without_a_card_of_an_offered_kind_nothing_is_asked(
    methods: tuple[SignInMethod, ...], seen: CardSeen
) -> None:
    play = CardPlay(*methods)
    play.lay(seen)
    play.do(ev.StaffCardSignIn, pin=PIN)
    assert play.effects == ()
    assert play.at(Phase.SIGN_IN, "card_needed")


def test_a_staff_id_is_not_taken_where_it_is_not_offered() -> None:
    play = CardPlay(SignInMethod.PIV)
    play.do(ev.StaffSignIn, staff_id="opener", pin=PIN)
    assert play.effects == ()


@pytest.mark.parametrize(
    ("answer", "notice"),
    [
        *((CardRefusal(fault), f"card_{name}") for fault, name in (
            (CardFault.GONE, "removed"), (CardFault.PIN_SHAPE, "pin_shape"),
            (CardFault.PIN_WRONG, "pin_wrong"), (CardFault.PIN_LAST, "pin_last"),
            (CardFault.PIN_BLOCKED, "blocked"), (CardFault.NO_KEY, "no_key"),
            (CardFault.FAILED, "failed"),
        )),
        (ServerFault("sign_in_refused", True), "staff_refused"),
        (ServerFault("locked", True), "staff_locked"),
        (ServerFault("method_not_allowed", True), "method_not_allowed"),
        (TIMEOUT, "server_unheard"),
    ],
)  # fmt: skip
def test_a_refusal_is_a_sentence_and_another_try(
    answer: CardRefusal | ServerFault, notice: str
) -> None:
    play = CardPlay()
    play.sign_in()
    play.answer(ev.CardOpened, answer=answer)
    assert play.at(Phase.SIGN_IN, notice)
    assert not play.session.facts.opened
    play.do(ev.StaffCardSignIn, pin=PIN)
    play.asked(ef.OpenByCard)


@pytest.mark.parametrize("then", [NoCard(), AGAIN, NoReader(NoReaderReason.SERVICE)])
def test_a_card_that_goes_ends_the_sign_in_at_once_and_what_it_opened(then: CardSeen) -> None:
    play = CardPlay()
    under_way = play.sign_in()
    play.lay(then)
    assert play.at(Phase.SIGN_IN, "card_removed")
    assert not play.session.waiting
    play.answer(ev.CardOpened, generation=under_way.generation, answer=OPENED)
    assert play.at(Phase.SIGN_IN, "card_removed")
    assert not play.session.facts.opened
    assert play.asked(ef.CloseTerminal).reason == "card_removed"


def test_a_late_refusal_closes_nothing() -> None:
    play = CardPlay()
    under_way = play.sign_in()
    play.lay(NoCard())
    play.answer(ev.CardOpened, generation=under_way.generation, answer=TIMEOUT)
    assert play.effects == ()


def test_a_sign_in_that_began_anew_is_not_closed_by_the_one_before() -> None:
    play = CardPlay()
    first = play.sign_in()
    play.lay(NoCard())
    play.sign_in(AGAIN)
    play.answer(ev.CardOpened, generation=first.generation, answer=OPENED)
    assert play.effects == ()
    play.answer(ev.CardOpened, answer=OPENED)
    assert play.at(Phase.SELF_TEST)


def test_an_open_terminal_stays_open_when_a_card_for_the_menu_is_taken_away() -> None:
    play = CardPlay()
    play.to_attract_by_id()
    play.do(ev.StaffWanted)
    under_way = play.sign_in(menu=True)
    play.lay(NoCard())
    play.answer(ev.CardOpened, generation=under_way.generation, answer=OPENED)
    assert play.effects == ()
    assert play.session.facts.opened


def test_the_card_keeps_the_staffs_menu_open() -> None:
    play = CardPlay()
    play.to_menu()
    play.lay(FELICA)
    assert play.at(Phase.STAFF_MENU)
    play.lay(NoCard())
    assert play.at(Phase.ATTRACT)
    assert play.session.facts.opened


def test_a_test_print_goes_on_when_the_menu_closes() -> None:
    play = CardPlay()
    play.to_menu()
    play.do(ev.TestPrintPressed)
    play.asked(ef.PrintSlip)
    play.lay(NoCard())
    assert play.at(Phase.ATTRACT)
    assert not play.session.waiting


def test_a_card_taken_away_during_the_self_test_opens_no_menu() -> None:
    play = CardPlay()
    play.sign_in(menu=True)
    play.answer(ev.CardOpened, answer=OPENED)
    play.answer(ev.RecoverAnswered, answer=Recovered())
    play.lay(NoCard())
    assert play.at(Phase.SELF_TEST)
    play.answer(ev.SelfTestEnded, checks=GOOD_CHECKS, reported=True)
    play.sees()
    assert play.at(Phase.ATTRACT)


def test_a_menu_that_was_opened_by_staff_id_does_not_hang_on_a_card() -> None:
    play = CardPlay()
    play.lay(FELICA)
    play.do(ev.StaffSignIn, staff_id="opener", pin=PIN, menu=True)
    play.answer(ev.StaffAnswered, answer=OPENED)
    play.answer(ev.RecoverAnswered, answer=Recovered())
    play.answer(ev.SelfTestEnded, checks=GOOD_CHECKS, reported=True)
    play.sees()
    play.lay(NoCard())
    assert play.at(Phase.STAFF_MENU)


def test_a_visit_is_not_touched_by_cards() -> None:
    play = CardPlay()
    play.to_attract_by_id()
    play.do(ev.Begin)
    before = play.session
    for seen in (FELICA, PIV, NoCard(), OtherCard(9), NoReader(NoReaderReason.READER)):
        play.lay(seen)
        assert play.at(Phase.CONSENT)
        assert play.session.touched_at == before.touched_at, "a card is no hand on the screen"


def test_staff_end_the_service_from_their_menu() -> None:
    play = CardPlay()
    play.to_menu()
    play.do(ev.ClosePressed)
    assert play.at(Phase.SIGN_IN, "staff_needed")
    assert not play.session.facts.opened
    assert play.asked(ef.CloseTerminal).reason == "staff"
