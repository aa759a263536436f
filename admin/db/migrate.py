"""Bringing a database to the newest revision, in one transaction: old schema or new, never half."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from admin.db.engine import Database

_SCRIPTS = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("version_path_separator", "os")
    return config


def newest_revision() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("no migration scripts are installed")
    return head


def revisions() -> list[str]:
    """All revisions, oldest first."""
    scripts = ScriptDirectory.from_config(_config())
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]


def current_revision(database: Database) -> str | None:
    """The revision the database is at; None when it is empty."""
    with database.migration_connection() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database, revision: str = "head") -> None:
    """Upgrade to ``revision``. Raises what the database says; nothing is half done then."""
    config = _config()
    with database.migration_connection() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
