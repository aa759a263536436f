"""No log row, no deed: an append that fails takes everything of its transaction with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from admin.db.issue_tables import Issue
from admin.services import applications, issuing, operation_log, print_log, terminals
from kiosk.domain.issuance import IssueState
from kiosk.domain.ports import CheckResult
from kiosk.domain.printer import ClearState
from tests.fixtures.section import PRINTED, RASTERS, World, sample_applicant

TABLES = (
    "application", "applicant", "found_entry", "issue", "serial", "print_attempt", "decision",
    "period_review", "self_test_report", "staff_account", "operation_log",
)  # fmt: skip


class _DiskFull(Exception):  # noqa: N818 - stands for whatever may happen
    pass


def _whole(world: World) -> dict[str, Any]:
    """Everything the deeds below could change."""
    said: dict[str, Any] = {table: world.count(table) for table in TABLES}
    row = world.terminal_row()
    said["terminal"] = (row.session_sha256, row.stopped_at, row.power_cycle_needed, row.opened_at)
    with world.database.read() as session:
        said["issues"] = [
            (i.id, i.state, i.pdf_sha256, i.sheet, i.fault, i.raster_sha256, i.settled_at)
            for i in session.query(Issue).order_by(Issue.serial)
        ]
    return said


def _written(world: World, deed: Callable[[Any], object]) -> Callable[[], object]:
    def run() -> object:
        with world.database.write() as session:
            return deed(session)

    return run


def _deeds(world: World, name: str) -> Callable[[], object]:
    """Prepare what the deed needs; returns the deed."""
    services, now = world.services, world.clock.now()
    if name == "reserve":
        order = world.order()
        return lambda: issuing.reserve(services, order)
    if name in {"release", "settle_numbered", "recover"}:
        issue_id = world.reserved()
        return {
            "release": lambda: issuing.release(services, issue_id, "terminal-1"),
            "settle_numbered": lambda: issuing.settle(services, issue_id, "terminal-1", PRINTED),
            "recover": lambda: issuing.recover(
                services, "terminal-1", ClearState.CLEAR, power_cycled=True
            ),
        }[name]
    if name == "spool":
        issue_id = world.released().issue_id
        return lambda: issuing.spool(services, issue_id, "terminal-1", RASTERS)
    if name == "settle":
        issue_id = world.spooled()
        return lambda: issuing.settle(services, issue_id, "terminal-1", PRINTED)
    if name == "decide":
        issue_id = world.in_state(IssueState.UNKNOWN)
        return lambda: issuing.decide(
            services, issue_id, "chief", IssueState.VOIDED, "見本のため無効"
        )
    world.terminal()
    today = services.today()
    return {
        "apply": lambda: applications.create_application(
            services, "terminal-1", "visit-9", sample_applicant()
        ),
        "review": lambda: print_log.review_period(services, "chief", today, today, ""),
        "self_test": lambda: terminals.store_self_test(
            services, "terminal-1", "build", [CheckResult("disk", ok=True)]
        ),
        "open": _written(world, lambda s: terminals.open_terminal(s, "terminal-1", "opener", now)),
        "stop": _written(world, lambda s: terminals.stop(s, "terminal-1", "chief", "点検", now)),
        "account": lambda: world.staff("newcomer"),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "apply", "reserve", "release", "spool", "settle", "settle_numbered", "recover", "decide",
        "review", "self_test", "open", "stop", "account",
    ],
)  # fmt: skip
@pytest.mark.parametrize("when", ["before", "after"])
def test_nothing_is_kept_of_a_deed_that_cannot_be_logged(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str, when: str
) -> None:
    deed = _deeds(world, name)
    before = _whole(world)
    real, failed = operation_log.append, []

    def broken(*words: Any, **named: Any) -> int:
        if when == "after":
            real(*words, **named)
        failed.append(name)
        raise _DiskFull

    monkeypatch.setattr(operation_log, "append", broken)
    with pytest.raises(_DiskFull):
        deed()
    assert failed == [name]
    assert _whole(world) == before
    monkeypatch.undo()
    assert world.chain().fault is None
    deed()  # the same deed, now that the log can be written
    assert _whole(world) != before
    assert world.chain().fault is None
