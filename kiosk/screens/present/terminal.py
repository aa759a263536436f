"""Screens without a visit: starting, sign-in, self-test, out of order, closed, attract."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.card import (
    CARD_METHODS,
    NoCard,
    NoReader,
    NoReaderReason,
    PivCard,
    SignInMethod,
)
from kiosk.domain.checks import direction_of
from kiosk.screens.present.frame import Frame, as_of_words, notice_text
from kiosk.screens.present.payment import fee_each
from kiosk.screens.strings import has, tr
from kiosk.session import events as ev
from kiosk.session.machine_card import usable
from kiosk.session.state import Session, Trouble


@dataclass(frozen=True, slots=True)
class MessageView:
    """One large sentence, one for what to do, one small for staff."""

    headline: str
    words: str
    small: str = ""
    staff: str = ""  # label of the staff corner; "" hides it
    again: str = ""  # label of もう一度; "" hides it


@dataclass(frozen=True, slots=True)
class SignInView:
    public: str
    words: str
    power_cycle: str  # question to confirm; "" when it is not asked
    by_id: bool = (
        True  # a staff ID is typed; False while a card stands for it, or where only one may
    )
    card: str = ""  # what the card reader sees, and what to do; "" where no card opens the terminal
    card_ready: bool = False  # a card lies there that the sign-in can stand on
    insertion: int = 0  # of that card: what was typed for another is forgotten


@dataclass(frozen=True, slots=True)
class CheckView:
    name: str
    words: str
    ok: bool


@dataclass(frozen=True, slots=True)
class SelfTestView:
    checks: tuple[CheckView, ...]
    words: str


@dataclass(frozen=True, slots=True)
class StaffMenuView:
    checks: tuple[CheckView, ...]
    words: str
    test_print: str
    close: str


@dataclass(frozen=True, slots=True)
class AttractView:
    headline: str
    words: str
    touch: str
    steps: tuple[str, ...]
    minutes: str
    facts: str
    staff: str = ""  # label of the staff corner


def starting(_: Session) -> Frame:
    return Frame(tr("screen.starting.title"), MessageView(tr("screen.starting.words"), ""))


def sign_in(session: Session) -> Frame:
    ask = session.facts.power_cycle_needed
    card = usable(session.facts)
    by_id = SignInMethod.STAFF_ID in session.facts.methods
    body = SignInView(
        public=tr("screen.sign_in.public"),
        words=notice_text(session) or _sign_in_words(session.facts.methods),
        power_cycle=tr("screen.sign_in.power_cycle") if ask else "",
        by_id=by_id and card is None,
        card=_card_words(session),
        card_ready=card is not None,
        insertion=card.insertion if card else 0,
    )
    busy = tr(f"screen.busy.{session.waiting}") if session.waiting else ""
    return Frame(
        tr("screen.sign_in.title"),
        body,
        busy=busy,
        back=tr("screen.back") if session.facts.opened else "",
        primary=tr("screen.sign_in.open"),
        primary_event=None,
        primary_enabled=not session.waiting,
    )


def _sign_in_words(methods: tuple[SignInMethod, ...]) -> str:
    if not CARD_METHODS & set(methods):
        return tr("screen.sign_in.words")
    by_id = SignInMethod.STAFF_ID in methods
    return tr("screen.sign_in.words_both" if by_id else "screen.sign_in.words_card")


def _card_words(session: Session) -> str:
    """What the reader sees, for staff; the public may read it too."""
    if not CARD_METHODS & set(session.facts.methods):
        return ""
    seen = session.facts.card
    if isinstance(seen, NoReader):
        service = seen.reason is NoReaderReason.SERVICE
        return tr("screen.sign_in.no_service" if service else "screen.sign_in.no_reader")
    card = usable(session.facts)
    if isinstance(card, PivCard):
        return tr("screen.sign_in.card_piv")
    if card is not None:
        return tr("screen.sign_in.card_felica")
    nothing = seen is None or isinstance(seen, NoCard)
    return tr("screen.sign_in.card_wanted" if nothing else "screen.sign_in.card_other")


def check_words(check: str, code: str, ok: bool) -> str:
    """A check's result for staff."""
    if ok:
        return tr("screen.self_test.ok")
    for key in (f"check.{check}.{code}", f"check.{code}"):
        if has(key):
            return tr(key)
    return tr("screen.self_test.failed", code=code or check)


def self_test(session: Session) -> Frame:
    checks = tuple(
        CheckView(tr(f"screen.check.{c.check}"), check_words(c.check, c.code, c.ok), c.ok)
        for c in session.facts.checks
    )
    body = SelfTestView(checks, notice_text(session) or tr("screen.self_test.words"))
    busy = tr("screen.self_test.running") if session.waiting else ""
    return Frame(tr("screen.self_test.title"), body, busy=busy)


def staff_menu(session: Session) -> Frame:
    checks = self_test(session).body.checks
    busy = tr(f"screen.busy.{session.waiting}") if session.waiting else ""
    words = tr("screen.staff_menu.words", name=session.facts.staff_name)
    return Frame(
        tr("screen.staff_menu.title"),
        StaffMenuView(
            checks, words, tr("screen.staff_menu.test_print"), tr("screen.staff_menu.close")
        ),
        notice=notice_text(session),
        busy=busy,
        primary=tr("screen.staff_menu.open"),
        primary_event=ev.MenuLeft,
        primary_enabled=not session.waiting,
    )


def out_of_order(session: Session) -> Frame:
    failed = [c for c in session.facts.checks if not c.ok]
    staff = " / ".join(
        f"{tr(f'screen.check.{c.check}')}: {check_words(c.check, c.code, False)}" for c in failed
    )
    body = MessageView(
        headline=tr("screen.out_of_order.headline"),
        words=tr(f"direction.{direction_of(c.code for c in failed)}"),
        small=" ".join(filter(None, (notice_text(session), staff))),
        staff=tr("screen.staff_corner"),
        again=tr("screen.again") if session.trouble is Trouble.SELF_TEST else "",
    )
    return Frame(tr("screen.out_of_order.title"), body)


def closed(session: Session) -> Frame:
    body = MessageView(
        headline=tr("screen.closed.headline"),
        words=session.facts.stop_reason or tr("screen.closed.words"),
        small=notice_text(session),
        staff=tr("screen.staff_corner"),
    )
    return Frame(tr("screen.closed.title"), body)


def attract(session: Session) -> Frame:
    body = AttractView(
        headline=tr("screen.attract.headline"),
        words=tr("screen.attract.words"),
        touch=tr("screen.attract.touch"),
        steps=tuple(tr(f"screen.attract.step{n}") for n in (1, 2, 3)),
        minutes="　".join(filter(None, (tr("screen.attract.minutes"), fee_each(session)))),
        staff=tr("screen.staff_corner"),
        facts=as_of_words(session),
    )
    return Frame("", body, primary_event=ev.Begin)
