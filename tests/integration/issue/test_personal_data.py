"""What a person typed is nowhere in plain: not in the tables, not in the file, not in the log."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import text

from admin.services import applications
from admin.services.applications import is_user_id, new_user_id
from admin.services.field_cipher import CipherError, KeyRing
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.section import PRINTED, World, database_files, sample_applicant

#: Words that are nowhere else; each alone must be found if it is anywhere.
WORDS = {
    "corporation_name": "見本合同会社䶒標",
    "name": "見本目印太郎𠮷",
    "postal_code": "198-7654",
    "address": "見本県目印市架空町9-8-7",
    "phone": "090-1234-9876",
}


def _wal_now(server: PostgresServer | None) -> str:
    """The segment that PostgreSQL writes its log to at this moment."""
    if server is None:
        return ""
    with server.connect() as connection:
        row = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()
    assert row is not None
    return str(row[0])


def _everything(world: World, server: PostgresServer | None, since: str) -> bytes:
    """All bytes that the database keeps: SQLite's files, or every table and the WAL since then."""
    if world.database.is_sqlite:
        return b"".join(path.read_bytes() for path in database_files(world.database))
    assert server is not None
    with server.connect() as connection:
        connection.execute("CHECKPOINT")
    name = world.database.url.rpartition("/")[2]
    with server.connect() as connection:
        row = connection.execute("SELECT oid FROM pg_database WHERE datname = %s", [name])
        found = row.fetchone()
    assert found is not None
    tables = [*(server.folder / "data" / "base" / str(found[0])).iterdir()]
    # Segments after the present one are old ones that wait to be written again.
    until, log = _wal_now(server), server.folder / "data" / "pg_wal"
    segments = [one for one in log.iterdir() if since <= one.name <= until]
    return b"".join(path.read_bytes() for path in tables + segments if path.is_file())


@pytest.fixture
def server(database_kind: str, request: pytest.FixtureRequest) -> PostgresServer | None:
    if database_kind == "sqlite":
        return None
    found: PostgresServer = request.getfixturevalue("postgres_server")
    return found


def test_no_word_of_an_applicant_is_on_the_disk(
    world: World, server: PostgresServer | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    marker, since = "見本目印次郎は平文でここに", _wal_now(server)
    world.terminal()
    with world.database.write() as session:  # the search must find what is in plain
        session.execute(text("UPDATE terminal SET label = :marker"), {"marker": marker})
    applicant = sample_applicant(**WORDS)
    application = world.application(applicant=applicant)
    world.settled(world.spooled(world.order(application)), PRINTED)
    world.database.dispose()
    kept = _everything(world, server, since)
    assert marker.encode() in kept
    logged = caplog.text + repr(applicant)
    for field, word in WORDS.items():
        for form in {word, word.replace("-", "")}:
            assert form.encode() not in kept, field
            assert form.encode("utf-16-le") not in kept, field
            assert form not in logged, field


def test_the_section_can_read_it(world: World) -> None:
    applicant = sample_applicant(**WORDS)
    made = world.application(applicant=applicant)
    keys = world.services.keys
    with world.database.read() as session:
        assert applications.applicant_of(session, keys, made.application_id) == applicant
        assert applications.applicant_of(session, keys, "nobody") is None
        rotated = keys.rotated()
        assert applications.applicant_of(session, rotated, made.application_id) == applicant
        with pytest.raises(CipherError):
            applications.applicant_of(session, KeyRing.new(), made.application_id)


def test_a_value_moved_to_another_row_does_not_open(world: World) -> None:
    first = world.application(applicant=sample_applicant("見本 一郎"))
    second = world.application(applicant=sample_applicant("見本 二郎"))
    with world.database.write() as session:
        session.execute(
            text(
                "UPDATE applicant SET name = (SELECT name FROM applicant WHERE "
                "application_id = :first) WHERE application_id = :second"
            ),
            {"first": first.application_id, "second": second.application_id},
        )
    with world.database.read() as session, pytest.raises(CipherError):
        applications.applicant_of(session, world.services.keys, second.application_id)


def test_a_name_is_found_by_its_blind_index_only_whole(world: World) -> None:
    keys = world.services.keys
    person = world.application(applicant=sample_applicant("見本 花子"))
    company = world.application(
        applicant=sample_applicant("見本 次郎", corporation_name="見本ｶﾌﾞｼｷ会社")
    )
    with world.database.read() as session:

        def named(words: str) -> list[str]:
            return applications.applications_named(session, keys, words)

        assert named("見本　花子") == named("見本花子") == [person.application_id]
        assert named("見本カブシキ会社") == [company.application_id]
        assert named("見本") == []
        assert applications.applications_named(session, KeyRing.new(), "見本花子") == []


def test_user_ids_are_checked_by_their_last_letter() -> None:
    made = {new_user_id() for _ in range(200)}
    assert len(made) == 200
    for user_id in made:
        assert is_user_id(user_id)
        assert is_user_id(user_id.lower())
        last = "0" if user_id[-1] != "0" else "1"
        assert not is_user_id(user_id[:-1] + last)
    assert not is_user_id("")
    assert not is_user_id("U-0000-000U")


def test_every_application_has_a_user_id_of_its_own(world: World) -> None:
    same = sample_applicant()
    first, second = world.application(applicant=same), world.application(applicant=same)
    assert first.user_id != second.user_id
    with world.database.read() as session:
        salts = session.execute(text("SELECT DISTINCT salt FROM applicant")).all()
    assert len(salts) == 2
