"""The harness itself: the guard bites, the databases are fresh, a missing PostgreSQL is told."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import urllib.request

import pytest
from sqlalchemy import text

from admin.db import migrate
from admin.db.engine import Database
from tests.fixtures import postgres
from tests.fixtures.network import OutsideConnectionError

#: TEST-NET-1 and the IPv6 documentation prefix: never routed (RFC 5737, RFC 3849).
OUTSIDE = ("192.0.2.1", 9)
OUTSIDE_6 = ("2001:db8::1", 9, 0, 0)


def test_connecting_outside_fails_the_test() -> None:
    with socket.socket() as sock, pytest.raises(OutsideConnectionError):
        sock.connect(OUTSIDE)
    with socket.socket() as sock, pytest.raises(OutsideConnectionError):
        sock.connect_ex(OUTSIDE)
    with socket.socket(socket.AF_INET6) as sock, pytest.raises(OutsideConnectionError):
        sock.connect(OUTSIDE_6)
    with (
        socket.socket(type=socket.SOCK_DGRAM) as sock,
        pytest.raises(OutsideConnectionError),
    ):
        sock.sendto(b"x", OUTSIDE)


def test_a_name_is_not_even_resolved() -> None:
    with pytest.raises(OutsideConnectionError):
        urllib.request.urlopen("http://ward.example/", timeout=1)


def test_the_guard_is_not_swallowed_by_code_that_makes_faults_values() -> None:
    with pytest.raises(OutsideConnectionError), contextlib.suppress(Exception):
        socket.create_connection(OUTSIDE, timeout=1)


def test_loopback_and_unix_sockets_work(tmp_path: os.PathLike[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname(), timeout=5)
        accepted, _ = server.accept()
        client.sendall(b"inside")
        assert accepted.recv(6) == b"inside"
        client.close()
        accepted.close()
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"unix")
        assert right.recv(4) == b"unix"


def test_every_test_gets_a_migrated_and_empty_database(database: Database) -> None:
    assert migrate.current_revision(database) == migrate.newest_revision()
    with database.write() as session:
        assert session.scalar(text("SELECT count(*) FROM operation_log")) == 0
        session.execute(text("INSERT INTO serial (fiscal_year, last) VALUES (2026, 7)"))


def test_what_a_test_wrote_is_gone_for_the_next(database: Database) -> None:
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM serial")) == 0


def test_the_url_decides_the_database(database: Database, database_kind: str) -> None:
    with database.read() as session:
        name = session.get_bind().dialect.name
    assert name == {"sqlite": "sqlite", "postgres": "postgresql"}[database_kind]


@pytest.mark.postgres
def test_the_server_is_not_run_by_root(postgres_server: postgres.PostgresServer) -> None:
    assert (postgres_server.folder / "data").stat().st_uid != 0
    with postgres_server.connect() as connection:
        collation = connection.execute("SHOW lc_collate").fetchone()
        encoding = connection.execute("SHOW server_encoding").fetchone()
    assert (collation, encoding) == (("C.UTF-8",), ("UTF8",))


_PROBE = """
from tests.conftest import *
from tests.fixtures import postgres
postgres.binary = lambda name: None
def test_needs_it(postgres_server):
    raise AssertionError("unreachable")
"""


@pytest.mark.parametrize(
    ("required", "verdict", "code"), [("0", "1 skipped", 0), ("1", "1 error", 1)]
)
def test_a_missing_postgres_skips_here_and_fails_where_it_is_required(
    tmp_path: os.PathLike[str], required: str, verdict: str, code: int
) -> None:
    probe = os.path.join(tmp_path, "test_probe.py")  # noqa: PTH118
    with open(probe, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(_PROBE)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", probe,
         f"--rootdir={tmp_path}", "-c", os.devnull],
        capture_output=True, text=True, check=False,
        env={**os.environ, postgres.REQUIRE: required, "PYTHONPATH": os.getcwd()},  # noqa: PTH109
    )  # fmt: skip
    assert verdict in run.stdout, run.stdout
    assert "PostgreSQL is not installed" in run.stdout
    assert run.returncode == code
