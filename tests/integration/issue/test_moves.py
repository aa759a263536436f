"""The moves an issue may make: the domain's table, the service and the database say the same."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from admin.db.issue_tables import Issue
from admin.db.migrations.versions import r0005_issue_moves
from admin.services import issuing, operation_log
from kiosk.domain.issuance import ALLOWED, IssueState
from tests.fixtures.section import World

STATES = list(IssueState)


def test_the_migration_wrote_the_domains_table() -> None:
    assert {old.value: set(map(str, news)) for old, news in ALLOWED.items() if news} == {
        old: set(news) for old, news in r0005_issue_moves.MOVES.items()
    }


def _move(world: World, issue_id: str, new: IssueState) -> None:
    actor = operation_log.terminal_actor("terminal-1")
    with world.database.write() as session:
        issuing._move(session, session.get_one(Issue, issue_id), new, actor, world.clock.now())


@pytest.mark.parametrize("old", STATES)
def test_the_service_makes_no_other_move(world: World, old: IssueState) -> None:
    issue_id = world.in_state(old)
    rows = len(world.events())
    for new in STATES:
        if new in ALLOWED[old]:
            continue
        with pytest.raises(RuntimeError, match="not allowed"):
            _move(world, issue_id, new)
    assert world.state(issue_id) is old
    assert len(world.events()) == rows


def _set(world: World, issue_id: str, assignment: str) -> str:
    """A raw update, as somebody at the database's own prompt; the fault's text, or ``""``."""
    try:
        with world.database.write() as session:
            session.execute(text(f"UPDATE issue SET {assignment} WHERE id = :id"), {"id": issue_id})
    except DBAPIError as error:
        return str(error.orig)
    return ""


@pytest.mark.parametrize("old", STATES)
def test_the_database_makes_no_other_move(world: World, old: IssueState) -> None:
    issue_id = world.in_state(old)
    for new in STATES:
        if new in ALLOWED[old] or new is old:
            continue
        assert "this move is not allowed" in _set(world, issue_id, f"state = '{new}'")
        assert world.state(issue_id) is old


@pytest.mark.parametrize(
    ("old", "new"), [(old, new) for old, news in ALLOWED.items() for new in sorted(news)]
)
def test_the_database_lets_every_allowed_move_pass(
    world: World, old: IssueState, new: IssueState
) -> None:
    """The trigger above refuses moves, not updates."""
    issue_id = world.in_state(old)
    assert _set(world, issue_id, f"state = '{new}'") == ""
    assert world.state(issue_id) is new


@pytest.mark.parametrize(
    "assignment",
    [
        "id = 'other'", "fiscal_year = 2025", "serial = 9", "terminal = 'terminal-2'",
        "idempotency_key = 'another key'", "entry_id = 2", "entry_version = 2", "copy_index = 2",
        "copies = 2", "content_sha256 = 'x'", "form_sha256 = 'x'", "form_id = 'x'",
        "form_version = 'x'", "request_sha256 = 'x'", "numbered_at = '2001-01-01 00:00:00'",
        "issued_on = '2001-01-01'", "pdf_sha256 = 'x'", "pdf_sha256 = NULL", "page_count = 2",
        "released_at = NULL", "spooled_at = NULL",
    ],
)  # fmt: skip
def test_what_identifies_an_issue_never_changes(world: World, assignment: str) -> None:
    world.terminal("terminal-2")
    issue_id = world.in_state(IssueState.SPOOLED)
    assert "a fixed column was changed" in _set(world, issue_id, assignment)


def test_no_issue_vanishes(world: World) -> None:
    issue_id = world.in_state(IssueState.FAILED)
    for table in ("issue", "serial"):
        with pytest.raises(DBAPIError), world.database.write() as session:
            session.execute(text(f"DELETE FROM {table}"))
    assert world.state(issue_id) is IssueState.FAILED
    assert world.serials(2026) == [1]


def test_a_serial_never_goes_back(world: World) -> None:
    world.in_state(IssueState.FAILED)
    with pytest.raises(DBAPIError, match="never goes back"), world.database.write() as session:
        session.execute(text("UPDATE serial SET last = 0"))
    with pytest.raises(DBAPIError, match="fixed column"), world.database.write() as session:
        session.execute(text("UPDATE serial SET fiscal_year = 2030"))


def test_the_database_itself_keeps_one_open_issue_per_terminal(world: World) -> None:
    """The partial unique index, without the service's own question before it."""
    issue_id = world.in_state(IssueState.RELEASED)
    with world.database.read() as session:
        columns = ", ".join(session.execute(text("SELECT * FROM issue")).keys())
    copied = columns.replace("id,", "'copy',", 1).replace("serial", "serial + 1", 1)
    copied = copied.replace("idempotency_key", "'copied key'", 1)
    with pytest.raises(DBAPIError), world.database.write() as session:
        session.execute(text(f"INSERT INTO issue ({columns}) SELECT {copied} FROM issue"))
    _set(world, issue_id, "state = 'UNKNOWN'")
    with world.database.write() as session:  # the same words pass once that one is closed
        session.execute(text(f"INSERT INTO issue ({columns}) SELECT {copied} FROM issue"))


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_replace_takes_no_row_away(world: World) -> None:
    """SQLite's REPLACE deletes rows without asking the triggers of DELETE."""
    world.in_state(IssueState.VOIDED)
    for table in ("issue", "operation_log", "print_attempt", "decision"):
        with pytest.raises(DBAPIError, match="exists"), world.database.write() as session:
            session.execute(text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"))
    assert world.chain().fault is None
