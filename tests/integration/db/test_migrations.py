"""A dump of every earlier revision, full of rows, comes to the newest with all that protects it."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, MetaData, event, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError

from admin.db import migrate
from admin.db.base import Base
from admin.db.engine import Database
from admin.services import operation_log
from kiosk.domain.events import EventCode
from tests.fixtures import postgres
from tests.fixtures.databases import NewDatabase
from tests.integration.db.old_rows import fill
from tests.integration.db.test_metadata import _is_ours

#: PostgreSQL writes brackets and casts of a condition back in its own way when it is restored.
_NOISE = re.compile(r"(::character varying|::text|\[\]|[()\s])+")
EARLIER = migrate.revisions()[:-1]


def _dump_and_restore(source: str, target: str, folder: Any) -> None:
    """Through a file, as a backup is brought to another machine."""
    if source.startswith("sqlite"):
        old = sqlite3.connect(source.removeprefix("sqlite:///"))
        new = sqlite3.connect(target.removeprefix("sqlite:///"))
        old.backup(new)
        new.close()
        old.close()
        return
    dump = folder / "dump"
    for program, words in (
        ("pg_dump", ["-Fc", "-f", str(dump), "-d", _plain(source)]),
        ("pg_restore", ["--exit-on-error", "-d", _plain(target), str(dump)]),
    ):
        found = postgres.binary(program)
        assert found is not None, f"{program} belongs to PostgreSQL"
        subprocess.run([str(found), *words], check=True, capture_output=True)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


Rows = dict[str, list[dict[str, Any]]]


def _by_name(row: dict[str, Any]) -> str:
    return repr(sorted(row.items()))


def _rows(database: Database) -> Rows:
    """Every row of every table, by name, with every column that there is."""
    meta = MetaData()
    with database.migration_connection() as connection:
        meta.reflect(connection, only=lambda name, _: not name.startswith("ledger_fts_"))
        said = {}
        for table in meta.sorted_tables:
            columns = sorted(table.columns, key=lambda column: column.name)
            found = connection.execute(select(*columns)).all()
            said[table.name] = sorted((dict(row._mapping) for row in found), key=_by_name)
    del said["alembic_version"]
    return said


def _protection(database: Database) -> dict[str, str]:
    """Triggers, indexes (partial ones with their condition), functions: name to definition."""
    with database.migration_connection() as connection:
        if database.is_sqlite:
            query = (
                "SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL "
                "AND type IN ('trigger', 'index')"
            )
        else:
            query = (
                "SELECT 'trigger ' || tgname || ' ' || tgrelid::regclass::text, "
                "pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal "
                "UNION ALL SELECT 'index ' || indexname, indexdef FROM pg_indexes "
                "WHERE schemaname = 'public' "
                "UNION ALL SELECT 'function ' || proname, prosrc FROM pg_proc "
                "WHERE pronamespace = 'public'::regnamespace"
            )
        return {
            str(name): _NOISE.sub("", str(said)) for name, said in connection.execute(text(query))
        }


def _checks(database: Database) -> dict[str, list[str]]:
    with database.migration_connection() as connection:
        asked = inspect(connection)
        return {
            table: sorted(
                f"{check['name']}: " + _NOISE.sub("", str(check["sqltext"]))
                for check in asked.get_check_constraints(table)
            )
            for table in asked.get_table_names()
            if not table.startswith("ledger_fts")
        }


@pytest.fixture(params=EARLIER)
def upgraded(
    request: pytest.FixtureRequest, database_kind: str, new_database: NewDatabase, tmp_path: Any
) -> Iterator[tuple[Database, Rows, set[str]]]:
    """A dump of that revision at the newest one now; its rows and tables before."""
    old = Database(new_database(database_kind, False))
    migrate.upgrade(old, request.param)
    assert migrate.current_revision(old) == request.param
    tables, before = fill(old), _rows(old)
    old.dispose()
    url = new_database(database_kind, False)
    _dump_and_restore(old.url, url, tmp_path)
    database = Database(url)
    migrate.upgrade(database)
    yield database, before, tables
    database.dispose()


Upgraded = tuple[Database, Rows, set[str]]
#: Columns that a later revision added, and what they say of a row that was there before.
ADDED: dict[str, dict[str, Any]] = {
    "ledger_import": {"work_id": None, "removed": 0},
    "change_authority": {"limits": None},
    "ledger_entry": {"recorded_dispositions": None, "source_page": None, "extra": None},
}


def _with_added(table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [ADDED.get(table, {}) | row for row in rows]


def test_every_table_had_rows_and_has_them_still(upgraded: Upgraded) -> None:
    database, before, tables = upgraded
    assert all(before[table] for table in tables - {"alembic_version"})
    after = _rows(database)
    for table, rows in before.items():
        assert after[table] == sorted(_with_added(table, rows), key=_by_name), table
    assert migrate.current_revision(database) == migrate.newest_revision()


def test_the_chain_holds_and_goes_on(upgraded: Upgraded) -> None:
    database, _, _ = upgraded
    with database.read() as session:
        report = operation_log.verify(session)
        at = operation_log.last_instant(session)
    assert (report.rows, report.fault) == (6, None)
    assert at is not None
    with database.write() as session:
        actor = operation_log.system_actor("test")
        seq = operation_log.append(session, EventCode.DATABASE_MIGRATED, actor, at=at)
    assert seq == 7
    with database.read() as session:
        assert operation_log.verify(session).fault is None


def test_it_is_protected_like_a_new_one(upgraded: Upgraded, database: Database) -> None:
    migrated, _, _ = upgraded
    protection = _protection(database)
    assert _protection(migrated) == protection
    assert _checks(migrated) == _checks(database)
    for wanted in ("trigger operation_log_", "trigger issue_state_moves", "trigger issue_fixed",
                   "trigger issue_no_delete", "index uq_issue_open_terminal"):  # fmt: skip
        assert any(name.startswith(wanted) for name in protection), wanted
    assert "WHERE" in protection["index uq_issue_open_terminal"]


def test_it_has_the_programs_tables(upgraded: Upgraded) -> None:
    database, _, _ = upgraded
    with database.migration_connection() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": _is_ours}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_its_old_rows_are_guarded_too(upgraded: Upgraded) -> None:
    database, _, tables = upgraded
    deeds = ["UPDATE operation_log SET actor = 'x' WHERE seq = 2", "DELETE FROM operation_log"]
    if "issue" in tables:
        deeds += [
            "DELETE FROM issue",
            "UPDATE issue SET serial = 99 WHERE id = 'issue-4'",
            "UPDATE issue SET pdf_sha256 = NULL WHERE id = 'issue-4'",
            "UPDATE issue SET state = 'PRINTED' WHERE id = 'issue-5'",  # FAILED stays FAILED
            "UPDATE issue SET state = 'NUMBERED' WHERE id = 'issue-2'",
            "UPDATE serial SET last = 1",
            "UPDATE decision SET reason = 'x'",
            "DELETE FROM print_attempt",
            "UPDATE period_review SET remark = 'x'",
        ]
    if "ledger_entry" in tables:
        deeds += [
            "UPDATE ledger_entry SET owner = 'x'",
            "UPDATE ledger_entry SET owner = 'x', version = 3",  # version 2 is not kept
            "DELETE FROM ledger_entry",
            "UPDATE ledger_import SET rows = 0",
            "DELETE FROM ledger_entry_version",
        ]
    if "change_authority" in tables:
        deeds += [
            "DELETE FROM change_authority",
            "UPDATE change_authority SET valid_to = '2099-01-01'",
            "DELETE FROM ledger_change",
            "UPDATE ledger_change SET what = 'created'",
            "UPDATE import_profile SET body = ''",
        ]
    if "payment" in tables:
        deeds += [
            "DELETE FROM payment",
            "UPDATE payment SET yen = 1",
            "UPDATE payment SET state = 'PAID' WHERE id = 'payment-1'",  # CLOSED is never paid
            "UPDATE payment_entry SET yen = 1",
            "DELETE FROM payment_entry",
            "DELETE FROM issue_fee",
            "UPDATE fee_rate SET yen = 1",
            "UPDATE issue SET state = 'VOIDED' WHERE id = 'issue-4'",  # its money is still earned
        ]
    if "staff_account" in tables:
        deeds += ["DELETE FROM staff_account"]
    if "staff_card" in tables:
        deeds += [
            "DELETE FROM staff_card",
            "UPDATE staff_card SET staff_id = 'x'",
            "UPDATE staff_card SET card_index = public_key WHERE id = 'card-2'",
            "UPDATE staff_card SET revoked_at = NULL WHERE id = 'card-2'",
        ]
    for deed in deeds:
        with pytest.raises(DBAPIError), database.write() as session:
            session.execute(text(deed))


@pytest.mark.parametrize("revision", migrate.revisions())
def test_an_upgrade_that_fails_leaves_the_old_schema_whole(
    empty_database_url: str, revision: str
) -> None:
    """Old schema or new, never half: the last statement of the last step is made to fail."""
    database = Database(empty_database_url)
    line = migrate.revisions()
    if revision != line[0]:
        migrate.upgrade(database, line[line.index(revision) - 1])
    before = migrate.current_revision(database), _protection(database)

    class _Broken(Exception):  # noqa: N818 - stands for whatever may happen
        pass

    def broken(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if f"SET version_num='{line[-1]}'" in statement:
            raise _Broken

    event.listen(Engine, "before_cursor_execute", broken)
    try:
        with pytest.raises(_Broken):
            migrate.upgrade(database)
    finally:
        event.remove(Engine, "before_cursor_execute", broken)
    assert (migrate.current_revision(database), _protection(database)) == before
    migrate.upgrade(database)
    assert migrate.current_revision(database) == migrate.newest_revision()
    database.dispose()


def test_an_old_ledger_takes_the_values_of_the_wider_checks(upgraded: Upgraded) -> None:
    """The checks were widened in place: new values are taken, others still are not."""
    database, _, tables = upgraded
    if "ledger_entry" not in tables:
        return
    keep = (
        "INSERT INTO ledger_entry_version (entry_id, version, replaced_by, canonical, sha256) "
        "SELECT id, version, import_id, sha.canonical, sha.sha256 FROM ledger_entry, "
        "(SELECT canonical, sha256 FROM ledger_entry_version LIMIT 1) sha"
    )
    change = "UPDATE ledger_entry SET version = version + 1, "
    with database.write() as session:
        session.execute(text(keep))
    with pytest.raises(DBAPIError), database.write() as session:
        session.execute(text(change + "category = '橋'"))
    with database.write() as session:
        session.execute(text(change + "category = '建築設備', not_certifiable = 'year_lost'"))


def test_upgrading_the_newest_changes_nothing(database: Database) -> None:
    before = _protection(database)
    migrate.upgrade(database)
    assert _protection(database) == before
