"""What the server's commands share: where the data is, and sentences instead of traces."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from admin.settings import Settings


class CommandError(Exception):
    """Ends a command with a sentence that says what to do; exit code 1 unless named."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


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
    return Settings(**chosen)


def say(text: str) -> None:
    """For the person; the command's result goes to standard output, this to standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
