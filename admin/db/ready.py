"""A database that the program can work on: it is there, and at the newest revision."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from admin.db.engine import Database
from admin.db.migrate import current_revision, newest_revision


class NotReadyError(RuntimeError):
    """The program cannot begin; the message says what to do."""


def is_missing(url: str) -> bool:
    """Whether an embedded database's file is not there. SQLite would make an empty one of it.

    Raises:
        NotReadyError: the URL cannot be read.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise NotReadyError("データベースの URL を読めません。") from error
    return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file()


def open_ready(url: str) -> Database:
    """The database, or a sentence for the operator.

    Raises:
        NotReadyError: it is not there, or at another revision.
    """
    if is_missing(url):
        raise NotReadyError(
            f"データベース {make_url(url).database} がありません。先に python -m admin migrate を"
            "実行するか、--database を確かめてください。"
        )
    try:
        database = Database(url)
    except ValueError as error:
        raise NotReadyError("データベースの URL を読めません。") from error
    revision = current_revision(database)
    if revision != newest_revision():
        database.dispose()
        raise NotReadyError(
            f"データベースの版が {revision or '空'} です。先に python -m admin migrate を"
            "実行してください。"
        )
    return database
