"""From power-on to the first person, and what stands in the way."""

from __future__ import annotations

import pytest

from kiosk.domain.certificate import CertificateContent, Stamp
from kiosk.domain.checks import CheckName
from kiosk.domain.issuance import IssueState
from kiosk.domain.ports import Application, Reserved
from kiosk.ledger_client.memory import InMemorySectionServer
from kiosk.ledger_client.memory_issues import Order
from kiosk.session import events as ev
from kiosk.session.state import Phase, Trouble
from tests.flows.bench import PIN, STAFF_ID, World, kiosk, sheets_of
from tests.flows.people import HOUSE
from tests.flows.test_printer_faults import breaks, next_person_is_served, repair


def test_staff_open_the_terminal_and_the_report_reaches_the_section() -> None:
    with kiosk(opened=False) as k:
        k.start()
        assert (k.phase, k.notice) == (Phase.SIGN_IN, "staff_needed")
        k.touch(ev.Begin)
        assert k.at(Phase.SIGN_IN)
        k.sign_in()
        assert k.at(Phase.ATTRACT)
        [report] = k.world.section.reports
        assert [row.check for row in report] == [
            name.value for name in CheckName if name is not CheckName.CARD
        ]
        assert all(row.ok for row in report)
        assert report == k.session.facts.checks


def test_nobody_is_served_before_the_self_test() -> None:
    with kiosk(opened=False) as k:
        k.start()
        k.wait(300)
        assert k.at(Phase.SIGN_IN)
        assert k.world.section.reports == []


def test_a_wrong_pin_is_refused_and_three_lock() -> None:
    with kiosk(opened=False) as k:
        k.start()
        for notice in ("staff_refused", "staff_refused", "staff_locked"):
            k.sign_in(pin="000000")
            assert (k.phase, k.notice) == (Phase.SIGN_IN, notice)
        k.sign_in()
        assert (k.phase, k.notice) == (Phase.SIGN_IN, "staff_locked")


@pytest.mark.parametrize(
    ("word", "check", "code"),
    [
        ("paper-empty", "paper", "paper_empty"),
        ("open-cover", "printer", "printer_cover_open"),
        ("jam", "printer", "printer_jam"),
        ("unplug", "printer", "printer_offline"),
        ("mute", "printer", "printer_no_answer"),
    ],
)
def test_a_failed_check_keeps_it_closed_until_it_is_mended(
    word: str, check: str, code: str
) -> None:
    with kiosk(opened=False) as k:
        k.start()
        breaks(k, word)
        k.sign_in()
        if k.at(Phase.SIGN_IN):  # it cannot even prove that it holds nothing of ours
            assert k.session.facts.power_cycle_needed
            repair(k)
            k.sign_in(power_cycled=True)
            assert k.at(Phase.ATTRACT)
            return
        assert (k.phase, k.session.trouble) == (Phase.OUT_OF_ORDER, Trouble.SELF_TEST)
        failed = {row.check: row.code for row in k.checks if not row.ok}
        assert failed[check] == code
        k.wait(20)
        assert k.at(Phase.OUT_OF_ORDER)
        repair(k)
        k.touch(ev.SelfTestAgain)
        assert k.at(Phase.ATTRACT), k.seen
        assert [all(row.ok for row in report) for report in k.world.section.reports] == [
            False, True,
        ]  # fmt: skip


def test_a_report_that_cannot_be_sent_keeps_it_closed() -> None:
    with kiosk(opened=False) as k:
        k.start()
        k.wire.lose("report_self_test", after=False)
        k.sign_in()
        assert (k.phase, k.notice) == (Phase.OUT_OF_ORDER, "self_test_unreported")
        k.touch(ev.SelfTestAgain)
        assert k.at(Phase.ATTRACT)


def test_a_server_that_is_not_there_yet_is_asked_again() -> None:
    with kiosk(opened=False) as k:
        k.wire.down = True
        k.start()
        assert (k.phase, k.notice) == (Phase.OUT_OF_ORDER, "server_unheard")
        k.touch(ev.StaffWanted)
        assert k.at(Phase.OUT_OF_ORDER)
        k.wire.down = False
        k.wait(6)
        assert k.at(Phase.SIGN_IN)


def test_a_stop_order_is_known_at_boot() -> None:
    world = World()
    world.section.stop("止めています。")
    with kiosk(world, opened=False) as k:
        k.start()
        k.sign_in()
        assert (k.phase, k.notice) == (Phase.CLOSED, "stopped")


# --- an issue that was open when the process died -----------------------------------------------


def left_open(world: World, state: IssueState) -> str:
    """An issue of an earlier process, in this state."""
    server = InMemorySectionServer(world.section)
    server.open_terminal(STAFF_ID, PIN, power_cycled=False)
    content = world.maker.content(HOUSE)
    assert isinstance(content, CertificateContent)
    world.section.applications["a"] = Application("a", "U000001")
    world.section.found.add(("a", HOUSE.entry_id))
    reserved = world.section.desk.reserve(Order("a", content, 1, 1, "key-of-before"))
    assert isinstance(reserved, Reserved)
    issue_id = reserved.issue_id
    if state is not IssueState.NUMBERED:
        server.release(issue_id)
    if state is IssueState.SPOOLED:
        server.spool(issue_id, ["0" * 64])
    assert world.states == [state]
    return issue_id


@pytest.mark.parametrize(
    ("state", "ends"),
    [
        (IssueState.NUMBERED, IssueState.FAILED),
        (IssueState.RELEASED, IssueState.UNKNOWN),
        (IssueState.SPOOLED, IssueState.UNKNOWN),
    ],
)
def test_an_open_issue_is_ended_before_staff_sign_in(state: IssueState, ends: IssueState) -> None:
    world = World()
    left_open(world, state)
    with kiosk(world, opened=False) as k:
        k.start()
        assert world.states == [ends]
        assert (k.phase, k.notice) == (Phase.SIGN_IN, "open_issue_ended")
        k.sign_in()
        assert k.at(Phase.ATTRACT)
        next_person_is_served(k)
        assert world.states == [ends, IssueState.PRINTED]


@pytest.mark.parametrize("word", ["unplug", "mute"])
def test_a_printer_that_cannot_prove_it_is_empty_needs_a_power_cycle(word: str) -> None:
    world = World()
    left_open(world, IssueState.SPOOLED)
    with kiosk(world, opened=False) as k:
        breaks(k, word)
        k.start()
        assert (k.phase, k.notice) == (Phase.SIGN_IN, "power_cycle_needed")
        k.sign_in()
        assert (k.phase, k.notice) == (Phase.SIGN_IN, "power_cycle_needed")
        k.printer.control.do("power-cycle")
        repair(k)
        k.sign_in(power_cycled=True)
        assert k.at(Phase.ATTRACT)
        assert sheets_of(world) == []


def test_the_word_of_a_power_cycle_is_believed_from_staff_only() -> None:
    world = World()
    left_open(world, IssueState.SPOOLED)
    with kiosk(world, opened=False) as k:
        breaks(k, "unplug")
        k.start()
        k.sign_in(pin="000000", power_cycled=True)
        assert world.section.desk.power_cycle_needed
        assert k.at(Phase.SIGN_IN)


def test_a_recovery_that_is_not_heard_is_tried_again_at_the_sign_in() -> None:
    world = World()
    left_open(world, IssueState.NUMBERED)
    with kiosk(world, opened=False) as k:
        k.wire.lose("recover", after=False)
        k.start()
        assert k.at(Phase.SIGN_IN)
        assert world.states == [IssueState.NUMBERED]
        k.sign_in()
        assert k.at(Phase.ATTRACT)
        assert world.states == [IssueState.FAILED]


def test_the_seal_of_another_stamp_is_no_issue() -> None:
    """The marks of the sheet are compared with the visit's own words before a byte leaves."""
    with kiosk() as k:
        real = k.maker.draw

        def swapped(content: object, stamp: Stamp | None, _day: object = None) -> object:
            if stamp is None:
                return real(content, stamp)  # type: ignore[arg-type]
            other = Stamp(
                stamp.issue_id, stamp.number, stamp.issued_on, "U999999", stamp.terminal, b""
            )
            return real(content, other)  # type: ignore[arg-type]

        k.maker.draw = swapped  # type: ignore[assignment,method-assign]
        k.world.maker.draw = swapped  # type: ignore[assignment,method-assign]
        k.issue()
        assert k.at(Phase.SORRY)
        assert k.world.states == [IssueState.FAILED]
        assert k.world.section.desk.rows[0].fault == "mismatch"
        assert k.world.device.counters.bands == 0
