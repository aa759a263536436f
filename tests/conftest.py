"""Fixtures that every test may use: both databases, a clock, and a guard on the network."""

from __future__ import annotations

from tests.fixtures.clock import clock
from tests.fixtures.databases import (
    database,
    database_kind,
    database_url,
    empty_database_url,
    migrated_postgres,
    migrated_sqlite,
    new_database,
    postgres_server,
)
from tests.fixtures.network import no_outside_network
from tests.fixtures.section import world

__all__ = [
    "clock",
    "database",
    "database_kind",
    "database_url",
    "empty_database_url",
    "migrated_postgres",
    "migrated_sqlite",
    "new_database",
    "no_outside_network",
    "postgres_server",
    "world",
]
