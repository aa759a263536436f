"""Releasing: number, date and seal leave once, for what was reserved, never after a stop order."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from admin.services import issuing, sheets
from admin.services.field_cipher import CipherError
from admin.services.issuing import IssueRefusal
from kiosk.domain.certificate import CertificateContent, DrawnCertificate, DrawRefusal, Stamp
from kiosk.domain.issuance import IssueState
from tests.fakes.sheet_maker import FakeSheetMaker, read_marks
from tests.fixtures.section import NOT_STARTED, SEAL, World


def test_number_date_and_seal_leave_with_the_hash_of_the_servers_own_sheet(world: World) -> None:
    order = world.order()
    released = world.released(order)
    issue = world.issue(released.issue_id)
    assert released.number == "2026-000001"
    assert released.issued_on == issue.issued_on == date(2026, 6, 15)
    assert released.seal_png == SEAL
    assert released.pdf_sha256 == issue.pdf_sha256
    pdf = sheets.stored_sheet(world.services.keys, issue)
    assert pdf is not None
    assert hashlib.sha256(pdf).hexdigest() == released.pdf_sha256
    assert read_marks(pdf)["number"] == released.number
    assert read_marks(pdf)["terminal"] == order.terminal
    assert world.events(issue.id) == ["issue.numbered", "issue.released"]


def test_the_day_is_the_day_in_japan(world: World) -> None:
    world.clock.set(datetime(2026, 6, 15, 15, 0, tzinfo=UTC))
    assert world.released().issued_on == date(2026, 6, 16)


def test_once(world: World) -> None:
    issue_id = world.released().issue_id
    before = world.issue(issue_id).sheet
    again = issuing.release(world.services, issue_id, "terminal-1")
    assert again == IssueRefusal("already_released")
    assert world.state(issue_id) is IssueState.RELEASED
    assert world.issue(issue_id).sheet == before
    assert world.events(issue_id).count("issue.released") == 1


@pytest.mark.parametrize(
    "state", [state for state in IssueState if state is not IssueState.NUMBERED]
)
def test_only_a_numbered_issue_is_released(world: World, state: IssueState) -> None:
    issue_id = world.in_state(state)
    answer = issuing.release(world.services, issue_id, "terminal-1")
    assert answer == IssueRefusal("already_released")
    assert world.state(issue_id) is state


def test_another_terminals_issue_is_not_there(world: World) -> None:
    issue_id = world.reserved()
    world.terminal("terminal-2")
    for answer in (
        issuing.release(world.services, issue_id, "terminal-2"),
        issuing.spool(world.services, issue_id, "terminal-2", ["0" * 64]),
        issuing.settle(world.services, issue_id, "terminal-2", NOT_STARTED),
        issuing.release(world.services, "no such issue", "terminal-1"),
    ):
        assert answer == IssueRefusal("unknown_issue")
    assert world.state(issue_id) is IssueState.NUMBERED


def test_a_stop_order_beats_a_release(world: World) -> None:
    issue_id = world.reserved()
    world.stop()
    answer = issuing.release(world.services, issue_id, "terminal-1")
    assert answer == IssueRefusal("stopped")
    issue = world.issue(issue_id)
    assert (issue.state, issue.fault) == ("FAILED", "stopped")
    assert issue.sheet is None
    assert issue.pdf_sha256 is None
    assert issue.issued_on is None


def test_a_stop_order_lets_a_released_sheet_finish(world: World) -> None:
    issue_id = world.spooled()
    world.stop()
    assert world.settled(issue_id, NOT_STARTED) is IssueState.FAILED


class _StopsWhileDrawing(FakeSheetMaker):
    world: World

    def draw(
        self, content: CertificateContent, stamp: Stamp | None
    ) -> DrawnCertificate | DrawRefusal:
        self.world.stop()
        return super().draw(content, stamp)


def test_a_stop_order_beats_a_release_that_has_drawn_already(world: World) -> None:
    issue_id = world.reserved()
    maker = _StopsWhileDrawing()
    maker.world = world
    services = replace(world.services, sheets=maker)
    answer = issuing.release(services, issue_id, "terminal-1")
    assert answer == IssueRefusal("stopped")
    assert world.issue(issue_id).sheet is None


class _CorrectedWhileDrawing(FakeSheetMaker):
    world: World

    def draw(
        self, content: CertificateContent, stamp: Stamp | None
    ) -> DrawnCertificate | DrawRefusal:
        entry = self.world.entries[1]
        self.world.entries[1] = replace(entry, version=entry.version + 1)
        return super().draw(content, stamp)


def test_an_entry_corrected_while_its_sheet_was_drawn_is_not_certified(world: World) -> None:
    issue_id = world.reserved()
    maker = _CorrectedWhileDrawing()
    maker.world = world
    answer = issuing.release(replace(world.services, sheets=maker), issue_id, "terminal-1")
    assert answer == IssueRefusal("stale_content")
    assert world.state(issue_id) is IssueState.FAILED


def test_content_that_changed_since_the_reserve_fails_the_issue(world: World) -> None:
    issue_id = world.reserved()
    world.entries[1] = replace(world.entries[1], version=2, lot="中央一丁目99番")
    answer = issuing.release(world.services, issue_id, "terminal-1")
    assert answer == IssueRefusal("stale_content")
    assert world.state(issue_id) is IssueState.FAILED
    assert world.serials(2026) == [1]  # the gap is a row


def test_a_sheet_is_kept_encrypted_and_bound_to_its_issue(world: World) -> None:
    issue_id = world.released().issue_id
    kept = world.issue(issue_id).sheet
    assert kept is not None
    pdf = sheets.stored_sheet(world.services.keys, world.issue(issue_id))
    assert pdf is not None
    assert b"2026-000001" in pdf  # the search below could find it
    assert b"2026-000001" not in kept
    assert pdf[:16] not in kept
    with pytest.raises(CipherError):
        world.services.keys.open(sheets.place("another issue"), kept)
    with pytest.raises(CipherError):
        world.services.keys.open(sheets.place(issue_id), kept[:-1] + bytes([kept[-1] ^ 1]))


def test_the_stored_sheet_can_be_drawn_again(world: World) -> None:
    issue_id = world.released().issue_id

    def redrawn() -> sheets.Redrawn:
        with world.database.read() as session:
            return sheets.redraw(world.services, session, world.issue(issue_id))

    assert redrawn() is sheets.Redrawn.SAME
    world.maker.spoil = b"x"
    assert redrawn() is sheets.Redrawn.DIFFERENT
    world.entries[1] = replace(world.entries[1], version=2)
    assert redrawn() is sheets.Redrawn.ENTRY_CHANGED
