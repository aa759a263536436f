"""The way of one person, and of the next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain.issuance import IssueState
from kiosk.screens.present.screens import present
from kiosk.session import events as ev
from kiosk.session.state import Phase
from tests.flows.bench import kiosk, no_person_in, sheets_of
from tests.flows.people import HOUSE, OTHER_HOUSE, PERSON, RARE, SCANNED


def test_from_a_touch_to_paper_to_the_record() -> None:
    with kiosk() as k:
        k.issue()
        assert k.at(Phase.TAKE_PAPER)
        world = k.world
        [row] = world.section.desk.rows
        assert row.history == [
            IssueState.NUMBERED, IssueState.RELEASED, IssueState.SPOOLED, IssueState.PRINTED,
        ]  # fmt: skip
        assert str(row.number) == "2026-000001"
        assert sheets_of(world) == [row.issue_id]
        [(_, applicant)] = world.section.applicants.values()
        assert (applicant.name, applicant.phone) == (PERSON["name"], PERSON["phone"])
        k.touch(ev.PaperTaken)
        assert k.at(Phase.END)
        wiped = k.wiped
        k.touch(ev.Finished)
        assert k.at(Phase.ATTRACT)
        assert k.session.visit is None
        assert k.wiped == wiped + 1
        [(_, ending)] = world.section.visits_ended
        assert ending == "done"


def test_the_next_person_gets_a_number_of_their_own() -> None:
    with kiosk() as k:
        for _ in range(2):
            k.issue()
            k.touch(ev.PaperTaken)
            k.touch(ev.Finished)
        assert k.world.numbers == ["2026-000001", "2026-000002"]
        assert len(k.world.section.applications) == 2
        assert sheets_of(k.world) == [row.issue_id for row in k.world.section.desk.rows]


def test_several_copies_are_several_numbers_of_one_application() -> None:
    with kiosk() as k:
        k.issue(copies=3)
        assert k.at(Phase.TAKE_PAPER)
        rows = k.world.section.desk.rows
        assert k.world.numbers == ["2026-000001", "2026-000002", "2026-000003"]
        assert k.world.states == [IssueState.PRINTED] * 3
        assert [(r.order.copy, r.order.copies) for r in rows] == [(1, 3), (2, 3), (3, 3)]
        assert len({r.order.application_id for r in rows}) == 1
        assert len({r.order.key for r in rows}) == 3
        assert sheets_of(k.world) == [row.issue_id for row in rows]
        assert k.session.visit is not None
        assert [copy.number for copy in k.session.visit.issued] == k.world.numbers


def test_another_building_keeps_the_person_and_nothing_of_the_first_building() -> None:
    with kiosk() as k:
        k.issue()
        k.touch(ev.AnotherBuilding)
        visit = k.session.visit
        assert k.at(Phase.SEARCH)
        assert visit is not None
        assert visit.applicant is not None
        assert (visit.entry, visit.content, visit.result, visit.job) == (None, None, None, None)
        k.to_confirm(entry_id=OTHER_HOUSE.entry_id)
        k.touch(ev.IssuePressed)
        rows = k.world.section.desk.rows
        assert [row.order.content.entry_id for row in rows] == [101, 102]
        assert len({row.order.application_id for row in rows}) == 1


@pytest.mark.parametrize(
    ("entry_id", "notice"),
    [(SCANNED.entry_id, "not_certifiable.scan_only"), (RARE.entry_id, "refusal.missing_glyph")],
)
def test_what_cannot_be_certified_is_sent_to_the_counter(entry_id: int, notice: str) -> None:
    with kiosk() as k:
        k.to_search()
        k.to_entry(entry_id)
        k.touch(ev.CertifyPressed)
        assert (k.phase, k.notice) == (Phase.ENTRY, notice)
        assert present(k.session).primary == ""  # pressing again would change nothing
        k.touch(ev.PreviewAccepted)
        k.touch(ev.IssuePressed)
        assert k.at(Phase.ENTRY)
        assert k.world.section.desk.rows == []


def test_an_entry_that_this_visit_did_not_find_cannot_be_opened() -> None:
    with kiosk() as k:
        k.to_search()
        k.touch(ev.SearchTextEdited, text=HOUSE.lot)
        k.touch(ev.SearchPressed)
        k.touch(ev.HitChosen, entry_id=OTHER_HOUSE.entry_id)
        assert k.at(Phase.RESULTS)
        assert "open_entry" not in k.wire.called


def test_a_double_touch_is_one_issue() -> None:
    with kiosk() as k:
        k.to_search()
        k.to_confirm()
        for _ in range(5):
            k.terminal.dispatch(ev.IssuePressed(k.now()))
        k.work()
        assert k.world.numbers == ["2026-000001"]
        assert len(k.world.device.sheets) == 1


def test_a_correction_after_the_preview_is_previewed_again() -> None:
    with kiosk() as k:
        k.to_search()
        k.to_confirm()
        k.world.section.correct(HOUSE.entry_id, lot="中央一丁目101番の2")
        k.touch(ev.IssuePressed)
        assert (k.phase, k.notice) == (Phase.ENTRY, "stale_content")
        assert k.world.section.desk.rows == []
        visit = k.session.visit
        assert visit is not None
        assert visit.entry is not None
        assert visit.entry.lot == "中央一丁目101番の2"
        k.touch(ev.CertifyPressed)
        k.touch(ev.PreviewAccepted)
        k.touch(ev.IssuePressed)
        assert k.at(Phase.TAKE_PAPER)
        assert k.world.states == [IssueState.PRINTED]


def test_nobody_touches_any_more_and_everything_is_dropped() -> None:
    with kiosk() as k:
        k.to_search()
        k.to_entry()
        wiped = k.wiped
        k.wait_for(Phase.ATTRACT, 200)
        assert k.session.visit is None
        assert k.wiped == wiped + 1
        assert k.world.section.visits_ended[-1][1] == "timed_out"


def test_stopping_drops_everything() -> None:
    with kiosk() as k:
        k.to_search()
        k.to_confirm()
        k.touch(ev.CancelPressed)
        k.touch(ev.CancelConfirmed)
        assert k.at(Phase.ATTRACT)
        assert k.session.visit is None
        assert k.world.section.visits_ended[-1][1] == "cancelled"
        assert k.world.section.desk.rows == []


def test_a_fault_drops_what_was_typed_before_the_person_has_left() -> None:
    with kiosk() as k:
        k.to_search()
        k.to_confirm()
        k.world.section.stop("点検のため止めています。")
        k.wait(3)
        assert k.at(Phase.SORRY)
        assert no_person_in(k.session)


def test_the_screens_before_the_sheet_show_the_entry_as_the_form_discloses_it() -> None:
    """The fake form masks the owner: neither the entry nor the last question says the name."""
    with kiosk() as k:
        k.to_search()
        k.to_confirm()
        assert k.session.visit is not None
        assert k.session.visit.entry == HOUSE  # the sheet is drawn of what is recorded
        for phase in (Phase.ENTRY, Phase.CONFIRM):
            rows = present(replace(k.session, phase=phase)).body.rows
            values = [row.value for row in rows]
            assert f"{HOUSE.owner[:1]}＊＊" in values
            assert HOUSE.owner not in values
