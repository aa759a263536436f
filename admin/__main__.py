"""The server's command line: parses, calls, and turns a CommandError into a sentence."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import os
import re
import sys
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from admin.cli.common import CommandError, say

#: Which module knows which commands: only the one that is asked for is loaded.
MODULES: dict[str, tuple[str, ...]] = {
    "ledger_commands": ("import-ledger", "search", "reindex-ledger", "write-sample-ledger"),
    "server_commands": ("migrate", "serve"),
    "log_commands": ("register-terminal", "print-log", "sheet", "verify-log"),
    "demo_command": ("demo",),
    "staff_commands": (
        "create-staff", "reset-password", "set-pin", "disable-staff", "list-staff",
        "stop-terminal", "reopen-terminal",
    ),
    "change_commands": ("authorize-change",),
    "edit_commands": ("show-entry", "edit-entry", "remove-entry"),
    "qr_commands": ("qr-keys",),
    "alias_commands": ("town-alias",),
    "fee_commands": ("fee",),
}  # fmt: skip
#: Exit code of a command that Ctrl-C ended, as shells have it.
INTERRUPTED = 130


#: Halves of characters, as Python gives bytes that are not UTF-8.
_HALVES = re.compile("[\ud800-\udfff]")
#: Exit code: the command could not be read.
UNREADABLE = 2


def make_parser(command: str = "") -> argparse.ArgumentParser:
    """The parser of ``command`` and its neighbours; of every command if there is none such."""
    parser = argparse.ArgumentParser(
        prog="python -m admin", description="台帳記載事項証明書 発行サーバー"
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    asked = [name for name, commands in MODULES.items() if command in commands]
    for name in asked or MODULES:
        importlib.import_module(f"admin.cli.{name}").add_parsers(subparsers)
    return parser


def _database_sentence(error: DBAPIError) -> str:
    """What the database says of itself; never the values that were sent to it."""
    said = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
    return f"データベースを使えません（{type(error).__name__}: {said}）。"


def _unreadable(words: Sequence[str]) -> bool:
    """Whether a word holds bytes that are no text (PEP 383) and is not the name of a file here."""
    exists = os.path.exists  # Path.exists() raises for a word that is too long to be a name
    return any(_HALVES.search(word) and not exists(word) for word in words)


def main(argv: Sequence[str] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):  # Japanese, whatever the locale says
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    words = list(sys.argv[1:] if argv is None else argv)
    if _unreadable(words):
        say("コマンドに、文字として読めない部分があります。文字コードを UTF-8 にしてください。")
        return UNREADABLE
    arguments = make_parser(words[0] if words else "").parse_args(words)
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
