"""The operation log: append-only, one chain, and every kind of tampering is found."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from admin.db.engine import Database
from admin.db.log_tables import OperationLog
from admin.services import operation_log, print_log
from admin.services.operation_log import leaf_hash
from kiosk.domain.events import ALLOWED_KEYS, EventCode
from tests.fixtures.section import BY_TEST, PRINTED, World


@pytest.fixture
def chained(world: World) -> World:
    """A section whose log has a dozen rows."""
    world.settled(world.spooled(), PRINTED)
    for number in range(8):
        _append(world, number)
    assert world.chain().fault is None
    return world


def _append(world: World, number: int) -> int:
    with world.database.write() as session:
        return operation_log.append(
            session, EventCode.LOG_SEARCHED, BY_TEST, at=world.clock.now(),
            subject=f"subject-{number}", data={"count": number},
        )  # fmt: skip


# --- writing ------------------------------------------------------------------------------------


def test_the_row_is_the_canonical_json_that_was_hashed(world: World) -> None:
    _append(world, 1)
    seq = _append(world, 2)
    with world.database.read() as session:
        row = session.get_one(OperationLog, seq)
        said = json.loads(row.canonical)
        assert said == {
            "seq": 2, "at": "2026-06-15T01:00:00.000000Z", "event": "log.searched",
            "actor": "system:test", "terminal": None, "subject": "subject-2",
            "data": {"count": 2}, "prev": row.prev_hash.hex(),
        }  # fmt: skip
        assert row.canonical == json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
        assert bytes(row.hash) == leaf_hash(row.canonical)
        first = session.get_one(OperationLog, 1)
        assert bytes(first.prev_hash) == bytes(32)
        assert bytes(row.prev_hash) == bytes(first.hash)


def test_a_word_that_is_not_in_the_catalogue_cannot_be_logged(world: World) -> None:
    assert not {"name", "address", "phone", "postal_code", "corporation_name"} & ALLOWED_KEYS
    with pytest.raises(ValueError, match="allow-list"), world.database.write() as session:
        operation_log.append(
            session, EventCode.LOG_SEARCHED, BY_TEST, at=world.clock.now(), data={"name": "見本"}
        )
    assert world.count("operation_log") == 0


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE operation_log SET actor = 'x'",
        "UPDATE operation_log SET canonical = canonical WHERE seq = 1",
        "DELETE FROM operation_log WHERE seq = 3",
        "DELETE FROM operation_log",
        "DELETE FROM log_head",
        "DELETE FROM print_attempt",
        "UPDATE print_attempt SET what = 'printed'",
        "UPDATE decision SET reason = 'x'",
        "DELETE FROM decision",
        "UPDATE period_review SET remark = 'x'",
        "DELETE FROM period_review",
    ],
)
def test_the_database_refuses_to_change_what_was_written(chained: World, deed: str) -> None:
    today = chained.services.today()
    print_log.review_period(chained.services, "chief", today, today, "")
    with chained.database.read() as session:
        issue_id = session.scalar(text("SELECT id FROM issue"))
    with chained.database.write() as session:
        session.execute(
            text(
                "INSERT INTO decision (issue_id, at, staff_id, old_state, new_state, reason) "
                "VALUES (:id, '2026-06-15 00:00:00', 'chief', 'UNKNOWN', 'VOIDED', 'x')"
            ),
            {"id": issue_id},
        )
    with pytest.raises(DBAPIError, match=r"append-only|rows are kept"):
        _raw(chained.database, deed)
    assert chained.chain().fault is None


@pytest.mark.parametrize("database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
def test_postgresql_does_not_truncate_it_either(chained: World) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        _raw(chained.database, "TRUNCATE operation_log")
    with pytest.raises(DBAPIError, match="append-only"):
        _raw(chained.database, "TRUNCATE issue CASCADE")


# --- tampering, by somebody who may drop triggers -------------------------------------------------


def _raw(database: Database, *statements: str) -> None:
    with database.write() as session:
        for statement in statements:
            session.execute(text(statement))


def _drop_triggers(database: Database) -> None:
    if not database.is_sqlite:
        _raw(
            database,
            "ALTER TABLE operation_log DISABLE TRIGGER ALL",
            "ALTER TABLE log_head DISABLE TRIGGER ALL",
        )
        return
    with database.write() as session:
        found = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for name in list(session.scalars(found)):
            session.execute(text(f"DROP TRIGGER {name}"))


#: What was done, where the check finds it, in its words.
TAMPERING = {
    "UPDATE operation_log SET actor = 'staff:other' WHERE seq = 5": (5, "columns differ"),
    "UPDATE operation_log SET subject = NULL WHERE seq = 5": (5, "columns differ"),
    "UPDATE operation_log SET event = 'x' WHERE seq = 5": (5, "columns differ"),
    "UPDATE operation_log SET terminal = 'x' WHERE seq = 5": (5, "columns differ"),
    "UPDATE operation_log SET at = '2001-01-01 00:00:00' WHERE seq = 5": (5, "columns differ"),
    "DELETE FROM operation_log WHERE seq = 1": (1, "row missing"),
    "DELETE FROM operation_log WHERE seq = 5": (5, "row missing"),
    "DELETE FROM operation_log WHERE seq > 9": (9, "head differs"),
    "DELETE FROM operation_log": (0, "head differs"),
    "UPDATE log_head SET seq = seq - 1": (None, "head differs"),
    "DELETE FROM log_head": (0, "no head row"),
    "UPDATE operation_log SET seq = seq + 100 WHERE seq = 5": (5, "row missing"),
    "INSERT INTO operation_log SELECT 0, at, event, actor, terminal, subject, canonical, "
    "prev_hash, hash FROM operation_log WHERE seq = 1": (0, "a row before the first"),
    "INSERT INTO operation_log SELECT 99, at, event, actor, terminal, subject, canonical, "
    "prev_hash, hash FROM operation_log WHERE seq = 1": (None, "head differs"),
}


@pytest.mark.parametrize("deed", list(TAMPERING))
def test_tampering_is_found(chained: World, deed: str) -> None:
    seq, words = TAMPERING[deed]
    _drop_triggers(chained.database)
    _raw(chained.database, deed)
    report = chained.chain()
    assert report.fault is not None
    assert report.words  # a fault without words is a KeyError
    assert words in report.fault
    if seq is not None:
        assert report.bad_seq == seq


def _change_bytes(world: World, seq: int, canonical: bytes, *, rehash: bool) -> None:
    with world.database.write() as session:
        session.execute(
            text("UPDATE operation_log SET canonical = :bytes WHERE seq = :seq"),
            {"bytes": canonical, "seq": seq},
        )
        if rehash:
            session.execute(
                text("UPDATE operation_log SET hash = :hash WHERE seq = :seq"),
                {"hash": leaf_hash(canonical), "seq": seq},
            )


def _canonical(world: World, seq: int) -> bytes:
    with world.database.read() as session:
        return session.get_one(OperationLog, seq).canonical


def test_changed_bytes_are_found(chained: World) -> None:
    _drop_triggers(chained.database)
    said = _canonical(chained, 5)
    _change_bytes(chained, 5, said.replace(b'"actor":"', b'"actor":"x'), rehash=False)
    assert (chained.chain().bad_seq, chained.chain().fault) == (5, "bytes changed")


def test_changed_bytes_with_their_hash_break_the_next_link(chained: World) -> None:
    _drop_triggers(chained.database)
    said = _canonical(chained, 5)
    changed = said.replace(b'"data":{', b'"data":{"ok":true,')
    assert changed != said
    _change_bytes(chained, 5, changed, rehash=True)
    assert (chained.chain().bad_seq, chained.chain().fault) == (6, "link broken")


@pytest.mark.parametrize("nonsense", [b"", b"not json", b"[]", b"{}", b"\xff\xfe", b'{"seq":5}'])
def test_bytes_that_are_no_row_are_a_fault_and_not_an_error(
    chained: World, nonsense: bytes
) -> None:
    _drop_triggers(chained.database)
    _change_bytes(chained, 5, nonsense, rehash=True)
    report = chained.chain()
    assert (report.bad_seq, report.fault) == (5, "columns differ from the hashed bytes")


def test_two_rows_swapped_are_found(chained: World) -> None:
    _drop_triggers(chained.database)
    _raw(
        chained.database,
        "UPDATE operation_log SET seq = 500 WHERE seq = 5",
        "UPDATE operation_log SET seq = 5 WHERE seq = 6",
        "UPDATE operation_log SET seq = 6 WHERE seq = 500",
    )
    assert (chained.chain().bad_seq, chained.chain().fault) == (5, "link broken")


def test_the_newest_row_changed_with_its_hash_is_found_by_the_head(chained: World) -> None:
    _drop_triggers(chained.database)
    newest = chained.count("operation_log")
    said = _canonical(chained, newest)
    changed = said.replace(b'"data":{', b'"data":{"ok":true,')
    _change_bytes(chained, newest, changed, rehash=True)
    report = chained.chain()
    assert report.fault is not None
    assert "head differs" in report.fault


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_column_that_does_not_read_is_a_fault_and_not_an_error(chained: World) -> None:
    """SQLite stores what it is given; PostgreSQL would not take this."""
    _drop_triggers(chained.database)
    _raw(chained.database, "UPDATE operation_log SET at = 'yesterday' WHERE seq = 5")
    assert chained.chain().fault == "row unreadable"


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("column", ["canonical", "prev_hash", "hash"])
def test_text_where_bytes_were_is_a_fault(chained: World, column: str) -> None:
    """What sqlite3's own SQL leaves when a hand replaces something in a column of bytes."""
    _drop_triggers(chained.database)
    spoilt = f"{column} = 'x' || hex({column})"
    _raw(chained.database, f"UPDATE operation_log SET {spoilt} WHERE seq = 5")
    report = chained.chain()
    assert report.fault in {"bytes changed", "row unreadable"}
    assert report.bad_seq == 5


def test_a_long_chain_is_checked_in_pieces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation_log, "CHUNK", 3)
    for number in range(10):
        _append(world, number)
    assert world.chain().rows == 10
    assert world.chain().fault is None
    _drop_triggers(world.database)
    _raw(world.database, "DELETE FROM operation_log WHERE seq = 7")
    assert (world.chain().bad_seq, world.chain().fault) == (7, "row missing")


# --- the clock, as the head believes it ----------------------------------------------------------


def _believed(world: World) -> object:
    with world.database.read() as session:
        return operation_log.last_instant(session)


def test_the_head_keeps_the_last_instant_that_can_be_believed(world: World) -> None:
    start = world.clock.now()
    assert _believed(world) is None
    _append(world, 1)
    for jump, believed in [
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta(minutes=59), timedelta(hours=1)),  # a little back: the later one stays
        (timedelta(days=3), timedelta(hours=1)),
        (-timedelta(days=3), timedelta(hours=1)),
    ]:
        world.clock.set(start + jump)
        _append(world, 2)
        assert _believed(world) == start + believed
    assert world.chain().fault is None


# --- reviews -------------------------------------------------------------------------------------


def test_a_review_is_a_row_over_a_chain_that_holds(chained: World) -> None:
    today = chained.services.today()
    head = chained.chain().head
    review = print_log.review_period(chained.services, "chief", today, today, " 異状なし ")
    assert not isinstance(review, print_log.ReviewRefusal)
    assert (review.rows, review.remark, review.chain_head) == (1, "異状なし", head)
    assert chained.events()[-1] == "period.reviewed"
    _drop_triggers(chained.database)
    _raw(chained.database, "DELETE FROM operation_log WHERE seq = 4")
    refused = print_log.review_period(chained.services, "chief", today, today, "")
    assert refused == print_log.ReviewRefusal("chain_broken", "4: row missing")
    assert chained.count("period_review") == 1
