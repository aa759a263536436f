"""A few days of an invented office: every state, a company, a stopped terminal, a review."""

from __future__ import annotations

from datetime import timedelta

from admin.db.issue_tables import Terminal
from admin.services import print_log, terminals
from admin.services.print_log import ReviewRefusal
from kiosk.domain.issuance import IssueState
from kiosk.domain.ports import CheckResult
from kiosk.domain.printer import PrinterReason, PrinterState, PrinterStatus
from tests.fixtures.section import PRINTED, UNKNOWN, World, sample_applicant

CHECKS = ("printer", "paper", "server", "form", "clock", "fonts", "display", "disk", "recovery")
READY = PrinterStatus(PrinterState.IDLE)
EMPTY = PrinterStatus(PrinterState.STOPPED, frozenset({PrinterReason.MEDIA_EMPTY}))


def printed(world: World, terminal: str = "terminal-1", **person: str) -> str:
    """One printed issue of an invented person."""
    application = world.application(terminal, applicant=sample_applicant(**person))
    issue_id = world.spooled(world.order(application, terminal))
    world.settled(issue_id, PRINTED)
    world.clock.advance(timedelta(minutes=7))
    return issue_id


def self_tested(world: World, terminal: str, bad: str = "") -> None:
    results = [
        CheckResult(check, check != bad, "media_empty" if check == bad else "", "", 12 + place)
        for place, check in enumerate(CHECKS)
    ]
    terminals.store_self_test(world.services, terminal, "a1b2c3d4e5f60718", results)


def heard(world: World, terminal: str, phase: str, status: PrinterStatus) -> None:
    with world.database.write() as session:
        terminals.seen(session, terminal, phase, status, world.clock.now())


def make_busy(world: World) -> dict[str, str]:
    """Fill the office; gives one issue's id by state."""
    for terminal in ("terminal-1", "terminal-2"):
        world.terminal(terminal)
        self_tested(world, terminal)
    for number in (1, 2):
        with world.database.write() as session:
            row = session.get_one(Terminal, f"terminal-{number}")
            row.label = f"見本の端末 {number}号機"
    day_one = world.services.today()
    for name in ("見本 一郎", "見本 二葉", "見本 三千代"):
        printed(world, name=name)
    found = {IssueState.FAILED.value: world.in_state(IssueState.FAILED)}
    made = print_log.review_period(
        world.services, "chief", day_one, day_one, "異常はありませんでした。欠番 1 件は用紙切れ。"
    )
    assert not isinstance(made, ReviewRefusal)
    world.clock.advance(timedelta(days=1))
    printed(world, terminal="terminal-2", name="見本 四郎")
    found[IssueState.VOIDED.value] = world.in_state(IssueState.VOIDED)
    world.clock.advance(timedelta(days=1))
    found[IssueState.PRINTED.value] = printed(
        world, name="見本 花子", corporation_name="株式会社 見本建設"
    )
    unknown = world.spooled(world.order(terminal="terminal-2"))
    world.settled(unknown, UNKNOWN)
    found[IssueState.UNKNOWN.value] = unknown
    self_tested(world, "terminal-2", bad="paper")
    world.stop("terminal-2")
    world.clock.advance(timedelta(minutes=4))
    found[IssueState.SPOOLED.value] = world.in_state(IssueState.SPOOLED)
    heard(world, "terminal-1", "printing", READY)
    heard(world, "terminal-2", "closed", EMPTY)
    return found
