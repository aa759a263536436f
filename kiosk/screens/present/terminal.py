"""Screens without a visit: starting, sign-in, self-test, out of order, closed, attract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kiosk.domain.checks import direction_of
from kiosk.domain.eras import wareki
from kiosk.screens.present.frame import Frame, notice_text
from kiosk.screens.strings import has, tr
from kiosk.session import events as ev
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
    body = SignInView(
        public=tr("screen.sign_in.public"),
        words=notice_text(session) or tr("screen.sign_in.words"),
        power_cycle=tr("screen.sign_in.power_cycle") if ask else "",
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
        StaffMenuView(checks, words, tr("screen.staff_menu.test_print")),
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


def _era_day(iso: str) -> str:
    """令和8年4月1日 of an ISO day; what is no day is shown as the section wrote it."""
    try:
        return wareki(date.fromisoformat(iso))
    except ValueError:
        return iso


def attract(session: Session) -> Frame:
    as_of = session.facts.data_as_of
    body = AttractView(
        headline=tr("screen.attract.headline"),
        words=tr("screen.attract.words"),
        touch=tr("screen.attract.touch"),
        steps=tuple(tr(f"screen.attract.step{n}") for n in (1, 2, 3)),
        minutes=tr("screen.attract.minutes"),
        staff=tr("screen.staff_corner"),
        facts=tr("screen.attract.data_as_of", date=_era_day(as_of)) if as_of else "",
    )
    return Frame("", body, primary_event=ev.Begin)
