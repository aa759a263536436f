"""Bytes that are no text on the command line: a sentence, never a trace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from admin.db.engine import Database
from admin.db.migrate import upgrade
from tests.integration.ledger.books import entry, write_book

COMMANDS = (
    ("search", "{}"), ("show-entry", "{}"), ("sheet", "{}", "out.pdf"), ("reset-password", "{}"),
    ("authorize-change", "report", "{}", "--out", "out.pdf"),
    ("authorize-change", "close", "W-2026-0001", "--remark", "{}", "--by", "leader"),
)  # fmt: skip


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "admin", *words, "--data-dir", str(folder)]
    return subprocess.run(command, capture_output=True, timeout=300, check=False)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_halves_of_characters_are_refused_with_a_sentence(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'daicho.db'}")
    upgrade(database)
    database.dispose()
    done = _run(tmp_path, *(word.format("\udc80\udcff") for word in command))
    assert done.returncode == 2
    assert "文字として読めない" in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_a_file_whose_name_is_no_text_is_loaded(tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode("台帳.csv".encode("cp932"))
    write_book(odd, [entry("A-1")])
    assert _run(tmp_path, "import-ledger", str(odd)).returncode == 0
