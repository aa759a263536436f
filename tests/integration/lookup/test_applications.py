"""照合 of an application: what a 控え or a slip for the counter says leads staff to it."""

from __future__ import annotations

import pytest

from admin.services import operation_log
from kiosk.domain.application_number import application_number
from kiosk.domain.events import EventCode
from kiosk.domain.issuance import IssueState
from kiosk.domain.ports import Application
from tests.fixtures.browser import Browser
from tests.fixtures.section import World
from tests.integration.lookup.conftest import Desk
from tests.integration.lookup.test_lookup import asked
from tests.integration.views.test_print_log import rows


def opened(world: World) -> Application:
    """An application whose entry was looked at and not certified, as the API notes it."""
    made = world.application()
    with world.database.write() as session:
        operation_log.append(
            session, EventCode.ENTRY_OPENED, operation_log.terminal_actor("terminal-1"),
            at=world.clock.now(), subject=made.application_id,
            data={"entry_id": 1, "entry_version": world.entries[1].version},
        )  # fmt: skip
    return made


@pytest.mark.parametrize("by", ["user_id", "number", "whole"])
def test_what_nothing_was_issued_for_is_found(desk: Desk, chief: Browser, by: str) -> None:
    made = opened(desk.world)
    number = application_number(made.application_id)
    typed = {"user_id": made.user_id, "number": number.lower(), "whole": made.application_id}[by]
    said = asked(chief, typed)
    assert number in said
    assert made.user_id in said
    assert desk.world.entries[1].ledger_no in said
    assert "発行 ありません" in " ".join(said.split())
    assert rows(desk.world, "sheet.looked_up") == [{"user_id": made.user_id}]
    assert desk.world.chain().fault is None


def test_its_issues_are_linked(desk: Desk, chief: Browser) -> None:
    issue_id = desk.world.in_state(IssueState.PRINTED)
    asked(chief, application_number(desk.world.issue(issue_id).application_id))
    assert f'href="/issues/{issue_id}"' in chief.page.text
    chief.get(f"/issues/{issue_id}")
    assert application_number(desk.world.issue(issue_id).application_id) in chief.words


def test_one_that_is_not_there_is_told_apart_from_a_slip_of_the_pen(
    desk: Desk, chief: Browser
) -> None:
    opened(desk.world)
    assert "の申請はありません" in asked(chief, "A-0000-0000-0000")
    assert chief.page.status_code == 422
    assert "発行番号は" in asked(chief, "A-0000-0000")
    assert rows(desk.world, "sheet.looked_up") == []
