"""Every phase: reached, total, left again, and clean of the person when it must be."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from kiosk.domain.acceptor import ACCEPTOR_OFFLINE, AcceptorStatus
from kiosk.domain.applicant import ApplicantKind
from kiosk.domain.card import CardFault, CardRefusal, FelicaCard, NoCard, OtherCard, PivCard
from kiosk.domain.certificate import DrawRefusal
from kiosk.domain.fees import FeeMode, PaymentState
from kiosk.domain.ports import Heartbeat, ServerFault, StaffOpened
from kiosk.domain.printer import (
    NotStarted,
    PrintFault,
    PrintProgress,
    PrintUnknown,
)
from kiosk.domain.query import NoHits, Query, QueryKind
from kiosk.session import effects as ef
from kiosk.session import events as ev
from kiosk.session.idle import COUNTDOWN_S, COUNTER_WAIT_S, STALL_S
from kiosk.session.machine import HEARD_ALWAYS, step
from kiosk.session.moves import FREE_PHASES, REST_PHASES
from kiosk.session.state import VISIT_PHASES, Overlay, Phase, Session
from tests.fakes.printer import EMPTY, READY
from tests.flows.people import HOUSE, PERSON
from tests.unit.session.drive import (
    BAD_CHECKS,
    GOOD_CHECKS,
    MACHINE_READY,
    NOW,
    OFFLINE,
    TIMEOUT,
    WAYS,
    Play,
    beside,
    content_of,
    hello,
    hits,
    past,
    payment,
    printed,
)

#: Values for every field of an event that a test can meet.
VALUES: dict[str, list[Any]] = {
    "kind": [ApplicantKind.CORPORATION, QueryKind.OWNER],
    "name": ["phone", "no such item"],
    "text": ["", "見本", "x" * 5000, "\x00"],
    "base": [""], "town": ["中央一丁目"], "year": [None, 1985],
    "query": [Query(QueryKind.LOT, "1"), Query(QueryKind.LOT, "100", "中央一丁目")],
    "area": ["", "葛西"], "shown": [None, HOUSE],
    "entry_id": [HOUSE.entry_id, 0], "page": [0, 1, -1, 99], "copies": [1, 5, 0, 6],
    "staff_id": ["opener"], "pin": ["0"], "power_cycled": [True, False], "menu": [True, False],
    "checks": [GOOD_CHECKS, BAD_CHECKS, ()], "reported": [True, False],
    "status": [READY, EMPTY], "result": [hits(), NoHits()], "pages": [(b"png",), ()],
    "reason": ["この台帳の証明書は、この端末では出せません。", ""], "shared": [True, False],
    "acceptor": [None, MACHINE_READY, ACCEPTOR_OFFLINE], "payment_id": ["payment-1"],
    "progress": [PrintProgress(1, 1, 1, 2)],
    "outcome": [printed(), NotStarted(PrintFault.BUSY), PrintUnknown(PrintFault.STALLED)],
    "seen": [NoCard(), FelicaCard(1, b"MIHON\x00\x00\x01"), PivCard(2), OtherCard(3)],
    "answer": [
        OFFLINE, TIMEOUT, hello(), hello(open_issue=True), Heartbeat(NOW, True),
        Heartbeat(NOW, False), HOUSE, content_of(), DrawRefusal("missing_glyph"), past(), beside(),
        CardRefusal(CardFault.PIN_LAST), StaffOpened("opener", "見本 係員"),
    ],
}  # fmt: skip


KINDS = [
    kind
    for kind in vars(ev).values()
    if isinstance(kind, type) and issubclass(kind, ev.At) and kind not in {ev.At, ev.Answer}
]
#: What an answer of the wrong kind would be: the runner never makes them, so they are left out.
WRONG = {
    ev.HelloAnswered: (0, 1, 2, 3), ev.HeartbeatAnswered: (0, 1, 4, 5), ev.StaffAnswered: (0, 1),
    ev.CardOpened: (0, 1, 11, 12),
    ev.RecoverAnswered: (0, 1), ev.ApplyAnswered: (0, 1), ev.EntryAnswered: (0, 1, 6),
    ev.PreviewMade: (7, 8), ev.ReserveAnswered: (0, 1), ev.ReleaseAnswered: (0, 1),
    ev.HistoryAnswered: (0, 1, 9), ev.NeighboursAnswered: (0, 1, 10),
    ev.SheetDrawn: (8,), ev.SettleAnswered: (0, 1),
}  # fmt: skip


#: What the server can say of a payment.
PAYMENTS = [
    OFFLINE, TIMEOUT, payment(), payment(state=PaymentState.PAID, deposit=400),
    payment(mode=FeeMode.ACCEPTOR, deposit=100), payment(state=PaymentState.OWING, deposit=400),
    ServerFault("unknown_payment", sent=True),
]  # fmt: skip
#: What the acceptor can say where an answer carries its word.
MACHINES: list[AcceptorStatus | None] = [None, MACHINE_READY, ACCEPTOR_OFFLINE]


def events_of(kind: type[ev.At], t: float, generation: int) -> list[ev.At]:
    """One event of this kind for each value that its fields may have."""
    names = [f.name for f in fields(kind) if f.name not in {"t", "generation"}]
    start = {"t": t, **({"generation": generation} if issubclass(kind, ev.Answer) else {})}
    if not names:
        return [kind(**start)]
    choices = {name: VALUES[name] for name in names}
    if kind in WRONG:
        choices["answer"] = [VALUES["answer"][n] for n in WRONG[kind]]
    if kind in {ev.PaymentAnswered, ev.PaymentCounted, ev.PaymentClosed}:
        choices |= {"answer": PAYMENTS, "status": MACHINES}
        choices = {name: values for name, values in choices.items() if name in names}
    longest = max(len(values) for values in choices.values())
    return [
        kind(**start, **{name: values[n % len(values)] for name, values in choices.items()})
        for n in range(longest)
    ]


def test_there_is_a_way_to_every_phase() -> None:
    assert set(WAYS) == set(Phase)


@pytest.mark.parametrize("phase", Phase)
def test_the_way_leads_there(phase: Phase) -> None:
    assert WAYS[phase]().session.phase is phase


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("phase", Phase)
def test_every_event_is_taken_everywhere(phase: Phase, kind: type[ev.At]) -> None:
    """Total: nothing raises, the clock only rises, a phase without a visit has none."""
    play = WAYS[phase]()
    for overlay in Overlay:
        session = replace(play.session, overlay=overlay)
        for event in events_of(kind, play.t + 1, session.generation):
            after, _ = step(session, event)
            assert after.now == play.t + 1
            check_shape(after)
            older, _ = step(session, replace(event, t=play.t - 500))
            assert older.now == session.now


def check_shape(session: Session) -> None:
    if session.phase not in VISIT_PHASES:
        assert session.visit is None
    if session.phase is Phase.PRINTING:
        assert session.visit is not None
        assert session.visit.job is not None
        assert session.waiting
    if session.phase is Phase.ATTRACT:
        facts = session.facts
        assert facts.opened
        assert facts.tested
        assert not facts.need_staff
        assert not facts.recover_needed
        assert session.pending is None


@pytest.mark.parametrize("kind", [k for k in KINDS if issubclass(k, ev.Answer)])
@pytest.mark.parametrize("phase", Phase)
def test_a_stale_answer_changes_nothing(phase: Phase, kind: type[ev.At]) -> None:
    if kind in HEARD_ALWAYS:
        return  # facts about the terminal: heard in any generation
    play = WAYS[phase]()
    before = play.session
    for event in events_of(kind, play.t, before.generation - 1):
        after, effects = step(before, event)
        assert (after, effects) == (before, ())


@pytest.mark.parametrize("phase", sorted(VISIT_PHASES))
def test_a_visit_ends_by_itself_whatever_its_screen(phase: Phase) -> None:
    """A way out of every phase without a hand: nobody touches, no lane answers any more."""
    play = WAYS[phase]()
    play.wait(max(STALL_S, COUNTER_WAIT_S) + 300)
    assert play.session.phase in REST_PHASES
    assert play.session.visit is None
    assert play.count(ef.EndVisit) == 1
    assert play.count(ef.Wipe) >= 1


@pytest.mark.parametrize("phase", sorted(set(Phase) - VISIT_PHASES))
def test_staff_get_out_of_every_phase_without_a_visit(phase: Phase) -> None:
    play = WAYS[phase]()
    if phase is Phase.OUT_OF_ORDER:  # the server was never heard: it is asked again by itself
        play.wait(6, beat=False)
        assert play.session.waiting == "SayHello"
    if play.session.waiting == "SayHello":
        play.to_sign_in()
    if play.session.phase is Phase.STAFF_MENU:
        play.do(ev.MenuLeft)
        assert play.at(Phase.ATTRACT)
    if play.session.phase in {Phase.CLOSED, Phase.ATTRACT}:
        play.do(ev.StaffWanted)
    if play.session.phase is Phase.SELF_TEST:
        play.answer(ev.SelfTestEnded, checks=BAD_CHECKS, reported=True)
        assert play.at(Phase.OUT_OF_ORDER)
        play.do(ev.StaffWanted)
    assert play.at(Phase.SIGN_IN)


@pytest.mark.parametrize("phase", sorted(FREE_PHASES))
def test_stop_is_on_every_screen_and_drops_the_visit(phase: Phase) -> None:
    play = WAYS[phase]()
    generation = play.session.generation
    play.do(ev.CancelPressed)
    assert play.shows(Overlay.CANCEL_CONFIRM)
    play.do(ev.CancelConfirmed)
    assert play.at(Phase.ATTRACT)
    assert play.session.visit is None
    assert play.session.generation > generation
    assert play.asked(ef.EndVisit).ending == "cancelled"
    assert play.asked(ef.Wipe)


@pytest.mark.parametrize("phase", sorted(FREE_PHASES))
def test_no_is_no(phase: Phase) -> None:
    play = WAYS[phase]()
    before = play.session
    play.do(ev.CancelPressed)
    play.do(ev.CancelDismissed)
    assert replace(play.session, touched_at=before.touched_at) == before


@pytest.mark.parametrize("phase", sorted(FREE_PHASES))
def test_a_stop_order_ends_a_visit_that_issues_nothing(phase: Phase) -> None:
    play = WAYS[phase]()
    play.beat(accepting=False, reason="点検")
    assert play.at(Phase.SORRY, "stopped")
    assert play.session.visit is not None
    assert play.session.visit.applicant is None
    play.do(ev.Finished)
    assert play.at(Phase.CLOSED, "stopped")


def test_nothing_that_was_typed_is_in_the_words_of_a_session_or_an_effect() -> None:
    play = Play().to_settle()
    words = repr(play.session) + repr(play.all)
    for text in PERSON.values():
        assert text not in words
    assert HOUSE.owner not in words


# --- idle ---------------------------------------------------------------------------------------

PATIENCE = dict.fromkeys(FREE_PHASES, 60) | {
    Phase.ENTRY: 120,
    Phase.HISTORY: 120,
    Phase.PREVIEW: 120,
}


@pytest.mark.parametrize("phase", sorted(FREE_PHASES))
def test_the_warning_comes_on_time_counts_down_and_ends_the_visit(phase: Phase) -> None:
    play = WAYS[phase]()
    play.wait(PATIENCE[phase] - 1)
    assert play.shows(Overlay.NONE)
    play.wait(1)
    assert play.shows(Overlay.IDLE_WARNING)
    assert play.session.countdown == COUNTDOWN_S
    play.wait(COUNTDOWN_S - 1)
    assert (play.session.phase, play.session.countdown) == (phase, 1)
    play.wait(1)
    assert play.at(Phase.ATTRACT)
    assert play.asked(ef.EndVisit).ending == "timed_out"


@pytest.mark.parametrize("phase", sorted(FREE_PHASES))
def test_the_warning_can_be_put_off_without_end(phase: Phase) -> None:
    play = WAYS[phase]()
    for _ in range(11):  # WCAG 2.2.1: at least ten times
        play.wait(PATIENCE[phase] + COUNTDOWN_S - 1)
        assert play.shows(Overlay.IDLE_WARNING)
        play.do(ev.StillHere)
        assert play.shows(Overlay.NONE)
    assert play.at(phase)


def test_a_touch_beside_the_button_begins_the_countdown_anew() -> None:
    play = Play().to_search()
    play.wait(60 + 15)
    play.do(ev.Touched)
    assert play.shows(Overlay.IDLE_WARNING)
    assert play.session.countdown == COUNTDOWN_S
    play.wait(15)
    assert play.at(Phase.SEARCH)


def test_the_configured_patience_counts() -> None:
    play = Play().to_search()
    play.session = replace(play.session, warn_after_s=30.0)
    play.wait(29)
    assert play.shows(Overlay.NONE)
    play.wait(1)
    assert play.shows(Overlay.IDLE_WARNING)


def test_a_late_tick_still_promises_whole_seconds() -> None:
    play = Play().to_search()
    play.t += 3600
    play.beat()
    play.do(ev.Tick)
    assert (play.session.overlay, play.session.countdown) == (Overlay.IDLE_WARNING, COUNTDOWN_S)
    assert play.session.visit is not None
