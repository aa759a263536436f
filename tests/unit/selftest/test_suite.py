"""The suite: every check once, bounded, and unknown is not OK."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import admin.api.state
from kiosk.domain.build import build_id
from kiosk.domain.card import NoReader, NoReaderReason
from kiosk.domain.checks import CheckCode, CheckName
from kiosk.domain.ports import CheckResult
from kiosk.ledger_client.wire import CONTRACT_VERSION
from kiosk.selftest import boot
from kiosk.selftest.card import CardReaderCheck
from kiosk.selftest.check import Finding
from kiosk.selftest.display import DisplaySize
from kiosk.selftest.server import Own
from kiosk.selftest.suite import Suite, report_lines
from tests.fakes.card_reader import FakeReader
from tests.fakes.clock import FakeClock
from tests.fakes.printer import FakePrinter
from tests.flows.bench import Kiosk, World

SECRET = "見本 花子"


class Scripted:
    """A check that does what its test says."""

    def __init__(self, run: Callable[[], Finding], name: CheckName = CheckName.DISK) -> None:
        self.name = name
        self._run = run

    def run(self) -> Finding:
        return self._run()


def suite(*checks: Scripted, limit_s: float = 30.0, clock: FakeClock | None = None) -> Suite:
    return Suite(lambda: checks, clock or FakeClock(), limit_s)


def raises() -> Finding:
    raise RuntimeError(f"/home/{SECRET}")


def test_a_check_that_raises_has_failed_and_its_words_are_not_kept() -> None:
    [row] = suite(Scripted(raises))()
    assert row == CheckResult("disk", ok=False, code="raised", detail="RuntimeError")


def test_a_check_that_hangs_has_failed_and_the_next_one_is_made() -> None:
    never = threading.Event()

    def hangs() -> Finding:
        never.wait()
        return Finding()

    rows = suite(
        Scripted(hangs, CheckName.PRINTER), Scripted(Finding, CheckName.DISK), limit_s=0.05
    )()
    never.set()
    assert [(row.check, row.ok, row.code) for row in rows] == [
        ("printer", False, "timed_out"),
        ("disk", True, ""),
    ]


def test_a_finding_becomes_a_row_with_its_time() -> None:
    clock = FakeClock()

    def slow() -> Finding:
        clock.sleep(1.25)
        return Finding(CheckCode.DISK_FULL, "3 MiB")

    [row] = suite(Scripted(slow), clock=clock)()
    assert row == CheckResult("disk", False, "disk_full", "3 MiB", 1250)


def test_every_run_makes_its_checks_anew() -> None:
    made: list[int] = []

    def make() -> list[Scripted]:
        made.append(len(made))
        return [Scripted(Finding)]

    run = Suite(make, FakeClock())
    run()
    run()
    assert made == [0, 1]


def test_the_reports_lines() -> None:
    rows = (CheckResult("disk", True, "", "9 MiB", 3), CheckResult("paper", False, "paper_empty"))
    assert report_lines(rows) == [
        "check disk ok ms=3 (9 MiB)",
        "check paper paper_empty ms=0",
    ]


def parts(world: World) -> boot.Tested:
    kiosk = Kiosk(world)
    kiosk.close()
    return boot.Tested(
        Own("terminal-1", CONTRACT_VERSION, "memory"), kiosk.wire.as_server, FakePrinter(),
        world.maker, world.clock, lambda: DisplaySize(1080, 1920),
    )  # fmt: skip


def test_the_boot_makes_every_check_once_in_the_order_of_their_names() -> None:
    world = World()
    names = [name for name in CheckName if name is not CheckName.CARD]
    assert [check.name for check in boot.boot_checks(parts(world))] == names
    rows = boot.boot_self_test(parts(world))()
    assert all(row.ok for row in rows), rows


def test_where_cards_open_the_terminal_their_reader_is_checked_too() -> None:
    world, reader = World(), FakeReader()
    tested = replace(parts(world), cards=reader)
    assert [check.name for check in boot.boot_checks(tested)] == list(CheckName)
    reader.unplug()
    [row] = [row for row in boot.boot_self_test(tested)() if row.check == "card"]
    assert (row.ok, row.detail) == (True, "card_reader_missing")  # a staff ID does as well
    [row] = [
        row for row in boot.boot_self_test(replace(tested, card_needed=True))()
        if row.check == "card"
    ]  # fmt: skip
    assert (row.ok, row.code) == (False, "card_reader_missing")
    reader.seen = NoReader(NoReaderReason.SERVICE)
    check = CardReaderCheck(reader, needed=True)
    assert check.run().code is CheckCode.CARD_SERVICE_DOWN
    reader.felica()
    assert check.run() == Finding()


def test_the_build_is_one_code_for_both_sides() -> None:
    assert len(build_id()) == 16
    assert build_id() == build_id.__wrapped__()
    assert vars(admin.api.state)["build_id"] is build_id
