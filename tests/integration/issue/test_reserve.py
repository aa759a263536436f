"""Reserving a number: once per key, without a gap, only for what was previewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from admin.services import issuing
from admin.services.issuing import IssueRefusal
from kiosk.domain.issuance import MAX_COPIES, IssueState
from kiosk.domain.ledger import NotCertifiable
from kiosk.domain.ports import Reserved
from tests.fakes.sheet_maker import NO_GLYPH
from tests.fixtures.section import NOT_STARTED, World


def test_a_number_its_row_and_its_log_row_stand_together(world: World) -> None:
    order = world.order()
    issue_id = world.reserved(order)
    issue = world.issue(issue_id)
    assert (issue.fiscal_year, issue.serial, issue.state) == (2026, 1, "NUMBERED")
    assert issue.content_sha256 == order.content_sha256
    assert issue.sheet is None
    assert issue.released_at is None
    assert world.events(issue_id) == ["issue.numbered"]
    assert world.chain().fault is None


def test_the_same_key_and_request_is_the_same_issue(world: World) -> None:
    order = world.order()
    first = world.reserved(order)
    assert world.reserved(order) == first
    world.settled(first, NOT_STARTED)
    assert world.reserved(order) == first  # even when it has ended
    assert world.serials(2026) == [1]
    assert world.events(first).count("issue.numbered") == 1


@pytest.mark.parametrize("change", ["entry_version", "copies", "content_sha256"])
def test_the_same_key_with_another_request_is_refused(world: World, change: str) -> None:
    order = world.order()
    world.reserved(order)
    other = {"entry_version": 2, "copies": 2, "content_sha256": "0" * 64}[change]
    answer = issuing.reserve(world.services, replace(order, **{change: other}))  # type: ignore[arg-type]
    assert answer == IssueRefusal("key_conflict")
    assert world.serials(2026) == [1]


def test_a_key_belongs_to_its_terminal(world: World) -> None:
    first = world.reserved(world.order(idempotency_key="the-same-key"))
    second = world.reserved(world.order(terminal="terminal-2", idempotency_key="the-same-key"))
    assert first != second


def test_numbers_have_no_gap_over_failures(world: World) -> None:
    for _ in range(3):
        world.settled(world.reserved(), NOT_STARTED)
    refused = issuing.reserve(world.services, world.order(content_sha256="0" * 64))
    assert refused == IssueRefusal("stale_content")  # takes no number
    world.settled(world.reserved(), NOT_STARTED)
    assert world.serials(2026) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("at", "year"),
    [
        (datetime(2027, 3, 31, 14, 59, 59, tzinfo=UTC), 2026),  # 23:59:59 in Japan
        (datetime(2027, 3, 31, 15, 0, 0, tzinfo=UTC), 2027),  # the first of April there
        (datetime(2026, 12, 31, 15, 0, 0, tzinfo=UTC), 2026),  # a new year changes nothing
    ],
)
def test_the_fiscal_year_begins_on_the_first_of_april_in_japan(
    world: World, at: datetime, year: int
) -> None:
    world.settled(world.reserved(), NOT_STARTED)
    world.settled(world.reserved(), NOT_STARTED)
    world.clock.set(at)
    world.open()
    issue = world.issue(world.reserved())
    assert (issue.fiscal_year, issue.serial) == (year, 1 if year == 2027 else 3)


def test_a_year_that_has_ended_gives_no_number_any_more(world: World) -> None:
    world.clock.set(datetime(2027, 4, 1, 0, 0, tzinfo=UTC))
    world.settled(world.reserved(), NOT_STARTED)
    world.clock.set(datetime(2027, 3, 31, 0, 0, tzinfo=UTC))
    world.open()  # staff confirm the wrong clock, and still
    answer = issuing.reserve(world.services, world.order())
    assert isinstance(answer, IssueRefusal)
    assert answer.code == "clock"
    assert world.serials(2026) == []


@pytest.mark.parametrize(
    "jump", [timedelta(hours=25), -timedelta(minutes=3), -timedelta(days=9999)]
)
def test_a_clock_that_jumped_is_refused_until_staff_open_the_terminal(
    world: World, jump: timedelta
) -> None:
    world.terminal()
    world.clock.set(world.clock.now() + jump)
    # The visitor's own rows are written by the wrong clock, and must not make it right.
    order = world.order()
    answer = issuing.reserve(world.services, order)
    assert isinstance(answer, IssueRefusal)
    assert answer.code == "clock"
    assert world.count("issue") == 0
    world.open()
    assert isinstance(issuing.reserve(world.services, order), Reserved)


@pytest.mark.parametrize("step", [timedelta(hours=23), -timedelta(minutes=1)])
def test_a_clock_within_reason_is_believed(world: World, step: timedelta) -> None:
    world.terminal()
    world.clock.set(world.clock.now() + step)
    world.reserved()


def test_a_small_step_back_cannot_be_repeated(world: World) -> None:
    world.terminal()
    for _ in range(2):  # a minute and a half each: together more than is believed
        world.clock.set(world.clock.now() - timedelta(seconds=90))
        order = world.order()
    answer = issuing.reserve(world.services, order)
    assert isinstance(answer, IssueRefusal)
    assert answer.code == "clock"


def test_one_open_issue_per_terminal(world: World) -> None:
    first = world.reserved()
    assert issuing.reserve(world.services, world.order()) == IssueRefusal("open_issue")
    world.reserved(world.order(terminal="terminal-2"))  # another terminal is free
    world.settled(first, NOT_STARTED)
    world.reserved()


def test_only_what_the_server_would_certify_now(world: World) -> None:
    order = world.order()
    world.entries[1] = replace(world.entries[1], version=2, lot="中央一丁目99番")
    assert issuing.reserve(world.services, order) == IssueRefusal("stale_content")
    # The same words in a new version of the entry are another content too.
    world.entries[1] = replace(world.entries[1], version=3, lot="中央一丁目1番")
    assert issuing.reserve(world.services, order) == IssueRefusal("stale_content")
    assert world.count("issue") == world.count("serial") == 0


def test_what_is_refused_before_a_number(world: World) -> None:
    application = world.application()
    elsewhere = world.application("terminal-2")
    form = replace(world.maker.form(), version="2")

    def refused(**changes: Any) -> str:
        answer = issuing.reserve(world.services, world.order(application, **changes))
        assert isinstance(answer, IssueRefusal)
        return answer.code

    assert refused(form=form) == "form_differs"
    assert refused(entry_id=2) == "unknown_entry"  # this visit never found it
    assert refused(application_id=elsewhere.application_id) == "unknown_application"
    assert refused(application_id="no such application") == "unknown_application"
    assert refused(copy_index=2, copies=1) == "too_many_copies"
    assert refused(copy_index=1, copies=MAX_COPIES + 1) == "too_many_copies"
    world.entries[1] = replace(world.entries[1], not_certifiable=NotCertifiable.CANCELLED)
    assert refused() == "not_certifiable"
    world.entries[1] = replace(world.entries[1], not_certifiable=None, owner=f"見本{NO_GLYPH}")
    assert refused() == "missing_glyph"
    world.stop()
    assert refused() == "stopped"
    assert world.count("issue") == world.count("serial") == 0


def test_every_copy_is_an_issuance_of_its_own(world: World) -> None:
    application = world.application()
    for copy in (1, 2):
        issue_id = world.reserved(world.order(application, copy_index=copy, copies=2))
        world.settled(issue_id, NOT_STARTED)
        assert world.issue(issue_id).copy_index == copy
    assert world.serials(2026) == [1, 2]
    assert world.state(issue_id) is IssueState.FAILED
