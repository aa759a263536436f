"""What a printer can do to an issue, and what must hold all the same."""

from __future__ import annotations

import pytest

from kiosk.domain.issuance import IssueState
from kiosk.session import events as ev
from kiosk.session.state import Phase, Trouble
from tests.flows.bench import Kiosk, kiosk, no_person_in, sheets_of

WORDS = ("paper-empty", "open-cover", "jam", "unplug", "mute")
#: What the printer says of itself once it has been broken so.
SAID = {
    "paper-empty": "printer.media-empty",
    "open-cover": "printer.cover-open",
    "jam": "printer.media-jam",
    "unplug": "printer.offline",
    "mute": "printer.no-answer",
}
BANDS = 4  # of one sheet: 2000 rows in bands of 16 KiB
REPAIRS = ("plug", "unmute", "refill", "close-cover", "clear-jam", "normal-speed")


def repair(k: Kiosk) -> None:
    for word in REPAIRS:
        assert k.printer.control.do(word).startswith("ok")


def breaks(k: Kiosk, word: str) -> None:
    assert k.printer.control.do(word).startswith("ok")


def next_person_is_served(k: Kiosk) -> None:
    """A whole issue, and its sheet is the only one that came out since."""
    before = len(k.world.device.sheets)
    k.issue()
    assert k.at(Phase.TAKE_PAPER), k.seen
    last = k.world.section.desk.rows[-1]
    assert last.state is IssueState.PRINTED
    assert sheets_of(k.world)[before:] == [last.issue_id]


def reopened(k: Kiosk, *, power_cycled: bool = False) -> None:
    k.touch(ev.StaffWanted)
    assert k.at(Phase.SIGN_IN)
    k.sign_in(power_cycled=power_cycled)
    assert k.at(Phase.ATTRACT), k.seen


@pytest.mark.parametrize("band", range(BANDS))
@pytest.mark.parametrize("word", WORDS)
def test_a_fault_in_mid_sheet_is_unknown_and_nothing_of_it_comes_out_later(
    word: str, band: int
) -> None:
    with kiosk() as k:
        k.printer.control.at_band(band, word)
        k.issue()
        assert k.printer.control.fired == [word]
        assert (k.phase, k.notice) == (Phase.SORRY, "print_unknown")
        assert no_person_in(k.session)
        assert k.world.states == [IssueState.UNKNOWN]
        k.wait_for(Phase.OUT_OF_ORDER)
        k.touch(ev.Begin)
        assert k.at(Phase.OUT_OF_ORDER)
        repair(k)
        assert sheets_of(k.world) == []
        k.wait(10)
        if not k.at(Phase.ATTRACT):
            reopened(k)
        assert sheets_of(k.world) == []
        next_person_is_served(k)
        assert k.world.states == [IssueState.UNKNOWN, IssueState.PRINTED]


def test_a_sheet_that_lies_is_unknown() -> None:
    with kiosk() as k:
        k.printer.control.at_band(0, "lie")
        k.issue()
        assert (k.phase, k.notice) == (Phase.SORRY, "print_unknown")
        assert k.world.states == [IssueState.UNKNOWN]
        assert k.world.section.desk.rows[0].fault == "counter-mismatch"


@pytest.mark.parametrize("word", WORDS)
def test_paper_refilled_after_the_next_person_began_brings_out_no_old_sheet(word: str) -> None:
    with kiosk() as k:
        k.printer.control.at_band(2, word)
        k.issue()
        repair(k)  # while the first person still reads the sentence
        k.touch(ev.Finished)
        k.wait(1)
        if not k.at(Phase.ATTRACT):
            reopened(k)
        k.to_search()
        k.printer.control.paper_empty()
        k.printer.control.refill()
        assert sheets_of(k.world) == []
        k.to_confirm()
        k.touch(ev.IssuePressed)
        assert k.at(Phase.TAKE_PAPER)
        assert sheets_of(k.world) == [k.world.section.desk.rows[-1].issue_id]


@pytest.mark.parametrize("word", WORDS)
def test_a_printer_that_is_not_ready_closes_the_terminal_and_comes_back_by_itself(
    word: str,
) -> None:
    with kiosk() as k:
        k.printer.control.do(word)
        k.wait(7)
        assert (k.phase, k.session.trouble) == (Phase.OUT_OF_ORDER, Trouble.PRINTER)
        assert k.notice == SAID[word]
        k.touch(ev.Begin)
        assert k.at(Phase.OUT_OF_ORDER)
        repair(k)
        k.wait(7)
        assert k.at(Phase.ATTRACT)
        next_person_is_served(k)


@pytest.mark.parametrize("word", WORDS)
def test_a_fault_at_the_confirm_screen_costs_no_number(word: str) -> None:
    with kiosk() as k:
        k.to_search()
        k.to_confirm()
        k.printer.control.do(word)
        k.touch(ev.IssuePressed)
        assert (k.phase, k.notice) == (Phase.CONFIRM, SAID[word])
        assert k.world.section.desk.rows == []
        repair(k)
        k.touch(ev.IssuePressed)
        assert k.at(Phase.TAKE_PAPER)
        assert k.world.numbers == ["2026-000001"]


@pytest.mark.parametrize("call", ["reserve", "release", "spool"])
@pytest.mark.parametrize("word", WORDS)
def test_a_fault_before_the_first_byte_is_failed_with_its_proof(word: str, call: str) -> None:
    with kiosk() as k:
        k.wire.after[call] = lambda: breaks(k, word)
        k.issue()
        assert call not in k.wire.after  # it happened
        assert k.at(Phase.SORRY)
        assert k.world.states == [IssueState.FAILED]
        assert k.world.device.counters.bands == 0
        repair(k)
        k.wait_for(Phase.ATTRACT)
        assert sheets_of(k.world) == []
        next_person_is_served(k)
        assert k.world.numbers == ["2026-000001", "2026-000002"]


def test_a_fault_in_a_copy_stops_the_rest_before_they_are_reserved() -> None:
    with kiosk() as k:
        k.printer.control.at_band(BANDS + 1, "jam")  # in the second sheet
        k.issue(copies=3)
        assert k.printer.control.fired == ["jam"]
        assert k.world.states == [IssueState.PRINTED, IssueState.UNKNOWN]
        assert (k.phase, k.notice) == (Phase.SORRY, "print_unknown")
        visit = k.session.visit
        assert visit is not None
        assert [copy.number for copy in visit.issued] == k.world.numbers
        assert len(sheets_of(k.world)) == 1


def test_paper_that_ends_between_copies_stops_the_rest_and_hands_over_the_first() -> None:
    with kiosk() as k:
        k.wire.after["settle"] = k.printer.control.paper_empty
        k.issue(copies=3)
        assert k.world.states == [IssueState.PRINTED]
        assert (k.phase, k.notice) == (Phase.TAKE_PAPER, "rest_not_issued")
        assert k.wire.called.count("reserve") == 1


def test_an_old_sheet_that_cannot_be_cancelled_waits_for_a_power_cycle() -> None:
    with kiosk() as k:
        # Full of the sheet and holding the bus off, it cannot even be asked to drop it.
        k.printer.control.at_band(1, "mute")
        k.printer.control.at_band(1, "paper-empty")
        k.issue()
        assert k.world.states == [IssueState.UNKNOWN]
        k.wait_for(Phase.OUT_OF_ORDER)
        k.wait(10)
        assert (k.session.trouble, k.notice) == (Trouble.STAFF, "power_cycle_needed")
        assert k.session.facts.power_cycle_needed
        k.touch(ev.StaffWanted)
        k.sign_in(power_cycled=False)
        assert (k.phase, k.notice) == (Phase.SIGN_IN, "power_cycle_needed")
        k.printer.control.do("power-cycle")
        repair(k)
        k.sign_in(power_cycled=True)
        assert k.at(Phase.ATTRACT), k.seen
        assert sheets_of(k.world) == []
        next_person_is_served(k)
