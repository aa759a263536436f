"""The server's command line: parses, calls, and turns a CommandError into a sentence."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import os
import sys
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from admin.cli import ledger_commands, server_commands
from admin.cli.common import CommandError, say

#: Exit code of a command that Ctrl-C ended, as shells have it.
INTERRUPTED = 130


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m admin", description="台帳記載事項証明書 発行サーバー"
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    server_commands.add_parsers(subparsers)
    ledger_commands.add_parsers(subparsers)
    if importlib.util.find_spec("admin.cli.staff_commands") is not None:
        staff = importlib.import_module("admin.cli.staff_commands")
        staff.add_parsers(subparsers)
    return parser


def _database_sentence(error: DBAPIError) -> str:
    """What the database says of itself; never the values that were sent to it."""
    said = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
    return f"データベースを使えません（{type(error).__name__}: {said}）。"


def main(argv: Sequence[str] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):  # Japanese, whatever the locale says
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = make_parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except CommandError as error:
        say(str(error))
        return error.code
    except DBAPIError as error:
        say(_database_sentence(error))
        return 1
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


if __name__ == "__main__":
    sys.exit(main())
