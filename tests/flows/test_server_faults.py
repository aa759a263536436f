"""What the wire and the section can do to an issue, and what must hold all the same."""

from __future__ import annotations

import pytest

from kiosk.domain.issuance import IssueState
from kiosk.session import events as ev
from kiosk.session.state import Phase, Trouble
from tests.flows.bench import kiosk, no_person_in, sheets_of
from tests.flows.test_printer_faults import next_person_is_served

F, P = IssueState.FAILED, IssueState.PRINTED


def test_a_reserve_that_never_arrived_costs_nothing_and_can_be_tried_again() -> None:
    with kiosk() as k:
        k.wire.lose("reserve", after=False)
        k.issue()
        assert k.wire.fired == ["reserve"]
        assert (k.phase, k.notice) == (Phase.CONFIRM, "issue_unheard")
        assert k.world.section.desk.rows == []
        k.touch(ev.IssuePressed)
        assert k.at(Phase.TAKE_PAPER)
        assert k.world.numbers == ["2026-000001"]


def test_a_reserve_whose_answer_is_lost_is_ended_before_the_next_person() -> None:
    with kiosk() as k:
        k.wire.lose("reserve", after=True)
        k.issue()
        assert k.wire.fired == ["reserve"]
        assert (k.phase, k.notice) == (Phase.SORRY, "issue_uncertain")
        assert k.world.states == [IssueState.NUMBERED]
        k.wait_for(Phase.ATTRACT)
        assert k.world.states == [F]
        next_person_is_served(k)
        assert k.world.states == [F, P]


@pytest.mark.parametrize("after", [False, True])
def test_a_release_whose_answer_is_lost_is_never_asked_for_again(after: bool) -> None:
    with kiosk() as k:
        k.wire.lose("release", after=after)
        k.issue()
        assert k.wire.fired == ["release"]
        assert (k.phase, k.notice) == (Phase.SORRY, "release_failed")
        assert k.wire.called.count("release") == 1
        assert k.world.device.counters.bands == 0
        assert k.world.states == [F]
        k.wait_for(Phase.ATTRACT)
        next_person_is_served(k)


@pytest.mark.parametrize("after", [False, True])
def test_a_spool_that_is_not_acknowledged_sends_nothing(after: bool) -> None:
    with kiosk() as k:
        k.wire.lose("spool", after=after)
        k.issue()
        assert k.wire.fired == ["spool"]
        assert k.world.device.counters.bands == 0
        assert k.world.states == [F]
        assert k.at(Phase.SORRY)
        k.wait_for(Phase.ATTRACT)
        next_person_is_served(k)


@pytest.mark.parametrize("after", [False, True])
def test_a_settle_that_is_lost_is_tried_again_and_nobody_is_served_meanwhile(after: bool) -> None:
    with kiosk() as k:
        k.wire.lose("settle", after=after, times=3)
        k.issue()
        assert k.at(Phase.TAKE_PAPER)
        assert k.session.pending is not None
        k.touch(ev.AnotherBuilding)
        assert (k.phase, k.notice) == (Phase.TAKE_PAPER, "settling")
        k.touch(ev.PaperTaken)
        k.touch(ev.Finished)
        assert (k.phase, k.session.trouble) == (Phase.OUT_OF_ORDER, Trouble.SETTLING)
        assert k.session.visit is None
        k.touch(ev.Begin)
        assert k.at(Phase.OUT_OF_ORDER)
        k.wait_for(Phase.ATTRACT)
        assert k.wire.fired == ["settle"] * 3
        [row] = k.world.section.desk.rows
        assert row.history[-2:] == [IssueState.SPOOLED, P]
        next_person_is_served(k)


def test_copies_wait_for_the_settling_of_the_one_before() -> None:
    with kiosk() as k:
        k.wire.lose("settle", after=False)
        k.issue(copies=2)
        assert (k.phase, k.notice) == (Phase.TAKE_PAPER, "rest_not_issued")
        assert k.wire.called.count("reserve") == 1
        k.wait(3)
        assert k.world.states == [P]


def test_a_server_lost_while_the_sheet_prints_lets_it_finish_and_then_closes() -> None:
    with kiosk() as k:
        k.world.device.at_band(1, lambda: setattr(k.wire, "down", True))
        k.issue()
        assert k.at(Phase.TAKE_PAPER)
        assert sheets_of(k.world) == [k.world.section.desk.rows[0].issue_id]
        k.touch(ev.PaperTaken)
        k.touch(ev.Finished)
        k.wait(60)
        assert k.at(Phase.OUT_OF_ORDER)
        k.wire.down = False
        k.wait_for(Phase.ATTRACT)
        assert k.world.states == [P]
        next_person_is_served(k)


def test_a_server_lost_between_release_and_spool_prints_nothing() -> None:
    with kiosk() as k:
        k.wire.after["release"] = lambda: setattr(k.wire, "down", True)
        k.issue()
        assert k.at(Phase.SORRY)
        assert k.world.device.counters.bands == 0
        assert k.world.states == [IssueState.RELEASED]
        k.wire.down = False
        k.wait_for(Phase.ATTRACT)
        assert k.world.states == [F]


@pytest.mark.parametrize("call", ["apply", "search", "open_entry"])
def test_a_call_of_the_visit_that_is_lost_is_told_and_can_be_tried_again(call: str) -> None:
    with kiosk() as k:
        k.wire.lose(call, after=False)
        try:
            k.to_search()
            k.to_entry()
        except AssertionError:
            pass  # one of the three stayed where it was
        assert k.wire.fired == [call]
        assert k.notice in {"apply_failed", "search_unavailable", "entry_unavailable"}
        again = {"apply": ev.ApplicantDone, "search": ev.SearchPressed}
        if call in again:
            k.touch(again[call])
        else:
            k.touch(ev.HitChosen, entry_id=101)
        assert k.notice == ""


def test_a_terminal_that_cannot_hear_the_server_is_closed() -> None:
    with kiosk() as k:
        k.wire.down = True
        k.wait(12)
        assert (k.phase, k.notice) == (Phase.CLOSED, "server_lost")
        k.touch(ev.Begin)
        assert k.at(Phase.CLOSED)
        k.wire.down = False
        k.wait(5)
        assert k.at(Phase.ATTRACT)


def test_a_visit_whose_server_is_lost_ends_with_a_sentence() -> None:
    with kiosk() as k:
        k.to_search()
        k.wire.down = True
        k.wait(12)
        assert (k.phase, k.notice) == (Phase.SORRY, "server_lost")
        assert no_person_in(k.session)


# --- the stop order -----------------------------------------------------------------------------


def test_a_stop_order_is_heard_within_five_seconds() -> None:
    with kiosk() as k:
        k.world.section.stop("点検のため止めています。")
        k.wait(5)
        assert (k.phase, k.notice) == (Phase.CLOSED, "stopped")
        assert k.session.facts.stop_reason == "点検のため止めています。"
        k.world.section.reopen()
        k.wait(5)
        assert k.at(Phase.ATTRACT)


def test_a_stop_between_reserve_and_release_sends_zero_bytes() -> None:
    with kiosk() as k:
        before: list[int] = []

        def stop() -> None:
            before.append(k.world.device.counters.bytes_received)
            k.world.section.stop("止めます。")

        k.wire.after["reserve"] = stop
        k.issue()
        assert (k.phase, k.notice) == (Phase.SORRY, "stopped")
        assert [k.world.device.counters.bytes_received] == before
        assert k.world.states == [F]
        assert k.world.section.desk.rows[0].fault == "stopped"
        k.touch(ev.Finished)
        assert k.at(Phase.CLOSED)


def test_a_stop_that_the_terminal_heard_first_is_not_even_asked_for_a_release() -> None:
    with kiosk() as k:
        k.to_search()
        k.to_confirm()

        def stop() -> None:
            k.world.section.stop("止めます。")
            k.world.clock.advance(3)  # the heartbeat comes before the answer

        k.wire.after["reserve"] = stop
        k.touch(ev.IssuePressed)
        assert "release" not in k.wire.called
        assert k.world.states == [F]
        assert k.world.device.counters.bands == 0


def test_a_sheet_already_released_finishes_after_a_stop() -> None:
    with kiosk() as k:
        k.wire.after["release"] = lambda: k.world.section.stop("止めます。")
        k.issue(copies=2)
        assert k.at(Phase.TAKE_PAPER)
        k.wait(3)
        assert k.world.states == [P]
        assert len(sheets_of(k.world)) == 1
        k.touch(ev.Finished)
        assert k.at(Phase.CLOSED)


def test_a_staff_session_that_ends_closes_the_terminal_after_the_visit() -> None:
    with kiosk() as k:
        k.to_search()
        k.world.section.close_terminal()
        k.wait(3)
        assert k.at(Phase.SORRY)
        k.touch(ev.Finished)
        k.wait(3)
        assert k.at(Phase.SIGN_IN)
        k.sign_in()
        assert k.at(Phase.ATTRACT)


# --- the two drawings ---------------------------------------------------------------------------


def test_a_sheet_that_the_terminal_draws_otherwise_is_not_printed() -> None:
    with kiosk() as k:
        k.maker.spoil = b"x"
        k.issue()
        assert (k.phase, k.notice) == (Phase.SORRY, "sheet_mismatch")
        assert k.world.states == [F]
        assert k.world.device.counters.bands == 0
