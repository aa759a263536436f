"""A database that is not there gets a sentence from every command, and no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from admin.__main__ import main

COMMANDS = (
    ["verify-log"], ["print-log"], ["sheet", "2026-000001", "out.pdf"], ["list-staff"],
    ["search", "中央"], ["reindex-ledger"], ["town-alias", "list"], ["authorize-change", "list"],
)  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_wrong_path_makes_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    path = tmp_path / "wrong" / "daicho.db"
    place = ["--database", f"sqlite:///{path}", "--data-dir", str(tmp_path / "data")]
    head = 2 if words[0] in {"town-alias", "authorize-change"} else 1
    assert main([*words[:head], *place, *words[head:]]) == 1
    said = capsys.readouterr()
    assert f"データベース {path} がありません" in said.err
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []
