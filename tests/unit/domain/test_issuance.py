"""The moves of an issue, its number, and what the eras say of a day."""

from __future__ import annotations

from datetime import date

import pytest

from kiosk.domain.eras import fiscal_year, wareki
from kiosk.domain.issuance import (
    ALLOWED,
    OPEN_STATES,
    IssueNumber,
    IssueState,
    may_move,
    recovered_state,
    state_after,
)
from kiosk.domain.printer import (
    NotStarted,
    Printed,
    PrinterReason,
    PrinterState,
    PrinterStatus,
    PrintEvidence,
    PrintFault,
    PrintUnknown,
)

S = IssueState


def test_every_state_has_its_row_and_ends_are_ends() -> None:
    assert set(ALLOWED) == set(IssueState)
    assert ALLOWED[S.FAILED] == frozenset()
    assert ALLOWED[S.VOIDED] == frozenset()


def test_printed_is_reached_only_through_spooled_or_a_decision() -> None:
    assert {old for old in S if may_move(old, S.PRINTED)} == {S.SPOOLED, S.UNKNOWN}


def test_nothing_returns_to_an_open_state() -> None:
    assert not any(may_move(old, new) for old in S for new in OPEN_STATES if old not in OPEN_STATES)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (S.NUMBERED, S.FAILED),
        (S.RELEASED, S.UNKNOWN),
        (S.SPOOLED, S.UNKNOWN),
        (S.PRINTED, S.PRINTED),
        (S.FAILED, S.FAILED),
        (S.VOIDED, S.VOIDED),
    ],
)
def test_recovery_without_evidence(before: IssueState, after: IssueState) -> None:
    assert recovered_state(before) is after


def test_an_outcome_settles_in_one_state() -> None:
    assert state_after(Printed(PrintEvidence(1, 1, ("0" * 64,)))) is S.PRINTED
    assert state_after(NotStarted(PrintFault.NOT_READY)) is S.FAILED
    assert state_after(PrintUnknown(PrintFault.DISCONNECTED)) is S.UNKNOWN


@pytest.mark.parametrize("state", list(PrinterState))
@pytest.mark.parametrize("reason", [None, *PrinterReason])
def test_only_a_printer_that_says_so_is_ready(
    state: PrinterState, reason: PrinterReason | None
) -> None:
    status = PrinterStatus(state, frozenset({reason} if reason else ()))
    good = state is PrinterState.IDLE and reason in (None, PrinterReason.MEDIA_LOW)
    assert status.ready is good


def test_number_reads_what_it_writes() -> None:
    assert IssueNumber.parse(str(IssueNumber(2026, 123))) == IssueNumber(2026, 123)
    assert str(IssueNumber(2026, 1)) == "2026-000001"


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-", "-1", "2026-000000", "２０２６-1", "2026-1a"]
)
def test_what_is_not_a_number(text: str) -> None:
    with pytest.raises(ValueError, match="not an issue number"):
        IssueNumber.parse(text)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(2026, 11, 23), "令和8年11月23日"),
    ],
)
def test_wareki(day: date, text: str) -> None:
    assert wareki(day) == text


def test_fiscal_year_turns_in_april() -> None:
    assert fiscal_year(date(2027, 3, 31)) == 2026
    assert fiscal_year(date(2027, 4, 1)) == 2027
