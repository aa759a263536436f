"""authorize-change and the import's further options, as a person runs them."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from admin.__main__ import main
from admin.db.engine import Database
from admin.services.accounts import Role, create_account
from admin.services.context import utc_now
from admin.services.operation_log import verify
from tests.integration.ledger.books import ACTOR, entry, write_book


@pytest.fixture
def url(database: Database, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with staff, named by the environment; changes need a work ID."""
    now = utc_now()
    with database.write() as session:
        for staff_id, role in (("chief", Role.GENERAL_MANAGER), ("leader", Role.SYSTEM_LEADER)):
            made = create_account(
                session, staff_id=staff_id, display_name="見本 職員", role=role,
                valid_from=now - timedelta(minutes=1), valid_to=now + timedelta(days=9), now=now,
                actor=ACTOR,
            )  # fmt: skip
            assert isinstance(made, tuple)
    monkeypatch.setenv("DAICHO_DATABASE", database.url)
    monkeypatch.setenv("DAICHO_REQUIRE_CHANGE_AUTHORITY", "1")
    return database.url


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    said = capsys.readouterr()
    return code, said.out, said.err


def opened(capsys: pytest.CaptureFixture[str], approver: str = "chief") -> tuple[int, str, str]:
    return run(
        capsys, "authorize-change", "open", "--applicant", "leader", "--approved-by", approver,
        "--reason", "見本の訂正", "--scope", "A-1", "--hours", "2",
    )  # fmt: skip


def test_from_permission_to_report(
    url: str, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = str(write_book(tmp_path / "a.csv", [entry("A-1")]))
    again = str(write_book(tmp_path / "b.csv", [entry("A-1", remarks="訂正"), entry("A-2")]))
    assert run(capsys, "import-ledger", first)[0] == 0  # an empty ledger needs none
    code, out, said = run(capsys, "import-ledger", again)
    assert (code, out) == (1, "")
    assert "authorize-change open" in said

    code, out, said = opened(capsys)
    assert (code, out) == (0, out)
    work_id = out.strip()
    assert work_id.startswith("W-")
    assert "まで使えます" in said
    assert run(capsys, "import-ledger", again, "--work-id", work_id)[0] == 0

    code, out, _ = run(capsys, "authorize-change", "show", work_id)
    assert code == 0
    assert "追加 1 件、変更 1 件、削除 0 件" in out
    target = tmp_path / "report.pdf"
    assert run(capsys, "authorize-change", "report", work_id, "--out", str(target))[0] == 0
    assert target.read_bytes().startswith(b"%PDF-")
    assert run(capsys, "authorize-change", "close", work_id, "--remark", "異状なし")[0] == 0
    code, _, said = run(capsys, "import-ledger", first, "--work-id", work_id)
    assert code == 1
    assert "終わっています" in said
    assert "終了" in run(capsys, "authorize-change", "list")[1]
    with database.read() as session:
        assert verify(session).fault is None


def test_refusals_are_sentences(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, said = opened(capsys, "leader")
    assert (code, out) == (1, "")
    assert "統括管理者" in said
    for words in (["show"], ["close", "--remark", "x"], ["report", "--out", os.devnull]):
        code, _, said = run(capsys, "authorize-change", words[0], "W-2026-0009", *words[1:])
        assert code == 1
        assert "作業IDはありません" in said


def test_a_dry_run_and_a_report(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(write_book(tmp_path / "a.csv", [entry("A-1"), entry("A-2", category="橋")]))
    report = tmp_path / "r.xlsx"
    words = ["import-ledger", path, "--dry-run", "--report", str(report)]
    code, out, said = run(capsys, *words)
    assert code == 0
    assert out.startswith("試しに調べました（台帳は変えていません）: 2 行のうち 新しい 1 件")
    assert said.startswith("3 行目: ")
    book = openpyxl.load_workbook(report, read_only=True)
    assert book.sheetnames == ["概要", "受け付けられない行", "注意"]
    book.close()
    assert run(capsys, *words, "--all-or-nothing")[0] == 1
    assert run(capsys, "search", "A-1", "--json")[1] == ""
    code, _, said = run(capsys, "import-ledger", path, "--report", str(tmp_path / "no" / "r.xlsx"))
    assert code == 0  # the load is done; the sentence says that the report is not
    assert "書けませんでした" in said


def test_outside_production_a_change_needs_no_work_id(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAICHO_REQUIRE_CHANGE_AUTHORITY")
    path = str(write_book(tmp_path / "a.csv", [entry("A-1")]))
    for _ in range(2):
        assert run(capsys, "import-ledger", path)[0] == 0
    monkeypatch.setenv("DAICHO_PRODUCTION", "1")
    assert run(capsys, "import-ledger", path)[0] == 1
