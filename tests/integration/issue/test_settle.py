"""How a print ended: PRINTED only with proof, FAILED only with proof, UNKNOWN otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from admin.services import issuing
from admin.services.issuing import IssueRefusal
from kiosk.domain.issuance import IssueState
from kiosk.domain.ports import Recovered
from kiosk.domain.printer import ClearState, Printed, PrintFault
from tests.fixtures.section import NOT_STARTED, PRINTED, RASTERS, UNKNOWN, World, evidence

OTHER = ("1" * 64,)


def test_printed_with_its_evidence(world: World) -> None:
    issue_id = world.spooled()
    assert world.settled(issue_id, PRINTED) is IssueState.PRINTED
    issue = world.issue(issue_id)
    assert issue.evidence is not None
    assert issue.evidence["bytes_written"] == issue.evidence["bytes_total"] == 5000
    assert issue.evidence["completion_mark"] is True
    assert issue.raster_sha256 == list(RASTERS)
    assert issue.settled_at == world.clock.now()
    assert world.count("print_attempt") == 2  # handed over, ended
    assert world.events(issue_id)[-2:] == ["issue.spooled", "issue.printed"]


@pytest.mark.parametrize("again", [PRINTED, NOT_STARTED, UNKNOWN])
def test_an_issue_that_is_settled_stays_as_it_is(world: World, again: Any) -> None:
    issue_id = world.spooled()
    world.settled(issue_id, PRINTED)
    rows = len(world.events())
    assert world.settled(issue_id, again) is IssueState.PRINTED
    assert len(world.events()) == rows
    assert world.count("print_attempt") == 2


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"bytes_written": 4999}, PrintFault.SHORT_WRITE),
        ({"bytes_written": 0, "bytes_total": 0}, PrintFault.SHORT_WRITE),
        ({"rasters": OTHER}, PrintFault.MISMATCH),
        ({"rasters": RASTERS + OTHER}, PrintFault.MISMATCH),
        ({"rasters": ()}, PrintFault.MISMATCH),
        ({"completion_mark": None}, PrintFault.NO_COMPLETION),
        ({"completion_mark": False, "pages_completed": 1}, PrintFault.NO_COMPLETION),
        ({"pages_completed": 0}, PrintFault.COUNTER_MISMATCH),
        ({"pages_completed": 2}, PrintFault.COUNTER_MISMATCH),
    ],
)
def test_evidence_that_does_not_prove_the_sheet_is_unknown(
    world: World, changes: dict[str, Any], fault: PrintFault
) -> None:
    issue_id = world.spooled()
    assert world.settled(issue_id, Printed(evidence(**changes))) is IssueState.UNKNOWN
    assert world.issue(issue_id).fault == fault.value
    assert world.terminal_row().power_cycle_needed


@pytest.mark.parametrize(
    "proof",
    [
        {"completion_mark": True},
        {"completion_mark": None, "presenter_taken": True},
        {"completion_mark": None, "pages_completed": 1},
    ],
)
def test_each_proof_alone_is_enough(world: World, proof: dict[str, Any]) -> None:
    assert world.settled(world.spooled(), Printed(evidence(**proof))) is IssueState.PRINTED


def test_printed_without_a_spool_report_goes_through_spooled(world: World) -> None:
    issue_id = world.released().issue_id  # the spool call was lost
    assert world.settled(issue_id, PRINTED) is IssueState.PRINTED
    assert world.events(issue_id) == [
        "issue.numbered", "issue.released", "issue.spooled", "issue.printed",
    ]  # fmt: skip


@pytest.mark.parametrize("state", [IssueState.NUMBERED, IssueState.RELEASED, IssueState.SPOOLED])
def test_not_started_is_proof_that_nothing_came_out(world: World, state: IssueState) -> None:
    issue_id = world.in_state(state)
    assert world.settled(issue_id, NOT_STARTED) is IssueState.FAILED
    assert world.issue(issue_id).fault == NOT_STARTED.fault.value
    assert not world.terminal_row().power_cycle_needed


@pytest.mark.parametrize("state", [IssueState.RELEASED, IssueState.SPOOLED])
def test_anything_else_is_unknown_and_the_printer_may_hold_it(
    world: World, state: IssueState
) -> None:
    issue_id = world.in_state(state)
    assert world.settled(issue_id, UNKNOWN) is IssueState.UNKNOWN
    assert world.terminal_row().power_cycle_needed


@pytest.mark.parametrize("outcome", [PRINTED, UNKNOWN])
def test_a_sheet_that_never_left_the_server_cannot_have_been_printed(
    world: World, outcome: Any
) -> None:
    issue_id = world.reserved()
    assert world.settled(issue_id, outcome) is IssueState.FAILED
    assert world.issue(issue_id).fault == PrintFault.MISMATCH.value


def test_spooling_twice_with_the_same_hashes_is_no_fault(world: World) -> None:
    issue_id = world.spooled()
    rows = len(world.events())
    assert issuing.spool(world.services, issue_id, "terminal-1", RASTERS) is None
    assert len(world.events()) == rows
    other = issuing.spool(world.services, issue_id, "terminal-1", OTHER)
    assert other == IssueRefusal("not_released")
    assert world.issue(issue_id).raster_sha256 == list(RASTERS)


def test_spooling_needs_a_released_sheet_of_as_many_pages(world: World) -> None:
    issue_id = world.reserved()
    early = issuing.spool(world.services, issue_id, "terminal-1", RASTERS)
    assert early == IssueRefusal("not_released")
    issuing.release(world.services, issue_id, "terminal-1")
    pages = issuing.spool(world.services, issue_id, "terminal-1", RASTERS * 2)
    assert pages == IssueRefusal("mismatch", "pages")
    assert world.state(issue_id) is IssueState.RELEASED


# --- the terminal comes back --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "ended"),
    [
        (IssueState.NUMBERED, IssueState.FAILED),
        (IssueState.RELEASED, IssueState.UNKNOWN),
        (IssueState.SPOOLED, IssueState.UNKNOWN),
    ],
)
def test_recovery_ends_what_was_open(world: World, state: IssueState, ended: IssueState) -> None:
    issue_id = world.in_state(state)
    answer = issuing.recover(world.services, "terminal-1", ClearState.UNKNOWN, power_cycled=False)
    unknown = ended is IssueState.UNKNOWN
    assert answer == Recovered(
        () if unknown else (issue_id,), (issue_id,) if unknown else (), unknown
    )
    assert world.state(issue_id) is ended
    assert world.issue(issue_id).fault == "restarted"
    assert world.events()[-1] == "terminal.recovered"
    world.reserved()  # the terminal can go on


def test_recovery_is_by_the_terminals_identity(world: World) -> None:
    mine = world.reserved()
    other = world.reserved(world.order(terminal="terminal-2"))
    issuing.recover(world.services, "terminal-1", ClearState.CLEAR, power_cycled=False)
    assert world.state(mine) is IssueState.FAILED
    assert world.state(other) is IssueState.NUMBERED
    stranger = issuing.recover(world.services, "nobody", ClearState.CLEAR, power_cycled=False)
    assert stranger == IssueRefusal("unknown_terminal")


def test_recovery_with_nothing_open_writes_nothing(world: World) -> None:
    world.settled(world.spooled(), PRINTED)
    rows = len(world.events())
    answer = issuing.recover(world.services, "terminal-1", ClearState.CLEAR, power_cycled=False)
    assert answer == Recovered()
    assert len(world.events()) == rows


@pytest.mark.parametrize(
    ("clear", "power_cycled", "needed"),
    [
        (ClearState.CLEAR, False, False),
        (ClearState.UNKNOWN, True, False),
        (ClearState.UNKNOWN, False, True),
        (ClearState.HOLDS_OWN, False, True),
        (ClearState.NEEDS_POWER_CYCLE, False, True),
    ],
)
def test_the_terminal_waits_until_its_printer_is_provably_clear(
    world: World, clear: ClearState, power_cycled: bool, needed: bool
) -> None:
    world.settled(world.spooled(), UNKNOWN)
    answer = issuing.recover(world.services, "terminal-1", clear, power_cycled=power_cycled)
    assert isinstance(answer, Recovered)
    assert answer.power_cycle_needed is needed
    assert world.terminal_row().power_cycle_needed is needed


# --- staff decide -------------------------------------------------------------------------------

REASON = "受け皿の用紙を確認しました"


@pytest.mark.parametrize("new", [IssueState.PRINTED, IssueState.VOIDED])
def test_unknown_waits_for_a_named_decision(world: World, new: IssueState) -> None:
    issue_id = world.in_state(IssueState.UNKNOWN)
    answer = issuing.decide(world.services, issue_id, "chief", new, f"  {REASON}  ")
    assert not isinstance(answer, IssueRefusal)
    assert world.state(issue_id) is new
    assert world.count("decision") == 1
    assert world.events(issue_id)[-2:] == [
        "issue.decided", "issue.printed" if new is IssueState.PRINTED else "issue.voided",
    ]  # fmt: skip


def test_a_printed_sheet_can_be_voided(world: World) -> None:
    issue_id = world.in_state(IssueState.PRINTED)
    issuing.decide(world.services, issue_id, "chief", IssueState.VOIDED, REASON)
    assert world.state(issue_id) is IssueState.VOIDED
    assert world.chain().fault is None


@pytest.mark.parametrize("reason", ["", "   ", "見本", "あ" * 1001])
def test_a_decision_needs_a_reason(world: World, reason: str) -> None:
    issue_id = world.in_state(IssueState.UNKNOWN)
    answer = issuing.decide(world.services, issue_id, "chief", IssueState.VOIDED, reason)
    assert answer == IssueRefusal("reason_needed")
    assert world.state(issue_id) is IssueState.UNKNOWN
    assert world.count("decision") == 0


ALLOWED = {
    (IssueState.UNKNOWN, IssueState.PRINTED),
    (IssueState.UNKNOWN, IssueState.VOIDED),
    (IssueState.PRINTED, IssueState.VOIDED),
}


@pytest.mark.parametrize("old", list(IssueState))
def test_staff_decide_nothing_else(world: World, old: IssueState) -> None:
    issue_id = world.in_state(old)
    rows = len(world.events())
    for new in IssueState:
        if (old, new) in ALLOWED:
            continue
        answer = issuing.decide(world.services, issue_id, "chief", new, REASON)
        assert isinstance(answer, IssueRefusal)
        assert answer.code == "not_allowed"
    assert world.state(issue_id) is old
    assert len(world.events()) == rows
    assert world.count("decision") == (1 if old is IssueState.VOIDED else 0)
