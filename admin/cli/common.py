"""What the server's commands share: where the data is, and sentences instead of traces."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from admin.db.engine import Database
from admin.db.migrate import current_revision, upgrade
from admin.db.ready import NotReadyError, is_missing, open_ready
from admin.settings import Settings

Run = Callable[[argparse.Namespace], int]


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


def command(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str, run: Run
) -> argparse.ArgumentParser:
    """The parser of one command, which knows where the data is."""
    parser = subparsers.add_parser(name, help=about, description=about)
    add_place(parser)
    parser.set_defaults(run=run)
    return parser


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


@contextmanager
def opened(arguments: argparse.Namespace, *, make: bool = False) -> Iterator[Database]:
    """The database at the newest revision. Raises CommandError with what to do.

    ``make``: one that is not there, or is empty, is made: the first import needs no other command.
    """
    url = settings_of(arguments).database_url
    try:
        if make:
            _make_if_new(url)
        database = open_ready(url)
    except NotReadyError as error:
        raise CommandError(str(error)) from error
    try:
        yield database
    finally:
        database.dispose()


def _make_if_new(url: str) -> None:
    if is_missing(url):
        Path(make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
    database = Database(url)
    try:
        if current_revision(database) is None:
            shown = make_url(url).render_as_string(hide_password=True)
            say(f"データベース {shown} を新しく作ります。")
            upgrade(database)
    finally:
        database.dispose()
