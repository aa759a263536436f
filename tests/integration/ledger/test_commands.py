"""The commands end to end, as a person runs them, on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from admin.__main__ import main
from admin.ledger.sample import write_sample
from kiosk.domain.ledger import STANDARD_HEADINGS
from tests.integration.ledger.books import HEADINGS, entry, write_book

ROOT = Path(__file__).resolve().parents[3]


def admin(*words: str, url: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the server's command line; ``url`` goes by the environment."""
    env = os.environ | {"DAICHO_DATABASE": url, "LC_ALL": "C"} | environment
    return subprocess.run(
        [sys.executable, "-m", "admin", *words],
        cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip


ROWS = [
    entry("A-1", owner="葛\U000e0100西　見本\u2028太郎", remarks='一行目\n"二行目"'),
    entry("A-2", confirmation_date="平成20年 月不明", confirmation_no="ERI-08000001",
          owner="髙橋　見本花子", residential_address="中央一丁目2番3号"),
    entry("A-3", lot="平井二丁目3番4", confirmation_no="第H15確認建築江戸川00124号"),
]  # fmt: skip


def as_json(row: dict[str, str]) -> dict[str, str]:
    return {heading: row[field] for heading, field in STANDARD_HEADINGS}


def test_from_an_empty_database_to_hits(empty_database_url: str, tmp_path: Path) -> None:
    url = empty_database_url
    early = admin("search", "中央", "--json", url=url)
    assert early.returncode == 1
    assert "migrate" in early.stderr
    assert admin("migrate", "--database", url).returncode == 0

    path = write_book(tmp_path / "x.csv", ROWS, "utf-8-sig")
    loaded = admin("import-ledger", str(path), "--profile", "standard", "--database", url)
    assert loaded.returncode == 0, loaded.stderr
    assert "3" in loaded.stdout

    found = admin("search", "中央１丁目４の１", "--json", url=url)
    assert found.returncode == 0
    lines = found.stdout.splitlines()
    assert [json.loads(line) for line in lines] == [as_json(ROWS[1]), as_json(ROWS[0])]
    assert [list(json.loads(line)) for line in lines] == [HEADINGS, HEADINGS]

    for words in (["高橋見本"], ["eri08000001"], ["中央1-2-3"], ["中央1-4", "--year", "2008"]):
        one = admin("search", *words, "--json", "--database", url)
        assert [json.loads(line)["台帳番号"] for line in one.stdout.splitlines()] == ["A-2"], words

    nothing = admin("search", "どこにもない", "--json", url=url)
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "見つかりません" in nothing.stderr
    check = admin("verify-log", url=url)
    assert check.returncode == 0, check.stderr
    # one load, seven searches: six that were shown and one that found nothing
    assert check.stdout.startswith("ok 7 ")


def test_refused_rows_are_reported_and_the_others_loaded(database_url: str, tmp_path: Path) -> None:
    rows = [ROWS[0], entry("", category="橋"), ROWS[2] | {"confirmation_date": "平成15年2月30日"}]
    path = write_book(tmp_path / "x.csv", rows)
    refused = admin("import-ledger", str(path), "--all-or-nothing", url=database_url)
    assert refused.returncode == 1
    assert refused.stdout == ""
    reported = refused.stderr.splitlines()
    assert reported[0].startswith("4 行目: ")
    assert "台帳番号" in reported[0]
    assert "区分" in reported[0]
    assert reported[1].startswith("5 行目: ")
    assert "確認年月日" in reported[1]
    assert admin("search", "中央1-4-1", "--json", url=database_url).stdout == ""

    for words in ([], ["--skip-refused"]):
        loaded = admin("import-ledger", str(path), *words, url=database_url)
        assert loaded.returncode == 0
        assert loaded.stderr.splitlines()[:2] == reported[:2]
        assert "除いた 2 件" in loaded.stdout
        hits = admin("search", "中央1-4-1", "--json", url=database_url).stdout
        assert len(hits.splitlines()) == 1


def test_a_file_without_one_good_row_loads_nothing(database_url: str, tmp_path: Path) -> None:
    books: tuple[list[dict[str, str]], ...] = ([], [entry("A-1", category="橋")])
    for rows in books:
        path = write_book(tmp_path / "x.csv", rows)
        for words in ([], ["--whole-ledger"], ["--dry-run"]):
            refused = admin("import-ledger", str(path), *words, url=database_url)
            assert (refused.returncode, refused.stdout) == (1, "")
            assert "何も読み込みませんでした" in refused.stderr
            assert ("2 行目: 「区分」" in refused.stderr) is bool(rows)


def test_cp932_by_the_command(database_url: str, tmp_path: Path) -> None:
    path = write_book(tmp_path / "x.csv", [ROWS[1]], "cp932")
    assert admin("import-ledger", str(path), url=database_url).returncode == 0
    found = admin("search", "髙橋", "--json", url=database_url)
    assert json.loads(found.stdout) == as_json(ROWS[1])


def test_files_that_cannot_be_read(database_url: str, tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        refused = admin("import-ledger", str(path), url=database_url)
        assert refused.returncode == 1
        assert "読めません" in refused.stderr
        assert "Traceback" not in refused.stderr
    path = write_book(tmp_path / "x.csv", ROWS)
    refused = admin("import-ledger", str(path), "--profile", "nothing", url=database_url)
    assert refused.returncode == 1
    assert "standard" in refused.stderr


def test_too_many_are_capped_with_a_word(database_url: str, tmp_path: Path) -> None:
    write_sample(tmp_path / "x.csv", 400, 3)
    assert admin("import-ledger", str(tmp_path / "x.csv"), url=database_url).returncode == 0
    many = admin("search", "見本", "--json", url=database_url)
    assert many.returncode == 0
    assert len(many.stdout.splitlines()) == 50
    assert "50 件" in many.stderr
    lines = admin("search", "見本", url=database_url)
    assert len(lines.stdout.splitlines()) == 50


@pytest.mark.parametrize("words", ["", "'; DROP TABLE ledger_entry; --", '"', "*", "-"])
def test_hostile_words_end_quietly(
    migrated_sqlite: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(migrated_sqlite.read_bytes())
    assert main(["search", "--json", "--database", f"sqlite:///{copy}", "--", words]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "見つかりませんでした。\n")


def test_a_wrong_place_is_a_sentence(tmp_path: Path) -> None:
    missing = admin("search", "中央", url=f"sqlite:///{tmp_path / 'none.db'}")
    assert missing.returncode == 1
    assert "migrate" in missing.stderr
    assert not (tmp_path / "none.db").exists()
    for url, code in (("nonsense", 2), ("postgresql://127.0.0.1:1/none", 1)):
        wrong = admin("search", "中央", url=url)
        assert wrong.returncode == code
        assert "データベース" in wrong.stderr
        assert "Traceback" not in wrong.stderr


def test_help_says_what_a_refused_row_does() -> None:
    said = admin("import-ledger", "--help").stdout
    assert "--all-or-nothing" in said
    assert "--skip-refused" not in said
    assert "何も読み込みません" in said


def test_the_first_import_makes_its_database(tmp_path: Path, empty_database_url: str) -> None:
    """Nobody must know of another command before the first load."""
    path = tmp_path / "first.csv"
    made = admin("write-sample-ledger", str(path), "--entries", "20", url=empty_database_url)
    assert made.returncode == 0, made.stderr
    loaded = admin("import-ledger", str(path), url=empty_database_url)
    assert loaded.returncode == 0, loaded.stderr
    assert "新しく作ります" in loaded.stderr
    found = admin("search", "見本", "--json", url=empty_database_url)
    assert found.stdout.count("\n") == 20


def test_another_kind_of_database_gets_a_sentence(tmp_path: Path) -> None:
    for url in ("mysql://x/y", "nonsense"):
        made = admin("search", "中央", url=url)
        assert made.returncode == 2
        assert "sqlite:///" in made.stderr
        assert "Traceback" not in made.stderr
