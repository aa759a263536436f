"""What the server's commands share: where the data is, and sentences instead of traces."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from admin.db.engine import Database
from admin.db.migrate import current_revision, newest_revision, upgrade
from admin.settings import Settings


class CommandError(Exception):
    """Ends a command with a sentence that says what to do; exit code 1 unless named."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


#: The databases that the program is tested on; another is refused with a sentence.
DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


def add_place(parser: argparse.ArgumentParser) -> None:
    """``--data-dir`` and ``--database``, or DAICHO_DATA_DIR and DAICHO_DATABASE."""
    parser.add_argument("--data-dir", type=Path, help="データベースと鍵のフォルダー")
    parser.add_argument("--database", help="データベースの URL (sqlite:///… または postgresql://…)")


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Settings with the command line over the environment."""
    chosen = {
        name: value
        for name in ("data_dir", "database")
        if (value := getattr(arguments, name, None)) is not None
    }
    settings = Settings(**chosen)
    if not settings.database_url.startswith(DATABASES):
        raise CommandError(
            "データベースの URL は sqlite:///ファイル か postgresql://… で書いてください。", 2
        )
    return settings


def say(text: str) -> None:
    """For the person; the command's result goes to standard output, this to standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def open_database(arguments: argparse.Namespace, *, make: bool = False) -> Database:
    """The database at the newest revision. Raises CommandError with what to do.

    ``make``: one that is not there, or is empty, is made: the first import needs no other command.
    """
    url = settings_of(arguments).database_url
    try:
        parsed = make_url(url)
        path = Path(parsed.database or "")
        missing = parsed.get_backend_name() == "sqlite" and not path.is_file()
        if missing and make:
            path.parent.mkdir(parents=True, exist_ok=True)
        elif missing:
            # SQLite makes an empty file of whatever is not there; a wrong path shall say so.
            raise CommandError(
                f"データベース {parsed.database} がありません。先に python -m admin migrate を"
                "実行するか、--database を確かめてください。"
            )
        database = Database(url)
    except (ArgumentError, ValueError) as error:
        raise CommandError("データベースの URL を読めません。") from error
    revision = current_revision(database)
    if revision is None and make:
        say(f"データベース {parsed.render_as_string(hide_password=True)} を新しく作ります。")
        upgrade(database)
        revision = current_revision(database)
    if revision != newest_revision():
        database.dispose()
        raise CommandError(
            f"データベースの版が {revision or '空'} です。先に python -m admin migrate を"
            "実行してください。"
        )
    return database
