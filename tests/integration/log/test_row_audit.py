"""Rows of the print log changed behind the program's back are found, with the chain still whole."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from admin.services import operation_log, row_audit
from admin.services.row_audit import RowFault
from tests.fixtures.section import NOT_STARTED, PRINTED, UNKNOWN, World
from tests.integration.log.test_operation_log import _drop_triggers, _raw


@pytest.fixture
def lived(world: World) -> World:
    """Three issues with three ends: printed, not known, failed."""
    world.settled(world.spooled(), PRINTED)
    world.settled(world.spooled(), UNKNOWN)
    world.settled(world.spooled(), NOT_STARTED)
    return world


def found(world: World) -> RowFault | None:
    with world.database.read() as session:
        assert operation_log.verify(session).fault is None
        return row_audit.audit(session)


def test_what_the_program_wrote_agrees(lived: World) -> None:
    assert found(lived) is None


#: What a hand with the database's password may do, and what is said of it.
DEEDS = {
    "UPDATE issue SET state = 'PRINTED' WHERE serial = 2": "state",
    "UPDATE issue SET state = 'VOIDED' WHERE serial = 1": "state",
    "UPDATE issue SET evidence = NULL WHERE serial = 1": "evidence",
    "UPDATE issue SET pdf_sha256 = 'x' WHERE serial = 1": "sheet",
    "UPDATE issue SET content_sha256 = 'x' WHERE serial = 1": "content",
    "UPDATE issue SET entry_id = 99 WHERE serial = 1": "content",
    "UPDATE issue SET raster_sha256 = NULL WHERE serial = 1": "raster",
    "UPDATE issue SET serial = 9 WHERE serial = 1": "number",
    "DELETE FROM print_attempt WHERE what = 'spooled'": "attempts",
    "DELETE FROM applicant": "applicant",
}


@pytest.mark.parametrize("database_kind", ["sqlite"])  # where one hand drops every trigger
@pytest.mark.parametrize("deed", DEEDS)
def test_a_changed_row_is_found(lived: World, deed: str) -> None:
    _drop_triggers(lived.database)
    _raw(lived.database, deed)
    fault = found(lived)
    assert fault is not None
    assert fault.code == DEEDS[deed]
    assert fault.words


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_issue_without_its_log_is_found(lived: World) -> None:
    _drop_triggers(lived.database)
    with lived.database.write() as session:
        session.execute(text("DELETE FROM print_attempt"))
        session.execute(text("DELETE FROM issue WHERE serial = 3"))
    fault = found(lived)
    assert fault is not None
    assert fault.code in {"attempts", "missing"}
