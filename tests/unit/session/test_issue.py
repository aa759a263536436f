"""The issue as the machine sees it: one row of a table for everything each step can hear."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kiosk.domain.certificate import DrawRefusal
from kiosk.domain.issuance import IssueState
from kiosk.domain.ports import Recovered, Released, Reserved, ServerFault, Settled
from kiosk.domain.printer import (
    NotStarted,
    PrinterStatus,
    PrintFault,
    PrintOutcome,
    PrintProgress,
    PrintUnknown,
)
from kiosk.session import effects as ef
from kiosk.session import events as ev
from kiosk.session.idle import STALL_S
from kiosk.session.machine_issue import SETTLE_PAUSE_MAX_S
from kiosk.session.state import Phase, Stage
from tests.fakes.printer import EMPTY, JAM, OCCUPIED, OTHER_JOB, READY
from tests.unit.session.drive import ISSUE, NUMBER, OFFLINE, TIMEOUT, Play, printed

STOPPED = ServerFault("stopped", sent=True)
STALE = ServerFault("stale_content", sent=True)
REFUSED = ServerFault("unknown_application", sent=True)
OPEN = ServerFault("open_issue", sent=True)
INTERNAL = ServerFault("internal", sent=True)


def stage(play: Play) -> Stage | None:
    visit = play.session.visit
    return visit.job.stage if visit and visit.job else None


def test_the_steps_of_one_copy_in_their_order() -> None:
    play = Play().to_take_paper()
    issue = [
        type(effect)
        for effect in play.all
        if type(effect) in {ef.Reserve, ef.Release, ef.DrawSheet, ef.PrintSheet, ef.Settle}
    ]
    assert issue == [ef.Reserve, ef.Release, ef.DrawSheet, ef.PrintSheet, ef.Settle]


def test_the_sheets_marks_are_the_visits_own_words() -> None:
    play = Play().to_print()
    assert play.asked(ef.PrintSheet).marks == (
        ("number", NUMBER), ("entry", "101"), ("user_id", "U000001"), ("terminal", "terminal-1"),
        ("issue_id", ISSUE),
    )  # fmt: skip


@pytest.mark.parametrize("status", [EMPTY, JAM, OCCUPIED, OTHER_JOB])
def test_nothing_is_reserved_on_a_printer_that_is_not_ready(status: PrinterStatus) -> None:
    play = Play().to_confirm()
    play.do(ev.IssuePressed)
    play.sees(status)
    assert play.at(Phase.CONFIRM)
    assert play.session.notice.startswith("printer.")
    assert play.count(ef.Reserve) == 0
    play.do(ev.IssuePressed)
    play.sees()
    assert play.count(ef.Reserve) == 1


@pytest.mark.parametrize(
    ("fault", "phase", "notice", "unsure"),
    [
        (OFFLINE, Phase.CONFIRM, "issue_unheard", True),
        (TIMEOUT, Phase.SORRY, "issue_uncertain", True),
        (INTERNAL, Phase.SORRY, "issue_uncertain", True),
        (OPEN, Phase.SORRY, "issue_uncertain", True),
        (STOPPED, Phase.SORRY, "stopped", False),
        (REFUSED, Phase.SORRY, "issue_refused", False),
        (STALE, Phase.ENTRY, "stale_content", False),
    ],
)
def test_a_reserve_that_is_not_granted(
    fault: ServerFault, phase: Phase, notice: str, unsure: bool
) -> None:
    play = Play().to_reserve()
    play.answer(ev.ReserveAnswered, answer=fault)
    assert play.at(phase, notice)
    assert play.session.facts.recover_needed is unsure
    assert play.count(ef.Release) == play.count(ef.Settle) == 0


@pytest.mark.parametrize(
    ("fault", "phase", "notice"),
    [
        (OFFLINE, Phase.SORRY, "release_failed"),
        (TIMEOUT, Phase.SORRY, "release_failed"),
        (ServerFault("already_released", sent=True), Phase.SORRY, "release_failed"),
        (STOPPED, Phase.SORRY, "stopped"),
        (STALE, Phase.ENTRY, "stale_content"),
    ],
)
def test_a_release_that_is_not_granted_fails_the_issue_and_is_not_sent_again(
    fault: ServerFault, phase: Phase, notice: str
) -> None:
    play = Play().to_release()
    play.answer(ev.ReleaseAnswered, answer=fault)
    assert play.at(phase, notice)
    settle = play.asked(ef.Settle)
    assert (settle.issue_id, type(settle.outcome)) == (ISSUE, NotStarted)
    assert play.count(ef.Release) == 1
    assert play.count(ef.PrintSheet) == play.count(ef.DrawSheet) == 0


def test_a_stop_order_heard_between_reserve_and_release_asks_for_no_release() -> None:
    play = Play().to_reserve()
    play.beat(accepting=False)
    play.answer(ev.ReserveAnswered, answer=Reserved(ISSUE))
    assert play.count(ef.Release) == 0
    assert isinstance(play.asked(ef.Settle).outcome, NotStarted)
    assert play.at(Phase.SORRY, "stopped")


def test_a_release_of_another_issue_is_not_drawn() -> None:
    play = Play().to_release()
    play.released(issue="issue-9")
    assert play.at(Phase.SORRY, "sheet_mismatch")
    assert play.count(ef.DrawSheet) == 0
    assert play.asked(ef.Settle).outcome == NotStarted(PrintFault.MISMATCH)


@pytest.mark.parametrize("wrong", ["hash", "pages", "refused"])
def test_a_sheet_that_is_not_the_servers_is_not_printed(wrong: str) -> None:
    play = Play().to_draw()
    drawn = play.sheet()
    answers = {
        "hash": replace(drawn, pdf_sha256="0" * 64),
        "pages": replace(drawn, page_count=2),
        "refused": DrawRefusal("missing_glyph"),
    }
    play.answer(ev.SheetDrawn, answer=answers[wrong])
    assert play.at(Phase.SORRY, "sheet_mismatch")
    assert play.count(ef.PrintSheet) == 0
    assert play.asked(ef.Settle).outcome == NotStarted(PrintFault.MISMATCH)


@pytest.mark.parametrize(
    ("outcome", "phase", "notice", "recover"),
    [
        (printed(), Phase.PRINTING, "", False),
        (NotStarted(PrintFault.BUSY), Phase.SORRY, "not_printed", False),
        (NotStarted(PrintFault.NOT_READY, EMPTY), Phase.SORRY, "printer.media-empty", False),
        (PrintUnknown(PrintFault.STATUS_CHANGED), Phase.SORRY, "print_unknown", True),
        (PrintUnknown(PrintFault.NO_COMPLETION), Phase.SORRY, "print_unknown", True),
    ],
)
def test_how_a_print_can_end(
    outcome: PrintOutcome, phase: Phase, notice: str, recover: bool
) -> None:
    play = Play().to_print()
    play.answer(ev.PrintEnded, outcome=outcome)
    assert play.at(phase, notice)
    assert play.asked(ef.Settle).outcome == outcome
    assert play.session.facts.recover_needed is recover


def test_progress_is_shown_and_only_while_it_prints() -> None:
    step = PrintProgress(1, 1, 5, 10)
    play = Play().to_draw()
    play.answer(ev.PrintProgressed, progress=step)
    assert stage(play) is Stage.DRAWING
    play.answer(ev.SheetDrawn, answer=play.sheet())
    play.answer(ev.PrintProgressed, progress=step)
    assert play.session.visit is not None
    assert play.session.visit.job is not None
    assert play.session.visit.job.progress == step


def test_it_cannot_be_stopped_once_a_number_is_asked_for() -> None:
    for play in (Play().to_reserve(), Play().to_print(), Play().to_settle()):
        before = play.session
        for kind in (ev.CancelPressed, ev.BackPressed):
            play.do(kind)
            assert play.at(Phase.PRINTING, "cannot_cancel")
            assert play.effects == ()
        assert play.session.visit == before.visit
        assert play.session.waiting == before.waiting


def test_nobody_is_hurried_while_it_prints() -> None:
    play = Play().to_print()
    play.wait(STALL_S - 1)
    assert play.at(Phase.PRINTING)


@pytest.mark.parametrize(
    ("play", "outcome"),
    [
        (Play().to_reserve(), None),
        (Play().to_release(), NotStarted(PrintFault.TIMED_OUT)),
        (Play().to_draw(), NotStarted(PrintFault.TIMED_OUT)),
        (Play().to_print(), PrintUnknown(PrintFault.STALLED)),
    ],
    ids=["reserve", "release", "draw", "print"],
)
def test_a_lane_that_hangs_ends_the_whole_issue(play: Play, outcome: PrintOutcome | None) -> None:
    play.wait(STALL_S)
    assert play.at(Phase.SORRY, "issue_stalled")
    assert play.session.facts.need_staff
    assert play.session.facts.recover_needed
    if outcome is None:
        assert play.count(ef.Settle) == 0
    else:
        assert play.asked(ef.Settle).outcome == outcome
    generation = play.session.generation - 1
    play.answer(ev.PrintEnded, generation, outcome=printed())
    assert play.at(Phase.SORRY)
    assert play.effects == ()


# --- settle -------------------------------------------------------------------------------------


def test_a_settle_is_retried_ever_more_slowly_until_it_is_heard() -> None:
    play = Play().to_settle()
    pauses = []
    for _ in range(8):
        asked_at = play.t
        play.answer(ev.SettleAnswered, answer=OFFLINE)
        pending = play.session.pending
        assert pending is not None
        assert pending.retry_at is not None
        pauses.append(pending.retry_at - asked_at)
        play.t = pending.retry_at
        play.do(ev.Tick)
        assert play.asked(ef.Settle).issue_id == ISSUE
    assert pauses == sorted(pauses)
    assert pauses[0] == 1
    assert pauses[-1] == SETTLE_PAUSE_MAX_S
    play.answer(ev.SettleAnswered, answer=Settled(ISSUE, IssueState.PRINTED))
    assert play.session.pending is None


def test_another_issues_acknowledgement_settles_nothing() -> None:
    play = Play().to_settle()
    play.answer(ev.SettleAnswered, answer=Settled("issue-9", IssueState.PRINTED))
    assert play.session.pending is not None


def test_a_server_that_wants_better_evidence_makes_it_unknown() -> None:
    play = Play().to_settle()
    play.answer(ev.SettleAnswered, answer=Settled(ISSUE, IssueState.UNKNOWN))
    assert play.at(Phase.SORRY, "print_unknown")
    assert play.session.facts.recover_needed


@pytest.mark.parametrize("code", ["unknown_issue", "bad_request", "key_conflict"])
def test_a_settle_that_the_server_will_never_take_calls_staff(code: str) -> None:
    play = Play().to_settle()
    play.answer(ev.SettleAnswered, answer=ServerFault(code, sent=True))
    assert play.session.pending is None
    assert play.session.facts.need_staff
    play.do(ev.Finished)
    assert play.at(Phase.OUT_OF_ORDER, "staff_needed")


def test_an_answer_of_a_settle_is_heard_in_the_next_visit_too() -> None:
    play = Play().to_print()
    play.answer(ev.PrintEnded, outcome=NotStarted(PrintFault.BUSY))
    generation = play.asked(ef.Settle).generation
    play.do(ev.Finished)
    assert play.at(Phase.OUT_OF_ORDER, "settling")
    play.answer(ev.SettleAnswered, generation, answer=Settled(ISSUE, IssueState.FAILED))
    assert play.session.pending is None
    assert play.at(Phase.ATTRACT)


# --- copies -------------------------------------------------------------------------------------


def first_copy_out(copies: int = 2) -> Play:
    play = Play().to_settle(copies)
    play.answer(ev.SettleAnswered, answer=Settled(ISSUE, IssueState.PRINTED))
    return play


def test_each_copy_has_a_key_of_its_own() -> None:
    play = first_copy_out(2)
    play.sees()
    keys = [effect.idempotency_key for effect in play.all if isinstance(effect, ef.Reserve)]
    assert len(set(keys)) == len(keys) == 2
    assert play.asked(ef.Reserve).copy == 2


def test_a_sheet_in_the_presenter_is_waited_for() -> None:
    play = first_copy_out()
    play.sees(OCCUPIED)
    assert play.at(Phase.PRINTING, "take_sheet_first")
    play.wait(1)
    assert play.asked(ef.LookAtPrinter)
    play.sees(READY)
    assert play.count(ef.Reserve) == 2


@pytest.mark.parametrize("status", [EMPTY, JAM])
def test_a_printer_that_fails_between_copies_stops_the_rest(status: PrinterStatus) -> None:
    play = first_copy_out(3)
    play.sees(status)
    assert play.at(Phase.TAKE_PAPER, "rest_not_issued")
    assert play.count(ef.Reserve) == 1


@pytest.mark.parametrize("fault", [OFFLINE, TIMEOUT, STOPPED, STALE, REFUSED])
def test_a_second_copy_that_is_not_reserved_hands_over_the_first(fault: ServerFault) -> None:
    play = first_copy_out()
    play.sees()
    play.answer(ev.ReserveAnswered, answer=fault)
    assert play.at(Phase.TAKE_PAPER, "rest_not_issued")
    assert play.session.visit is not None
    assert [copy.number for copy in play.session.visit.issued] == [NUMBER]


def test_a_stop_order_after_the_first_copy_stops_the_rest() -> None:
    play = Play().to_settle(2)
    play.beat(accepting=False)
    play.answer(ev.SettleAnswered, answer=Settled(ISSUE, IssueState.PRINTED))
    assert play.at(Phase.TAKE_PAPER, "rest_not_issued")
    assert play.count(ef.Reserve) == 1


# --- after an end that is not known -------------------------------------------------------------


def unknown_and_left() -> Play:
    play = Play().to_print()
    play.answer(ev.PrintEnded, outcome=PrintUnknown(PrintFault.STATUS_CHANGED))
    play.answer(ev.SettleAnswered, answer=Settled(ISSUE, IssueState.UNKNOWN))
    play.do(ev.Finished)
    assert play.at(Phase.OUT_OF_ORDER, "clearing")
    assert play.asked(ef.Recover).power_cycled is False
    return play


def test_a_printer_that_is_provably_clear_serves_again() -> None:
    play = unknown_and_left()
    play.answer(ev.RecoverAnswered, answer=Recovered())
    assert play.at(Phase.ATTRACT)


def test_a_printer_that_is_not_waits_for_staff_and_a_power_cycle() -> None:
    play = unknown_and_left()
    play.answer(ev.RecoverAnswered, answer=Recovered(power_cycle_needed=True))
    assert play.at(Phase.OUT_OF_ORDER, "power_cycle_needed")
    play.wait(600)
    assert play.at(Phase.OUT_OF_ORDER, "power_cycle_needed")


def test_clearing_that_is_not_heard_is_tried_again() -> None:
    play = unknown_and_left()
    play.answer(ev.RecoverAnswered, answer=OFFLINE)
    play.wait(6)
    assert play.count(ef.Recover) == 3  # at boot, at the end, and now
    play.answer(ev.RecoverAnswered, answer=Recovered())
    assert play.at(Phase.ATTRACT)


def test_a_released_number_cannot_come_twice() -> None:
    play = Play().to_print()
    released = Released(ISSUE, NUMBER, date(2026, 4, 1), b"seal", play.sheet().pdf_sha256, 1)
    play.answer(ev.ReleaseAnswered, answer=released)
    play.answer(ev.SheetDrawn, answer=play.sheet())
    assert play.count(ef.PrintSheet) == 1
    assert play.effects == ()
